"""The picture of a campaign: chosen, said in words, and taken away again."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import campaign_settings, desks, pages, pictures
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.campaign_picture import KEPT, PictureForm
from campaigns.models import Campaign
from campaigns.seen import Changed, mark_of
from config import errors, ratelimit


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def picture(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    campaign = desk.campaign
    if request.FILES and not (verdict := ratelimit.allow("file", str(request.user.pk))):
        return errors.too_many(request, verdict.retry_after)
    given = (request.POST, request.FILES) if request.method == "POST" else ()
    form = PictureForm(*given, instance=_again(campaign))
    if not form.is_bound:
        return _page(request, desk, form)
    if not form.is_valid() or not _shown(form):
        return _page(request, desk, form, 422, choose_again=bool(request.FILES) and "file" not in form.errors)
    try:
        campaign_settings.save(campaign, form, request.user, "campaign.picture")
    except Changed:
        return _page(request, desk, form, 409, changed=form.tell_changed(_again(campaign)), choose_again=True)
    messages.success(request, _("Saved."))
    return redirect(desk.campaign_url("campaign_picture"))


def _shown(form: PictureForm) -> bool:
    """Makes the picture of what was given, before anything is held for it."""
    content: bytes = form.cleaned_data["file"]
    try:
        form.show(pictures.keep(content) if content else None)
    except pictures.Refused as refused:
        form.add_error("file", str(refused))
        return False
    return True


def _again(campaign: Campaign) -> Campaign:
    return Campaign.objects.select_related("picture").get(pk=campaign.pk)


def _page(request: HttpRequest, desk: CampaignDesk, form: PictureForm, status: int = 200, **more: Any) -> HttpResponse:
    shown = pages.picture(desk.campaign, desk.campaign.language)
    context = desk.frame(request) | {"form": form, "picture": shown, **more}
    return render(request, "campaigns/organising/campaign_picture.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    now, changed = _again(desk.campaign), False
    if request.method == "POST":
        try:
            campaign_settings.remove_picture(desk.campaign, request.user, request.POST.get("seen", ""))
        except Changed:
            now, changed = _again(desk.campaign), True
        else:
            messages.success(request, _("The picture is removed."))
            return redirect(desk.campaign_url("campaign_picture"))
    if now.picture is None:
        return redirect(desk.campaign_url("campaign_picture"))
    context = desk.frame(request) | {
        "picture": pages.picture(now, now.language),
        "seen": mark_of(now, KEPT),
        "changed": changed,
    }
    return render(request, "campaigns/organising/campaign_picture_remove.html", context, status=409 if changed else 200)
