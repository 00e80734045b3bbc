"""The first line of every public view: the campaign and the text it is read in, or 404.

A campaign that has moved is looked for only where there would be a 404 otherwise.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import get_script_prefix
from django.utils import translation
from django.utils.cache import patch_cache_control

from campaigns.models import Campaign, CampaignText, FormerSlug

View = Callable[..., HttpResponseBase]
MOVED_FOR = 300  # seconds that a browser keeps it in mind: the campaign may come back to an address it has left


def published_text(request: HttpRequest, slug: str, language: str | None) -> CampaignText:
    """The current text in `language`, or in the campaign's first one; speaks that language from here on.

    The first language has one address only, the short one: /slug/en/ of an English campaign is no page.
    """
    wanted = CampaignText.objects.current().select_related("campaign__organisation__sender", "campaign__legislature")
    public = Campaign.objects.published().filter(slug=slug)
    for text in wanted.filter(campaign__in=public):
        first = text.campaign.language
        if text.language == (language or first) and language != first:
            speak(text)
            return text
    raise Http404


def speak(text: CampaignText) -> None:
    """The page's furniture is in the text's language where the software knows it, else in the software's first."""
    known = dict(settings.LANGUAGES)
    translation.activate(text.language if text.language in known else settings.LANGUAGE_CODE)


class PermanentRedirect(HttpResponsePermanentRedirect):
    """308: the same as 301, but a form that is sent keeps its method and what was typed."""

    status_code = 308


def wherever_it_is_now(view: View) -> View:
    """A page of a campaign, under an address that it once had too: there it leads to the same page of today."""

    @wraps(view)
    def found(request: HttpRequest, *args: Any, **where: Any) -> HttpResponseBase:
        try:
            return view(request, *args, **where)
        except Http404:
            moved = FormerSlug.objects.filter(slug=where.get("slug", "")).select_related("campaign__organisation")
            former = moved.first()
            if former is None or not former.campaign.is_public:
                raise
            return _moved(request, former.slug, former.campaign.slug)

    return found


def _moved(request: HttpRequest, was: str, now: str) -> HttpResponseBase:
    """The rest of the path, and the query, as they were asked for."""
    base = get_script_prefix()
    address = f"{base}{now}{request.get_full_path().removeprefix(f'{base}{was}')}"
    kind = HttpResponsePermanentRedirect if request.method in ("GET", "HEAD") else PermanentRedirect
    response = kind(address)
    patch_cache_control(response, public=True, max_age=MOVED_FOR)
    return response
