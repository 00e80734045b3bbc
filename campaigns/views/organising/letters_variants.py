"""What letters say to some of the representatives: other words, nothing at all, or to somebody else."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import correspondents, desks
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.letters_variants import OwnVariantForm, own_form_for
from campaigns.seen import Changed, Gone, mark_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    data = request.POST if request.method == "POST" else None
    return _edit(request, desk, own_form_for(desk.campaign)(desk.campaign, data))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, slug: str, variant: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = correspondents.variants(desk.campaign).filter(pk=variant).first()
    if row is None and request.method == "POST":
        return _gone(request, desk)
    if row is None:
        raise Http404
    data = request.POST if request.method == "POST" else None
    return _edit(request, desk, own_form_for(desk.campaign)(desk.campaign, data, instance=row))


def _edit(request: HttpRequest, desk: CampaignDesk, form: OwnVariantForm) -> HttpResponse:
    if not form.is_bound:
        return _page(request, desk, form)
    if not form.is_valid():
        return _page(request, desk, form, 422)
    try:
        correspondents.save_variant(desk.campaign, form, request.user)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, desk, form, 422)
    except Gone:
        return _gone(request, desk)
    except Changed:
        now = desk.campaign.letter_variants.get(pk=form.instance.pk)
        return _page(request, desk, form, 409, changed=form.tell_changed(now))
    messages.success(request, _("Saved."))
    return redirect(f"{desk.campaign_url('letters_settings')}#variants")


def _gone(request: HttpRequest, desk: CampaignDesk) -> HttpResponse:
    """What was typed into one that is no more, in a form for a new one."""
    form = own_form_for(desk.campaign)(desk.campaign, request.POST)
    form.is_valid()
    form.add_error(None, _("Somebody else has removed this meanwhile. Save it to add it anew, or leave it."))
    new = desk.campaign_url("letters_variant_new")
    return _page(request, desk, form, 409, page=new, action=new)


def _page(
    request: HttpRequest, desk: CampaignDesk, form: OwnVariantForm, status: int = 200, page: str = "", **more: Any
) -> HttpResponse:
    context = desk.frame(request, page) | {"form": form, "new": form.instance.pk is None, **more}
    return render(request, "campaigns/organising/letters_variant.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def remove(request: HttpRequest, slug: str, variant: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = get_object_or_404(correspondents.variants(desk.campaign), pk=variant)
    changed = False
    if request.method == "POST":
        try:
            correspondents.remove_variant(desk.campaign, row.pk, request.user, request.POST.get("seen", ""))
        except Changed:
            changed = True
            row = get_object_or_404(correspondents.variants(desk.campaign), pk=variant)
        except Gone:
            raise Http404 from None
        else:
            messages.success(request, _("It is removed."))
            return redirect(f"{desk.campaign_url('letters_settings')}#variants")
    context = desk.frame(request) | {"variant": row, "seen": mark_of(row), "changed": changed}
    return render(request, "campaigns/organising/letters_variant_remove.html", context, status=409 if changed else 200)


@require_POST
@never_cache
def move(request: HttpRequest, slug: str, variant: int, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = get_object_or_404(desk.campaign.letter_variants, pk=variant)
    try:
        if request.POST.get("number", str(row.number)) != str(row.number):
            raise Gone
        correspondents.move_variant(desk.campaign, row, request.POST.get("to") == "up", request.user)
    except Gone:
        messages.warning(request, _("Somebody else has changed the order meanwhile. Look at it, and try again."))
    return redirect(f"{desk.campaign_url('letters_settings')}#variant-{row.pk}")
