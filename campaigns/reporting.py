"""Reports: a reader says that something should not stand there. Nothing changes by it; people decide.

An entry of the public list is for those who work on the campaign, the campaign itself is for the operator: its own
organisers do not judge it, nor read what is said of it. Of who reported, nothing is kept, not even a hash.
"""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from config.crypto import keyed_hash

from . import emails_to_organisers, logbook, moderating
from .models import Campaign, CampaignText, Membership, Report, Reported, Signature, User
from .models.report import ReportedQuerySet
from .moderating import Deed

Decision = Reported.Decision
KEPT = timedelta(days=90)  # after the last report of a thing
MOST_KEPT = 50  # reports of one thing, word for word; the others are counted
MOST_SHOWN = 50


def report(campaign: Campaign, signature: Signature | None, wrong: str, words: str) -> None:
    """Of what was decided already, reports are counted, until it says something else."""
    now = timezone.now()
    with transaction.atomic():
        thing, _made = Reported.objects.get_or_create(campaign=campaign, signature=signature)
        # Lock: this thing alone, so that each report is counted.
        thing = Reported.objects.select_for_update(of=("self",)).get(pk=thing.pk)
        # Hidden, and yet it stands there again for somebody to report: it was shown again since.
        if thing.decision == Decision.HIDDEN or thing.decision and thing.decided_on != _said(campaign, signature):
            thing.decision, thing.times, thing.first_at = Decision.OPEN, 0, now
        thing.times, thing.last_at = thing.times + 1, now
        thing.save(update_fields=["decision", "times", "first_at", "last_at"])
        if thing.decision == Decision.OPEN and thing.reports.count() < MOST_KEPT:
            thing.reports.create(wrong=wrong, words=words, at=now)


def _said(campaign: Campaign, signature: Signature | None) -> str:
    """As everybody reads it."""
    if signature is None:
        digests = campaign.texts.filter(superseded_at__isnull=True).order_by("language")
        return keyed_hash("reported", json.dumps(list(digests.values_list("language", "digest"))))
    shown = (signature.public_name, signature.public_affiliation, signature.public_place, signature.public_reason)
    return keyed_hash("reported", json.dumps(shown))


def forget_old(now: datetime | None = None) -> int:
    """A deed of the sweeper. Of somebody who was erased, nothing that was said of them stays."""
    before = (now or timezone.now()) - KEPT
    old = Q(last_at__lt=before) | Q(signature__anonymised_at__isnull=False)
    Report.objects.filter(at__lt=before).delete()
    return Reported.objects.filter(old).delete()[0]


# What is decided


@dataclass(frozen=True)
class Line:
    """One thing, with what is said to be wrong with it."""

    thing: Reported
    wrong: Sequence[tuple[str, int]]  # the choice in words, and how often
    words: Sequence[str]


def of_entries(campaign: Campaign) -> models.QuerySet[Reported]:
    """What stands in the list and waits for a decision, most often reported first."""
    return entries_that_wait(Reported.objects.filter(campaign=campaign)).order_by("-times", "pk")


def entries_that_wait(things: ReportedQuerySet) -> ReportedQuerySet:
    shown = things.open().entries().filter(signature__state=Signature.State.CONFIRMED)
    return shown.exclude(signature__public_name="")


def of_campaigns() -> models.QuerySet[Reported]:
    """For the operator: those that wait, most often reported first."""
    return Reported.objects.open().campaigns().order_by("-times", "pk")


def lines(things: Iterable[Reported]) -> list[Line]:
    found = {thing.pk: thing for thing in things}
    said: dict[int, list[Report]] = {pk: [] for pk in found}
    for one in Report.objects.filter(reported__in=found).order_by("-pk"):
        said[one.reported_id].append(one)
    return [
        Line(
            thing,
            Counter(str(Report.Wrong(one.wrong).label) for one in said[pk]).most_common(),
            [one.words for one in said[pk] if one.words],
        )
        for pk, thing in found.items()
    ]


def titles(campaigns: Iterable[Campaign]) -> dict[int, str]:
    """Of each in its first language, or its address."""
    found = {campaign.pk: campaign.slug for campaign in campaigns}
    texts = CampaignText.objects.current().filter(campaign__in=found, language=models.F("campaign__language"))
    return found | dict(texts.values_list("campaign_id", "title"))


def decide_entries(
    campaign: Campaign, user: User | AnonymousUser, decisions: Mapping[int, tuple[str, str]], why: str = ""
) -> moderating.Outcome:
    """As moderating.decide: by the key of a signature a Deed, and what was read. Raises nothing: what has changed
    meanwhile is left as it is, and its reports wait."""
    with transaction.atomic():
        things = of_entries(campaign).filter(signature__in=list(decisions)).select_for_update(of=("self",))
        held = {thing.signature_id: thing for thing in things}
        asked = {pk: decision for pk, decision in decisions.items() if pk in held}
        outcome = moderating.decide(campaign, user, asked, why)
        for pk in outcome.decided:
            signature = Signature.objects.get(pk=pk)
            kept = asked[pk][0] == Deed.PASS
            _end(held[pk], user, Decision.KEPT if kept else Decision.HIDDEN, _said(campaign, signature))
    return outcome


@transaction.atomic
def keep(thing: Reported, operator: User | AnonymousUser) -> bool:
    """A campaign stays. False: somebody has decided meanwhile."""
    held = _held(thing)
    if held is not None:
        _end(held, operator, Decision.KEPT, _said(held.campaign, None))
    return held is not None


@transaction.atomic
def withhold(thing: Reported, operator: User | AnonymousUser, why: str) -> bool:
    """A campaign goes off the site, and its owners are told why. False: somebody has decided meanwhile."""
    held = _held(thing)
    if held is None:
        return False
    campaign, now = held.campaign, timezone.now()
    if Campaign.objects.filter(pk=campaign.pk, withheld_at__isnull=True).update(withheld_at=now, withheld_why=why):
        logbook.note(campaign.organisation, operator, "campaign.withheld", campaign)
        owning = campaign.organisation.memberships.filter(role=Membership.Role.OWNER, user__is_active=True)
        for membership in owning.select_related("user").order_by("pk"):
            emails_to_organisers.campaign_withheld(campaign, membership.user, why)
    _end(held, operator, Decision.HIDDEN, _said(campaign, None))
    return True


def _held(thing: Reported) -> Reported | None:
    """Locked, as long as nobody has decided on it."""
    waiting = Reported.objects.open().campaigns().select_for_update(of=("self",)).filter(pk=thing.pk)
    return waiting.select_related("campaign__organisation").first()


def put_back(campaign: Campaign, operator: User | AnonymousUser) -> bool:
    """A campaign that was withheld is as public as its state says. False: it was put back already."""
    with transaction.atomic():
        withheld = Campaign.objects.filter(pk=campaign.pk, withheld_at__isnull=False)
        if not withheld.update(withheld_at=None, withheld_why=""):
            return False
        logbook.note(campaign.organisation, operator, "campaign.put_back", campaign)
    return True


def _end(thing: Reported, user: User | AnonymousUser, decision: str, said: str) -> None:
    """The words have been read, and go; the number stays, and grows."""
    thing.decision, thing.decided_on, thing.decided_at = decision, said, timezone.now()
    thing.decided_by = user if isinstance(user, User) else None
    thing.save(update_fields=["decision", "decided_on", "decided_at", "decided_by"])
    thing.reports.all().delete()
