"""Where sentences begin and end within a passage, in all our languages."""

import re
from collections.abc import Iterator
from functools import cache

from campaigns.material import words

# A run of stops and what closes after it; the look-behind keeps long runs linear.
# After those of Chinese and Japanese no space follows.
STOP = re.compile(
    r"(?<![.!?…؟۔。！？])(?:[。！？]++[”’」』）]*+|[.!?…؟۔。！？]++[\"'”’»›)\]“」』]*+(?:\s»)?+(?=\s|\Z))|\n"
)
OPENING = "\"'“”‘„«‹([—–-•*"  # may stand before a sentence's first letter
LAST_WORD = 24  # characters looked at before a stop
MARKER = re.compile(r"\(?(?:\d{1,3}|[^\W\d_]|[ivxIVX]{1,4})[.)]\Z")  # what numbers a list: 1. (a) IV.


def sentences(text: str, language: str | None = None) -> Iterator[tuple[int, int]]:
    """[start, end) of each, without the white space around it. A line of its own begins anew unless in lower case."""
    start = 0
    for stop in STOP.finditer(text):
        if _goes_on(text, start, stop, language or ""):
            continue
        yield from _stripped(text, start, stop.end())
        start = stop.end()
    yield from _stripped(text, start, len(text))


def _goes_on(text: str, start: int, stop: re.Match[str], language: str) -> bool:
    following = text[stop.end() : stop.end() + LAST_WORD].lstrip()
    if stop.group() == "\n":
        return following[:1].islower()
    if following.lstrip(OPENING).lstrip()[:1].islower():
        return True
    if stop.group() != ".":
        return False
    said = text[max(start, stop.start() - LAST_WORD) : stop.start()].split()
    last = said[-1].lstrip(OPENING) if said else ""
    if stop.end() - start <= len(" (iii). ") and MARKER.match(text[start : stop.end()].strip()):
        return True
    if last.isdigit():
        # "am 15. Juni", in the languages whose ordinal numbers are written so
        return len(last) <= 2 and bool(words.of(language, "asking", "ordinal_stop"))
    return (len(last) == 1 and last.isupper()) or _is_initials(last) or last.casefold() in _abbreviations()


def _is_initials(word: str) -> bool:
    """ "U.S", "D.C": the stop after the last letter is missing here."""
    return "." in word and len(word) <= 8 and all(len(one) == 1 and one.isupper() for one in word.split("."))


@cache
def _abbreviations() -> frozenset[str]:
    """Those that a capital or a number follows: a small letter says by itself that the sentence goes on."""
    return frozenset(one.rstrip(".").casefold() for one in words.everywhere("asking", "abbreviations"))


def _stripped(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    said = text[start:end]
    start += len(said) - len(said.lstrip())
    end = start + len(said.strip())
    if end > start:
        yield start, end
