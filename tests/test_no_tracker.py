"""Nothing that a supporter opens tells anybody else: no page and no email loads anything from another site, no link
goes round by way of somebody who counts, and no page sets a cookie."""

import re
from html.parser import HTMLParser
from urllib.parse import urlsplit

import pytest
from django.test import Client

from campaigns.models import Campaign
from config.email import fill

from .campaigns.factories import make_campaign, make_facts, make_seat, make_signature
from .campaigns.newsroom import make_update, send
from .test_golden_emails import EMAILS, LANGUAGES, campaign  # noqa: F401  (a fixture)

pytestmark = pytest.mark.django_db

OURS = {"", "testserver"}
# What organisers link to in their own words, as it stands there.
THEIRS = {"https://example.org/minutes"}
LOADS = {"img", "script", "iframe", "frame", "embed", "object", "audio", "video", "source", "track", "input", "image"}
LOADING_LINKS = {"stylesheet", "preload", "prefetch", "preconnect", "dns-prefetch", "modulepreload", "icon", "manifest"}


class Reader(HTMLParser):
    """What a page loads by itself, what its links lead to, and where its forms go."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.loaded: list[str] = re.findall(r"url\(\s*['\"]?([^'\")]+)", markup)
        self.links: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in LOADS or (tag == "link" and LOADING_LINKS & set(given.get("rel", "").split())):
            self.loaded += [given[name] for name in ("src", "href", "data", "poster") if name in given]
            self.loaded += [one.split()[0] for one in given.get("srcset", "").split(",") if one.strip()]
        elif tag == "a":
            self.links.append(given.get("href", ""))
        self.loaded += [given[name] for name in ("background", "action", "ping") if name in given]


def elsewhere(addresses: list[str]) -> list[str]:
    return [one for one in addresses if urlsplit(one).netloc not in OURS and not one.startswith("data:")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", EMAILS)
def test_no_email_loads_anything_and_its_links_lead_straight_where_they_say(
    campaign: Campaign,  # noqa: F811
    name: str,
    language: str,
) -> None:
    email = EMAILS[name](campaign, language)
    assert email.message is not None
    read = Reader(fill(email.message.html, email.values, html=True))
    assert read.loaded == []
    links = [one for one in read.links if not one.startswith("mailto:")]
    links += re.findall(r"https?://[^\s<>]+", fill(email.message.text, email.values))
    assert set(elsewhere([one.rstrip(".,)") for one in links])) <= THEIRS


def public_pages() -> list[str]:
    legislature, _, _ = make_seat()
    one = make_campaign(slug="library", legislature=legislature, arabic=True)
    make_facts(one)
    make_signature(one, reason="I learned to read there.")
    send(make_update(one), by_email=False)
    over = make_campaign(slug="baths", state="closed")
    pages = ["/", "/privacy/", "/accessibility/", "/ar/privacy/", f"/organisations/{one.organisation.slug}/"]
    pages += [f"/{slug}/{page}" for slug in ("library", "library/ar", over.slug) for page in ("", "signatures/")]
    return [*pages, "/library/sign/", "/library/signed/", "/library/write/", "/library/changes/", "/confirm/gone/"]


def test_no_public_page_loads_anything_from_elsewhere_or_sets_a_cookie() -> None:
    read = 0
    for page in public_pages():
        response = Client().get(page)
        if response.status_code == 200:
            read += 1
        found = Reader(response.content.decode())
        assert elsewhere(found.loaded) == [], page
        assert not response.cookies, page
    assert read >= 12


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="https://counter.example/pixel.gif">',
        '<img srcset="/a.png 1x, //counter.example/b.png 2x">',
        '<link rel="stylesheet" href="https://fonts.example/a.css">',
        '<a href="/x" ping="https://counter.example/">x</a>',
        '<td background="https://counter.example/a.gif">',
        '<p style="background:url(https://counter.example/a.gif)">',
    ],
)
def test_the_check_sees_what_would_tell(markup: str) -> None:
    assert elsewhere(Reader(markup).loaded) != []
