import re

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import URLResolver, get_resolver

from campaigns import publishing
from campaigns.models import CampaignText
from campaigns.publishing import References, markdown

from .factories import WORDING, make_campaign, make_organisation, text_of

pytestmark = pytest.mark.django_db


def test_the_same_words_again_publish_nothing() -> None:
    campaign = make_campaign()
    first = text_of(campaign)
    assert publishing.publish_text(campaign, "en", dict(WORDING)) == first
    assert CampaignText.objects.count() == 1


def test_other_words_are_the_next_version_and_the_old_one_stays() -> None:
    campaign = make_campaign()
    first = text_of(campaign)
    second = publishing.publish_text(campaign, "en", WORDING | {"body": "Other words.\n"})
    first.refresh_from_db()
    assert (first.version, second.version) == (1, 2)
    assert first.superseded_at is not None and second.superseded_at is None
    assert text_of(campaign) == second


def test_each_language_has_versions_of_its_own() -> None:
    campaign = make_campaign(arabic=True)
    publishing.publish_text(campaign, "ar", WORDING | {"title": "غيره"})
    assert {(text.language, text.version) for text in campaign.texts.all()} == {("en", 1), ("ar", 1), ("ar", 2)}


def test_a_published_wording_cannot_be_changed() -> None:
    text = text_of(make_campaign())
    text.title = "Something else"
    with pytest.raises(TypeError, match="never changed"):
        text.save()
    with pytest.raises(TypeError, match="never changed"):
        CampaignText.objects.update(title="Something else")
    with pytest.raises(TypeError, match="never changed"):
        text.campaign.texts.filter(pk=text.pk).update(body="", superseded_at=None)


def test_the_digest_is_of_every_word_and_nothing_else() -> None:
    text = text_of(make_campaign())
    assert text.digest == text.computed_digest() and len(text.digest) == 64
    for name in CampaignText.WORDING:
        other = CampaignText(**WORDING | {name: ["x"] if name == "asks" else "x"})
        assert other.computed_digest() != text.digest, name
    assert CampaignText(version=9, language="ar", **WORDING).computed_digest() == text.digest


def test_every_column_of_a_wording_is_under_its_digest() -> None:
    about_it = {"id", "campaign", "language", "version", "digest", "published_at", "superseded_at", "change_note"}
    assert {field.name for field in CampaignText._meta.concrete_fields} - about_it == set(CampaignText.WORDING)


# Addresses


def test_no_campaign_takes_the_address_of_something_else() -> None:
    """Whatever the site answers to by a first word of its own, and where its files lie."""
    first = {
        str(pattern.pattern).split("/")[0]
        for resolver in get_resolver().url_patterns
        for pattern in ([resolver, *resolver.url_patterns] if isinstance(resolver, URLResolver) else [resolver])
    }
    assert {"admin", "confirm", "signature", "letter", "organise", "organisations", "privacy", "mailbox"} <= first
    for slug in ("admin", "confirm", "signature", "letter", "organise", "organisations", "privacy", "accessibility"):
        with pytest.raises(ValidationError):
            publishing.check_slug(slug)
    for slug in ("mailbox", "healthz", "static"):
        with pytest.raises(ValidationError):
            publishing.check_slug(slug)


@pytest.mark.parametrize("slug", ["ar", "en", "fr", "abc", "a"])
def test_no_campaign_takes_the_address_of_a_language(slug: str) -> None:
    with pytest.raises(ValidationError):
        publishing.check_slug(slug)


@pytest.mark.parametrize("slug", ["library", "administration", "confirmed", "letters", "keep-the-library-open"])
def test_other_addresses_are_free(slug: str) -> None:
    publishing.check_slug(slug)


# Organisers' Markdown


@pytest.mark.parametrize(
    "source",
    ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=alert(1)>", "![x](https://x.example)"]
    + ["<a href='//evil' onclick=x>y</a>", "<style>*{}</style>", "[x](data:text/html,x)", "<iframe src=x></iframe>"]
    + ["<p style='color:red'>x</p>", "[x](vbscript:x)", '<https://x.example/"onclick=x>', "[^1]: <script>"],
)
def test_nothing_runs_in_organisers_markdown(source: str) -> None:
    html = str(markdown(source, References.LINK)).lower()
    for bad in ("<script", "<img", "<iframe", "<style", "<p style", 'href="javascript', 'href="data', 'href="vbscript'):
        assert bad not in html
    assert "<a onclick" not in html and '" onclick' not in html


def test_links_lend_no_rank_and_no_window() -> None:
    assert 'rel="noopener nofollow"' in markdown("[the council](https://council.example.org)")


def test_a_reference_leads_to_its_source_and_only_where_it_may() -> None:
    assert re.search(r'<sup><a href="#source-12"[^>]*>12</a></sup>', markdown("So it is.[^12]", References.LINK))
    assert "<sup>12</sup>" in markdown("So it is.[^12]", References.MARK)
    assert "12" not in markdown("So it is.[^12]")


# Colours


@pytest.mark.parametrize("colour", ["#8c1d18", "#ffffff", "#000000", "#ffff00", "#777777", "#00ff00", "#1d1b18"])
def test_every_accent_can_be_read_on_paper_and_in_the_dark(colour: str) -> None:
    for paper in (publishing.PAPER, publishing.DARK_PAPER):
        assert publishing.contrast(publishing.readable(colour, paper), paper) >= 4.5


def test_a_colour_that_can_be_read_stays_as_it_is() -> None:
    assert publishing.readable("#8c1d18", publishing.PAPER) == "#8c1d18"


def test_contrast_is_computed_as_wcag_has_it() -> None:
    assert publishing.contrast("#000000", "#ffffff") == pytest.approx(21)
    assert publishing.contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert publishing.contrast("#123456", "#123456") == 1


def test_an_accent_is_a_stylesheet_for_ever_and_tells_nothing_of_its_organisation(client: Client) -> None:
    organisation = make_organisation(slug="friends", accent="#112233")
    response = client.get(f"/organisations/{organisation.slug}/112233.css")
    assert response["Content-Type"] == "text/css" and "immutable" in response["Cache-Control"]
    for nobodys in ("friends/445566", "nobody/112233"):
        assert client.get(f"/organisations/{nobodys}.css").status_code == 200
    for other in ("11223", "1122334", "%23112233", "}body{x"):
        assert client.get(f"/organisations/friends/{other}.css").status_code == 404
