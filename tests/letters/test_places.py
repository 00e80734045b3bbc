"""Where a postcode lies on a day, and who sits for it: several answers, guesses, nobody and why."""

from collections.abc import Iterator, Sequence
from datetime import date

import pytest
from django.utils import translation
from pytest_django import DjangoAssertNumQueries

from letters.directory import lookup
from letters.directory.lookup import (
    Place,
    PostcodeError,
    Reason,
    everybody,
    locate,
    parse_postcode,
    representatives_for,
    spaced,
    why_nobody,
)
from letters.models import Constituency, Dissolution, Legislature, PostcodeRange

from .factories import make_constituency, make_legislature, make_representative

pytestmark = pytest.mark.django_db

ELECTION = date(2024, 7, 4)
OCTOBER_2016 = date(2016, 10, 1)
NOW = date(2026, 11, 20)


def make_range(seat: Constituency, first: str, last: str) -> None:
    PostcodeRange.objects.create(constituency=seat, first=first, last=last)


@pytest.fixture
def commons() -> Legislature:
    return make_legislature(name="House of Commons", boundary_set="2024")


def test_the_member_of_october_2016_and_of_today_are_different_people(commons: Legislature) -> None:
    old = make_constituency(commons, "LS14DY", boundary_set="2010", valid_from=date(2010, 5, 6), valid_to=ELECTION)
    new = make_constituency(commons, "LS14DY", valid_from=ELECTION)
    before = make_representative(old, valid_from=date(2015, 5, 7), valid_to=date(2017, 5, 3))
    now = make_representative(new, valid_from=ELECTION)
    for day, seat, member in ((OCTOBER_2016, old, before), (NOW, new, now)):
        (found,) = locate("LS1 4DY", commons, day).constituencies
        assert found == seat
        assert representatives_for(found, day) == [member]


def test_on_the_day_of_the_election_the_new_borders_count(commons: Legislature) -> None:
    old = make_constituency(commons, "LS14DY", boundary_set="2010", valid_to=ELECTION)
    new = make_constituency(commons, "LS14DY", valid_from=ELECTION)
    assert locate("LS1 4DY", commons, ELECTION).constituencies == [new]
    assert locate("LS1 4DY", commons, date(2024, 7, 3)).constituencies == [old]


def test_a_set_without_dates_counts_only_where_it_is_in_use(commons: Legislature) -> None:
    make_constituency(commons, "LS14DY", boundary_set="2010")
    with pytest.raises(PostcodeError):
        locate("LS1 4DY", commons, OCTOBER_2016)


def test_the_exact_table_goes_before_a_range(commons: Legislature) -> None:
    exact, around = make_constituency(commons, "LS14DY"), make_constituency(commons)
    make_range(around, "LS14AA", "LS14ZZ")
    assert locate("LS1 4DY", commons) == Place([exact], guessed=False)
    assert locate("LS1 4DZ", commons) == Place([around], guessed=True)


@pytest.mark.parametrize("typed", ["LS1 3ZZ", "LS1 5AA", "LS14 4AA"])
def test_what_no_range_holds_is_not_guessed(commons: Legislature, typed: str) -> None:
    make_range(make_constituency(commons), "LS14AA", "LS14ZZ")
    with pytest.raises(PostcodeError) as refused:
        locate(typed, commons)
    assert refused.value.reason == Reason.UNKNOWN


def test_a_range_never_leaves_its_first_half(commons: Legislature) -> None:
    """Without their spaces, AB11 1AA lies between AB1 0AA and AB1 9ZZ; and AB12 2AA hides AB1 0AA from AB1 5AA."""
    town, village = make_constituency(commons), make_constituency(commons)
    make_range(town, "AB10AA", "AB19ZZ")
    make_range(village, "AB122AA", "AB122ZZ")
    assert "AB10AA" < "AB111AA" < "AB19ZZ" and "AB10AA" < "AB122AA" < "AB15AA"
    with pytest.raises(PostcodeError):
        locate("AB11 1AA", commons)
    assert locate("AB1 5AA", commons).constituencies == [town]
    assert locate("AB12 2DE", commons).constituencies == [village]


def test_a_range_of_numbers_holds_those_of_its_length() -> None:
    assembly = make_legislature(country="AT")
    make_range(make_constituency(assembly), "1000", "1999")
    assert locate("1500", assembly).guessed
    with pytest.raises(PostcodeError):
        locate("15000", assembly)


def test_a_range_is_of_its_legislature_and_day(commons: Legislature) -> None:
    make_range(make_constituency(), "LS14AA", "LS14ZZ")
    make_range(make_constituency(commons, boundary_set="2010", valid_to=ELECTION), "LS14AA", "LS14ZZ")
    now = make_constituency(commons, valid_from=ELECTION)
    make_range(now, "LS14AA", "LS14DZ")
    assert locate("LS1 4DY", commons, NOW).constituencies == [now]


def test_northern_ireland_is_chosen_from_the_list_and_guessed_by_no_range(commons: Legislature) -> None:
    make_range(make_constituency(commons), "BS15AA", "BU15ZZ")
    with pytest.raises(PostcodeError) as refused:
        locate("BT1 5GS", commons)
    assert refused.value.reason == Reason.NORTHERN_IRELAND


def test_a_constituency_and_the_region_around_it_are_one_place_with_all_who_sit_for_either(
    commons: Legislature,
) -> None:
    nation = make_constituency(commons, "EH11AA", name="Nation")
    region = make_constituency(commons, "EH11AA", part_of=nation, name="Region")
    seat = make_constituency(commons, "EH11AA", part_of=region, name="Seat")
    everywhere, first, second = (make_representative(one) for one in (nation, region, region))
    own = make_representative(seat)
    make_representative(make_constituency(commons, part_of=region))
    place = locate("EH1 1AA", commons)
    assert place.constituencies == [seat]
    assert representatives_for(seat, NOW) == [own, first, second, everywhere]


def test_two_districts_of_one_state_are_two_places(commons: Legislature) -> None:
    state = make_constituency(commons, "EH11AA")
    districts = {make_constituency(commons, "EH11AA", part_of=state) for _ in range(2)}
    assert set(locate("EH1 1AA", commons).constituencies) == districts


def test_regions_in_a_circle_end_nothing(commons: Legislature) -> None:
    seat = make_constituency(commons, "EH11AA")
    seat.part_of = make_constituency(commons, part_of=seat)
    seat.save()
    member = make_representative(seat.part_of)
    assert locate("EH1 1AA", commons).constituencies == [seat]
    assert representatives_for(seat, NOW) == [member]


@pytest.mark.parametrize(
    ("typed", "country", "kept"),
    [
        ("20500", "US", "20500"),
        ("20500-0003", "US", "20500"),
        (" 205000003 ", "US", "20500"),
        ("２０５００", "US", "20500"),
        ("k1a 0b1", "CA", "K1A0B1"),
        ("D02 X285", "IE", "D02X285"),
        ("10115", "DE", "10115"),
    ],
)
def test_a_postcode_is_read_as_its_country_writes_it(typed: str, country: str, kept: str) -> None:
    assert parse_postcode(typed, country) == kept
    assert spaced(kept, country) == kept


@pytest.mark.parametrize(
    ("typed", "country", "reason"),
    [
        ("SW1A 1AA", "US", Reason.NO_ZIP),
        ("2050", "US", Reason.NO_ZIP),
        ("205001", "US", Reason.NO_ZIP),
        ("2" * 41, "US", Reason.NO_ZIP),
        ("Dublin", "IE", Reason.NO_POSTCODE),
        ("1" * 11, "DE", Reason.NO_POSTCODE),
        ("٪", "DE", Reason.NO_POSTCODE),
        (" ", "US", Reason.EMPTY),
    ],
)
def test_what_its_country_does_not_write_is_refused(typed: str, country: str, reason: Reason) -> None:
    with pytest.raises(PostcodeError) as refused:
        parse_postcode(typed, country)
    assert refused.value.reason == reason


def test_a_zip_code_leads_to_its_districts_and_to_the_senators_of_the_state() -> None:
    congress = make_legislature(country="US", boundary_set="119")
    state = make_constituency(congress, code="CA")
    districts = [make_constituency(congress, "94601", code=f"CA-{number}", part_of=state) for number in (12, 14)]
    senators = [make_representative(state) for _ in range(2)]
    member = make_representative(districts[0])
    assert locate("94601-1234", congress).constituencies == districts
    assert representatives_for(districts[0], NOW) == [member, *senators]
    assert representatives_for(districts[1], NOW) == senators


def test_a_by_election_a_vacancy_and_a_change_of_party(commons: Legislature) -> None:
    seat = make_constituency(commons, name="Clacton")
    make_representative(seat, name="Dee", valid_to=date(2014, 8, 29))  # resigns
    make_representative(seat, name="Dee again", party="B", valid_from=date(2014, 10, 9), valid_to=date(2017, 3, 25))
    make_representative(seat, name="Dee again", party="", valid_from=date(2017, 3, 25), valid_to=date(2017, 5, 3))
    parties = {
        day: [(one.name, one.party) for one in representatives_for(seat, day)]
        for day in (date(2014, 8, 28), date(2014, 9, 1), date(2014, 10, 9), date(2017, 3, 24), date(2017, 3, 25))
    }
    assert list(parties.values()) == [
        [("Dee", "")],
        [],
        [("Dee again", "B")],
        [("Dee again", "B")],
        [("Dee again", "")],
    ]
    with translation.override("en"):
        assert why_nobody(seat, date(2014, 9, 1)) == "The seat of Clacton has been vacant since 29 August 2014."


def test_while_it_is_dissolved_nobody_is_written_to_and_the_sentence_says_until_when(commons: Legislature) -> None:
    seat = make_constituency(commons)
    member = make_representative(seat, valid_from=date(2019, 12, 12))
    dissolution = Dissolution.objects.create(legislature=commons, valid_from=date(2024, 5, 30), valid_to=ELECTION)
    make_representative(valid_to=None)  # another legislature sits on
    assert representatives_for(seat, date(2024, 5, 29)) == [member]
    assert representatives_for(seat, date(2024, 6, 1)) == []
    assert everybody(commons, date(2024, 6, 1)) == []
    with translation.override("en"):
        assert why_nobody(seat, date(2024, 6, 1)) == (
            "House of Commons is dissolved. It has members again from 4 July 2024."
        )
        dissolution.valid_to = None
        dissolution.save()
        assert why_nobody(seat, NOW).endswith("until it is elected again.")
    assert representatives_for(seat, NOW) == []


def test_who_held_the_seat_last_is_not_said(commons: Legislature) -> None:
    seat = make_constituency(commons)
    gone = make_representative(seat, valid_to=date(2026, 1, 1))
    assert gone.name not in why_nobody(seat, NOW)


def test_a_seat_that_nobody_is_known_for_or_that_is_no_more_says_so(commons: Legislature) -> None:
    with translation.override("en"):
        assert why_nobody(make_constituency(commons, name="Leeds"), NOW) == "We do not know who sits for Leeds."
        old = make_constituency(commons, name="Leeds", valid_to=ELECTION)
        assert why_nobody(old, NOW) == "There has been no constituency of Leeds since 4 July 2024."


def test_everybody_of_a_list_and_those_without_a_seat_elsewhere(commons: Legislature) -> None:
    editors = make_legislature(kind="list")
    one = make_representative(make_constituency(editors), legislature=editors)
    peer = make_representative(legislature=commons, constituency=make_constituency(commons))
    peer.constituency = None
    peer.save()
    make_representative(make_constituency(commons))
    make_representative(make_constituency(editors), valid_to=date(2020, 1, 1))
    assert everybody(editors, NOW) == [one]
    assert everybody(commons, NOW) == [peer]


class Knows:
    def __init__(self, seats: Sequence[Constituency]) -> None:
        self.seats, self.asked = seats, list[tuple[str, date]]()

    def constituencies(self, postcode: str, legislature: Legislature, on: date) -> Sequence[Constituency]:
        self.asked.append((postcode, on))
        return self.seats


@pytest.fixture
def providers() -> Iterator[list[lookup.Provider]]:
    yield lookup.PROVIDERS
    lookup.PROVIDERS.clear()


def test_a_provider_is_asked_after_the_table_and_before_the_ranges(
    commons: Legislature, providers: list[lookup.Provider]
) -> None:
    exact, asked, around = make_constituency(commons, "LS14DY"), make_constituency(commons), make_constituency(commons)
    make_range(around, "LS14AA", "LS14ZZ")
    silent, knowing = Knows([]), Knows([asked])
    providers += [silent, knowing]
    assert locate("LS1 4DY", commons, NOW) == Place([exact])
    assert locate("LS1 4DZ", commons, NOW) == Place([asked])
    assert silent.asked == knowing.asked == [("LS14DZ", NOW)]
    providers.remove(knowing)
    assert locate("LS1 4DZ", commons, NOW) == Place([around], guessed=True)


def test_nobody_is_asked_as_it_is_installed() -> None:
    assert lookup.PROVIDERS == []


def test_a_look_up_needs_few_queries(commons: Legislature, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    region = make_constituency(commons)
    seat = make_constituency(commons, "LS14DY", part_of=region)
    make_representative(seat)
    make_range(seat, "LS14AA", "LS14ZZ")
    with django_assert_num_queries(2):
        (found,) = locate("LS1 4DY", commons, NOW).constituencies
        assert len(representatives_for(found, NOW)) == 1
    with django_assert_num_queries(2):
        assert locate("LS1 4DZ", commons, NOW).guessed
