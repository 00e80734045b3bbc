"""What organisers see outside the administration, for now: a draft as the public will see it, and their lists."""

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import exports, pages
from campaigns.access import AT_LEAST, Role, get_campaign_for, role_in
from campaigns.forms.signing import SignForm
from campaigns.models import Campaign
from config import downloads, jobs

from .loading import speak


@require_safe
@never_cache
def preview(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The page exactly as it will be, before it is public; its form leads nowhere until then."""
    campaign = get_campaign_for(request.user, slug, Role.VIEWER)
    text = campaign.texts.filter(language=language or campaign.language, superseded_at__isnull=True).first()
    if text is None:
        raise Http404
    around = _around(request, campaign)
    speak(text)
    context = pages.page(text) | {"form": SignForm(campaign, text), "preview": around}
    if campaign.state == Campaign.State.DRAFT:  # what it will be
        context |= {"open": True, "writes": campaign.legislature_id is not None and bool(text.letter_body)}
    return render(request, "campaigns/organising/preview.html", context)


def _around(request: HttpRequest, campaign: Campaign) -> dict[str, Any]:
    """What stands above the page, in the organiser's language: that it is a preview, and what may be done next."""
    spoken = get_language() or settings.LANGUAGE_CODE
    may = role_in(request.user, campaign.organisation) in AT_LEAST[Role.EDITOR]
    material = (
        campaign.materials.only("uuid", "changed_at").first()
        if may and campaign.state == Campaign.State.DRAFT
        else None
    )
    urls: dict[str, str] = {}
    if material is not None:
        where = {"slug": campaign.organisation.slug, "material": material.uuid}
        steps = ("check", "address", "publish")
        urls = {step: reverse(f"campaigns:material_{step}", kwargs=where) for step in steps}
    seen = material.seen if material else ""
    return {"language": spoken, "urls": urls, "seen": seen, "approved": campaign.organisation.approved_at is not None}


@require_POST
@never_cache
def export_signatures(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_campaign_for(request.user, slug, Role.OWNER)
    job = exports.start(campaign, exports.owner_of(campaign, request.user))
    messages.info(request, _("The list is being made. This page shows how far it is."))
    return redirect("campaigns:export", slug=slug, job=job.uuid)


@require_safe
@never_cache
def export(request: HttpRequest, slug: str, job: uuid.UUID) -> HttpResponse:
    campaign = get_campaign_for(request.user, slug, Role.OWNER)
    found = get_object_or_404(jobs.Job, uuid=job, owner=exports.owner_of(campaign, request.user))
    if found.state == jobs.State.DONE and "download" in request.GET:
        return downloads.job_result(found)  # type: ignore[return-value]
    return render(request, "campaigns/organising/export.html", {"campaign": campaign, "job": found})
