from datetime import date

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from letters.directory.lookup import (
    PostcodeError,
    Reason,
    constituencies_for,
    locate,
    parse_postcode,
    representatives_for,
    spaced,
)

from .factories import make_constituency, make_legislature, make_representative


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("SW1A 1AA", "SW1A1AA"),
        ("sw1a1aa", "SW1A1AA"),
        ("  s W 1 a1\tAa ", "SW1A1AA"),
        ("SW1A-1AA", "SW1A1AA"),
        ("SW1A.1AA.", "SW1A1AA"),
        ("SW1A\u00a01AA", "SW1A1AA"),
        ("\u200eSW1A 1AA\u200b", "SW1A1AA"),
        ("ＳＷ１Ａ　１ＡＡ", "SW1A1AA"),
        ("SW١A ١AA", "SW1A1AA"),
        ("SW۱A ۱AA", "SW1A1AA"),
        ("SW1A OAA", "SW1A0AA"),
        ("m1 1ae", "M11AE"),
        ("M60 1NW", "M601NW"),
        ("CR2 6XH", "CR26XH"),
        ("DN55 1PT", "DN551PT"),
        ("W1P 1HQ", "W1P1HQ"),
        ("EC1A 1BB", "EC1A1BB"),
        ("GIR 0AA", "GIR0AA"),
        ("W1X 0AA", "W1X0AA"),  # until 2000
        ("BT1 5GS", "BT15GS"),
    ],
)
def test_a_postcode_is_read_however_it_is_typed(typed: str, kept: str) -> None:
    assert parse_postcode(typed) == kept


@pytest.mark.parametrize(
    "typed",
    ["hello", "LONDON", "12", "SW1A 1AAA", "SW1A 1A", "SW1A 1CA", "QW1 1AA", "AI1 1AA", "ZZ1 1ZZ", "SW1A 1AA'--"]
    + ["<b>SW1A 1AA</b>", "SW1A\x001AA", "=SW1A1AA", "😀", "SW" * 5_000],
)
def test_what_is_no_postcode_is_refused(typed: str) -> None:
    with pytest.raises(PostcodeError) as refused:
        parse_postcode(typed)
    assert refused.value.reason == Reason.MALFORMED


@pytest.mark.parametrize(
    "typed",
    ["75011", "90210", "90210-1234", "K1A 0B1", "k1a-0b1", "٧٥٠١١", "110 001", "00-950", "1000-001", "D-10115"]
    + ["2514 EA", "D04 X5E8", "C1425ABC", "VLT 1117", "FIQQ 1ZZ", "JE2 3AB", "GX11 1AA", "IM1 1AA", "BF1 2AB"],
)
def test_a_postcode_of_elsewhere_is_told_apart(typed: str) -> None:
    with pytest.raises(PostcodeError) as refused:
        parse_postcode(typed)
    assert refused.value.reason == Reason.FOREIGN


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\n"])
def test_nothing_typed_is_asked_for(typed: str) -> None:
    with pytest.raises(PostcodeError, match="Enter your postcode"):
        parse_postcode(typed)


@pytest.mark.parametrize("typed", ["SW1A", "m1", "EC1A"])
def test_half_a_postcode_is_not_enough(typed: str) -> None:
    with pytest.raises(PostcodeError, match="first half"):
        parse_postcode(typed)


@given(st.text(max_size=60))
def test_any_text_gives_a_postcode_or_a_sentence(text: str) -> None:
    try:
        postcode = parse_postcode(text)
    except PostcodeError as refused:
        assert str(refused).endswith(".")
    else:
        assert parse_postcode(spaced(postcode)) == postcode
        assert postcode.isascii() and postcode.isalnum() and len(postcode) <= 7


def test_the_sentence_is_in_the_readers_language() -> None:
    """The label is resolved when it is shown, not when the module is read."""
    with translation.override("en"):
        english = str(PostcodeError(Reason.FOREIGN))
    assert "choose your constituency" in english


def test_a_postcode_is_written_with_its_space() -> None:
    assert (spaced("SW1A1AA"), spaced("M11AE")) == ("SW1A 1AA", "M1 1AE")


@pytest.mark.django_db
def test_a_postcode_leads_to_the_seat_of_todays_boundaries_and_of_this_legislature() -> None:
    commons, council = make_legislature(boundary_set="2024"), make_legislature(boundary_set="wards")
    make_constituency(commons, "SW1A1AA", boundary_set="2010")
    seat = make_constituency(commons, "SW1A1AA")
    ward = make_constituency(council, "SW1A1AA")
    assert constituencies_for("SW1A1AA", commons) == [seat]
    assert locate(" sw1a 1aa", commons).constituencies == [seat]
    assert locate("SW1A1AA", council).constituencies == [ward]


@pytest.mark.django_db
def test_a_legislature_may_have_several_seats_for_a_home() -> None:
    legislature = make_legislature()
    seats = {make_constituency(legislature, "EH11AA").pk, make_constituency(legislature, "EH11AA").pk}
    assert {seat.pk for seat in locate("EH1 1AA", legislature).constituencies} == seats


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("typed", "reason"),
    [("SW1A 1AA", Reason.UNKNOWN), ("BT1 5GS", Reason.NORTHERN_IRELAND), ("75011", Reason.FOREIGN)],
)
def test_a_postcode_that_leads_nowhere_says_why(typed: str, reason: Reason) -> None:
    with pytest.raises(PostcodeError) as refused:
        locate(typed, make_legislature())
    assert refused.value.reason == reason


@pytest.mark.django_db
def test_northern_ireland_is_found_where_the_directory_has_it() -> None:
    legislature = make_legislature()
    seat = make_constituency(legislature, "BT15GS")
    assert locate("BT1 5GS", legislature).constituencies == [seat]


@pytest.mark.django_db
def test_a_vacant_seat_has_nobody_to_write_to() -> None:
    seat = make_constituency()
    make_representative(seat, valid_to=date(2026, 3, 1))
    make_representative(valid_from=date(2020, 1, 1))  # of another seat
    assert representatives_for(seat, date(2026, 3, 1)) == []
    assert len(representatives_for(seat, date(2026, 2, 28))) == 1


@pytest.mark.django_db
def test_what_a_page_shows_of_a_representative_needs_no_further_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    seat = make_constituency()
    make_representative(seat, address="")
    make_representative(seat, address="")
    with django_assert_num_queries(1):
        assert [(r.postal_lines, r.constituency, r.role_in("ar")) for r in representatives_for(seat, date(2026, 1, 1))]
