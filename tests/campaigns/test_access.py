import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import Http404

from campaigns.access import AT_LEAST, Role, get_campaign_for, organisations_of
from campaigns.models import Campaign, User

from .factories import make_campaign, make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", state="draft")


def may(user: User | AnonymousUser, role: Role) -> bool:
    try:
        return get_campaign_for(user, "library", role).slug == "library"
    except Http404:
        return False


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("viewer", [True, False, False]),
        ("editor", [True, True, False]),
        ("owner", [True, True, True]),
    ],
)
def test_a_role_holds_all_that_is_below_it(campaign: Campaign, held: str, wanted: list[bool]) -> None:
    bob = make_user("bob@example.org", campaign.organisation, held)
    assert [may(bob, role) for role in (Role.VIEWER, Role.EDITOR, Role.OWNER)] == wanted


def test_every_role_is_ranked() -> None:
    assert set(AT_LEAST) == set(Role)
    assert all(role in AT_LEAST[role] for role in Role)


def test_a_stranger_sees_nothing_even_as_owner_of_something_else(campaign: Campaign) -> None:
    charlie = make_user("charlie@example.org", make_organisation(), "owner")
    assert not any(may(charlie, role) for role in Role)


def test_the_operator_sees_everything(campaign: Campaign) -> None:
    operator = make_user("operator@example.org", is_superuser=True)
    assert all(may(operator, role) for role in Role)


def test_nobody_without_an_account_sees_anything(campaign: Campaign) -> None:
    assert not any(may(AnonymousUser(), role) for role in Role)


@pytest.mark.parametrize("operator", [True, False])
def test_an_account_that_was_switched_off_sees_nothing(campaign: Campaign, operator: bool) -> None:
    alice = make_user("alice@example.org", campaign.organisation, "owner", is_active=False, is_superuser=operator)
    assert not any(may(alice, role) for role in Role)
    assert not organisations_of(alice).exists()


def test_unknown_and_forbidden_look_alike(campaign: Campaign) -> None:
    charlie = make_user("charlie@example.org")
    for slug in ("library", "no-such-campaign"):
        with pytest.raises(Http404) as caught:
            get_campaign_for(charlie, slug)
        assert str(caught.value) == ""


def test_an_account_has_one_address_in_whatever_case(campaign: Campaign) -> None:
    alice = make_user("Alice@Example.ORG")
    assert alice.email == "alice@example.org"
    assert User.objects.get_by_natural_key("ALICE@example.org") == alice
