"""The operator decides which organisations may publish and mail; its owners are told, and may ask again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns import approving
from campaigns.models import LogEntry, Organisation, User
from letters import outbox
from tests.campaigns.factories import email_subject, email_text, emails, make_campaign, make_organisation, make_user
from tests.queries import queries_of

pytestmark = pytest.mark.django_db

PAGE = "/organise/operator/"


@pytest.fixture
def operator() -> User:
    return make_user("operator@example.org", is_superuser=True)


@pytest.fixture
def client(operator: User) -> Client:
    client = Client()
    client.force_login(operator)
    return client


@pytest.fixture
def organisation() -> Organisation:
    made = make_organisation(slug="friends", approved_at=None, purpose="The library\nmust stay <open>.")
    make_user("alice@example.org", made, "owner", name="Alice Ahmed")
    make_user("bob@example.org", made, "editor")
    return made


def decide(client: Client, deed: str, **form: str) -> Any:
    return client.post(reverse(f"campaigns:approval_{deed}", kwargs={"slug": "friends"}), form, follow=True)


def test_the_operator_reads_what_it_is_for_and_who_wants_it(client: Client, organisation: Organisation) -> None:
    make_organisation(name="Approved already")
    said = client.get(PAGE).content.decode()
    for words in ("Friends of the Library", "must stay &lt;open&gt;.", "Alice Ahmed", "alice@example.org"):
        assert words in said
    assert "Approved already" not in said


def test_approved_it_may_publish_and_its_owners_are_told(client: Client, organisation: Organisation) -> None:
    campaign = make_campaign(slug="library", organisation=organisation)
    assert Client().get("/library/").status_code == 404
    response = decide(client, "approve")
    assert "is approved" in response.content.decode()
    assert Client().get("/library/").status_code == 200
    (email,) = emails()  # to Alice, who owns it, and not to Bob
    assert email.to_address == "alice@example.org" and email.sender == outbox.default_sender()
    assert email_subject(email) == "Approved: Friends of the Library"
    assert LogEntry.objects.get().what == "organisation.approved"
    campaign.organisation.refresh_from_db()
    assert campaign.organisation.approved_at


def test_refused_its_owners_read_why(client: Client, organisation: Organisation) -> None:
    decide(client, "refuse", **{"friends-why": "Say who you are."})
    organisation.refresh_from_db()
    assert organisation.approved_at is None and organisation.refused_at
    (email,) = emails()
    assert email_subject(email) == "Not approved: Friends of the Library"
    assert "    Say who you are." in email_text(email)
    assert email.message is not None and "Say who" not in email.message.text  # only in what is encrypted
    entry = LogEntry.objects.get()
    assert (entry.what, entry.details) == ("organisation.refused", {})
    alice = Client()
    alice.force_login(User.objects.get(email="alice@example.org"))
    said = alice.get(reverse("campaigns:organisation_home", kwargs={"slug": "friends"})).content.decode()
    assert "has not approved this organisation." in said and "Say who you are." in said


@pytest.mark.parametrize("why", ["", "   ", "x" * 2001])
def test_a_refusal_has_its_reason(client: Client, organisation: Organisation, why: str) -> None:
    response = decide(client, "refuse", **{"friends-why": why})
    assert response.status_code == 422 and "id_friends-why" in response.content.decode()
    organisation.refresh_from_db()
    assert organisation.refused_at is None and emails() == []


def test_of_two_operators_the_second_is_told_and_nobody_is_written_to_twice(
    client: Client, operator: User, organisation: Organisation
) -> None:
    decide(client, "approve")
    for deed in ("approve", "refuse"):
        response = decide(client, deed, **{"friends-why": "No."})
        assert "Somebody else has decided" in response.content.decode()
    organisation.refresh_from_db()
    assert organisation.approved_at and not organisation.refused_at
    assert len(emails()) == 1
    with pytest.raises(approving.Decided):
        approving.approve(organisation, operator)


def test_what_was_refused_can_be_approved_after_all(client: Client, organisation: Organisation) -> None:
    decide(client, "refuse", **{"friends-why": "No."})
    assert "Not approved on" in client.get(PAGE).content.decode()
    decide(client, "approve")
    organisation.refresh_from_db()
    assert organisation.approved_at and not organisation.refused_at and organisation.refused_why == ""


def test_nobody_else_finds_that_page(organisation: Organisation) -> None:
    for name in ("alice@example.org", "bob@example.org"):
        client = Client()
        client.force_login(User.objects.get(email=name))
        assert client.get(PAGE).status_code == 404
        assert decide(client, "approve").status_code == 404
        assert decide(client, "refuse").status_code == 404
    organisation.refresh_from_db()
    assert organisation.approved_at is None


def test_an_organisation_that_does_not_exist(client: Client) -> None:
    assert decide(client, "approve").status_code == 404


def test_it_takes_as_many_queries_with_twenty_as_with_one(client: Client, organisation: Organisation) -> None:
    few = queries_of(client, PAGE)
    for number in range(19):
        make_user(f"owner{number}@example.org", make_organisation(approved_at=None), "owner")
    assert queries_of(client, PAGE) == few
