"""Far more signatures than usual in an hour, from one network or by one mail domain: shown, and folded away
once somebody has called them real."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import bursts, charting, desks, filtering, invalidating
from campaigns.access import Role
from campaigns.models import Burst, Campaign

MOST_SHOWN = 60
DRAWN = timedelta(days=7)
A_PAGE = 50


@require_safe
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    found = list(desk.campaign.bursts.order_by("-hour", "-given", "-pk")[: MOST_SHOWN + 1])
    context = desk.frame(request) | _drawn(desk.campaign, found) | _rules()
    shown = found[:MOST_SHOWN]
    context |= {"more": len(found) > MOST_SHOWN, "any": bool(shown)}
    context |= {"bursts": [one for one in shown if not one.real_at], "real": [one for one in shown if one.real_at]}
    return render(request, "campaigns/organising/bursts.html", context)


@require_safe
@never_cache
def one(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    burst = get_object_or_404(desk.campaign.bursts, pk=number)
    wanted = bursts.wanted(burst)
    page = filtering.page(desk.campaign, wanted, request.GET.get("before", ""), A_PAGE)
    context = desk.frame(request) | _rules()
    context |= {
        "burst": burst,
        "invalid": bursts.count_invalid(burst),
        "look": invalidating.look(filtering.rows(desk.campaign, wanted)),
        "rows": page.rows,
        "more_url": page.next_url({}),
    }
    return render(request, "campaigns/organising/bursts_one.html", context)


@require_POST
@never_cache
def real(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    """`given` is the number that was on the page."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    burst = get_object_or_404(desk.campaign.bursts, pk=number)
    if request.POST.get("given") == str(burst.given) and bursts.call_real(burst, request.user):
        messages.success(request, _("It is folded away, and nothing else has changed."))
    elif burst.real_at:
        messages.warning(request, _("Somebody has said so already."))
    else:
        messages.warning(request, _("More have signed since you looked. Look at them again."))
        return redirect(desk.campaign_url("bursts_one", number=burst.pk))
    return redirect(desk.campaign_url("bursts"))


@require_POST
@never_cache
def undo(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if bursts.take_back(get_object_or_404(desk.campaign.bursts, pk=number), request.user):
        messages.success(request, _("It stands among the others again."))
    else:
        messages.warning(request, _("This was taken back already."))
    return redirect(desk.campaign_url("bursts"))


def _rules() -> dict[str, Any]:
    return {
        "floor": bursts.FLOOR,
        "times": bursts.TIMES,
        "named_from": bursts.NAMED_FROM,
        "kept": settings.NETWORK_KEPT_DAYS,
    }


def _drawn(campaign: Campaign, found: list[Burst]) -> dict[str, Any]:
    """By hours: what belongs to the greatest burst of each, and the rest. One may be in two, of a network and of a
    domain, so they are not added up."""
    until = timezone.now().replace(minute=0, second=0, microsecond=0) + bursts.HOUR
    hours = bursts.by_hour(campaign, until - DRAWN, until)
    of_bursts: dict[Any, int] = {}
    for burst in found:
        of_bursts[burst.hour] = max(burst.given, of_bursts.get(burst.hour, 0))
    parts = [(max(0, n - of_bursts.get(hour, 0)), min(n, of_bursts.get(hour, 0))) for hour, n in hours]
    return {
        "graph": charting.columns(parts),
        "first": {"day": hours[0][0]},
        "last": {"day": hours[-1][0]},
        "hours": [(hour, n, of_bursts.get(hour, 0)) for hour, n in reversed(hours) if n],
    }
