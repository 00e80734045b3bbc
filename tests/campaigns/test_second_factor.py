"""An organisation that demands a second factor: who has none sees nothing of it, and is led to set one up."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from campaigns import access
from campaigns.models import Organisation, User
from config.accounts.second_factor import SecondFactorDemanded

from .factories import make_campaign, make_organisation, make_user

pytestmark = pytest.mark.django_db

EXPLAINED = "/organise/account/second-factor/demanded/?next="


@pytest.fixture
def strict() -> Organisation:
    organisation = make_organisation(slug="strict", name="The Strict", demands_second_factor=True)
    make_campaign(slug="library", organisation=organisation)
    return organisation


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def with_factor(user: User, kind: str = "totp") -> User:
    Authenticator.objects.create(user=user, type=kind, data={})
    return User.objects.get(pk=user.pk)


def pages(organisation: Organisation) -> list[str]:
    return [
        reverse("campaigns:post_room", args=[organisation.slug]),
        reverse("campaigns:campaign", args=["library"]),
        reverse("campaigns:campaign", kwargs={"slug": "library", "language": "ar"}),
    ]


@pytest.mark.parametrize("role", ["viewer", "editor", "owner"])
def test_a_member_without_one_is_led_to_set_one_up(strict: Organisation, role: str) -> None:
    client = client_of(make_user("alice@example.org", strict, role))
    for page in pages(strict):
        answer = client.get(page)
        assert (answer.status_code, answer["Location"]) == (302, EXPLAINED + page.replace("/", "%2F"))
        assert b"Strict" not in answer.content
    explained = client.get(f"{EXPLAINED}{pages(strict)[0]}").content.decode()
    assert "lets in only people with a second factor" in explained
    assert reverse("mfa_add_webauthn") in explained and reverse("mfa_activate_totp") in explained
    assert "Strict" not in explained


def test_a_button_leads_there_too_and_does_nothing(strict: Organisation) -> None:
    client = client_of(make_user("alice@example.org", strict, "owner"))
    room = reverse("campaigns:post_room", args=["strict"])
    answer = client.post(f"{room}pause/", headers={"referer": f"http://testserver{room}"})
    assert (answer.status_code, answer["Location"]) == (302, EXPLAINED + room.replace("/", "%2F"))
    strict.sender.refresh_from_db()
    assert strict.sender.pause == strict.sender.Pause.NOTHING


@pytest.mark.parametrize("kind", ["totp", "webauthn"])
def test_with_one_everything_is_as_ever(strict: Organisation, kind: str) -> None:
    client = client_of(with_factor(make_user("alice@example.org", strict, "owner"), kind))
    assert [client.get(page).status_code for page in pages(strict)] == [200, 200, 200]


def test_recovery_codes_alone_are_no_second_factor(strict: Organisation) -> None:
    alice = with_factor(make_user("alice@example.org", strict, "owner"), "recovery_codes")
    with pytest.raises(SecondFactorDemanded):
        access.get_organisation_for(alice, "strict")


def test_the_factor_of_somebody_else_opens_nothing(strict: Organisation) -> None:
    alice = make_user("alice@example.org", strict, "owner")
    with_factor(make_user("bob@example.org", strict, "owner"))
    with pytest.raises(SecondFactorDemanded):
        access.get_campaign_for(alice, "library")
    assert not access.organisations_of(alice).exists()


def test_a_stranger_learns_nothing_with_or_without_one(strict: Organisation) -> None:
    charlie = make_user("charlie@example.org", make_organisation(slug="others"), "owner")
    for user in (charlie, with_factor(charlie)):
        assert [client_of(user).get(page).status_code for page in pages(strict)] == [404, 404, 404]
        assert not access.kept_out_of(user).exists()


def test_a_role_that_does_not_reach_so_far_is_a_404_and_no_advice(strict: Organisation) -> None:
    client = client_of(make_user("bob@example.org", strict, "viewer"))
    assert client.get(reverse("campaigns:lists", args=["strict"])).status_code == 404


def test_the_lists_of_who_has_none_hold_the_other_organisations_alone(strict: Organisation) -> None:
    lenient = make_organisation(slug="lenient")
    bob = make_user("bob@example.org", strict, "editor")
    bob.memberships.create(organisation=lenient, role="editor")
    assert [*access.organisations_of(bob)] == [lenient]
    assert [*access.kept_out_of(bob)] == [strict]
    page = client_of(bob).get("/organise/").content.decode()
    assert "/organise/organisations/lenient/" in page and "/organise/organisations/strict/post/" not in page
    bob = with_factor(bob)
    assert {*access.organisations_of(bob)} == {strict, lenient}
    assert not access.kept_out_of(bob).exists()


def test_it_holds_for_the_operator_too(strict: Organisation) -> None:
    operator = make_user("operator@example.org", is_superuser=True, is_staff=True)
    with pytest.raises(SecondFactorDemanded):
        access.get_organisation_for(operator, "strict")
    assert strict not in access.organisations_of(operator)
    assert strict in access.organisations_of(with_factor(operator))


def test_asking_costs_a_query_only_where_it_is_demanded(strict: Organisation, django_assert_num_queries: Any) -> None:
    make_organisation(slug="lenient")
    alice = with_factor(make_user("alice@example.org", strict, "owner"))
    alice.memberships.create(organisation=Organisation.objects.get(slug="lenient"), role="owner")
    with django_assert_num_queries(1):
        access.get_organisation_for(alice, "lenient")
    with django_assert_num_queries(3):
        access.get_organisation_for(alice, "strict")
        access.get_organisation_for(alice, "strict")


def test_who_has_one_by_now_goes_straight_back(strict: Organisation) -> None:
    client = client_of(with_factor(make_user("alice@example.org", strict, "owner")))
    assert client.get(f"{EXPLAINED}/organise/")["Location"] == "/organise/"
    for elsewhere in ("https://example.org/", "//example.org/", "javascript:alert(1)", "%00"):
        assert client.get(f"{EXPLAINED}{elsewhere}")["Location"] == reverse("mfa_index")
