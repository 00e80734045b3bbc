"""News of a campaign: the list of it, and writing it."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, keyset, languages, update_numbers, updates, wording_drafts
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.updates import Now, UpdateForm
from campaigns.models import Campaign, Update

A_PAGE = 50


def found(campaign: Campaign, value: uuid.UUID) -> Update:
    update = get_object_or_404(campaign.updates.prefetch_related("texts"), uuid=value)
    update.campaign = campaign
    return update


def title_of(update: Update) -> str:
    """In the campaign's first language, or in the one there is."""
    texts = list(update.texts.all())
    text = updates.text_in(texts, update.campaign.language, "") or next(iter(texts), None)
    return text.title if text else _("Without a title")


@require_safe
@never_cache
def listed(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    rows = desk.campaign.updates.prefetch_related("texts").order_by("-pk")
    page = keyset.page(rows, request.GET.get("before", ""), A_PAGE)
    shown = []
    for update in page.rows:
        update.campaign = desk.campaign
        shown.append(
            {
                "update": update,
                "title": title_of(update),
                "languages": [
                    (text.language, languages.name_of(text.language)) for text in updates.first_language_first(update)
                ],
                "progress": update_numbers.progress(update),
                "url": desk.campaign_url("update", update=update.uuid),
            }
        )
    context = desk.frame(request) | {"rows": shown, "next_url": page.next_url({})}
    return render(request, "campaigns/organising/updates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    form = UpdateForm(wording_drafts.languages_of(desk.campaign), _posted(request), None)
    if form.is_bound and form.is_valid():
        update = updates.begin(desk.campaign, request.user, form.words())
        return redirect(desk.campaign_url("update", update=update.uuid))
    return _writing(request, desk, form, None, 422 if form.is_bound else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = found(desk.campaign, update)
    back = redirect(desk.campaign_url("update", update=row.uuid))
    if request.method != "POST" and not updates.may_be_written(row):
        return back
    # Words in a language that the campaign is written in no longer are not lost.
    codes = dict.fromkeys([*wording_drafts.languages_of(desk.campaign), *(text.language for text in row.texts.all())])
    form = UpdateForm(list(codes), _posted(request), row)
    if not form.is_bound:
        return _writing(request, desk, form, row, 200)
    if not form.is_valid():
        return _writing(request, desk, form, row, 422)
    try:
        updates.write(row, request.user, form.words(), form.cleaned_data["seen"])
    except updates.Changed as changed:
        if not updates.may_be_written(changed.update):
            messages.warning(
                request, _("It is no draft any more, so what you wrote was not saved. This is how it stands.")
            )
            return back
        return _writing(request, desk, form, row, 409, form.tell_changed(changed.update))
    messages.success(request, _("Saved."))
    return back


@require_POST
@never_cache
def delete(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = found(desk.campaign, update)
    if not updates.delete(row, request.user):
        messages.warning(request, _("It is no draft any more, so it was not deleted."))
        return redirect(desk.campaign_url("update", update=row.uuid))
    messages.success(request, _("The draft is deleted."))
    return redirect(desk.campaign_url("updates"))


def _posted(request: HttpRequest) -> Any:
    return request.POST if request.method == "POST" else None


def _writing(
    request: HttpRequest,
    desk: CampaignDesk,
    form: UpdateForm,
    update: Update | None,
    status: int,
    changed: list[Now] | None = None,
) -> HttpResponse:
    context = desk.frame(request) | {"form": form, "update": update, "changed": changed}
    return render(request, "campaigns/organising/update_write.html", context, status=status)
