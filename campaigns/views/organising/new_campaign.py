"""A new campaign without a document: its title, and straight to its text."""

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import desks, wording_drafts
from campaigns.access import Role
from campaigns.desks import Desk
from campaigns.forms.organising.new_campaign import NewCampaignForm
from campaigns.models import Campaign
from config import links


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new_campaign(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.EDITOR)
    form = NewCampaignForm(request.POST if request.method == "POST" else None, initial={"language": get_language()})
    if form.is_bound and form.is_valid() and (made := _begun(desk, form)):
        return redirect(desk.at(made).campaign_url("wording_edit", text_language=made.language))
    context = desk.frame(request) | {"form": form, "host": links.absolute("/")}
    status = 422 if form.is_bound else 200
    return render(request, "campaigns/organising/new_campaign.html", context, status=status)


def _begun(desk: Desk, form: NewCampaignForm) -> Campaign | None:
    try:
        return wording_drafts.begin(desk.organisation, desk.account, **form.cleaned_data)
    except IntegrityError:
        form.add_error("slug", _("Another campaign has this address. Choose another one."))
        return None
