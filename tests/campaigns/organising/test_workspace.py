"""The first page: what somebody works for, and what of it wants them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import joining, pausing, reporting
from campaigns.models import Campaign, Membership, Organisation, Signature, User, WordingDraft
from config import switches
from config.switches import What
from letters import outbox
from letters.models import OutgoingEmail
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice() -> User:
    return make_user("alice@example.org", make_organisation(slug="friends", name="Friends"), "owner")


@pytest.fixture
def client(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


def page(client: Client, path: str = "/organise/") -> str:
    response = client.get(path)
    assert response.status_code == 200
    return response.content.decode()


def friends() -> Organisation:
    return Organisation.objects.get(slug="friends")


def make_draft(title: str, **fields: Any) -> Campaign:
    campaign = Campaign.objects.create(organisation=friends(), **fields)
    WordingDraft.objects.create(campaign=campaign, language="en", wording={"title": title})
    return campaign


def test_each_campaign_stands_there_with_its_title_its_state_and_its_count(client: Client) -> None:
    campaign = make_campaign(organisation=friends())
    Campaign.objects.update(signature_count=1234)
    make_draft("A bench for the bus stop", slug="bench")
    shown = page(client)
    assert "Keep the library open" in shown and "1,234" in shown and "2,500" in shown
    assert "A bench for the bus stop" in shown and "is-draft" in shown
    assert f"/organise/campaigns/{campaign.slug}/" in shown


def test_what_is_not_theirs_is_not_there(client: Client) -> None:
    make_campaign(organisation=make_organisation(name="Strangers"), wording={"title": "A stranger’s"})
    shown = page(client)
    assert "Strangers" not in shown and "A stranger’s" not in shown


def hold_an_email() -> None:
    message = outbox.letter_message()
    email = outbox.queue(sender=friends().sender, message=message, to="zoe@example.org", kind=outbox.Kind.LETTER)
    OutgoingEmail.objects.filter(pk=email.pk).update(state="held")


def leave_a_letter_to_hand_in() -> None:
    legislature, _seat, person = make_seat()
    campaign = make_campaign(organisation=friends(), legislature=legislature)
    make_campaign_letter(campaign, person, by_hand=True, state="confirmed")


def give_a_reason() -> None:
    make_signature(make_campaign(organisation=friends(), moderate_first=True), reason="Because.")


def hold_a_reason() -> None:
    held = make_signature(make_campaign(organisation=friends()), reason="Buy it.")
    Signature.objects.filter(pk=held.pk).update(reason_check="held", public_reason="")


def report_an_entry() -> None:
    shown = make_signature(make_campaign(organisation=friends()), name="Zoe Ziegler")
    reporting.report(shown.campaign, shown, "hate", "Look at it")


def pause_signing() -> None:
    campaign = make_campaign(organisation=friends())
    switches.pause(What.SIGNING, "Alice", "Moving house", where=pausing.place(campaign))


def wait_for_approval() -> None:
    Organisation.objects.update(approved_at=None)


def close_one() -> None:
    make_campaign(organisation=friends(), state="closed", closed_at=timezone.now())


WANTS: dict[str, tuple[Callable[[], None], set[str]]] = {
    "1 entry was reported": (report_an_entry, {"owner", "editor"}),
    "Signing is paused": (pause_signing, {"owner", "editor"}),
    "1 email is held for a decision": (hold_an_email, {"owner", "editor", "viewer"}),
    "1 letter to hand in": (leave_a_letter_to_hand_in, {"owner", "editor", "viewer"}),
    "Names or reasons wait to be read": (give_a_reason, {"owner", "editor"}),
    "waits for the operator of this site to approve it": (wait_for_approval, {"owner", "editor", "viewer"}),
    "Tell what came of it": (close_one, {"owner", "editor"}),
}


@pytest.mark.parametrize("role", ["owner", "editor", "viewer"])
@pytest.mark.parametrize("sentence", WANTS)
def test_it_says_what_wants_somebody_to_those_who_can_do_it(client: Client, sentence: str, role: str) -> None:
    Membership.objects.update(role=role)
    happen, told = WANTS[sentence]
    assert sentence not in page(client)
    happen()
    assert (sentence in page(client)) == (role in told)


@pytest.mark.parametrize(
    ("sentence", "happen"),
    [
        ("Names or reasons wait to be read", hold_a_reason),
        ("1 entry was reported", report_an_entry),
        ("Signing is paused", pause_signing),
    ],
)
def test_what_waits_at_a_campaign_stands_on_its_overview_too(
    client: Client, sentence: str, happen: Callable[[], None]
) -> None:
    happen()
    overview = f"/organise/campaigns/{Campaign.objects.get().slug}/"
    assert sentence in page(client) and sentence in page(client, overview)
    Membership.objects.update(role="viewer")
    assert sentence not in page(client, overview)


def test_a_reason_that_may_be_shown_at_once_wants_nobody(client: Client) -> None:
    make_signature(make_campaign(organisation=friends()), reason="Because.")
    assert Signature.objects.exists() and "Reasons wait" not in page(client)


def test_both_ways_to_a_new_campaign_are_for_those_who_may(client: Client) -> None:
    ways = ("/organise/organisations/friends/material/", "/organise/organisations/friends/campaigns/new/")
    assert all(f'href="{way}"' in page(client) for way in ways)
    Membership.objects.update(role="viewer")
    assert not any(f'href="{way}"' in page(client) for way in ways)


def test_who_works_for_nobody_is_shown_two_ways_on() -> None:
    client = Client()
    client.force_login(make_user("dora@example.org"))
    shown = page(client)
    assert "/organise/organisations/new/" in shown and "dora@example.org" in shown and "invitation" in shown


def test_an_invitation_stands_there_until_it_is_used(client: Client, alice: User) -> None:
    dora = make_user("dora@example.org")
    asked = joining.invite(friends(), alice, "dora@example.org", "editor")
    joining.invite(friends(), alice, "emil@example.org", "editor")
    theirs = Client()
    theirs.force_login(dora)
    shown = page(theirs)
    assert shown.count("asks you to work with them") == 1 and "/organise/invitations/" in shown
    asked.expires_at = timezone.now() - timedelta(minutes=1)
    asked.save()
    assert "asks you to work with them" not in page(theirs)


def test_an_organisation_that_demands_a_second_factor_shows_its_name_alone(client: Client) -> None:
    make_campaign(organisation=friends())
    Organisation.objects.update(demands_second_factor=True)
    shown = page(client)
    assert "Friends" in shown and "second factor" in shown and "Keep the library open" not in shown


def test_the_operator_is_told_of_organisations_that_wait() -> None:
    make_organisation(approved_at=None)
    client = Client()
    client.force_login(make_user("operator@example.org", is_superuser=True))
    assert "1 organisation waits for your approval" in page(client)


def test_archived_ones_are_folded_away(client: Client) -> None:
    make_campaign(organisation=friends(), state="archived", wording={"title": "An old one"})
    shown = page(client)
    assert shown.index("1 in the archive") < shown.index("An old one")


def test_many_can_be_searched_and_sifted(client: Client) -> None:
    assert 'name="q"' not in page(client)
    for number, title in enumerate(["The pool", "The Bench", "The bridge"] * 2):
        make_campaign(
            organisation=friends(), wording={"title": f"{title} {number}"}, state="live" if number else "closed"
        )
    make_draft("A bench in writing", slug="writing")
    assert 'name="q"' in page(client)
    shown = page(client, "/organise/?q=bench")
    assert "The Bench 1" in shown and "The Bench 4" in shown and "A bench in writing" in shown
    assert "The bridge" not in shown
    shown = page(client, "/organise/?state=closed")
    assert "The pool 0" in shown and "The pool 3" not in shown
    assert "No campaign of yours fits" in page(client, "/organise/?q=xylophone")


@pytest.mark.parametrize("query", ["q=%00", "q=" + "x" * 5000, "state=no", "q=%25&state=live", "q=%27%22%5C", "q=%FF"])
def test_whatever_is_searched_for_is_answered(client: Client, query: str) -> None:
    make_campaign(organisation=friends())
    assert client.get(f"/organise/?{query}").status_code == 200


def furnished(organisation: Organisation, count: int) -> None:
    for number in range(count):
        state = Campaign.State.values[number % 5]
        Campaign.objects.create(
            organisation=organisation, slug=f"{organisation.slug}-{number}", state=state, moderate_first=True
        )


@pytest.mark.parametrize("path", ["/organise/", "/organise/?q=friends", "/organise/ar/"])
def test_as_many_queries_for_two_hundred_campaigns_as_for_one(client: Client, alice: User, path: str) -> None:
    furnished(friends(), 1)
    page(client, path)
    with CaptureQueriesContext(
        connection,
    ) as few:
        page(client, path)
    furnished(make_organisation(slug="other"), 1)
    for number in range(9):
        organisation = make_organisation(slug=f"friends-of-{number}")
        Membership.objects.create(user=alice, organisation=organisation, role="editor")
        furnished(organisation, 22)
    with CaptureQueriesContext(connection) as many:
        page(client, path)
    assert len(many) == len(few) <= 20
