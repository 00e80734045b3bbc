"""What the public sees of a campaign once it is over: closed or archived."""

import json
import re

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign
from tests.campaigns.factories import make_campaign, make_seat, make_signature, signing_form

pytestmark = pytest.mark.django_db

OVER = ("closed", "archived")


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


@pytest.mark.parametrize("state", OVER)
def test_the_page_says_what_came_of_it_and_keeps_its_count_and_its_names(client: Client, state: str) -> None:
    campaign = make_campaign(
        slug="library", state=state, closed_at=timezone.now(), outcome={"en": "**Won.** It stays."}
    )
    Campaign.objects.update(signature_count=312)
    make_signature(campaign, name="Rosa Marsh")
    page = text(client, "/library/")
    assert "<strong>Won.</strong> It stays." in page and "312" in page and "Rosa Marsh" in page
    assert page.index("What came of it") < page.index('id="letter"'), "before the text"
    assert ("This campaign is archived" in page) == (state == "archived")
    assert 'id="share"' in page and 'name="consent"' not in page


@pytest.mark.parametrize("state", OVER)
def test_nobody_signs_and_nobody_writes(client: Client, state: str) -> None:
    make_campaign(slug="library", state=state, legislature=make_seat()[0])
    for path in ("/library/sign/", "/library/write/"):
        assert client.get(path).status_code == 409
        assert client.post(path, signing_form()).status_code == 409
    assert "/library/write/" not in text(client, "/library/")


def test_an_archived_campaign_is_found_by_its_address_alone(client: Client) -> None:
    campaign = make_campaign(slug="library", state="archived")
    for path in ("/", "/?q=library", f"/organisations/{campaign.organisation.slug}/"):
        assert "Keep the library open" not in text(client, path), path
    for path in ("/library/", "/library/signatures/", "/library/count.json"):
        assert client.get(path).status_code == 200
    Campaign.objects.update(state="closed")
    assert "Keep the library open" in text(client, "/")


def test_the_outcome_is_in_the_language_of_the_page_or_in_the_first(client: Client) -> None:
    make_campaign(slug="library", state="closed", arabic=True, outcome={"en": "Won."})
    assert re.search(r'lang="en"[^>]*><p>Won\.', text(client, "/library/ar/"))
    Campaign.objects.update(outcome={"en": "Won.", "ar": "نجحنا."})
    page = text(client, "/library/ar/")
    assert "نجحنا." in page and "<p>Won." not in page


def test_a_live_campaign_keeps_a_prepared_outcome_to_itself(client: Client) -> None:
    make_campaign(slug="library", outcome={"en": "Won already."})
    assert "Won already" not in text(client, "/library/")


def test_the_outcome_runs_no_script(client: Client) -> None:
    make_campaign(slug="library", state="closed", outcome={"en": "<script>alert(1)</script> [x](javascript:alert(1))"})
    page = text(client, "/library/")
    assert "<script>alert" not in page and 'href="javascript' not in page


def test_search_engines_are_told_to_endorse_only_what_is_open(client: Client) -> None:
    make_campaign(slug="library")
    for state, offered in (("live", True), ("closed", False)):
        Campaign.objects.update(state=state)
        found = re.search(r'application/ld\+json">(.+?)</script>', text(client, "/library/"), re.DOTALL)
        assert found and bool(json.loads(found[1]).get("potentialAction")) == offered
