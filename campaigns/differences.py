"""What differs between two wordings, in words that were taken out and words that were put in."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Any

from . import wording_limits
from .models import CampaignText

KEPT, INSERTED, DELETED = "kept", "ins", "del"
# Pairs of words that may be compared in one text. Beyond it, paragraphs are shown as exchanged whole: a matcher takes
# the square of the words' number, and a text may hold 20,000 of them.
PATIENCE = 1_000_000
SHORT_KEPT = 300  # characters: more than that between two changes is shortened to its beginning and its end
SHOWN_OF_KEPT = 110
_MARKS = '.,;:!?…،؛؟。()\\[\\]{}"“”„«»'
_WORDS = re.compile(rf"\s+|[{_MARKS}]|[^\s{_MARKS}]+")
_PARAGRAPHS = re.compile(r"[^\n]*\n*")


@dataclass(frozen=True)
class Run:
    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """Of one field."""

    field: str
    label: str
    runs: Sequence[Run]


def of_wordings(before: dict[str, Any], after: dict[str, Any]) -> list[Change]:
    """Field by field, only those that differ."""
    found = []
    for name in CampaignText.WORDING:
        one, other = _as_text(before.get(name)), _as_text(after.get(name))
        if one != other:
            found.append(Change(name, wording_limits.label(name), shortened(of_texts(one, other))))
    return found


def _as_text(value: Any) -> str:
    return "\n".join(value) if isinstance(value, list) else str(value or "").strip()


@lru_cache(maxsize=256)
def of_texts(before: str, after: str) -> tuple[Run, ...]:
    """Both texts in one: the kept and the deleted runs are `before`, the kept and the inserted ones `after`."""
    patience = [PATIENCE]
    runs: list[Run] = []
    one, other = _PARAGRAPHS.findall(before)[:-1], _PARAGRAPHS.findall(after)[:-1]
    for kind, left, right in _aligned(one, other, patience):
        if kind == "equal":
            runs.append(Run(KEPT, left))
        else:
            runs.extend(_of_words(left, right, patience))
    return tuple(_joined(runs))


def _of_words(before: str, after: str, patience: list[int]) -> Iterator[Run]:
    for kind, left, right in _aligned(_WORDS.findall(before), _WORDS.findall(after), patience):
        if kind == "equal":
            yield Run(KEPT, left)
        else:
            yield Run(DELETED, left)
            yield Run(INSERTED, right)


def _aligned(one: list[str], other: list[str], patience: list[int]) -> Iterator[tuple[str, str, str]]:
    """What they begin and end with alike costs nothing."""
    start = 0
    while start < min(len(one), len(other)) and one[start] == other[start]:
        start += 1
    end = 0
    while end < min(len(one), len(other)) - start and one[-1 - end] == other[-1 - end]:
        end += 1
    left, right = one[start : len(one) - end], other[start : len(other) - end]
    yield "equal", "".join(one[:start]), ""
    patience[0] -= len(left) * len(right)
    if patience[0] < 0:
        patience[0] += len(left) * len(right)
        yield "replace", "".join(left), "".join(right)
    else:
        for kind, a, b, c, d in SequenceMatcher(None, left, right).get_opcodes():
            yield kind, "".join(left[a:b]), "".join(right[c:d])
    yield "equal", "".join(one[len(one) - end :]), ""


def _joined(runs: list[Run]) -> Iterator[Run]:
    """A lone space between two changes belongs to them: whole phrases are read, not every other word."""
    kept, deleted, inserted = "", "", ""
    for run in [*runs, Run(KEPT, "")]:
        if run.kind == DELETED:
            deleted += run.text
        elif run.kind == INSERTED:
            inserted += run.text
        elif run.text and run.text.isspace() and "\n" not in run.text and (deleted or inserted):
            deleted, inserted = deleted + run.text, inserted + run.text
        elif run.text:
            yield from _said(kept, deleted, inserted)
            kept, deleted, inserted = run.text, "", ""
    yield from _said(kept, deleted, inserted)


def _said(kept: str, deleted: str, inserted: str) -> Iterator[Run]:
    if deleted == inserted:
        kept, deleted, inserted = kept + deleted, "", ""
    yield from (run for run in (Run(KEPT, kept), Run(DELETED, deleted), Run(INSERTED, inserted)) if run.text)


def shortened(runs: Sequence[Run]) -> list[Run]:
    """Only the surroundings of what has changed."""
    last = len(runs) - 1
    return [
        Run(KEPT, _shortened(run.text, first=number == 0, last=number == last)) if run.kind == KEPT else run
        for number, run in enumerate(runs)
    ]


def _shortened(text: str, *, first: bool, last: bool) -> str:
    if len(text) <= SHORT_KEPT:
        return text
    beginning = "" if first else text[:SHOWN_OF_KEPT].rsplit(maxsplit=1)[0] + " "
    ending = "" if last else " " + text[-SHOWN_OF_KEPT:].split(maxsplit=1)[-1]
    return f"{beginning}…{ending}"
