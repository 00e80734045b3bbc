"""The hand-over pack: what a campaign gives to whom it addresses. One PDF, made by long work and kept for a few days.

A cover letter, the text with its digest, the totals, and everybody who agreed to be named. Who is listed is fixed when
the work begins (signatories.plan); the names are set chunk by chunk and each chunk is kept, so that an attempt that was
killed is gone on with; and the totals are set last, from what was really listed.
"""

import json
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Any, TypeVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config import jobs, links, locks
from letters import composing
from letters.models import Constituency
from letters.pdf import LetterSheet, MissingGlyphs, RenderingTimeout, document_pdf, letter_pdf, patiently
from letters.pdf.sandbox import POOL

from . import documents, exports, pack_pages, signatories
from .models import Campaign, CampaignText, Signature, Target
from .pack_binding import Bound, entries_on_last_page
from .pack_pages import Book, Chunk
from .signatories import LISTED, UNPRINTABLE, Plan, Row, Section, Tally

KIND = exports.PACK
CHUNK = 1_500  # names set at once: some ten pages, two seconds, and what the renderer's memory is made of
SMALLEST = 100
FRESH = 15  # chunks that one rendering process sets: it keeps a little of each
PATIENCE = 60  # times that a chunk waits for a free renderer; what supporters look at goes first
MADE = "made"  # beside what was asked for: when, and how many names
PLACEHOLDERS = ("total", "named", "day")
T = TypeVar("T")


@dataclass(frozen=True)
class Order:
    """What an organiser asks for. `recipients`: the words by which people were told who gets their names."""

    language: str
    target: int | None
    recipients: list[str]
    by: str
    salutation: str
    body: str
    closing: str
    signed_by: str


def start(campaign: Campaign, owner: str, order: Order) -> jobs.Job:
    """While the same pack is being made for the same owner, that one."""
    asked = {"campaign": campaign.pk, **vars(order)}
    with transaction.atomic():
        locks.hold(KIND, owner)
        begun = jobs.Job.objects.filter(kind=KIND, owner=owner, state__in=jobs.OPEN_STATES).order_by("-pk")
        same = next((job for job in begun if _asked(job) == asked), None)
        return same or jobs.start(KIND, asked, owner=owner)


def of_campaign(campaign: Campaign) -> jobs.JobQuerySet:
    """Its packs, whoever had them made."""
    return jobs.Job.objects.filter(kind=KIND, owner__startswith=f"campaign {campaign.pk} ")


def recipients(campaign: Campaign) -> list[str]:
    """Whom those who signed were told their names go to."""
    signed = Signature.objects.counting().filter(text=OuterRef("pk"))  # a look for one of each text, not at all of them
    told = campaign.texts.exclude(recipient="").filter(Exists(signed)).order_by()
    return sorted(told.values_list("recipient", flat=True).distinct())


def default_letter(text: CampaignText) -> dict[str, str]:
    """A cover letter to begin from, in the language of the text."""
    organisation = text.campaign.organisation.in_language("name", text.language)
    words = {"title": text.title, "organisation": organisation}
    with translation.override(text.language):
        enclosed = _(
            "With this letter you find the text as they signed it, the totals by place and over time, and the names "
            "of the {named} people who agreed to be named to you."
        )
        if not recipients(text.campaign):
            enclosed = _("With this letter you find the text as they signed it and the totals by place and over time.")
        body = [
            _("On behalf of %(organisation)s I hand over to you “%(title)s”, with {total} signatures.") % words,
            enclosed,
            _("We ask you to give them an answer. We will pass it on to everybody who asked to hear from us."),
        ]
        return {
            "salutation": text.salutation or _("Dear Sir or Madam,"),
            "body": "\n\n".join(body),
            "closing": text.closing or _("Yours faithfully,"),
            "signed_by": organisation,
        }


@jobs.handler(KIND)
def make(job: jobs.Job) -> None:
    asked = _asked(job)
    campaign = Campaign.objects.select_related("organisation").get(pk=asked.pop("campaign"))
    order = Order(**asked)
    text = campaign.texts.filter(language=order.language, superseded_at__isnull=True).first()
    if text is None:
        raise jobs.JobError(_("There is no text in this language any more."))
    text.campaign = campaign
    with translation.override(order.language), tempfile.TemporaryFile() as file:
        try:
            _Pack(job, order, text).bind(file)
        except MissingGlyphs as missing:
            shown = " ".join(sorted(missing.characters))
            raise jobs.JobError(_("No font of this installation has these characters: %s") % shown) from missing
        day = timezone.localdate(job.created_at).isoformat()
        job.save_result(f"{campaign.slug}-{day}.pdf", _pieces(file))


def _asked(job: jobs.Job) -> dict[str, Any]:
    return {name: value for name, value in job.parameters.items() if name != MADE}


def unprintable(job: jobs.Job) -> int:
    """How many of its names hold a letter that no font of this installation has."""
    return int(job.parameters.get(MADE, {}).get("unprintable", 0))


def named_no_more(job: jobs.Job, campaign: Campaign) -> int:
    """How many fewer of those who had signed by then would be named in the same pack today."""
    made = job.parameters.get(MADE)
    if made is None:
        return 0
    moment = datetime.fromisoformat(made["moment"])
    return max(0, int(made["named"]) - signatories.nameable(campaign, job.parameters["recipients"], moment))


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    file.seek(0)
    while piece := file.read(1 << 20):
        yield piece


class _Pack:
    def __init__(self, job: jobs.Job, order: Order, text: CampaignText) -> None:
        self.job, self.order, self.text = job, order, text
        self.target: Target | None = text.campaign.targets.filter(pk=order.target or 0).first()
        self.book = Book(text, self._plan(), order.by)
        self.areas = self._area_names()
        self.total = len(self.book.plan.listed)
        self.chunks = 0  # set in this attempt
        self.size = CHUNK
        self.missing = ""  # characters that no font has, as far as this attempt knows

    @property
    def plan(self) -> Plan:
        return self.book.plan

    def bind(self, file: IO[bytes]) -> None:
        others = signatories.count_others(self.plan.others, lambda: self.job.progress(0, max(1, self.total)))
        first = Tally.from_data(self.plan.expected)
        before = [self._letter(first), self._front(first)]
        for _again in range(3):
            pages = _pages(before)
            tally, chunks = self._names(sum(pages) + 1, others)
            # The numbers may have become smaller, never the pages: but were it so, the names begin on another one.
            before = [self._letter(tally), self._front(tally, pages[0] + 1)]
            if _pages(before) == pages:
                break
        else:
            raise jobs.JobError(_("Too many people withdrew while the pack was being made. Please try again."))
        whole = Bound(file)
        for pdf in before:
            whole.bind(pdf)
        for name, kept in chunks:
            if kept:
                whole.bind(_split(self.job.part(name) or b"")[1], kept)
            self.job.progress(self.job.done, self.job.total)
        whole.finish()
        numbers = {"named": tally.kinds[LISTED], "unprintable": tally.lacking[UNPRINTABLE]}
        said = {**self.job.parameters, MADE: {"moment": self.plan.moment, **numbers}}
        jobs.Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token).update(parameters=said)
        self.job.progress(self.total, max(1, self.total))

    def _plan(self) -> Plan:
        """The first attempt begins anew, whatever a former one kept: somebody may have been erased since."""
        kept = self.job.part("plan") if self.job.attempts > 1 else None
        if kept is not None:
            return Plan.from_data(json.loads(kept))
        plan = signatories.plan(
            self.text.campaign,
            uuid.uuid4().hex[:12],
            recipients=self.order.recipients,
            by=self.order.by,
            language=self.order.language,
        )
        self.job.keep_part("plan", json.dumps(plan.as_data()).encode())
        return plan

    def _area_names(self) -> dict[int, str]:
        ids = {head for section in self.plan.sections for head, _n in section.groups if isinstance(head, int)}
        found = Constituency.objects.in_bulk(ids)
        return {pk: area.name_in(self.order.language) for pk, area in found.items()}

    # Before the names

    def _letter(self, tally: Tally) -> bytes:
        organisation, language = self.text.campaign.organisation, self.order.language
        name = organisation.in_language("name", language)
        values = {
            "total": pack_pages.number(tally.confirmed + self.plan.paper),
            "named": pack_pages.number(tally.kinds[LISTED]),
            "day": date_format(self.book.day, "DATE_FORMAT"),
        }
        to = documents.recipient_lines(self.target, language) if self.target else (self.text.addressed_to,)
        sheet = LetterSheet(
            title=self.text.title,
            language=language,
            sender_name=name,
            sender_lines=documents.sender_lines(organisation, language),
            recipient_lines=tuple(line for line in to if line),
            date=self.book.day,
            subject=self.text.title,
            salutation=self.order.salutation,
            body=composing.compose(self.order.body, values),
            closing=self.order.closing,
            signature_name=self.order.signed_by,
            affiliation=name if name != self.order.signed_by else "",
            foot_text=self.text.title,
            foot_url=links.absolute(self.text.campaign.address_in(language)),
        )
        return self._patiently(lambda: letter_pdf(sheet, "none", hurried=False))

    def _front(self, tally: Tally, first_page: int = 2) -> bytes:
        html = pack_pages.front(self.book, tally, first_page)
        return self._patiently(lambda: document_pdf(html, pack_pages.css()))

    # The names

    def _names(self, first_page: int, others: Tally) -> tuple[Tally, list[tuple[str, int]]]:
        """Sets them all, or finds them set. What was counted, and the parts with how many of their pages count."""
        tally, chunks, page, at = Tally(), [], first_page, 0
        tally += others
        for section in self.plan.sections:
            ends = at + section.size
            begins = at
            while at < ends:
                name = f"{self.plan.stamp}-{at}-{page}"
                kept = self.job.part(name) or self._chunk(name, section, (begins, at, ends), page, tally)
                head, _pdf = _split(kept)
                tally += Tally.from_data(head["tally"])
                chunks.append((name, head["pages"]))
                page += head["pages"]
                at = head["next"]
                self.job.progress(at, self.total)
        return tally, chunks

    def _chunk(self, name: str, section: Section, span: tuple[int, int, int], page: int, so_far: Tally) -> bytes:
        """Looks the next ones up again and sets them. A last page that is not full is left to the next chunk."""
        begins, at, ends = span
        upto = min(at + self.size, ends)
        ids = self.plan.listed[at:upto]
        found = signatories.look_up(ids)
        rows = [found[pk] for pk in ids if pk in found and found[pk].kind == LISTED]
        ending = ""
        if upto == len(self.plan.listed):
            ending = pack_pages.rest_of_them(so_far + signatories.tally_of(ids, found))
        chunk = self._as_chunk(section, rows, ids, at - begins, ending)
        pages, pdf = 0, b""
        if rows or chunk.opens or ending:
            try:
                pdf, self.missing = self._patiently(lambda: _set(self.book, chunk, page, self.missing))
            except RenderingTimeout:
                if self.size <= SMALLEST:
                    raise
                self.size //= 2  # a slow machine, or a busy one
                return self._chunk(name, section, span, page, so_far)
            self.chunks += 1
            if self.chunks % FRESH == 0:
                POOL.close()  # ends those of this process that are idle; the next chunk starts another
            pages, on_last = entries_on_last_page(pdf)
            if upto < ends and pages > 1 and 0 < on_last < len(rows):
                # Who stands on the last page stands at the head of the next chunk, where the page can be filled.
                pages -= 1
                upto = at + ids.index(rows[-on_last].pk)
        tally = signatories.tally_of(ids[: upto - at], found)
        kept = set(ids[: upto - at])
        tally.lacking[UNPRINTABLE] += pack_pages.unprintable((row for row in rows if row.pk in kept), self.missing)
        head = {"tally": tally.as_data(), "pages": pages, "next": upto}
        data = json.dumps(head).encode() + b"\n" + pdf
        self.job.keep_part(name, data)
        return data

    def _as_chunk(self, section: Section, rows: list[Row], ids: list[int], skipped: int, ending: str) -> Chunk:
        """`skipped`: how many of the section stand before."""
        places = {row.pk: place for place, row in enumerate(rows)}
        heads: dict[int, str] = {}
        running, start = "", 0
        for head, n in section.groups:
            said = pack_pages.heading_of(head, self.areas)
            if start <= skipped < start + n:
                running = said
            if skipped <= start < skipped + len(ids):
                mine = ids[start - skipped : start - skipped + n]
                first = next((places[pk] for pk in mine if pk in places), None)
                if first is not None:
                    heads[first] = said
            start += n
        return Chunk(section, rows, heads, running, skipped == 0, ending)

    def _patiently(self, render: Callable[[], T]) -> T:
        return patiently(render, lambda: self.job.progress(self.job.done, self.job.total), PATIENCE)


def _set(book: Book, chunk: Chunk, page: int, missing: str) -> tuple[bytes, str]:
    """The pages, and `missing` with what else no font has: it must not keep the others from being handed over."""
    while True:
        try:
            return document_pdf(pack_pages.names(book, chunk, page, missing), pack_pages.css()), missing
        except MissingGlyphs as more:
            if set(more.characters) <= set(missing):
                raise
            missing += "".join(more.characters)


def _pages(pdfs: list[bytes]) -> list[int]:
    return [entries_on_last_page(pdf)[0] for pdf in pdfs]


def _split(part: bytes) -> tuple[dict[str, Any], bytes]:
    head, _line, pdf = part.partition(b"\n")
    return json.loads(head), pdf
