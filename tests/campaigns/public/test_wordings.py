"""The page that confirms a digest: the exact words, for ever, and how to check them oneself."""

import hashlib
from typing import Any

import pytest
from django.test import Client

from campaigns import publishing
from campaigns.models import CampaignText
from tests.campaigns.factories import WORDING, make_campaign, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def text() -> CampaignText:
    return text_of(make_campaign(slug="library"))


def test_the_page_shows_the_words_and_their_digest(text: CampaignText, client: Client) -> None:
    for digest in (text.digest, text.digest[:16]):
        response = client.get(f"/library/wording/{digest}/")
        page = response.content.decode()
        assert text.digest in page and "This is what people sign today." in page
        assert "The library is used by 300 people a day." in page and "Publish the figures." in page
        assert f"sha256sum library-{text.digest[:16]}.json" in page
    assert "public" in response["Cache-Control"] and not response.cookies and "Vary" not in response


def test_the_download_has_the_digest(text: CampaignText, client: Client) -> None:
    response = client.get(f"/library/wording/{text.digest}/wording.json")
    assert hashlib.sha256(response.content).hexdigest() == text.digest
    assert f'filename="library-{text.digest[:16]}.json"' in response["Content-Disposition"]
    assert response["X-Content-Type-Options"] == "nosniff" and not response.cookies


def test_a_wording_that_was_followed_by_another_stays(text: CampaignText, client: Client) -> None:
    publishing.publish_text(text.campaign, "en", {**WORDING, "body": "Other words."})
    page = client.get(f"/library/wording/{text.digest[:16]}/").content.decode()
    assert "Followed by a newer one on" in page and "Other words." not in page


def test_a_wording_that_came_back_is_told_with_both_its_times(text: CampaignText, client: Client) -> None:
    publishing.publish_text(text.campaign, "en", {**WORDING, "body": "Other words."})
    publishing.publish_text(text.campaign, "en", WORDING)
    page = client.get(f"/library/wording/{text.digest[:16]}/").content.decode()
    assert "Version 3 (en)" in page and "Version 1 (en)" in page and "Version 2" not in page


@pytest.mark.parametrize("digest", ["0" * 64, "0" * 16, "abc", "x" * 16, "A" * 16])
def test_an_unknown_digest_is_not_found(text: CampaignText, client: Client, digest: str) -> None:
    assert client.get(f"/library/wording/{digest}/").status_code == 404
    assert client.get(f"/library/wording/{digest}/wording.json").status_code == 404


def test_no_page_for_what_is_not_public_or_belongs_elsewhere(text: CampaignText, client: Client) -> None:
    draft = text_of(make_campaign(slug="draft", state="draft", wording={"title": "Not yet"}))
    assert client.get(f"/draft/wording/{draft.digest}/").status_code == 404
    make_campaign(slug="pool", wording={"title": "Another"})
    assert client.get(f"/pool/wording/{text.digest}/").status_code == 404


def test_the_campaigns_page_leads_there(text: CampaignText, client: Client) -> None:
    assert f'href="/library/wording/{text.digest[:16]}/"' in client.get("/library/").content.decode()


def test_an_arabic_wording_is_shown_in_arabic(client: Client) -> None:
    text = text_of(make_campaign(slug="maktaba", arabic=True), "ar")
    page = client.get(f"/maktaba/wording/{text.digest[:16]}/").content.decode()
    assert '<html lang="ar" dir="rtl">' in page and text.title in page


def test_what_organisers_wrote_is_text_there_too(client: Client) -> None:
    campaign = make_campaign(slug="odd", wording={"title": "<script>x</script>", "letter_body": "<b>hello</b>"})
    page = client.get(f"/odd/wording/{text_of(campaign).digest}/").content.decode()
    assert "<script>x" not in page and "&lt;b&gt;hello" in page


def test_the_page_asks_as_much_for_many_versions_as_for_one(client: Client, django_assert_num_queries: Any) -> None:
    campaign = make_campaign(slug="library")
    text = text_of(campaign)
    for n in range(8):
        publishing.publish_text(campaign, "en", {**WORDING, "body": f"Words {n}"})
        publishing.publish_text(campaign, "en", WORDING)
    with django_assert_num_queries(1):
        client.get(f"/library/wording/{text.digest[:16]}/")
