"""To whom supporters write and how their letters go; what differs for some has a screen of its own."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import campaign_settings, correspondents, desks, living, wording_drafts
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.letters_settings import HandInForm, LettersForm
from campaigns.models import Campaign
from campaigns.seen import Changed


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    form = LettersForm(request.POST if request.method == "POST" else None, instance=_again(campaign))
    if not form.is_bound:
        return _page(request, desk, form=form)
    if not form.is_valid():
        return _page(request, desk, form=form, status=422)
    try:
        campaign_settings.save(campaign, form, request.user, "campaign.letters")
    except Changed:
        return _page(request, desk, form=form, status=409, changed=form.tell_changed(_again(campaign)))
    messages.success(request, _("Saved."))
    return redirect(desk.campaign_url("letters_settings"))


def _again(campaign: Campaign) -> Campaign:
    """For the form to write on: the page itself shows the campaign as it is."""
    return Campaign.objects.select_related("organisation", "legislature").get(pk=campaign.pk)


@require_POST
@never_cache
def hand_in(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """One button: all, one more, or one no longer."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    number = request.POST.get("email", "")
    if number.isascii() and number.isdigit() and len(number) < 19:
        if correspondents.email_again(campaign, int(number), request.user):
            messages.success(request, _("From now on they are emailed. What waits already goes on waiting."))
    elif request.POST.get("do") == "all":
        correspondents.hand_in(campaign, None, request.user)
        messages.success(request, _("From now on all letters wait to be handed in."))
    else:
        form = HandInForm(campaign, request.POST)
        if not form.is_valid():
            return _page(request, desk, hand_in_form=form, status=422)
        correspondents.hand_in(campaign, form.cleaned_data["representative"], request.user)
        messages.success(request, _("From now on letters to them wait to be handed in."))
    return redirect(f"{desk.campaign_url('letters_settings')}#by-hand")


def _has_letter(campaign: Campaign) -> bool:
    """Supporters begin from what is published; before anything is, from what is being written."""
    if campaign.texts.filter(superseded_at__isnull=True).exclude(letter_body="").exists():
        return True
    if campaign.state not in living.BEFORE:
        return False
    return bool(wording_drafts.opened(campaign, campaign.language).wording.get("letter_body"))


def _page(
    request: HttpRequest,
    desk: CampaignDesk,
    form: LettersForm | None = None,
    hand_in_form: HandInForm | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    campaign = desk.campaign
    hand_ins = list(campaign.hand_ins.select_related("representative__constituency", "representative__legislature"))
    context = desk.frame(request, desk.campaign_url("letters_settings")) | {
        "form": form or LettersForm(instance=_again(campaign)),
        "hand_in_form": hand_in_form or HandInForm(campaign),
        "wrong": hand_in_form or form,
        "all_by_hand": next((one for one in hand_ins if one.representative is None), None),
        "some_by_hand": [one for one in hand_ins if one.representative is not None],
        "variants": correspondents.variants(campaign),
        "has_letter": _has_letter(campaign),
        **more,
    }
    return render(request, "campaigns/organising/letters_settings.html", context, status=status)
