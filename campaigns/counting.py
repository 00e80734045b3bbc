"""The count. No request touches a counter: a fold finds the rows whose `counted` disagrees with their state."""

from collections import Counter
from dataclasses import dataclass, field

from django.db import connection, transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from .models import AreaCount, Campaign, Signature

BATCH = 5_000
GOALS = (100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000)


def current_goal(goal: int, count: int) -> int:
    """The goal to show: the organiser's, or the first round number above the count once that is reached."""
    if count < goal:
        return goal
    return next((step for step in GOALS if step > max(count, goal)), (count // 1_000_000 + 1) * 1_000_000)


def fold_all() -> int:
    """Brings every campaign's count up to date; the number of signatures that moved."""
    due = Signature.objects.uncounted().values_list("campaign_id", flat=True).distinct().order_by()
    return sum(fold(campaign_id) for campaign_id in due)


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
    # Lock one: the campaign's row, so that two folds never apply the same difference. Taken by the fold alone.
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign_id)
    # Lock two: the signatures about to flip, so that none changes its state before we commit. A row that somebody is
    # changing this moment is skipped and found next time: the fold waits for nobody. (SQLite has one writer anyway.)
    due = Signature.objects.uncounted().filter(campaign_id=campaign_id).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    rows = list(due.values_list("pk", "counted", "area_id")[:BATCH])
    if not rows:
        return 0
    difference: Counter[int | None] = Counter()
    for _pk, counted, area_id in rows:
        difference[area_id] += -1 if counted else 1
    Signature.objects.filter(pk__in=[pk for pk, counted, _ in rows if not counted]).update(counted=True)
    Signature.objects.filter(pk__in=[pk for pk, counted, _ in rows if counted]).update(counted=False)
    Campaign.objects.filter(pk=campaign_id).update(
        signature_count=F("signature_count") + sum(difference.values()), counted_at=timezone.now()
    )
    for place, change in difference.items():
        if place and change:
            area, _created = AreaCount.objects.get_or_create(campaign_id=campaign_id, area_id=place)
            AreaCount.objects.filter(pk=area.pk).update(count=F("count") + change)
    return len(rows)


@dataclass
class Reconciliation:
    """What one campaign's books say. It balances when every line of `problems` is gone."""

    campaign: Campaign
    by_state: dict[str, int]
    by_origin: dict[str, int]
    waiting: int  # rows the next fold will move
    problems: list[str] = field(default_factory=list)


def reconcile(campaign: Campaign, repair: bool = False) -> Reconciliation:
    """Counts the rows one by one and holds the books against them; with `repair`, writes the books anew."""
    with transaction.atomic():
        campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
        rows = Signature.objects.filter(campaign=campaign)
        by_state = dict.fromkeys(Signature.State.values, 0)
        by_state |= dict(rows.values_list("state").annotate(n=Count("pk")).order_by())
        by_origin = dict(rows.values_list("origin").annotate(n=Count("pk")).order_by())
        books = Reconciliation(campaign, by_state, by_origin, rows.uncounted().count())
        counted = rows.aggregate(n=Count("pk", filter=Q(counted=True)))["n"]
        if sum(by_state.values()) != rows.count() or sum(by_origin.values()) != rows.count():
            books.problems.append("the states, or the origins, do not add up to the signatures")
        if campaign.signature_count != counted:
            books.problems.append(f"the count says {campaign.signature_count}, the counted signatures are {counted}")
        areas = dict(
            rows.filter(counted=True, area__isnull=False).values_list("area_id").annotate(n=Count("pk")).order_by()
        )
        kept = {area: n for area, n in campaign.area_counts.values_list("area_id", "count") if n}
        if areas != kept:
            wrong = {area for area in areas.keys() | kept.keys() if areas.get(area) != kept.get(area)}
            books.problems.append(f"the counts of {len(wrong)} areas are wrong")
        if repair and books.problems:
            Campaign.objects.filter(pk=campaign.pk).update(signature_count=counted, counted_at=timezone.now())
            campaign.area_counts.all().delete()
            AreaCount.objects.bulk_create(
                AreaCount(campaign=campaign, area_id=area, count=n) for area, n in areas.items()
            )
        return books
