"""Lines → paragraphs, headings, items, notes."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from campaigns.material.document import Block, Kind, Style

from .items import Marker, in_sequence, marker, without_marker
from .joining import Joining
from .pdf_layout import Frame, frames
from .pdf_page import Line
from .plain import PARAGRAPH, RULE, begin_anew
from .runs import PLAIN, Piece, Runs, normal
from .tables import row_of

LARGER = 1.15  # than the text: a heading
SMALLER = 0.93  # than the text: a note at the foot of the page
LEAST_GAP = 1.22  # of the distance between lines: a new paragraph
INDENT = 0.8  # of the size
NOTE = re.compile(r"(?:\d{1,3}|[*†‡]{1,3}|\(\d{1,3}\)|\[\d{1,3}\])[.)]?\s*(?=[^\s\d.,])")
ENDED = re.compile(r"[.!?:…۔؟]['\"”’»)\]]{0,2}$")
LONG_HEADING = 300  # characters
LEVELS = 6
NEAR = 3.0  # points
REACH = 12.0  # points between the ends of lines that are full
FEW, NARROW = 6, 50  # lines of a column, and characters of one, that need not be text
STEP = 8.0  # points, from one depth of a list to the next


@dataclass(slots=True)
class _Group:
    """The lines of one block: `lines` are joined, or kept apart where `hard` is true of the place between them."""

    lines: list[Line]
    marker: Marker | None = None
    hard: list[bool] = field(default_factory=list)
    heading: bool = False
    indent: float = 0.0  # from the edge of its column, in points

    @property
    def last(self) -> Line:
        return self.lines[-1]


def blocks_of(pages: Sequence[list[Line]]) -> list[Block]:
    text = [[line for line in lines if not line.cruft] for lines in pages]
    joining = Joining(line.text for lines in text for line in lines)
    size = _common(line for lines in text for line in lines)
    notes: list[_Group] = []
    flow: list[tuple[Frame, bool]] = []  # a frame, and whether it is the first of its page
    for lines in text:
        above, below = _notes(lines, size)
        notes += below
        flow += [(frame, place == 0) for place, frame in enumerate(frames(above))]
    groups = _Composer(flow, size, joining).groups()
    writer = _Writer(groups, size, joining)
    running = [
        Block(said, page=line.page, cruft=line.cruft)
        for lines in pages
        for line in lines
        if line.cruft and (said := " ".join(normal(line.text).split()))
    ]
    blocks = [block for group in groups for block in writer.blocks(group)]
    found = [_note(block) for group in notes for block in writer.blocks(group)]
    return _in_order(blocks, running) + found


def _common(lines: Iterator[Line]) -> float:
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[line.size] += len(line.text)
    return sizes.most_common(1)[0][0] if sizes else 10.0


def _in_order(blocks: list[Block], running: list[Block]) -> list[Block]:
    """What was on every page comes before the page's own blocks."""
    return sorted([*running, *blocks], key=lambda block: block.page) if running else blocks


def _notes(lines: list[Line], size: float) -> tuple[list[Line], list[_Group]]:
    """What stands in small letters at the foot of the page, from the first that has a number."""
    below = sorted(lines, key=lambda line: line.baseline)
    foot: list[Line] = []
    for line in below:
        if line.size > SMALLER * size:
            break
        foot.append(line)
    foot = [line for line in lines if any(line is one for one in foot)] if len(foot) < len(lines) else []
    start = next((place for place, line in enumerate(foot) if NOTE.match(line.text)), len(foot))
    groups: list[_Group] = []
    for line in foot[start:]:
        if NOTE.match(line.text) or not groups:
            groups.append(_Group([line]))
        else:
            groups[-1].lines.append(line)
            groups[-1].hard.append(False)
    noted = {id(line) for line in foot[start:]}
    return [line for line in lines if id(line) not in noted], groups


def _note(block: Block) -> Block:
    number = NOTE.match(block.text)
    return replace(without_marker(block, number.end()) if number else block, kind=Kind.FOOTNOTE)


class _Composer:
    """Goes through the frames line by line and decides where a block ends."""

    def __init__(self, flow: list[tuple[Frame, bool]], size: float, joining: Joining) -> None:
        self._flow, self._size, self._joining = flow, size, joining
        wide = [frame for frame, _first in flow if not frame.narrow]
        self._left = min((frame.left for frame in wide), default=0.0)
        self._right = _reach([line.right for frame in wide for line in frame.lines])
        lines = [line for frame, _first in flow for line in frame.lines]
        self._markers = _markers(lines)
        self._leading = _leading(self._flow)

    def groups(self) -> list[_Group]:
        found: list[_Group] = []
        for frame, _first in self._flow:
            left, right = (frame.left, frame.right) if frame.narrow and _is_text(frame) else (self._left, self._right)
            for place, line in enumerate(frame.lines):
                found += self._next(found[-1] if found else None, line, place == 0, left, right)
        return [part for group in found for part in _apart(group)]

    def _next(self, group: _Group | None, line: Line, first: bool, left: float, right: float) -> list[_Group]:
        """A new group, or none if the line belongs to the one before."""
        one = self._markers.get(id(line))
        indent = right - line.right if line.rtl else line.left - left
        new = [_Group([line], one, heading=line.size >= LARGER * self._size, indent=indent)]
        if group is None or line.cells or group.last.cells or one:
            return new
        goes_on = self._goes_on_over_break(group, line) if first else self._goes_on(group, line, left, right)
        if not goes_on:
            return new
        group.hard.append(not first and not group.heading and _room(group.last, line, left, right))
        group.lines.append(line)
        return []

    def _goes_on(self, group: _Group, line: Line, left: float, right: float) -> bool:
        before = group.last
        step = before.baseline - line.baseline
        if abs(before.size - line.size) > 0.08 * before.size:
            return False
        if step > LEAST_GAP * self._leading.get(round(line.size), 1.2 * line.size) and not group.heading:
            return False
        if group.heading:
            return step < 1.8 * line.size
        return not self._set_off(group, line) and not (_changes(before, line) and _room(before, line, left, right))

    def _set_off(self, group: _Group, line: Line) -> bool:
        """Set in or out, as the first line of a paragraph is."""
        before = group.last
        step = (before.right - line.right) if line.rtl else (line.left - before.left)
        if abs(step) < INDENT * line.size:
            return False
        if group.marker:
            return step < 0 and len(group.lines) > 1
        if abs((before.left + before.right) - (line.left + line.right)) < 2 * NEAR or (
            abs(before.left - line.left) < NEAR if line.rtl else abs(before.right - line.right) < NEAR
        ):
            return False  # set in the middle, or at the other edge
        return step > 0 or len(group.lines) > 1

    def _goes_on_over_break(self, group: _Group, line: Line) -> bool:
        """Over the end of a page or column: the sentence is not ended."""
        before = group.last
        if group.heading or abs(before.size - line.size) > 0.08 * before.size or before.bold != line.bold:
            return False
        text = before.text.rstrip()
        if any(group.hard):
            return False
        return not ENDED.search(text) and (
            line.text[:1].islower() or text[-1:] in "-\u2010\u00ad," or _unended(text, line)
        )


def _unended(text: str, line: Line) -> bool:
    """A long line without an end, and the next has no capital letter to begin with, or its script has none."""
    letter = next((letter for letter in line.text if letter.isalpha()), "")
    return len(text) > 40 and (not letter.isupper() or len(text) > 60)


def _is_text(frame: Frame) -> bool:
    """Lines of a column; few short ones with capitals are names beside names, and say nothing of how far it goes."""
    lines = [line.text for line in frame.lines]
    return len(lines) > FEW or not all(line[:1].isupper() and len(line) < NARROW for line in lines)


def _reach(rights: list[float]) -> float:
    """How far lines go: as far as three of them."""
    far = sorted(rights, reverse=True)
    return next(
        (right for right, third in zip(far, far[2:], strict=False) if right - third < REACH), max(far, default=0)
    )


def _leading(flow: list[tuple[Frame, bool]]) -> dict[int, float]:
    """By the size of the letters, the distance that lines mostly have."""
    steps: dict[int, Counter[float]] = {}
    for frame, _first in flow:
        for one, next in pairwise(frame.lines):
            step = one.baseline - next.baseline
            if abs(one.size - next.size) < 0.5 and 0.8 * one.size < step < 2.4 * one.size:
                steps.setdefault(round(one.size), Counter())[round(step * 2) / 2] += 1
    return {size: _least_common(counts) for size, counts in steps.items()}


def _least_common(counts: Counter[float]) -> float:
    """The least of the distances that are found often: paragraphs of one line have a wider one."""
    most = max(counts.values())
    return min(step for step, count in counts.items() if count >= most / 4)


def _markers(lines: list[Line]) -> dict[int, Marker]:
    found = [marker(normal(line.text)) for line in lines]
    counted = in_sequence(one.number if one else 0 for one in found)
    return {
        id(line): one
        for place, (line, one) in enumerate(zip(lines, found, strict=True))
        if one and (not one.ordered or place in counted)
    }


def _room(before: Line, line: Line, left: float, right: float) -> bool:
    """The next word would have fitted, so the line was ended on purpose."""
    if before.text[-1:] in "-\u2010\u00ad":
        return False
    at_start, at_end = before.left - left, right - before.right
    if line.rtl:
        at_start, at_end = at_end, at_start
    if _goes_on_small(line.text) and at_end < 0.4 * (right - left):
        return False
    centred = abs(at_start - at_end) < 2 * NEAR and abs((line.left - left) - (right - line.right)) < 2 * NEAR
    same_start = abs(before.right - line.right) < NEAR if line.rtl else abs(before.left - line.left) < NEAR
    free = at_end if same_start or not (centred or at_end < NEAR) else at_start + at_end
    return line.first_word + 0.3 * line.size < free - 0.15 * line.size


def _goes_on_small(text: str) -> bool:
    """In the middle of a sentence; no name begins so, and no line of an address."""
    return next((letter.islower() for letter in text[:4] if letter.isalpha()), False)


def _changes(before: Line, line: Line) -> bool:
    """From bold letters to others, as below a heading."""
    return (Style.BOLD in before.pieces[-1].styles) != (Style.BOLD in line.pieces[0].styles)


def _apart(group: _Group) -> list[_Group]:
    """Short lines under each other are one block, as an address is; what was wrapped is one of its own."""
    if not group.heading and not group.marker and begin_anew([line.text for line in group.lines]):
        return [replace(group, hard=[True] * len(group.hard))]
    if not any(group.hard):
        return [group]
    parts = [replace(group, lines=group.lines[:1], hard=[])]
    for line, hard in zip(group.lines[1:], group.hard, strict=True):
        if hard:
            parts.append(_Group([line]))
        else:
            parts[-1].lines.append(line)
            parts[-1].hard.append(False)
    long = any(sum(len(line.text) for line in part.lines) > PARAGRAPH for part in parts)
    return parts if long else [group]


class _Writer:
    def __init__(self, groups: list[_Group], size: float, joining: Joining) -> None:
        self._joining = joining
        sizes = {group.lines[0].size for group in groups if group.heading}
        self._levels = {size: min(place, LEVELS) for place, size in enumerate(sorted(sizes, reverse=True), 1)}
        self._indents: list[float] = []  # of the item before and those that it is under

    def _depth(self, indent: float) -> int:
        while self._indents and indent < self._indents[-1] + STEP:
            self._indents.pop()
        self._indents.append(indent)
        return min(len(self._indents), LEVELS)

    def blocks(self, group: _Group) -> Iterator[Block]:
        first = group.lines[0]
        if first.cells:
            cells = [" ".join(normal(cell).split()) for cell in first.cells]
            if any(cells):
                yield replace(row_of(cells), page=first.page)
            return
        if not group.marker:
            self._indents = []
        for block in Runs(self._pieces(group)).blocks(page=first.page):
            if RULE.fullmatch(block.text):
                yield Block("", Kind.RULE, page=first.page)
            elif group.marker:
                length = group.marker.length
                depth = self._depth(group.indent)
                yield replace(without_marker(block, length), kind=Kind.ITEM, level=depth, ordered=group.marker.ordered)
            elif group.heading and len(block.text) <= LONG_HEADING and any(map(str.isalpha, block.text)):
                yield replace(block, kind=Kind.HEADING, level=self._levels[first.size])
            else:
                yield block

    def _pieces(self, group: _Group) -> list[Piece]:
        pieces: list[Piece] = []
        for place, line in enumerate(group.lines):
            if place and group.hard[place - 1]:
                pieces.append(Piece("\n", PLAIN, ""))
            elif place:
                before = group.lines[place - 1].text.rstrip()
                cut, glue = self._joining.glue(before, line.text)
                while pieces and not pieces[-1].text.strip():
                    pieces.pop()
                if cut:
                    kept = pieces[-1].text.rstrip()
                    pieces[-1] = pieces[-1]._replace(text=kept[: len(kept) - cut])
                pieces.append(Piece(glue, pieces[-1].styles if pieces else PLAIN, ""))
            pieces += [piece._replace(text=self._joining.inline(piece.text)) for piece in line.pieces]
            if place + 1 < len(group.lines) and pieces:
                # The hyphen at the end of a line is glue's to judge.
                last = line.pieces[-1]
                pieces[-1] = last._replace(text=self._joining.inline(last.text.rstrip()[:-1]) + last.text.rstrip()[-1:])
        return pieces
