"""The words of the languages' data as one pattern, to be found in running text with their place.

"*" stands for the letters before or after a word ("minister*", "*نطالب*"), "…" inside a phrase for up to eight words.
"""

import re
from functools import cache

from campaigns.material import words
from campaigns.material.document import Cleaned
from campaigns.material.draft import Draft

# One sign where writers use several, character for character, so that places stay what they are.
ALIKE = str.maketrans("’‘`´ʼأإآٱىیکە", "'''''ااااييكه")
LETTERS = r"\w{0,12}"
GAP = r"(?:\W{1,3}\w{1,30}){1,8}?\W{1,3}"
WHO = r"[^.:;!?]{1,100}?"
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")  # scripts that part no words
NEVER = re.compile(r"(?!)")


def level(text: str) -> str:
    """The text in lower case, each character still at its place."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := c.lower()) == 1 else c for c in text)
    return low.translate(ALIKE)


@cache
def wording(language: str | None, *names: str) -> re.Pattern[str]:
    """Any of the phrases that a language has under these names of [asking]; those of all where it is not known."""
    return pattern(tuple(phrase for name in names for phrase in listed(language, name)))


@cache
def opening(language: str | None, *names: str) -> re.Pattern[str]:
    """The same at the beginning of a text only."""
    return re.compile(r"\W{0,4}(?:" + wording(language, *names).pattern + ")")


@cache
def templates(language: str | None, name: str) -> tuple[re.Pattern[str], ...]:
    """Of phrases such as "call on … to": what stands for the gap is the group "who"."""
    parts = [level(phrase).partition("…") for phrase in listed(language, name)]
    whole = [(_spelt(before.strip()), _spelt(after.strip())) for before, _gap, after in parts]
    return tuple(re.compile(rf"(?<!\w){before}\s(?P<who>\w{WHO})\s?{after}") for before, after in whole)


@cache
def listed(language: str | None, name: str) -> tuple[str, ...]:
    found = words.of(language, "asking", name) if language else ()
    return found if found or (language and not words.is_thin(language)) else words.everywhere("asking", name)


@cache
def pattern(phrases: tuple[str, ...]) -> re.Pattern[str]:
    """The longest phrase first, so that "call on" does not hide "call on you"."""
    ordered = sorted((level(one) for one in phrases if one), key=len, reverse=True)
    apart = [_spelt(one) for one in ordered if not UNSPACED.match(one)]
    within = [_spelt(one) for one in ordered if UNSPACED.match(one)]
    begun = [r"(?<!\w)(?:" + "|".join(apart) + ")"] if apart else []
    return re.compile("(?:" + "|".join([*begun, *within]) + ")") if ordered else NEVER


def _spelt(phrase: str) -> str:
    gap, letters, space = re.escape("…"), re.escape("*"), re.escape(" ")
    spelt = re.escape(phrase).replace(f"{space}{gap}{space}", GAP).replace(letters, LETTERS)
    ends = (phrase[-1].isalnum() or phrase[-1] == "*") and not UNSPACED.match(phrase[-1])
    # no end of a word is asked for after a sign ("j'", "to:")
    return spelt.replace(space, r"\s{1,3}") + (r"(?!\w)" if ends else "")


def language_of(draft: Draft) -> str | None:
    """Of the document, where it is one that is known."""
    code = draft.language.value.split("-")[0] if draft.language else None
    return code if code in words.languages() else None


def place(cleaned: Cleaned, at: int) -> tuple[int, int]:
    return cleaned.passages[at].start, cleaned.passages[at].end
