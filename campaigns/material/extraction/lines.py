"""The lines of a text, and the phrases that stand in them."""

from dataclasses import dataclass
from functools import cache, cached_property

from campaigns.material.document import Cleaned, Kind, Passage, Style

from .names import COMMAS, EDGES, Shape, is_person, phrases, plain, shape
from .signatory_lines import Signer, after_number, after_sign, halves, parsed, trimmed

LONGEST_LIST = 50  # marks of a passage that are looked at
MARKS = (",", " (", " <", " - ", " – ", " — ", ": ", "; ")  # what ends a name in a line


@dataclass(frozen=True, eq=False)
class Line:
    passage: int
    start: int  # in the cleaned text
    text: str
    kind: Kind
    bold: int = 0  # where the bold letters end with which it begins, or the slanted ones begin with which it ends

    @property
    def end(self) -> int:
        return self.start + len(self.text)

    @cached_property
    def key(self) -> str:
        return key(self.text)

    @cached_property
    def shape(self) -> Shape:
        """Of what stands first in it, which is the name if the line is a signer's."""
        name = self.text[: self.bold] if self.is_set_apart else head(self.text)
        return Shape.PERSON if halves(name) else shape(name)

    @cached_property
    def signer(self) -> Signer | None:
        if self.is_set_apart:
            name, rest = trimmed(self.text, 0, self.bold), trimmed(self.text, self.bold, len(self.text))
            return Signer(*name, *rest)
        return parsed(self.text)

    @property
    def is_set_apart(self) -> bool:
        """The name is bold and what follows it is not, or that is slanted."""
        return self.bold > 0 and is_person(self.text[: self.bold].strip(EDGES))


def lines_of(cleaned: Cleaned) -> list[Line]:
    lines: list[Line] = []
    for number, passage in enumerate(cleaned.passages):
        if passage.kind in (Kind.META, Kind.CAPTION, Kind.RULE):
            continue
        at = passage.start
        for text in [passage.text] if passage.kind is Kind.ROW else passage.text.split("\n"):
            if text.strip():
                lines.append(Line(number, at, text, passage.kind, _bold(passage, at, text)))
            at += len(text) + 1
    return lines


def _bold(passage: Passage, at: int, text: str) -> int:
    first = at - passage.start
    for mark in passage.block.marks[:LONGEST_LIST]:
        if mark.style is Style.BOLD and mark.start == first and 0 < mark.end - first < len(text.rstrip(EDGES)):
            return mark.end - first
        if mark.style is Style.ITALIC and first < mark.start and mark.end >= first + len(text.rstrip(EDGES)):
            return mark.start - first
    return 0


def key(text: str) -> str:
    return " ".join(text.casefold().strip(EDGES + "#[](){}…").split())


def head(text: str) -> str:
    text = text.translate(COMMAS)
    at = after_sign(text, after_number(text))
    return text[at : min((place for mark in MARKS if (place := text.find(mark, at)) > 0), default=len(text))]


def labelled(text: str) -> tuple[str, str, str]:
    """The text before and after its first colon; one inside a time, an address or "Bürger:innen" is none."""
    at = text.find(":")
    while 0 < at < len(text) - 1 and (text[at + 1].isdigit() or text[at + 1].islower() or text[at + 1] == "/"):
        at = text.find(":", at + 1)
    return (text[:at], ":", text[at + 1 :]) if at > 0 else (text, "", "")


@cache
def _by_first_word(name: str) -> dict[str, tuple[str, ...]]:
    """Phrases by their first word."""
    found: dict[str, tuple[str, ...]] = {}
    for phrase in phrases(name):
        first = phrase.partition(" ")[0]
        found[first] = (*found.get(first, ()), phrase)
    return found


def mentions(text: str, name: str) -> bool:
    """Whether one of the phrases of [signing] name stands in the text, in whole words."""
    return told([plain(token) for token in text.split()], name)


def told(tokens: list[str], name: str) -> bool:
    starts = _by_first_word(name)
    for at, token in enumerate(tokens):
        for phrase in starts.get(token, ()):
            if " " not in phrase or " ".join(tokens[at : at + phrase.count(" ") + 1]) == phrase:
                return True
    return False


def begins(text: str, name: str) -> str:
    """The phrase of [signing] name with which the text begins, if more follows it."""
    first = text.partition(" ")[0].rstrip(",")
    for phrase in (*_by_first_word(name).get(first, ()), *_by_first_word(name).get(first + ",", ())):
        if text.startswith((phrase + " ", phrase + ",")):
            return phrase
    return ""
