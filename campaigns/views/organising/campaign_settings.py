"""A campaign's address, kind, goal and the like."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import campaign_settings, desks
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.campaign_settings import SettingsForm
from campaigns.languages import name_of
from campaigns.models import Campaign
from campaigns.seen import Changed
from config import links


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    form = SettingsForm(request.POST if request.method == "POST" else None, instance=_again(campaign))
    if not form.is_bound:
        return _page(request, desk, form)
    if not form.is_valid():
        return _page(request, desk, form, 422)
    try:
        now = campaign_settings.save(campaign, form, request.user, "campaign.settings")
    except Changed:
        return _page(request, desk, form, 409, changed=form.tell_changed(_again(campaign)))
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, desk, form, 422)
    messages.success(request, _("Saved."))
    return redirect(desk.at(now).campaign_url("campaign_settings"))


def _again(campaign: Campaign) -> Campaign:
    """For the form to write on: the page itself shows the campaign as it is."""
    return Campaign.objects.get(pk=campaign.pk)


def _page(request: HttpRequest, desk: CampaignDesk, form: SettingsForm, status: int = 200, **more: Any) -> HttpResponse:
    campaign = desk.campaign
    context = desk.frame(request) | {
        "form": form,
        "public_address": links.absolute(campaign.get_absolute_url()),
        "former": [links.absolute(f"/{one.slug}/") for one in campaign.former_slugs.order_by("-pk")],
        "first_language": name_of(campaign.language),
        **more,
    }
    return render(request, "campaigns/organising/campaign_settings.html", context, status=status)
