"""The first line of every public view: the campaign and the text it is read in, or 404."""

from django.conf import settings
from django.http import Http404, HttpRequest
from django.utils import translation

from campaigns.models import Campaign, CampaignText


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
