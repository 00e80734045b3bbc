"""Letters in the languages people write in: read back in order, in fonts that have them, in their own words."""

import datetime
import unicodedata

import pytest
from django.utils import translation
from pytest_django.fixtures import Settings

from letters.pdf import PROFILES, LetterSheet, letter_html, letter_pdf
from letters.pdf.words import WORDS, date_in_words, translated

from .accessible import faults, read
from .pieces import pieces
from .sheets import a_letter, box_of, fonts, texts

DAY = datetime.date(2026, 3, 1)
# (salutation, a line with the language's own letters, closing)
LETTERS = {
    "en": ("Dear Ms Marsh,", "£48,000 and “nine” days – naïve?", "Yours sincerely,"),
    "ar": ("حضرة السيدة النائبة المحترمة،", "أطلب أن تسألوا عمّا فعلته منذ القرار 2254 في مجلس الأمن.", "مع الاحترام،"),
    "fr": ("Madame la Députée,", "L’œuvre coûterait 48 000 € « à Noël », où ça ?", "Veuillez agréer mes salutations."),
    "de": ("Sehr geehrte Frau Marsch,", "Größe, Übermaß, „Fuß“, STRAẞE.", "Mit freundlichen Grüßen"),
    "pl": ("Szanowna Pani Posłanko,", "Zażółć gęślą jaźń – „jakoś to będzie”.", "Z wyrazami szacunku"),
    "ku": ("Xanima parlementer a hêja,", "Çi, çawa û kengî: em dizanin, şîn û îro.", "Bi rêz û silav,"),
    "ckb": ("بەڕێز ئەندامی پەرلەمان،", "ئەندازیارانی شارەوانی دەڵێن پێویستی بە لێکۆڵینەوە نییە؛ ڤیان.", "لەگەڵ ڕێزدا،"),
}  # fmt: skip


LONG_WORDS = (
    "Das Straßenbauamt veranschlagt die Instandsetzung auf neun Arbeitstage. Verkehrssicherungspflichten, "
    "Haushaltsüberschreitungen und Zuständigkeitsstreitigkeiten dürfen nicht länger ausgetragen werden. "
)


def letter(language: str) -> LetterSheet:
    salutation, line, closing = LETTERS[language]
    return a_letter(language=language, salutation=salutation, body=f"{line}\n\n{line}", closing=closing, date=DAY)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("language", LETTERS)
def test_in_every_layout_a_letter_reads_back_in_order(language: str, name: str) -> None:
    salutation, line, closing = LETTERS[language]
    pdf = letter_pdf(letter(language), name)
    assert faults(pdf) == []
    text = without_marks(" ".join(" ".join(texts(pdf)).split()))
    places = [text.index(without_marks(words)) for words in ("House of Commons", salutation, line, closing)]
    assert places == sorted(places)
    assert text.count(without_marks(line)) == 2


def without_marks(text: str) -> str:
    """Without Arabic's vowel signs, which lie apart in the file, so that readers differ in where they put them."""
    return " ".join("".join(c for c in text if unicodedata.category(c) != "Mn").split())


@pytest.mark.parametrize("language", LETTERS)
def test_a_letter_is_set_in_the_fonts_that_are_asked_for(language: str) -> None:
    """Not in whatever else has the letters: a word in two faces looks like a ransom note."""
    assert set(fonts(letter_pdf(letter(language)))) <= {"Noto-Serif", "Noto-Serif-Bold", "Noto-Naskh-Arabic",
                                                        "Noto-Naskh-Arabic-Bold"}  # fmt: skip


@pytest.mark.parametrize("language", LETTERS)
def test_large_print_has_no_small_type_but_in_the_window(language: str) -> None:
    sheet = letter(language)
    found = fonts(letter_pdf(sheet, large=True))
    assert not any("Serif" in name for name in found), found
    html = letter_html(sheet, large=True)
    assert "18pt" in html and letter_html(sheet).count("18pt") == 0


def test_long_words_are_broken_by_the_rules_of_the_language_and_in_large_print_not_at_all() -> None:
    def ends(language: str, large: bool) -> set[str]:
        """The parts of words before a hyphen at the end of a line."""
        sheet = a_letter(language=language, body=LONG_WORDS * 3)
        return {piece.text.split()[-1] for piece in pieces(letter_pdf(sheet, large=large))
                if piece.text.strip().endswith(("-", "‐"))}  # fmt: skip

    assert ends("de", large=False)
    assert ends("de", large=False) != ends("en", large=False)
    assert not ends("de", large=True)


def test_large_print_is_of_eighteen_points_and_the_foot_no_smaller() -> None:
    """An H of Noto Sans is 0.714 of its type size high."""
    sheet = a_letter(body="HHH\n\nHIH", foot_text="HLH", sources=("IHI",))
    pdf = letter_pdf(sheet, large=True)
    for text in ("HHH", "HLH", "IHI"):
        box = box_of(pdf, text)
        assert (box.bottom - box.top) / 0.714 * 72 / 25.4 >= 17.8, text
    address = box_of(letter_pdf(a_letter(recipient_lines=("HHI",)), "none", large=True), "HHI")
    assert (address.bottom - address.top) / 0.714 * 72 / 25.4 >= 15.8, "no window, no reason to be small"


@pytest.mark.parametrize(
    ("language", "written"),
    [("en", "1 March 2026"), ("en-US", "1 March 2026"), ("ar", "1 مارس 2026"), ("fr", "1 mars 2026"),
     ("de", "1. März 2026"), ("de-CH", "1. März 2026"), ("pl", "1 marca 2026"), ("ku", "1.3.2026"),
     ("ckb", "1.3.2026"), ("tlh", "1.3.2026")],
)  # fmt: skip
def test_a_date_is_in_the_words_of_the_language_or_in_figures(language: str, written: str) -> None:
    assert date_in_words(DAY, language) == written
    assert written in letter_html(a_letter(language=language, date=DAY))


@pytest.mark.parametrize("language", WORDS)
def test_no_word_of_ours_is_left_in_english(language: str, settings: Settings) -> None:
    """Every word of the table, in a letter that has them all; and none of them is missing from the table."""
    settings.DEMONSTRATION = True
    html = letter_html(
        a_letter(language=language, title="", blank=True, date=None, asks=("1",), sources=("2",), annex=("3",))
    )
    for words in WORDS[language].values():
        assert words.split("%")[0] in html
    assert WORDS[language].keys() == WORDS["de"].keys()
    for english in WORDS["de"].keys() - {"Name", "Date", "Signature", "Sources"}:
        assert f">{english}<" not in html


def test_the_words_of_the_pages_languages_are_translated_as_everything_is() -> None:
    with translation.override("ar"):
        assert translated("Postcode") == "الرمز البريدي"
    with translation.override("de-at"):
        assert translated("Postcode") == "Postleitzahl"


def test_the_alternative_text_of_the_code_and_the_page_are_in_the_letters_language() -> None:
    html = letter_html(letter("fr"))
    assert 'alt="Code QR qui mène à example.org/footbridge"' in html
    assert {language for _tag, language, _text in read(letter_pdf(letter("fr")))} == {"fr"}
