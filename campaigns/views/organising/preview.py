"""A campaign as the public will see it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, languages, pages, wording_drafts
from campaigns.desks import CampaignDesk
from campaigns.forms.public.signing import SignForm
from campaigns.models import CampaignText
from campaigns.views.public.loading import speak
from config import links


@require_safe
@never_cache
def preview(
    request: HttpRequest, slug: str, text_language: str | None = None, language: str | None = None
) -> HttpResponse:
    """The page exactly as it will be, before it is public; its form leads nowhere until then."""
    desk = desks.of_campaign(request.user, slug, language)
    campaign = desk.campaign
    text = wording_drafts.text_to_show(campaign, text_language or campaign.language)
    if text is None:
        raise Http404
    around = _around(desk, text)
    speak(text)
    context = pages.page(text) | {"form": SignForm(campaign, text), "preview": around}
    context["page_languages"] = _page_languages(desk, text)
    if not wording_drafts.is_published(campaign):  # what it will be
        context |= {"open": True, "writes": campaign.legislature_id is not None and bool(text.letter_body)}
    return render(request, "campaigns/organising/preview.html", context)


def _page_languages(desk: CampaignDesk, text: CampaignText) -> list[dict[str, Any]]:
    """Those that will be public, or are; each leads to its preview."""
    campaign = desk.campaign
    codes = [one for one in wording_drafts.languages_of(campaign) if wording_drafts.opened(campaign, one).is_complete]
    if len(codes) < 2:
        return []
    return [
        {
            "code": code,
            "name": languages.name_of(code),
            "url": desk.campaign_url("preview", text_language=code),
            "absolute": links.absolute(desk.campaign_url("preview", text_language=code)),
            "current": code == text.language,
        }
        for code in codes
    ]


def _around(desk: CampaignDesk, text: CampaignText) -> dict[str, Any]:
    """What stands above the page, in the organiser's language: that it is a preview, and what may be done next."""
    spoken, campaign = get_language() or settings.LANGUAGE_CODE, desk.campaign
    material = (
        campaign.materials.only("uuid", "changed_at").first()
        if desk.may_edit and not wording_drafts.is_published(campaign)
        else None
    )
    urls: dict[str, str] = {}
    if material is not None:
        steps = ("check", "address", "publish")
        urls = {step: desk.url(f"material_{step}", material=material.uuid) for step in steps}
    seen = material.seen if material else ""
    corrects = desk.may_edit and text.pk is None and wording_drafts.is_published(campaign)
    edit = "wording_edit" if text.language == campaign.language else "translations"
    return {
        "language": spoken,
        "overview": desk.campaign_url("campaign"),
        "urls": urls,
        "seen": seen,
        "approved": campaign.organisation.approved_at is not None,
        "is_draft": text.pk is None,
        "edit": desk.campaign_url(edit, text_language=text.language) if desk.may_edit else "",
        "life": desk.campaign_url("life") if desk.may_edit and not wording_drafts.is_published(campaign) else "",
        "correct": desk.campaign_url("wording_publish", text_language=text.language) if corrects else "",
    }
