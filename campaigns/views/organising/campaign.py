"""One campaign: how it stands, and what comes next."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, standing


@require_safe
@never_cache
def overview(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    context = desk.frame(request) | standing.now(desk.campaign) | standing.around(desk)
    return render(request, "campaigns/organising/campaign.html", context)


@require_safe
@never_cache
def now(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The part of the page that changes, for the script that renews it."""
    desk = desks.of_campaign(request.user, slug, language)
    return render(request, "campaigns/organising/_campaign_now.html", desk.frame(request) | standing.now(desk.campaign))
