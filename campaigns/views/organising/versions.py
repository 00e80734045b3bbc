"""Every wording there was, in one language, and what each changed."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from campaigns import desks, history, languages, wording_drafts


@require_safe
@never_cache
def versions(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    listed = history.of(desk.campaign, text_language, with_signatures=True)
    if not listed:
        raise Http404
    context = desk.frame(request) | {
        "versions": listed,
        "published": wording_drafts.is_published(desk.campaign),
        "code": text_language,
        "name": languages.name_of(text_language),
        "direction": languages.direction(text_language),
        "others": [(code, languages.name_of(code)) for code in history.languages_of(desk.campaign)],
    }
    return render(request, "campaigns/organising/versions.html", context)
