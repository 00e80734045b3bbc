"""What somebody does with the mail and the papers of an organisation stands in its log."""

from typing import Any

import pytest
from django.http import Http404
from django.test import Client
from django.utils import timezone

from campaigns import at_the_desk, desks, handing_in, packing
from campaigns.access import Role
from campaigns.models import Campaign, LogEntry, User
from config import jobs
from letters.models import OutgoingEmail, Sender
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_organisation, make_user
from tests.letters.factories import make_representative

pytestmark = pytest.mark.django_db

POST_ROOM = "/organise/organisations/friends/post/"
CAMPAIGN = "/organise/campaigns/library/"


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(slug="friends"))


@pytest.fixture
def alice(campaign: Campaign) -> User:
    return make_user("alice@example.org", campaign.organisation, "owner", name="Alice")


@pytest.fixture
def client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def told() -> list[tuple[str, Any]]:
    return [(entry.what, entry.details.get("n")) for entry in LogEntry.objects.order_by("pk")]


def test_pausing_and_resuming_mail_is_told(campaign: Campaign, client: Client, alice: User) -> None:
    client.post(f"{POST_ROOM}pause/", {"what": "letters"})
    client.post(f"{POST_ROOM}pause/", {"what": Sender.Pause.EVERYTHING})
    client.post(f"{POST_ROOM}resume/")
    client.post(f"{POST_ROOM}pause/", {"what": "nonsense"})
    assert told() == [("post.paused", None), ("post.all_paused", None), ("post.resumed", None)]
    assert {entry.user for entry in LogEntry.objects.all()} == {alice}


def test_what_is_decided_about_emails_is_told_when_it_changed_something(campaign: Campaign, alice: User) -> None:
    desk = desks.of_organisation(alice, "friends", None, Role.OWNER)
    assert not OutgoingEmail.objects.exists()
    at_the_desk.decide(desk, "again", [1, 2])
    assert told() == []


def test_paper_that_is_entered_and_removed_is_told(campaign: Campaign, client: Client) -> None:
    client.post(f"{CAMPAIGN}paper/", {"signatures": "12", "on": timezone.localdate().isoformat(), "note": "Market"})
    entered = campaign.paper_counts.get()
    for _ in range(2):
        client.post(f"{CAMPAIGN}paper/{entered.pk}/remove/")
    assert told() == [("paper.entered", 12), ("paper.removed", 12)]
    assert not any("Market" in str(entry.details) for entry in LogEntry.objects.all())


def test_a_pack_with_names_is_told_when_asked_for_and_when_taken(campaign: Campaign, alice: User) -> None:
    desk = desks.of_campaign(alice, "library", None, Role.OWNER)
    order = packing.Order("en", None, [], "", "", "", "", "")
    job = at_the_desk.make_pack(desk, order)
    assert jobs.Job.objects.get() == job
    at_the_desk.pack_downloaded(desk)
    assert told() == [("pack.asked", None), ("pack.downloaded", None)]
    with pytest.raises(Http404):
        desks.of_campaign(make_user("charlie@example.org"), "library", None, Role.OWNER)


def test_letters_handed_over_are_told_and_those_that_changed_meanwhile_are_not(campaign: Campaign, alice: User) -> None:
    desk = desks.of_campaign(alice, "library", None, Role.OWNER)
    make_campaign_letter(campaign, make_representative(), state="confirmed", confirmed_at=timezone.now(), by_hand=True)
    pile, today = handing_in.Pile(campaign), timezone.localdate()
    with pytest.raises(handing_in.Changed):
        at_the_desk.hand_over(desk, pile, today, "something else")
    assert told() == []
    assert at_the_desk.hand_over(desk, pile, today, handing_in.mark(pile.on(today).ids())) == 1
    assert at_the_desk.undo_hand_over(desk, campaign.hand_overs.get()) == 1
    assert told() == [("letters.handed_over", 1), ("letters.wait_again", 1)]
