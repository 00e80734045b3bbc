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

from . import living, publishing, wording_drafts
from .material import storing
from .models import Campaign, Event, Material, Response, Source, Target


def _locked(material: Material) -> Material:
    rows = Material.objects.select_for_update(of=("self",)).select_related("organisation", "campaign__organisation")
    return rows.get(pk=material.pk)


@transaction.atomic
def check(material: Material, checked: dict[str, Any], seen: str) -> None:
    """What an organiser has checked. A draft that was made of it already follows. Raises ValidationError.

    `seen` is Material.seen as it was when the page was opened.
    """
    material = _locked(material)
    _refuse_if_saved_since(material, seen)
    material.checked, material.checked_at = checked, timezone.now()
    storing.touched(material, "checked", "checked_at")
    if material.campaign_id:
        make(material, material.addressed, material.seen)


def _refuse_if_saved_since(material: Material, seen: str) -> None:
    if seen != material.seen:
        raise ValidationError(
            _(
                "This was saved since you opened it, by somebody else or in another tab. Look at that in a new tab; "
                "or save again, and what stands here takes its place."
            )
        )


@transaction.atomic
def make(material: Material, addressed: dict[str, Any], seen: str) -> Campaign:
    """Raises ValidationError where it was published or saved meanwhile, and IntegrityError where its address is taken.

    `seen` as for check().
    """
    material = _locked(material)
    if material.is_published:
        raise ValidationError(_("This campaign is published already: change it there."))
    _refuse_if_saved_since(material, seen)
    _refuse_if_rewritten(material)
    material.addressed = addressed
    material.campaign = campaign = _campaign(material)
    material.made_at = material.made_at or timezone.now()
    _text(campaign, material)
    _facts(campaign, material)
    if not material.checked["keep_signatories"]:
        storing.forget_signatories(material)
    storing.touched(material, "campaign", "addressed", "made_at", "draft")
    return campaign


def _refuse_if_rewritten(material: Material) -> None:
    """Whoever has gone on writing its text would lose that in silence."""
    campaign = material.campaign
    if campaign is None:
        return
    now = wording_drafts.opened(campaign, campaign.language)
    if now.draft is not None and now.text is not None and now.differs:
        raise ValidationError(
            _(
                "Somebody has gone on writing this text since it was made of the document. Change it there, on the "
                "page “Text” of the campaign; or give that draft up first, then it can be made anew."
            )
        )


def _campaign(material: Material) -> Campaign:
    checked, addressed = material.checked, material.addressed
    campaign = material.campaign or Campaign(organisation=material.organisation)
    if campaign.pk:  # a text in another language is somebody's translation, and stays
        campaign.texts.filter(language__in={campaign.language, checked["language"]}).delete()
    campaign.slug, campaign.signature_goal = addressed["slug"], addressed["goal"]
    campaign.kind, campaign.language = checked["kind"], checked["language"]
    campaign.legislature = Legislature.objects.filter(pk=addressed["legislature"]).first()
    campaign.published_from = _published_from(material)
    campaign.save()
    return campaign


def _published_from(material: Material) -> dict[str, str]:
    if not material.checked["name_document"]:
        return {}
    return {"name": material.filename, "sha256": material.sha256, "url": material.checked["source_url"]}


def _text(campaign: Campaign, material: Material) -> None:
    checked, addressed = material.checked, material.addressed
    wording = {name: checked[name] for name in ("title", "summary", "addressed_to", "salutation", "closing")}
    wording |= {"body": checked["text"] + "\n", "asks": [ask["text"] for ask in checked["asks"]]}
    if campaign.legislature_id:  # or supporters write to nobody, and there is nothing for them to write
        wording |= {name: addressed[name] for name in ("letter_subject", "letter_body", "letter_ask")}
        points = [figure["text"] for figure in checked["figures"] if figure["use"]]
        wording["letter_points"] = [without_placeholders(point) for point in points]
    publishing.publish_text(campaign, checked["language"], wording)


def without_placeholders(text: str) -> str:
    """Braces in a document are not ours."""
    return text.replace("{", "(").replace("}", ")")


def _facts(campaign: Campaign, material: Material) -> None:
    checked = material.checked
    campaign.targets.all().delete()
    campaign.responses.all().delete()
    campaign.sources.all().delete()
    campaign.events.all().delete()
    named = ("name", "role", "organisation", "address")
    for number, row in enumerate([row for row in material.addressed["targets"] if row["use"]], 1):
        Target.objects.create(campaign=campaign, number=number, **{name: row[name] for name in named})
    told = ("title", "date", "place", "description")
    for number, row in enumerate([row for row in checked["events"] if row["use"]], 1):
        Event.objects.create(campaign=campaign, number=number, **{name: row[name] for name in told})
    source = _source(campaign, checked) if checked["cite"] else None
    if checked["response"]:
        said = {"author": checked["response_author"], "date": checked["response_date"], "text": checked["response"]}
        Response.objects.create(campaign=campaign, number=1, source=source, **said)


def _source(campaign: Campaign, checked: dict[str, Any]) -> Source:
    """The document itself."""
    return Source.objects.create(
        campaign=campaign,
        number=1,
        author=", ".join(one for one in (checked["byline"], checked["affiliation"]) if one)[:200],
        title=checked["title"],
        publication=checked["publication"],
        date=checked["date"],
        url=checked["source_url"],
    )


@transaction.atomic
def publish(material: Material, seen: str, user: living.Someone = None) -> Campaign:
    """Raises ValidationError with what is missing. `seen` is Material.seen as it was when the preview was opened."""
    material = _locked(material)
    if material.checked_at is None or material.campaign is None:
        raise ValidationError(_("Check the document and make its page first: nothing is published unseen."))
    if material.is_published:  # pressed twice
        return material.campaign
    if seen != material.seen:
        raise ValidationError(_("The draft has changed since you looked at it. This is how it stands now."))
    living.publish(material.campaign, user)
    return material.campaign
