"""What a large campaign's pages say beside its own number, counted once for all who look (config.reckoning)."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, Min

from config import reckoning

from .models import Campaign, Signature
from .models.signature import SignatureQuerySet
from .quarters import QuarterHour

OF_THE_CLOSED = timedelta(hours=1)


@dataclass(frozen=True)
class Kept:
    at: datetime
    states: dict[str, int]  # of those that have not confirmed
    quarters: dict[int, int]  # QuarterHour of the consent → how many wait
    oldest: datetime | None  # of those that wait
    news: dict[int, int]  # key of a text → who gets updates
    texts: dict[int, int]  # key of a text → who has confirmed it


def of(campaign: Campaign) -> Kept | None:
    """None: it is so small that everything may be counted at once, or has only just grown."""
    found = reckoning.kept(_key(campaign))
    if found is None:
        return None
    said = found.numbers
    by_number = {name: {int(key): n for key, n in said[name].items()} for name in ("quarters", "news", "texts")}
    oldest = datetime.fromisoformat(said["oldest"]) if said["oldest"] else None
    return Kept(at=found.at, states=said["states"], oldest=oldest, **by_number)


def reckon_large() -> int:
    """A deed of the sweeper: how many campaigns were counted."""
    done = 0
    for campaign in Campaign.objects.order_by("pk").iterator():
        every = reckoning.EVERY if campaign.takes_signatures else OF_THE_CLOSED
        rows = Signature.objects.filter(campaign=campaign)
        done += reckoning.reckon(_key(campaign), rows, lambda rows=rows: _count(rows), every)  # type: ignore[misc]
    return done


def _key(campaign: Campaign) -> str:
    return f"campaign {campaign.pk}"


def _count(rows: SignatureQuerySet) -> dict[str, Any]:
    rows = rows.order_by()
    unconfirmed = rows.exclude(state=Signature.State.CONFIRMED)
    pending = unconfirmed.filter(state=Signature.State.PENDING)
    oldest = pending.aggregate(first=Min("consent_at"))["first"]
    return {
        "states": dict(unconfirmed.values_list("state").annotate(n=Count("*"))),
        "quarters": dict(pending.values_list(QuarterHour("consent_at")).annotate(n=Count("*"))),
        "oldest": oldest and oldest.isoformat(),
        "news": dict(rows.getting_news().values_list("text").annotate(n=Count("*"))),
        "texts": dict(rows.counting().values_list("text").annotate(n=Count("*"))),
    }
