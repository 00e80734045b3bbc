"""How the counted signatures are divided: by day, source and language. Written by the fold alone, under its locks.

A row says itself under which day and source it was counted (`counted_on`, `counted_from`), so that it is taken off
again where it was put, whatever has become of it meanwhile.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from django.db.models import Case, Count, F, Q, When
from django.db.models.functions import Coalesce, TruncDate

from .models import Campaign, Signature, Tally
from .models.signature import SignatureQuerySet

FEW = 5  # a source that fewer share is not named: the link may have been made for one of them
MOST_SOURCES = 200  # different ones a campaign: nobody fills the table with links they have made up
DIRECT, OTHER = "direct", "other"
# The local day of confirmation; of one that was entered for somebody, the day it was entered.
DAY = Coalesce(TruncDate("confirmed_at"), TruncDate("created_at"))

# The local day on which it was left to be confirmed; None of what was entered for somebody.
GIVEN = Case(When(origin=Signature.Origin.ONLINE, then=TruncDate("consent_at")))

Key = tuple[str, str]  # what it is a tally of, and of which


class Row(NamedTuple):
    pk: int
    counted: bool
    area: int | None
    language: str
    given: date | None
    day: date
    came_from: str
    counted_on: date | None  # None: in no tally
    counted_from: str


def read(due: SignatureQuerySet, most: int) -> list[Row]:
    fields = ("pk", "counted", "area_id", "text__language", "given", "day", "came_from", "counted_on", "counted_from")
    rows = due.annotate(given=GIVEN, day=DAY).values_list(*fields)[:most]
    return [Row(*row) for row in rows]


def fold(campaign_id: int, add: Sequence[Row], take_off: Sequence[Row]) -> None:
    """Counts these rows, and those no more. The caller holds the locks of the campaign and of the rows."""
    change: Counter[Key] = Counter()
    gone = Counter((row.counted_on, row.counted_from, row.language, row.given) for row in take_off)
    for (on, source, language, given), n in gone.items():
        if on:
            change.subtract(dict.fromkeys(_keys(on, source, language, given), n))
    came = Counter((row.day, row.came_from, row.language, row.given) for row in add)
    kept = _kept(campaign_id, {*change, *(key for place in came for key in _keys(*place))})
    sources = {key for (of, key), n in kept.items() if of == Tally.Of.SOURCE and n + change[of, key] > 0}
    crowded = _crowded(sources, (row.came_from for row in add))
    for (day, source, language, given), n in came.items():
        change.update(dict.fromkeys(_keys(day, OTHER if source in crowded else source, language, given), n))
    _mark(add, take_off, crowded)
    _write(campaign_id, kept, change)


def forget_rare(campaign_id: int, ids: Collection[int]) -> None:
    """Of people who are forgotten: a source that hardly anybody else has may have been a link made for one of them.
    Within the caller's transaction, under the fold's own lock; what many share stays a number."""
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign_id)
    sources = Tally.objects.filter(campaign=campaign_id, of=Tally.Of.SOURCE).exclude(key__in=(DIRECT, OTHER))
    rare = list(sources.filter(count__lt=FEW).values_list("key", flat=True))
    rows = Signature.objects.filter(campaign=campaign_id, pk__in=ids, counted_from__in=rare)
    change = Counter(
        {(str(Tally.Of.SOURCE), key): -1 * n for key, n in Counter(rows.values_list("counted_from", flat=True)).items()}
    )
    if change:
        change[Tally.Of.SOURCE, OTHER] = rows.update(counted_from=OTHER)
        _write(campaign_id, _kept(campaign_id, change), change)


def _keys(day: date, source: str, language: str, given: date | None) -> list[Key]:
    of = Tally.Of
    keys: list[Key] = [(of.DAY, day.isoformat()), (of.SOURCE, source or DIRECT), (of.LANGUAGE, language)]
    return [*keys, (of.GIVEN, given.isoformat())] if given else keys


def _kept(campaign_id: int, keys: Iterable[Key]) -> dict[Key, int]:
    """All sources, and whatever else may change."""
    wanted = Q(of=Tally.Of.SOURCE) | Q(key__in={key for _of, key in keys})
    found = Tally.objects.filter(wanted, campaign=campaign_id)
    return {(of, key): count for of, key, count in found.values_list("of", "key", "count")}


def _crowded(sources: set[str], more: Iterable[str]) -> set[str]:
    """Those for which there is no line left among the sources."""
    crowded = set()
    lines = sources - {DIRECT, OTHER}
    for source in dict.fromkeys(more):
        if source in lines or source in ("", DIRECT, OTHER):
            continue
        if len(lines) < MOST_SOURCES:
            lines.add(source)
        else:
            crowded.add(source)
    return crowded


def _mark(add: Sequence[Row], take_off: Sequence[Row], crowded: Collection[str]) -> None:
    if take_off:
        gone = Signature.objects.filter(pk__in=[row.pk for row in take_off])
        gone.update(counted=False, counted_on=None, counted_from="")
    if add:
        come = Signature.objects.filter(pk__in=[row.pk for row in add])
        come.update(counted=True, counted_on=DAY, counted_from=F("came_from"))
    if crowded:
        other = [row.pk for row in add if row.came_from in crowded]
        Signature.objects.filter(pk__in=other).update(counted_from=OTHER)


def _write(campaign_id: int, kept: dict[Key, int], change: Counter[Key]) -> None:
    new = {key: kept.get(key, 0) + by for key, by in change.items() if by}
    lines = [Tally(campaign_id=campaign_id, of=of, key=key, count=n) for (of, key), n in new.items() if n]
    Tally.objects.bulk_create(
        lines, update_conflicts=True, unique_fields=["campaign", "of", "key"], update_fields=["count"]
    )
    # What nobody is counted under any more makes room for another.
    empty = [Q(of=of, key=key) for (of, key), n in new.items() if not n]
    if empty:
        Tally.objects.filter(Q(*empty, _connector=Q.OR), campaign=campaign_id).delete()


def from_rows(campaign_id: int) -> Counter[Key]:
    """What the tallies should say, from what the rows say. The caller holds the campaign's lock."""
    rows = Signature.objects.filter(campaign=campaign_id, counted=True, counted_on__isnull=False).order_by()
    found: Counter[Key] = Counter()
    said_by = {
        Tally.Of.DAY: rows.values_list("counted_on"),
        Tally.Of.SOURCE: rows.values_list("counted_from"),
        Tally.Of.LANGUAGE: rows.values_list("text__language"),
        Tally.Of.GIVEN: rows.filter(consent_at__isnull=False, origin=Signature.Origin.ONLINE).values_list(GIVEN),
    }
    for of, values in said_by.items():
        for value, n in values.annotate(n=Count("pk")):
            found[of, str(value) or DIRECT] += n
    return found
