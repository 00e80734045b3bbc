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
from campaigns.forms.organising.held import AfterLookForm, WhichHeldForm
from campaigns.forms.organising.invalidation import TickedForm

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
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    ids, which = TickedForm(desk.campaign, request.POST).ids(), WhichHeldForm(request.POST)
    if not which.is_valid() or not (ids or which.cleaned_data["held_for"]):
        messages.warning(request, _("Tick some of them first, or choose a reason. Nothing was changed."))
        return redirect(desk.campaign_url("held"))
    return _look(request, desk, ids, which)


@require_POST
@never_cache
def do(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    ids, which = TickedForm(desk.campaign, request.POST).ids(), WhichHeldForm(request.POST)
    if not which.is_valid() or not (ids or which.cleaned_data["held_for"]):
        messages.warning(request, _("Tick some of them first, or choose a reason. Nothing was changed."))
        return redirect(desk.campaign_url("held"))
    after = AfterLookForm(request.POST)
    if not after.is_valid():
        return _look(request, desk, ids, which, after)
    why, newest = after.cleaned_data["why"], after.cleaned_data["newest"]
    if ids:
        made = invalidating.by_hand(desk.campaign, request.user, ids, why, releases=True)
    else:
        made = invalidating.by_filter(desk.campaign, request.user, which.wanted(), newest, why, releases=True)
    if invalidating.lines([made])[0].job:
        messages.success(request, _("They are being let through. This page says how far that is."))
    else:
        said = ngettext("%(n)d signature was let through.", "%(n)d signatures were let through.", made.signatures)
        messages.success(request, said % {"n": made.signatures})
    return redirect(desk.campaign_url("held"))


@require_POST
@never_cache
def undo(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(desk.campaign.invalidations, pk=number, releases=True)
    if invalidating.undo(desk.campaign, request.user, found.pk):
        messages.success(request, _("They are held back again. Who withdrew meanwhile stays withdrawn."))
    else:
        messages.warning(request, _("This was taken back already."))
    return redirect(desk.campaign_url("held"))


def _look(
    request: HttpRequest, desk: CampaignDesk, ids: list[int], which: WhichHeldForm, after: AfterLookForm | None = None
) -> HttpResponse:
    wanted = which.wanted()
    rows = held_back.ticked(desk.campaign, ids) if ids else filtering.rows(desk.campaign, wanted)
    seen = invalidating.look(rows, releases=True)
    again: list[tuple[str, Any]] = [("row", pk) for pk in ids] or [("held_for", wanted.held_for)]
    context = desk.frame(request, desk.campaign_url("held")) | {
        "look": seen,
        "confirmed": rows.filter(confirmed_at__isnull=False).count(),
        "again": again,
        "form": after or AfterLookForm(initial={"newest": seen.newest}),
    }
    status = 422 if after and after.errors else 200
    return render(request, "campaigns/organising/held_look.html", context, status=status)
