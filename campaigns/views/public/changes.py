"""What has been corrected in a text since it was published, for everybody to read."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns import history, languages, pages
from config.keeping import cached_for_all, for_everybody

from .loading import published_text


@for_everybody()
@require_safe
def changes(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    context = pages.frame(text) | {
        "versions": history.of(text.campaign, text.language, public=True),
        "direction": languages.direction(text.language),
    }
    return cached_for_all(render(request, "campaigns/public/changes.html", context), 60)
