"""What nobody writes, and anybody can send, in every field: a good letter or a clear error, and nothing is read."""

import dataclasses
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.utils.safestring import mark_safe

from letters.pdf import LetterSheet, RenderingError, document_pdf, letter_html, letter_pdf

from .accessible import faults
from .pieces import pieces
from .sheets import Box, a_letter, ink, lines_as_seen, opened, texts
from .traps import SECRET, everything_in, listening, traps

ONE = ("title", "sender_name", "place", "subject", "salutation", "body", "closing", "signature_name", "affiliation",
       "signatures_line", "foot_text", "foot_url")  # fmt: skip
MANY = ("sender_lines", "recipient_lines", "asks", "sources", "annex")
WORDS = (*ONE, *MANY)


def with_field(field: str, text: str) -> LetterSheet:
    return a_letter(**{field: (text,) if field in MANY else text})


def test_every_field_is_tried() -> None:
    other = {"language", "date", "blank", "layout", "body_html"}
    assert {field.name for field in dataclasses.fields(LetterSheet)} - other == set(WORDS)


@pytest.mark.parametrize("field", [*WORDS, "body_html"])
def test_no_field_makes_the_renderer_read_a_file_or_ask_a_server(field: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text(SECRET)
    with listening() as (address, asked):
        markup = traps(canary.as_uri()) + traps(f"{address}/x.css") + traps(str(canary))
        sheet = a_letter(body_html=mark_safe(markup)) if field == "body_html" else with_field(field, markup)
        for large in (False, True):
            pdf = letter_pdf(sheet, large=large)
            assert SECRET.encode() not in everything_in(pdf)
            with opened(pdf) as document:
                assert document.count_attachments() == 0
    assert asked == []


def test_nor_does_another_document_or_its_style_sheet(tmp_path: Path) -> None:
    canary = tmp_path / "canary.txt"
    canary.write_text(SECRET)
    with listening() as (address, asked):
        for trap in (canary.as_uri(), f"{address}/y"):
            html = f"<!doctype html><html lang=en><title>t</title>{traps(trap)}"
            pdf = document_pdf(html, f'@import "{trap}"; body {{ background: url("{trap}") }}')
            assert SECRET.encode() not in everything_in(pdf)
            with pytest.raises(RenderingError):  # a profile of colours is the one thing that cannot be done without
                document_pdf(html, f'@color-profile --x {{ src: url("{trap}"); components: r,g,b }}')
    assert asked == []


@pytest.mark.parametrize("field", WORDS)
def test_html_in_any_field_is_text(field: str) -> None:
    html = letter_html(with_field(field, "<b onclick=x>&\"'</b></title><script>"))
    assert "<b onclick" not in html and "<script" not in html
    assert "&lt;script&gt;" in html or field == "foot_url"


FLOODS = {
    "20,000 characters": "word " * 4000,
    "one word": "x" * 5000,
    "one Arabic word": "م" * 5000,
    "figures": "1,2;" * 1250,
    "empty lines": "\n" * 5000 + "end",
}
TRIED = [
    *product(WORDS, ("20,000 characters", "one word")),
    *product(("sender_name", "recipient_lines", "body"), FLOODS),
]


@pytest.mark.parametrize(("field", "flood"), TRIED)
def test_a_flood_in_any_field_is_a_letter_or_a_clear_error(field: str, flood: str) -> None:
    text = FLOODS[flood]
    try:
        pdf = letter_pdf(with_field(field, text))
    except RenderingError:
        return
    assert faults(pdf) == []
    with opened(pdf) as document:
        assert len(document) <= 20
        pages = range(len(document))
    for number in pages:
        for piece in pieces(pdf, number):
            assert piece.zone.right < 206 and piece.zone.left > 4, "nothing runs off the sheet"


def test_twenty_thousand_characters_are_all_there() -> None:
    words = [f"w{number}" for number in range(3300)]
    body = "\n\n".join(" ".join(words[at : at + 60]) for at in range(0, len(words), 60))
    assert 18_000 < len(body) < 21_000
    found = " ".join(texts(letter_pdf(a_letter(body=body)))).split()
    assert [word for word in found if word[0] == "w" and word[1:].isdigit()] == words


@pytest.mark.parametrize("field", ["sender_name", "salutation", "body", "closing", "place", "subject"])
def test_an_override_does_not_turn_what_is_around_it(field: str) -> None:
    """Neither within its line nor in the next."""
    seen = "".join(lines_as_seen(letter_pdf(with_field(field, "live\u202e2026 MP\u2067xyz"))))
    for words in ("live2026 MPxyz", "20 November 2026", "Helen Marsh MP", "12 Mill Lane", "Yours sincerely,"):
        if field != "closing" or words != "Yours sincerely,":
            assert words in seen


def test_a_name_with_a_mark_of_direction_stays_in_its_place() -> None:
    seen = lines_as_seen(letter_pdf(a_letter(sender_name="\u200fCharlie Stranger", signature_name="\u200fCharlie")))
    assert any("Charlie Stranger" in line for line in seen)
    arabic = letter_pdf(a_letter(language="ar", sender_name="سمير\u200e حداد\u200f", body="نص"))
    assert any("سمير" in line for line in texts(arabic)[0].split("\n"))


@pytest.mark.parametrize("field", ["sender_lines", "recipient_lines", "asks", "sources", "annex"])
def test_a_thousand_lines_in_a_field_are_a_letter_or_a_clear_error(field: str) -> None:
    lines: Any = tuple(f"line {number}" for number in range(1000))
    try:
        pdf = letter_pdf(a_letter(**{field: lines}))
    except RenderingError:
        return
    text = " ".join(" ".join(texts(pdf)).split())
    assert "line 999" in text and "Dear Ms Marsh," in text


def test_stacked_accents_stay_on_the_sheet() -> None:
    pdf = letter_pdf(a_letter(sender_name="Z" + "\u0301" * 400, body="a\u0300\u0301" * 500))
    assert ink(pdf, Box(left=0, top=0, right=20, bottom=297)) == 0
