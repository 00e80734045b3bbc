"""What owners say of their organisation, and what it looks like."""

import copy
from typing import Any

from django.conf import settings as installation
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import addresses, desks, organisation_settings, pictures, publishing
from campaigns.access import Role
from campaigns.desks import Desk
from campaigns.forms.organising.settings import IN_WORDS, OTHER_LANGUAGES, TRANSLATED, LogoForm, SettingsForm
from campaigns.languages import name_of
from campaigns.models import Organisation
from campaigns.seen import Changed
from config import errors, ratelimit
from config.accounts.second_factor import has_second_factor
from letters.mime import SenderTrouble, from_of


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def settings(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    form = _form(desk, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return _page(request, desk, form)
    try:
        changed = organisation_settings.change(desk.organisation, desk.user, form.to_keep(), form.check_seen)
    except Changed:
        now = Organisation.objects.get(pk=desk.organisation.pk)
        return _page(request, desk, form, changed=form.tell_changed(now))
    messages.success(request, _("Saved.") if changed else _("Nothing was changed."))
    return redirect(desk.url("settings"))


@require_POST
@never_cache
def logo(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    if not (verdict := ratelimit.allow("file", str(request.user.pk))):
        return errors.too_many(request, verdict.retry_after)
    form = LogoForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            organisation_settings.show_logo(desk.organisation, desk.user, form.cleaned_data["logo"])
        except pictures.Refused as refused:
            form.add_error("logo", str(refused))
        else:
            messages.success(request, _("The logo is on your page."))
            return redirect(desk.url("settings"))
    return _page(request, desk, _form(desk), form)


@require_POST
@never_cache
def logo_remove(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_organisation(request.user, slug, language, Role.OWNER)
    organisation_settings.remove_logo(desk.organisation, desk.user)
    messages.success(request, _("The logo is gone from your page."))
    return redirect(desk.url("settings"))


def _form(desk: Desk, data: Any = None) -> SettingsForm:
    # Of a copy: what somebody types must not stand on the page as if it were saved.
    shown = copy.copy(desk.organisation)
    return SettingsForm(data, instance=shown, has_second_factor=has_second_factor(desk.user))


def _page(
    request: HttpRequest, desk: Desk, form: SettingsForm, logo_form: LogoForm | None = None, changed: Any = None
) -> HttpResponse:
    logo_form = logo_form or LogoForm()
    context = desk.frame(request, desk.url("settings")) | {
        "form": logo_form if logo_form.errors else form,  # whose errors stand at the top
        "settings_form": form,
        "logo_form": logo_form,
        "changed": changed,
        "words": [form[name] for name in IN_WORDS],
        "languages": [
            {"code": code, "name": name_of(code), "fields": [form[f"{name}_{code}"] for name in TRANSLATED]}
            for code in OTHER_LANGUAGES
        ],
        "papers": _papers(desk.organisation.accent),
        "organisation": desk.organisation,
        "sender": _sender(desk),
        "lacks_second_factor": not has_second_factor(desk.user),
        "public_url": addresses.site(
            "organisation", get_language() or installation.LANGUAGE_CODE, slug=desk.organisation.slug
        ),
    }
    refused = 409 if changed is not None else 422 if context["form"].errors else 200
    return render(request, "campaigns/organising/settings.html", context, status=refused)


def _papers(colour: str) -> list[dict[str, Any]]:
    """The colour on light and on dark paper, as it is and as it is made so that it can be read."""
    return [
        {
            "name": name,
            "paper": paper,
            "asked": colour,
            "asked_contrast": publishing.contrast(colour, paper),
            "shown": (shown := publishing.readable(colour, paper)),
            "contrast": publishing.contrast(shown, paper),
        }
        for name, paper in ((_("On light paper"), publishing.PAPER), (_("On dark paper"), publishing.DARK_PAPER))
    ]


def _sender(desk: Desk) -> dict[str, str]:
    """How its mail is signed; the operator sets it up."""
    try:
        name, address = from_of(desk.sender)
        return {"name": name, "address": str(address), "reply": desk.organisation.contact_email}
    except SenderTrouble:
        return {"name": desk.sender.name, "address": "", "reply": desk.organisation.contact_email}
