"""The letter itself: points to pick and to put in order, one's own words first, and how much of it is one's own."""

import html
import re
from typing import Any

import pytest
from django.test import Client

from campaigns import choosing, writing
from campaigns.models import Campaign, CampaignLetter
from letters.models import Representative

from .factories import make_campaign, make_seat, text_of
from .test_writing import field, post, rows

pytestmark = pytest.mark.django_db

POINTS = ["It has {campaign_url} to read.", "Children learn there, in {constituency}.", "It costs little."]


@pytest.fixture
def member() -> Representative:
    return make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@example.com")[2]


@pytest.fixture
def campaign(member: Representative) -> Campaign:
    wording = {"letter_body": "I write about the library.", "letter_points": POINTS, "letter_ask": "Will you keep it?"}
    return make_campaign(slug="library", legislature=member.legislature, wording=wording)


def chosen(member: Representative, **fields: Any) -> dict[str, Any]:
    seat = {"constituency": str(member.constituency_id), "representative": str(member.pk), "postcode": "SW1A 1AA"}
    return seat | fields


def shown(response: Any) -> str:
    return html.unescape(response.content.decode())


def test_own_words_are_asked_for_before_the_points(client: Client, campaign: Campaign) -> None:
    page = shown(post(client, "find", postcode="SW1A 1AA"))
    assert page.index('name="own_words"') < page.index('name="point"')
    assert "Children learn there, in Northtown South." in page and page.count('name="point"') == 3
    assert " checked" not in page, "nobody makes a point for them"


def test_the_letter_is_the_opening_the_points_as_ordered_and_the_ask(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    form = chosen(member, point=["0", "2"], own_words="I learned to read there.")
    page = post(client, "points", **form | {"place-0": "3", "place-1": "2", "place-2": "1"})
    body = "I write about the library.\n\nIt costs little.\n\nIt has http://testserver/library/ to read.\n\n"
    assert field(page, "body") == f"{body}Will you keep it?"
    assert field(page, "own_words") == "I learned to read there." and field(page, "postcode") == "SW1A 1AA"


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ({"point": ["1", "0"]}, [0, 1]),  # without places, as they stand
        ({"point": ["0", "1"], "place-0": "2", "place-1": "2"}, [0, 1]),  # the same place twice
        ({"point": ["0", "1"], "place-0": "x", "place-1": "-1"}, [0, 1]),
        ({"point": ["7", "-1", "x", "", "1", "1", "9" * 40]}, [1]),
        ({}, []),
    ],
)
def test_whatever_comes_as_points_makes_a_letter(
    client: Client, campaign: Campaign, member: Representative, fields: dict[str, Any], order: list[int]
) -> None:
    expected = writing.draft(text_of(campaign), choosing.Approach([member]), order).body
    assert field(post(client, "points", **chosen(member, **fields)), "body") == expected


def test_without_points_the_letter_itself_asks_for_own_words_first(client: Client, member: Representative) -> None:
    make_campaign(slug="library", legislature=member.legislature)
    page = shown(post(client, "find", postcode="SW1A 1AA"))
    assert page.index('name="own_words"') < page.index('name="body"') and 'name="point"' not in page


def letter(member: Representative, **fields: Any) -> dict[str, Any]:
    typed = {"subject": "The library", "name": "Alice Ahmed", "address": "1 High Street"}
    return chosen(member, **typed, **fields)


def test_own_words_stand_first_in_the_letter(client: Client, campaign: Campaign, member: Representative) -> None:
    form = letter(member, own_words="I learned to read there.", body="Will you keep it?")
    page = shown(post(client, "preview", **form)).split('class="sheet"')[1]
    assert page.index("I learned to read there.") < page.index("Will you keep it?")
    post(client, "send", **form, email="alice@example.org", consent="on")
    assert CampaignLetter.objects.get().letter.body == "I learned to read there.\n\nWill you keep it?"


def test_a_letter_may_be_ones_own_words_alone(client: Client, campaign: Campaign, member: Representative) -> None:
    page = post(client, "preview", **letter(member, own_words="I learned to read there.", body=""))
    assert page.status_code == 200 and "It is all yours." in shown(page)


@pytest.mark.parametrize(
    ("own_words", "body", "said"),
    [
        (
            "",
            "I write about the library.\n\nIt costs little.\n\nWill you keep it?",
            "All of it is the campaign’s text.",
        ),
        ("Please.", "I write about the library.\n\nIt costs little.\n\nWill you keep it?", "A little of it is yours."),
        ("It is where I learned", "I write about the library.\n\nIt costs little.", "About a third of it is yours."),
        ("I learned to read there", "I write about the library.", "About half of it is yours."),
        ("I learned to read there and my children did.", "I write about the library.", "Most of it is yours."),
    ],
)
def test_the_preview_says_how_much_of_the_letter_is_ones_own(
    client: Client, campaign: Campaign, member: Representative, own_words: str, body: str, said: str
) -> None:
    assert said in shown(post(client, "preview", **letter(member, own_words=own_words, body=body)))


def test_how_much_is_ones_own_is_kept_and_holds_nothing_back(
    client: Client, campaign: Campaign, member: Representative
) -> None:
    form = letter(member, body="I write about the library.\n\nWill you keep it?")
    post(client, "send", **form, email="alice@example.org", consent="on")
    assert CampaignLetter.objects.get().own_share == 0
    post(
        client, "send", **form, email="bob@example.org", consent="on", own_words="Eight words of mine, so that is all."
    )
    assert CampaignLetter.objects.latest("pk").own_share == 48


def test_the_page_gives_its_script_what_it_needs(client: Client, campaign: Campaign, member: Representative) -> None:
    page = shown(post(client, "points", **chosen(member, point="1")))
    assert re.search(r'data-body="body"', page) and "It costs little." in page, "the points not picked are given too"
    assert "countersign/writing" in page


@pytest.mark.parametrize("stage", ["whom", "points"])
def test_no_step_keeps_anything(client: Client, campaign: Campaign, member: Representative, stage: str) -> None:
    before = rows()
    assert post(client, stage, **chosen(member, point="1", own_words="Mine.")).status_code == 200
    assert rows() == before
