"""Phrases of the languages' data, found in a line of text whatever its case, quotes, vowel signs and numbers.

"leave a reply" is a whole line, "leave a reply…" its beginning, "…all rights reserved" its end, "…cookies…" any part
of it, "sign the…petition" its beginning and what follows later. "#" stands for a number.
"""

import re
from functools import cache

from . import words

ELLIPSIS = "…"
# One letter where writers use several: alef with and without hamza, Persian and Arabic kaf and yeh; straight quotes.
ALIKE = str.maketrans("أإآٱىیکة’‘`´“”„«»", 'اااايي\u0643ه\'\'\'\'"""""', "\u0640\u200c\u200e\u200f")
NUMBER = re.compile(r"\d(?:[\d.,\u00a0\u202f' ]{0,12}\d)?")
COLON = re.compile(r"\s{1,4}:")


def normal(text: str) -> str:
    """How a line reads, without the signs before and after it."""
    plain = "".join(c for c in text.translate(ALIKE) if not 0x64B <= ord(c) <= 0x652).casefold()
    said = [at for at, c in enumerate(plain) if c.isalnum() or c == "#"]
    if not said:
        return ""
    return COLON.sub(":", " ".join(NUMBER.sub("#", plain[said[0] : said[-1] + 1]).split()))


class Phrases:
    def __init__(self, phrases: tuple[str, ...]) -> None:
        pieces = [tuple(map(_piece, phrase.split(ELLIPSIS))) for phrase in phrases]
        self.whole = {one[0] for one in pieces if len(one) == 1}
        self.openings = tuple(one[0] for one in pieces if len(one) == 2 and one[0] and not one[1])
        self.endings = tuple(one[1] for one in pieces if len(one) == 2 and one[1] and not one[0])
        self.parts = tuple(one[1] for one in pieces if len(one) == 3 and one[1])
        self.pairs = tuple(one for one in pieces if len(one) == 2 and all(one))

    def match(self, text: str) -> bool:
        line = normal(text)
        return bool(line) and (line in self.whole or self.opens(line) or self.ends(line) or self.has(line))

    def opens(self, line: str) -> bool:
        """`line` is in its normal form, here and below."""
        if line.startswith(self.openings) and any(_opens(line, one) for one in self.openings):
            return True
        return any(_opens(line, first) and _apart(line[len(first) :], rest) for first, rest in self.pairs)

    def ends(self, line: str) -> bool:
        return line.endswith(self.endings) and any(
            line.endswith(one) and not _cut(line, len(line) - len(one)) for one in self.endings
        )

    def has(self, line: str) -> bool:
        return any(one in line and _apart(line, one) for one in self.parts)


@cache
def everywhere(room: str, *names: str) -> Phrases:
    """The phrases of all languages under these names."""
    return Phrases(tuple(phrase for name in names for phrase in words.everywhere(room, name)))


def _piece(text: str) -> str:
    """A piece of a phrase keeps the signs that tell it from a mere word: "photo:", "/afp", "(image"."""
    text = text.strip()
    before = text[0] if text[:1] in ("/", "(", "[") else ""
    return before + normal(text) + (":" if text.endswith(":") else "")


def _opens(line: str, opening: str) -> bool:
    return line.startswith(opening) and not _cut(line, len(opening))


def _apart(line: str, part: str) -> bool:
    at = line.find(part)
    while at >= 0:
        if not _cut(line, at) and not _cut(line, at + len(part)):
            return True
        at = line.find(part, at + 1)
    return False


def _cut(line: str, at: int) -> bool:
    """Whether a place is inside a word. Not so in scripts without capitals: there, small words join the next one."""
    return 0 < at < len(line) and all(c.isalnum() and c.lower() != c.upper() for c in line[at - 1 : at + 1])
