"""Words that were cut at the end of a line."""

import re
from collections import Counter
from collections.abc import Iterable

SOFT = "\u00ad"
HYPHENS = "-\u2010" + SOFT
WORD = re.compile(r"\w+(?:[-\u2010]\w+)*")
INSIDE = re.compile(r"(?<=\w)[-\u2010](?=\w)")
OFTEN = 0.04  # of the lines end in a hyphen where a program hyphenates
SHORT = 4  # letters; "Bürger- und" goes on with a short word that stands alone elsewhere too


class Joining:
    """Joins lines, and knows from the whole text which hyphens belong to a word and which only cut it."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        inside: Counter[str] = Counter()
        ends: Counter[str] = Counter()
        total = 0
        for line in lines:
            self._words.update(WORD.findall(line.casefold()))
            inside.update(INSIDE.findall(line))
            if line.rstrip()[-1:] in HYPHENS and len(line.strip()) > 1:
                ends[line.rstrip()[-1]] += 1
            total += 1
        # Some programs write U+00AD for every hyphen, and then there is no other one.
        self._soft_is_hyphen = not inside
        # Others keep U+2010 for the ends of lines, or hyphenate with the one that there is.
        self._cutting = {hyphen for hyphen in "-\u2010" if ends[hyphen] > 2 and ends[hyphen] > OFTEN * total}
        if ends["\u2010"] and not inside["\u2010"]:
            self._cutting = {"\u2010"}
        if not self._soft_is_hyphen:
            self._cutting.add(SOFT)

    def inline(self, text: str) -> str:
        if SOFT not in text:
            return text
        return text.replace(SOFT, "-" if self._soft_is_hyphen else "")

    def join(self, one: str, next: str) -> str:
        one, next = one.rstrip(), next.lstrip()
        cut, glue = self.glue(one, next)
        return f"{one[: len(one) - cut]}{glue}{next}".strip()

    def glue(self, one: str, next: str) -> tuple[int, str]:
        """How many characters go from the end of `one`, and what comes between the two."""
        if not one or not next or one[-1] not in HYPHENS or len(one) < 2 or not one[-2].isalnum():
            return 0, " "
        tail = WORD.match(next)
        if tail is None or not next[0].islower():
            return 1, "-"
        before, after = _last_word(one[:-1]), tail[0].casefold()
        whole, apart = self._words[f"{before}{after}"], self._words[f"{before}-{after}"]
        if len(after) <= SHORT and self._words[after] > 2 and not whole and not apart:
            return 0, " "
        return (1, "") if not apart and (whole or one[-1] in self._cutting) else (1, "-")


def _last_word(text: str) -> str:
    start = len(text)
    while start and text[start - 1].isalnum():
        start -= 1
    return text[start:].casefold()
