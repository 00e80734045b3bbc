"""The count. No request touches a counter: a fold finds the rows whose `counted` disagrees with their state."""

import logging
from collections import Counter
from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Sum
from django.utils import timezone

from letters.models import OutgoingEmail

from . import tallying
from .models import AreaCount, Campaign, Signature, Tally
from .models.signature import SignatureQuerySet

log = logging.getLogger(__name__)

BATCH = 5_000
GOALS = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)


def current_goal(goal: int, count: int) -> int:
    """The goal to show: the organiser's, or the first round number above the count once that is reached."""
    if count < goal:
        return goal
    return next((step for step in GOALS if step > max(count, goal)), (count // 1_000_000 + 1) * 1_000_000)


def fold_all() -> int:
    """Brings every campaign's count up to date; the number of signatures that moved."""
    moved = 0
    for campaign_id in _campaigns(Signature.objects.uncounted()):
        try:
            moved += fold(campaign_id)
        except Exception:  # whatever is wrong with one campaign, the others are counted
            log.exception("The count of campaign %s could not be folded.", campaign_id)
    for campaign_id in _campaigns(Signature.objects.untallied()):
        try:
            _tally_batch(campaign_id)
        except Exception:
            log.exception("The signatures of campaign %s could not be tallied.", campaign_id)
    return moved


def _campaigns(rows: SignatureQuerySet) -> list[int]:
    return list(rows.values_list("campaign_id", flat=True).distinct().order_by())


def fold(campaign_id: int) -> int:
    """One campaign, batch by batch; right in whatever order the transactions that confirmed or withdrew commit."""
    moved = 0
    while batch := _fold_batch(campaign_id):
        moved += batch
        if batch < BATCH:
            break
    return moved


@transaction.atomic
def _fold_batch(campaign_id: int) -> int:
    rows = _take(campaign_id, Signature.objects.uncounted())
    if not rows:
        return 0
    difference: Counter[int | None] = Counter()
    for row in rows:
        difference[row.area] += -1 if row.counted else 1
    tallying.fold(campaign_id, [row for row in rows if not row.counted], [row for row in rows if row.counted])
    Campaign.objects.filter(pk=campaign_id).update(
        signature_count=F("signature_count") + sum(difference.values()), counted_at=timezone.now()
    )
    _count_areas(campaign_id, {place: change for place, change in difference.items() if place and change})
    return len(rows)


def _count_areas(campaign_id: int, difference: dict[int, int]) -> None:
    """Nobody else writes them while the campaign's lock is held, so they are read, added to and written at once."""
    if not difference:
        return
    kept = dict(AreaCount.objects.filter(campaign=campaign_id, area__in=difference).values_list("area_id", "count"))
    lines = [
        AreaCount(campaign_id=campaign_id, area_id=place, count=kept.get(place, 0) + change)
        for place, change in difference.items()
    ]
    AreaCount.objects.bulk_create(
        lines, update_conflicts=True, unique_fields=["campaign", "area"], update_fields=["count"]
    )


@transaction.atomic
def _tally_batch(campaign_id: int) -> None:
    """Some of those that were counted before there were tallies; the others in the next rounds."""
    if rows := _take(campaign_id, Signature.objects.untallied()):
        tallying.fold(campaign_id, rows, [])


def _take(campaign_id: int, due: SignatureQuerySet) -> list[tallying.Row]:
    # Lock one: the campaign's row, so that two folds never apply the same difference. Taken by the fold alone.
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign_id)
    # Lock two: the signatures about to flip, so that none changes its state before we commit. A row that somebody is
    # changing this moment is skipped and found next time: the fold waits for nobody. (SQLite has one writer anyway.)
    due = due.filter(campaign_id=campaign_id).order_by("pk")
    return tallying.read(due.select_for_update(skip_locked=True, of=("self",)), BATCH)


@dataclass
class Reconciliation:
    """What one campaign's books say. It balances when every line of `problems` is gone."""

    campaign: Campaign
    by_state: dict[str, int]
    by_origin: dict[str, int]
    waiting: int  # rows the next fold will move
    paper: int  # beside the signatures, never among them
    untallied: int = 0  # counted, and not yet by day and source: the next folds do it, some at a time
    problems: list[str] = field(default_factory=list)


def reconcile(campaign: Campaign, repair: bool = False) -> Reconciliation:
    """Counts the rows one by one and holds the books against them; with `repair`, writes the books anew."""
    # The foreign key to it has no constraint (decision 0035). Before there is a lock: the fold would wait for this.
    emails = OutgoingEmail.objects.filter(pk=OuterRef("confirmation"))
    naming_none = campaign.signatures.filter(~Exists(emails), confirmation__isnull=False)
    lost = naming_none.count()
    with transaction.atomic():
        # The fold's own lock: no row changes its `counted` meanwhile. All else comes from one look at the rows.
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        kinds = ("state", "origin", "counted", "area_id")
        rows = Signature.objects.filter(campaign=campaign).values_list(*kinds).annotate(n=Count("pk")).order_by()
        by_state = Counter(dict.fromkeys(Signature.State.values, 0))
        by_origin, areas, counted, waiting = Counter[str](), Counter[int](), 0, 0
        for state, origin, is_counted, area, n in rows:
            by_state[state] += n
            by_origin[origin] += n
            waiting += n if is_counted != (state == Signature.State.CONFIRMED) else 0
            if is_counted:
                counted += n
                areas[area] += n if area else 0
        paper = campaign.paper_counts.aggregate(n=Sum("signatures"))["n"] or 0
        books = Reconciliation(campaign, dict(by_state), dict(by_origin), waiting, paper)
        if unknown := set(by_state) - set(Signature.State.values):
            books.problems.append(f"there are signatures in no known state: {', '.join(sorted(unknown))}")
        if campaign.signature_count != counted:
            books.problems.append(f"the count says {campaign.signature_count}, the counted signatures are {counted}")
        kept = Counter(dict(campaign.area_counts.values_list("area_id", "count")))
        if wrong := [area for area in {*areas, *kept} if areas[area] != kept[area]]:
            books.problems.append(f"the counts of {len(wrong)} areas are wrong")
        if campaign.paper_count != paper:
            books.problems.append(f"on paper it says {campaign.paper_count}, the entries add up to {paper}")
        if lost:
            books.problems.append(f"an email is not there that a signature names: {lost}")
        books.untallied = Signature.objects.untallied().filter(campaign=campaign).count()
        tallies = tallying.from_rows(campaign.pk)
        books.problems += _wrong_tallies(campaign, tallies)
        if repair and books.problems:
            _write_anew(campaign, counted, areas, paper)
            _write_tallies_anew(campaign, tallies)
            if lost:
                naming_none.update(confirmation=None)
        return books


def _write_anew(campaign: Campaign, counted: int, areas: Counter[int], paper: int) -> None:
    mine = Campaign.objects.filter(pk=campaign.pk)
    mine.update(signature_count=counted, counted_at=timezone.now(), paper_count=paper)
    campaign.area_counts.all().delete()
    AreaCount.objects.bulk_create(AreaCount(campaign=campaign, area_id=area, count=n) for area, n in areas.items() if n)


def _wrong_tallies(campaign: Campaign, tallies: Counter[tallying.Key]) -> list[str]:
    kept = Counter({(of, key): n for of, key, n in campaign.tallies.values_list("of", "key", "count")})
    wrong = Counter(of for of, key in {*tallies, *kept} if tallies[of, key] != kept[of, key])
    return [f"the tallies by {of} are wrong in {n} places" for of, n in sorted(wrong.items())]


def _write_tallies_anew(campaign: Campaign, tallies: Counter[tallying.Key]) -> None:
    campaign.tallies.all().delete()
    Tally.objects.bulk_create(Tally(campaign=campaign, of=of, key=key, count=n) for (of, key), n in tallies.items())
