"""Letters made into pages to be printed: in which order, a part at a time, and put together.

A part is a hundred letters, kept until the bundle is done. A worker that follows a killed one takes it as it is, unless
one of its letters was withdrawn or changed meanwhile; then that part is made again.
"""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import asdict, dataclass

import pypdfium2
from django.db import models
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from config import jobs
from letters.directory.lookup import PostcodeError, parse_postcode, spaced
from letters.letter_text import letter_text, sheet_for
from letters.pdf import LetterSheet, RenderingBusy, RenderingError, fits_window, patiently
from letters.pdf.many import Bound, batches, letters_pdf

from .handing_in import Pile, chunks
from .models import CampaignLetter

PART = 100
NAME = Coalesce("representative__name", "letter__recipient_name")


class Order(models.TextChoices):
    REPRESENTATIVE = "representative", _("By representative, each one’s letters by time")
    POSTCODE = "postcode", _("By the writers’ postcodes")


@dataclass(frozen=True)
class Entry:
    """A letter in the order of a bundle. `representative` is their pk; without it they have left the directory."""

    representative: int | None
    name: str
    pk: int


def in_order(pile: Pile, order: Order, by_representative: bool) -> list[Entry]:
    """By postcode: everybody's letters, or each representative's if `by_representative`."""
    # The numbers first and the letters by the hundred: a query that stays open would stand in the way of every write.
    rows = pile.letters().order_by(NAME, "representative", "confirmed_at", "pk")
    entries = [Entry(*row) for row in rows.values_list("representative", NAME, "pk")]
    if order == Order.REPRESENTATIVE:
        return entries
    postcodes = _postcodes(pile, [entry.pk for entry in entries])
    entries = [entry for entry in entries if entry.pk in postcodes]
    if by_representative:
        return sorted(entries, key=lambda entry: (entry.name, entry.representative or 0, postcodes[entry.pk]))
    return sorted(entries, key=lambda entry: postcodes[entry.pk])


Postcode = tuple[tuple[int, int, str], ...]


def _postcodes(pile: Pile, ids: list[int]) -> dict[int, Postcode]:
    """Addresses are encrypted, so no database can put them in order; no more than a hundred are in memory."""
    found: dict[int, Postcode] = {}
    for chunk in chunks(ids):
        rows = pile.letters().filter(pk__in=chunk).values_list("pk", "letter__sender_address")
        found.update((pk, postcode_of(address)) for pk, address in rows)
    return found


def postcode_of(address: str) -> Postcode:
    """The last line of an address, to sort by: LS2 before LS10, and a number before a letter."""
    last = next((line for line in reversed(address.splitlines()) if line.strip()), "")
    with suppress(PostcodeError):  # of another country, or none: as it stands
        last = spaced(parse_postcode(last))  # or LS1 4DY, written without its space, would come after LS13
    pieces = re.findall(r"[^\W\d]+|\d+", last.casefold())
    return tuple((0, int(piece), "") if piece.isdecimal() else (1, 0, piece) for piece in pieces)


@dataclass(frozen=True)
class SetLetter:
    """A letter of a part. It begins on a right-hand page. `pages` is 0 where it could not be set; then there is `text`.

    By `mark` it is seen whether it is still the same letter; `in_window`, whether its address shows in one.
    """

    pk: int
    mark: str
    pages: int
    text: str
    in_window: bool = True

    @property
    def sides(self) -> int:
        """With the empty one after it, so that the next begins on a new sheet of paper."""
        return self.pages + self.pages % 2


@dataclass(frozen=True)
class Part:
    letters: list[SetLetter]
    pdf: bytes  # empty, if none of them could be set

    def data(self) -> bytes:
        return json.dumps([asdict(letter) for letter in self.letters]).encode() + b"\n" + self.pdf

    @classmethod
    def of(cls, data: bytes) -> "Part":
        head, _line, pdf = data.partition(b"\n")
        return cls([SetLetter(**letter) for letter in json.loads(head)], pdf)


def parts(job: jobs.Job, pile: Pile, entries: list[Entry], layout: str) -> Iterator[Part]:
    """All of the letters that still wait, each in the layout named or its own. The job says how far it is."""
    done, total = 0, len(entries)
    for number, start in enumerate(range(0, total, PART)):
        letters = _waiting(pile, [entry.pk for entry in entries[start : start + PART]])
        sheets = [sheet_for(kept.letter) for kept in letters]
        marks = [_mark(sheet, layout) for sheet in sheets]
        name, wanted = f"letters-{number}", [(kept.pk, mark) for kept, mark in zip(letters, marks, strict=True)]
        found = job.part(name)
        part = Part.of(found) if found is not None else None
        if part is None or [(letter.pk, letter.mark) for letter in part.letters] != wanted:
            part = _made(job, letters, sheets, marks, layout, (done, total))
            job.keep_part(name, part.data())
        done += len(letters)
        job.progress(done, max(total, done))
        yield part


def _waiting(pile: Pile, ids: list[int]) -> list[CampaignLetter]:
    """Who withdrew meanwhile is left out."""
    found = pile.letters().select_related("letter").in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _mark(sheet: LetterSheet, layout: str) -> str:
    return hashlib.sha256(f"{layout}{sheet!r}".encode(errors="replace")).hexdigest()[:32]


def _made(
    job: jobs.Job,
    letters: list[CampaignLetter],
    sheets: list[LetterSheet],
    marks: list[str],
    layout: str,
    so_far: tuple[int, int],
) -> Part:
    made: list[SetLetter] = []
    done, total = so_far
    with closing(Stack()) as stack:
        for bound in _bound(sheets, layout):
            if bound is not None:
                stack.add(bound.pdf)
            for pages in bound.pages if bound is not None else [0]:
                kept, mark, fits = letters[len(made)], marks[len(made)], fits_window(sheets[len(made)], layout or None)
                made.append(SetLetter(kept.pk, mark, pages, "" if pages else letter_text(kept.letter), fits))
            job.progress(done + len(made), total)
        return Part(made, stack.whole() if stack.pages else b"")


def _bound(sheets: list[LetterSheet], layout: str) -> Iterator[Bound | None]:
    """In their order; None for a letter that cannot be set."""
    for batch in batches(sheets):
        bound = _attempt(batch, layout)
        if bound is not None or len(batch) == 1:
            yield bound
        else:
            for one in batch:  # which of them it is, only each alone can tell
                yield _attempt([one], layout)


def _attempt(batch: list[LetterSheet], layout: str) -> Bound | None:
    try:
        return patiently(lambda: letters_pdf(batch, layout or None))
    except RenderingBusy:
        raise
    except RenderingError:
        return None


class Stack:
    """A PDF put together from others, each beginning on a new sheet of paper when it is printed on both sides.

    For printing only: PDFium copies pages, their fonts and their text, but not the tags, the language and the title
    that make a letter on its own PDF/UA. It is not safe in threads; a process runs one job at a time, and everything
    else that uses PDFium does so in a process apart.
    """

    def __init__(self) -> None:
        self._document = pypdfium2.PdfDocument.new()

    @property
    def pages(self) -> int:
        return len(self._document)

    def add(self, pdf: bytes, pages: range | None = None) -> int:
        """All pages, or those counted from 0. The page on which they begin, counted from 1.

        Pages that come at once share their fonts; one after the other, each would bring its own.
        """
        self._even()
        before = self.pages
        with closing(pypdfium2.PdfDocument(pdf)) as other:
            self._document.import_pages(other, None if pages is None else list(pages))
        return before + 1

    def whole(self) -> bytes:
        self._even()
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def close(self) -> None:
        self._document.close()

    def _even(self) -> None:
        if self.pages % 2:
            self._document.new_page(*self._document.get_page_size(self.pages - 1)).close()
