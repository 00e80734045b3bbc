"""The help is one screen, and each page of the workspace leads to the section that is about it."""

import re

import pytest
from django.test import Client
from django.urls import get_resolver

from campaigns import desks, help_topics
from tests.campaigns.factories import make_campaign, make_organisation, make_user
from tests.permissions import addresses

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    organisation = make_organisation(slug="friends")
    make_campaign(slug="library", organisation=organisation)
    client = Client()
    client.force_login(make_user("alice@example.org", organisation, "owner"))
    return client


def sections(client: Client) -> set[str]:
    return set(re.findall(r'\bid="([a-z-]+)"', client.get("/organise/help/").content.decode()))


def test_every_section_that_a_page_leads_to_is_there(client: Client) -> None:
    assert {section for _names, section in help_topics.SECTIONS} | {"beginning"} <= sections(client)


def test_every_beginning_is_that_of_a_page() -> None:
    names = {name for namespace, name, _ in addresses(get_resolver().url_patterns) if namespace == "campaigns" and name}
    for begins, section in help_topics.SECTIONS:
        for beginning in begins:
            assert any(name.startswith(beginning) for name in names), (beginning, section)


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/organise/", "#beginning"),
        ("/organise/organisations/new/", "#organisation"),
        ("/organise/organisations/friends/material/", "#writing"),
        ("/organise/organisations/friends/post/", "#post"),
        ("/organise/campaigns/library/", "#beginning"),
        ("/organise/campaigns/library/life/", "#publishing"),
        ("/organise/campaigns/library/packs/", "#handing-over"),
    ],
)
def test_a_page_leads_to_its_section(client: Client, path: str, section: str) -> None:
    assert f'href="/organise/help/{section}"' in client.get(path).content.decode()


def test_every_door_of_the_menus_has_a_section_of_its_own() -> None:
    doors = {door.name for door in (*desks.OF_ORGANISATION, *desks.OF_CAMPAIGN)} - {"campaign", "organisation_home"}
    assert {name for name in doors if help_topics.of(name) == "beginning"} == set()
