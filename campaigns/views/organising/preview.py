"""A campaign as the public will see it."""

from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, pages
from campaigns.desks import CampaignDesk
from campaigns.forms.public.signing import SignForm
from campaigns.models import Campaign
from campaigns.views.public.loading import speak


@require_safe
@never_cache
def preview(
    request: HttpRequest, slug: str, text_language: str | None = None, language: str | None = None
) -> HttpResponse:
    """The page exactly as it will be, before it is public; its form leads nowhere until then."""
    desk = desks.of_campaign(request.user, slug, language)
    campaign = desk.campaign
    text = campaign.texts.filter(language=text_language or campaign.language, superseded_at__isnull=True).first()
    if text is None:
        raise Http404
    around = _around(desk)
    speak(text)
    context = pages.page(text) | {"form": SignForm(campaign, text), "preview": around}
    if campaign.state == Campaign.State.DRAFT:  # what it will be
        context |= {"open": True, "writes": campaign.legislature_id is not None and bool(text.letter_body)}
    return render(request, "campaigns/organising/preview.html", context)


def _around(desk: CampaignDesk) -> dict[str, Any]:
    """What stands above the page, in the organiser's language: that it is a preview, and what may be done next."""
    spoken, campaign = get_language() or settings.LANGUAGE_CODE, desk.campaign
    material = (
        campaign.materials.only("uuid", "changed_at").first()
        if desk.may_edit and campaign.state == Campaign.State.DRAFT
        else None
    )
    urls: dict[str, str] = {}
    if material is not None:
        steps = ("check", "address", "publish")
        urls = {step: desk.url(f"material_{step}", material=material.uuid) for step in steps}
    seen = material.seen if material else ""
    return {"language": spoken, "urls": urls, "seen": seen, "approved": campaign.organisation.approved_at is not None}
