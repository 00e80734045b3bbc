"""No letter leaves with an empty box in the place of a character."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest
from django.utils.safestring import mark_safe

from letters.pdf import MissingGlyphs, RenderingError, card_png, document_pdf, letter_pdf
from letters.pdf.many import letters_pdf
from letters.pdf.sheet import clean

from .sheets import a_letter, an_arabic_letter, texts

# Characters for private use have a shape in no font that is installed on purpose: the same on every machine.
NOWHERE, NOWHERE_ELSE = "\U0010fff0", "\U0010fff1"
FONT_FOLDERS = [Path(folder).expanduser() for folder in (
    "/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "/Library/Fonts", "~/Library/Fonts")
]  # fmt: skip
FIELDS: dict[str, Any] = {
    **dict.fromkeys(("sender_name", "place", "subject", "salutation", "body", "closing", "signature_name",
                     "affiliation", "signatures_line", "foot_text"), f"a{NOWHERE}b"),
    **dict.fromkeys(("sender_lines", "recipient_lines", "asks", "sources", "annex"), (f"a{NOWHERE}b",)),
    "body_html": mark_safe(f"<p>a{NOWHERE}b"),
    "foot_url": f"https://example.org/{NOWHERE}",
}  # fmt: skip


@pytest.mark.parametrize("field", FIELDS)
def test_a_character_that_no_font_has_is_an_error_that_names_it(field: str) -> None:
    with pytest.raises(MissingGlyphs) as raised:
        letter_pdf(a_letter(**{field: FIELDS[field]}))
    assert raised.value.characters == NOWHERE
    assert isinstance(raised.value, RenderingError)
    assert NOWHERE not in str(raised.value), "a message may be logged, and a letter is its writer's"


def test_every_field_of_words_is_tried() -> None:
    untried = {"title", "language", "date", "blank", "layout"}  # shown nowhere, or not words
    assert {field.name for field in dataclasses.fields(a_letter())} - untried == set(FIELDS)


def test_every_such_character_is_named_once_and_those_that_are_there_are_not() -> None:
    with pytest.raises(MissingGlyphs) as raised:
        letter_pdf(a_letter(body=f"fine {NOWHERE_ELSE * 3} عربي {NOWHERE}\n\n{NOWHERE} ē"))
    assert raised.value.characters == NOWHERE + NOWHERE_ELSE
    assert letter_pdf(a_letter()).startswith(b"%PDF-"), "and the next letter is none the worse"


def test_so_it_is_in_large_print_in_a_pile_and_in_other_documents() -> None:
    with pytest.raises(MissingGlyphs):
        letter_pdf(a_letter(body=NOWHERE), large=True)
    with pytest.raises(MissingGlyphs) as raised:
        letters_pdf([a_letter(), a_letter(body=NOWHERE)])
    assert raised.value.characters == NOWHERE
    with pytest.raises(MissingGlyphs):
        document_pdf(f"<!doctype html><html lang=en><title>t</title><p>{NOWHERE}", "")
    with pytest.raises(MissingGlyphs):
        card_png(f"<!doctype html><html lang=en><title>t</title><p>{NOWHERE}", 60, 30)


@pytest.mark.parametrize(
    "text",
    ["Family: \u200d\u2060\ufe0e\ufe0f\u200b\u00ad\ufeff\u034f\u180e", "\u200e\u200f\u061c marks", "\u202eevil\u202c",
     "❤\ufe0f", "a\u3164\u115f\u1160\uffa0b", "\ufff9a\ufffab\ufffb \ufffc", "\u2028a\u2029b\x0bc\x0cd\x85e",
     "a\ufffe\uffff\ufdd0\U0001ffffb", "\u2066a\u2067b\u2068c\u2069", "\U000e0067\U000e007f",
     "a\x00\x01\x1b\x7f\x9fb", "tab\ttab", "1\u00a02\u202f3\u20094\u20115"],
)  # fmt: skip
def test_what_is_not_meant_to_be_seen_is_not_missing(text: str) -> None:
    assert texts(letter_pdf(a_letter(body=f"{text} end", sender_name=f"{text} N")))


@pytest.mark.parametrize("text", ["漢字", "👩‍👩‍👧", "\U0001f9ff", "\ue000", "\u0378"])
def test_a_character_is_printed_or_named_but_never_a_box(text: str) -> None:
    """Which of the two depends on the machine's fonts."""
    try:
        pdf = letter_pdf(a_letter(body=f"before {text} after"))
    except MissingGlyphs as error:
        assert set(error.characters) <= set(text) - {"\u200d"}
    else:
        assert text[0] in texts(pdf)[0]


def test_a_letter_full_of_them_is_an_error_as_soon_as_a_good_one_would_be_a_letter() -> None:
    began = time.monotonic()
    with pytest.raises(MissingGlyphs):
        letter_pdf(a_letter(body=f"{NOWHERE * 9} " * 2000))
    assert time.monotonic() - began < 15


def test_text_keeps_what_it_needs_and_loses_what_turns_its_surroundings_round() -> None:
    assert clean("a\r\nb\rc\x0bd\u2028e\u2029f\tg") == "a\nb\nc\nd\ne\n\nf\tg"
    assert clean("\u200eleft\u200fright\u061c\u200c\u200d") == "\u200eleft\u200fright\u061c\u200c\u200d"
    assert clean("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069") == ""
    assert clean("\ud800\x00\x9f\ufdef\U0010ffff\ufffd") == "\ufffd"


def test_without_a_font_for_a_script_a_letter_in_it_is_an_error_and_others_are_set(
    no_children: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine on which nobody installed more than one Latin font."""
    latin = next(
        path for folder in FONT_FOLDERS for path in folder.rglob("NotoSerif[-[]*") if "Italic" not in path.name
    )
    (tmp_path / "fonts").mkdir()
    (tmp_path / "fonts" / latin.name).symlink_to(latin)
    configuration = tmp_path / "fonts.conf"
    configuration.write_text(
        f"<fontconfig><dir>{tmp_path}/fonts</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    monkeypatch.setenv("FONTCONFIG_FILE", str(configuration))
    with pytest.raises(MissingGlyphs) as raised:
        letter_pdf(an_arabic_letter())
    assert set("أكتب") <= set(raised.value.characters)
    assert letter_pdf(a_letter()).startswith(b"%PDF-")
