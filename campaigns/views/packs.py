"""The hand-over pack, for organisers: what has been made, what one is to hold, and how far it is."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import exports, packing, pages, signatories
from campaigns.access import Role, get_campaign_for, organisations_of
from campaigns.forms.packs import PackForm
from campaigns.models import Campaign
from config import downloads, jobs

SHOWN = 10


@require_safe
@never_cache
def made(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_campaign_for(request.user, slug, Role.VIEWER)
    packs = packing.of_campaign(campaign).exclude(state=jobs.State.EXPIRED).order_by("-pk")[:SHOWN]
    context = {"packs": packs, "languages": pages.languages(campaign, "")}
    return _page(request, campaign, "packs", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, slug: str) -> HttpResponse:
    campaign = get_campaign_for(request.user, slug, Role.OWNER)
    language = request.GET.get("language") or campaign.language
    text = campaign.texts.filter(language=language[:10], superseded_at__isnull=True).first()
    if text is None:
        raise Http404
    text.campaign = campaign
    form = PackForm(campaign, text, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        job = packing.start(campaign, exports.owner_of(campaign, request.user), form.order())
        return redirect("campaigns:pack", slug=slug, job=job.uuid)
    context = {"form": form, "text": text, "unnamed": not form.named}
    return _page(request, campaign, "pack_new", context, 422 if form.is_bound else 200)


@require_safe
@never_cache
def pack(request: HttpRequest, slug: str, job: uuid.UUID) -> HttpResponse:
    """How far it is, for everybody who works here; the pack itself for owners."""
    campaign = get_campaign_for(request.user, slug, Role.VIEWER)
    found = get_object_or_404(packing.of_campaign(campaign), uuid=job)
    if found.state == jobs.State.DONE and "download" in request.GET:
        get_campaign_for(request.user, slug, Role.OWNER)
        return downloads.job_result(found)  # type: ignore[return-value]
    context: dict[str, Any] = {"job": found}
    if found.state == jobs.State.DONE:
        context["withdrawn"] = signatories.withdrawn_since(campaign, found.created_at)
        context["named_no_more"] = packing.named_no_more(found, campaign)
        context["unprintable"] = packing.unprintable(found)
    return _page(request, campaign, "pack", context)


def _page(
    request: HttpRequest, campaign: Campaign, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    may = organisations_of(request.user, Role.OWNER).filter(pk=campaign.organisation_id).exists()
    more = {"campaign": campaign, "may_make": may}
    return render(request, f"campaigns/organising/{name}.html", {**more, **context}, status=status)
