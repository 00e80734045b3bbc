"""The bundle that is printed of letters that go by hand, and what is to be taken out of the paper afterwards."""

import io
import time
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby

import pypdfium2
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.text import slugify
from django.utils.translation import gettext as _

from config import jobs, locks
from letters.letter_text import letter_text, sheet_for
from letters.models import Letter
from letters.pdf import RenderingBusy, RenderingError, letter_pdf

from .handing_in import BUNDLE, Pile, chunks
from .models import BundledLetter, Campaign, CampaignLetter

PATIENCE = 20  # times that a letter of a bundle waits for a free renderer; what supporters look at goes first
A_FILE = 500  # letters at most: one file is in memory while it is made
NAME = Coalesce("representative__name", "letter__recipient_name")
REPRESENTATIVE = "letter__representative"


def start_bundle(campaign: Campaign, owner: str) -> jobs.Job:
    """One zip of all letters that wait now. While one is being made for the same owner, that one."""
    with transaction.atomic():
        locks.hold(BUNDLE, owner)
        begun = jobs.Job.objects.filter(kind=BUNDLE, owner=owner, state__in=jobs.OPEN_STATES).order_by("pk").last()
        asked = {"campaign": campaign.pk, "language": translation.get_language()}
        return begun or jobs.start(BUNDLE, asked, owner=owner)


@jobs.handler(BUNDLE)
def _bundle(job: jobs.Job) -> None:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    _forget_numbers(campaign, job)
    bundle = _Bundle(job, Pile(campaign, until=job.created_at))
    with translation.override(job.parameters.get("language")):
        job.save_result(f"{campaign.slug}-letters.zip", bundle.zipped())
    numbers = [BundledLetter(bundle=job, letter_id=one.pk, number=one.number, page=one.page) for one in bundle.lines]
    BundledLetter.objects.bulk_create(numbers, batch_size=500)


def _forget_numbers(campaign: Campaign, job: jobs.Job) -> None:
    """Of an earlier attempt at this bundle, and of old bundles in which nothing waits any more."""
    numbers = BundledLetter.objects.filter(letter__campaign=campaign)
    over = numbers.filter(bundle__created_at__lt=_long_ago()).exclude(
        bundle__in=BundledLetter.objects.filter(_waits(), letter__campaign=campaign).values("bundle")
    )
    numbers.filter(models.Q(bundle=job) | models.Q(pk__in=over.values("pk"))).delete()


@dataclass(frozen=True)
class Line:
    """A letter in the list of contents. `page` is the one of its file on which it begins; 0 in a text file."""

    pk: int
    number: int
    name: str
    page: int
    pages: int


@dataclass(frozen=True)
class File:
    name: str
    lines: list[Line]


@dataclass
class _Bundle:
    job: jobs.Job
    pile: Pile
    lines: list[Line] = field(default_factory=list)
    files: list[File] = field(default_factory=list)

    def zipped(self) -> Iterator[bytes]:
        """A PDF a representative, a letter after the other by time. One that cannot be set comes as plain text."""
        # The numbers first and the letters by the hundred: a query that stays open would stand in the way of every
        # write.
        order = self.pile.letters().order_by(NAME, "representative", "confirmed_at", "pk")
        rows = list(order.values_list("representative", NAME, "pk"))
        if not rows:
            raise jobs.JobError(_("No letters wait to be handed in."))
        tape = _Tape()
        with zipfile.ZipFile(tape, "w", zipfile.ZIP_DEFLATED) as archive:
            for (_pk, name), theirs in groupby(rows, key=lambda row: row[:2]):
                ids = [row[2] for row in theirs]
                for start in range(0, len(ids), A_FILE):
                    for _letter in self._file(archive, name, ids[start : start + A_FILE], len(rows)):
                        yield tape.taken()
            if not any(line.page for line in self.lines):
                raise jobs.JobError(_("None of the letters could be made into a PDF."))
            contents = {"campaign": self.pile.campaign, "made": self.job.created_at, "files": self.files}
            page = render_to_string("campaigns/organising/bundle_contents.html", contents)
            archive.writestr("0-contents.html", page)
        yield tape.taken()
        self.job.progress(len(self.lines), len(self.lines))

    def _file(self, archive: zipfile.ZipFile, name: str, ids: list[int], total: int) -> Iterator[Line]:
        """Adds the letters to one representative, telling of each. Their numbers are in the name of the file."""
        width, stem = len(str(total)), slugify(name, allow_unicode=True)[:60] or "letter"
        letters, lines = Stack(), []
        with closing(letters):
            for kept in self._kept(ids):
                number = len(self.lines) + 1
                try:
                    page, pages = letters.add(_pdf(kept.letter))
                except RenderingBusy:
                    raise
                except RenderingError:
                    page = pages = 0
                    archive.writestr(f"{number:0{width}}-{stem}.txt", letter_text(kept.letter))
                line = Line(kept.pk, number, name, page, pages)
                self.lines.append(line)
                lines.append(line)
                self.job.progress(number, total)
                yield line
            if not lines:
                return
            numbers = dict.fromkeys(f"{line.number:0{width}}" for line in (lines[0], lines[-1]))
            file = f"{'-'.join(numbers)}-{stem}.pdf"
            if letters.pages:
                archive.writestr(file, letters.whole())
            self.files.append(File(file, lines))

    def _kept(self, ids: list[int]) -> Iterator[CampaignLetter]:
        for chunk in chunks(ids):
            found = self.pile.letters().select_related("letter").in_bulk(chunk)
            yield from (found[pk] for pk in chunk if pk in found)  # who withdrew meanwhile is left out


def _pdf(letter: Letter) -> bytes:
    for _again in range(PATIENCE):
        try:
            return letter_pdf(sheet_for(letter), hurried=False)
        except RenderingBusy as busy:
            time.sleep(busy.retry_after)  # in a job of its own: nobody waits for it but the bundle
    return letter_pdf(sheet_for(letter), hurried=False)


class Stack:
    """Letters in one PDF, each beginning on a new sheet of paper when it is printed on both sides.

    For printing only: PDFium copies pages, their fonts and their text, but not the tags, the language and the title
    that make a letter on its own PDF/UA. It is not safe in threads; a process runs one job at a time, and everything
    else that uses PDFium does so in a process apart.
    """

    def __init__(self) -> None:
        self._document = pypdfium2.PdfDocument.new()

    @property
    def pages(self) -> int:
        return len(self._document)

    def add(self, pdf: bytes) -> tuple[int, int]:
        """The page on which the letter begins, counted from 1, and how many it has."""
        if self.pages % 2:
            self._document.new_page(*self._document.get_page_size(self.pages - 1)).close()
        before = self.pages
        with closing(pypdfium2.PdfDocument(pdf)) as letter:
            self._document.import_pages(letter)
        return before + 1, self.pages - before

    def whole(self) -> bytes:
        file = io.BytesIO()
        self._document.save(file)
        return file.getvalue()

    def close(self) -> None:
        self._document.close()


class _Tape(io.RawIOBase):
    """What a zip is written to: only forward, and taken away piece by piece."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, data: "bytes | memoryview") -> int:  # type: ignore[override]
        self._parts.append(bytes(data))
        return len(data)

    def taken(self) -> bytes:
        parts, self._parts = self._parts, []
        return b"".join(parts)


# What is to be taken out of the paper


@dataclass(frozen=True)
class Removal:
    """A letter that was printed and is not to be handed over. Why: "withdrawn", "emailed" or "erased"."""

    number: int
    page: int
    representative: int | None
    name: str
    why: str


@dataclass(frozen=True)
class Removals:
    """Of one bundle, made for `owner`."""

    owner: str
    made: datetime
    letters: list[Removal]


def to_take_out(campaign: Campaign, representative: int | None = None) -> list[Removals]:
    """The letters that stand in a bundle and are not to be handed over any more, the newest bundle first.

    Told until the other letters to the same representative in that bundle are handed over; or, when there are no
    others, for as long as a letter is kept.
    """
    gone = models.Q(letter__state=CampaignLetter.State.WITHDRAWN) | models.Q(letter__by_hand=False)
    printed = BundledLetter.objects.filter(
        gone | models.Q(letter__anonymised_at__isnull=False),
        letter__campaign=campaign,
        letter__handed_over_at__isnull=True,
        bundle__state__in=(jobs.State.DONE, jobs.State.EXPIRED),
    )
    if representative is not None:
        printed = printed.filter(letter__representative=representative)
    rows = printed.select_related("bundle", "letter").annotate(
        name=Coalesce("letter__representative__name", "letter__letter__recipient_name")
    )
    found = list(rows.order_by("-bundle", "number"))
    piles = _piles({row.bundle_id for row in found})
    told = [row for row in found if _matters(row, *piles[row.bundle_id, row.letter.representative_id])]
    return [
        Removals(bundle.owner, bundle.created_at, [_removal(row) for row in theirs])
        for bundle, theirs in groupby(told, key=lambda row: row.bundle)
    ]


def _piles(bundles: set[int]) -> dict[tuple[int, int | None], tuple[int, int]]:
    """Of each bundle's letters to each representative: how many wait, and how many were handed over."""
    letters = BundledLetter.objects.filter(bundle__in=bundles).order_by().values_list("bundle", REPRESENTATIVE)
    handed = models.Q(letter__handed_over_at__isnull=False)
    counted = letters.annotate(waiting=models.Count("pk", filter=_waits()), over=models.Count("pk", filter=handed))
    return {(bundle, to): (waiting, over) for bundle, to, waiting, over in counted}


def _matters(row: BundledLetter, waiting: int, handed: int) -> bool:
    return bool(waiting) or not handed and row.bundle.created_at >= _long_ago()


def _removal(row: BundledLetter) -> Removal:
    letter = row.letter
    why = "erased" if letter.by_hand else "emailed"
    if letter.state == CampaignLetter.State.WITHDRAWN:
        why = "withdrawn"
    name: str = row.name  # type: ignore[attr-defined]  # annotated
    return Removal(row.number, row.page, letter.representative_id, name, why)


def _waits() -> models.Q:
    here = models.Q(letter__by_hand=True, letter__state=CampaignLetter.State.CONFIRMED)
    return here & models.Q(letter__handed_over_at__isnull=True, letter__anonymised_at__isnull=True)


def _long_ago() -> datetime:
    return timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS)
