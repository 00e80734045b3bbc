"""The screens: the operator pauses for everybody, an organisation at one campaign of its own."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns.models import Campaign, LogEntry
from config import switches
from config.models import Pause
from config.switches import What
from tests.campaigns.factories import make_campaign, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db

SWITCHES = "/organise/operator/switches/"
AT_CAMPAIGN = "/organise/campaigns/example/pausing/"


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="example")


@pytest.fixture
def operator(client: Client, campaign: Campaign) -> Client:
    client.force_login(make_user("operator@example.org", is_superuser=True, name="Olive"))
    return client


@pytest.fixture
def bob(client: Client, campaign: Campaign) -> Client:
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def sent(client: Client, address: str, form: dict[str, str] | None = None, status: int = 200) -> str:
    response: Any = client.post(address, form or {}, follow=True)
    assert response.status_code == status
    return str(response.content.decode())


def test_the_operator_pauses_says_why_and_lets_it_go_on(operator: Client) -> None:
    said = {"signing-why": "Moving house", "signing-said_en": "Back at four.", "signing-said_ar": "نعود"}
    page = sent(operator, f"{SWITCHES}signing/pause/", said)
    assert "Signing: paused" in page and "Moving house" in page and "Olive" in page
    assert switches.on(What.SIGNING) and Pause.objects.get().said == {"en": "Back at four.", "ar": "نعود"}
    assert "Signing is paused for everybody." in operator.get("/organise/").content.decode()
    assert "was paused already" in sent(operator, f"{SWITCHES}signing/pause/", said)
    page = sent(operator, f"{SWITCHES}signing/resume/")
    assert "Signing: paused" not in page and "Moving house" in page  # among those that are over
    assert switches.on(What.SIGNING) is None
    assert "was not paused any more" in sent(operator, f"{SWITCHES}signing/resume/")


def test_without_a_reason_nothing_is_paused(operator: Client) -> None:
    page = sent(operator, f"{SWITCHES}mailing/pause/", {"mailing-why": " "}, 422)
    assert "Error:" in page and "Write why" in page
    assert not Pause.objects.exists()
    assert operator.post(f"{SWITCHES}nothing/pause/", {"nothing-why": "x"}).status_code == 404


def test_an_organisation_pauses_its_own_campaign_and_its_log_tells(bob: Client, campaign: Campaign) -> None:
    page = sent(bob, f"{AT_CAMPAIGN}writing/pause/", {"writing-why": "A mistake in the letter"})
    assert "Writing letters: paused" in page and "Bob" in page
    assert switches.on(What.WRITING, f"campaign {campaign.pk}") and switches.on(What.WRITING) is None
    sent(bob, f"{AT_CAMPAIGN}writing/resume/")
    assert switches.on(What.WRITING, f"campaign {campaign.pk}") is None
    assert list(LogEntry.objects.order_by("pk").values_list("what", "campaign")) == [
        ("writing.paused", campaign.pk),
        ("writing.resumed", campaign.pk),
    ]


def test_a_pause_is_not_forgotten(bob: Client, campaign: Campaign) -> None:
    assert "everybody can sign it" in bob.get("/organise/campaigns/example/life/").content.decode()
    sent(bob, f"{AT_CAMPAIGN}signing/pause/", {"signing-why": "A rush"})
    life = bob.get("/organise/campaigns/example/life/").content.decode()
    assert "everybody can sign it" not in life and "and signing is paused" in life


def test_mail_is_not_paused_at_a_campaign(bob: Client) -> None:
    assert bob.post(f"{AT_CAMPAIGN}mailing/pause/", {"mailing-why": "x"}).status_code == 404


def test_what_the_operator_paused_an_organisation_sees_and_cannot_undo(bob: Client) -> None:
    switches.pause(What.SIGNING, "account 1", "secret reason")
    page = bob.get(AT_CAMPAIGN).content.decode()
    assert "Signing: paused for everybody by the operator" in page and "secret" not in page
    sent(bob, f"{AT_CAMPAIGN}signing/resume/")
    assert switches.on(What.SIGNING)


def test_the_operators_page_costs_the_same_for_one_pause_and_for_twenty(operator: Client, campaign: Campaign) -> None:
    def pauses(number: int) -> None:
        for _ in range(number):
            where = f"campaign {make_campaign(slug=f'c{Campaign.objects.count()}').pk}"
            switches.pause(What.SIGNING, "account 1", "x", where=where)
            switches.pause(What.WRITING, "account 1", "x", where=where)
            switches.resume(What.WRITING, "account 1", where)

    pauses(1)
    one = queries_of(operator, SWITCHES)
    pauses(19)
    assert queries_of(operator, SWITCHES) == one


def test_what_is_paused_or_off_the_site_does_not_say_that_it_is_live(bob: Client, campaign: Campaign) -> None:
    pages = ("/organise/", f"/organise/organisations/{campaign.organisation.slug}/", AT_CAMPAIGN)

    def badges() -> set[str]:
        read = (bob.get(address).content.decode() for address in pages)
        return {found for page in read for found in re.findall(r'class="state is-(\w+)"', page)}

    assert badges() == {"live"}
    sent(bob, f"{AT_CAMPAIGN}signing/pause/", {"signing-why": "A flood"})
    assert badges() == {"paused"}
    Campaign.objects.update(withheld_at=timezone.now())
    assert badges() == {"withheld"}
