"""From checked material to a campaign in draft: all of it in one transaction, as often as its organisers like.

A draft has no history that anybody could rest on, so it is made anew: the same campaign, its texts and facts in the
place of those that were there. Once it is published, this door is closed.
"""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from letters.models import Legislature

from . import publishing
from .material import storing
from .models import Campaign, Event, Material, Response, Source, Target


def save_check(material: Material, checked: dict[str, Any]) -> None:
    material.checked, material.checked_at = checked, timezone.now()
    storing.touched(material, "checked", "checked_at")


@transaction.atomic
def make(material: Material, addressed: dict[str, Any]) -> Campaign:
    """Raises ValidationError where it was published meanwhile, and IntegrityError where its address is taken."""
    material = Material.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=material.pk)
    if material.is_published:
        raise ValidationError(_("This campaign is published already: change it there."))
    material.campaign = _campaign(material, addressed)
    material.addressed = addressed
    material.made_at = material.made_at or timezone.now()
    _text(material)
    _facts(material)
    if not material.checked["keep_signatories"]:
        storing.forget_signatories(material)
    storing.touched(material, "campaign", "addressed", "made_at", "draft")
    return material.campaign


def _campaign(material: Material, addressed: dict[str, Any]) -> Campaign:
    checked = material.checked
    legislature = addressed["legislature"]
    values = {
        "slug": addressed["slug"],
        "kind": checked["kind"],
        "language": checked["language"],
        "signature_goal": addressed["goal"],
        "legislature": Legislature.objects.get(pk=legislature) if legislature else None,
        "published_from": _published_from(material),
    }
    if material.campaign is None:
        return Campaign.objects.create(organisation=material.organisation, **values)
    Campaign.objects.filter(pk=material.campaign_id, published_at__isnull=True).update(**values)
    return Campaign.objects.select_related("organisation").get(pk=material.campaign_id)


def _published_from(material: Material) -> dict[str, str]:
    if not material.checked["name_document"]:
        return {}
    return {"name": material.filename, "sha256": material.sha256, "url": material.checked["source_url"]}


def _text(material: Material) -> None:
    campaign, checked, addressed = material.campaign, material.checked, material.addressed
    assert campaign is not None
    campaign.texts.all().delete()
    letter = {name: addressed[name] for name in ("letter_subject", "letter_body", "letter_ask")}
    wording = {name: checked[name] for name in ("title", "summary", "addressed_to", "salutation", "closing")}
    points = [figure["text"] for figure in checked["figures"] if figure["use"]]
    if not addressed["legislature"]:  # supporters write to nobody, so there is nothing for them to write
        letter, points = {}, []
    wording |= letter | {
        "body": checked["text"] + "\n",
        "asks": [ask["text"] for ask in checked["asks"]],
        "letter_points": [_without_placeholders(point) for point in points],
    }
    publishing.publish_text(campaign, checked["language"], wording)


def _without_placeholders(text: str) -> str:
    """Braces in a document are not ours."""
    return text.replace("{", "(").replace("}", ")")


def _facts(material: Material) -> None:
    campaign, checked = material.campaign, material.checked
    for rows in (campaign.targets, campaign.sources, campaign.events, campaign.responses):  # type: ignore[union-attr]
        rows.all().delete()
    named = ("name", "role", "organisation", "address")
    for number, row in enumerate([row for row in material.addressed["targets"] if row["use"]], 1):
        Target.objects.create(campaign=campaign, number=number, **{name: row[name] for name in named})
    told = ("title", "date", "place", "description")
    for number, row in enumerate([row for row in checked["events"] if row["use"]], 1):
        Event.objects.create(campaign=campaign, number=number, **{name: row[name] for name in told})
    source = _source(material) if checked["cite"] else None
    if checked["response"]:
        Response.objects.create(
            campaign=campaign,
            number=1,
            author=checked["response_author"],
            date=checked["response_date"],
            text=checked["response"],
            source=source,
        )


def _source(material: Material) -> Source:
    checked = material.checked
    return Source.objects.create(
        campaign=material.campaign,
        number=1,
        author=", ".join(one for one in (checked["byline"], checked["affiliation"]) if one)[:200],
        title=checked["title"],
        publication=checked["publication"],
        date=checked["date"],
        url=checked["source_url"],
    )


def publish(material: Material) -> Campaign:
    """Raises ValidationError with what is missing."""
    if material.checked_at is None or material.campaign is None:
        raise ValidationError(_("Check the document and make its campaign first: nothing is published unseen."))
    publishing.publish(material.campaign)
    return material.campaign
