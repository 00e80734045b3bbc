"""What is held back: seen with its reason, counted before anything happens, let through, and held back again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from campaigns import desks, filtering, held_back, invalidating
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.held import WhichHeldForm
from campaigns.forms.organising.invalidation import TickedForm, WhyForm

from .invalidation import counted, done, taken_back

A_PAGE = 50
LATELY = 20  # of what was let through; the log has all


@require_safe
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    which = WhichHeldForm(request.GET)
    wanted = which.wanted() if which.is_valid() else WhichHeldForm.EVERY
    page = filtering.page(desk.campaign, wanted, request.GET.get("before", ""), A_PAGE)
    made = desk.campaign.invalidations.filter(releases=True).select_related("by", "undone_by").order_by("-pk")
    lines = invalidating.lines(list(made[:LATELY]))
    context = desk.frame(request, desk.campaign_url("held")) | {
        "reasons": held_back.by_reason(desk.campaign),
        "most": held_back.MOST_COUNTED,
        "chosen": wanted.held_for,
        "rows": page.rows,
        "more_url": page.next_url({"held_for": wanted.held_for}),
        "lines": lines,
        "at_work": any(line.job for line in lines),
    }
    return render(request, "campaigns/organising/held.html", context, status=422 if which.errors else 200)


@require_POST
@never_cache
def look(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """How many. Nothing is changed."""
    return _asked(request, desks.of_campaign(request.user, slug, language, Role.EDITOR))


@require_POST
@never_cache
def do(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    return _asked(request, desk, WhyForm(request.POST))


@require_POST
@never_cache
def undo(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    made = get_object_or_404(desk.campaign.invalidations, pk=number, releases=True)
    return taken_back(request, desk, made, _("They are held back again. Who withdrew meanwhile stays withdrawn."))


def _asked(request: HttpRequest, desk: CampaignDesk, why: WhyForm | None = None) -> HttpResponse:
    """Without a form that says why, they are only counted."""
    ids, which = TickedForm(desk.campaign, request.POST).ids(), WhichHeldForm(request.POST)
    if not which.is_valid() or not (ids or which.cleaned_data["held_for"]):
        messages.warning(request, _("Tick some of them first, or choose a reason. Nothing was changed."))
        return redirect(desk.campaign_url("held"))
    if why is None or not why.is_valid():
        return _look(request, desk, ids, which, why)
    reason, newest = why.cleaned_data["why"], why.cleaned_data["newest"]
    if ids:
        made = invalidating.by_hand(desk.campaign, request.user, ids, reason, releases=True)
    else:
        made = invalidating.by_filter(desk.campaign, request.user, which.wanted(), newest, reason, releases=True)
    said = ngettext("%(n)d signature was let through.", "%(n)d signatures were let through.", made.signatures)
    return done(request, desk, made, said, _("They are being let through. This page says how far that is."))


def _look(
    request: HttpRequest, desk: CampaignDesk, ids: list[int], which: WhichHeldForm, why: WhyForm | None
) -> HttpResponse:
    wanted = which.wanted()
    rows = held_back.ticked(desk.campaign, ids) if ids else filtering.rows(desk.campaign, wanted)
    again: list[tuple[str, Any]] = [("row", pk) for pk in ids] or [("held_for", wanted.held_for)]
    return counted(request, desk, "held", invalidating.look(rows, releases=True), why, {"again": again})
