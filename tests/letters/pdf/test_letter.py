import datetime
import io
import re

import pikepdf
import pytest
import segno
from django.utils.html import strip_tags
from django.utils.safestring import mark_safe
from pytest_django.fixtures import Settings

from letters.pdf import PROFILES, LetterSheet, document_pdf, is_rtl, layout, letter_html, letter_pdf, page_pngs, window
from letters.pdf.profiles import Profile

from .pieces import pieces
from .sheets import (
    PARAGRAPH,
    Box,
    a_letter,
    an_arabic_letter,
    box_of,
    fonts,
    ink,
    lines_as_seen,
    opened,
    read_aloud,
    texts,
)


def test_a_short_letter_is_one_sheet_read_from_sender_to_foot() -> None:
    pages = texts(letter_pdf(a_letter()))
    assert len(pages) == 1
    in_order = ["12 Mill Lane", "Helen Marsh MP", "20 November 2026", "Reopen the footbridge", "Dear Ms Marsh,",
                "I live in Mill", "Yours sincerely,", "Let the school walk", "example.org/footbridge"]  # fmt: skip
    places = [pages[0].index(words) for words in in_order]
    assert places == sorted(places)


def test_the_file_says_that_it_is_accessible_and_is_tagged() -> None:
    with pikepdf.open(io.BytesIO(letter_pdf(a_letter()))) as pdf:
        root = pdf.Root
        assert str(root.Lang) == "en"
        assert root.MarkInfo.Marked
        assert root.ViewerPreferences.DisplayDocTitle
        assert str(pdf.docinfo.Title) == "Letter to Helen Marsh MP"
        with pdf.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "Letter to Helen Marsh MP"


def test_the_tags_name_heading_paragraphs_link_and_code_and_the_foot_is_read_last() -> None:
    tags = read_aloud(letter_pdf(a_letter()))
    assert tags[0] == "Document"
    assert tags.count("H1") == 1
    assert tags.count("P") > 8
    code = tags.index("Figure: QR code that leads to example.org/footbridge")
    assert tags.index("H1") < code
    assert "Link" in tags[code:]
    assert "H1" not in tags[code:]


def test_every_font_is_embedded() -> None:
    for sheet in (a_letter(), an_arabic_letter()):
        found = fonts(letter_pdf(sheet))
        assert found
        assert all(found.values()), found


def test_an_address_too_long_for_any_window_loses_no_line_and_covers_nothing() -> None:
    pdf = letter_pdf(a_letter(recipient_lines=tuple(f"Line number {i} of it" for i in range(1, 21))))
    assert box_of(pdf, "Line number 20 of it").bottom < box_of(pdf, "20 November 2026").top


def test_pages_are_numbered_from_the_second_and_the_number_is_no_part_of_the_reading() -> None:
    pdf = letter_pdf(a_letter(body="\n\n".join([PARAGRAPH] * 16)))
    pages = texts(pdf)
    assert len(pages) == 2
    assert not re.search(r"^\d+/\d+$", pages[0], re.MULTILINE)
    assert re.search(r"^2/2$", pages[1], re.MULTILINE)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        operations = pikepdf.parse_content_stream(document.pages[1])
        numbers = document.Root.StructTreeRoot.ParentTree.Nums
        used = {int(o.operands[1].MCID) for o in operations if str(o.operator) == "BDC"}
        assert {i for i, element in enumerate(numbers[3]) if element is not None} == used
        assert any(str(o.operator) == "BMC" and str(o.operands[0]) == "/Artifact" for o in operations)


def test_a_translator_may_put_the_page_number_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "_", lambda text: 'Sheet %(page)s "of" %(pages)s' if "page" in text else text)
    assert 'Sheet 2 "of" 2' in texts(letter_pdf(a_letter(body="\n\n".join([PARAGRAPH] * 16))))[1]


def test_the_closing_never_stands_on_a_page_of_its_own() -> None:
    for count in range(5, 9):
        pages = texts(letter_pdf(a_letter(body="\n\n".join([PARAGRAPH] * count))))
        closing = next(page for page in pages if "Yours sincerely," in page)
        assert PARAGRAPH[-20:] in closing.replace("\n", " ")
        assert "Charlie Stranger" in closing[closing.index("Yours sincerely,") :]


def test_arabic_is_set_from_the_right_in_an_arabic_face() -> None:
    pdf = letter_pdf(an_arabic_letter())
    assert any("Naskh" in name for name in fonts(pdf)), fonts(pdf)
    with pikepdf.open(io.BytesIO(pdf)) as document:
        assert str(document.Root.Lang) == "ar"
    # The band of the salutation: ink begins at the right margin and never reaches the left.
    band = {"top": 117.0, "bottom": 124.0}
    assert ink(pdf, Box(left=130, right=180, **band)) > 0.02
    assert ink(pdf, Box(left=25, right=80, **band)) == 0
    english = letter_pdf(a_letter())
    assert ink(english, Box(left=130, right=180, **band)) == 0


def test_arabic_letters_are_joined() -> None:
    """Joined, the word is narrower than its letters kept apart by a zero-width non-joiner."""
    word = "بببببببب"
    joined = box_of(letter_pdf(an_arabic_letter(body=word)), word)
    apart = "\u200c".join(word)
    pdf = letter_pdf(an_arabic_letter(body=apart))
    with opened(pdf) as document:
        textpage = document[0].get_textpage()
        boxes = [textpage.get_charbox(i) for i in range(textpage.count_chars()) if textpage.get_text_range(i, 1) == "ب"]
    spread = max(b[2] for b in boxes[-8:]) - min(b[0] for b in boxes[-8:])
    assert (joined.right - joined.left) * 72 / 25.4 < spread * 0.8


def test_a_paragraph_in_another_script_takes_its_own_direction() -> None:
    html = letter_html(a_letter(body="Dear all,\n\nعزيزي السيد"))
    assert '<p dir="rtl" lang="ar">عزيزي السيد</p>' in html
    assert "<p>Dear all,</p>" in html


def test_html_in_what_people_write_is_shown_as_they_wrote_it() -> None:
    name = "<b>Bobby</b> & <script>alert(1)</script>"
    sheet = a_letter(
        sender_name=name, sender_lines=("<i>Street</i>",), recipient_lines=("<u>Helen</u> Marsh",), subject="1 < 2",
        salutation="Dear <em>you</em>,", body="<h1>Big</h1>", closing="<s>Yours</s>", signature_name=name,
        affiliation="<sup>Dr</sup>", foot_text="<code>foot</code>", title="</title><b>T",
    )  # fmt: skip
    text = " ".join(texts(letter_pdf(sheet))[0].split())
    for words in (name, "<i>Street</i>", "<u>Helen</u>", "1 < 2", "<em>you</em>", "<h1>Big</h1>", "<s>Yours</s>",
                  "<sup>Dr</sup>", "<code>foot</code>"):  # fmt: skip
        assert words in text


@pytest.mark.parametrize(
    "name",
    [
        "W" * 200,
        "م" * 200,
        "ÅÄÖ " * 50,
        "नमस्ते" * 33,
        "\u202eevil" * 40,
        "=cmd|' /C calc'!A0" * 11,
    ],
    ids=["Latin", "Arabic", "accents", "Devanagari", "overrides", "formula"],
)
def test_a_name_of_two_hundred_characters_breaks_nothing(name: str) -> None:
    pdf = letter_pdf(a_letter(sender_name=name, signature_name=name, sender_lines=(name,)))
    with opened(pdf) as document:
        assert 1 <= len(document) <= 2
    for left, right in ((0, 24), (186, 210)):
        assert ink(pdf, Box(left=left, top=0, right=right, bottom=297)) == 0


def test_control_characters_and_broken_unicode_do_not_stop_a_letter() -> None:
    text = " ".join(
        texts(letter_pdf(a_letter(sender_name="Char\x00lie\n\ud800Stranger", body="One\x00\x1b\x7f two")))[0].split()
    )
    assert "Charlie Stranger" in text
    assert "One two" in text


def test_a_single_newline_stays_a_line_break() -> None:
    assert "I ask you:\ntoday" in texts(letter_pdf(a_letter(body="I ask you:\ntoday.\r\n\r\nThanks.")))[0]


def test_ten_thousand_words_become_a_long_letter() -> None:
    pages = texts(letter_pdf(a_letter(body="\n\n".join(["nine words that say the same thing every time"] * 1112))))
    assert len(pages) > 20
    assert f"{len(pages)}/{len(pages)}" in pages[-1]


def test_a_blank_form_has_lines_to_fill_and_no_name() -> None:
    sheet = a_letter(blank=True, sender_name="", sender_lines=(), signature_name="", date=None)
    text = texts(letter_pdf(sheet))[0]
    for label in ("Name", "Address", "Postcode", "Date", "Signature"):
        assert f"{label}\n" in text
    assert "Charlie" not in text
    assert letter_html(sheet).count('class="rule"') == 7


def test_a_statement_leads_with_its_title_and_lists_asks_and_sources() -> None:
    sheet = a_letter(
        title="Reopen the footbridge", sender_name="", sender_lines=(), recipient_lines=(), subject="",
        body_html=mark_safe("<p>We write as <strong>neighbours</strong>.<sup>1</sup></p>"),
        asks=("begin the repair;", "publish the report."), sources=("Notice 17/204, 4 March.", "Minutes, item 6."),
        signature_name="", signatures_line="2,318 people had signed on 20 November 2026",
    )  # fmt: skip
    pdf = letter_pdf(sheet)
    text = texts(pdf)[0]
    in_order = ["Reopen the footbridge", "20 November 2026", "neighbours", "We ask you to", "begin the repair;",
                "publish the report", "2,318 people", "Sources", "Notice 17/204", "Minutes, item 6"]  # fmt: skip
    places = [text.index(words) for words in in_order]
    assert places == sorted(places)
    items = ["LI", "Lbl", "LBody"] * 2
    assert [tag for tag in read_aloud(pdf) if tag in ("H1", "H2", "L", *items)] == [
        "H1", "H2", "L", *items, "H2", "L", *items
    ]  # fmt: skip


def test_the_foot_shows_the_code_and_stands_on_the_first_page_only() -> None:
    pdf = letter_pdf(a_letter(body="\n\n".join([PARAGRAPH] * 16)))
    code = Box(left=163, top=265, right=180, bottom=282)
    assert 0.25 < ink(pdf, code) < 0.75
    assert ink(pdf, code, page_number=1) == 0
    with opened(pdf) as document:
        assert not any(document[0].get_textpage().search("QR code").get_next() or ())


@pytest.mark.parametrize("title", ["لا تصمتوا", "Let the school walk home safely"])
@pytest.mark.parametrize("large", [False, True], ids=["", "large print"])
def test_in_arabic_the_foot_stands_at_the_right_edge_in_whatever_script_it_is(title: str, large: bool) -> None:
    pdf = letter_pdf(an_arabic_letter(foot_text=title), large=large)
    [said, address] = [piece for piece in pieces(pdf) if piece.text.strip() in (title, "example.org/footbridge")]
    assert said.zone.right == pytest.approx(address.zone.right, abs=1)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("It costs 48 000 € or 48.000 €, 5 % more.", "It costs 48~000~€ or 48.000~€, 5~% more."),
        ("Ring 020 7219 3000 by 3 March 2026.", "Ring 020 7219 3000 by 3 March 2026."),
    ],
)
def test_a_sum_stands_on_one_line_and_other_figures_are_left_alone(text: str, shown: str) -> None:
    assert shown.replace("~", "\N{NO-BREAK SPACE}") in letter_html(a_letter(body=text))


def test_the_code_leads_to_the_address_in_the_foot() -> None:
    """Read back from the picture, module by module, and compared with a code for the address, and with another."""
    pdf = letter_pdf(a_letter())
    size = len(segno.make("https://example.org/footbridge/", error="m", micro=False).matrix)
    with opened(pdf) as document:
        image = document[0].render(scale=8).to_pil().convert("L")
    dark = image.crop(tuple(round(x * 8 * 72 / 25.4) for x in (150, 262, 190, 290))).point(lambda v: 255 * (v < 100))
    left, top, right, bottom = dark.getbbox()
    step = (right - left) / size
    seen = [
        [dark.getpixel((left + (x + 0.5) * step, top + (y + 0.5) * step)) > 0 for x in range(size)] for y in range(size)
    ]
    expected, other = (
        [[bool(module) for module in row] for row in segno.make(url, error="m", micro=False).matrix]
        for url in ("https://example.org/footbridge/", "https://example.org/footbridgf/")
    )
    assert seen == expected
    assert seen != other


def test_a_code_that_was_drawn_before_is_the_same_and_another_is_another(no_children: None) -> None:
    """It is drawn once and then repeated; also in a document that has nothing else of its states."""
    first = page_pngs(letter_pdf(a_letter()))
    other = page_pngs(letter_pdf(a_letter(foot_url="https://example.org/footbridgf/")))
    assert page_pngs(letter_pdf(a_letter())) == first != other
    faint = "<!doctype html><html lang=en><title>t</title><p style='opacity: .5'>x</p>{}"
    code = re.search("<img[^>]*>", letter_html(a_letter()))
    assert code
    drawn = [page_pngs(document_pdf(faint.format(code[0]), "img { width: 17mm; height: 17mm }")) for _ in range(2)]
    assert drawn[0] == drawn[1]


def test_a_date_is_written_out_in_the_letters_language() -> None:
    day = datetime.date(2026, 11, 3)
    assert ">3 November 2026</p>" in letter_html(a_letter(date=day))
    assert ">Eastbridge, 3 November 2026</p>" in letter_html(a_letter(date=day, place="Eastbridge"))
    assert "نوفمبر" in letter_html(an_arabic_letter(date=day))


def test_a_foot_address_that_is_not_of_the_web_becomes_no_link() -> None:
    html = letter_html(a_letter(foot_url="javascript:alert(1)"))
    assert "href" not in html
    assert "<img" not in html


def test_pages_come_back_as_pictures_of_the_right_size() -> None:
    pictures = page_pngs(letter_pdf(a_letter()), dpi=72)
    assert [picture[:8] for picture in pictures] == [b"\x89PNG\r\n\x1a\n"]
    width, height = int.from_bytes(pictures[0][16:20]), int.from_bytes(pictures[0][20:24])
    assert abs(width - 595) <= 1 and abs(height - 842) <= 1


@pytest.mark.parametrize("language", ["ar", "ar-SY", "AR_eg", "he", "ckb", "fa"])
def test_a_language_that_is_written_from_the_right_is_known(language: str) -> None:
    assert is_rtl(language)
    assert a_letter(language=language).direction == "rtl"


@pytest.mark.parametrize("language", ["en", "en-gb", "arn", "", "fr"])
def test_other_languages_are_not(language: str) -> None:
    assert not is_rtl(language)


# What nobody writes, and anybody can send: it must not take the machine.


@pytest.mark.parametrize("field", ["body", "subject", "salutation", "sender_name", "closing"])
def test_an_endless_word_has_places_to_break_and_loses_nothing(field: str) -> None:
    word = "".join(chr(ord("a") + number % 26) for number in range(10_000))
    html = letter_html(a_letter(**{field: word}))
    pieces = re.findall(r"[a-z\u200b]{1000,}", html)
    assert pieces and all(piece.replace("\u200b", "") == word for piece in pieces)
    assert all(len(part) <= 50 for piece in pieces for part in piece.split("\u200b"))


def test_an_address_of_a_page_is_left_as_it_is_to_be_copied() -> None:
    address = "https://example.org/" + "a" * 170
    assert address in strip_tags(letter_html(a_letter(body=f"See {address} for more.")))
    assert "\u200b" not in texts(letter_pdf(a_letter(body="See https://example.org/the-bridge/en/ for more.")))[0]


ADDRESS = "http://127.0.0.1:8155/tyrants-bring-the-invaders/ar/"


@pytest.mark.parametrize("before", range(0, 60, 7))
def test_the_address_of_a_page_runs_from_the_left_in_arabic_and_breaks_after_a_slash(before: int) -> None:
    body = f"{'كلمة ' * (before // 5)}{'ا' * (before % 5)} العنوان {ADDRESS}، وأرجو أن تقرؤوه"
    pdf = letter_pdf(an_arabic_letter(body=body))
    latin = [re.sub(r"[^!-~]", "", line) for line in lines_as_seen(pdf)]
    parts = [line for line in latin if line and line in ADDRESS]
    assert "".join(parts) == ADDRESS
    assert all(part.endswith("/") for part in parts)
    assert '<bdi class="web" dir="ltr"><span>http://</span><span>127.0.0.1:8155/</span>' in letter_html(
        an_arabic_letter(body=body)
    )


def test_an_arabic_note_on_an_english_title_has_a_line_of_its_own() -> None:
    html = letter_html(
        an_arabic_letter(sources=("Mark Boothroyd, Aleppo.\nلا تحمل الوثيقة تاريخًا.", "RS21.\nUndated."))
    )
    assert (
        '<li><bdi dir="ltr" lang="en">Mark Boothroyd, Aleppo.</bdi><br>'
        '<bdi dir="rtl" lang="ar">لا تحمل الوثيقة تاريخًا.</bdi></li>' in html
    )
    assert '<li dir="ltr" lang="en">RS21. Undated.</li>' in html


@pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
def test_an_address_is_never_set_too_small_to_read(profile: Profile) -> None:
    assert min(size_pt for size_pt, _line in window.steps(profile)) >= 8


@pytest.mark.parametrize("sheet", [a_letter(), an_arabic_letter(foot_text="", foot_url="")], ids=["English", "Arabic"])
def test_a_demonstration_says_so_at_the_foot_of_every_pdf(sheet: LetterSheet, settings: Settings) -> None:
    words = {"en": "Demonstration: not a real letter", "ar": "عرض توضيحي: ليست رسالة حقيقية"}[sheet.language]
    assert words not in letter_html(sheet)
    settings.DEMONSTRATION = True
    assert words in letter_html(sheet)
    with opened(letter_pdf(sheet)) as document:
        assert len(document) == 1
    if sheet.language == "en":
        assert box_of(letter_pdf(sheet), words).top > 257


@pytest.mark.parametrize("gap", ["\n", "\n\n"])
def test_thousands_of_lines_are_all_there_on_a_few_pages(gap: str) -> None:
    words = [f"w{number}" for number in range(2500)]
    pages = texts(letter_pdf(a_letter(body=gap.join(words))))
    assert len(pages) < 25
    assert re.findall(r"\bw\d+", " ".join(pages)) == words


def test_a_long_paragraph_of_lines_reads_on_without_a_gap() -> None:
    lines = [f"line {number}" for number in range(120)]
    html = letter_html(a_letter(body="\n".join(lines)))
    assert html.count('<p class="goes-on">') == 2
    assert html.count("<br>") == 120 - 3
