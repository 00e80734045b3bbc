"""What people signed, for whoever wants to check it: each published wording on a page of its own, and blank sheets."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from campaigns import pages, publishing, sheets
from campaigns.models import Campaign, CampaignText
from config.keeping import cached_for_all

from .loading import published_text, speak
from .pages import drawn

KEPT = 300  # seconds: a wording never changes, only whether it is still the newest


def _versions(slug: str, digest: str) -> list[CampaignText]:
    """Every publishing of the one wording whose digest begins so, the newest first. 404 if it is none, or not one."""
    found = CampaignText.objects.filter(campaign__in=Campaign.objects.published().filter(slug=slug))
    related = found.select_related("campaign__organisation", "campaign__legislature")
    texts = list(related.filter(digest__startswith=digest).order_by("-version", "language"))
    if len({text.digest for text in texts}) != 1:
        raise Http404
    return texts


@require_safe
def wording(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    texts = _versions(slug, digest)
    text = texts[0]
    speak(text)
    context = pages.frame(text) | {
        "texts": texts,
        "body": publishing.markdown(text.body, publishing.References.MARK),
        "file": f"{slug}-{text.digest[:16]}.json",
        "letter_parts": [text.letter_body, *text.letter_points, text.letter_ask],
    }
    return cached_for_all(render(request, "campaigns/public/wording.html", context), KEPT)


@require_safe
def canonical(request: HttpRequest, slug: str, digest: str) -> HttpResponse:
    """Byte for byte what the digest is of."""
    text = _versions(slug, digest)[0]
    response = HttpResponse(text.canonical().encode(), content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{text.digest[:16]}.json"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return cached_for_all(response, KEPT)


@require_safe
def sheets_pdf(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    return drawn(request, text, "sheets-pdf", f"{slug}-sheets.pdf", sheets.blank_sheet)
