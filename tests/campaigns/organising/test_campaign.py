"""The overview: how a campaign stands, and what comes next."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import living, logbook
from campaigns.models import Campaign, Membership, Organisation, Tally, Target, User, WordingDraft
from tests.campaigns.factories import WORDING, make_campaign, make_organisation, make_seat, make_signature, make_user

pytestmark = pytest.mark.django_db

PAGE = "/organise/campaigns/library/"


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org", make_organisation(slug="friends"), "owner", name="Alice")


@pytest.fixture
def client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def campaign(alice: User) -> Campaign:
    return make_campaign(slug="library", organisation=Organisation.objects.get())


def page(client: Client, path: str = PAGE) -> Any:
    response = client.get(path)
    assert response.status_code == 200
    return response


def test_it_counts_all_today_and_in_seven_days(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(signature_count=90, paper_count=7)
    today = timezone.localdate()
    for days, count in ((0, 5), (6, 20), (7, 65)):
        Tally.objects.create(campaign=campaign, of="day", key=(today - timedelta(days=days)).isoformat(), count=count)
    context = page(client, f"{PAGE}now/").context
    assert [context[name] for name in ("count", "today", "week", "paper", "goal")] == [90, 5, 25, 7, 100]
    shown = page(client).content.decode()
    assert f'data-live-from="{PAGE}now/"' in shown and 'id="now"' in shown


def test_a_public_one_has_an_address_to_pass_on_with_a_code(client: Client, campaign: Campaign) -> None:
    shown = page(client).content.decode()
    assert "http://testserver/library/" in shown and 'src="data:image/svg+xml' in shown
    assert 'download="library.svg"' in shown


def steps(client: Client) -> dict[str, bool]:
    return {step.label: step.done for step in page(client).context["steps"]}


def test_a_draft_is_told_what_comes_next(client: Client, alice: User) -> None:
    campaign = Campaign.objects.create(organisation=Organisation.objects.get(), slug="library")
    assert not any(steps(client).values())
    draft = WordingDraft.objects.create(campaign=campaign, language="en", wording=WORDING | {"addressed_to": ""})
    assert [label for label, done in steps(client).items() if done] == ["Write the text"]
    Target.objects.create(campaign=campaign, number=1, name="The clerk")
    campaign.legislature = make_seat()[0]
    campaign.save()
    assert [label for label, done in steps(client).items() if done] == [
        *("Write the text", "Say whom it addresses", "Prepare a letter")
    ]
    draft.wording |= {"letter_body": ""}
    draft.save()
    assert not steps(client)["Prepare a letter"]
    living_now = page(client).content.decode()
    assert "data:image/svg" not in living_now and "data-live-from" not in living_now


def test_every_step_leads_somewhere_for_who_may_edit(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="draft")
    for step in page(client).context["steps"]:
        assert client.get(step.url).status_code == 200, step.label
    Membership.objects.update(role="viewer")
    led = [step.label for step in page(client).context["steps"] if step.url]
    assert led == ["Look at it as the public will"]


def test_what_could_not_be_published_says_why_until_something_is_done(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="scheduled", publish_at=timezone.now(), published_at=None)
    Organisation.objects.update(approved_at=None)
    living.by_the_clock()
    shown = page(client).content.decode()
    assert "It should have gone public on" in shown and "has not approved your organisation" in shown
    Organisation.objects.update(approved_at=timezone.now())
    living.schedule(Campaign.objects.get(), timezone.now() + timedelta(days=1))
    assert "It should have gone public on" not in page(client).content.decode()


def test_the_log_is_for_owners(client: Client, campaign: Campaign, alice: User) -> None:
    logbook.note(campaign.organisation, alice, "campaign.settings", campaign)
    logbook.note(campaign.organisation, None, "campaign.closed", campaign)
    other = make_campaign(organisation=campaign.organisation)
    logbook.note(campaign.organisation, alice, "campaign.archived", other)
    shown = page(client).content.decode()
    assert "changed the campaign’s settings" in shown and "By the clock" in shown
    assert "into the archive" not in shown, "another campaign’s"
    Membership.objects.update(role="editor")
    assert "What happened lately" not in page(client).content.decode()


def test_a_closed_one_asks_what_came_of_it(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="closed", closed_at=timezone.now())
    assert "Tell what came of it" in page(client).content.decode()
    Campaign.objects.update(outcome={"en": "Won."})
    assert "Tell what came of it" not in page(client).content.decode()


@pytest.mark.parametrize("state", Campaign.State.values)
@pytest.mark.parametrize("role", Membership.Role.values)
def test_every_state_has_its_page_for_every_role(client: Client, campaign: Campaign, state: str, role: str) -> None:
    day = timezone.now()
    Campaign.objects.update(state=state, publish_at=day, published_at=day, closed_at=day, close_at=day)
    Membership.objects.update(role=role)
    for path in (PAGE, f"{PAGE}now/", "/organise/ar/campaigns/library/", f"{PAGE}preview/"):
        page(client, path)


@pytest.mark.parametrize("path", [PAGE, f"{PAGE}now/", f"{PAGE}life/"])
def test_as_many_queries_for_twenty_signatures_as_for_one(client: Client, campaign: Campaign, path: str) -> None:
    def count(signatures: int) -> int:
        for _ in range(signatures):
            make_signature(campaign)
            logbook.note(campaign.organisation, None, "campaign.settings", campaign)
        page(client, path)
        with CaptureQueriesContext(connection) as queries:
            page(client, path)
        return len(queries)

    assert count(1) == count(19)
