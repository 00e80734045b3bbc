"""A campaign in two languages side by side."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import desks, languages, translating, wording_drafts, wording_limits
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.translations import LanguageForm, TranslationsForm
from campaigns.wording_drafts import Opened, SavedSince

from .wording import NEXT, conflict_with, found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def translations(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    desk = _found(request, slug, language, text_language)
    campaign = desk.campaign
    now = wording_drafts.opened(campaign, text_language)
    parts = translating.parts(campaign, now)
    form = TranslationsForm(text_language, parts, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _page(request, desk, now, form)
    if not form.is_valid():
        return _page(request, desk, now, form, status=422)
    try:
        _acted(request, desk, text_language, form)
    except SavedSince as conflict:
        context = conflict_with(desk, conflict.now, _mine(conflict.now, form))
        return _page(request, desk, conflict.now, form, conflict=context, status=409)
    deed = request.POST.get("do", "")
    if deed in NEXT:
        return redirect(desk.campaign_url(NEXT[deed], text_language=text_language))
    messages.success(request, _("The translation is saved."))
    return redirect(desk.campaign_url("translations", text_language=text_language))


def _acted(request: HttpRequest, desk: CampaignDesk, code: str, form: TranslationsForm) -> None:
    """Saves, or settles between two who wrote at once. Raises SavedSince."""
    campaign, deed = desk.campaign, request.POST.get("do", "")
    if deed == "theirs":
        mine = _mine(wording_drafts.opened(campaign, code), form)
        wording_drafts.take_theirs(campaign, code, mine, desk.account)
        return
    mark = request.POST.get("theirs" if deed == "mine" else "mark", "")
    said, still = form.said(), form.still_right()
    translating.save(campaign, code, said, mark, desk.account, still_right=still, over=deed == "mine")


def _found(request: HttpRequest, slug: str, language: str | None, code: str) -> CampaignDesk:
    desk = found(request, slug, language, code)
    if code == desk.campaign.language:
        raise Http404
    return desk


def _mine(now: Opened, form: TranslationsForm) -> dict[str, Any]:
    said = form.said()
    return now.wording | {key.removeprefix("w-"): words for key, words in said.items() if key.startswith("w-")}


def _page(
    request: HttpRequest,
    desk: CampaignDesk,
    now: Opened,
    form: TranslationsForm,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    campaign, code = desk.campaign, now.language
    pieces = [piece for part in form.parts for piece in part.pieces]
    if not form.is_bound:
        _say_what_is_wrong(now, form)
    context = desk.frame(request, desk.campaign_url("translations", text_language=code)) | {
        "form": form,
        "parts": form.rows(),
        "now": now,
        "mark": request.POST.get("mark", now.mark) if request.method == "POST" else now.mark,
        "code": code,
        "name": languages.name_of(code),
        "direction": languages.direction(code),
        "first_code": campaign.language,
        "first_name": languages.name_of(campaign.language),
        "first_direction": languages.direction(campaign.language),
        "pieces": len(pieces),
        "untranslated": sum(piece.is_untranslated for piece in pieces),
        "older": sum(piece.is_older for piece in pieces),
        "published": wording_drafts.is_published(campaign),
        "conflict": conflict,
        "refused": status == 422,
    }
    return render(request, "campaigns/organising/translations.html", context, status=status)


def _say_what_is_wrong(now: Opened, form: TranslationsForm) -> None:
    for name, sentences in wording_limits.wrong(now.wording).items():
        if f"w-{name}" in form.fields:
            form.errors[f"w-{name}"] = form.error_class(sentences)


@require_POST
@never_cache
def autosave(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> JsonResponse:
    """As wording.autosave."""
    desk = _found(request, slug, language, text_language)
    campaign = desk.campaign
    parts = translating.parts(campaign, wording_drafts.opened(campaign, text_language))
    form = TranslationsForm(text_language, parts, request.POST)
    if not form.is_valid():
        said = [f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors]
        return JsonResponse({"said": " ".join(said)}, status=422)
    try:
        mark = request.POST.get("mark", "")
        now = translating.save(campaign, text_language, form.said(), mark, desk.account)
    except SavedSince as conflict:
        context = {"conflict": conflict_with(desk, conflict.now, _mine(conflict.now, form))}
        html = render_to_string("campaigns/organising/_wording_conflict.html", context, request)
        return JsonResponse({"html": html}, status=409)
    wrong = {f"w-{name}": said for name, said in wording_limits.wrong(now.wording).items()}
    return JsonResponse({"mark": now.mark, "wrong": wrong})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def add(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    taken = wording_drafts.languages_of(desk.campaign)
    form = LanguageForm(taken, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        wording_drafts.add(desk.campaign, form.language, desk.account)
        return redirect(desk.campaign_url("translations", text_language=form.language))
    context = desk.frame(request) | {"form": form}
    return render(request, "campaigns/organising/translations_add.html", context, status=422 if form.is_bound else 200)
