from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import Campaign, FormerSlug, Organisation
from tests.campaigns.factories import make_campaign, make_organisation, make_user

pytestmark = pytest.mark.django_db

URL = "/organise/organisations/friends/campaigns/new/"


@pytest.fixture
def organisation() -> Organisation:
    return make_organisation(slug="friends")


@pytest.fixture
def bob(organisation: Organisation) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", organisation, "editor"))
    return client


def begin(client: Client, **fields: Any) -> Any:
    form = {"title": "Keep the library open", "kind": "letter", "language": "en", "slug": "", "goal": "250"}
    return client.post(URL, form | fields)


def test_a_title_is_enough_and_leads_straight_to_the_text(bob: Client, organisation: Organisation) -> None:
    response = begin(bob)
    campaign = Campaign.objects.get()
    assert response["Location"] == "/organise/campaigns/keep-the-library-open/wording/en/"
    assert (campaign.organisation, campaign.state, campaign.kind) == (organisation, "draft", "letter")
    assert (campaign.slug, campaign.signature_goal) == ("keep-the-library-open", 250)
    page = bob.get(response["Location"])
    assert page.context["form"]["title"].value() == "Keep the library open"


def test_it_stands_beside_the_way_from_a_document(bob: Client) -> None:
    page = bob.get(URL).content.decode()
    assert reverse("campaigns:material", kwargs={"slug": "friends"}) in page


def test_a_title_without_latin_letters_gets_an_address_all_the_same(bob: Client) -> None:
    begin(bob, title="أبقوا المكتبة مفتوحة", language="ar")
    begin(bob, title="أبقوا المكتبة مفتوحة", language="ar")
    slugs = sorted(Campaign.objects.values_list("slug", flat=True))
    assert slugs == ["letter-1", "letter-1-2"]
    page = bob.get("/organise/campaigns/letter-1/wording/ar/").content.decode()
    assert 'dir="rtl"' in page


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 201}, "title"),
        ({"slug": "organise"}, "slug"),
        ({"slug": "library"}, "slug"),
        ({"slug": "old-library"}, "slug"),
        ({"slug": "Not a slug"}, "slug"),
        ({"kind": "war"}, "kind"),
        ({"language": "<b>"}, "language"),
        ({"goal": "0"}, "goal"),
        ({"title": "\0"}, "title"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_made(bob: Client, fields: dict[str, str], wrong: str) -> None:
    FormerSlug.objects.create(slug="old-library", campaign=make_campaign(slug="library"))
    response = begin(bob, **fields)
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {wrong}
    assert Campaign.objects.count() == 1


def test_an_address_taken_at_the_last_moment_is_said_too(bob: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    make_campaign(slug="library")
    monkeypatch.setattr("campaigns.slugs.check", lambda slug: None)
    response = begin(bob, slug="library")
    assert response.status_code == 422
    assert set(response.context["form"].errors) == {"slug"}
