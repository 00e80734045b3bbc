"""The pages of a campaign's life: what stands on them in each state, and what a press does."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import living
from campaigns.models import Campaign, Membership, Organisation, User
from tests.campaigns.factories import make_campaign, make_organisation, make_signature, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org", make_organisation(slug="friends"), "owner")


@pytest.fixture
def client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture
def campaign(alice: User) -> Campaign:
    organisation = Organisation.objects.get()
    return make_campaign(slug="library", organisation=organisation, state="draft", published_at=None)


def address(name: str = "life", **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "library", **where})


def state() -> str:
    return Campaign.objects.values_list("state", flat=True).get(slug="library")


def said(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def moment(hours: int = 48) -> str:
    return f"{timezone.localtime(timezone.now() + timedelta(hours=hours)):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("name", ["life_schedule", "life_closing"])
def test_what_was_refused_leads_to_the_page_in_the_other_language(
    client: Client, campaign: Campaign, name: str
) -> None:
    refused = client.post(address(name), {"opening-at": "soon", "closing-at": "soon"})
    assert refused.status_code == 422
    there = [one["url"] for one in refused.context["page_languages"]]
    assert there == [address(), address(language="ar")]


DEEDS = {
    "draft": {"life_publish", "life_schedule", "life_closing", "life_delete"},
    "scheduled": {"life_publish", "life_schedule", "life_unschedule", "life_closing", "life_delete"},
    "live": {"life_closing", "life_close"},
    "closed": {"life_outcome", "life_reopen", "life_archive"},
    "archived": {"life_outcome", "life_take_back"},
}


@pytest.mark.parametrize("now", Campaign.State.values)
def test_each_state_offers_its_deeds_and_no_other(client: Client, campaign: Campaign, now: str) -> None:
    day = timezone.now()
    Campaign.objects.update(state=now, publish_at=day, published_at=day, closed_at=day)
    page = said(client, address())
    every = set().union(*DEEDS.values())
    assert {name for name in every if f'"{address(name)}"' in page} == DEEDS[now]


def test_a_press_publishes_and_leads_to_the_address_to_pass_on(client: Client, campaign: Campaign) -> None:
    response = client.post(address("life_publish"), follow=True)
    assert state() == "live" and response.redirect_chain == [(address("campaign"), 302)]
    assert "http://testserver/library/" in response.content.decode()


def test_who_waits_for_approval_sees_why_there_is_no_button(client: Client, campaign: Campaign) -> None:
    Organisation.objects.update(approved_at=None)
    page = said(client, address())
    assert "has not approved your organisation" in page and address("life_publish") not in page
    response = client.post(address("life_publish"), follow=True)
    assert state() == "draft" and "has not approved this organisation" in response.content.decode()


def test_a_time_is_set_in_the_installations_zone_changed_and_taken_back(client: Client, campaign: Campaign) -> None:
    client.post(address("life_schedule"), {"opening-at": moment()})
    campaign.refresh_from_db()
    assert campaign.state == "scheduled" and campaign.publish_at is not None
    assert f"{timezone.localtime(campaign.publish_at):%Y-%m-%dT%H:%M}" == moment()
    page = said(client, address())
    assert f'value="{moment()}"' in page and f"({timezone.get_current_timezone_name()})" in page
    client.post(address("life_schedule"), {"opening-at": moment(72)})
    assert f"{timezone.localtime(Campaign.objects.get().publish_at):%Y-%m-%dT%H:%M}" == moment(72)
    client.post(address("life_unschedule"))
    assert state() == "draft"


@pytest.mark.parametrize("at", ["", "tomorrow", "2019-01-01T10:00", "2099-01-01T10:00", "2026-13-01T10:00", "9" * 50])
@pytest.mark.parametrize("deed", ["schedule", "closing"])
def test_a_time_that_is_none_changes_nothing(client: Client, campaign: Campaign, deed: str, at: str) -> None:
    prefix = {"schedule": "opening", "closing": "closing"}[deed]
    response = client.post(address(f"life_{deed}"), {f"{prefix}-at": at})
    assert response.status_code == 422 and "is-invalid" in response.content.decode()
    campaign.refresh_from_db()
    assert (campaign.state, campaign.publish_at, campaign.close_at) == ("draft", None, None)


def test_a_time_to_close_is_set_and_taken_back(client: Client, campaign: Campaign) -> None:
    client.post(address("life_publish"))
    client.post(address("life_closing"), {"closing-at": moment()})
    assert Campaign.objects.get().close_at is not None
    client.post(address("life_closing"), {"never": "1"})
    assert Campaign.objects.get().close_at is None


def test_closing_asks_first_and_then_asks_what_came_of_it(client: Client, campaign: Campaign) -> None:
    client.post(address("life_publish"))
    asked = said(client, address("life_close"))
    assert "not counted any more" in asked and "6 months later at the latest" in asked and state() == "live"
    response = client.post(address("life_close"))
    assert state() == "closed" and response["Location"] == address("life_outcome")


def test_the_outcome_is_written_and_shown_as_the_page_shows_it(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="closed", closed_at=timezone.now())
    seen = client.get(address("life_outcome")).context["form"]["seen"].value()
    saved = client.post(address("life_outcome"), {"seen": seen, "words_en": "**Won.**"}, follow=True)
    assert "Saved, and on the page." in saved.content.decode()
    assert Campaign.objects.get().outcome == {"en": "**Won.**"}
    assert "<strong>Won.</strong>" in said(client, address("life_outcome"))


def test_the_later_of_two_editors_sees_both_and_decides(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="closed", closed_at=timezone.now())
    seen = client.get(address("life_outcome")).context["form"]["seen"].value()
    client.post(address("life_outcome"), {"seen": seen, "words_en": "Theirs."})
    response = client.post(address("life_outcome"), {"seen": seen, "words_en": "Mine."})
    page = response.content.decode()
    assert response.status_code == 409 and "Theirs." in page and "Mine." in page
    assert Campaign.objects.get().outcome == {"en": "Theirs."}
    again = response.context["form"].data["seen"]
    client.post(address("life_outcome"), {"seen": again, "words_en": "Mine."})
    assert Campaign.objects.get().outcome == {"en": "Mine."}


@pytest.mark.parametrize("words", ["x" * 20_001, "a\0b"])
def test_an_outcome_that_cannot_be_kept_is_said_so(client: Client, campaign: Campaign, words: str) -> None:
    seen = client.get(address("life_outcome")).context["form"]["seen"].value()
    assert client.post(address("life_outcome"), {"seen": seen, "words_en": words}).status_code == 422
    assert Campaign.objects.get().outcome == {}


def test_archiving_asks_first_and_is_taken_back(client: Client, campaign: Campaign) -> None:
    Campaign.objects.update(state="closed", closed_at=timezone.now())
    assert "stays at its address" in said(client, address("life_archive")) and state() == "closed"
    client.post(address("life_archive"))
    assert state() == "archived"
    client.post(address("life_take_back"))
    assert state() == "closed"
    client.post(address("life_reopen"))
    assert state() == "live"


def test_a_draft_is_deleted_after_a_question(client: Client, campaign: Campaign) -> None:
    assert "cannot be undone" in said(client, address("life_delete")) and Campaign.objects.exists()
    response = client.post(address("life_delete"), follow=True)
    assert not Campaign.objects.exists() and "The draft is deleted." in response.content.decode()


def test_a_draft_with_a_signature_is_not_deleted_and_says_why(client: Client, campaign: Campaign) -> None:
    make_signature(campaign)
    response = client.post(address("life_delete"), follow=True)
    assert Campaign.objects.exists() and "signatories on it already" in response.content.decode()


def test_a_copy_is_a_draft_at_another_address(client: Client, campaign: Campaign) -> None:
    form = {"title": "Keep the pool open", "slug": "pool-open", "follows": "on"}
    response = client.post(address("life_duplicate"), form)
    made = Campaign.objects.get(slug="pool-open")
    assert response["Location"] == reverse("campaigns:campaign", args=["pool-open"])
    assert (made.state, made.follows, made.title) == ("draft", campaign, "Keep the pool open")


@pytest.mark.parametrize("slug", ["library", "admin", "", "no good", "a", "x" * 81])
def test_a_copy_wants_an_address_of_its_own(client: Client, campaign: Campaign, slug: str) -> None:
    response = client.post(address("life_duplicate"), {"title": "Another", "slug": slug})
    assert response.status_code == 422 and Campaign.objects.count() == 1


def test_an_owner_of_both_gives_a_campaign_away(client: Client, campaign: Campaign, alice: User) -> None:
    there = make_organisation(name="The other")
    Membership.objects.create(user=alice, organisation=there, role="owner")
    assert "The other" in said(client, address("life_transfer"))
    client.post(address("life_transfer"), {"to": there.pk})
    assert Campaign.objects.get().organisation == there


@pytest.mark.parametrize("role", ["editor", "none"])
def test_nobody_gives_a_campaign_to_an_organisation_that_is_not_theirs(
    client: Client, campaign: Campaign, alice: User, role: str
) -> None:
    there = make_organisation(name="The other")
    if role != "none":
        Membership.objects.create(user=alice, organisation=there, role=role)
    assert "you own none" in said(client, address("life_transfer"))
    assert client.post(address("life_transfer"), {"to": there.pk}).status_code == 422
    assert Campaign.objects.get().organisation != there


def test_what_was_signed_is_not_given_away_and_the_page_says_what_to_do_instead(
    client: Client, campaign: Campaign, alice: User
) -> None:
    make_signature(campaign)
    there = make_organisation(name="The other")
    Membership.objects.create(user=alice, organisation=there, role="owner")
    page = said(client, address("life_transfer"))
    assert "Close it instead" in page and 'name="to"' not in page
    client.post(address("life_transfer"), {"to": there.pk})
    assert Campaign.objects.get().organisation != there


def test_a_campaign_that_was_deleted_meanwhile_is_not_there(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    locked = living._lock

    def late(one: Campaign) -> None:
        Campaign.objects.filter(pk=one.pk).delete()
        locked(one)

    campaign.texts.all().delete()
    monkeypatch.setattr(living, "_lock", late)
    assert client.post(address("life_publish")).status_code == 404


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_speaks_the_organisers_language(client: Client, campaign: Campaign, language: str) -> None:
    where = {} if language == "en" else {"language": language}
    for name in (
        "life",
        "life_delete",
        "life_outcome",
        "life_transfer",
        "life_duplicate",
        "life_close",
        "life_archive",
    ):
        page = said(client, address(name, **where))
        assert f'<html lang="{language}"' in page
