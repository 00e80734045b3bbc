"""Declaring signatures invalid, or letting through what is held back, many at a time; and taking that back.

Each batch is one transaction under the locks of its rows and of the Invalidation, so that nothing is declared invalid
once the taking back has begun, and what is killed in between goes on where it stopped.
"""

from collections.abc import Callable, Iterator, Sequence
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
READ = 50_000  # ids at a time: the database may have to look through the whole campaign for each
AT_ONCE = 1_000  # more than so many are a worker's
MOST_LOOKED = 50_000  # of more, a request does not count how many: the worker does, before it begins
EXAMPLES, MOST_READ = 12, 1_000  # the newest of so many
GONE = (Signature.State.INVALID, Signature.State.WITHDRAWN)


@dataclass(frozen=True)
class Look:
    """What a filter would strike out, if it were done now."""

    n: int
    more: bool  # there are more than n, and nobody looked how many
    counted: int  # of these n, how many count
    confirmed: int  # of these n, by email
    examples: list[str]  # names that everybody reads; of those held back, that everybody would read
    newest: int  # nobody who signs after this look is meant


def look(found: SignatureQuerySet, releases: bool = False) -> Look:
    """Before it counts, so that whoever signs meanwhile is neither counted nor meant."""
    newest = Signature.objects.aggregate(newest=Max("pk"))["newest"] or 0
    standing = found.filter(pk__lte=newest).exclude(state__in=GONE).order_by()
    numbers = standing[: MOST_LOOKED + 1].aggregate(
        n=models.Count("pk"),
        counted=models.Count("pk", filter=models.Q(state=Signature.State.CONFIRMED)),
        confirmed=models.Count("pk", filter=models.Q(confirmed_at__isnull=False)),
    )
    shown = standing.exclude(public_name="") if releases else standing.shown()
    # Not the newest of all: to find these the database would go through all that it does not want.
    some = sorted(shown.values_list("created_at", "pk", "public_name")[:MOST_READ], reverse=True)
    n = min(numbers["n"], MOST_LOOKED)
    names = [name for _at, _pk, name in some[:EXAMPLES]]
    return Look(n, numbers["n"] > n, numbers["counted"], numbers["confirmed"], names, newest)


def ticked(campaign: Campaign, ids: Sequence[int]) -> SignatureQuerySet:
    return Signature.objects.filter(campaign=campaign, pk__in=ids)


@dataclass(frozen=True)
class Kind:
    """What is done, and how it is taken back from those who are still where it has brought them."""

    do: Callable[[models.QuerySet[Signature], Invalidation], int]
    done: str  # in the log
    brings_to: tuple[str, ...]
    undo: Callable[[models.QuerySet[Signature]], int]
    undone: str


KINDS = {
    False: Kind(
        signing.invalidate, "signatures.invalidated", (Signature.State.INVALID,), signing.restore, "signatures.restored"
    ),
    True: Kind(signing.release, "signatures.released", signing.RELEASED, signing.hold_again, "signatures.held_again"),
}


def by_hand(
    campaign: Campaign, user: User | AnonymousUser, ids: Sequence[int], why: str, releases: bool = False
) -> Invalidation:
    """These rows, at once."""
    with transaction.atomic():
        made = _begun(campaign, user, why, {}, releases)
        _strike(made, ticked(campaign, ids))
        made.refresh_from_db()
        _note(made, STRIKE, made.signatures)
    return made


def by_filter(
    campaign: Campaign, user: User | AnonymousUser, wanted: Wanted, newest: int, why: str, releases: bool = False
) -> Invalidation:
    """All that are wanted, as far as the look reached; more than AT_ONCE by a worker."""
    found = filtering.rows(campaign, wanted).filter(pk__lte=newest).exclude(state__in=GONE)
    with transaction.atomic():
        made = _begun(campaign, user, why, _described(wanted), releases)
        here = _is_done_here(made, found, STRIKE, wanted=wanted.as_data(), newest=newest)
    if here:
        _strike(made, found)
    made.refresh_from_db()
    return made


def _is_done_here(made: Invalidation, found: models.QuerySet[Signature], work: str, **asked: Any) -> bool:
    """Or else a job is begun. The log has the number at once, or when the worker has counted very many."""
    counted = filtering.count(found, MOST_LOOKED)
    if not counted.more:
        _note(made, work, counted.n)
        asked["n"] = counted.n
    here = not counted.more and counted.n <= AT_ONCE
    if not here:
        jobs.start(work, asked | {"invalidation": made.pk}, owner=owner_of(made))
    return here


def _count_now(job: jobs.Job, made: Invalidation, found: models.QuerySet[Signature]) -> None:
    if "n" not in job.parameters:
        with transaction.atomic():
            job.note(n=found.order_by().count())
            _note(made, job.kind, job.parameters["n"])


def _begun(
    campaign: Campaign, user: User | AnonymousUser, why: str, wanted: dict[str, Any], releases: bool
) -> Invalidation:
    by = user if isinstance(user, User) else None
    return Invalidation.objects.create(campaign=campaign, reason=why, wanted=wanted, by=by, releases=releases)


def _described(wanted: Wanted) -> dict[str, Any]:
    """A domain or a source may be one person's own, and a name is: that it was asked for is all that is kept of it."""
    data = wanted.as_data()
    return data | {name: True for name in ("source", "domain", "network_key", "domain_key", "named") if data.get(name)}


def _note(made: Invalidation, work: str, n: int) -> None:
    kind, campaign = KINDS[made.releases], made.campaign
    by, what = (made.by, kind.done) if work == STRIKE else (made.undone_by, kind.undone)
    logbook.note(campaign.organisation, by, what, campaign, n=n)


def owner_of(made: Invalidation) -> str:
    return f"campaign {made.campaign_id} invalidation {made.pk}"


@jobs.handler(STRIKE)
def _strike_out(job: jobs.Job) -> None:
    asked = job.parameters
    made = Invalidation.objects.select_related("campaign__organisation", "by").get(pk=asked["invalidation"])
    found = filtering.rows(made.campaign, Wanted.from_data(asked["wanted"])).filter(pk__lte=asked["newest"])
    if made.undone_at is None:
        _count_now(job, made, found.exclude(state__in=GONE))
        _strike(made, found, job)


def _strike(made: Invalidation, found: SignatureQuerySet, job: jobs.Job | None = None) -> None:
    for ids in _batches(found.exclude(state__in=GONE)):
        with transaction.atomic():
            # Lock one: of the undoing, which takes the same. Lock two: of these rows alone; the fold passes them over.
            held = Invalidation.objects.select_for_update(no_key=True).get(pk=made.pk)
            if held.undone_at is not None:
                return
            rows = found.filter(pk__in=ids).exclude(state__in=GONE).order_by("pk")
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
            struck = KINDS[made.releases].do(Signature.objects.filter(pk__in=ids), made)
            Invalidation.objects.filter(pk=made.pk).update(signatures=F("signatures") + struck)
        if job:
            job.progress(held.signatures + struck, max(job.parameters["n"], held.signatures + struck))


def _batches(found: models.QuerySet[Signature]) -> Iterator[list[int]]:
    """In the order of their keys, each once. What has changed by the time its turn comes, the caller sees."""
    last = 0
    while ids := list(found.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:READ]):
        yield from (ids[start : start + BATCH] for start in range(0, len(ids), BATCH))
        last = ids[-1]


# Taking it back


def undo(campaign: Campaign, user: User | AnonymousUser, pk: int) -> Invalidation | None:
    """Each goes back to what it was, unless its owner has withdrawn it meanwhile. None: it was undone before."""
    with transaction.atomic():
        made = Invalidation.objects.select_for_update(no_key=True).get(pk=pk, campaign=campaign)
        if made.undone_at is not None:
            return None
        made.undone_at, made.undone_by = timezone.now(), user if isinstance(user, User) else None
        made.save(update_fields=["undone_at", "undone_by"])
        here = _is_done_here(made, _still_there(made), UNDO)
    if here:
        _restore(made)
    return made


def _still_there(made: Invalidation) -> models.QuerySet[Signature]:
    return made.rows.filter(state__in=KINDS[made.releases].brings_to)


@jobs.handler(UNDO)
def _restore_all(job: jobs.Job) -> None:
    rows = Invalidation.objects.select_related("campaign__organisation", "undone_by")
    made = rows.get(pk=job.parameters["invalidation"])
    _count_now(job, made, _still_there(made))
    _restore(made, job)


def _restore(made: Invalidation, job: jobs.Job | None = None) -> None:
    done, kind = 0, KINDS[made.releases]
    for ids in _batches(_still_there(made)):
        with transaction.atomic():
            # Still so, and still by this: meanwhile somebody may have withdrawn, or be struck out by another.
            rows = Signature.objects.filter(pk__in=ids, invalidation=made, state__in=kind.brings_to).order_by("pk")
            ids = list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))
            kind.undo(Signature.objects.filter(pk__in=ids))
        done += len(ids)
        if job:
            job.progress(done, max(job.parameters["n"], done))


def one_back(campaign: Campaign, user: User | AnonymousUser, pk: int) -> bool:
    """One signature alone; the others that went with it stay as they are."""
    with transaction.atomic():
        restored = signing.restore(Signature.objects.filter(campaign=campaign, pk=pk))
        if restored:
            logbook.note(campaign.organisation, user, "signatures.restored", campaign, n=restored)
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
