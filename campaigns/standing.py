"""How one campaign stands and what comes next: what its overview shows, in a fixed number of queries."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import segno
from django.utils import timezone
from django.utils.translation import gettext as _

from config import links

from . import living, logbook, pages, wording_drafts, workplaces
from .desks import CampaignDesk
from .models import Campaign, LogEntry, Tally

LOGGED = 8
WEEK = timedelta(days=6)  # and today


def now(campaign: Campaign) -> dict[str, Any]:
    """What changes while one looks at it."""
    today = timezone.localdate()
    days = Tally.objects.filter(campaign=campaign, of=Tally.Of.DAY, key__gte=(today - WEEK).isoformat())
    by_day = dict(days.values_list("key", "count"))
    return pages.numbers(campaign) | {
        "at": timezone.now(),
        "today": by_day.get(today.isoformat(), 0),
        "week": sum(count for key, count in by_day.items() if key <= today.isoformat()),
    }


def around(desk: CampaignDesk) -> dict[str, Any]:
    """What stands around the numbers."""
    campaign = desk.campaign
    address = links.absolute(campaign.get_absolute_url())
    return {
        "address": address,
        "code": code(address) if campaign.is_public else "",
        "zone": living.zone(),
        "steps": steps(desk) if campaign.state in living.BEFORE else [],
        "approved": campaign.organisation.approved_at is not None,
        "not_published": why_not_published(campaign),
        "entries": log_of(desk) if desk.owns else [],
        "public_pages": pages.languages(campaign, "") if campaign.is_public else [],
        "wants": workplaces.waits_at(desk),
        "outcome_missing": campaign.is_over and not campaign.outcome and desk.may_edit,
    }


def code(address: str) -> str:
    """The address as a QR code, an SVG in a data address. White behind it: a scanner wants it so, in the dark too."""
    made: str = segno.make(address, error="m", micro=False).svg_data_uri(
        border=4, scale=4, dark="#1d1b18", light="#ffffff", xmldecl=False
    )
    return made


@dataclass(frozen=True)
class Step:
    label: str
    hint: str
    url: str
    done: bool
    optional: bool


def steps(desk: CampaignDesk) -> list[Step]:
    """What a draft still wants before it is published, in the order in which one does it."""
    campaign = desk.campaign
    words = wording_drafts.opened(campaign, campaign.language).wording
    addressed = bool(words.get("addressed_to")) or campaign.targets.exists()
    writes = campaign.legislature_id is not None

    def at(name: str, **where: Any) -> str:
        return desk.campaign_url(name, **where) if desk.may_edit else ""

    texts = (
        (_("Write the text"), _("Title, summary, the text itself and what it asks.")),
        (_("Say whom it addresses"), _("A person, an office or a body; better few than many.")),
        (_("Prepare a letter"), _("If supporters are to write to those who represent them.")),
        (_("Add a picture"), _("It is shown wherever people pass the address on.")),
        (_("Look at it as the public will"), _("Let somebody read it who does not know the matter.")),
        (_("Publish it"), _("Now, or by itself at a time you give.")),
    )
    facts = (
        (at("wording_edit", text_language=campaign.language), wording_drafts.has_text(campaign), False),
        (at("facts"), addressed, False),
        (at("letters_settings"), writes and bool(words.get("letter_body")), not writes),
        (at("campaign_picture"), campaign.picture_id is not None, True),
        (desk.campaign_url("preview"), False, False),
        (at("life"), False, False),
    )
    return [
        Step(label, hint, url, done, optional)
        for (label, hint), (url, done, optional) in zip(texts, facts, strict=True)
    ]


def why_not_published(campaign: Campaign) -> dict[str, Any]:
    """When and why it did not go public at its time, as long as nothing has been done about it since."""
    if campaign.state != Campaign.State.DRAFT:
        return {}
    about = ("campaign.not_published", "campaign.scheduled", "campaign.unscheduled", "campaign.published")
    last = LogEntry.objects.filter(campaign=campaign, what__in=about).order_by("-pk").first()
    if last is None or last.what != "campaign.not_published":
        return {}
    return {"at": last.at, "why": living.NOT_PUBLISHED.get(last.details.get("why", ""), living.NOT_PUBLISHED[""])}


def log_of(desk: CampaignDesk) -> list[dict[str, Any]]:
    entries = LogEntry.objects.filter(organisation=desk.organisation, campaign=desk.campaign)
    lately = list(entries.select_related("user").order_by("-pk")[:LOGGED])
    people = logbook.people_in(lately)
    return [
        {
            "at": entry.at,
            "who": entry.user,
            "software": bool(entry.details.get(logbook.SOFTWARE)),
            "what": logbook.sentence(entry, people),
        }
        for entry in lately
    ]
