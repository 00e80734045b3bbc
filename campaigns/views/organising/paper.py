"""Signatures that came in on paper: how many, when and where."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import addresses, at_the_desk, desks, keyset, pages, post_room
from campaigns.access import Role
from campaigns.forms.organising.paper import PaperForm
from campaigns.models import PaperCount

A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def counts(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    form = PaperForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        entered = at_the_desk.enter_paper(desk, **form.cleaned_data)
        said = ngettext("%(n)d signature on paper added.", "%(n)d signatures on paper added.", entered.signatures)
        messages.success(request, said % {"n": entered.signatures})
        return redirect(desk.campaign_url("paper"))
    listed = keyset.page(campaign.paper_counts.order_by("-pk"), request.GET.get("before", ""), A_PAGE)
    context = desk.frame(request) | {
        "form": form,
        "counts": _named(listed.rows),
        "next_url": listed.next_url({}),
        "sheets": [
            {**one, "url": addresses.of_campaign(campaign, one["code"])["sheets_pdf"]}
            for one in pages.languages(campaign, "")
        ],
    }
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/organising/paper.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    """Shows what would go, and takes it away."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    entered = get_object_or_404(desk.campaign.paper_counts, pk=number)
    if request.method != "POST":
        return render(request, "campaigns/organising/paper_remove.html", desk.frame(request) | {"entered": entered})
    at_the_desk.remove_paper(desk, entered)
    messages.success(request, _("The entry is removed, and the total says so."))
    return redirect(desk.campaign_url("paper"))


def _named(rows: list[PaperCount]) -> list[dict[str, Any]]:
    """With people's names for their accounts."""
    names = post_room.people(row.actor for row in rows)
    fields = ("pk", "signatures", "on", "note", "created_at")
    return [{**{name: getattr(row, name) for name in fields}, "who": names.get(row.actor, row.actor)} for row in rows]
