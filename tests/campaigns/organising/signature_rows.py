"""Who does what in the tests about signatures: Bob edits, Dora only looks, Charlie is a stranger."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.filtering import Checks, Wanted
from campaigns.models import Campaign, LogEntry
from tests.campaigns.factories import make_campaign, make_organisation, make_user

# By which each filter is read, on either database.
INDEXES_OF_FILTERS = [
    (Wanted(), "signature_given"),
    (Wanted(source="newsletter"), "signature_from_source"),
    (Wanted(area="1"), "signature_of_area"),
    (Wanted(country="FR"), "signature_of_country"),
    (Wanted(language="ar"), "signature_of_wording"),
    (Wanted(updates="yes"), "signature_wishes_news"),
    (Wanted(origin="imported"), "signature_entered"),
    (Wanted(check=Checks.HIDDEN), "signature_unshown"),
    (Wanted(check=Checks.REASON_WAITS), "signature_reasons_to_read"),
    (Wanted(check=Checks.NAME_WAITS), "signature_names_to_read"),
]


def page(name: str, **where: Any) -> str:
    return reverse(f"campaigns:{name}", kwargs={"slug": "library", **where})


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(), arabic=True)


def signed_in(campaign: Campaign, name: str, role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"{name.lower()}@example.org", campaign.organisation, role, name=name))
    return client


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    return signed_in(campaign, "Bob", "editor")


@pytest.fixture
def dora(campaign: Campaign) -> Client:
    return signed_in(campaign, "Dora", "viewer")


@pytest.fixture
def charlie() -> Client:
    client = Client()
    client.force_login(make_user("charlie@example.org", make_organisation(), "owner"))
    return client


def logged(campaign: Campaign) -> list[tuple[str, dict[str, Any]]]:
    return list(LogEntry.objects.filter(campaign=campaign).order_by("pk").values_list("what", "details"))
