"""A campaign's signatures: the list, the search, and one signature with what may be done about it.

Viewers get numbers. Who is named to nobody is named in no list; one person's page is for editors, and opening it is
logged without saying whose it was.
"""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django_countries import countries

from campaigns import acting_on, adding, addresses, desks, filtering, moderating, reporting
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.signatures import ActForm, FilterForm, FindForm
from campaigns.models import Signature

A_PAGE = 50
MOST_FOUND = 100


@require_safe
@never_cache
def index(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    campaign = desk.campaign
    context = desk.frame(request) | {"states": _states(desk), "most": filtering.MOST_COUNTED}
    if not desk.may_edit:
        return render(request, "campaigns/organising/signatures_list.html", context)
    form = FilterForm(campaign, request.GET)
    rows, more_url, counted = [], "", None
    if form.is_valid():
        wanted = form.wanted()
        page = filtering.page(campaign, wanted, request.GET.get("before", ""), A_PAGE)
        rows, more_url = page.rows, page.next_url(form.query())
        counted = None if wanted.everything else filtering.how_many(campaign, wanted)
    context |= {
        "form": form,
        "filtered": any(form.query().values()),
        "rows": rows,
        "more_url": more_url,
        "counted": counted,
        "to_read": moderating.how_many(campaign),
        "reported": reporting.of_entries(campaign).order_by().count(),
        "find": FindForm(),
    }
    return render(request, "campaigns/organising/signatures_list.html", context, status=422 if form.errors else 200)


@require_POST
@never_cache
def find(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """By one whole address or the beginning of a shown name; by POST, so that neither stands in an address or a log."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = FindForm(request.POST)
    found: list[Signature] = []
    if form.is_valid():
        asked = form.cleaned_data["q"]
        if "@" in asked:
            found = acting_on.found_by_address(desk.campaign, request.user, asked)
            if len(found) == 1:
                return redirect(desk.campaign_url("signatures_one", number=found[0].pk))
        else:
            found = filtering.shown_as(desk.campaign, asked, MOST_FOUND + 1)
    context = desk.frame(request, desk.campaign_url("signatures_list")) | {
        "find": form,
        "form": form,
        "rows": found[:MOST_FOUND],
        "more": len(found) > MOST_FOUND,
        "most": MOST_FOUND,
    }
    return render(request, "campaigns/organising/signatures_found.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def one(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(acting_on.whole(desk.campaign), pk=number)
    acting_on.opened(desk.campaign, request.user)
    return _one(request, desk, found, ActForm())


@require_POST
@never_cache
def act(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    found = get_object_or_404(acting_on.whole(desk.campaign), pk=number)
    form = ActForm(request.POST)
    if not form.is_valid():
        return _one(request, desk, found, form, 422)
    try:
        done = acting_on.act(desk.campaign, request.user, found.pk, form.cleaned_data["do"], form.cleaned_data["why"])
    except adding.Refused as error:
        messages.warning(request, str(error))
    else:
        said = _("Done.") if done else _("It has changed meanwhile, and nothing was done.")
        (messages.success if done else messages.warning)(request, said)
    return redirect(desk.campaign_url("signatures_one", number=number))


def _states(desk: CampaignDesk) -> list[dict[str, Any]]:
    address = desk.campaign_url("signatures_list")
    return [
        {"state": state, "label": state.label, "counted": counted, "url": f"{address}?state={state.value}"}
        for state, counted in filtering.by_state(desk.campaign)
    ]


def _one(request: HttpRequest, desk: CampaignDesk, found: Signature, form: ActForm, status: int = 200) -> HttpResponse:
    language = get_language() or ""
    text = found.text
    email = found.confirmation
    context = desk.frame(request, desk.campaign_url("signatures_one", number=found.pk)) | {
        "signature": found,
        "form": form,
        "country": str(countries.name(found.country)),
        "area": found.area.name_in(language) if found.area else "",
        "wording_url": addresses.wording(desk.campaign, text.digest),
        "email": email,
        "email_url": desk.url("post_email", email=email.uuid) if email else "",
        "open_to": acting_on.open_to(found),
        "history": acting_on.history(found),
    }
    return render(request, "campaigns/organising/signatures_one.html", context, status=status)
