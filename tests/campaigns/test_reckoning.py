"""What is counted by the sweeper: the same as would be counted by whoever looks, and not while they look."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from campaigns import filtering, history, numbers, reckoning
from campaigns.models import Campaign, Membership, Signature
from config.reckoning import Reckoned
from letters import standing
from letters.models.post import State
from letters.transitions import move
from tests.campaigns.factories import make_campaign, make_signature, make_user
from tests.letters.posting import make_email

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    monkeypatch.setattr("config.reckoning.LARGE", 3)
    found = make_campaign(slug="library")
    for state in ("confirmed", "pending", "pending", "withdrawn", "invalid", "suspect"):
        make_signature(found, state=state, consent_at=timezone.now() - timedelta(days=2))
    return found


def test_a_large_campaign_is_counted_as_whoever_looks_would_count_it(campaign: Campaign) -> None:
    counted_now = numbers.books(campaign), numbers.waiting(campaign)
    versions = history.of(campaign, "en", with_signatures=True)
    assert reckoning.reckon_large() == 1
    kept = reckoning.of(campaign)
    assert kept is not None
    books = numbers.books(campaign, kept)
    assert books.others_at == kept.at
    assert (books.all, books.waiting, books.invalid) == (counted_now[0].all, 2, 1)
    assert numbers.waiting(campaign, kept) == counted_now[1]
    assert [one.signatures for one in history.of(campaign, "en", with_signatures=True)] == [
        one.signatures for one in versions
    ]
    assert dict(filtering.by_state(campaign))[Signature.State.PENDING] == filtering.Counted(2, False)


def test_a_small_one_is_counted_where_it_is_looked_at(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.reckoning.LARGE", 6)
    assert reckoning.reckon_large() == 0
    assert reckoning.of(campaign) is None


def test_it_is_not_counted_again_before_its_time(campaign: Campaign) -> None:
    assert [reckoning.reckon_large(), reckoning.reckon_large()] == [1, 0]
    Reckoned.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert reckoning.reckon_large() == 1
    # What took long is counted less often.
    Reckoned.objects.update(at=timezone.now() - timedelta(minutes=2), took=10.0)
    assert reckoning.reckon_large() == 0


def test_once_large_it_stays_counted_so_though_fewer_are_left(campaign: Campaign) -> None:
    reckoning.reckon_large()
    campaign.signatures.exclude(state="confirmed").delete()
    Reckoned.objects.update(at=timezone.now() - timedelta(minutes=2))
    assert reckoning.reckon_large() == 1
    kept = reckoning.of(campaign)
    assert kept is not None and kept.states == {}


def test_the_numbers_of_a_large_campaign_are_read_and_say_of_when_they_are(campaign: Campaign, client: Client) -> None:
    alice = make_user("alice@example.org")
    Membership.objects.create(user=alice, organisation=campaign.organisation, role=Membership.Role.OWNER)
    client.force_login(alice)
    page = reverse("campaigns:numbers", kwargs={"slug": campaign.slug})
    assert "the last time" not in client.get(page).content.decode()
    reckoning.reckon_large()
    with CaptureQueriesContext(connection) as asked:
        shown = client.get(page).content.decode()
    assert "the last time" in shown
    read = [query["sql"] for query in asked if 'FROM "campaigns_signature"' in query["sql"]]
    assert all("counted" in sql for sql in read), read  # what the fold has still to do, and nothing else


def test_the_mail_of_who_has_sent_much_is_counted_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.reckoning.LARGE", 1)
    emails = [make_email() for _ in range(3)]
    sender = emails[0].sender_id
    type(emails[0]).objects.update(sender=sender)
    move([one.pk for one in emails[:2]], State.QUEUED, State.CANCELLED, actor="Alice")
    before = standing.by_state([sender])
    assert standing.reckon_large() == 1
    assert standing.by_state([sender]) == before
    move([emails[2].pk], State.QUEUED, State.CANCELLED, actor="Alice")
    (cancelled,) = standing.by_state([sender])
    assert cancelled.count == 2  # the third with the next count
