"""What the window of an envelope shows, wherever the sheet has slipped to: the whole address, and nothing else."""

import unicodedata
from collections import Counter
from collections.abc import Iterable

import pytest

from letters.pdf import PROFILES, LetterSheet, fits_window, letter_html, letter_pdf, window
from letters.pdf.profiles import BY_COUNTRY, Envelope, Profile, Zone, for_country

from .pieces import Piece, pieces
from .sheets import PARAGRAPH, a_letter, an_arabic_letter, box_of, texts

LONG_SENDER = {
    "sender_name": "Maximiliane Featherstonehaugh-Cholmondeley von und zu Oberschöneweide",
    "sender_lines": ("Flat 14b, The Old Corn Exchange Buildings", "1234 Great Western Road", "Little Snoring",
                     "GREAT YARMOUTH", "NR30 1AA", "maximiliane.featherstonehaugh.cholmondeley@mail.example.org"),
}  # fmt: skip
LETTERS = {
    "short": a_letter(),
    "Arabic": an_arabic_letter(),
    "to an Arabic name": a_letter(recipient_lines=("السيدة هدى مراد", "مجلس الشعب", "دمشق")),
    "two lines": a_letter(recipient_lines=("The Mayor", "EASTBRIDGE")),
    "five lines": a_letter(recipient_lines=("Helen Marsh MP", "Unit 4", "12 Market Street", "EASTBRIDGE", "EB1 1AA")),
    "six lines, one long": a_letter(
        recipient_lines=("The Rt Hon. Sir Bartholomew Featherstonehaugh-Cholmondeley KCMG", "Shadow Minister",
                         "The Office", "Old Corn Exchange", "GREAT YARMOUTH", "NR30 1AA"),
    ),
    "capitals": a_letter(recipient_lines=("MME HÉLÈNE MARCHAND-WÜRTTEMBERG", "ASSEMBLÉE NATIONALE", "75355 PARIS")),
    "nine short lines": a_letter(
        recipient_lines=("Helen Marsh", "Unit 4", "Mill House", "12 Lane", "Old Town", "Eastbridge", "Eastshire",
                         "EB1 1AA", "Great Britain"),
    ),
    "deep letters": a_letter(recipient_lines=("سعادة النائب سمير حداد", "مجلس الشعب", "دمشق", "سوريا")),
    "long sender": a_letter(**LONG_SENDER),
    "long letter": a_letter(body="\n\n".join([PARAGRAPH] * 9)),
    "no subject": a_letter(subject="", salutation=""),
}  # fmt: skip
ENVELOPES = [(name, envelope) for name, profile in PROFILES.items() for envelope in profile.envelopes]
SLIPS = [(right / 4, down / 4) for right in range(5) for down in range(5)]


def letters_of(pieces: Iterable[Piece]) -> Counter[str]:
    """Letters and figures, in whatever order and form they are drawn: of joined Arabic letters, the letters."""
    return alphanumerics("".join(piece.text for piece in pieces))


def alphanumerics(text: str) -> Counter[str]:
    return Counter(c for c in unicodedata.normalize("NFKC", text) if c.isalnum())


def expected(sheet: LetterSheet, profile: Profile) -> Counter[str]:
    return alphanumerics("".join([*sheet.recipient_lines, *window.return_line(sheet, profile)]))


def return_zone(profile: Profile) -> Zone:
    """Where the line of return lies, with the rule under it."""
    foot = profile.return_bottom or profile.top
    return Zone(profile.x - 0.5, foot - window.MOST_RETURN_LINES * window.RETURN_LINE, profile.zone.right, foot + 0.6)


@pytest.mark.parametrize("large", [False, True], ids=["", "large print"])
@pytest.mark.parametrize("sheet", LETTERS.values(), ids=LETTERS)
@pytest.mark.parametrize("name", [name for name, profile in PROFILES.items() if profile.envelopes])
def test_at_every_slip_the_window_shows_the_whole_address_and_nothing_else(
    name: str, sheet: LetterSheet, large: bool
) -> None:
    profile = PROFILES[name]
    if not fits_window(sheet, name):
        pytest.fail("these addresses fit into every window")
    drawn = pieces(letter_pdf(sheet, name, large=large))
    for envelope in profile.envelopes:
        for right, down in SLIPS:
            view = envelope.seen(right, down)
            seen = [piece for piece in drawn if view.meets(piece.zone)]
            assert all(view.holds(piece.zone) for piece in seen), (envelope.name, right, down, "cut by the edge")
            drawings = [piece.zone for piece in seen if not piece.text]
            assert all(return_zone(profile).holds(zone) for zone in drawings), (envelope.name, drawings)
            assert letters_of(seen) == expected(sheet, profile), (envelope.name, right, down)


@pytest.mark.parametrize("large", [False, True], ids=["", "large print"])
@pytest.mark.parametrize("sheet", LETTERS.values(), ids=LETTERS)
def test_what_notifys_printers_want_is_kept(sheet: LetterSheet, large: bool) -> None:
    """The address within x 24.6-120, y 40-66.2; beside and below it nothing to y 95, but the sender from x 125."""
    drawn = pieces(letter_pdf(sheet, "uk_c5", large=large))
    address = [piece for piece in drawn if piece.zone.right < 125 and piece.zone.top < 95]
    assert all(Zone(24.6, 40, 120, 66.2).holds(piece.zone) for piece in address)
    assert letters_of(address) == expected(sheet, PROFILES["uk_c5"])
    assert not any(piece.zone.left < 125 < piece.zone.right for piece in drawn if piece.zone.top < 95)


@pytest.mark.parametrize(("name", "envelope"), ENVELOPES, ids=[f"{name}: {e.name}" for name, e in ENVELOPES])
def test_the_zone_of_the_address_is_seen_always(name: str, envelope: Envelope) -> None:
    assert envelope.always_seen.holds(PROFILES[name].zone)
    assert envelope.ever_seen.holds(envelope.always_seen)


def test_the_trades_dl_window_always_shows_what_was_reckoned() -> None:
    """../shared/reference/standards.md, 2.7: x 20-100, y 57-81; and for #10 in inches x 0.875-4.375, y 2.5-3.167."""
    (dl,), (no_10,) = PROFILES["uk_dl"].envelopes, PROFILES["us_10"].envelopes
    assert dl.always_seen == pytest.approx((20, 57, 100, 81))
    assert [inches / 25.4 for inches in no_10.always_seen] == pytest.approx((0.875, 2.5, 4.375, 3.167), abs=0.001)


@pytest.mark.parametrize("name", PROFILES)
@pytest.mark.parametrize("large", [False, True], ids=["", "large print"])
def test_an_address_of_nine_lines_of_eighty_characters_is_told_and_loses_nothing(name: str, large: bool) -> None:
    lines = tuple(f"Line {number} of an address that nobody has, but that a directory may hold, {'x' * 12}"[:80]
                  for number in range(1, 10))  # fmt: skip
    sheet = a_letter(recipient_lines=lines)
    assert fits_window(sheet, name) is (not PROFILES[name].window)
    pdf = letter_pdf(sheet, name, large=large)
    text = " ".join(texts(pdf)[0].replace("\ufffe", "").split())
    assert all(f"Line {number} of an address" in text for number in range(1, 10))
    last, date = box_of(pdf, "Line 9 of"), box_of(pdf, "20 November 2026")
    assert last.bottom + 5 < date.top, "and the letter keeps its distance"
    assert not large or last.bottom - last.top > 0.75 * (date.bottom - date.top), "no window wants it small"
    assert f'class="fit{window.NO_FIT}"' in letter_html(sheet, name) or not PROFILES[name].window


@pytest.mark.parametrize("name", PROFILES)
def test_in_large_print_a_short_address_keeps_its_distance_from_the_letter_too(name: str) -> None:
    pdf = letter_pdf(
        a_letter(recipient_lines=("Helen Marsh MP", "House of Commons", "LONDON", "SW1A 0AA")), name, large=True
    )
    assert box_of(pdf, "SW1A 0AA").bottom + 5 < box_of(pdf, "20 November 2026").top


def test_five_lines_are_set_in_full_size_and_nine_put_together_only_in_the_middle() -> None:
    uk = PROFILES["uk_dl"]
    assert window.set_in_window(LETTERS["five lines"].recipient_lines, uk)[0] == 1
    step, lines = window.set_in_window(LETTERS["nine short lines"].recipient_lines, uk)
    assert step == window.SMALLEST
    assert (lines[0], lines[-1]) == ("Helen Marsh", "Great Britain")
    assert ", ".join(lines).split(", ") == list(LETTERS["nine short lines"].recipient_lines)


@pytest.mark.parametrize(
    "text", ["Wwmm MWQ@%& Illj", "The Rt Hon. Helen O’Connell MP", "ÄÖÜẞ ŁŻĄĘ ÎÛŞÇ ĳŵ", "السيدة هدى مراد"]
)
def test_a_line_is_never_wider_than_reckoned(text: str) -> None:
    """Else an address would take a line more than there is room for."""
    drawn = pieces(letter_pdf(a_letter(recipient_lines=(text,)), "none"))
    address = [piece.zone for piece in drawn if 42 < piece.zone.top < 60 and piece.zone.left < 118]
    wide = max(zone.right for zone in address) - min(zone.left for zone in address)
    assert wide / (PROFILES["none"].size_pt * 1.0 * window.MM_PER_PT) <= window.ems(text)


def test_a_german_window_has_the_sender_in_one_small_line_above_the_address() -> None:
    pdf = letter_pdf(a_letter(sender_lines=("12 Mill Lane", "Eastbridge", "charlie@example.org")), "din_5008_b")
    line = [piece for piece in pieces(pdf) if piece.text and 45 < piece.zone.top < 62]
    said = " ".join("".join(piece.text for piece in line).split())
    assert said == "Charlie Stranger · 12 Mill Lane · Eastbridge"
    assert all(piece.mcid is None for piece in line), "not read aloud: it has been"
    assert window.RETURN_PT <= 8
    assert not window.return_line(a_letter(**LONG_SENDER), PROFILES["din_5008_b"]), "too long for three lines"
    assert not window.return_line(a_letter(), PROFILES["uk_dl"])
    assert not window.return_line(a_letter(blank=True), PROFILES["din_5008_b"])


@pytest.mark.parametrize("name", PROFILES)
def test_marks_to_fold_and_to_punch_lie_at_their_heights_in_the_margin(name: str) -> None:
    marks = [piece.zone for piece in pieces(letter_pdf(a_letter(), name)) if not piece.text and piece.zone.right < 20]
    assert sorted(round(mark.bottom, 1) for mark in marks) == pytest.approx(sorted(PROFILES[name].marks), abs=0.3)
    assert all(mark.left > 4 and mark.right < 10 for mark in marks)


@pytest.mark.parametrize(
    ("country", "name"),
    [("GB", "uk_dl"), ("gb", "uk_dl"), ("IE", "uk_dl"), ("DE", "din_5008_b"), ("AT", "din_5008_b"),
     ("CH", "din_5008_b"), ("US", "us_10"), ("CA", "us_10"), ("SY", "none"), ("", "none")],
)  # fmt: skip
def test_a_country_has_the_envelopes_that_are_usual_there(country: str, name: str) -> None:
    assert for_country(country) == name
    assert set(BY_COUNTRY.values()) <= set(PROFILES)


def test_a_letter_is_set_for_its_own_layout_unless_another_is_asked_for() -> None:
    sheet = a_letter(layout="us_10")
    assert letter_html(sheet) == letter_html(a_letter(), "us_10")
    assert letter_html(sheet, "uk_c5") == letter_html(a_letter(), "uk_c5")
    assert letter_html(a_letter()) == letter_html(a_letter(), "uk_dl")
    with pytest.raises(KeyError):
        letter_html(a_letter(layout="of another day"))
