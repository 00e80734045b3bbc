"""Many letters in one file: each as it is alone, on paper printed on both sides."""

import dataclasses

import pytest

from letters.pdf import LetterSheet, RenderingError, letter_pdf, page_pngs
from letters.pdf.many import AT_ONCE, CHARACTERS_AT_ONCE, batches, letters_pdf

from .sheets import PARAGRAPH, a_letter, an_arabic_letter, fonts, opened, texts


def _letters() -> list[LetterSheet]:
    """Of one page, of two, of three, in Arabic, for another envelope, on other paper, to a long address."""
    return [
        a_letter(),
        a_letter(sender_name="Zoe Quux", body="\n\n".join([PARAGRAPH] * 10)),
        a_letter(sender_name="Bob Helper", body="\n\n".join([PARAGRAPH] * 22), foot_url="", foot_text=""),
        an_arabic_letter(),
        a_letter(layout="din_5008_b"),
        a_letter(layout="us_10", body="\n\n".join([PARAGRAPH] * 10)),
        a_letter(recipient_lines=tuple(f"Line {number} of the address" for number in range(9))),
        a_letter(),
    ]


def test_a_letter_looks_the_same_among_others_as_alone_to_the_pixel() -> None:
    letters = _letters()
    bound = letters_pdf(letters)
    pages, at = page_pngs(bound.pdf), 0
    for letter, number in zip(letters, bound.pages, strict=True):
        assert pages[at : at + number] == page_pngs(letter_pdf(letter)), letter.sender_name
        at += number + number % 2
    assert bound.pages[:3] == [1, 2, 3] and at == len(pages)


def test_each_letter_begins_on_a_right_hand_page_and_counts_its_own_pages() -> None:
    letters = [dataclasses.replace(letter, salutation=f"Dear number {i},") for i, letter in enumerate(_letters())]
    bound = letters_pdf(letters)
    found = texts(bound.pdf)
    first = [i + 1 for i, text in enumerate(found) if "Dear number" in text]
    assert len(first) == len(letters) and [page % 2 for page in first] == [1] * len(letters)
    assert [f"{page}/3" in text for page, text in enumerate(found[first[2] - 1 :][:3], 1)] == [False, True, True]
    empty = [i + 1 for i, text in enumerate(found) if not text.strip()]
    assert empty == [page + pages for page, pages in zip(first, bound.pages, strict=True) if pages % 2]


def test_an_empty_page_is_of_the_paper_of_the_letter_before_it() -> None:
    bound = letters_pdf([a_letter(layout="us_10"), a_letter()])
    with opened(bound.pdf) as document:
        sizes = [tuple(round(points) for points in page.get_size()) for page in document]
    assert sizes == [(612, 792), (612, 792), (595, 842), (595, 842)]


def test_letters_share_their_fonts() -> None:
    one = letters_pdf([a_letter()])
    twenty = letters_pdf([a_letter(sender_name=f"Zoe Quux {number}") for number in range(20)])
    assert fonts(twenty.pdf).keys() == fonts(one.pdf).keys() and all(fonts(twenty.pdf).values())
    assert len(twenty.pdf) < 6 * len(one.pdf)


def test_all_can_be_set_in_the_layout_for_the_envelopes_at_hand() -> None:
    letters = [a_letter(), a_letter(layout="us_10")]
    bound = letters_pdf(letters, "uk_c5")
    pages = page_pngs(bound.pdf)
    for number, letter in enumerate(letters):
        assert pages[2 * number] == page_pngs(letter_pdf(letter, "uk_c5"))[0]
    with pytest.raises(KeyError):
        letters_pdf(letters, "no such envelope")


def test_one_that_cannot_be_set_is_an_error_of_all() -> None:
    """And the caller sets them one by one, to find out which."""
    with pytest.raises(RenderingError):
        letters_pdf([a_letter(), a_letter(body="A letter of nobody's alphabet: \ue000")])
    assert letters_pdf([a_letter()]).pages == [1], "the renderer is there for the next ones"


def test_no_letters_are_no_file() -> None:
    with pytest.raises(ValueError):
        letters_pdf([])


def test_what_is_laid_out_at_once_is_bounded_in_letters_and_in_characters() -> None:
    few = [a_letter() for _ in range(2 * AT_ONCE + 1)]
    assert [len(batch) for batch in batches(few)] == [AT_ONCE, AT_ONCE, 1]
    long = a_letter(body="x" * (CHARACTERS_AT_ONCE // 2 + 1))
    mixed = [long, long, a_letter(), long]
    assert list(batches(mixed)) == [[long], [long, a_letter()], [long]]
    assert list(batches([])) == []
