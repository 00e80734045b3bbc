"""Each member chooses which emails they get: a first signature, a goal, letters held, letters that came back."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import counting, noticing
from campaigns.models import Campaign, Membership, Organisation, Signature, User
from letters.models import OutgoingEmail
from letters.models.post import Kind, State
from tests.campaigns.factories import (
    email_subject,
    email_text,
    make_campaign,
    make_organisation,
    make_signature,
    make_user,
)
from tests.letters.posting import make_email
from tests.letters.test_standing import HELD, SENT, walk

pytestmark = pytest.mark.django_db

PAGE = "/organise/organisations/friends/people/notices/"
BOUNCED = (*SENT, State.BOUNCED)


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def alice(organisation: Organisation) -> User:
    return make_user("alice@example.org", organisation, "owner", name="Alice")


@pytest.fixture
def bob(organisation: Organisation) -> User:
    return make_user("bob@example.org", organisation, "viewer", name="Bob")


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    return make_campaign(slug="library", organisation=organisation, signature_goal=3)


def choose(user: User, *notices: str, language: str = "") -> Any:
    client = Client()
    client.force_login(user)
    return client.post(PAGE, {"notices": list(notices), "language": language})


def wanted(user: User) -> frozenset[str]:
    return noticing.wanted_by(Membership.objects.get(user=user))


def concern(organisation: Organisation, *states: State) -> None:
    email = walk(make_email(sender=organisation.sender, kind=Kind.LETTER, to="mp@parliament.example.org"), *states)
    OutgoingEmail.objects.filter(pk=email.pk).update(settled_at=timezone.now() - timedelta(hours=1))


def sign(campaign: Campaign, number: int) -> None:
    for _ in range(number):
        make_signature(campaign)
    counting.fold_all()


def told() -> list[tuple[str, str]]:
    """To whom, and with which subject."""
    notices = OutgoingEmail.objects.filter(kind=Kind.NOTICE).select_related("message").order_by("pk")
    return [(notice.to_address.partition("@")[0], email_subject(notice)) for notice in notices]


def test_owners_hear_of_the_post_and_others_of_nothing_until_they_choose(alice: User, bob: User) -> None:
    assert wanted(alice) == {"held", "bounced", "burst", "report"} and wanted(bob) == frozenset()
    assert choose(alice).status_code == 302  # nothing at all is a choice too
    choose(bob, "first", "goal")
    assert wanted(alice) == frozenset() and wanted(bob) == {"first", "goal"}


@pytest.mark.parametrize("notices", [["everything"], ["held", "x"], ["\0"]])
def test_there_are_no_others(alice: User, notices: list[str]) -> None:
    assert choose(alice, *notices).status_code == 422
    assert wanted(alice) == {"held", "bounced", "burst", "report"}


def test_a_language_that_we_do_not_speak(alice: User) -> None:
    assert choose(alice, language="xx").status_code == 422


def test_each_hears_of_the_post_what_they_chose(organisation: Organisation, alice: User, bob: User) -> None:
    choose(alice, "held")
    choose(bob, "bounced")
    concern(organisation, *HELD)
    concern(organisation, *BOUNCED)
    assert noticing.tell_organisers() == 1
    hers, his = OutgoingEmail.objects.filter(kind=Kind.NOTICE).order_by("pk")
    assert re.findall(r"^\* (.+)$", email_text(hers), re.MULTILINE) == ["Letters held for your decision: 1"]
    assert re.findall(r"^\* (.+)$", email_text(his), re.MULTILINE) == ["Letters to representatives that came back: 1"]
    assert "/organise/organisations/friends/people/notices/" in email_text(his)


def test_where_nobody_wants_to_hear_of_it_nobody_does_and_it_is_not_lost(
    organisation: Organisation, alice: User
) -> None:
    choose(alice)
    concern(organisation, *HELD)
    assert noticing.tell_organisers() == 0
    choose(alice, "held")
    assert noticing.tell_organisers() == 1


def test_the_first_signature_and_each_goal_are_told_once(campaign: Campaign, alice: User, bob: User) -> None:
    choose(bob, "first", "goal")
    choose(alice, "goal")
    assert noticing.tell_what_was_reached() == 0
    sign(campaign, 1)
    assert [noticing.tell_what_was_reached() for _ in range(2)] == [1, 0]
    assert told() == [("bob", "The first signature: Keep the library open")]
    sign(campaign, 1)
    assert noticing.tell_what_was_reached() == 0
    sign(campaign, 1)
    assert [noticing.tell_what_was_reached() for _ in range(2)] == [1, 0]
    goal = "3 signatures: Keep the library open"
    assert told()[1:] == [("alice", goal), ("bob", goal)]


def test_a_number_that_is_reached_twice_is_told_once(campaign: Campaign, alice: User) -> None:
    choose(alice, "first", "goal")
    sign(campaign, 3)
    noticing.tell_what_was_reached()
    assert len(told()) == 2
    Signature.objects.update(state=Signature.State.WITHDRAWN)
    counting.fold_all()
    sign(campaign, 3)
    campaign.refresh_from_db()
    assert campaign.signature_count == 3
    assert noticing.tell_what_was_reached() == 0
    assert len(told()) == 2


def test_beyond_its_own_goal_the_goals_that_are_shown_next_count(campaign: Campaign, alice: User) -> None:
    choose(alice, "goal")
    Campaign.objects.update(signature_count=60, told_signatures=50)
    assert noticing.tell_what_was_reached() == 0
    Campaign.objects.update(signature_count=260, told_signatures=60)
    noticing.tell_what_was_reached()
    assert told() == [("alice", "250 signatures: Keep the library open")]  # of 100 and 250, the greater


def test_what_was_reached_before_somebody_chose_is_not_told_later(campaign: Campaign, alice: User) -> None:
    sign(campaign, 3)
    assert noticing.tell_what_was_reached() == 1
    choose(alice, "first", "goal")
    assert noticing.tell_what_was_reached() == 0 and told() == []


def test_nobody_hears_of_a_campaign_that_is_not_public(organisation: Organisation, alice: User) -> None:
    choose(alice, "first")
    sign(make_campaign(organisation=organisation, state="draft"), 1)
    assert noticing.tell_what_was_reached() == 0
    Organisation.objects.update(approved_at=None)
    sign(make_campaign(organisation=organisation), 1)
    assert noticing.tell_what_was_reached() == 0


def test_whose_account_is_closed_hears_nothing(campaign: Campaign, alice: User) -> None:
    choose(alice, "first")
    User.objects.update(is_active=False)
    sign(campaign, 1)
    noticing.tell_what_was_reached()
    assert told() == []


def test_two_sweepers_at_once_tell_it_once(campaign: Campaign, alice: User) -> None:
    choose(alice, "first")
    sign(campaign, 1)
    seen = Campaign.objects.select_related("organisation").get()
    assert noticing.tell_what_was_reached() == 1
    assert not noticing._tell_reached(seen)  # as it was before the other
    assert len(told()) == 1


def test_one_campaign_in_trouble_does_not_silence_the_others(
    campaign: Campaign, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    choose(alice, "first")
    other = make_campaign(organisation=campaign.organisation)
    for one in (campaign, other):
        sign(one, 1)
    tell = noticing._tell_reached

    def broken(which: Campaign) -> bool:
        if which == campaign:
            raise RuntimeError("broken")
        return tell(which)

    monkeypatch.setattr(noticing, "_tell_reached", broken)
    assert noticing.tell_what_was_reached() == 1


def test_each_reads_it_in_their_own_language(campaign: Campaign, alice: User, bob: User) -> None:
    choose(alice, "first", language="ar")
    choose(bob, "first")
    sign(campaign, 1)
    noticing.tell_what_was_reached()
    hers, his = OutgoingEmail.objects.filter(kind=Kind.NOTICE).order_by("pk")
    assert hers.message is not None and 'lang="ar"' in hers.message.html
    assert "http://testserver/organise/ar/campaigns/library/" in email_text(hers)
    assert his.message is not None and 'lang="en"' in his.message.html


def test_it_holds_no_name_of_who_signed(campaign: Campaign, alice: User) -> None:
    choose(alice, "first")
    make_signature(campaign, name="Zoe Zander", email="zoe@example.org")
    counting.fold_all()
    noticing.tell_what_was_reached()
    (email,) = OutgoingEmail.objects.filter(kind=Kind.NOTICE)
    assert not re.search("Zoe|zoe", email_text(email))
