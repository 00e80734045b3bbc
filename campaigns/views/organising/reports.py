"""What readers have reported: entries of the public list for who works on a campaign, campaigns for the operator."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, reporting
from campaigns.access import Role, the_operator
from campaigns.forms.organising.moderation import BatchForm
from campaigns.forms.organising.reports import WITHHOLD, DecideForm
from campaigns.models import Campaign, Reported, User

from .moderation import counts, say

MOST_WITHHELD = 100


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def of_entries(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    here = desk.campaign_url("moderation_reports")
    form = BatchForm(request.POST if request.method == "POST" else None)
    form.fields["rest"].label = _("Keep all others on this page")
    if request.method == "POST" and form.is_valid():
        say(request, reporting.decide_entries(desk.campaign, request.user, form.decisions, form.cleaned_data["why"]))
        return redirect(here)
    waiting = reporting.of_entries(desk.campaign)
    lines = reporting.lines(waiting.select_related("signature__text__campaign")[: reporting.MOST_SHOWN])
    entries = [line.thing.signature for line in lines if line.thing.signature]
    context = desk.frame(request) | counts(desk.campaign) | {"form": form, "here": here, "what": "reports"}
    context["rows"] = list(zip(form.rows(entries, reasons=True), lines, strict=True))
    return render(request, "campaigns/organising/moderation_reports.html", context, status=422 if form.errors else 200)


@require_safe
@never_cache
def of_campaigns(request: HttpRequest, language: str | None = None) -> HttpResponse:
    the_operator(request.user)
    return _page(request)


def _page(request: HttpRequest, about: Campaign | None = None, form: DecideForm | None = None) -> HttpResponse:
    """`form` is the one that came back, about one of them."""
    found = reporting.of_campaigns().select_related("campaign__organisation")
    lines = reporting.lines(found[: reporting.MOST_SHOWN])
    withheld = list(Campaign.objects.withheld().select_related("organisation").order_by("-withheld_at")[:MOST_WITHHELD])
    titles = reporting.titles([*withheld, *(line.thing.campaign for line in lines)])
    context = {
        "lines": [
            (
                line,
                campaign,
                titles[campaign.pk],
                form if form and campaign == about else DecideForm(prefix=campaign.slug),
            )
            for line, campaign in ((line, line.thing.campaign) for line in lines)
        ],
        "form": form,
        "withheld": [(campaign, titles[campaign.pk]) for campaign in withheld],
        "page_languages": desks.page_languages(reverse("campaigns:reports")),
    }
    return render(request, "campaigns/organising/reports.html", context, status=422 if form else 200)


@require_POST
@never_cache
def decide(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    operator = the_operator(request.user)
    campaign = get_object_or_404(Campaign, slug=slug)
    form = DecideForm(request.POST, prefix=slug)
    thing = campaign.reported.open().campaigns().first()
    if not form.is_valid() and thing and "why" in form.errors:
        return _page(request, campaign, form)
    if form.is_valid() and thing and _decided(thing, operator, form):
        messages.success(request, _("Decided."))
    else:
        messages.warning(request, _("Nothing was changed: somebody else has decided on it, or nothing was chosen."))
    return redirect(_back(language))


def _decided(thing: Reported, operator: User, form: DecideForm) -> bool:
    if form.cleaned_data["do"] == WITHHOLD:
        return reporting.withhold(thing, operator, form.cleaned_data["why"])
    return reporting.keep(thing, operator)


@require_POST
@never_cache
def put_back(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    operator = the_operator(request.user)
    if reporting.put_back(get_object_or_404(Campaign, slug=slug), operator):
        messages.success(request, _("It is on the site again."))
    else:
        messages.warning(request, _("It is on the site already."))
    return redirect(_back(language))


def _back(language: str | None) -> str:
    return reverse("campaigns:reports", kwargs={"language": language} if language else {})
