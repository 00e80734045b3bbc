"""The bundle that is printed of letters that go by hand."""

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from itertools import chain, groupby

from django.db import models, transaction
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from config import jobs, locks

from . import bundle_pages
from .bundle_pages import Line
from .handing_in import BUNDLE, Pile
from .models import BundledLetter, Campaign
from .printing import Entry, Order, SetLetter, Stack, in_order, parts
from .taking_out import long_ago, waits

A_FILE = 500  # letters to one representative at most: one file is in memory while it is made
ONE_FILE = 5_000  # the same, where all letters are wanted in one


class Shape(models.TextChoices):
    ONE = "one", gettext_lazy("One PDF of all letters")
    ZIP = "zip", gettext_lazy("A zip file with a PDF for each representative")


@dataclass(frozen=True)
class Wanted:
    """`layout` is one of letters.pdf.profiles for every letter; empty, each has its own."""

    order: Order = Order.REPRESENTATIVE
    shape: Shape = Shape.ZIP
    layout: str = ""

    @classmethod
    def of(cls, job: jobs.Job) -> "Wanted":
        asked = job.parameters
        return cls(Order(asked.get("order", cls.order)), Shape(asked.get("shape", cls.shape)), asked.get("layout", ""))


def start_bundle(campaign: Campaign, owner: str, wanted: Wanted | None = None) -> jobs.Job:
    """Of all letters that wait now. While the same is being made for the same owner, that one."""
    wanted = wanted or Wanted()
    with transaction.atomic():
        locks.hold(BUNDLE, owner)
        for begun in jobs.Job.objects.filter(kind=BUNDLE, owner=owner, state__in=jobs.OPEN_STATES).order_by("-pk"):
            if Wanted.of(begun) == wanted:
                return begun
        how = {"order": wanted.order.value, "shape": wanted.shape.value, "layout": wanted.layout}
        asked = {"campaign": campaign.pk, "language": translation.get_language(), **how}
        return jobs.start(BUNDLE, asked, owner=owner)


@jobs.handler(BUNDLE)
def _bundle(job: jobs.Job) -> None:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    _forget_numbers(campaign, job)
    bundle = _Bundle(job, Pile(campaign, until=job.created_at), Wanted.of(job))
    with translation.override(job.parameters.get("language")):
        bundle.save()
    numbers = [BundledLetter(bundle=job, letter_id=one.pk, number=one.number, page=one.page) for one in bundle.lines]
    BundledLetter.objects.bulk_create(numbers, batch_size=500)


def _forget_numbers(campaign: Campaign, job: jobs.Job) -> None:
    """Of an earlier attempt at this bundle, and of old bundles in which nothing waits any more."""
    numbers = BundledLetter.objects.filter(letter__campaign=campaign)
    over = numbers.filter(bundle__created_at__lt=long_ago()).exclude(
        bundle__in=BundledLetter.objects.filter(waits(), letter__campaign=campaign).values("bundle")
    )
    numbers.filter(models.Q(bundle=job) | models.Q(pk__in=over.values("pk"))).delete()


@dataclass(frozen=True)
class File:
    """`pdf` is empty if none of its letters could be set. `texts`: those letters' words, by the name of their file."""

    name: str
    lines: list[Line]
    pdf: bytes
    texts: dict[str, str]


@dataclass(frozen=True)
class _Placed:
    """A letter of a part, where it begins on that page, counted from 0; and the file it goes into."""

    file: int
    number: int
    entry: Entry
    letter: SetLetter
    at: int


class _Bundle:
    def __init__(self, job: jobs.Job, pile: Pile, wanted: Wanted) -> None:
        self.job, self.pile, self.wanted = job, pile, wanted
        self.lines: list[Line] = []

    def save(self) -> None:
        files = self._files(self._entries())
        whole, more = next(files, None), next(files, None)
        if whole is None:
            raise jobs.JobError(_("No letters wait to be handed in."))
        stem = f"{self.pile.campaign.slug}-letters"
        if self.wanted.shape == Shape.ONE and more is None and whole.pdf and not whole.texts:
            self.job.save_result(f"{stem}.pdf", [self._with_contents(whole)])
        else:
            self.job.save_result(f"{stem}.zip", self._zipped(chain((whole, more) if more else (whole,), files)))
        self.job.progress(len(self.lines), len(self.lines))

    def _entries(self) -> list[Entry]:
        """In their order; in the next attempt the same, or the parts would not be those that were kept."""
        if (kept := self.job.part("order")) is not None:
            return [Entry(**entry) for entry in json.loads(kept)]
        found = in_order(self.pile, self.wanted.order, by_representative=self.wanted.shape == Shape.ZIP)
        self.job.keep_part("order", json.dumps([asdict(entry) for entry in found]).encode())
        return found

    def _files(self, entries: list[Entry]) -> Iterator[File]:
        """One after the other, as their letters are set."""
        width = len(str(len(entries)))
        book = _Book(0, width, self.wanted.shape)
        for pdf, letters in self._placed(entries):
            for file, theirs in groupby(letters, key=lambda placed: placed.file):
                if file != book.file:
                    yield from self._closed(book)
                    book = _Book(file, width, self.wanted.shape)
                book.add(pdf, list(theirs))
        yield from self._closed(book)

    def _closed(self, book: "_Book") -> Iterator[File]:
        with closing(book.stack):
            if book.lines:
                self.lines += book.lines
                yield book.as_file()

    def _placed(self, entries: list[Entry]) -> Iterator[tuple[bytes, list[_Placed]]]:
        """A part's PDF and its letters, in their order and numbered."""
        by_pk = {entry.pk: entry for entry in entries}
        file_of, number = _file_of(entries, self.wanted.shape), 0
        for part in parts(self.job, self.pile, entries, self.wanted.layout):
            letters, at = [], 0
            for letter in part.letters:
                number += 1
                letters.append(_Placed(file_of[letter.pk], number, by_pk[letter.pk], letter, at))
                at += letter.sides
            yield part.pdf, letters

    def _with_contents(self, file: File) -> bytes:
        """The list of contents first, on sheets of its own."""
        contents, lines = bundle_pages.contents(self.pile.campaign, self.job.created_at, file.lines)
        self.lines = lines
        with closing(Stack()) as stack:
            stack.add(contents)
            stack.add(file.pdf)
            return stack.whole()

    def _zipped(self, files: Iterable[File]) -> Iterator[bytes]:
        tape, listed = _Tape(), []
        with zipfile.ZipFile(tape, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in files:
                if file.pdf:
                    archive.writestr(file.name, file.pdf)
                for name, text in file.texts.items():
                    archive.writestr(name, text)
                listed.append(replace(file, pdf=b"", texts={}))
                yield tape.taken()
            if not any(line.pages for line in self.lines):
                raise jobs.JobError(_("None of the letters could be made into a PDF."))
            contents = {"campaign": self.pile.campaign, "made": self.job.created_at, "files": listed}
            contents["starred"] = not all(line.in_window for line in self.lines)
            page = render_to_string("campaigns/organising/bundle_contents.html", contents)
            archive.writestr("0-contents.html", page)
        yield tape.taken()


def _file_of(entries: list[Entry], shape: Shape) -> dict[int, int]:
    """By letter, the number of the file it goes into."""
    if shape == Shape.ONE:
        return {entry.pk: place // ONE_FILE for place, entry in enumerate(entries)}
    found: dict[int, int] = {}
    file = -1
    for _whose, theirs in groupby(entries, key=lambda entry: (entry.representative, entry.name)):
        for place, entry in enumerate(theirs):
            file += place % A_FILE == 0
            found[entry.pk] = file
    return found


class _Book:
    """A file while it is put together. Its letters' numbers are in its name."""

    def __init__(self, file: int, width: int, shape: Shape) -> None:
        self.file, self.width, self.shape = file, width, shape
        self.stack = Stack()
        self.lines: list[Line] = []
        self.texts: dict[str, str] = {}

    def add(self, pdf: bytes, letters: list[_Placed]) -> None:
        """Letters that follow each other in this part."""
        for set_, run in groupby(letters, key=lambda placed: bool(placed.letter.pages)):
            if set_:
                self._add_pages(pdf, list(run))
            else:
                for placed in run:
                    self._add_text(placed)

    def _add_pages(self, pdf: bytes, run: list[_Placed]) -> None:
        start, end = run[0].at, run[-1].at + run[-1].letter.sides
        first = self.stack.add(pdf, range(start, end))
        for placed in run:
            page, letter = first + placed.at - start, placed.letter
            line = Line(placed.entry.pk, placed.number, placed.entry.name, page, letter.pages)
            self.lines.append(replace(line, in_window=letter.in_window))

    def _add_text(self, placed: _Placed) -> None:
        """In one pile a sheet stands in its place, so that nobody takes the letters there for all."""
        name = f"{placed.number:0{self.width}}-{_stem(placed.entry.name)}.txt"
        page = 0
        if self.shape == Shape.ONE:
            page = self.stack.add(bundle_pages.in_its_place(placed.number, placed.entry.name, name))
        self.texts[name] = placed.letter.text
        self.lines.append(Line(placed.entry.pk, placed.number, placed.entry.name, page, 0, name))

    def as_file(self) -> File:
        numbers = dict.fromkeys(f"{line.number:0{self.width}}" for line in (self.lines[0], self.lines[-1]))
        stem = "letters" if self.shape == Shape.ONE else _stem(self.lines[0].name)
        pdf = self.stack.whole() if self.stack.pages else b""
        return File(f"{'-'.join(numbers)}-{stem}.pdf", self.lines, pdf, self.texts)


def _stem(name: str) -> str:
    return slugify(name, allow_unicode=True)[:60] or "letter"


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
