"""Many letters in one PDF to be printed, each looking as it does alone."""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from . import limits
from .layout import letter_body, letter_css
from .profiles import DEFAULT_PROFILE, PROFILES
from .sandbox import POOL
from .sheet import LetterSheet

# What is laid out at once: so little that nobody who is hurried waits long for the renderer, and that the letters
# with the most text stay within its time.
AT_ONCE, CHARACTERS_AT_ONCE = 20, 40_000


@dataclass(frozen=True)
class Bound:
    """`pages`: how many each letter has. Each begins on a right-hand page; one with an odd number of pages is followed
    by an empty one, the last too."""

    pdf: bytes
    pages: list[int]


def letters_pdf(sheets: Sequence[LetterSheet], profile: str | None = None) -> Bound:
    """At least one letter, each in the layout named or in its own.

    A PDF for the printer: without tags, and so no PDF/UA. Raises as letter_pdf does when one of them cannot be set.
    """
    if not sheets:
        raise ValueError("There is no PDF without a page.")
    request = {"kind": "letters", "sheets": [_sheet(one, profile) for one in sheets]}
    pdf, pages = POOL.render(request, limits(), hurried=False)
    return Bound(pdf, json.loads(pages))


def _sheet(sheet: LetterSheet, profile: str | None) -> dict[str, str]:
    place = PROFILES[profile or sheet.layout or DEFAULT_PROFILE]
    return {"html": letter_body(sheet, place), "css": letter_css(sheet.language, place)}


def batches(sheets: Iterable[LetterSheet]) -> Iterator[list[LetterSheet]]:
    """In their order, as many at a time as letters_pdf should be given."""
    batch: list[LetterSheet] = []
    size = 0
    for sheet in sheets:
        if batch and (len(batch) >= AT_ONCE or size + len(sheet.body) > CHARACTERS_AT_ONCE):
            yield batch
            batch, size = [], 0
        batch.append(sheet)
        size += len(sheet.body)
    if batch:
        yield batch
