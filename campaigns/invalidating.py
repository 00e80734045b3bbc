"""Declaring signatures invalid, many at a time, with who and why; and taking that back.

Each batch is one transaction under the locks of its rows and of the Invalidation, so that nothing is declared invalid
once the taking back has begun, and what is killed in between goes on where it stopped.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.translation import gettext as _

from config import jobs

from . import filtering, logbook, signing
from .filtering import Wanted
from .models import Campaign, Invalidation, Signature, User
from .models.signature import SignatureQuerySet

STRIKE, UNDO = "invalidate-signatures", "restore-signatures"
BATCH = 500
AT_ONCE = 1_000  # more than so many are a worker's
EXAMPLES = 12
GONE = (Signature.State.INVALID, Signature.State.WITHDRAWN)


@dataclass(frozen=True)
class Look:
    """What a filter would strike out, if it were done now."""

    n: int
    counted: int  # of these, how many count
    examples: list[str]  # names that everybody may read
    newest: int  # nobody who signs after this look is meant


def look(found: SignatureQuerySet) -> Look:
    standing = found.exclude(state__in=GONE).order_by()
    numbers = standing.aggregate(
        n=models.Count("pk"),
        counted=models.Count("pk", filter=models.Q(state=Signature.State.CONFIRMED)),
        newest=Max("pk"),
    )
    names = standing.exclude(public_name="").order_by("-pk").values_list("public_name", flat=True)[:EXAMPLES]
    return Look(numbers["n"], numbers["counted"], list(names), numbers["newest"] or 0)


def ticked(campaign: Campaign, ids: Sequence[int]) -> SignatureQuerySet:
    return Signature.objects.filter(campaign=campaign, pk__in=ids)


def by_hand(campaign: Campaign, user: User | AnonymousUser, ids: Sequence[int], why: str) -> Invalidation:
    """These rows, at once."""
    with transaction.atomic():
        made = _begun(campaign, user, why, {})
        _strike(made, ticked(campaign, ids))
        made.refresh_from_db()
        _note(campaign, user, "signatures.invalidated", made.signatures)
    return made


def by_filter(campaign: Campaign, user: User | AnonymousUser, wanted: Wanted, newest: int, why: str) -> Invalidation:
    """All that are wanted, as far as the look reached; more than AT_ONCE by a worker."""
    found = filtering.rows(campaign, wanted).filter(pk__lte=newest).exclude(state__in=GONE)
    with transaction.atomic():
        made = _begun(campaign, user, why, _described(wanted))
        n = found.order_by().count()
        if n > AT_ONCE:
            asked = {"invalidation": made.pk, "wanted": wanted.as_data(), "newest": newest, "n": n}
            jobs.start(STRIKE, asked, owner=owner_of(made))
        _note(campaign, user, "signatures.invalidated", n)
    if n <= AT_ONCE:
        _strike(made, found)
    made.refresh_from_db()
    return made


def _begun(campaign: Campaign, user: User | AnonymousUser, why: str, wanted: dict[str, Any]) -> Invalidation:
    by = user if isinstance(user, User) else None
    return Invalidation.objects.create(campaign=campaign, reason=why, wanted=wanted, by=by)


def _described(wanted: Wanted) -> dict[str, Any]:
    """A domain may be one person's own: that there was one is all that is kept of it."""
    data = wanted.as_data()
    return data | ({"domain": True} if data.get("domain") else {})


def _note(campaign: Campaign, user: User | AnonymousUser, what: str, n: int) -> None:
    logbook.note(campaign.organisation, user, what, campaign, n=n)


def owner_of(made: Invalidation) -> str:
    return f"campaign {made.campaign_id} invalidation {made.pk}"


@jobs.handler(STRIKE)
def _strike_out(job: jobs.Job) -> None:
    asked = job.parameters
    made = Invalidation.objects.select_related("campaign").get(pk=asked["invalidation"])
    found = filtering.rows(made.campaign, Wanted.from_data(asked["wanted"])).filter(pk__lte=asked["newest"])
    _strike(made, found, job)


def _strike(made: Invalidation, found: SignatureQuerySet, job: jobs.Job | None = None) -> None:
    last = 0
    while True:
        with transaction.atomic():
            held = Invalidation.objects.select_for_update(no_key=True).get(pk=made.pk)
            if held.undone_at is not None:
                return
            rows = found.filter(pk__gt=last).exclude(state__in=GONE).order_by("pk")
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
            struck = signing.invalidate(Signature.objects.filter(pk__in=ids), made)
            Invalidation.objects.filter(pk=made.pk).update(signatures=F("signatures") + struck)
        if not ids:
            return
        last = ids[-1]
        if job:
            job.progress(held.signatures + struck, max(job.parameters["n"], held.signatures + struck))


# Taking it back


def undo(campaign: Campaign, user: User | AnonymousUser, pk: int) -> Invalidation | None:
    """Each goes back to what it was, unless its owner has withdrawn it meanwhile. None: it was undone before."""
    with transaction.atomic():
        made = Invalidation.objects.select_for_update(no_key=True).get(pk=pk, campaign=campaign)
        if made.undone_at is not None:
            return None
        made.undone_at, made.undone_by = timezone.now(), user if isinstance(user, User) else None
        made.save(update_fields=["undone_at", "undone_by"])
        n = made.rows.filter(state=Signature.State.INVALID).count()
        _note(campaign, user, "signatures.restored", n)
        if n > AT_ONCE:
            jobs.start(UNDO, {"invalidation": made.pk, "n": n}, owner=owner_of(made))
    if n <= AT_ONCE:
        _restore(made)
    return made


@jobs.handler(UNDO)
def _restore_all(job: jobs.Job) -> None:
    _restore(Invalidation.objects.get(pk=job.parameters["invalidation"]), job)


def _restore(made: Invalidation, job: jobs.Job | None = None) -> None:
    done = 0
    while True:
        with transaction.atomic():
            rows = made.rows.filter(state=Signature.State.INVALID).order_by("pk")
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True)[:BATCH])
            signing.restore(Signature.objects.filter(pk__in=ids))
        if not ids:
            return
        done += len(ids)
        if job:
            job.progress(done, max(job.parameters["n"], done))


def one_back(campaign: Campaign, user: User | AnonymousUser, pk: int) -> bool:
    """One signature alone; the others that went with it stay as they are."""
    with transaction.atomic():
        restored = signing.restore(Signature.objects.filter(campaign=campaign, pk=pk))
        if restored:
            _note(campaign, user, "signatures.restored", restored)
    return bool(restored)


def called(user: User | None) -> str:
    return (user.name or user.email) if user else _("somebody who has no account any more")


@dataclass(frozen=True)
class Line:
    made: Invalidation
    who: str
    undone_who: str
    job: jobs.Job | None  # while a worker is at it


def lines(made: Sequence[Invalidation]) -> list[Line]:
    owners = {owner_of(one): one.pk for one in made}
    at_work = jobs.Job.objects.filter(owner__in=owners, state__in=jobs.OPEN_STATES).order_by("pk")
    working = {owners[job.owner]: job for job in at_work}
    return [Line(one, called(one.by), called(one.undone_by), working.get(one.pk)) for one in made]
