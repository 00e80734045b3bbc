import pytest
from django.test import Client

from campaigns.models import Campaign, HandIn, User
from letters.models import Representative
from tests.campaigns.factories import (
    make_campaign,
    make_organisation,
    make_seat,
    make_user,
)

from .piles import set_quickly


@pytest.fixture
def representative() -> Representative:
    return make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@parliament.example.com")[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    """Whose letters are all handed in."""
    made = make_campaign(
        slug="library", legislature=representative.legislature, organisation=make_organisation(slug="friends")
    )
    HandIn.objects.create(campaign=made)
    return made


@pytest.fixture
def alice(campaign: Campaign) -> User:
    return make_user("alice@friends.example.org", campaign.organisation, "owner", is_staff=True)


@pytest.fixture
def owner(alice: User) -> Client:
    client = Client()
    client.force_login(alice)
    return client


@pytest.fixture(autouse=True)
def _quick_pdf(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the rendering itself is not the matter."""
    if "rendered" not in request.fixturenames:
        set_quickly(monkeypatch)


@pytest.fixture
def rendered() -> None:
    """For a test that wants the PDFs themselves."""
