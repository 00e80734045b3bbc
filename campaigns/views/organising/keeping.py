"""What is kept of people and until when, what was erased, and what is done for somebody who asks about their own data.
For an organisation's owners; for the operator, across all of them."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from campaigns import data_requests, desks, processing, publishing, receipts
from campaigns.access import Role, the_operator
from campaigns.desks import Desk
from campaigns.forms.organising.keeping import PersonForm, RequestForm
from campaigns.models import Campaign, CampaignText, Organisation, Receipt, Term, User

RECEIPTS, CAMPAIGNS = 30, 100


@require_safe
@never_cache
def keeping(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    return _page(request, _of(request, desk), PersonForm())


@require_safe
@never_cache
def record(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    return _record(request, _of(request, desk), desk.organisation)


@sensitive_post_parameters()
@require_POST
@never_cache
def person(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    return _person(request, _of(request, desk), desk.organisation)


@require_safe
@never_cache
def everywhere(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _page(request, _of_all(language), PersonForm())


@require_safe
@never_cache
def record_of_all(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _record(request, _of_all(language), None)


@sensitive_post_parameters()
@require_POST
@never_cache
def anybody(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _person(request, _of_all(language), None)


def _of(request: HttpRequest, desk: Desk) -> dict[str, Any]:
    return desk.frame(request, desk.url("keeping")) | {
        "here": desk.url("keeping"),
        "person_url": desk.url("keeping_person"),
        "record_url": desk.url("keeping_record"),
        "kept": _kept(desk),
        "receipts": _receipts(Receipt.objects.filter(organisation=desk.organisation)),
    }


def _of_all(language: str | None) -> dict[str, Any]:
    def url(name: str) -> str:
        return reverse(f"campaigns:{name}", kwargs={"language": language} if language else {})

    return {
        "here": url("operator_keeping"),
        "person_url": url("operator_keeping_person"),
        "record_url": url("operator_keeping_record"),
        "receipts": _receipts(Receipt.objects.all()),
        "page_languages": desks.page_languages(reverse("campaigns:operator_keeping")),
    }


def _kept(desk: Desk) -> list[dict[str, Any]]:
    campaigns = list(desk.organisation.campaigns.order_by("-pk")[:CAMPAIGNS])
    due = Term.objects.filter(campaign__in=campaigns, of=Term.Of.CLOSING, erase_on__isnull=False, done_at__isnull=True)
    first: dict[int, Any] = {}
    for term in due.order_by("-erase_on"):
        first[term.campaign_id] = term.erase_on
    current = CampaignText.objects.current().filter(campaign__in=campaigns)
    titles = {(key, code): title for key, code, title in current.values_list("campaign", "language", "title")}
    return [
        {
            "campaign": one,
            "title": titles.get((one.pk, one.language), one.slug),
            "url": desk.at(one).campaign_url("campaign_settings"),
            "erased_on": first.get(one.pk),
        }
        for one in campaigns
    ]


def _receipts(rows: Any) -> list[dict[str, Any]]:
    found = rows.select_related("campaign", "organisation").order_by("-pk")[:RECEIPTS]
    return [{"receipt": one, "lines": receipts.lines(one)} for one in found]


def _page(request: HttpRequest, context: dict[str, Any], form: PersonForm, status: int = 200) -> HttpResponse:
    return render(request, "campaigns/organising/keeping.html", context | {"form": form}, status=status)


def _record(request: HttpRequest, context: dict[str, Any], organisation: Organisation | None) -> HttpResponse:
    text = processing.record(organisation)
    if "download" in request.GET:
        response = HttpResponse(text, content_type="text/markdown; charset=utf-8")
        response.headers["Content-Disposition"] = 'attachment; filename="record-of-processing.md"'
        return response
    shown = context | {"record": publishing.markdown(text.partition("\n")[2])}  # its heading is the page's own
    return render(request, "campaigns/organising/keeping_record.html", shown)


def _person(request: HttpRequest, context: dict[str, Any], organisation: Organisation | None) -> HttpResponse:
    """Finds one by the whole address; and, with the password, does what they ask for."""
    user = request.user
    assert isinstance(user, User)
    asked = PersonForm(request.POST)
    if not asked.is_valid():
        return _page(request, context, asked, 422)
    acting = "do" in request.POST or "password" in request.POST
    found = data_requests.look(asked.cleaned_data["address"], user, organisation)
    form = RequestForm(user, found.names, request.POST if acting else None)
    if not (found and form.is_valid()):
        data_requests.note_look(found, user)  # also where a deed was asked for, and not done: what it found is shown
        shown = context | {"found": found, "form": form, "campaigns_found": _campaigns(found)}
        return render(request, "campaigns/organising/keeping_person.html", shown, status=422 if form.errors else 200)
    theirs = found.of(form.name)
    if form.cleaned_data["do"] == "export":
        response = JsonResponse(
            data_requests.take_out(theirs, user), json_dumps_params={"indent": 2, "ensure_ascii": False}
        )
        response.headers["Content-Disposition"] = f'attachment; filename="request-{timezone.localdate()}.json"'
        return response
    data_requests.erase(theirs, user, whole=theirs is found)
    messages.success(request, _("They are erased. Tell them so; and whoever you gave their data to."))
    return redirect(context["here"])


def _campaigns(found: data_requests.Found) -> list[tuple[Campaign, int, int]]:
    """How much there is of each: enough to know that it is they, and no more."""
    campaigns = {one.campaign_id: one.campaign for one in found.signatures}
    campaigns |= {one.campaign_id: one.campaign for one in found.letters}
    return [
        (
            campaign,
            sum(one.campaign_id == pk for one in found.signatures),
            sum(one.campaign_id == pk for one in found.letters),
        )
        for pk, campaign in campaigns.items()
    ]
