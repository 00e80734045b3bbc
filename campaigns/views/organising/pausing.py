"""Signing or writing at one campaign stands still for a while."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import desks, pausing
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.pausing import PauseForm
from config.switches import Paused, What


def what_of(name: str) -> What:
    if name not in pausing.AT_A_CAMPAIGN:
        raise Http404
    return What(name)


@require_safe
@never_cache
def show(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    return _page(request, desks.of_campaign(request.user, slug, language, Role.EDITOR))


@require_POST
@never_cache
def pause(request: HttpRequest, slug: str, what: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    chosen = what_of(what)
    form = PauseForm(chosen, request.POST)
    if not form.is_valid():
        return _page(request, desk, chosen, form)
    try:
        pausing.pause(desk, chosen, form.cleaned_data["why"], form.said())
        messages.success(request, _("It is paused, within a few seconds everywhere."))
    except Paused:
        messages.warning(request, _("It was paused already. Nothing was changed."))
    return redirect(desk.campaign_url("pausing"))


@require_POST
@never_cache
def resume(request: HttpRequest, slug: str, what: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if pausing.resume(desk, what_of(what)):
        messages.success(request, _("It goes on, within a few seconds everywhere."))
    else:
        messages.warning(request, _("It was not paused any more. Nothing was changed."))
    return redirect(desk.campaign_url("pausing"))


def _page(
    request: HttpRequest, desk: CampaignDesk, about: What | None = None, bound: PauseForm | None = None
) -> HttpResponse:
    forms = {what.value: bound if bound and what == about else PauseForm(what) for what in pausing.AT_A_CAMPAIGN}
    context = (
        desk.frame(request, desk.campaign_url("pausing"))
        | pausing.of_a_campaign(desk.campaign)
        | {"form": bound, "forms": forms}
    )
    return render(request, "campaigns/organising/pausing.html", context, status=422 if bound else 200)
