"""Those addressed, sources, dates and answers: added, changed, put in order and removed in the workspace."""

import re
from typing import Any

import pytest
from django.test import Client

from campaigns import facts, publishing
from campaigns.models import Campaign, Event, LogEntry, Response, Source, Target, WordingDraft
from campaigns.seen import mark_of
from tests.campaigns.factories import WORDING, WORDING_AR, make_campaign, make_facts, make_organisation, make_user

pytestmark = pytest.mark.django_db

FACTS = "/organise/campaigns/library/facts/"
SOURCE = {"number": "2", "title": "Minutes", "author": "The council", "date": "2026-09"}
EVENT = {"title": "The vote", "date": "2026-12-09", "place": "Town hall"}
ANSWER = {"author": "The mayor", "text": "We are thinking about it."}


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(slug="library", organisation=make_organisation())
    make_facts(campaign)
    return campaign


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def text(response: Any) -> str:
    """What stands on a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", "", response.content.decode()))


def change(bob: Client, row: Any, kind: str, **said: str) -> Any:
    return bob.post(f"{FACTS}{kind}/{row.pk}/", {"seen": mark_of(row), **said})


def noted(what: str) -> list[dict[str, Any]]:
    return list(LogEntry.objects.filter(what=what).order_by("pk").values_list("details", flat=True))


def test_one_page_shows_all_four_groups(campaign: Campaign, bob: Client) -> None:
    page = text(bob.get(FACTS))
    for said in ("The clerk", "Visitors in 2026", "Read-in", "We have read it.", "1 answer rests on it"):
        assert said in page


@pytest.mark.parametrize(
    ("kind", "model", "said"),
    [
        ("targets", Target, {"name": "The mayor", "address": "1 High Street\nNORTHTOWN"}),
        ("sources", Source, SOURCE),
        ("events", Event, EVENT),
        ("responses", Response, ANSWER),
    ],
)
def test_a_fact_is_added_changed_and_removed(
    campaign: Campaign, bob: Client, kind: str, model: Any, said: dict[str, str]
) -> None:
    response = bob.post(f"{FACTS}{kind}/new/", said)
    row = model.objects.get(number=2)
    assert response["Location"] == f"{FACTS}#{kind}-{row.pk}" and row.campaign == campaign
    (name, value) = next(iter({k: v for k, v in said.items() if k in ("name", "title", "text")}.items()))
    assert change(bob, row, kind, **said | {name: f"{value} again"}).status_code == 302
    row = model.objects.get(pk=row.pk)
    assert getattr(row, name) == f"{value} again" and row.number == 2
    asked = bob.get(f"{FACTS}{kind}/{row.pk}/remove/")
    assert "Yes, remove it" in text(asked) and model.objects.count() == 2
    assert bob.post(f"{FACTS}{kind}/{row.pk}/remove/", {"seen": mark_of(row)}).status_code == 302
    assert model.objects.count() == 1
    assert noted(f"facts.{kind}") == [{"deed": deed, "number": 2} for deed in ("added", "changed", "removed")]
