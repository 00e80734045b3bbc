"""The privacy notice says the numbers in force, of the installation and of each campaign."""

from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from campaigns import living
from campaigns.models import Signature
from config import links
from tests.campaigns.factories import make_campaign, make_organisation, make_signature

pytestmark = pytest.mark.django_db


def test_the_notice_says_the_days_that_the_settings_say(client: Client, settings: Settings) -> None:
    names = ("PENDING_SIGNATURE_DAYS", "WITHDRAWN_SIGNATURE_DAYS", "LETTER_RETENTION_DAYS", "EMAIL_RETENTION_DAYS")
    for number, name in enumerate((*names, "NETWORK_KEPT_DAYS"), start=41):
        setattr(settings, name, number)
    page = client.get("/privacy/").content.decode()
    assert [n for n in range(41, 46) if f"{n} days" not in page] == []


def test_the_notice_says_how_long_a_network_is_known_and_what_a_rule_holds_back(
    client: Client, settings: Settings
) -> None:
    settings.NETWORK_KEPT_DAYS = 41
    page = client.get("/privacy/").content.decode()
    assert "stays with your signature for 41 days" in page and "a rule may hold a signature back" in page
    settings.NETWORK_KEPT_DAYS = 0
    assert "A scrambled part of it stays" not in client.get("/privacy/").content.decode()


def test_everybody_reads_in_words_what_is_kept_of_their_network(client: Client, settings: Settings) -> None:
    settings.NETWORK_KEPT_DAYS = 41
    signature = make_signature(make_campaign(slug="library"), network_key="n" * 16, domain_key="d" * 16)
    path = f"/signature/{links.token('signature', signature.uuid)}/"
    page = client.get(path).content.decode()
    assert "erased 41 days after you signed" in page and "The domain of your email address" in page
    assert "n" * 16 not in page and "d" * 16 not in page
    Signature.objects.update(network_key="")
    assert "after you signed" not in client.get(path).content.decode()


@pytest.mark.parametrize("language", ["", "/ar"])
def test_the_organisations_page_says_how_long_each_of_its_campaigns_keeps_what_it_is_given(
    client: Client, language: str
) -> None:
    organisation = make_organisation(slug="friends")
    numbers: dict[str, Any] = {
        "months_after_closing": 9,
        "retention_months": 33,
        "unconfirmed_days": 11,
        "letter_days": 22,
    }
    one, over = make_campaign(organisation=organisation, **numbers), make_campaign(organisation=organisation)
    living.close(over)
    page = client.get(f"{language}/organisations/friends/").content.decode()
    said = page[page.index('id="answers"') :]
    assert all(str(number) in said for number in (9, 33, 11, 22))
    assert f'href="/{one.slug}/' in said and f'href="/{over.slug}/' not in said, "what takes nothing asks nobody"


def test_a_campaigns_own_days_are_said_where_somebody_has_signed(client: Client) -> None:
    make_campaign(slug="library", unconfirmed_days=11)
    assert "11 days" in client.get("/library/signed/").content.decode()
