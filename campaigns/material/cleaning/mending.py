"""What a format or a page broke within a text is made whole: escaped signs, words divided at the end of a line."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from campaigns.material import phrases, words
from campaigns.material.document import Block, Kind
from campaigns.material.phrases import normal
from campaigns.material.prose import count_words, ends_sentence, is_prose

from .sheet import Edit, edited, piece

SENTENCE = 4  # words of a short line behind a paragraph that is its own
COPIED = 200  # lines of a copied page without an empty one between them
HEADING = 40  # characters of "Most read"
LONGEST_HEADING = 150  # characters: what is longer, and ends as a sentence does, is a paragraph in large letters
ESCAPED = re.compile(r"\\(?=[$*_#~`>|.!+\-()\[\]{}<@\"'&%])")
# reStructuredText in a plain text: :ref:`the report <report-2024>`
ROLE = re.compile(r":[a-z:]{2,20}:`([^`<\n]{1,300})(?:<[^`>\n]{0,300}>)?`")
DIVIDED = re.compile(r"([^\W\d_]{1,40}(?:['’][^\W\d_]{1,40})?)-( \n?|\n ?)(?=([^\W\d_]{1,40}(?:['’][^\W\d_]{1,40})?))")
WORD = re.compile(r"[^\W\d_]{1,60}(?:['’-][^\W\d_]{1,60}){0,4}")


def mended(blocks: list[Block]) -> list[Block]:
    title = next((block for block in blocks if block.kind == Kind.HEADING), None)
    blocks = [block if block is title else _plainly(block) for block in blocks]
    seen = Counter(_plain(word) for block in blocks for word in WORD.findall(block.text))
    together = _joins(blocks, seen)
    return [edited(block, sorted({*_escapes(block), *_divisions(block, seen, together)})) for block in blocks]


def _plainly(block: Block) -> Block:
    """A paragraph that is a heading for its large letters alone."""
    long = block.kind == Kind.HEADING and len(block.text) > LONGEST_HEADING and ends_sentence(block.text)
    return replace(block, kind=Kind.PARAGRAPH, level=0) if long else block


def parted(block: Block) -> list[Block]:
    """The paragraphs of a text that was written without blank lines. Short lines, as of an address, stay together."""
    lines = block.text.split("\n") if block.kind == Kind.PARAGRAPH else []
    section = _section(lines)
    if section is None and sum(is_prose(line) and ends_sentence(line) for line in lines) < 2:
        return [block]
    found: list[tuple[int, int]] = []
    at = 0
    short: int | None = None
    for number, line in enumerate(lines):
        ends = short is None and ends_sentence(line) and count_words(line) >= SENTENCE
        if is_prose(line) or ends or (section is not None and number >= section):
            found += [(short, at - 1)] if short is not None else []
            found.append((at, at + len(line)))
            short = None
        elif short is None:
            short = at
        at += len(line) + 1
    found += [(short, len(block.text))] if short is not None else []
    return [piece(block, start, end) for start, end in found if block.text[start:end].strip()]


def _section(lines: list[str]) -> int | None:
    """The line "Comments" or "Most read" within a copied page: what follows it is no paragraph of one text."""
    if not 1 < len(lines) <= COPIED:
        return None
    comments = phrases.everywhere("cleaning", "comments_begin")
    related = phrases.everywhere("cleaning", "related").whole
    short = ((number, line) for number, line in enumerate(lines) if len(line) <= HEADING)
    return next((number for number, line in short if comments.match(line) or normal(line) in related), None)


def _escapes(block: Block) -> Iterable[Edit]:
    if "\\" in block.text:
        yield from ((found.start(), found.end(), "") for found in ESCAPED.finditer(block.text))
    if ":`" in block.text:
        yield from ((found.start(), found.end(), found[1].strip()) for found in ROLE.finditer(block.text))


def _divisions(block: Block, seen: Counter[str], together: bool) -> Iterable[Edit]:
    """A word cut in two becomes one where the document has it in one piece elsewhere, or divides its words like that;
    "E-\\ncommerce" keeps its hyphen, and "pre- and post-war" both words."""
    for found in DIVIDED.finditer(block.text) if "-" in block.text else ():
        first, gap, second = found.groups()
        own = _plain(first).rpartition("'")[2]  # without "d'" and "l'"
        end = found.end() - len(gap)
        if second.lower() in words.everywhere("cleaning", "suspending") or not second[0].islower():
            continue
        if seen[_plain(first + second)] or seen[own + _plain(second)]:
            yield end - 1, found.end(), ""
        elif "\n" in gap or seen[_plain(f"{first}-{second}")]:
            hyphenated = len(first) == 1 or seen[_plain(f"{first}-{second}")] or not together
            yield (end, found.end(), "") if hyphenated else (end - 1, found.end(), "")


def _joins(blocks: list[Block], seen: Counter[str]) -> bool:
    """Do this document's lines end in divided words, rather than at a hyphen that was there anyway?"""
    votes = 0
    for block in blocks:
        for found in DIVIDED.finditer(block.text) if "-" in block.text else ():
            if "\n" in found[2]:
                votes += bool(seen[_plain(found[1] + found[3])]) - bool(seen[_plain(f"{found[1]}-{found[3]}")])
    return votes > 0


def _plain(word: str) -> str:
    return word.replace("’", "'").lower()
