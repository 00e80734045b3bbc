"""What the public page shows, gathered in a fixed number of queries."""

import json
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db.models import OuterRef, Q, Subquery
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from config import links, switches
from config.switches import What
from letters.pdf import is_rtl

from . import addresses, pausing, publishing, retention, updates
from .counting import current_goal
from .languages import name_of
from .models import Campaign, CampaignText, Signature
from .models.signature import MOST_ON_TOP, SignatureQuerySet

SIGNATORIES_ON_PAGE = 24
AREAS_ON_PAGE = 12
# All that a list of signatories shows: the rest of a row is encrypted, and not even read for it.
SHOWN_OF_A_SIGNATURE = (
    *("campaign", "public_name", "public_affiliation", "public_place", "public_reason"),
    "reason_check",
)
LANGUAGE_NAMES = {"ar": "العربية", "en": "English", "fr": "Français", "de": "Deutsch", "es": "Español", "cy": "Cymraeg"}


def kicker(campaign: Campaign, text: CampaignText) -> str:
    if not text.addressed_to:
        return str(campaign.get_kind_display())
    wording = {
        Campaign.Kind.PETITION: _("A petition to %(whom)s"),
        Campaign.Kind.LETTER: _("An open letter to %(whom)s"),
        Campaign.Kind.STATEMENT: _("A statement to %(whom)s"),
        Campaign.Kind.CALL: _("A call to %(whom)s"),
    }[Campaign.Kind(campaign.kind)]
    return wording % {"whom": text.addressed_to}


def numbers(campaign: Campaign) -> dict[str, Any]:
    count = campaign.signature_count
    goal = current_goal(campaign.signature_goal, count)
    shown = {"count": count, "goal": goal, "remaining": goal - count, "percent": min(100, count * 100 // goal)}
    return {**shown, "paper": campaign.paper_count}


def languages(campaign: Campaign, current: str) -> list[dict[str, Any]]:
    codes = campaign.texts.filter(superseded_at__isnull=True).values_list("language", flat=True).order_by("language")
    return [
        {
            "code": code,
            "name": LANGUAGE_NAMES.get(code) or name_of(code),
            "url": campaign.address_in(code),
            "absolute": links.absolute(campaign.address_in(code)),
            "current": code == current,
        }
        for code in codes
    ]


def frame(text: CampaignText) -> dict[str, Any]:
    """What every page of a campaign needs."""
    campaign = text.campaign
    return {
        "campaign": campaign,
        "text": text,
        "organisation": campaign.organisation,
        "urls": addresses.of_campaign(campaign, text.language),
        "kicker": kicker(campaign, text),
        "wording_url": addresses.wording(campaign, text.digest),
        "kept_until": retention.kept_until(campaign),
        "months_after_closing": campaign.months_after_closing,
        "open": campaign.takes_signatures,
        "closed": campaign.is_over,
        "archived": campaign.state == Campaign.State.ARCHIVED,
        "paused": pausing.on(What.SIGNING, campaign) if campaign.takes_signatures else None,
        "writes": campaign.takes_letters and bool(text.letter_body),
        "writing_paused": pausing.on(What.WRITING, campaign) if campaign.takes_letters else None,
        "text_bidi": is_rtl(text.language),
        **numbers(campaign),
    }


def page(text: CampaignText) -> dict[str, Any]:
    campaign, language = text.campaign, text.language
    switches.look()
    context = frame(text)
    shown = on_top(campaign, SIGNATORIES_ON_PAGE + 1)
    shown += newest_first(campaign)[: SIGNATORIES_ON_PAGE + 1 - len(shown)]
    page_languages = languages(campaign, language)
    canonical = links.absolute(campaign.address_in(language))
    return context | {
        "standfirst": _standfirst(text.summary, text.body),
        "body": _body(text.body),
        "picture": picture(campaign, language),
        "outcome": _outcome(campaign, language),
        "targets": _targets(campaign, text),
        "sources": [_source(row, language) for row in campaign.sources.all()],
        "events": [_event(campaign, row, language) for row in campaign.events.all()],
        "responses": [_response(row, language) for row in campaign.responses.select_related("source")],
        "updates": [
            {
                "title": row.title,
                "body": publishing.markdown(row.body),
                "published_at": row.update.published_at,
                "anchor": updates.anchor(row.update),
            }
            for row in updates.on_the_page(campaign, language)
        ],
        "signatories": shown[:SIGNATORIES_ON_PAGE],
        "signatories_more": len(shown) > SIGNATORIES_ON_PAGE,
        "areas": [
            {"name": row.area.name_in(language), "count": row.count}
            for row in campaign.area_counts.filter(count__gt=0)
            .order_by("-count")
            .select_related("area")[:AREAS_ON_PAGE]
        ],
        "share": addresses.share(campaign, text),
        "page_languages": page_languages if len(page_languages) > 1 else [],
        "changed": _is_changed(text),
        **_around(campaign),
        "canonical": canonical,
        "card_url": links.absolute(context["urls"]["card"]),
        "card_alt": count_in_words(campaign.signature_count),
        "json_ld": json_ld(text, canonical),
    }


def picture(campaign: Campaign, language: str) -> dict[str, Any] | None:
    """What it shows is said in the language of the page or, where nobody has said it, in the campaign's first."""
    shown = campaign.picture
    if shown is None:
        return None
    said = campaign.picture_alt or {}
    spoken = language if said.get(language) else campaign.language
    url = reverse("campaigns:picture", kwargs={"digest": shown.digest})
    size = {"width": shown.width, "height": shown.height, "size": shown.size}
    return {"url": url, "alt": said.get(spoken, ""), "alt_language": spoken, **size}


def _is_changed(text: CampaignText) -> bool:
    """Since it was public: what was changed before is nobody's concern."""
    public_since = text.campaign.published_at
    return text.version > 1 and public_since is not None and text.published_at > public_since


def _around(campaign: Campaign) -> dict[str, Any]:
    """The campaign it goes on from, and those that go on from it, as far as they are public."""
    near = Campaign.objects.published().filter(Q(pk=campaign.follows_id) | Q(follows=campaign)).newest_first()
    current = CampaignText.objects.current().filter(campaign=OuterRef("pk"), language=OuterRef("language"))
    rows = near.annotate(said=Subquery(current.values("title")[:1])).values_list("pk", "slug", "said")
    found = [
        {"pk": pk, "title": title or slug, "url": reverse("campaigns:page", kwargs={"slug": slug})}
        for pk, slug, title in rows[:10]
    ]
    return {
        "follows": next((one for one in found if one["pk"] == campaign.follows_id), None),
        "followed_by": [one for one in found if one["pk"] != campaign.follows_id],
    }


def on_top(campaign: Campaign, most: int = MOST_ON_TOP) -> list[Signature]:
    """Those who were there first, in the order their organisers gave them."""
    return list(Signature.objects.filter(campaign=campaign).shown().on_top().only(*SHOWN_OF_A_SIGNATURE)[:most])


def newest_first(campaign: Campaign) -> SignatureQuerySet:
    """All others who are named."""
    others = Signature.objects.filter(campaign=campaign, pinned=None).shown()
    return others.only(*SHOWN_OF_A_SIGNATURE).order_by("-created_at", "-pk")


def next_newer(signature: Signature) -> int | None:
    """The key of who stands just above in newest_first(); None for who is the first."""
    later = Q(created_at__gt=signature.created_at) | Q(created_at=signature.created_at, pk__gt=signature.pk)
    above = newest_first(signature.campaign).filter(later, created_at__gte=signature.created_at)
    return above.order_by("created_at", "pk").values_list("pk", flat=True).first()


@lru_cache(maxsize=64)
def _body(source: str) -> SafeString:
    """A published wording never changes, so every process makes its HTML once."""
    return publishing.markdown(source, publishing.References.LINK)


def _outcome(campaign: Campaign, language: str) -> dict[str, Any] | None:
    """What came of it, in the language of the page or, where nobody has written it, in the campaign's first."""
    if not campaign.is_over:
        return None
    spoken = language if campaign.outcome.get(language) else campaign.language
    words = campaign.outcome.get(spoken)
    return {"language": spoken, "words": publishing.markdown(words)} if words else None


@lru_cache(maxsize=64)
def _standfirst(summary: str, body: str) -> str:
    """Nothing where the text begins with the same words."""
    return "" if publishing.begins_with(body, summary) else summary


def count_in_words(count: int) -> str:
    return ngettext("%(count)d person has signed", "%(count)d people have signed", count) % {"count": count}


def _targets(campaign: Campaign, text: CampaignText) -> list[dict[str, str]]:
    """Nobody where the line above the title says the same already."""
    said = [
        {field: row.in_language(field, text.language) for field in ("name", "role", "organisation")}
        for row in campaign.targets.all()
    ]
    alone = [value for value in said[0].values() if value] if len(said) == 1 else []
    return [] if alone and ", ".join(alone).casefold() == text.addressed_to.casefold() else said


def _source(row: Any, language: str) -> dict[str, Any]:
    kept = {field: getattr(row, field) for field in ("number", "author", "publication", "date", "url")}
    return kept | {field: row.in_language(field, language) for field in ("title", "note")}


def _event(campaign: Campaign, row: Any, language: str) -> dict[str, Any]:
    return {
        "title": row.in_language("title", language),
        "place": row.in_language("place", language),
        "description": row.in_language("description", language),
        "date": row.date,
        "url": row.url,
        "ics_url": addresses.event_ics(campaign, row, language),
        "is_past": row.date < timezone.localdate(),
    }


def _response(row: Any, language: str) -> dict[str, Any]:
    return {
        "author": row.in_language("author", language),
        "role": row.in_language("role", language),
        "text": row.in_language("text", language),
        "date": row.date,
        "source_number": row.source.number if row.source else None,
    }


def json_ld(text: CampaignText, canonical: str) -> SafeString:
    """schema.org knows no petition, so a WebPage about a CreativeWork that can be endorsed (standards.md 2.9).

    No signatory's name is ever part of it.
    """
    campaign = text.campaign
    data = {
        "@context": "https://schema.org",
        "@type": "WebPage",
        "url": canonical,
        "name": text.title,
        "description": text.summary,
        "inLanguage": text.language,
        "datePublished": campaign.published_at.isoformat() if campaign.published_at else None,
        "dateModified": text.published_at.isoformat(),
        "publisher": {"@type": "Organization", "name": campaign.organisation.name},
        "mainEntity": {
            "@type": "CreativeWork",
            "name": text.title,
            "audience": {"@type": "Audience", "name": text.addressed_to} if text.addressed_to else None,
            "interactionStatistic": {
                "@type": "InteractionCounter",
                "interactionType": {"@type": "EndorseAction"},
                "userInteractionCount": campaign.signature_count,
            },
        },
        "potentialAction": {
            "@type": "EndorseAction",
            "target": {"@type": "EntryPoint", "urlTemplate": canonical + "#sign"},
        }
        if campaign.takes_signatures
        else None,
        "isPartOf": {"@type": "WebSite", "name": settings.SITE_NAME, "url": settings.SITE_URL},
    }
    # <, > and & as escapes, so that no text can end the script element it stands in.
    escaped = json.dumps(data, ensure_ascii=False).translate(
        {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}
    )
    return mark_safe(escaped)  # escaped for its element in the line above
