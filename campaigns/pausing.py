"""Signing or writing at one campaign stands still: by its organisation, or with everything by the operator.

Confirming goes on. Whoever has an email has done their part already, their link grows old, and one press costs one
UPDATE: a pause is against new work, not against those who wait for theirs to end.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q

from config import switches
from config.switches import Pause, What

from . import logbook
from .desks import CampaignDesk
from .models import Campaign
from .post_words import people

AT_A_CAMPAIGN = (What.SIGNING, What.WRITING)  # mail is paused for a sender, in the post room


def place(campaign: Campaign) -> str:
    return f"campaign {campaign.pk}"


def on(what: What, campaign: Campaign) -> Pause | None:
    return switches.on(what, place(campaign))


@transaction.atomic
def pause(desk: CampaignDesk, what: What, why: str, said: Mapping[str, str]) -> None:
    """Raises switches.Paused."""
    switches.pause(what, desk.actor, why, said, place(desk.campaign))
    logbook.note(desk.organisation, desk.user, f"{what.value}.paused", desk.campaign)


@transaction.atomic
def resume(desk: CampaignDesk, what: What) -> bool:
    resumed = switches.resume(what, desk.actor, place(desk.campaign))
    if resumed:
        logbook.note(desk.organisation, desk.user, f"{what.value}.resumed", desk.campaign)
    return resumed


@dataclass(frozen=True)
class Line:
    """One of the things that can be paused, and how it stands."""

    what: What
    pause: Pause | None
    by: str
    where: Campaign | None = None


def _lines(rows: Iterable[Pause], places: Mapping[str, Campaign] | None = None) -> list[Line]:
    rows = list(rows)
    names = people([row.by for row in rows])
    return [Line(What(row.what), row, names.get(row.by, row.by), (places or {}).get(row.where)) for row in rows]


def _of_each(whats: Iterable[What], rows: Iterable[Pause]) -> list[Line]:
    found = {line.what: line for line in _lines(rows)}
    return [found.get(what) or Line(what, None, "") for what in whats]


def of_a_campaign(campaign: Campaign) -> dict[str, Any]:
    now = Pause.objects.filter(ended_at=None)
    return {
        "lines": _of_each(AT_A_CAMPAIGN, now.filter(where=place(campaign))),
        "everywhere": _lines(now.filter(where=switches.EVERYWHERE, what__in=AT_A_CAMPAIGN)),
    }


def of_the_installation(most_over: int) -> dict[str, Any]:
    """As the operator sees it: what stands still everywhere, at which campaigns, and what did lately."""
    now = Pause.objects.filter(ended_at=None)
    at_places = list(now.exclude(where=switches.EVERYWHERE).order_by("-began_at")[:100])
    over = list(Pause.objects.filter(~Q(ended_at=None)).order_by("-ended_at")[:most_over])
    ids = {int(row.where.rpartition(" ")[2]) for row in (*at_places, *over) if row.where}
    places = {place(campaign): campaign for campaign in Campaign.objects.filter(pk__in=ids)}
    return {
        "lines": _of_each(What, now.filter(where=switches.EVERYWHERE)),
        "at_campaigns": [line for line in _lines(at_places, places) if line.where],
        "over": _lines(over, places),
    }
