"""What a page is made of: wordings, addresses, and the Markdown of organisers."""

from enum import Enum
from typing import Any

import nh3
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from markdown_it import MarkdownIt

from .models import Campaign, CampaignText
from .references import REFERENCE

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p",
    "h2",
    "h3",
    "h4",
    "ul",
    "ol",
    "li",
    "blockquote",
    "strong",
    "em",
    "a",
    "hr",
    "br",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
}


class References(Enum):
    """What becomes of [^n] in a text."""

    NONE = ""
    MARK = "<sup>{number}</sup>"
    LINK = '<sup><a href="#source-{number}" aria-label="{label}">{number}</a></sup>'


def markdown(source: str, references: References = References.NONE) -> SafeString:
    """Organisers' Markdown as clean HTML."""
    html = nh3.clean(
        _markdown.render(source),
        tags=_TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener nofollow",
    )
    html = REFERENCE.sub(
        lambda found: references.value.format(
            number=found[1], label=escape(_("Source %(number)s") % {"number": found[1]})
        ),
        html,
    )
    return mark_safe(html)  # cleaned by nh3 above; what is put in are digits and an escaped label


def begins_with(text: str, words: str) -> bool:
    return bool(words) and letters_of(text).startswith(letters_of(words) or " ")


def letters_of(text: str) -> str:
    """What is left when marks and spaces are gone: the same words as Markdown and as they are read."""
    return "".join(character for character in text.casefold() if character.isalnum())


def one_line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:60]


def _luminance(colour: str) -> float:
    """Relative luminance of #rrggbb, 0 to 1 (WCAG 2.2, definition of relative luminance)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2, success criterion 1.4.3)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


PAPER, DARK_PAPER = "#faf7f0", "#16140f"


def _mixed(colour: str, other: str, share: float) -> str:
    """`share` of `other` stirred into `colour`."""
    pairs = zip((1, 3, 5), (1, 3, 5), strict=True)
    mixed = [round(int(colour[i : i + 2], 16) * (1 - share) + int(other[j : j + 2], 16) * share) for i, j in pairs]
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def readable(colour: str, paper: str) -> str:
    """The colour itself, or the nearest to it that can be read as text on `paper` (4.5:1, WCAG 2.2 AA)."""
    towards = "#ffffff" if _luminance(paper) < 0.2 else "#000000"
    for step in range(21):
        mixed = _mixed(colour, towards, step / 20)
        if contrast(mixed, paper) >= 4.6:
            return mixed
    return towards


def accent_css(colour: str) -> str:
    light, dark = readable(colour, PAPER), readable(colour, DARK_PAPER)
    return (
        f":root{{--accent:{light};--accent-ink:#fffdf8}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark};--accent-ink:#1d0f0c}}}}\n"
    )


def reserved_slugs() -> frozenset[str]:
    """First path segments that mean something else: no campaign may take one. Read off the URLconf itself."""
    files = settings.STATIC_URL.strip("/").split("/")[0]  # served before any address is looked up
    return frozenset(_first_segments(get_resolver().url_patterns) | {files})


def _first_segments(patterns: list[Any]) -> set[str]:
    found: set[str] = set()
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLResolver) and not route:
            found |= _first_segments(pattern.url_patterns)
        elif isinstance(pattern, URLPattern | URLResolver):
            segment = route.split("/")[0]
            if segment and "<" not in segment:
                found.add(segment)
    return found


def check_slug(slug: str) -> None:
    if slug in reserved_slugs() or len(slug) < 4:
        raise ValidationError(_("This address is too short or already means something else. Choose another one."))


@transaction.atomic
def publish_text(campaign: Campaign, language: str, wording: dict[str, Any], change_note: str = "") -> CampaignText:
    """The wording as it stands from now on. The same words again publish nothing; other words are the next version."""
    Campaign.objects.select_for_update().get(pk=campaign.pk)
    current = campaign.texts.filter(language=language, superseded_at__isnull=True).first()
    text = CampaignText(campaign=campaign, language=language, change_note=change_note, **wording)
    if current is not None:
        if current.digest == text.computed_digest():
            return current
        CampaignText.objects.filter(pk=current.pk).update(superseded_at=timezone.now())
        text.version = current.version + 1
    text.save()
    return text
