"""Owners read who did what. Nothing in it changes, and no name or address of anybody is in its rows."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import joining, logbook
from campaigns.models import Campaign, LogEntry, Organisation, User
from config.append_only import AppendOnly
from tests.campaigns.factories import make_campaign, make_organisation, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def alice(organisation: Organisation) -> User:
    return make_user("alice@example.org", organisation, "owner", name="Alice Ahmed")


@pytest.fixture
def bob(organisation: Organisation) -> User:
    return make_user("bob@example.org", organisation, "editor", name="Bob Brown")


@pytest.fixture
def campaign(organisation: Organisation) -> Campaign:
    return make_campaign(slug="library", organisation=organisation)


PAGE = "/organise/organisations/friends/log/"


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def lines(user: User, **query: Any) -> list[str]:
    """Each entry as it is read: who, what, and about which campaign."""
    response = client_of(user).get(PAGE, query)
    assert response.status_code == 200
    return [
        f"{line['who'] or ('software' if line['software'] else 'gone')} {line['what']} {line['campaign']}".strip()
        for line in response.context["entries"]
    ]


def test_one_is_told_otherwise_than_many(organisation: Organisation, alice: User) -> None:
    logbook.note(organisation, alice, "person.data_exported", signatures=1, letters=0)
    logbook.note(organisation, alice, "update.sent", people=1)
    assert lines(alice) == [
        "Alice Ahmed began to send an update to 1 supporter",
        "Alice Ahmed took out what is kept of somebody: 1 signature, 0 letters",
    ]


def test_the_newest_is_on_top_and_says_who_what_and_where(
    organisation: Organisation, alice: User, bob: User, campaign: Campaign
) -> None:
    logbook.note(organisation, bob, "campaign.published", campaign)
    joining.change_role(bob.memberships.get(), "viewer", alice)
    logbook.note(organisation, None, "campaign.closed", campaign)
    assert lines(alice) == [
        "software closed the campaign Keep the library open",
        "Alice Ahmed made Bob Brown Viewer",
        "Bob Brown published the campaign Keep the library open",
    ]
    said = client_of(alice).get(PAGE).content.decode()
    assert "The software itself" in said and 'href="/organise/campaigns/library/"' in said


def test_it_is_filtered_by_campaign_and_by_person(
    organisation: Organisation, alice: User, bob: User, campaign: Campaign
) -> None:
    other = make_campaign(slug="pool", organisation=organisation, wording={"title": "Pool"})
    for user, about in ((alice, campaign), (bob, campaign), (bob, other), (None, other)):
        logbook.note(organisation, user, "campaign.closed", about)
    assert lines(alice, campaign=other.pk) == [
        "software closed the campaign Pool",
        "Bob Brown closed the campaign Pool",
    ]
    assert len(lines(alice, person=bob.pk)) == 2
    assert lines(alice, person=bob.pk, campaign=other.pk) == ["Bob Brown closed the campaign Pool"]
    assert lines(alice, person="software") == ["software closed the campaign Pool"]


@pytest.mark.parametrize(
    "query",
    [
        {"campaign": "x", "person": "y"},
        {"campaign": "-1"},
        {"person": "99999999999999999999"},
        {"before": "x"},
        {"before": "9" * 30},
        {"before": "٣"},
        {"campaign": "\0"},
    ],
)
def test_nonsense_in_the_address_shows_all(organisation: Organisation, alice: User, query: dict[str, str]) -> None:
    logbook.note(organisation, alice, "organisation.logo")
    assert lines(alice, **query) == ["Alice Ahmed changed the logo"]


def test_another_organisations_campaigns_and_people_are_not_behind_the_filters(
    organisation: Organisation, alice: User
) -> None:
    charlies = make_organisation(slug="charlies")
    charlie = make_user("charlie@example.org", charlies, "owner", name="Charlie")
    theirs = make_campaign(slug="theirs", organisation=charlies)
    logbook.note(charlies, charlie, "campaign.closed", theirs)
    logbook.note(organisation, alice, "organisation.logo")
    for query in ({"campaign": theirs.pk}, {"person": charlie.pk}, {}):
        assert lines(alice, **query) == ["Alice Ahmed changed the logo"]
    assert "Charlie" not in client_of(alice).get(PAGE).content.decode()


def test_it_goes_on_by_pages(organisation: Organisation, alice: User) -> None:
    for _ in range(60):
        logbook.note(organisation, alice, "organisation.logo")
    first = client_of(alice).get(PAGE, {"person": alice.pk})
    assert len(first.context["entries"]) == 50
    address = re.search(r'href="(\?[^"]*before=\d+)"', first.content.decode())
    assert address and f"person={alice.pk}" in address[1]
    second = client_of(alice).get(PAGE + address[1].replace("&amp;", "&"))
    assert len(second.context["entries"]) == 10 and second.context["next_url"] == ""


def test_who_has_left_stays_in_it_and_a_deleted_account_is_nobody(
    organisation: Organisation, alice: User, bob: User
) -> None:
    logbook.note(organisation, bob, "organisation.logo")
    joining.remove(bob.memberships.get(), alice)
    assert lines(alice, person=bob.pk) == ["Bob Brown changed the logo"]
    bob.delete()
    assert lines(alice) == ["Alice Ahmed ended the work of somebody here", "gone changed the logo"]
    assert "An account that is gone" in client_of(alice).get(PAGE).content.decode()


def test_only_owners_read_it(organisation: Organisation, bob: User) -> None:
    assert client_of(bob).get(PAGE).status_code == 404


def test_nobody_rewrites_it(organisation: Organisation, alice: User) -> None:
    entry = logbook.note(organisation, alice, "organisation.logo")
    entry.what = "campaign.closed"
    for deed in (
        entry.save,
        entry.delete,
        LogEntry.objects.filter(pk=entry.pk).delete,
        lambda: LogEntry.objects.filter(pk=entry.pk).update(what="campaign.closed"),
    ):
        with pytest.raises(AppendOnly):
            deed()
    assert LogEntry.objects.get().what == "organisation.logo"


def test_every_deed_can_be_told_whatever_its_details_hold(organisation: Organisation, alice: User) -> None:
    """Also those of an older version of the software, and a deed that there is no more."""
    for details in ({}, {"whom": "x", "role": "god", "fields": 3, "n": None}, {"fields": ["name", "about_ar", "gone"]}):
        for what in (*logbook.DEEDS, "deed.forgotten"):
            entry = LogEntry(organisation=organisation, user=alice, what=what, details=details)
            assert "%(" not in logbook.sentence(entry)


def test_the_fields_of_a_change_are_named_in_words(organisation: Organisation) -> None:
    entry = LogEntry(organisation=organisation, what="organisation.changed", details={"fields": ["about", "name_ar"]})
    assert logbook.sentence(entry) == "changed the settings: who we are, name (ar)"


def test_what_people_do_leaves_no_name_and_no_address_in_it(organisation: Organisation, alice: User, bob: User) -> None:
    joining.invite(organisation, alice, "dora@example.org", "viewer")
    joining.change_role(bob.memberships.get(), "owner", alice)
    joining.leave(alice.memberships.get())
    kept = json.dumps(list(LogEntry.objects.values_list("what", "details")))
    assert LogEntry.objects.count() == 3
    assert not re.search(r"@|Alice|Bob|dora", kept)


def test_it_takes_as_many_queries_with_fifty_entries_as_with_one(
    organisation: Organisation, alice: User, campaign: Campaign
) -> None:
    logbook.note(organisation, alice, "person.role", campaign, whom=alice.pk, role="owner")
    few = queries_of(client_of(alice), PAGE)
    for number in range(49):
        user = make_user(f"member{number}@example.org", organisation, "editor")
        about = make_campaign(organisation=organisation) if number < 10 else campaign
        logbook.note(organisation, user, "person.role", about, whom=user.pk, role="viewer")
    assert queries_of(client_of(alice), PAGE) == few


def test_in_arabic_it_has_its_own_address(alice: User) -> None:
    assert reverse("campaigns:log", kwargs={"slug": "friends", "language": "ar"}).startswith("/organise/ar/")
    assert client_of(alice).get("/organise/ar/organisations/friends/log/").status_code == 200
