"""What a document says may be more than a field, or a page, can hold: that is said before anybody presses a button."""

from typing import Any

import pytest
from django.test import Client

from campaigns.material.draft import MOST
from campaigns.models import Material, Organisation

from .read_material import a_draft, address, bob, check, material, organisation, read, words

__all__ = ["bob", "material", "organisation"]  # pytest finds them by their names here

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("name", "field", "most"),
    [
        ("title", "title", 200),
        ("standfirst", "summary", 2_000),
        ("byline", "byline", 120),
        ("affiliation", "affiliation", 120),
        ("publication", "publication", 200),
        ("salutation", "salutation", 200),
        ("closing", "closing", 200),
        ("response", "response", 20_000),
    ],
)
def test_what_is_too_long_for_its_field_is_said_at_once(
    bob: Client, organisation: Organisation, name: str, field: str, most: int
) -> None:
    said: dict[str, Any] = {name: "x" * (most + 1)}
    one = read(organisation, draft=a_draft(**said))
    page = bob.get(address(one))
    assert page.context["form"][field].value() == "x" * (most + 1), "nothing of it is lost"
    assert list(page.context["form"].errors) == [field]
    assert f'<a href="#id_{field}">' in words(page) and f"at most {most} characters" in words(page)


def test_a_row_that_is_too_long_is_said_at_once(bob: Client, organisation: Organisation) -> None:
    one = read(organisation, draft=a_draft(asks=["x" * 1_001]))
    assert '<a href="#id_asks-0-text">' in words(bob.get(address(one)))


def test_a_document_that_fits_is_opened_without_a_word(bob: Client, material: Material) -> None:
    page = bob.get(address(material))
    assert page.context["form"].errors == {} and "Something needs another look" not in words(page)


def test_all_that_is_read_has_room_on_the_page(bob: Client, organisation: Organisation) -> None:
    found: dict[str, Any] = {
        "asks": [f"Ask {number}" for number in range(MOST)],
        "figures": [{"value": str(number), "sentence": f"There are {number}."} for number in range(MOST)],
        "events": [{"date": "2096-12-05", "text": f"Meeting {number}"} for number in range(MOST)],
    }
    one = read(organisation, draft=a_draft(**found))
    page = bob.get(address(one))
    assert [len(page.context[name]["set"].initial) for name in found] == [MOST] * 3
    assert check(bob, one).status_code == 302
    one.refresh_from_db()
    assert [len(one.checked[name]) for name in found] == [MOST] * 3
    assert f'name="asks-{MOST}-text"' in words(bob.get(address(one))), "and there is an empty row to be filled in"


def test_what_was_found_beyond_that_is_said(bob: Client, organisation: Organisation) -> None:
    said = "More was found than a page can hold"
    assert said in words(bob.get(address(read(organisation, draft=a_draft(warnings=["more"])))))
    assert said not in words(bob.get(address(read(organisation, content=b"Another."))))
