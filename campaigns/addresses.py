"""The addresses of a campaign's pages, in the language of the page one stands on."""

from functools import lru_cache
from urllib.parse import quote, urlencode

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from config import links

from .models import Campaign, CampaignText, Event

PAGES = (
    *("page", "sign", "signed", "signatures", "write", "written", "changes"),
    *("letter_pdf", "blank_pdf", "card", "sheets_pdf", "report", "reported"),
)
SHORT_DIGEST = 16  # hexadecimal digits of a wording's digest in its address, so that a QR code stays coarse


def of_text(text: CampaignText, name: str) -> str:
    """One of PAGES, in the language of the text."""
    return _of_slug(name, text.campaign.slug, "" if text.language == text.campaign.language else text.language)


@lru_cache(maxsize=1024)
def _of_slug(name: str, slug: str, language: str) -> str:
    """Found once: each signature asks for one, and to look for it among all our addresses takes long."""
    where = {"slug": slug} | ({"language": language} if language else {})
    return reverse(f"campaigns:{name}", kwargs=where)


def of_campaign(campaign: Campaign, language: str) -> dict[str, str]:
    other = "" if language == campaign.language else language
    found = {name: _of_slug(name, campaign.slug, other) for name in PAGES}
    return (
        found
        | of_site(language)
        | {
            "count": reverse("campaigns:count", kwargs={"slug": campaign.slug}),
            "organisation": site("organisation", language, slug=campaign.organisation.slug),
            "accent": accent(campaign.organisation.slug, campaign.organisation.accent),
        }
    )


def of_site(language: str) -> dict[str, str]:
    return {name: site(name, language) for name in ("home", "privacy", "accessibility")}


def site(name: str, language: str, **where: str) -> str:
    """An address of the site itself. It speaks its own languages only, whatever a campaign is written in."""
    if language != settings.LANGUAGE_CODE and language in dict(settings.LANGUAGES):
        where["language"] = language
    return reverse(f"campaigns:{name}", kwargs=where)


def accent(slug: str, colour: str) -> str:
    """The colour is part of the address, so that the answer may be kept for ever."""
    return reverse("campaigns:accent", kwargs={"slug": slug, "colour": colour.lstrip("#")})


def wording(campaign: Campaign, digest: str) -> str:
    """The page that shows one published wording for ever."""
    return reverse("campaigns:wording", kwargs={"slug": campaign.slug, "digest": digest[:SHORT_DIGEST]})


def event_ics(campaign: Campaign, event: Event, language: str) -> str:
    where = {"slug": campaign.slug, "number": str(event.number)}
    return reverse(
        "campaigns:event_ics", kwargs=where | ({} if language == campaign.language else {"language": language})
    )


def share(campaign: Campaign, text: CampaignText, signed: bool = False) -> dict[str, object]:
    """Plain links that work without a script and tell nobody anything until somebody follows them.

    Only who has `signed` is given words that say so.
    """
    url = links.absolute(campaign.address_in(text.language))
    words = _("I have signed “%(title)s”. Will you?") % {"title": text.title} if signed else text.title
    both = f"{words} {url}"
    return {
        "url": url,
        "text": words,
        "title": text.title,
        "mailto": f"mailto:?subject={quote(text.title)}&body={quote(both)}",
        "networks": [
            {"name": "WhatsApp", "url": "https://wa.me/?" + urlencode({"text": both})},
            {"name": "Telegram", "url": "https://t.me/share/url?" + urlencode({"url": url, "text": words})},
            {"name": "Bluesky", "url": "https://bsky.app/intent/compose?" + urlencode({"text": both})},
            {"name": "Facebook", "url": "https://www.facebook.com/sharer/sharer.php?" + urlencode({"u": url})},
            {"name": "X", "url": "https://twitter.com/intent/tweet?" + urlencode({"text": words, "url": url})},
        ],
    }
