"""Items of lists that somebody typed: "• …", "- …", "1. …"."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from campaigns.material.document import Block, Kind, Mark

BULLET = re.compile(r"(?:[•‣⁃◦▪▫■□●○➢➤►▶✓✔✗❖*\u00b7\uf0b7\uf0a7\uf0d8\uf0fc-]|[–—](?=\s))\s+(?=\S)")
NUMBER = re.compile(r"(?:\((\d{1,4})\)|(\d{1,4})[.)])\s+(?=\S)")
LETTER = re.compile(r"\(?([a-z])\)\s+(?=\S)")


@dataclass(frozen=True, slots=True)
class Marker:
    length: int
    number: int = 0  # 0: a bullet

    @property
    def ordered(self) -> bool:
        return bool(self.number)


def marker(text: str) -> Marker | None:
    """What may make this an item; a number only does together with others, see `numbered`."""
    if found := BULLET.match(text):
        return Marker(found.end())
    if found := NUMBER.match(text):
        return Marker(found.end(), int(found[1] or found[2]) or 1)
    if found := LETTER.match(text):
        return Marker(found.end(), ord(found[1]) - ord("a") + 1)
    return None


def in_sequence(numbers: Iterable[int]) -> set[int]:
    """The places of those numbers that count up, or are all the same, with others: "12. May" alone is a date."""
    places: set[int] = set()
    before: tuple[int, int] | None = None
    for place, number in enumerate(numbers):
        if not number:
            continue
        if before and (number == before[1] + 1 or number == before[1] == 1):
            places |= {before[0], place}
        before = place, number
    return places


def without_marker(block: Block, length: int) -> Block:
    marks = tuple(
        Mark(max(0, mark.start - length), mark.end - length, mark.style, mark.target)
        for mark in block.marks
        if mark.end > length
    )
    return replace(block, text=block.text[length:], marks=marks)


def typed_items(blocks: list[Block]) -> list[Block]:
    """Paragraphs that begin like items become items."""
    markers = [marker(block.text) if block.kind == Kind.PARAGRAPH and not block.cruft else None for block in blocks]
    counted = in_sequence(one.number if one else 0 for one in markers)
    found = []
    for place, (block, one) in enumerate(zip(blocks, markers, strict=True)):
        if one and (not one.ordered or place in counted):
            block = replace(without_marker(block, one.length), kind=Kind.ITEM, level=1, ordered=one.ordered)
        found.append(block)
    return found
