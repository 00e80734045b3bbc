"""Who did what and when, for owners."""

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, keyset, logbook
from campaigns.access import Role
from campaigns.desks import Desk
from campaigns.forms.organising.log import LogForm
from campaigns.logbook import SOFTWARE
from campaigns.models import CampaignText, LogEntry, User

ENTRIES_A_PAGE = 50


@require_safe
@never_cache
def log(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    form = LogForm(_campaigns(desk), _people(desk), request.GET)
    campaign, person = form.chosen()
    found = LogEntry.objects.filter(organisation=desk.organisation).select_related("user", "campaign").order_by("-pk")
    if campaign:
        found = found.filter(campaign=int(campaign))
    if person:
        found = found.filter(details__software=True) if person == SOFTWARE else found.filter(user=int(person))
    page = keyset.page(found, request.GET.get("before", ""), ENTRIES_A_PAGE)
    context = desk.frame(request) | {
        "form": form,
        "entries": _lines(desk, page.rows, form.titles),
        "filtered": bool(campaign or person),
        "next_url": page.next_url({"campaign": campaign, "person": person}),
        "later": bool(request.GET.get("before")),
    }
    return render(request, "campaigns/organising/log.html", context)


def _campaigns(desk: Desk) -> dict[str, str]:
    campaigns = desk.organisation.campaigns.order_by("-pk").values_list("pk", "slug", "language")
    current = CampaignText.objects.current().filter(campaign__organisation=desk.organisation)
    titles = {(key, code): title for key, code, title in current.values_list("campaign", "language", "title")}
    return {str(pk): titles.get((pk, code)) or slug for pk, slug, code in campaigns}


def _people(desk: Desk) -> dict[str, str]:
    """Who works here, and who did something here once."""
    did = LogEntry.objects.filter(organisation=desk.organisation, user=OuterRef("pk"))
    works = Q(memberships__organisation=desk.organisation)
    found = User.objects.filter(works | Exists(did)).distinct().order_by("name", "email")
    return {str(user.pk): user.name or user.email for user in found}


def _lines(desk: Desk, entries: list[LogEntry], titles: dict[str, str]) -> list[dict[str, Any]]:
    people = logbook.people_in(entries)
    return [
        {
            "entry": entry,
            "who": (entry.user.name or entry.user.email) if entry.user else "",
            "software": SOFTWARE in entry.details,
            "what": logbook.sentence(entry, people),
            "campaign": titles.get(str(entry.campaign_id), entry.campaign.slug) if entry.campaign else "",
            "campaign_url": (
                desk.at(entry.campaign).campaign_url("campaign")
                if entry.campaign and entry.campaign.organisation_id == desk.organisation.pk
                else ""
            ),
        }
        for entry in entries
    ]
