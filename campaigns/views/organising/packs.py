"""The hand-over pack, for organisers: what has been made, what one is to hold, and how far it is."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import at_the_desk, desks, packing, pages, signatories
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.packs import PackForm
from config import downloads, jobs

SHOWN = 10


@require_safe
@never_cache
def made(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.VIEWER)
    campaign = desk.campaign
    packs = packing.of_campaign(campaign).exclude(state=jobs.State.EXPIRED).order_by("-pk")[:SHOWN]
    context = {"packs": packs, "languages": pages.languages(campaign, "")}
    return _page(request, desk, "packs", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    campaign = desk.campaign
    written = request.GET.get("language") or campaign.language
    text = campaign.texts.filter(language=written[:10], superseded_at__isnull=True).first()
    if text is None:
        raise Http404
    text.campaign = campaign
    form = PackForm(campaign, text, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        job = at_the_desk.make_pack(desk, form.order())
        return redirect(desk.campaign_url("pack", job=job.uuid))
    context = {"form": form, "text": text, "unnamed": not form.named}
    return _page(request, desk, "pack_new", context, 422 if form.is_bound else 200)


@require_safe
@never_cache
def pack(request: HttpRequest, slug: str, job: uuid.UUID, language: str | None = None) -> HttpResponse:
    """How far it is, for everybody who works here; the pack itself for owners."""
    desk = desks.of_campaign(request.user, slug, language, Role.VIEWER)
    campaign = desk.campaign
    found = get_object_or_404(packing.of_campaign(campaign), uuid=job)
    if found.state == jobs.State.DONE and "download" in request.GET:
        if not desk.owns:
            raise Http404
        answer = downloads.job_result(found)
        at_the_desk.pack_downloaded(desk)
        return answer  # type: ignore[return-value]
    context: dict[str, Any] = {"job": found}
    if found.state == jobs.State.DONE:
        context["withdrawn"] = signatories.withdrawn_since(campaign, found.created_at)
        context["named_no_more"] = packing.named_no_more(found, campaign)
        context["unprintable"] = packing.unprintable(found)
    return _page(request, desk, "pack", context)


def _page(
    request: HttpRequest, desk: CampaignDesk, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    more = desk.frame(request) | {"may_make": desk.owns}
    return render(request, f"campaigns/organising/{name}.html", more | context, status=status)
