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
    """Joins lines, and knows from the whole text which hyphens belong to a word."""

    def __init__(self, lines: Iterable[str]) -> None:
        self._words: Counter[str] = Counter()
        inside = ends = total = 0
        for line in lines:
            self._words.update(WORD.findall(line.casefold()))
            inside += len(INSIDE.findall(line))
            ends += line.rstrip()[-1:] in HYPHENS and len(line.strip()) > 1
            total += 1
        # Some programs write U+00AD for every hyphen, and then there is no other one.
        self._soft_is_hyphen = not inside
        self._hyphenated = ends > 2 and ends > OFTEN * total

    def inline(self, text: str) -> str:
        if SOFT not in text:
            return text
        return text.replace(SOFT, "-" if self._soft_is_hyphen else "")

    def join(self, one: str, next: str) -> str:
        one, next = one.rstrip(), next.lstrip()
        if not one or not next or one[-1] not in HYPHENS or len(one) < 2 or not one[-2].isalnum():
            return f"{one} {next}".strip()
        return self._keeping(one, next)

    def _keeping(self, one: str, next: str) -> str:
        head, tail = one[:-1], WORD.match(next)
        if tail is None or not next[0].islower():
            return f"{head}-{next}"
        before, after = _last_word(head), tail[0].casefold()
        if len(after) <= SHORT and self._words[after] > 2 and not self._words[f"{before}-{after}"]:
            if self._words[f"{before}{after}"]:
                return head + next
            return f"{head}- {next}"
        if self._words[f"{before}-{after}"]:
            return f"{head}-{next}"
        soft = one[-1] == SOFT and not self._soft_is_hyphen
        joined = soft or self._words[f"{before}{after}"] > 0 or self._hyphenated
        return head + next if joined else f"{head}-{next}"


def _last_word(text: str) -> str:
    start = len(text)
    while start and text[start - 1].isalnum():
        start -= 1
    return text[start:].casefold()
