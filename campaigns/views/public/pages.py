from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from campaigns import addresses, calendars, documents, keyset, pages, pictures, processing, publishing
from campaigns.forms.public.signing import SignForm
from campaigns.models import Campaign, CampaignText, Organisation, Picture
from config import errors, ratelimit
from config.keeping import cached_for_all, for_everybody
from letters.pdf import MissingGlyphs, RenderingBusy, RenderingError

from .loading import published_text

CAMPAIGNS_A_PAGE = 20
SIGNATORIES_A_PAGE = 100


@for_everybody("q", "before")
@require_safe
def home(request: HttpRequest, language: str | None = None) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    query = request.GET.get("q", "").replace("\0", "").strip()[:200]
    if query and not (verdict := ratelimit.allow("search", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    found = Campaign.objects.listed().matching(query).select_related("organisation")
    found = found.newest_first()
    page = keyset.page(found, request.GET.get("before", ""), CAMPAIGNS_A_PAGE)
    context = {
        "cards": cards(page.rows, language),
        "query": query,
        "more_url": page.next_url({"q": query}),
        "urls": addresses.of_site(language),
        "page_languages": site_languages("home", language),
    }
    return cached_for_all(render(request, "campaigns/public/home.html", context))


def cards(campaigns: list[Campaign], language: str) -> list[dict[str, Any]]:
    """What a list shows of each campaign, in the reader's language where it has been written in it."""
    current = (
        CampaignText.objects.current()
        .filter(campaign__in=campaigns)
        .only("campaign", "language", "title", "summary", "addressed_to")
    )
    texts = {(text.campaign_id, text.language): text for text in current}
    found = []
    for campaign in campaigns:
        text = texts.get((campaign.pk, language)) or texts.get((campaign.pk, campaign.language))
        if text is None:
            continue  # cannot be published without one; were it so, one campaign must not take the list away
        found.append(
            {
                "campaign": campaign,
                "text": text,
                "url": campaign.address_in(text.language),
                "kind_label": pages.kicker(campaign, text),
                **pages.numbers(campaign),
            }
        )
    return found


def site_languages(name: str, language: str, **where: str) -> list[dict[str, Any]]:
    return [
        {
            "code": code,
            "name": pages.LANGUAGE_NAMES[code],
            "url": addresses.site(name, code, **where),
            "current": code == language,
        }
        for code, _name in settings.LANGUAGES
    ]


@for_everybody()
@require_safe
def page(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    context = pages.page(text)
    if context["open"]:
        context["form"] = SignForm(text.campaign, text)
    return cached_for_all(render(request, "campaigns/public/page.html", context))


@for_everybody()
@require_safe
def count(request: HttpRequest, slug: str) -> JsonResponse:
    campaign = get_object_or_404(Campaign.objects.published().select_related("organisation"), slug=slug)
    numbers = pages.numbers(campaign)
    said = {name: numbers[name] for name in ("count", "goal", "paper")}
    response = JsonResponse(said | {"open": campaign.takes_signatures})
    cached_for_all(response)
    return response


@for_everybody("name", "before")
@require_safe
def signatures(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    before = request.GET.get("before", "")
    if name := publishing.one_line(request.GET.get("name", "")):
        if not (verdict := ratelimit.allow("search", ratelimit.network(request))):
            return errors.too_many(request, verdict.retry_after)
        shown = text.campaign.signatures.shown().only(*pages.SHOWN_OF_A_SIGNATURE).shown_name_begins(name)
        listed = keyset.page_by_name(shown, "public_name_folded", before, SIGNATORIES_A_PAGE)
    else:
        listed = keyset.page_by_time(pages.newest_first(text.campaign), before, SIGNATORIES_A_PAGE)
    on_top = [] if name or before else pages.on_top(text.campaign)
    context = pages.frame(text) | {
        "signatories": [*on_top, *listed.rows],
        "first_ones": bool(on_top),
        "next_url": listed.next_url({"name": name}),
        "name": name,
    }
    return cached_for_all(render(request, "campaigns/public/signatories.html", context))


@for_everybody()
@require_safe
def organisation(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    found = get_object_or_404(Organisation.objects.approved().select_related("logo"), slug=slug)
    listed = found.campaigns.listed().select_related("organisation").newest_first()[:50]
    context = {
        "organisation": found,
        "name": found.in_language("name", language),
        "about": publishing.markdown(found.in_language("about", language)),
        "privacy": publishing.markdown(found.in_language("privacy", language)),
        "controller": found.in_language("controller", language),
        "cards": (shown := cards(list(listed), language)),
        "kept": [card for card in shown if not card["campaign"].is_over],
        "urls": addresses.of_site(language) | {"accent": addresses.accent(found.slug, found.accent)},
        "page_languages": site_languages("organisation", language, slug=slug),
    }
    return cached_for_all(render(request, "campaigns/public/organisation.html", context))


@require_safe
def accent(request: HttpRequest, slug: str, colour: str) -> HttpResponse:
    """An organisation's colour, as the only two lines of style that differ between organisations. The address says it
    all: whether there is such an organisation, and whether it is approved, this does not tell."""
    response = HttpResponse(publishing.accent_css(f"#{colour}"), content_type="text/css")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@require_safe
def picture(request: HttpRequest, digest: str) -> FileResponse:
    """A picture of a campaign or an organisation; its address is what it shows."""
    found = get_object_or_404(Picture, digest=digest)
    try:
        file = pictures.read(found)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(file, content_type=pictures.CONTENT_TYPE)
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # other sites show it where they link here
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


def _site_page(request: HttpRequest, name: str) -> HttpResponse:
    language = get_language() or settings.LANGUAGE_CODE
    context = {
        "days": processing.numbers(),
        "urls": addresses.of_site(language),
        "page_languages": site_languages(name, language),
        "organisations": Organisation.objects.approved().filter(campaigns__in=Campaign.objects.published()).distinct(),
    }
    return cached_for_all(render(request, f"campaigns/public/{name}.html", context), 300)


@for_everybody()
@require_safe
def privacy(request: HttpRequest, language: str | None = None) -> HttpResponse:
    return _site_page(request, "privacy")


@for_everybody()
@require_safe
def accessibility(request: HttpRequest, language: str | None = None) -> HttpResponse:
    return _site_page(request, "accessibility")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    lines = [
        "User-agent: *",
        *(f"Disallow: /{path}/" for path in ("confirm", "signature", "letter", "admin", "organise")),
    ]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


def drawn(
    request: HttpRequest, text: CampaignText, kind: str, filename: str, draw: Callable[[CampaignText], bytes]
) -> HttpResponse:
    """A PDF or picture for everybody: drawn once, kept a while, never more at once than the machine bears."""
    key, as_of = f"{kind}:{text.pk}", text.campaign.signature_count
    made_for, content = cache.get(key, (None, b""))  # one of each at a time, whatever the count: the cache stays small
    if made_for != as_of:
        if not (verdict := ratelimit.allow("pdf", ratelimit.network(request))):
            return errors.too_many(request, verdict.retry_after)
        try:
            content = draw(text)
        except RenderingBusy as busy:
            return rendering_busy(request, busy)
        except RenderingError as error:
            return rendering_failed(request, error)
        cache.set(key, (as_of, content), 300)
    response = HttpResponse(content, content_type="application/pdf" if filename else "image/png")
    if filename:
        response.headers["Content-Disposition"] = f'inline; filename="{filename}"'
    else:
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"  # the card is for other sites to show
    return cached_for_all(response, 60)


def rendering_busy(request: HttpRequest, busy: RenderingBusy) -> HttpResponse:
    return errors.problem(
        request,
        503,
        _("Many letters are being made at this moment"),
        _("Yours could not be made just now. Nothing is lost: please try again in a few seconds."),
        max(1, round(busy.retry_after)),
    )


def rendering_failed(request: HttpRequest, error: RenderingError | None = None) -> HttpResponse:
    if isinstance(error, MissingGlyphs):
        sentence = _("It holds characters that cannot be printed: %(characters)s. Without them it can be made.")
        characters = " ".join(error.characters)
        return errors.problem(request, 422, _("This letter could not be made"), sentence % {"characters": characters})
    return errors.problem(
        request,
        500,
        _("This letter could not be made"),
        _("Something in it is more than we can set. Please shorten the text and try again, or send it by email."),
    )


@require_safe
def letter_pdf(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    return drawn(request, text, "letter-pdf", f"{slug}.pdf", documents.campaign_letter)


@require_safe
def blank_pdf(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    return drawn(request, text, "blank-pdf", f"{slug}-to-sign.pdf", documents.blank_letter)


@require_safe
def card(request: HttpRequest, slug: str, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    return drawn(request, text, f"card-{text.campaign.picture_id or 0}", "", documents.share_card)


@require_safe
def event_ics(request: HttpRequest, slug: str, number: int, language: str | None = None) -> HttpResponse:
    text = published_text(request, slug, language)
    event = get_object_or_404(text.campaign.events, number=number)
    response = HttpResponse(calendars.event(text, event), content_type="text/calendar; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{slug}-{number}.ics"'
    return cached_for_all(response, 300)
