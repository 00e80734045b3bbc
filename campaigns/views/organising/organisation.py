"""Setting up an organisation, and the page from which everything of it is reached."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from campaigns import addresses, desks, joining, workplaces
from campaigns.access import signed_in
from campaigns.desks import Desk
from campaigns.forms.organising.organisation import OrganisationForm
from campaigns.models import Campaign
from config.accounts.second_factor import has_second_factor

CAMPAIGNS_SHOWN = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, language: str | None = None) -> HttpResponse:
    """Whoever is signed in may set one up; the operator reads it before it can publish."""
    user = signed_in(request.user)
    form = OrganisationForm(request.POST if request.method == "POST" else None, initial={"contact_email": user.email})
    if request.method == "POST" and form.is_valid():
        try:
            organisation = joining.create(user, form.founding())
        except joining.NotPossible as error:
            form.add_error(None, str(error))
        else:
            said = _("%(organisation)s is set up. The operator is asked to approve it; meanwhile you can prepare.")
            messages.success(request, said % {"organisation": organisation.name})
            where = {"slug": organisation.slug} | ({"language": language} if language else {})
            return redirect(reverse("campaigns:organisation_home", kwargs=where))
    context = {"form": form, "page_languages": desks.page_languages(request.path)}
    status = 422 if form.errors else 200
    return render(request, "campaigns/organising/organisation_new.html", context, status=status)


@require_safe
@never_cache
def home(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language)
    campaigns = list(desk.organisation.campaigns.newest_first()[: CAMPAIGNS_SHOWN + 1])
    context = desk.frame(request) | {
        "campaigns": _cards(desk, campaigns[:CAMPAIGNS_SHOWN]),
        "more": len(campaigns) > CAMPAIGNS_SHOWN,
        "organisation": desk.organisation,
        "held": desk.emails.held().count(),
        "lacks_second_factor": not has_second_factor(desk.user),
        "public_url": addresses.site("organisation", language or settings.LANGUAGE_CODE, slug=slug),
    }
    return render(request, "campaigns/organising/organisation_home.html", context)


def _cards(desk: Desk, campaigns: list[Campaign]) -> list[dict[str, Any]]:
    titles = workplaces.titles(campaigns)
    return [
        {
            "campaign": campaign,
            "title": titles.get(campaign.pk) or campaign.slug,
            "url": desk.at(campaign).campaign_url("campaign"),
        }
        for campaign in campaigns
    ]
