"""Alice sets up an organisation. Until the operator has approved it, nothing of it is public and nothing leaves."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from campaigns import joining, signing
from campaigns.models import Campaign, LogEntry, Membership, Organisation
from letters import outbox
from letters.models import OutgoingEmail
from tests.campaigns.factories import emails, make_campaign, make_organisation, make_user, subjects
from tests.queries import queries_of

pytestmark = pytest.mark.django_db

NEW = "/organise/organisations/new/"
FORM = {
    "name": "Friends of the Library",
    "slug": "",
    "purpose": "We want the library to stay open.",
    "contact_email": "friends@example.org",
    "controller": "Friends of the Library, 1 High Street",
    "postal_address": "",
}


@pytest.fixture
def alice() -> Client:
    client = Client()
    client.force_login(make_user("alice@example.org", name="Alice Ahmed"))
    return client


def page(name: str, **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "friends", **where})


def test_whoever_sets_it_up_owns_it_and_it_waits(alice: Client) -> None:
    response = alice.post(NEW, FORM, follow=True)
    organisation = Organisation.objects.get()
    assert organisation.slug == "friends-of-the-library"
    assert organisation.approved_at is None
    assert organisation.sender.name == organisation.name
    (membership,) = Membership.objects.all()
    assert (membership.user.email, membership.role) == ("alice@example.org", "owner")
    assert response.redirect_chain[-1][0] == "/organise/organisations/friends-of-the-library/"
    assert "has not approved this organisation yet" in response.content.decode()
    assert LogEntry.objects.get().what == "organisation.created"


def test_the_operators_are_told_and_nobody_else(alice: Client) -> None:
    make_user("operator@example.org", is_superuser=True)
    make_user("left@example.org", is_superuser=True, is_active=False)
    alice.post(NEW, FORM)
    (email,) = emails()
    assert email.to_address == "operator@example.org"
    assert subjects() == ["Waits for your word: Friends of the Library"]
    assert email.sender == outbox.default_sender()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("أصدقاء المكتبة", "asdqa-almktba"),
        ("Freunde der Bücherei", "freunde-der-bucherei"),
        ("图书馆之友", "organisation"),
        ("New", "organisation-new"),
        ("X", "organisation-x"),
        ("L" * 200, "l" * 50),
    ],
)
def test_its_address_is_readable_whatever_the_name(name: str, slug: str) -> None:
    assert joining.slug_from(name) == slug
    assert len(slug) <= joining.LONGEST_SLUG == Organisation._meta.get_field("slug").max_length


def test_the_same_name_twice_gets_another_address(alice: Client) -> None:
    for _ in range(3):
        alice.post(NEW, FORM)
    assert set(Organisation.objects.values_list("slug", flat=True)) == {
        "friends-of-the-library",
        "friends-of-the-library-2",
        "friends-of-the-library-3",
    }


def test_an_address_of_ones_own_choice_must_be_free(alice: Client) -> None:
    make_organisation(slug="taken")
    for slug in ("taken", "Taken", "new", "a b", "ä", "x"):
        response = alice.post(NEW, FORM | {"slug": slug})
        assert response.status_code == 422 and "id_slug_error" in response.content.decode()
    assert alice.post(NEW, FORM | {"slug": "Ours"}).status_code == 302
    assert Organisation.objects.filter(slug="ours").exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "Win at https://evil.example"),
        ("name", "www.evil.example"),
        ("name", "123"),
        ("name", "x" * 201),
        ("name", "\0"),
        ("purpose", ""),
        ("purpose", "x" * 5001),
        ("contact_email", "a@example.org, b@example.org"),
        ("contact_email", "nobody"),
        ("controller", ""),
        ("slug", "x" * 51),
    ],
)
def test_what_cannot_be_taken_is_said_and_nothing_is_made(alice: Client, field: str, value: str) -> None:
    response = alice.post(NEW, FORM | {field: value})
    assert response.status_code == 422
    assert not Organisation.objects.exists()


def test_nobody_makes_them_by_the_dozen(alice: Client) -> None:
    answers = [alice.post(NEW, FORM).status_code for _ in range(7)]
    assert answers == [302] * 5 + [422] * 2
    assert Organisation.objects.count() == 5


def test_of_an_unapproved_organisation_nothing_is_public_and_nothing_leaves(alice: Client) -> None:
    organisation = make_organisation(slug="friends", approved_at=None)
    campaign = make_campaign(slug="library", organisation=organisation)  # live, as if somebody had got past the check
    owner = Client()
    owner.force_login(make_user("owner@example.org", organisation, "owner"))
    public = Client()
    for address in ("/organisations/friends/", "/library/", "/library/sign/", "/library/write/"):
        assert public.get(address).status_code == 404
    assert public.post("/library/sign/", {"name": "Zoe", "email": "zoe@example.org"}).status_code == 404
    assert signing.remind_the_unconfirmed() == 0
    response = owner.post(page("post_try"), follow=True)
    assert "approved" in response.content.decode()
    assert not OutgoingEmail.objects.filter(sender=organisation.sender).exists()
    assert campaign.state == Campaign.State.LIVE


def test_its_home_shows_its_campaigns_and_what_waits() -> None:
    organisation = make_organisation(slug="friends", approved_at=None, demands_second_factor=False)
    make_campaign(slug="library", organisation=organisation, state="draft")
    make_campaign(slug="charlies-own")
    for role in ("owner", "viewer"):
        client = Client()
        client.force_login(make_user(f"{role}@example.org", organisation, role))
        said = client.get(page("organisation_home")).content.decode()
        assert "Keep the library open" in said and "/organise/campaigns/library/" in said
        assert "charlies-own" not in said
        assert "has not approved this organisation yet" in said
        assert ("New from a document" in said) == (role == "owner")


def test_once_it_is_approved_nothing_waits_any_more() -> None:
    organisation = make_organisation(slug="friends")
    client = Client()
    client.force_login(make_user("alice@example.org", organisation, "owner"))
    said = client.get(page("organisation_home")).content.decode()
    assert "approved" not in said
    assert "/organisations/friends/" in said


def test_its_home_takes_as_many_queries_with_twenty_campaigns_as_with_one() -> None:
    organisation = make_organisation(slug="friends")
    client = Client()
    client.force_login(make_user("alice@example.org", organisation, "owner"))
    make_campaign(organisation=organisation)
    few = queries_of(client, page("organisation_home"))
    for _ in range(19):
        make_campaign(organisation=organisation, published_at=timezone.now())
    assert queries_of(client, page("organisation_home")) == few
