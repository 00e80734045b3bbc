"""A piece of the original is sent to a field, or the whole text is taken for the letter, and nothing typed is lost."""

from typing import Any

import pytest
from django.test import Client

from campaigns import checking
from campaigns.forms.organising.material import ROOM
from campaigns.material.pipeline import data_of
from campaigns.models import Material, Organisation

from .read_material import LETTER, a_draft, address, as_shown, bob, check, material, organisation, read, words
from .sent_to_text import DOCUMENT, SENT

__all__ = ["bob", "material", "organisation"]  # pytest finds them by their names here


@pytest.fixture(scope="module")
def ferry() -> dict[str, Any]:
    return data_of(DOCUMENT.encode(), "ferry.md")


@pytest.mark.parametrize(("before", "sent", "after"), [pytest.param(*case, id=why) for why, *case in SENT])
def test_a_piece_is_put_where_it_stood(ferry: dict[str, Any], before: str, sent: str, after: str) -> None:
    ids = [f"p{n}" for n in range(len(ferry["passages"]))] + [f"d{n}" for n in range(len(ferry["dropped"]))]
    [piece] = [id for id in ids if sent in (checking.piece_text(ferry, id) or "")]
    assert checking.put_into_text(ferry, before, piece) == after + "\n"


@pytest.mark.parametrize("id", ["", "p", "p11", "p-1", "d1", "x0", "p²", "p1e9", "d" + "9" * 5_000])
def test_a_piece_that_does_not_exist_is_none(id: str) -> None:
    assert checking.piece_text(a_draft(), id) is None


def by_browser(response: Any, **changes: Any) -> dict[str, Any]:
    """What a browser would send of the page: its line ends are those of the wire."""
    shown = as_shown(response) | changes
    return {name: str(value).replace("\n", "\r\n") for name, value in shown.items()}


def test_a_piece_is_sent_to_a_field_without_a_script(bob: Client, material: Material) -> None:
    shown = by_browser(bob.get(address(material)), title="Typed just now", send="d0")
    asked = bob.post(address(material), shown)
    assert asked.status_code == 200 and "Where should it go?" in words(asked)
    assert as_shown(asked)["title"] == "Typed just now", "what was typed is still there"
    for place, name in {"summary": "summary", "asks": "asks-2-text", "response": "response"}.items():
        sent = bob.post(address(material), by_browser(asked, piece="d0", to=place))
        assert as_shown(sent)[name] == "Share this on every network" and "It is not saved yet." in words(sent)
    material.refresh_from_db()
    assert not material.checked


def test_a_piece_is_sent_to_the_first_row_of_several(bob: Client, organisation: Organisation) -> None:
    material = read(organisation, draft=a_draft(asks=[], figures=[], events=[]))
    opened = bob.get(address(material))
    for name, row in {"asks": "text", "figures": "text", "events": "title"}.items():
        sent = as_shown(bob.post(address(material), by_browser(opened, piece="d0", to=name)))
        assert sent[f"{name}-0-{row}"] == "Share this on every network"
        assert sent.get(f"{name}-0-use") == (None if name == "asks" else True)


def test_a_piece_is_put_where_it_stood_without_a_script(bob: Client, material: Material) -> None:
    without = LETTER.replace("- Publish the engineer's report\n", "")
    sent = bob.post(address(material), by_browser(bob.get(address(material)), text=without, piece="p6", to="text"))
    assert as_shown(sent)["text"] == LETTER


def test_what_stood_in_the_field_is_said(bob: Client, material: Material) -> None:
    opened = bob.get(address(material))
    sent = bob.post(address(material), by_browser(opened, title="Typed just now", piece="p1", to="title"))
    assert "“<bdi>Typed just now</bdi>”" in words(sent)
    for place in ("text", "asks", "byline"):
        sent = bob.post(address(material), by_browser(opened, byline="", piece="p1", to=place))
        assert "Until now it said" not in words(sent), "nothing was replaced"


@pytest.mark.parametrize(
    ("place", "filled"),
    [("date", "2026-10-14"), ("response_date", "2026-10-14")]
    + [(place, "By Mara Lindqvist, Easton Herald, 14 October 2026") for place in ("source_url", "response_author")],
)
def test_a_piece_can_be_sent_to_each_field_of_words(bob: Client, material: Material, place: str, filled: str) -> None:
    opened = bob.get(address(material))
    assert f'data-to="{place}"' in words(opened)
    assert as_shown(bob.post(address(material), by_browser(opened, piece="p2", to=place)))[place] == filled


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("By Mara Lindqvist, Easton Herald, 14 October 2026", "2026-10-14"),
        ("14. Oktober 2026", None),
        ("14 October", None),
        ("3-5 October 2026", None),
        ("4 May 2026 or 5 May 2026", None),
        ("May 2026", None),
        ("2018-09", "2018-09"),
    ],
)
def test_a_day_is_read_as_the_document_has_it(bob: Client, material: Material, typed: str, stored: str | None) -> None:
    response = check(bob, material, do="save", date=typed)
    material.refresh_from_db()
    if stored:
        assert response.status_code == 302 and material.checked["date"] == stored
    else:
        assert response.status_code == 422 and as_shown(response)["date"] == typed, "left as it was typed"


def test_where_there_is_no_room_for_one_more_ask_that_is_said(bob: Client, organisation: Organisation) -> None:
    material = read(organisation, draft=a_draft(asks=[f"Ask {n}" for n in range(ROOM)]))
    full = as_shown(bob.get(address(material))) | {f"asks-{ROOM}-text": ""}
    full_up = bob.post(address(material), full | {"piece": "d0", "to": "asks"})
    said = '<p class="said-so warned" role="status">There is no room for one more.'
    assert said in words(full_up) and "It is not saved yet." not in words(full_up)
    emptied = bob.post(address(material), full | {"piece": "d0", "to": "asks", "asks-7-text": ""})
    assert said not in words(emptied) and as_shown(emptied)[f"asks-{ROOM - 1}-text"] == "Share this on every network"


@pytest.mark.parametrize("sent", [{"send": "p99"}, {"piece": "p0", "to": "slug"}, {"to": "title"}, {"take": "all"}])
def test_a_piece_or_a_place_that_does_not_exist_changes_nothing(
    bob: Client, material: Material, sent: dict[str, str]
) -> None:
    opened = bob.get(address(material))
    response = bob.post(address(material), by_browser(opened, **sent))
    assert response.status_code == 200 and by_browser(response) == by_browser(opened)


@pytest.mark.parametrize("saved_between", [False, True])
def test_the_whole_text_is_taken_for_the_letter_and_nothing_typed_is_lost(
    bob: Client, organisation: Organisation, saved_between: bool
) -> None:
    draft = a_draft(body_markdown="The story.\n\nDear members of the council,\n\n" + LETTER)
    material = read(organisation, draft=draft)
    opened = bob.get(address(material))
    assert as_shown(opened)["text"] == LETTER
    mine = {"text": "Ours, *all* of it.\n\nAnd more.", "salutation": "Dear all,"}
    whole = bob.post(address(material), by_browser(opened, take="body", **mine))
    shown = as_shown(whole)
    assert shown["text"].startswith("The story.") and shown["salutation"] == "", "or it would be said twice"
    assert "Salutation, text and closing are replaced." in words(whole) and "It is not saved yet." in words(whole)
    if saved_between:
        assert bob.post(address(material), by_browser(whole, do="save", text="The story, in short.")).status_code == 302
        whole = bob.get(address(material))
    letter = bob.post(address(material), by_browser(whole, take="letter", text="The story, in short."))
    again = {name: as_shown(letter)[name].replace("\r\n", "\n") for name in ("text", "salutation", "closing")}
    assert again == mine | {"closing": "Yours faithfully,"}
    assert as_shown(bob.post(address(material), by_browser(letter, take="body")))["text"] == "The story, in short."


def test_a_page_that_holds_what_is_not_saved_says_so_to_its_script(bob: Client, material: Material) -> None:
    opened = bob.get(address(material))
    assert "data-unsaved" not in words(opened)
    for changes in ({"send": "p0"}, {"piece": "p0", "to": "title"}, {"take": "body"}, {"do": "save", "title": ""}):
        assert "data-unsaved" in words(bob.post(address(material), by_browser(opened, **changes)))


def test_what_the_document_says_is_worked_out_once_a_page(
    bob: Client, material: Material, monkeypatch: pytest.MonkeyPatch
) -> None:
    from campaigns.forms.organising import material as forms

    asked = []
    read_out = forms.from_draft
    monkeypatch.setattr(forms, "from_draft", lambda draft: asked.append(draft) or read_out(draft))  # type: ignore[func-returns-value]
    bob.get(address(material))
    assert len(asked) == 1
