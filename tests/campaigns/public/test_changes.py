"""Which version of a text somebody signed is said wherever the signature or the text is taken away."""

from typing import Any

import pytest
from django.test import Client

from campaigns import documents, publishing
from campaigns.models import Campaign
from config import links
from tests.campaigns.factories import WORDING, make_campaign, make_signature, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True)


def words(response: Any) -> str:
    return " ".join(response.content.decode().split())


def correct(campaign: Campaign, note: str = "A wrong number.", **fields: Any) -> None:
    publishing.publish_text(campaign, "en", text_of(campaign).wording() | fields, note)


def test_a_signatures_page_names_the_version_it_was_given_to(client: Client, campaign: Campaign) -> None:
    signature, first = make_signature(campaign), text_of(campaign)
    page = f"/signature/{links.token('signature', signature.uuid)}/"
    assert f'<a href="/library/wording/{first.digest[:16]}/">version 1 of the text</a>' in words(client.get(page))
    assert "It was corrected on" not in words(client.get(page))
    correct(campaign, summary="Another summary.")
    shown = words(client.get(page))
    assert f"/library/wording/{first.digest[:16]}/" in shown
    assert "It was corrected on" in shown and 'href="/library/changes/"' in shown


def test_no_page_says_that_those_of_before_signed_the_version_of_today(client: Client, campaign: Campaign) -> None:
    make_signature(campaign)
    assert "Exactly what they signed: version 1" in words(client.get("/library/"))
    correct(campaign, summary="Another summary.")
    shown = words(client.get("/library/"))
    assert "Exactly what they signed" not in shown and "The exact text now: version 2 and its digest" in shown


@pytest.mark.parametrize("draw", [documents.campaign_letter, documents.blank_letter])
def test_a_letter_to_take_away_names_its_version_on_each_page(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch, draw: Any
) -> None:
    drawn: list[Any] = []

    def drawing(sheet: Any) -> bytes:
        drawn.append(sheet)
        return b""

    monkeypatch.setattr(documents, "letter_pdf", drawing)
    correct(campaign, summary="Another summary.")
    draw(text_of(campaign))
    assert drawn[0].foot_text == f"{WORDING['title']} (version 2)"


def test_each_language_has_its_own_changes(client: Client, campaign: Campaign) -> None:
    correct(campaign, summary="Another summary.")
    assert [one.text.version for one in client.get("/library/changes/").context["versions"]] == [2, 1]
    assert [one.text.version for one in client.get("/library/ar/changes/").context["versions"]] == [1]
    assert "Changed on" in words(client.get("/library/"))
    assert "/library/ar/changes/" not in words(client.get("/library/ar/"))


def test_a_hostile_wording_changes_nothing_but_words(client: Client, campaign: Campaign) -> None:
    correct(campaign, note="<script>alert(1)</script>", summary="</ins><script>alert(2)</script>")
    page = client.get("/library/changes/").content.decode()
    assert "<script>alert" not in page and "&lt;script&gt;alert(2)" in page


def test_the_page_of_changes_is_for_everybody_alike(client: Client, campaign: Campaign) -> None:
    response = client.get("/library/changes/")
    assert not response.cookies and "public" in response["Cache-Control"] and not response.has_header("Vary")
    assert client.post("/library/changes/").status_code == 405


def test_many_versions_cost_as_much_as_two(
    client: Client, campaign: Campaign, django_assert_max_num_queries: Any
) -> None:
    for number in range(12):
        correct(campaign, summary=f"Summary {number}.")
    with django_assert_max_num_queries(3):
        response = client.get("/library/changes/")
    assert len(response.context["versions"]) == 13
