"""What is written on one letter, before anyone decides how it looks."""

import datetime
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal

from django.utils.safestring import SafeString

Direction = Literal["ltr", "rtl"]

RTL_LANGUAGES = frozenset({"ar", "arc", "ckb", "dv", "fa", "he", "ks", "ps", "sd", "ug", "ur", "yi"})


def is_rtl(language: str) -> bool:
    """Whether a language ("ar", "ar-SY") is written from right to left."""
    return language.lower().replace("_", "-").split("-")[0] in RTL_LANGUAGES


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSheet:
    """One letter or statement. Every str is plain text; only `body_html` is markup, and already sanitised.

    `body` has its paragraphs separated by blank lines; a single newline stays a line break.
    `annex` names further senders of the same letter, set in columns after it. `layout` is one of letters.pdf.profiles.
    `blank` leaves the sender's name and address, and the date if there is none, as ruled lines to fill by hand.
    """

    title: str
    language: str = "en"
    sender_name: str = ""
    sender_lines: tuple[str, ...] = ()
    recipient_lines: tuple[str, ...] = ()
    date: datetime.date | None = None
    place: str = ""
    subject: str = ""
    salutation: str = ""
    body: str = ""
    body_html: SafeString | None = None
    asks: tuple[str, ...] = ()
    closing: str = ""
    signature_name: str = ""
    affiliation: str = ""
    signatures_line: str = ""
    sources: tuple[str, ...] = ()
    foot_text: str = ""
    foot_url: str = ""
    blank: bool = False
    layout: str = ""
    annex: tuple[str, ...] = ()

    @property
    def direction(self) -> Direction:
        return "rtl" if is_rtl(self.language) else "ltr"


_LINE_ENDS = re.compile("\r\n|[\r\v\f\x85\u2028]")
# Controls, lone surrogates and what is no character; what turns the text around it the other way (embeddings, overrides
# and isolates: direction comes from the letters); and what only ever shows as an empty box.
_UNSHOWN = re.compile(
    "[\0-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "\u202a-\u202e\u2066-\u2069\u115f\u1160\u3164\uffa0\ufff9-\ufffc]"
)


def clean(text: str) -> str:
    """Text without what no page can show, and without what reverses its surroundings. Newline and tab stay."""
    return _UNSHOWN.sub("", _LINE_ENDS.sub("\n", text).replace("\u2029", "\n\n"))


def one_line(text: str) -> str:
    return " ".join(clean(text).split())


LONGEST_WORD, PIECE = 200, 50
_LONG_WORD = re.compile(rf"\S{{{LONGEST_WORD + 1},}}")
_PIECE = re.compile(rf"\S{{{PIECE}}}(?=\S)")


def breakable(text: str) -> str:
    """Longer words than any language or address has, with places to break them at (U+200B).

    For each line of a word without one, the whole rest of it is set and hyphenated again.
    """
    return _LONG_WORD.sub(lambda word: _PIECE.sub("\\g<0>\u200b", word[0]), text)


_INSIDE_A_SUM = re.compile(r"(?<=\d) (?=[€£$%‰]|\d{3}(?!\d))")


def held_together(text: str) -> str:
    """48 000 € stands on one line."""
    return _INSIDE_A_SUM.sub("\N{NO-BREAK SPACE}", text)


def paragraphs(text: str) -> list[list[str]]:
    """Paragraphs, each a list of its lines."""
    found: list[list[str]] = []
    current: list[str] = []
    for line in [*clean(text).split("\n"), ""]:
        if line.strip():
            current.append(line.strip())
        elif current:
            found.append(current)
            current = []
    return found


def direction_of(text: str, otherwise: Direction) -> Direction:
    """The direction of the first strongly directed character, as HTML's dir=auto has it."""
    for character in text:
        strength = unicodedata.bidirectional(character)
        if strength == "L":
            return "ltr"
        if strength in ("R", "AL"):
            return "rtl"
    return otherwise


def language_of(text: str) -> str:
    """The likeliest language of a text in another script than the letter's: whoever reads aloud needs a voice that
    knows the letters."""
    for character in text:
        strength = unicodedata.bidirectional(character)
        if strength in ("L", "R", "AL"):
            return {"L": "en", "R": "he", "AL": "ar"}[strength]
    return "und"
