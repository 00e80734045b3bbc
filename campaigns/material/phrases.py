"""Phrases of the languages' data, found in a line of text whatever its quotes, vowel signs and numbers.

"leave a reply" is a whole line, "leave a reply…" its beginning, "…all rights reserved" its end, "…cookies…" any part
of it. "#" stands for a number.
"""

import re
from functools import cache

from . import words

ELLIPSIS = "…"
# One letter where writers use several: alef with and without hamza, Persian and Arabic kaf and yeh; straight quotes.
ALIKE = str.maketrans("أإآٱىیکة’‘`´“”„«»", 'اااايي\u0643ه\'\'\'\'"""""', "\u0640\u200c\u200e\u200f")
NUMBER = re.compile(r"\d(?:[\d.,\u00a0\u202f' ]{0,12}\d)?")


def normal(text: str) -> str:
    """How a line reads whatever its case, quotes, vowel signs and numbers, without the signs around it."""
    plain = "".join(c for c in text.translate(ALIKE) if not 0x64B <= ord(c) <= 0x652).casefold()
    said = [at for at, c in enumerate(plain) if c.isalnum() or c == "#"]
    if not said:
        return ""
    return " ".join(NUMBER.sub("#", plain[said[0] : said[-1] + 1]).split())


class Phrases:
    def __init__(self, phrases: tuple[str, ...]) -> None:
        self.whole = {normal(one) for one in phrases if ELLIPSIS not in one}
        self.openings = _between(phrases, starts=False, ends=True)
        self.endings = _between(phrases, starts=True, ends=False)
        self.parts = _between(phrases, starts=True, ends=True)

    def match(self, text: str) -> bool:
        line = normal(text)
        return line in self.whole or self.opens(line) or self.ends(line) or self.has(line)

    def opens(self, line: str) -> bool:
        return line.startswith(self.openings) and any(
            line.startswith(one) and not _cut(line, len(one)) for one in self.openings
        )

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


def _between(phrases: tuple[str, ...], starts: bool, ends: bool) -> tuple[str, ...]:
    chosen = (one for one in phrases if (one.startswith(ELLIPSIS), one.endswith(ELLIPSIS)) == (starts, ends))
    return tuple(normal(one) for one in chosen)


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
