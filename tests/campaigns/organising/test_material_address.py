"""The third step of a document: who is addressed, and a letter only where there is somebody to write to."""

from typing import Any

import pytest
from django.test import Client

from campaigns.models import Campaign, Material, Organisation
from tests.campaigns.factories import text_of
from tests.letters.factories import make_legislature

from .read_material import PASSAGES, a_draft, address, as_shown, bob, check, make, material, organisation, read, words

__all__ = ["bob", "material", "organisation"]  # pytest finds them by their names here

pytestmark = pytest.mark.django_db

LETTER = ("letter_subject", "letter_body", "letter_ask")
HOLLOW: dict[str, Any] = {
    "title": "Keep {place} open",
    "standfirst": "They want to close {place}.",
    "asks": ["Keep {place} open"],
}


def hollow(organisation: Organisation) -> Material:
    """A letter with places to be filled in, as templates have them."""
    return read(organisation, draft=a_draft(**HOLLOW))


def test_braces_of_a_document_are_no_placeholders_of_a_letter(bob: Client, organisation: Organisation) -> None:
    one = hollow(organisation)
    check(bob, one)
    shown = as_shown(bob.get(address(one, "address")))
    assert [shown[name] for name in LETTER] == ["Keep (place) open", "They want to close (place).", "Keep (place) open"]
    assert make(bob, one, legislature=make_legislature().pk).status_code == 302


@pytest.mark.parametrize("wrong", ["Dear {minister}", "x" * 10_001])
def test_where_nobody_is_written_to_nothing_is_wrong_with_a_letter(bob: Client, material: Material, wrong: str) -> None:
    check(bob, material)
    assert make(bob, material, **dict.fromkeys(LETTER, wrong)).status_code == 302
    assert text_of(Campaign.objects.get()).letter_body == ""


def test_what_a_letter_cannot_be_is_said_where_there_is_somebody_to_write_to(bob: Client, material: Material) -> None:
    check(bob, material)
    somebody = make_legislature().pk
    for text, said in (("Dear {minister}", "These are not placeholders: {minister}."), ("", "A letter needs it")):
        response = make(bob, material, legislature=somebody, letter_body=text)
        assert response.status_code == 422 and said in words(response)
    assert not Campaign.objects.exists()


def test_who_chooses_somebody_later_finds_a_letter_begun(bob: Client, material: Material) -> None:
    check(bob, material)
    begun = as_shown(bob.get(address(material, "address")))
    make(bob, material)
    again = as_shown(bob.get(address(material, "address")))
    assert [again[name] for name in LETTER] == [begun[name] for name in LETTER] and all(begun[name] for name in LETTER)
    make(bob, material, legislature=make_legislature().pk, letter_body="I write to you.")
    assert as_shown(bob.get(address(material, "address")))["letter_body"] == "I write to you."


def test_more_asks_than_a_letter_can_hold_end_with_a_whole_one(bob: Client, organisation: Organisation) -> None:
    asks = [f"{number} {'word ' * 150}end" for number in range(10)]
    one = read(organisation, draft=a_draft(asks=asks))
    check(bob, one)
    assert as_shown(bob.get(address(one, "address")))["letter_ask"].split("\n") == asks[:6]
    assert make(bob, one, legislature=make_legislature().pk).status_code == 302


def test_an_addressee_has_a_name_and_an_office_and_stands_there_once(bob: Client, organisation: Organisation) -> None:
    said = ["the Mayor of Easton", "Ms Jane Whitfield", "Mayor Whitfield", "members of the council"]
    passages = [("paragraph", f"To {said[0]}, {said[1]}; dear {said[2]}, dear {said[3]}"), *PASSAGES]
    one = read(organisation, draft=a_draft(passages, addressees=said, inferred=["addressees.3"]))
    check(bob, one)
    shown = as_shown(bob.get(address(one, "address")))
    rows = [tuple(shown.get(f"targets-{row}-{name}", "") for name in ("use", "name", "role")) for row in (0, 1, 2)]
    assert rows == [
        (True, "Ms Jane Whitfield", "Mayor of Easton"),
        ("", "members of the council", ""),
        ("", "", ""),
    ]
    make(bob, one)
    campaign = Campaign.objects.get()
    assert [(target.name, target.role) for target in campaign.targets.all()] == [rows[0][1:]]
    assert text_of(campaign).addressed_to == "the Mayor of Easton, Ms Jane Whitfield"
    assert "Mayor Whitfield" not in words(bob.get(address(one, "address")))
