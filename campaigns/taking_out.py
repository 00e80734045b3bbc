"""What is to be taken out of the paper: letters that were printed in a bundle and are no longer to be handed over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce
from django.utils import timezone

from config import jobs

from .models import BundledLetter, Campaign, CampaignLetter

REPRESENTATIVE = "letter__representative"


@dataclass(frozen=True)
class Removal:
    """A letter that was printed and is not to be handed over. Why: "withdrawn", "emailed" or "erased"."""

    number: int
    page: int
    representative: int | None
    name: str
    why: str


@dataclass(frozen=True)
class Removals:
    """Of one bundle, made for `owner`."""

    owner: str
    made: datetime
    letters: list[Removal]


def to_take_out(campaign: Campaign, representative: int | None = None) -> list[Removals]:
    """The letters that stand in a bundle and are not to be handed over any more, the newest bundle first.

    Told until the other letters to the same representative in that bundle are handed over; or, when there are no
    others, for as long as a letter is kept.
    """
    gone = models.Q(letter__state=CampaignLetter.State.WITHDRAWN) | models.Q(letter__by_hand=False)
    printed = BundledLetter.objects.filter(
        gone | models.Q(letter__anonymised_at__isnull=False),
        letter__campaign=campaign,
        letter__handed_over_at__isnull=True,
        bundle__state__in=(jobs.State.DONE, jobs.State.EXPIRED),
    )
    if representative is not None:
        printed = printed.filter(letter__representative=representative)
    rows = printed.select_related("bundle", "letter").annotate(
        name=Coalesce("letter__representative__name", "letter__letter__recipient_name")
    )
    found = list(rows.order_by("-bundle", "number"))
    piles = _piles({row.bundle_id for row in found})
    told = [row for row in found if _matters(row, *piles[row.bundle_id, row.letter.representative_id])]
    return [
        Removals(bundle.owner, bundle.created_at, [_removal(row) for row in theirs])
        for bundle, theirs in groupby(told, key=lambda row: row.bundle)
    ]


def _piles(bundles: set[int]) -> dict[tuple[int, int | None], tuple[int, int]]:
    """Of each bundle's letters to each representative: how many wait, and how many were handed over."""
    letters = BundledLetter.objects.filter(bundle__in=bundles).order_by().values_list("bundle", REPRESENTATIVE)
    handed = models.Q(letter__handed_over_at__isnull=False)
    counted = letters.annotate(waiting=models.Count("pk", filter=waits()), over=models.Count("pk", filter=handed))
    return {(bundle, to): (waiting, over) for bundle, to, waiting, over in counted}


def _matters(row: BundledLetter, waiting: int, handed: int) -> bool:
    return bool(waiting) or not handed and row.bundle.created_at >= long_ago()


def _removal(row: BundledLetter) -> Removal:
    letter = row.letter
    why = "erased" if letter.by_hand else "emailed"
    if letter.state == CampaignLetter.State.WITHDRAWN:
        why = "withdrawn"
    name: str = row.name  # type: ignore[attr-defined]  # annotated
    return Removal(row.number, row.page, letter.representative_id, name, why)


def waits() -> models.Q:
    """Of a BundledLetter: its letter is still to be handed over."""
    here = models.Q(letter__by_hand=True, letter__state=CampaignLetter.State.CONFIRMED)
    return here & models.Q(letter__handed_over_at__isnull=True, letter__anonymised_at__isnull=True)


def long_ago() -> datetime:
    return timezone.now() - timedelta(days=settings.LETTER_RETENTION_DAYS)
