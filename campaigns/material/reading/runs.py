"""Pieces of text, each with its looks → blocks with marks."""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from campaigns.material.document import Block, Mark, Style

BREAKS = re.compile("[\n\v\f\x85\u2028\u2029]")
# Control characters, marks of byte order, halves of surrogate pairs: nobody sees them, and some cannot be encoded.
UNSEEN = dict.fromkeys(
    (*range(9), *range(0x0E, 0x20), *range(0x7F, 0x85), *range(0x86, 0xA0), 0xFEFF, 0xFFFE, 0xFFFF)
    + tuple(range(0xD800, 0xE000))
)
LINKS = ("http://", "https://", "mailto:")
PLAIN: frozenset[Style] = frozenset()


def normal(text: str) -> str:
    """Unicode NFKC without what nobody sees; ends of lines are "\\n"."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").translate(UNSEEN)
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def safe_link(address: str | None) -> str:
    address = (address or "").strip()
    return address if address.lower().startswith(LINKS) else ""


class Piece(NamedTuple):
    text: str
    styles: frozenset[Style]
    target: str


@dataclass(slots=True)
class Runs:
    """The text of one paragraph as it is collected."""

    pieces: list[Piece] = field(default_factory=list)

    def add(self, text: str, styles: frozenset[Style] = PLAIN, target: str = "") -> None:
        if text:
            self.pieces.append(Piece(text, styles, target))

    def cells(self) -> tuple[str, ...]:
        """What tabs set apart, if there is one line and something on both sides."""
        parts = normal("".join(piece.text for piece in self.pieces)).strip().split("\t")
        cells = tuple(" ".join(part.split()) for part in parts if part.strip())
        return cells if len(cells) > 1 and not any("\n" in part for part in parts) else ()

    def blocks(self, **about: Any) -> list[Block]:
        """What was collected, as blocks of `about`: several where two or more line breaks follow each other."""
        lines: list[_Line] = [_Line()]
        for piece in self.pieces:
            first, *others = BREAKS.split(normal(piece.text))
            lines[-1].add(first, piece)
            for other in others:
                lines.append(_Line())
                lines[-1].add(other, piece)
        found, current = [], _Line()
        for line in lines:
            if line.text:
                current.append(line)
            elif current.text:
                found.append(current)
                current = _Line()
        return [line.block(about) for line in [*found, current] if line.text]


@dataclass(slots=True)
class _Line:
    text: str = ""
    space: bool = False  # white space was seen behind it
    marks: list[Mark] = field(default_factory=list)

    def add(self, text: str, piece: Piece) -> None:
        words = " ".join(text.split())
        if not words:
            self.space |= bool(text)
            return
        if self.text and (self.space or text[0].isspace()):
            self.text += " "
        start = len(self.text)
        self.text += words
        self.space = text[-1].isspace()
        for style in sorted(piece.styles):
            self._mark(Mark(start, len(self.text), style))
        if piece.target:
            self._mark(Mark(start, len(self.text), Style.LINK, piece.target))

    def _mark(self, mark: Mark) -> None:
        """Adds it, or lengthens the one before that says the same and ends where it begins."""
        for place in range(len(self.marks) - 1, max(-1, len(self.marks) - 4), -1):
            before = self.marks[place]
            if (before.style, before.target) == (mark.style, mark.target) and mark.start - before.end <= 1:
                self.marks[place] = replace(before, end=mark.end)
                return
        self.marks.append(mark)

    def append(self, line: "_Line") -> None:
        if self.text:
            self.text += "\n"
        at = len(self.text)
        self.text += line.text
        for mark in line.marks:
            self._mark(replace(mark, start=mark.start + at, end=mark.end + at))

    def block(self, about: dict[str, Any]) -> Block:
        if unicodedata.is_normalized("NFKC", self.text):
            return Block(self.text, marks=tuple(self.marks), **about)
        return Block(unicodedata.normalize("NFKC", self.text), **about)  # an accent apart from its letter
