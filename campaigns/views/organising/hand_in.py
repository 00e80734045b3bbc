"""Letters that are handed in on paper: who waits, the bundle to print, and what became of them."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import at_the_desk, bundling, desks, exports, handing_in, post_room, retention, taking_out
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.hand_in import BundleForm, HandOverForm, PileForm
from campaigns.models import Campaign
from config import downloads, jobs

SHOWN = 50  # hand-overs at most, the latest


@require_safe
@never_cache
def waiting(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    return _waiting(request, desks.of_campaign(request.user, slug, language), BundleForm())


def _waiting(request: HttpRequest, desk: CampaignDesk, form: BundleForm, status: int = 200) -> HttpResponse:
    campaign = desk.campaign
    lines = handing_in.waiting(campaign)
    bundles = jobs.Job.objects.filter(kind=handing_in.BUNDLE, owner=exports.owner_of(campaign, request.user))
    context = {
        "lines": lines,
        "form": form,
        "letters": sum(line.letters for line in lines),
        "by_hand": campaign.hand_ins.exists(),
        "ends": retention.letter_kept_until(oldest) if (oldest := handing_in.oldest(campaign)) else None,
        "removed": taking_out.to_take_out(campaign),
        "hand_overs": _hand_overs(campaign),
        "bundles": bundles.exclude(state=jobs.State.EXPIRED).order_by("-pk")[:5],
        "may_decide": desk.may_edit,
        "may_download": desk.owns,
    }
    return _page(request, desk, "hand_in", context, status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def over(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Shows how many letters would be marked as handed over, and marks these and no others."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    pile, today = _pile(request, desk.campaign), timezone.localdate()
    if request.method != "POST":
        return _ask_over(request, desk, pile.on(today), HandOverForm(initial={"on": today}))
    form = HandOverForm(request.POST)
    if not form.is_valid():
        return _ask_over(request, desk, pile, form, 422)
    day = form.cleaned_data["on"]
    try:
        done = at_the_desk.hand_over(desk, pile, day, request.POST.get("seen", ""))
    except handing_in.Changed:
        return _ask_over(request, desk, pile.on(day), form, 409)
    said = ngettext("%(n)d letter marked as handed over.", "%(n)d letters marked as handed over.", done)
    messages.success(request, said % {"n": done})
    return redirect(desk.campaign_url("hand_in"))


def _ask_over(
    request: HttpRequest, desk: CampaignDesk, pile: handing_in.Pile, form: HandOverForm, status: int = 200
) -> HttpResponse:
    more = {"form": form, "removed": taking_out.to_take_out(pile.campaign, pile.representative)}
    return _page(request, desk, "hand_in_over", _asked(request, pile, status) | more, status)


@require_POST
@never_cache
def undo(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    hand_over = get_object_or_404(desk.campaign.hand_overs, pk=number)
    try:
        again = at_the_desk.undo_hand_over(desk, hand_over)
    except handing_in.TooLate:
        messages.error(request, _("This mark can no longer be taken back."))
    else:
        said = ngettext("%(n)d letter waits again.", "%(n)d letters wait again.", again)
        messages.success(request, said % {"n": again})
    return redirect(desk.campaign_url("hand_in"))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def email(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Shows how many letters would be emailed after all, and has these emailed and no others."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    pile = _pile(request, desk.campaign)
    if request.method != "POST":
        return _ask_email(request, desk, pile)
    try:
        at_the_desk.email_after_all(desk, pile, request.POST.get("seen", ""))
    except handing_in.Changed:
        return _ask_email(request, desk, pile, 409)
    messages.success(
        request, _("The letters are being put into the post room. Those that cannot be emailed stay here.")
    )
    return redirect(desk.campaign_url("hand_in"))


def _ask_email(request: HttpRequest, desk: CampaignDesk, pile: handing_in.Pile, status: int = 200) -> HttpResponse:
    lines = [one for one in handing_in.waiting(pile.campaign) if pile.representative in (None, one.representative)]
    unreachable = [one for one in lines if not one.emailable]
    context = _asked(request, pile, status) | {"unreachable": unreachable}
    return _page(request, desk, "hand_in_email", context, status)


@require_POST
@never_cache
def start_bundle(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    form = BundleForm(request.POST)
    if not form.is_valid():
        return _waiting(request, desk, form, 422)
    job = at_the_desk.make_bundle(desk, form.wanted())
    return redirect(desk.campaign_url("hand_in_bundle", job=job.uuid))


@require_safe
@never_cache
def bundle(request: HttpRequest, slug: str, job: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    campaign = desk.campaign
    mine = jobs.Job.objects.filter(kind=handing_in.BUNDLE, owner=exports.owner_of(campaign, request.user))
    found = get_object_or_404(mine, uuid=job)
    if found.state == jobs.State.DONE and "download" in request.GET:
        answer = downloads.job_result(found)
        at_the_desk.bundle_downloaded(desk)
        return answer  # type: ignore[return-value]
    context = {"job": found, "zip": found.result_filename.endswith(".zip"), "wanted": bundling.Wanted.of(found)}
    return _page(request, desk, "hand_in_bundle", context | {"removed": taking_out.to_take_out(campaign)})


def _pile(request: HttpRequest, campaign: Campaign) -> handing_in.Pile:
    form = PileForm(request.POST if request.method == "POST" else request.GET)
    if not form.is_valid():
        raise Http404
    return form.pile(campaign)


def _asked(request: HttpRequest, pile: handing_in.Pile, status: int) -> dict[str, Any]:
    """The letters before a deed: how many, to whom, and the mark by which the deed knows them again."""
    ids = pile.ids()
    named = [one.name for one in handing_in.waiting(pile.campaign) if one.representative == pile.representative]
    return {
        "letters": len(ids),
        "seen": handing_in.mark(ids),
        "name": named[0] if named and pile.representative is not None else "",
        # As it came: the end of the chosen day is not the visitor's own choice of letters.
        "which": PileForm(request.POST if request.method == "POST" else request.GET),
        "changed": status == 409,
    }


def _page(
    request: HttpRequest, desk: CampaignDesk, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    more = desk.frame(request, desk.campaign_url("hand_in")) | {"me": exports.owner_of(desk.campaign, request.user)}
    return render(request, f"campaigns/organising/{name}.html", more | context, status=status)


def _hand_overs(campaign: Campaign) -> list[dict[str, Any]]:
    """The latest, with people's names for their accounts."""
    rows = list(campaign.hand_overs.order_by("-pk")[:SHOWN])
    names = post_room.people(actor for row in rows for actor in (row.actor, row.undone_by))
    fields = ("pk", "to", "on", "letters", "marked_at", "undone_at")
    return [
        {
            **{field: getattr(row, field) for field in fields},
            "who": names.get(row.actor, row.actor),
            "undone_who": names.get(row.undone_by, row.undone_by),
            "undoable": handing_in.undoable(row),
        }
        for row in rows
    ]
