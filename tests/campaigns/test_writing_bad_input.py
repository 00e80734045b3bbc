"""Letters nobody would write: each is a clear error with everything typed kept, or a good letter."""

import html
import unicodedata
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from django.test import Client

from campaigns.models import Campaign, CampaignLetter
from letters.letter_text import letter_text
from letters.models import Letter, Representative
from letters.pdf import MissingGlyphs

from .factories import emails, make_campaign, make_seat
from .test_writing import field, post

pytestmark = pytest.mark.django_db

OVERRIDES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
FIELDS = ("own_words", "subject", "body", "name", "address", "postcode")


@pytest.fixture
def member() -> Representative:
    return make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@example.com")[2]


@pytest.fixture
def campaign(member: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=member.legislature)


@pytest.fixture
def letter(campaign: Campaign, member: Representative) -> dict[str, Any]:
    return {
        "constituency": str(member.constituency_id),
        "representative": str(member.pk),
        "own_words": "I learned to read there.",
        "subject": "The library",
        "body": "It must stay open.",
        "name": "Alice Ahmed",
        "address": "1 High Street",
        "postcode": "SW1A 1AA",
        "email": "alice@example.org",
        "consent": "on",
    }


def refused(client: Client, letter: dict[str, Any], **bad: str) -> str:
    """The page that says what is wrong; it holds everything that was typed, the wrong field as well."""
    for stage in ("preview", "pdf", "text", "send"):
        response = post(client, stage, **letter | bad)
        assert response.status_code == 422
        for name in FIELDS:
            typed = (letter | bad)[name]
            assert field(response, name).replace("\r\n", "\n") == typed.replace("\r\n", "\n"), name
    assert not emails() and not Letter.objects.exists()
    return html.unescape(response.content.decode())


def sent(client: Client, letter: dict[str, Any], **odd: str) -> Letter:
    assert post(client, "preview", **letter | odd).status_code == 200
    assert post(client, "send", **letter | odd).status_code == 303
    return CampaignLetter.objects.get().letter


def pdf_text(client: Client, letter: dict[str, Any], **odd: str) -> str:
    response = post(client, "pdf", **letter | odd)
    assert response.status_code == 200, html.unescape(response.content.decode())
    return "".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(response.content))


# Too much


def test_a_letter_of_twenty_thousand_characters_is_told_by_how_many_it_is_too_long(
    client: Client, letter: dict[str, Any]
) -> None:
    body = ("The library is open. " * 1000)[:20_000].rstrip()
    over = len(body) + len("I learned to read there.\n\n") - 10_000
    page = refused(client, letter, body=body)
    assert f"{over} characters too long" in page
    assert "maxlength" not in page.split('name="body"')[0].rsplit("<", 1)[1], "a browser cuts what is pasted, unsaid"


def test_ones_own_words_count_towards_the_length(client: Client, letter: dict[str, Any]) -> None:
    page = refused(client, letter, own_words="word " * 1000 + "end", body="word " * 1000 + "end")
    assert "too long" in page


def test_ten_thousand_characters_are_a_letter(client: Client, letter: dict[str, Any]) -> None:
    assert len(sent(client, letter, own_words="", body="w " * 4999 + "ok").body) == 10_000


def test_one_word_of_five_thousand_characters_is_a_letter(client: Client, letter: dict[str, Any]) -> None:
    word = "x" * 5000
    text = pdf_text(client, letter, body=word)
    assert text.count("x") >= 5000, "none of it runs off the sheet"
    assert sent(client, letter, body=word).body.endswith(word)


@pytest.mark.parametrize("address", ["1 High Street\n" * 9, "\n".join(str(line) for line in range(1, 10))])
def test_an_address_of_nine_lines_is_refused(client: Client, letter: dict[str, Any], address: str) -> None:
    assert "at most 7 lines" in refused(client, letter, address=address.strip())


# Text that turns itself around


@pytest.mark.parametrize("name", ["own_words", "subject", "body", "name", "address"])
@pytest.mark.parametrize("mark", list(OVERRIDES), ids=lambda mark: f"{ord(mark):x}")
def test_no_letter_turns_text_around(client: Client, letter: dict[str, Any], name: str, mark: str) -> None:
    """“I am {override}for{end} it” would be read from right to left, and deceive whoever gets it."""
    odd = {name: f"I am {mark}not\u202c for it"}
    kept = sent(client, letter, **odd)
    whole = "".join([kept.subject, kept.body, kept.sender_name, kept.sender_address, letter_text(kept)])
    assert not set(whole) & set(OVERRIDES) and "I am not for it" in whole


@pytest.mark.parametrize("mark", ["\u200f", "\u200e", "\u061c"])
def test_a_name_with_a_mark_of_direction_is_a_name(client: Client, letter: dict[str, Any], mark: str) -> None:
    name = f"شارلي حدّاد{mark} (Charlie)"
    assert sent(client, letter, name=name).sender_name == name
    assert "Charlie" in pdf_text(client, letter, name=name)


def test_a_name_of_marks_alone_is_none(client: Client, letter: dict[str, Any]) -> None:
    response = post(client, "preview", **letter | {"name": "\u200f\u202e\u200e"})
    assert response.status_code == 422 and "at least one letter" in response.content.decode()


# Characters that cannot be seen, or are not letters


@pytest.mark.parametrize("name", ["own_words", "subject", "body", "name", "address"])
@pytest.mark.parametrize("character", ["\x07", "\x1b", "\x7f", "\x85", "\u2028", "\ufeff"], ids=lambda c: f"{ord(c):x}")
def test_control_characters_reach_no_letter(client: Client, letter: dict[str, Any], name: str, character: str) -> None:
    kept = sent(client, letter, **{name: f"One{character}word"})
    text = letter_text(kept)
    assert not [one for one in text if unicodedata.category(one) in ("Cc", "Cs") and one != "\n"]
    assert "One" in text and "word" in text or name == "subject"


@pytest.mark.parametrize("name", FIELDS)
def test_a_nul_is_refused(client: Client, letter: dict[str, Any], name: str) -> None:
    response = post(client, "send", **letter | {name: "One\0word"})
    assert response.status_code == 422 and not emails()


def test_what_no_font_has_is_named_and_nothing_is_lost(
    client: Client, letter: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(*_: object, **__: object) -> bytes:
        raise MissingGlyphs("\U0001f9ff\u16a0")

    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", missing)
    response = post(client, "pdf", **letter)
    page = html.unescape(response.content.decode())
    assert response.status_code == 422 and "\U0001f9ff \u16a0" in page and "cannot be printed" in page
    assert field(response, "body") == letter["body"] and field(response, "own_words") == letter["own_words"]


def test_emoji_are_printed_or_named(client: Client, letter: dict[str, Any]) -> None:
    response = post(client, "pdf", **letter | {"body": "Books 📚 for all 👩🏽‍🏫."})
    if response.status_code == 200:
        assert response.content.startswith(b"%PDF-")
    else:
        assert response.status_code == 422 and "cannot be printed" in html.unescape(response.content.decode())
    assert "📚" in sent(client, letter, body="Books 📚 for all.").body


# Text that would be more than text

TRICKS = [
    "<script>alert(1)</script>",
    "<img src=file:///etc/hostname onerror=alert(1)>",
    "<style>* { display: none }</style>",
    '"><iframe src="file:///etc/hostname"></iframe>',
    "url(file:///etc/hostname)",
    "file:///etc/hostname",
    "@import 'file:///etc/hostname';",
    "{{ settings.SECRET_KEY }}{% debug %}",
    "%(organisation)s %s {0}",
    "&lt;b&gt;",
]


@pytest.mark.parametrize("name", ["own_words", "subject", "body", "name", "address", "postcode"])
@pytest.mark.parametrize("trick", TRICKS)
def test_markup_and_addresses_of_files_are_text(client: Client, letter: dict[str, Any], name: str, trick: str) -> None:
    odd = {name: trick[:20] if name == "postcode" else f"Alice {trick}"}
    response = post(client, "preview", **letter | odd)
    assert response.status_code == 200
    page = response.content.decode()
    assert (
        "<script>alert" not in page and "<iframe" not in page and "<style>" not in page and "<img src=file" not in page
    )
    assert odd[name] in html.unescape(page)


def test_nothing_of_this_machine_gets_into_a_pdf(client: Client, letter: dict[str, Any], tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text("canary-4711")
    tricks = f'<img src="file://{canary}"><object data="file://{canary}"></object>url(file://{canary})'
    odd = dict.fromkeys(("own_words", "subject", "body", "name"), f"A {tricks}"[:150])
    text = pdf_text(client, letter, **odd)
    assert "canary-4711" not in text and "<img src=" in text


def test_a_contact_form_is_a_page_of_the_web_and_nothing_else(client: Client, letter: dict[str, Any]) -> None:
    for address, shown in (("javascript:alert(1)", False), ("https://imogen.example.org/write", True)):
        Representative.objects.update(email="", contact_form=address)
        for stage in ("edit", "preview"):
            assert (f'href="{address}"' in post(client, stage, **letter).content.decode()) == shown
