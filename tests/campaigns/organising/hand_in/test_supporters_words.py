import html
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import handing_in, retention
from campaigns.handing_in import Pile
from campaigns.models import Campaign, CampaignLetter, HandIn
from letters.models import Representative
from tests.campaigns.factories import (
    email_text,
    emails,
    links_in,
    make_campaign_letter,
    make_seat,
)

from .piles import confirmed, preview_of, seen, sending, write

pytestmark = pytest.mark.django_db


def test_form_and_preview_say_that_it_is_handed_over_and_offer_no_email(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    form = client.post("/library/write/", {"stage": "find", "postcode": "SW1A 1AA"}).content.decode()
    assert "Letters to Imogen Yarborough do not go by email." in form
    page = client.post("/library/write/", preview_of(representative)).content.decode()
    assert "Handed over by the organisers" in page and "does not go by email" in page
    assert "mailto:" not in page.split('class="desk"')[1] and "By email, through us" not in page
    HandIn.objects.all().delete()
    for stage in ({"stage": "find", "postcode": "SW1A 1AA"}, preview_of(representative)):
        assert "hand them over" not in client.post("/library/write/", stage).content.decode()


def test_the_consent_names_the_hand_over_and_is_recorded_as_shown(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    page = html.unescape(client.post("/library/write/", preview_of(representative)).content.decode())
    client.post("/library/write/", sending(representative))
    label = re.search(r'<label[^>]*for="id_consent"[^>]*>(.*?)</label>', page, re.DOTALL)
    recorded = CampaignLetter.objects.get().consent.text
    assert label and re.sub(r"<[^>]*>|\*", "", label[1]).strip() == recorded
    assert "hands it over to Imogen Yarborough" in recorded


def test_who_agreed_to_email_is_asked_again_when_it_is_to_be_handed_over(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    HandIn.objects.all().delete()
    page = client.post("/library/write/", preview_of(representative)).content.decode()
    [shown] = re.findall(r'name="shown" value="(\w+)"', page)
    HandIn.objects.create(campaign=campaign)
    response = client.post("/library/write/", sending(representative, shown=shown))
    assert response.status_code == 422 and not CampaignLetter.objects.exists()
    again = response.content.decode()
    [now] = re.findall(r'name="shown" value="(\w+)"', again)
    assert now != shown and "How your letter travels has changed" in again
    assert not re.search(r'<input[^>]*name="consent"[^>]* checked', again)
    assert client.post("/library/write/", sending(representative, shown=now)).status_code == 303


def test_the_email_and_the_page_behind_it_say_it_too(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    write(campaign, representative)
    [email] = emails()
    assert email.message is not None
    for words in (email_text(email), email.message.html):
        assert "It does not go by email" in words and "sent in your name" not in words
    link = links_in(email)["letter/confirm"]
    assert "It does not go by email" in client.get(link).content.decode()
    done = client.post(link).content.decode()
    assert "The organisers have your letter" in done and "on its way" not in done
    assert "waiting to be handed over" in done
    assert "not go by email" in client.get("/library/written/?by-hand").content.decode()


def test_ones_own_page_says_what_became_of_it(
    client: Client, campaign: Campaign, representative: Representative
) -> None:
    kept = confirmed(campaign, representative)
    mine = links_in(emails()[0])["letter"]
    assert "waiting to be handed over" in client.get(mine).content.decode()
    yesterday = timezone.localdate() - timedelta(days=1)
    CampaignLetter.objects.update(confirmed_at=timezone.now() - timedelta(days=2))
    pile = Pile(campaign)
    handing_in.hand_over(pile, yesterday, seen(pile, yesterday), "a test")
    page = client.get(mine).content.decode()
    assert f"handed over on {yesterday.day} {yesterday:%B %Y}" in page
    assert 'name="withdraw"' not in page
    kept.refresh_from_db()
    assert client.get(f"{mine}data.json").json()["by_hand"] is True


def test_the_promised_day_is_the_one_that_is_kept(client: Client, campaign: Campaign, settings: Settings) -> None:
    kept = make_campaign_letter(campaign, make_seat()[2], by_hand=True)
    latest = retention.letter_kept_until(kept)
    assert latest == retention.months_after(timezone.localdate(), campaign.retention_months)
    kept.handed_over_at = timezone.now()
    handed = timezone.localdate() + timedelta(days=settings.LETTER_RETENTION_DAYS)
    assert retention.letter_kept_until(kept) == handed
    kept.state = "withdrawn"
    assert retention.letter_kept_until(kept) == handed
