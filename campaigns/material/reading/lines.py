"""Whether lines that follow each other without a blank one are lines, or one paragraph that an editor wrapped."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

from campaigns.material.document import Block, Kind

from .items import in_sequence, marker, without_marker

NARROW = 50  # characters; nobody wraps prose so narrow
SHORT = 35  # characters; so are names, on average
PARAGRAPH = 200  # characters
SENTENCE = 90  # characters; beside a paragraph no line of an address or a list
DASHES = (" - ", " – ", " — ")
WIDEST = 140
FEW = 3  # lines that have to agree on a width
ROOM = 2  # characters that may be left free besides
SENTENCE_ENDS = (".", "!", "?", "…", "。", "؟", "۔", ".”", ".“", ".»", '."', ".)")


def _fits(line: str, following: str, width: int) -> bool:
    """The next word would have fitted in, so the line was ended on purpose."""
    return len(line) + 1 + len(following.split(maxsplit=1)[0]) <= width - ROOM


def width_of(paragraphs: Iterable[list[str]]) -> int:
    """At which column the editor of the document wrapped it; 0 if it did not."""
    pairs = [pair for lines in paragraphs for pair in pairwise(lines) if NARROW <= len(pair[0]) <= WIDEST]
    if len(pairs) < FEW:
        return 0
    width = sorted(len(line) for line, _ in pairs)[int(len(pairs) * 0.97)]
    full = sum(not _fits(line, following, width) for line, following in pairs)
    return width if full >= FEW and full * 2 >= len(pairs) else 0


def are_lines(lines: list[str], width: int) -> bool:
    """Signatories, an address, verse: yes. Prose, wrapped at a column or after each sentence: no.

    `lines` as they stand in the file, none empty; `width`: see width_of.
    """
    if len(lines) < 2:
        return False
    breaks = len(lines) - 1
    if _are_alike(lines):
        return True
    anew = sum(not line.lstrip(" >*_[(\"'“„«")[:1].islower() for line in lines[1:])
    if anew < 0.75 * breaks:
        return False
    longest = max(map(len, lines))
    if longest < NARROW:
        return _has_case(lines) or sum(map(len, lines)) < SHORT * len(lines)
    if not _has_case(lines):
        return False
    full = sum(not _fits(line, following, width or longest) for line, following in pairwise(lines))
    if full >= (0.5 if width else 0.75) * breaks:
        return not width and breaks == 1 and len(lines[0]) < NARROW
    ended = sum(line.rstrip(" *_").endswith(SENTENCE_ENDS) for line in lines)
    return ended < 0.6 * len(lines)


def _are_alike(lines: list[str]) -> bool:
    """ "Name - role", each time with the same dash."""
    return any(all(line.find(dash, 0, NARROW) > 0 for line in lines) for dash in DASHES)


def _has_case(lines: list[str]) -> bool:
    """Arabic has no capitals to begin a line with."""
    letters = [sign for line in lines for sign in line[:100] if sign.isalpha()]
    return sum(sign.islower() or sign.isupper() for sign in letters) * 2 > len(letters)


def paragraphs_in(block: Block) -> list[Block]:
    """Where single line breaks divide paragraphs, and not only lines: a long line is a paragraph."""
    lines = block.text.split("\n")
    if block.kind not in (Kind.PARAGRAPH, Kind.QUOTE) or len(lines) < 2 or max(map(len, lines)) < PARAGRAPH:
        return [block]
    found: list[Block] = []
    start = at = 0
    for line in lines:
        end = at + len(line)
        if len(line) >= SENTENCE:
            found += [_part(block, start, at - 1)] if start < at else []
            found.append(_part(block, at, end))
            start = end + 1
        at = end + 1
    return [*found, _part(block, start, len(block.text))] if start < len(block.text) else found


def items_in(block: Block) -> list[Block]:
    """A paragraph whose lines are items that somebody typed, as these items."""
    lines = block.text.split("\n")
    if block.kind != Kind.PARAGRAPH or block.cruft or len(lines) < 2:
        return [block]
    markers = [marker(line) for line in lines]
    counted = in_sequence(one.number if one else 0 for one in markers)
    if sum(bool(one) and (not one.ordered or place in counted) for place, one in enumerate(markers) if one) < 2:
        return [block]
    found: list[Block] = []
    start = 0
    for place, (line, one) in enumerate(zip(lines, markers, strict=True)):
        part = _part(block, start, start + len(line))
        start += len(line) + 1
        if one and (not one.ordered or place in counted):
            found.append(replace(without_marker(part, one.length), kind=Kind.ITEM, level=1, ordered=one.ordered))
        else:
            found.append(part)
    return found


def _part(block: Block, start: int, end: int) -> Block:
    marks = tuple(
        replace(mark, start=max(mark.start, start) - start, end=min(mark.end, end) - start)
        for mark in block.marks
        if mark.start < end and mark.end > start
    )
    return replace(block, text=block.text[start:end], marks=marks)
