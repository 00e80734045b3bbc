"""Lines on paper become paragraphs again."""

import io
import re

import pikepdf

from campaigns.material.document import Block, Kind, Reason, Style
from campaigns.material.reading import read

from .documents import blocks, pdf, texts

LONG = (
    "The council has known since spring that the river rises faster than the old wall was built for, and that people "
    "in the lower streets cannot insure their homes any more. "
)


def test_lines_become_paragraphs_and_headings_have_levels() -> None:
    found = blocks(pdf(f"<h1>On the river wall of Lower Marsh</h1><h2>Why</h2><p>{LONG * 2}</p><p>{LONG}</p>"))
    assert [(block.kind, block.level, block.text) for block in found] == [
        (Kind.HEADING, 1, "On the river wall of Lower Marsh"),
        (Kind.HEADING, 2, "Why"),
        (Kind.PARAGRAPH, 0, (LONG * 2).strip()),
        (Kind.PARAGRAPH, 0, LONG.strip()),
    ]


def test_lines_that_were_ended_on_purpose_stay_lines() -> None:
    made = pdf(f"<p>{LONG}</p><p>Anna Berg, teacher<br>Karl Lind<br>Maria Holm, Friends of the River</p>")
    assert texts(made)[1:] == ["Anna Berg, teacher\nKarl Lind\nMaria Holm, Friends of the River"]


def test_a_sentence_goes_on_over_the_page_and_what_is_on_every_page_is_marked() -> None:
    style = (
        "@page{size:A5;margin:2cm;@top-center{content:'Friends of the River'}"
        "@bottom-right{content:'Page ' counter(page) ' of ' counter(pages)}}"
    )
    words = " ".join(f"word{number}" for number in range(900))
    made = read(pdf(f"<p>{words}.</p>", style), "a.pdf").blocks
    assert [block.text for block in made if not block.cruft] == [f"{words}."]
    cruft = [block for block in made if block.cruft]
    assert {block.cruft for block in cruft} == {Reason.PAGE_BREAK}
    pages = max(block.page for block in cruft)
    assert pages > 1
    assert {block.text for block in cruft} == {
        "Friends of the River",
        *(f"Page {number} of {pages}" for number in range(1, pages + 1)),
    }


def test_what_a_browser_prints_around_a_page_is_no_part_of_it_but_says_whence_it_comes() -> None:
    style = (
        "@page{size:A5;margin:2cm;@top-left{content:'03/05/2026, 09:12'}@top-right{content:'Open letter'}"
        "@bottom-left{content:'https://example.org/letter'}@bottom-right{content:counter(page) '/' counter(pages)}}"
    )
    made = read(pdf(f"<p>{LONG * 20}</p>", style), "a.pdf").blocks
    assert Block("https://example.org/letter", Kind.META, name="url") in made
    assert [block.text for block in made if block.kind != Kind.META and not block.cruft] == [(LONG * 20).strip()]


def test_a_word_that_was_cut_is_whole_again_and_a_hyphen_of_its_own_stays() -> None:
    style = "@page{size:A5;margin:2cm} p{width:6cm;hyphens:auto;text-align:justify} b{font-weight:normal;hyphens:none}"
    text = f"{LONG * 3} Their well-known and far-reaching long-term self-help decision-making is evidence-based. " * 2
    made = pdf(f"<p>{text}</p>", style)
    assert texts(made) == [" ".join(text.split())]


def test_two_columns_are_read_one_after_the_other() -> None:
    style = "@page{size:A4;margin:2cm} div{columns:2}"
    paragraphs = [f"Column text {number}. {LONG}{LONG}" for number in range(12)]
    body = "".join(f"<p>{text}</p>" for text in paragraphs)
    found = texts(pdf(f"<h1>On the river wall</h1><div>{body}</div><p>Anna Berg</p>", style))
    assert found == ["On the river wall", *(text.strip() for text in paragraphs), "Anna Berg"]


def test_lists_are_items_whatever_their_signs() -> None:
    listed = "<ul><li>raise the wall</li><li>tell us<ol><li>when</li><li>how</li></ol></li></ul>"
    typed = "<p>– first of all<br>– last of all</p>"
    found = blocks(pdf(f"<p>{LONG}</p>{listed}{typed}"))
    assert [(block.kind, block.level, block.ordered, block.text) for block in found[1:]] == [
        (Kind.ITEM, 1, False, "raise the wall"),
        (Kind.ITEM, 1, False, "tell us"),
        (Kind.ITEM, 2, True, "when"),
        (Kind.ITEM, 2, True, "how"),
        (Kind.ITEM, 1, False, "first of all"),
        (Kind.ITEM, 1, False, "last of all"),
    ]


def test_a_date_is_no_item_of_a_list() -> None:
    assert blocks(pdf(f"<p>{LONG}</p><p>12. Mai 2026</p>"))[-1] == Block("12. Mai 2026", page=1)


def test_rows_of_a_table_keep_their_cells() -> None:
    rows = "".join(f"<tr><td>Signer {letter}</td><td>Society of {letter}</td></tr>" for letter in "ABCDE")
    found = blocks(pdf(f"<p>{LONG}</p><table>{rows}</table>", "@page{size:A5;margin:2cm} td{padding:0 1em}"))
    assert [block.cells for block in found[1:]] == [(f"Signer {letter}", f"Society of {letter}") for letter in "ABCDE"]
    assert {block.kind for block in found[1:]} == {Kind.ROW}


def test_notes_at_the_foot_of_a_page_leave_the_sentence_alone() -> None:
    style = (
        "@page{size:A5;margin:2cm} .n{float:footnote;font-size:8pt}"
        "::footnote-call{content:counter(footnote);font-size:60%;vertical-align:super;line-height:0}"
    )
    found = blocks(pdf(f"<p>The wall<span class=n>See the report of the board.</span> is old. {LONG}</p>", style))
    assert [(block.kind, block.text) for block in found] == [
        (Kind.PARAGRAPH, f"The wall is old. {LONG}".strip()),
        (Kind.FOOTNOTE, "See the report of the board."),
    ]


def test_links_and_bold_letters_are_marked_where_they_are() -> None:
    (block,) = blocks(pdf("<p>Read <b>the report</b> on <a href='https://example.org/r'>our page</a> now.</p>"))
    assert {(block.text[mark.start : mark.end], mark.style, mark.target) for mark in block.marks} == {
        ("the report", Style.BOLD, ""),
        ("our page", Style.LINK, "https://example.org/r"),
    }


def test_arabic_is_read_in_the_order_in_which_it_is_said() -> None:
    text = (
        "نحن الموقعين أدناه نطالب مجلس المدينة بوقف قطع الأشجار في الحديقة العامة قبل 15 مارس 2026 والرد على السكان، "
        "فقد وعدتم بذلك في عام 2024 ولم يحدث شيء حتى الآن."
    )
    made = pdf(
        f"<body dir=rtl><h1>رسالة مفتوحة</h1><p>{text}</p><ul><li>نشر التقرير</li><li>وقف القطع</li></ul>",
        language="ar",
    )
    found = blocks(made)
    assert [block.text for block in found] == ["رسالة مفتوحة", text, "نشر التقرير", "وقف القطع"]
    assert [block.level for block in found if block.kind == Kind.ITEM] == [1, 1]


def test_no_ligature_is_left_and_every_mark_lies_in_the_text() -> None:
    found = blocks(pdf("<p><i>The first \ufb01fty of\ufb01ces</i> were closed.</p>"))
    assert texts(pdf("<p>The \ufb01rst of\ufb01ce</p>")) == ["The first office"]
    assert all(mark.end <= len(block.text) for block in found for mark in block.marks)


def test_the_pages_are_counted_from_one() -> None:
    found = blocks(pdf("<p>One.</p><p style='break-before:page'>Two.</p>"))
    assert [(block.page, block.text) for block in found] == [(1, "One."), (2, "Two.")]


def test_a_page_that_is_turned_is_read_all_the_same() -> None:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf(f"<h1>Turned</h1><p>{LONG}</p>"))) as document:
        page = document.pages[0]
        width, height = float(page.mediabox[2]), float(page.mediabox[3])
        # Drawn lying on its side, and shown turned back.
        page.contents_add(f"q 0 1 -1 0 {height} 0 cm".encode(), prepend=True)
        page.contents_add(b"Q")
        page.mediabox = pikepdf.Array([0, 0, height, width])
        page.rotate(90, relative=False)
        document.save(file)
    assert [re.sub(r"\s+", " ", text) for text in texts(file.getvalue())] == ["Turned", LONG.strip()]
