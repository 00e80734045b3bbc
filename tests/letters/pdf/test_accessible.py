"""Every PDF of ours is PDF/UA-1: asked of a validator, and read out of the file."""

import io
from collections.abc import Callable
from functools import partial

import page
import pikepdf
import pytest
from django.utils.safestring import mark_safe

from letters.pdf import PROFILES, document_pdf, letter_pdf

from .accessible import elements, faults, read
from .sheets import PARAGRAPH, a_letter, an_arabic_letter

BODY = (
    "<h2>Why</h2><p>We <strong>write</strong>.<sup>1</sup></p><ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>"
    "<blockquote><p>Quoted.</p></blockquote>"
)
STATEMENT = a_letter(
    sender_name="", sender_lines=(), recipient_lines=(), subject="", body_html=mark_safe(BODY), asks=("one;", "two."),
    sources=("First.", "Second."),
)  # fmt: skip
SHEETS = {
    "short": a_letter(),
    "Arabic": an_arabic_letter(),
    "of several pages": a_letter(body="\n\n".join([PARAGRAPH] * 30)),
    "with an annex": a_letter(annex=tuple(f"Person Number {number}, Leeds" for number in range(150))),
    "statement": STATEMENT,
    "to be filled in": a_letter(sender_name="", sender_lines=(), date=None, blank=True),
    "mixed": a_letter(body="Hello.\n\nعزيزي السيد\n\nSee https://example.org/a/b/ now."),
    "without a foot": a_letter(foot_text="", foot_url=""),
}


def failures(pdf: bytes) -> list[str]:
    """What a validator finds: the distribution page-validation, which passes veraPDF's corpus of good and bad files."""
    report = page.validate_pdf_bytes(pdf, profile="ua1")
    assert report.rules.total > 100
    return [f"{failure.rule_id}: {failure.message}" for failure in report.failures]


TABLE = (
    "<!doctype html><html lang=en><title>Totals</title><h1>Totals</h1><table><thead><tr><th scope=col>Area"
    "<th scope=col>People</thead><tbody><tr><th scope=row>Leeds<td>3</table>"
)
DOCUMENTS: dict[str, Callable[[], bytes]] = {
    **{f"{name}": partial(letter_pdf, sheet) for name, sheet in SHEETS.items()},
    **{f"{name}, large": partial(letter_pdf, sheet, large=True) for name, sheet in SHEETS.items()},
    **{f"in the layout {name}": partial(letter_pdf, a_letter(), name) for name in PROFILES},
    "another document": partial(document_pdf, TABLE, "h1 { color: red }"),
}


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_every_document_has_all_that_pdf_ua_wants(made: Callable[[], bytes]) -> None:
    assert faults(made()) == []


@pytest.mark.parametrize("made", DOCUMENTS.values(), ids=DOCUMENTS)
def test_a_validator_finds_nothing(made: Callable[[], bytes]) -> None:
    assert failures(made()) == []


def without_alternative(document: pikepdf.Pdf) -> None:
    figures = [e for e in elements(document.Root.StructTreeRoot.K[0]) if e.S == "/Figure"]
    del figures[0]["/Alt"]


def without_language(document: pikepdf.Pdf) -> None:
    del document.Root["/Lang"]


def without_title_shown(document: pikepdf.Pdf) -> None:
    document.Root.ViewerPreferences.DisplayDocTitle = False


def untagged_text(document: pikepdf.Pdf) -> None:
    page = document.pages[0]
    page.contents_add(b"BT /F1 9 Tf (x) Tj ET 0 0 9 9 re f")


def a_heading_skipped(document: pikepdf.Pdf) -> None:
    heading = next(e for e in elements(document.Root.StructTreeRoot.K[0]) if e.S == "/H1")
    heading.S = pikepdf.Name.H3


def a_link_without_words(document: pikepdf.Pdf) -> None:
    del document.pages[0].Annots[0]["/Contents"]


def without_identifier(document: pikepdf.Pdf) -> None:
    with document.open_metadata() as metadata:
        del metadata["pdfuaid:part"]


def another_order_of_tabs(document: pikepdf.Pdf) -> None:
    document.pages[0].Tabs = pikepdf.Name.R


def a_font_without_letters(document: pikepdf.Pdf) -> None:
    for font in document.pages[0].resources.Font.values():
        del font["/ToUnicode"]


SPOILT = [without_alternative, without_language, without_title_shown, untagged_text, a_heading_skipped,
          a_link_without_words, without_identifier, another_order_of_tabs, a_font_without_letters]  # fmt: skip


def spoilt_by(spoil: Callable[[pikepdf.Pdf], None]) -> bytes:
    spoilt = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter_pdf(a_letter()))) as document:
        spoil(document)
        document.save(spoilt)
    return spoilt.getvalue()


@pytest.mark.parametrize("spoil", SPOILT)
def test_what_is_spoilt_is_found(spoil: Callable[[pikepdf.Pdf], None]) -> None:
    assert len(faults(spoilt_by(spoil))) >= 1


@pytest.mark.parametrize("spoil", SPOILT)
def test_the_validator_finds_it_too(
    spoil: Callable[[pikepdf.Pdf], None],
) -> None:
    assert failures(spoilt_by(spoil))


def test_what_is_in_another_script_is_spoken_in_another_language() -> None:
    found = read(letter_pdf(SHEETS["mixed"]))
    languages = {text.strip(): language for _tag, language, text in found}
    assert languages["Hello."] == "en"
    assert languages["عزيزي السيد"] == "ar"
    english = {text.strip(): language for _tag, language, text in read(letter_pdf(an_arabic_letter()))}
    assert english["House of Commons"] == "en" and english["سمير حداد"] == "ar"


def test_the_letter_is_read_from_sender_to_annex_and_the_foot_last() -> None:
    sheet = a_letter(annex=("Alice Ahmed, Leeds", "Bob Helper, Bradford"), layout="din_5008_b")
    for large in (False, True):
        found = [text.strip() for _tag, _language, text in read(letter_pdf(sheet, large=large)) if text.strip()]
        first = ["Charlie Stranger", "12 Mill Lane", "Eastbridge", "EB4 7QT", "Helen Marsh MP", "House of Commons",
                 "LONDON", "SW1A 0AA", "20 November 2026", "Reopen the footbridge", "Dear Ms Marsh,",
                 "I live in Mill Lane."]  # fmt: skip
        last = ["Yours sincerely,", "Charlie Stranger", "This letter is also sent by", "Alice Ahmed, Leeds",
                "Bob Helper, Bradford", "Let the school walk home safely", "example.org/footbridge"]  # fmt: skip
        assert found[: len(first)] == first
        assert found[-len(last) :] == last


def test_an_annex_is_a_list_that_goes_on_from_page_to_page_with_every_name_once_in_order() -> None:
    names = tuple(f"Person Number {number}, Leeds" for number in range(400))
    pdf = letter_pdf(a_letter(annex=names))
    found = read(pdf)
    assert tuple(text.strip() for tag, _language, text in found if tag == "LBody") == names
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert 4 <= len(document.pages) <= 8
        items = [e for e in elements(document.Root.StructTreeRoot.K[0]) if e.S == "/LI"]
    assert len(items) == len(names)
