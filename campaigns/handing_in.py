"""Letters that go by hand: they wait, are printed as a bundle, and are handed over; or they are emailed after all."""

import hashlib
import logging
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from datetime import time as clock_time

from django.db import models, transaction
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from config import jobs
from letters.models import Representative

from . import emails, exports
from .models import Campaign, CampaignLetter, HandOver, Organisation

log = logging.getLogger(__name__)

BUNDLE, EMAILING = "hand-in-bundle", "hand-in-email"
CHUNK = 100
UNDO_WITHIN = timedelta(days=1)  # of a mark set by mistake; its letters' words are kept for longer than that


class Changed(Exception):
    """Other letters wait than those that whoever asks has seen counted. Nothing was changed."""


class TooLate(Exception):
    """The mark is too old to be taken back, or was taken back before. Nothing was changed."""


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


def waiting_for(pile: Pile) -> list[Waiting]:
    """The lines of those whom the pile is for, whatever its time."""
    return [line for line in waiting(pile.campaign) if pile.representative in (None, line.representative)]


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
        to = waiting_for(pile)[0].name if pile.representative is not None else ""
        made = HandOver.objects.create(campaign=pile.campaign, to=to, on=on, letters=len(ids), actor=actor)
        for chunk in chunks(ids):
            CampaignLetter.objects.filter(pk__in=chunk).update(handed_over_at=when, hand_over=made)
    log.info("%s: %s letters of campaign %s marked as handed over.", actor, len(ids), pile.campaign.pk)
    return len(ids)


def undoable(hand_over: HandOver) -> bool:
    return hand_over.undone_at is None and hand_over.marked_at > timezone.now() - UNDO_WITHIN


def undo(hand_over: HandOver, actor: str) -> int:
    """Takes a mark set by mistake back; its letters wait again. Raises TooLate. Returns how many wait.

    A letter that its writer has erased since does not wait again: it is among those to be taken out of the paper.
    """
    now = timezone.now()
    with transaction.atomic():
        mine = HandOver.objects.filter(pk=hand_over.pk, undone_at__isnull=True, marked_at__gt=now - UNDO_WITHIN)
        if not mine.update(undone_at=now, undone_by=actor):
            raise TooLate
        marked = CampaignLetter.objects.filter(hand_over=hand_over)
        again = marked.filter(anonymised_at__isnull=True).count()
        marked.update(handed_over_at=None, hand_over=None)
    log.info("%s: the mark on %s letters of campaign %s was taken back.", actor, again, hand_over.campaign_id)
    return again


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
    for done, chunk in enumerate(chunks(ids), 1):
        send_by_email_after_all(campaign, chunk, wanted["actor"])
        job.progress(min(done * CHUNK, len(ids)), len(ids))


def send_by_email_after_all(campaign: Campaign, ids: Iterable[int], actor: str) -> int:
    """Queues those of the letters that still wait and can be emailed, each once. Returns how many these were."""
    sent = 0
    for chunk in chunks(sorted(set(ids))):
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


def discard(campaign_id: int) -> None:
    """Some letter may no longer be handed over: bundles that hold it are deleted, or begun anew."""
    exports.discard(campaign_id, BUNDLE)


def chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(ids), CHUNK):
        yield ids[start : start + CHUNK]
