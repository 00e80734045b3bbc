"""Declaring signatures invalid: chosen, counted before anything happens, done, and taken back."""

from typing import Any

from django.contrib import messages
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import bursts, desks, filtering, invalidating, keyset
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.invalidation import TickedForm, WhichForm, WhyForm
from campaigns.invalidating import Look
from campaigns.models import Invalidation

A_PAGE = 30


@require_safe
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    return _index(request, desk, WhichForm(desk.campaign))


@require_POST
@never_cache
def look(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """How many, and who for example. Nothing is changed."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    ids = TickedForm(desk.campaign, request.POST).ids()
    which = WhichForm(desk.campaign, request.POST)
    if not ids and not which.is_valid():
        return _index(request, desk, which)
    return _look(request, desk, ids, which)


@require_POST
@never_cache
def do(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    ids = TickedForm(desk.campaign, request.POST).ids()
    which, why = WhichForm(desk.campaign, request.POST), WhyForm(request.POST)
    if not ids and not which.is_valid():
        return _index(request, desk, which)
    if not why.is_valid():
        return _look(request, desk, ids, which, why)
    reason = why.cleaned_data["why"]
    if ids:
        made = invalidating.by_hand(desk.campaign, request.user, ids, reason)
    else:
        newest = why.cleaned_data["newest"]
        made = invalidating.by_filter(desk.campaign, request.user, which.wanted(), newest, reason)
    said = ngettext("%(n)d signature is invalid now.", "%(n)d signatures are invalid now.", made.signatures)
    return done(request, desk, made, said, _("They are being declared invalid. This page says how far that is."))


@require_POST
@never_cache
def undo(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    made = get_object_or_404(desk.campaign.invalidations, pk=number, releases=False)
    said = _("They are what they were before. Who withdrew meanwhile stays withdrawn.")
    return taken_back(request, desk, made, said)


def _index(request: HttpRequest, desk: CampaignDesk, which: WhichForm) -> HttpResponse:
    made = desk.campaign.invalidations.filter(releases=False).select_related("by", "undone_by").order_by("-pk")
    page = keyset.page(made, request.GET.get("before", ""), A_PAGE)
    lines = invalidating.lines(page.rows)
    context = desk.frame(request, desk.campaign_url("invalidation")) | {
        "form": which,
        "lines": lines,
        "at_work": any(line.job for line in lines),
        "more_url": page.next_url({}),
    }
    return render(request, "campaigns/organising/invalidation.html", context, status=422 if which.errors else 200)


def _look(
    request: HttpRequest, desk: CampaignDesk, ids: list[int], which: WhichForm, why: WhyForm | None = None
) -> HttpResponse:
    wanted = filtering.rows(desk.campaign, which.wanted()) if not ids else invalidating.ticked(desk.campaign, ids)
    try:
        seen = invalidating.look(wanted)
    except OperationalError:  # as long as a page may take (config.patience), for a pattern or a domain among millions
        which.is_valid()
        which.add_error(None, _("To look through all signatures for this takes too long. Choose the days as well."))
        return _index(request, desk, which)
    # What was asked, again in the form that does it: by POST, for a domain may be one person's own.
    again: list[tuple[str, Any]] = [("row", pk) for pk in ids]
    again += [] if ids else [(name, which.data.get(name, "")) for name in which.fields if which.data.get(name)]
    context = {
        "left": len(ids) - seen.n if ids else 0,
        "again": again,
        "asks": [which[name] for name in which.fields if not ids and name != "burst" and which.data.get(name)],
        "named_from": bursts.NAMED_FROM,
        "burst": None if ids else which.cleaned_data.get("burst"),
    }
    return counted(request, desk, "invalidation", seen, why, context)


# The same of what is held back (held.py), which is let through instead; `page` is its name, and of its template.


def counted(
    request: HttpRequest, desk: CampaignDesk, page: str, seen: Look, why: WhyForm | None, more: dict[str, Any]
) -> HttpResponse:
    form = why or WhyForm(initial={"newest": seen.newest})
    context = desk.frame(request, desk.campaign_url(page)) | {"look": seen, "form": form} | more
    status = 422 if why and why.errors else 200
    return render(request, f"campaigns/organising/{page}_look.html", context, status=status)


def done(request: HttpRequest, desk: CampaignDesk, made: Invalidation, said: str, at_work: str) -> HttpResponse:
    messages.success(request, at_work if invalidating.lines([made])[0].job else said % {"n": made.signatures})
    return redirect(desk.campaign_url(_page_of(made)))


def taken_back(request: HttpRequest, desk: CampaignDesk, made: Invalidation, said: str) -> HttpResponse:
    if invalidating.undo(desk.campaign, request.user, made.pk):
        messages.success(request, said)
    else:
        messages.warning(request, _("This was taken back already."))
    return redirect(desk.campaign_url(_page_of(made)))


def _page_of(made: Invalidation) -> str:
    return "held" if made.releases else "invalidation"
