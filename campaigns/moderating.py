"""Moderating: what supporters want to have shown is looked at by organisers, before or after it is.

Nobody's words are changed here: they are shown, or hidden.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import Q

from config import jobs

from . import filtering, invalidating, logbook
from .models import Campaign, Signature, User

SHOW = "show-reasons"
A_BATCH = 50
AT_ONCE = 1_000
Check = Signature.Check
# What is written on a signature, and nothing else of it.
SHOWN = ("public_name", "public_name_folded", "public_affiliation", "public_place", "public_reason")
DERIVED = ("name_check", "reason_check", *SHOWN)


class Queue(models.TextChoices):
    HELD = "held"  # not shown, for what is written in it (holding.py)
    REASONS = "reasons"
    NAMES = "names"


class Deed(models.TextChoices):
    PASS = "pass"
    HIDE_REASON = "hide_reason"
    HIDE_NAME = "hide_name"
    INVALIDATE = "invalidate"


# By the deed, what becomes of the checks. Who hides a reason, or passes it, has read the name beside it.
_BECOMES: dict[str, dict[str, str]] = {
    Deed.PASS: {"name_check": Check.PASSED, "reason_check": Check.PASSED},
    Deed.HIDE_REASON: {"name_check": Check.PASSED, "reason_check": Check.HIDDEN},
    Deed.HIDE_NAME: {"name_check": Check.HIDDEN},
}


@dataclass(frozen=True)
class Outcome:
    done: Mapping[str, int]  # by deed
    changed: int  # left alone: they say something else by now, or count no more
    decided: Sequence[int] = ()  # the keys of the others


def waiting(campaign: Campaign, queue: Queue) -> models.QuerySet[Signature]:
    """Oldest first: who waits longest is read first."""
    found = filtering.rows(campaign, _wanted(queue))
    return found.order_by("created_at", "pk")


def how_many(campaign: Campaign) -> dict[Queue, filtering.Counted]:
    return {queue: filtering.count(filtering.rows(campaign, _wanted(queue))) for queue in Queue}


def _wanted(queue: Queue) -> filtering.Wanted:
    checks = filtering.Checks
    waits = {Queue.HELD: checks.HELD, Queue.REASONS: checks.REASON_WAITS, Queue.NAMES: checks.NAME_WAITS}
    return filtering.Wanted(check=waits[queue])


def batch(campaign: Campaign, queue: Queue) -> list[Signature]:
    return list(waiting(campaign, queue).select_related("text", "area")[:A_BATCH])


def decide(
    campaign: Campaign, user: User | AnonymousUser, decisions: Mapping[int, tuple[str, str]], why: str = ""
) -> Outcome:
    """`decisions`: by the key of a row a Deed, and the content_digest() of what was read. `why`: for invalidating."""
    done: Counter[str] = Counter()
    bad: list[int] = []
    decided: list[int] = []
    with transaction.atomic():
        rows = _held(campaign).filter(pk__in=list(decisions), state=Signature.State.CONFIRMED)
        for signature in rows.order_by("pk"):
            deed, seen = decisions[signature.pk]
            if signature.content_digest() != seen or signature.anonymised_at is not None:
                continue
            done[deed] += 1
            decided.append(signature.pk)
            if deed == Deed.INVALIDATE:
                bad.append(signature.pk)
            else:
                _set(signature, _BECOMES[deed])
        if bad:
            invalidating.by_hand(campaign, user, bad, why)
        if moderated := sum(n for deed, n in done.items() if deed != Deed.INVALIDATE):
            logbook.note(campaign.organisation, user, "signatures.moderated", campaign, n=moderated)
    return Outcome(done, len(decisions) - sum(done.values()), decided)


def set_check(campaign: Campaign, user: User | AnonymousUser, pk: int, check: str, verdict: str) -> bool:
    """One signature's `name_check` or `reason_check`. False where there is nothing left to say."""
    with transaction.atomic():
        signature = _held(campaign).filter(pk=pk, anonymised_at__isnull=True).first()
        if signature is None or getattr(signature, check) == verdict:
            return False
        _set(signature, {check: verdict})
        logbook.note(campaign.organisation, user, "signatures.moderated", campaign, n=1)
    return True


def _held(campaign: Campaign) -> models.QuerySet[Signature]:
    rows = Signature.objects.select_for_update(of=("self",)).filter(campaign=campaign)
    return rows.select_related("text__campaign", "area")


def _set(signature: Signature, checks: Mapping[str, str]) -> None:
    for check, verdict in checks.items():
        setattr(signature, check, verdict)
    signature.show_as_chosen()
    signature.save(update_fields=DERIVED)


# Before they are shown, or afterwards


def read_first(campaign: Campaign, on: bool) -> None:
    """On: what is shown and nobody has passed goes from the page and waits. Off: what waits is shown."""
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(moderate_first=on)
        campaign.moderate_first = on
        if on:
            unread = Signature.objects.filter(campaign=campaign, reason_check=Check.NEW)
            unread.exclude(public_reason="").update(public_reason="")
        else:
            _show_again(campaign)


def read_names_first(campaign: Campaign, on: bool) -> None:
    """The same for names, and whatever is shown only beside one."""
    with transaction.atomic():
        Campaign.objects.filter(pk=campaign.pk).update(moderate_names_first=on)
        campaign.moderate_names_first = on
        if on:
            unread = Signature.objects.filter(campaign=campaign, name_check=Check.NEW)
            unread = unread.exclude(origin=Signature.Origin.IMPORTED)
            unread.exclude(public_name="").update(**dict.fromkeys(SHOWN, ""))
        else:
            _show_again(campaign)


def _show_again(campaign: Campaign) -> None:
    if filtering.count(_unshown(campaign), AT_ONCE).more:
        jobs.start(SHOW, {"campaign": campaign.pk})
    else:
        _show(campaign)


def _unshown(campaign: Campaign) -> Any:
    """What waits only because it was to be read first, and need not any more."""
    wanted = Q(pk__in=[])
    if not campaign.moderate_first:
        wanted |= Q(reason_check=Check.NEW, public_reason="") & ~Q(reason="") & ~Q(public_name="")
    if not campaign.moderate_names_first:
        wanted |= Q(name_check=Check.NEW, public_name="") & ~Q(name="") & ~Q(display=Signature.Display.NONE)
    return Signature.objects.filter(wanted, campaign=campaign)


@jobs.handler(SHOW)
def _show_reasons(job: jobs.Job) -> None:
    _show(Campaign.objects.get(pk=job.parameters["campaign"]), job)


def _show(campaign: Campaign, job: jobs.Job | None = None) -> None:
    done = last = 0
    while True:
        with transaction.atomic():
            # Who ticks the setting this moment waits, and hides what this shows.
            campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
            found = _held(campaign).filter(pk__in=_unshown(campaign).filter(pk__gt=last).order_by("pk")[:500])
            rows = list(found.order_by("pk"))
            for signature in rows:
                _set(signature, {})  # by what the campaign says this moment
        if not rows:
            return
        done, last = done + len(rows), rows[-1].pk
        if job:
            job.progress(done, done)
