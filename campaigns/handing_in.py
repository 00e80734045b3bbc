"""Letters that go by hand: they wait, are printed as a bundle, and are handed over; or they are emailed after all."""

import hashlib
import io
import logging
import time
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from datetime import time as clock_time

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.text import slugify
from django.utils.translation import gettext as _

from config import jobs, locks
from letters.letter_text import letter_text, sheet_for
from letters.models import Letter, Representative
from letters.pdf import RenderingBusy, RenderingError, letter_pdf

from . import emails, exports
from .models import Campaign, CampaignLetter, Organisation

log = logging.getLogger(__name__)

BUNDLE, EMAILING = "hand-in-bundle", "hand-in-email"
CHUNK = 100
PATIENCE = 20  # times that a letter of a bundle waits for a free renderer; what supporters look at goes first


class Changed(Exception):
    """Other letters wait than those that whoever asks has seen counted. Nothing was changed."""


@dataclass(frozen=True)
class Waiting:
    """The letters to one representative. Without a `representative` (its pk) they have left the directory."""

    representative: int | None
    name: str
    letters: int
    oldest: datetime
    in_office: bool
    emailable: bool


@dataclass(frozen=True)
class WaitingCampaign:
    slug: str
    letters: int
    oldest: datetime


def is_by_hand(campaign: Campaign, representative: Representative) -> bool:
    everybody = models.Q(representative__isnull=True)
    return campaign.hand_ins.filter(everybody | models.Q(representative=representative)).exists()


def _waiting() -> models.QuerySet[CampaignLetter]:
    return CampaignLetter.objects.filter(
        by_hand=True, state=CampaignLetter.State.CONFIRMED, handed_over_at__isnull=True, anonymised_at__isnull=True
    )


@dataclass(frozen=True)
class Pile:
    """A campaign's letters that wait for hands: all, or one representative's; all, or those confirmed `until` then."""

    campaign: Campaign
    representative: int | None = None
    until: datetime | None = None

    def on(self, day: date) -> "Pile":
        """What could be handed over on that day: what was confirmed by its end."""
        end = timezone.make_aware(datetime.combine(day, clock_time.max))
        return replace(self, until=min(end, self.until or end))

    def letters(self) -> models.QuerySet[CampaignLetter]:
        rows = _waiting().filter(campaign=self.campaign)
        if self.representative is not None:
            rows = rows.filter(representative=self.representative)
        return rows if self.until is None else rows.filter(confirmed_at__lte=self.until)

    def ids(self) -> list[int]:
        return list(self.letters().order_by("pk").values_list("pk", flat=True))


def mark(ids: Sequence[int]) -> str:
    """What a page carries to say which letters it counted."""
    return hashlib.sha256(",".join(map(str, ids)).encode()).hexdigest()[:32]


def waiting(campaign: Campaign) -> list[Waiting]:
    """A line a representative, by name."""
    name = Coalesce("representative__name", "letter__recipient_name")
    rows = _waiting().filter(campaign=campaign).order_by().values("representative", shown=name)
    lines = list(rows.annotate(letters=models.Count("pk"), oldest=models.Min("confirmed_at")).order_by("shown"))
    people = Representative.objects.filter(pk__in={line["representative"] for line in lines} - {None}).in_bulk()
    serving = _serving(people)
    return [
        Waiting(
            line["representative"],
            line["shown"],
            line["letters"],
            line["oldest"],
            in_office=line["representative"] in serving,
            emailable=line["representative"] in serving and bool(people[line["representative"]].reachable_address),
        )
        for line in lines
    ]


def oldest(campaign: Campaign) -> CampaignLetter | None:
    return _waiting().filter(campaign=campaign).select_related("campaign", "outgoing").order_by("created_at").first()


def waiting_of(organisation: Organisation) -> list[WaitingCampaign]:
    """A line a campaign that has letters waiting for hands, the one that waits longest first."""
    rows = _waiting().filter(campaign__organisation=organisation).order_by().values("campaign__slug")
    lines = rows.annotate(letters=models.Count("pk"), oldest=models.Min("confirmed_at")).order_by("oldest")
    return [WaitingCampaign(line["campaign__slug"], line["letters"], line["oldest"]) for line in lines]


def _serving(pks: Iterable[int]) -> set[int]:
    today = timezone.localdate()
    return set(Representative.objects.serving(today).filter(pk__in=list(pks)).values_list("pk", flat=True))


def hand_over(pile: Pile, on: date, seen: str, actor: str) -> int:
    """Marks the pile as handed over on that day, once. Raises Changed unless its letters are those of `seen`."""
    pile = pile.on(on)
    assert pile.until is not None
    with transaction.atomic():
        # Locked, so that none is withdrawn, or handed over by somebody else, between being counted and being marked.
        rows = pile.letters().select_for_update(of=("self",)).order_by("pk")
        ids = list(rows.values_list("pk", flat=True))
        if not ids or mark(ids) != seen:
            raise Changed
        when = min(timezone.now(), timezone.make_aware(datetime.combine(on, clock_time.max)))
        for chunk in _chunks(ids):
            CampaignLetter.objects.filter(pk__in=chunk).update(handed_over_at=when)
    log.info("%s: %s letters of campaign %s marked as handed over.", actor, len(ids), pile.campaign.pk)
    return len(ids)


def start_emailing(pile: Pile, seen: str, actor: str) -> int:
    """Lets the worker send the pile by email after all. Raises Changed unless its letters are those of `seen`.

    Returns how many letters that are; who cannot be emailed keeps waiting.
    """
    pile = replace(pile, until=pile.until or timezone.now())
    ids = pile.ids()
    if not ids or mark(ids) != seen:
        raise Changed
    assert pile.until is not None
    which = {"representative": pile.representative, "until": pile.until.isoformat(), "actor": actor}
    jobs.start(EMAILING, {"campaign": pile.campaign.pk, **which}, owner=f"campaign {pile.campaign.pk}")
    return len(ids)


@jobs.handler(EMAILING)
def _email(job: jobs.Job) -> None:
    wanted = job.parameters
    campaign = Campaign.objects.get(pk=wanted["campaign"])
    ids = Pile(campaign, wanted["representative"], parse_datetime(wanted["until"])).ids()
    for done, chunk in enumerate(_chunks(ids), 1):
        send_by_email_after_all(campaign, chunk, wanted["actor"])
        job.progress(min(done * CHUNK, len(ids)), len(ids))


def send_by_email_after_all(campaign: Campaign, ids: Iterable[int], actor: str) -> int:
    """Queues those of the letters that still wait and can be emailed, each once. Returns how many these were."""
    sent = 0
    for chunk in _chunks(sorted(set(ids))):
        with transaction.atomic():
            rows = _waiting().filter(campaign=campaign, pk__in=chunk).select_for_update(of=("self",)).order_by("pk")
            letters = list(rows.select_related("letter", "representative", "campaign__organisation__sender"))
            serving = _serving({kept.representative_id for kept in letters if kept.representative_id})
            for kept in letters:
                to = kept.representative
                if to is None or to.pk not in serving or not to.reachable_address:
                    continue
                kept.outgoing, kept.by_hand = emails.letter(kept, to, actor), False
                kept.save(update_fields=["outgoing", "by_hand"])
                sent += 1
    if sent:
        discard(campaign.pk)
    return sent


def start_bundle(campaign: Campaign, owner: str) -> jobs.Job:
    """One zip of all letters that wait now. While one is being made for the same owner, that one."""
    with transaction.atomic():
        locks.hold(BUNDLE, owner)
        begun = jobs.Job.objects.filter(kind=BUNDLE, owner=owner, state__in=jobs.OPEN_STATES).order_by("pk").last()
        return begun or jobs.start(BUNDLE, {"campaign": campaign.pk}, owner=owner)


def discard(campaign_id: int) -> None:
    """Some letter may no longer be handed over: bundles that hold it are deleted, or begun anew."""
    exports.discard(campaign_id, BUNDLE)


@jobs.handler(BUNDLE)
def _bundle(job: jobs.Job) -> None:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    job.save_result(f"{campaign.slug}-letters.zip", _zipped(job, Pile(campaign, until=job.created_at)))


def _zipped(job: jobs.Job, pile: Pile) -> Iterator[bytes]:
    """A PDF a letter, by representative, then by time. A letter that cannot be set as PDF comes as plain text."""
    order = (Coalesce("representative__name", "letter__recipient_name"), "representative", "confirmed_at", "pk")
    # The numbers first and the letters by the hundred: a query that stays open would stand in the way of every write.
    ids = list(pile.letters().order_by(*order).values_list("pk", flat=True))
    if not ids:
        raise jobs.JobError(_("No letters wait to be handed in."))
    tape, made, as_pdf = _Tape(), 0, 0
    with zipfile.ZipFile(tape, "w", zipfile.ZIP_DEFLATED) as archive:
        for chunk in _chunks(ids):
            found = pile.letters().select_related("letter", "representative").in_bulk(chunk)
            for kept in (found[pk] for pk in chunk if pk in found):  # who withdrew meanwhile is left out
                made += 1
                name = f"{made:0{len(str(len(ids)))}}-{_for_a_file(kept)}"
                try:
                    archive.writestr(f"{name}.pdf", _pdf(kept.letter))
                    as_pdf += 1
                except RenderingBusy:
                    raise
                except RenderingError:
                    archive.writestr(f"{name}.txt", letter_text(kept.letter))
                job.progress(made, len(ids))
                yield tape.taken()
        if not as_pdf:
            raise jobs.JobError(_("None of the letters could be made into a PDF."))
    yield tape.taken()


def _for_a_file(kept: CampaignLetter) -> str:
    name = kept.representative.name if kept.representative else kept.letter.recipient_name
    return slugify(name, allow_unicode=True)[:60] or "letter"


def _pdf(letter: Letter) -> bytes:
    for _again in range(PATIENCE):
        try:
            return letter_pdf(sheet_for(letter))
        except RenderingBusy as busy:
            time.sleep(busy.retry_after)
    return letter_pdf(sheet_for(letter))


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


def _chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
