"""The text of a campaign: its languages, and the page on which one of them is written."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from campaigns import desks, differences, languages, publishing, translating, wording_drafts, wording_limits
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.wording import WordingForm, groups
from campaigns.models import User
from campaigns.wording_drafts import Opened, SavedSince

NEXT = {"next": "preview", "publish": "wording_publish"}  # where a saved draft is taken, by the button


@require_safe
@never_cache
def wording(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """The languages it is written in, and how far each of them is."""
    desk = desks.of_campaign(request.user, slug, language)
    rows = [_row(desk, code) for code in wording_drafts.languages_of(desk.campaign)]
    context = desk.frame(request) | {"rows": rows, "published": wording_drafts.is_published(desk.campaign)}
    return render(request, "campaigns/organising/wording.html", context)


def _row(desk: CampaignDesk, code: str) -> dict[str, Any]:
    campaign = desk.campaign
    now = wording_drafts.opened(campaign, code)
    first = code == campaign.language
    return {
        "code": code,
        "name": languages.name_of(code),
        "direction": languages.direction(code),
        "title": now.wording["title"],
        "first": first,
        "now": now,
        "published": now.text if wording_drafts.is_published(campaign) else None,
        "changed": now.draft is not None and now.differs,
        "missing": wording_limits.missing(now.wording),
        "to_do": None if first else translating.to_do(campaign, code),
        "edit": desk.campaign_url("wording_edit" if first else "translations", text_language=code),
    }


def found(request: HttpRequest, slug: str, language: str | None, code: str) -> CampaignDesk:
    """The first line of every view of one language's text. Raises Http404 for one it is not written in."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    if code not in wording_drafts.languages_of(desk.campaign):
        raise Http404
    return desk


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def edit(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    desk = found(request, slug, language, text_language)
    campaign = desk.campaign
    if request.method != "POST":
        now = wording_drafts.opened(campaign, text_language)
        return _page(request, desk, now, WordingForm(text_language, initial=now.wording))
    form = WordingForm(text_language, request.POST)
    if not form.is_valid():
        return _page(request, desk, wording_drafts.opened(campaign, text_language), form, status=422)
    try:
        return _acted(request, desk, text_language, form)
    except SavedSince as conflict:
        return _page(request, desk, conflict.now, form, conflict=conflict_with(desk, conflict.now, form.wording()))


def _acted(request: HttpRequest, desk: CampaignDesk, code: str, form: WordingForm) -> HttpResponse:
    """Saves, or settles between two who wrote at once. Raises SavedSince."""
    campaign, said, deed = desk.campaign, form.wording(), request.POST.get("do", "")
    here = redirect(desk.campaign_url("wording_edit", text_language=code))
    if deed == "theirs":
        wording_drafts.take_theirs(campaign, code, said, desk.account)
        messages.success(request, _("This is what was saved meanwhile. What you had here is laid aside below."))
    elif deed == "mine":
        wording_drafts.save(campaign, code, said, request.POST.get("theirs", ""), desk.account, over=True)
        messages.success(request, _("This is saved. What it took the place of is laid aside below."))
    else:
        wording_drafts.save(campaign, code, said, request.POST.get("mark", ""), desk.account)
        if deed in NEXT:
            return redirect(desk.campaign_url(NEXT[deed], text_language=code))
        messages.success(request, _("The draft is saved. Nobody else sees it before you publish it."))
    return here


def _page(
    request: HttpRequest,
    desk: CampaignDesk,
    now: Opened,
    form: WordingForm,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    said = form.wording() if form.is_bound and not form.errors else now.wording
    if not form.is_bound or not form.errors:
        form.say_what_is_wrong(said)
    code, campaign = now.language, desk.campaign
    context = desk.frame(request, desk.campaign_url("wording_edit", text_language=code)) | {
        "form": form,
        "groups": groups(form),
        "now": now,
        "mark": request.POST.get("mark", now.mark) if status == 422 or conflict else now.mark,
        "code": code,
        "name": languages.name_of(code),
        "direction": languages.direction(code),
        "first": code == campaign.language,
        "published": wording_drafts.is_published(campaign),
        "body_html": publishing.markdown(said["body"][: wording_limits.LONGEST_TEXT], publishing.References.MARK),
        "conflict": conflict,
        "refused": status == 422,
        "aside": _aside(now),
        "sources": campaign.sources.exists(),
    }
    return render(request, "campaigns/organising/wording_edit.html", context, status=409 if conflict else status)


def conflict_with(desk: CampaignDesk, now: Opened, mine: dict[str, Any]) -> dict[str, Any]:
    """Who has saved what in between. Inserted is what they wrote, deleted what stands here."""
    newer_text = now.draft is None and now.text is not None
    who = now.draft.changed_by if now.draft else None
    return {
        "mark": now.mark,
        "who": name_of(who),
        "oneself": who is not None and who == desk.account,
        "at": now.text.published_at if newer_text and now.text else now.row.changed_at if now.row else None,
        "published": newer_text,
        "changes": differences.of_wordings(mine, now.wording),
        "code": now.language,
        "direction": languages.direction(now.language),
    }


def name_of(user: User | None) -> str:
    return (user.name or user.email) if user else _("Somebody else")


def _aside(now: Opened) -> list[dict[str, Any]]:
    """What gave way, with what it says otherwise."""
    entries = now.row.laid_aside if now.row else []
    names = {one.pk: name_of(one) for one in User.objects.filter(pk__in=[entry["by"] for entry in entries])}
    return [
        {
            "number": number,
            "who": names.get(entry["by"], ""),
            "at": datetime.fromisoformat(entry["at"]),
            "changes": differences.of_wordings(now.wording, entry["wording"]),
        }
        for number, entry in enumerate(entries)
    ]


@require_POST
@never_cache
def autosave(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> JsonResponse:
    """{"mark", "wrong"} once it is kept; 422 {"said"}: it cannot be; 409 {"html"}: somebody else has saved it."""
    desk = found(request, slug, language, text_language)
    form = WordingForm(text_language, request.POST)
    if not form.is_valid():
        said = [f"{form[name].label}: {error}" for name, errors in form.errors.items() for error in errors]
        return JsonResponse({"said": " ".join(said)}, status=422)
    said_now = form.wording()
    try:
        now = wording_drafts.save(desk.campaign, text_language, said_now, request.POST.get("mark", ""), desk.account)
    except SavedSince as conflict:
        context = {"conflict": conflict_with(desk, conflict.now, said_now)}
        html = render_to_string("campaigns/organising/_wording_conflict.html", context, request)
        return JsonResponse({"html": html}, status=409)
    return JsonResponse({"mark": now.mark, "wrong": wording_limits.wrong(said_now)})


@require_POST
@never_cache
def preview_part(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    """Markdown as it will be published."""
    desks.of_campaign(request.user, slug, language, Role.EDITOR)
    text = request.POST.get("text", "")
    if len(text) > wording_limits.LONGEST_TEXT:
        sentence = _("This text is too long to be shown: %(longest)d characters are the most.")
        return HttpResponse(sentence % {"longest": wording_limits.LONGEST_TEXT}, status=422, content_type="text/plain")
    return HttpResponse(publishing.markdown(text, publishing.References.MARK))


@require_POST
@never_cache
def take_back(
    request: HttpRequest, slug: str, text_language: str, number: int, language: str | None = None
) -> HttpResponse:
    desk = found(request, slug, language, text_language)
    try:
        wording_drafts.take_back(desk.campaign, text_language, number, request.POST.get("mark", ""), desk.account)
    except (SavedSince, IndexError):
        messages.warning(request, _("Somebody has saved this text meanwhile. This is how it stands now."))
    else:
        messages.success(request, _("It is the draft again. What stood here is laid aside below."))
    return redirect(desk.campaign_url("wording_edit", text_language=text_language))


@require_POST
@never_cache
def discard(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    """Back to what is published."""
    desk = found(request, slug, language, text_language)
    try:
        wording_drafts.discard(desk.campaign, text_language, request.POST.get("mark", ""), desk.account)
    except SavedSince:
        messages.warning(request, _("Somebody has saved this text meanwhile. This is how it stands now."))
    else:
        messages.success(request, _("The text is again as it is published. What you had changed is laid aside below."))
    return redirect(desk.campaign_url("wording_edit", text_language=text_language))
