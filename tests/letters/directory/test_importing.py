"""Rows found again, changed, made and ended; seats joined by code or folded name."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from letters.directory.importing import Summary, import_representatives
from letters.models import Constituency, Legislature, Representative
from tests.letters.factories import make_constituency, make_legislature, make_representative

from .given import file, table

pytestmark = pytest.mark.django_db

HEADER = "id,name,ward,party,email"
ANN, BOB, CY = "1,Ann Bee,East,Green,ann@x.org", "2,Bob Dee,West,Blue,bob@x.org", "3,Cy Eff,West,Red,cy@x.org"


def given(*rows: str, name: str = "people.csv", header: str = HEADER) -> BytesIO:
    return table(header, *rows, name=name)


def run(*rows: str, as_of: str = "", header: str = HEADER, slug: str = "northtown", boundary_set: str = "") -> Summary:
    day = date.fromisoformat(as_of) if as_of else None
    return import_representatives([given(*rows, header=header)], slug, as_of=day, boundary_set=boundary_set)


def counts(summary: Summary) -> tuple[int, int, int, int]:
    return summary.created, summary.updated, summary.ended, summary.unchanged


def serving(day: str = "") -> set[str]:
    on = date.fromisoformat(day) if day else timezone.localdate()
    return {f"{one.name} {one.party}" for one in Representative.objects.serving(on)}


def test_the_summary_says_what_was_read_and_what_was_done() -> None:
    summary = run(ANN, BOB, CY, "4,Dee Gee,West,Red,No email found", "5,,West,Red,x@x.org")
    assert summary.as_data() == {
        "people": 4,
        "memberships": 4,
        "constituencies": 2,
        "with_email": 3,
        "created": 4,
        "updated": 0,
        "ended": 0,
        "unchanged": 0,
        "rejected": [{"line": 6, "reason": "There is no name."}],
    }
    ann = Representative.objects.get(name="Ann Bee")
    assert (ann.constituency and ann.constituency.name, ann.party, ann.email) == ("East", "Green", "ann@x.org")
    assert ann.source.startswith("people.csv (")


def test_a_second_run_changes_nothing() -> None:
    run(ANN, BOB)
    before = list(Representative.objects.order_by("pk").values())
    seats = list(Constituency.objects.values())
    assert counts(run(ANN, BOB)) == (0, 0, 0, 2)
    assert list(Representative.objects.order_by("pk").values()) == before
    assert list(Constituency.objects.values()) == seats


def test_what_a_newer_file_lacks_is_ended_by_its_day_and_not_deleted() -> None:
    run(ANN, BOB, as_of="2024-01-01")
    assert counts(run(ANN, CY, as_of="2025-01-01")) == (1, 0, 1, 1)
    bob = Representative.objects.get(name="Bob Dee")
    assert bob.valid_to == date(2025, 1, 1)
    assert serving("2024-12-31") == {"Ann Bee Green", "Bob Dee Blue"}
    assert serving("2025-01-01") == {"Ann Bee Green", "Cy Eff Red"}


def test_without_a_day_who_is_lacking_has_gone_by_today() -> None:
    run(ANN, BOB)
    assert run(ANN).ended == 1
    assert serving() == {"Ann Bee Green"}
    assert Representative.objects.get(name="Bob Dee").valid_to == timezone.localdate()


def test_who_came_after_says_when_the_other_had_gone() -> None:
    header = HEADER + ",start date"
    run(ANN + ",2020-01-01", as_of="2024-01-01", header=header)
    run("9,Di Hey,East,Red,di@x.org,2024-06-06", as_of="2025-01-01", header=header)
    assert Representative.objects.get(name="Ann Bee").valid_to == date(2024, 6, 6)


def test_a_change_of_party_or_of_seat_is_a_new_row() -> None:
    run(ANN, BOB, as_of="2024-01-01")
    summary = run("1,Ann Bee,East,Red,ann@x.org", "2,Bob Dee,East,Blue,bob@x.org", as_of="2025-01-01")
    assert counts(summary) == (2, 0, 2, 0)
    rows = Representative.objects.filter(name="Ann Bee").order_by("pk").values_list("party", "valid_from", "valid_to")
    assert list(rows) == [("Green", None, date(2025, 1, 1)), ("Red", date(2025, 1, 1), None)]


def test_other_changes_are_written_to_the_row() -> None:
    run(ANN)
    row = Representative.objects.get()
    assert counts(run("1,Ann Bee-Cox,East,Green,new@x.org")) == (0, 1, 0, 0)
    row.refresh_from_db()
    assert (row.name, row.email) == ("Ann Bee-Cox", "new@x.org")


def test_who_comes_back_is_there_again() -> None:
    run(ANN, BOB, as_of="2024-01-01")
    run(ANN, as_of="2025-01-01")
    assert counts(run(ANN, BOB, as_of="2026-01-01")) == (0, 1, 0, 1)
    assert serving() == {"Ann Bee Green", "Bob Dee Blue"}


def test_an_older_file_read_later_ends_and_overwrites_nobody() -> None:
    run(ANN, CY, as_of="2025-01-01")
    newer = {row["pk"]: row for row in Representative.objects.values("pk", "email", "party", "valid_to", "source")}
    summary = run("1,Ann Bee,East,Green,old@x.org", BOB, as_of="2020-01-01")
    assert counts(summary) == (1, 1, 0, 1)  # updated: Cy, of whom it is now known that he did not sit there before
    assert {row["pk"]: row for row in Representative.objects.filter(pk__in=newer).values(*newer[min(newer)])} == newer
    assert serving() == {"Ann Bee Green", "Cy Eff Red"}
    assert serving("2020-06-01") == {"Bob Dee Blue"}
    assert any("older" in note for note in summary.notes)
    again = run("1,Ann Bee,East,Green,old@x.org", BOB, as_of="2020-01-01")
    assert counts(again) == (0, 0, 0, 2)


def test_the_date_in_a_file_s_name_is_its_day() -> None:
    import_representatives([given(ANN, BOB, name="members_2026-06.csv")], "northtown")
    import_representatives([given(ANN, name="members_2018.csv")], "northtown")
    assert serving() == {"Ann Bee Green", "Bob Dee Blue"}
    import_representatives([given(ANN, name="members_2026-07.csv")], "northtown")
    assert Representative.objects.get(name="Bob Dee").valid_to == date(2026, 7, 31)


def test_a_row_by_hand_is_ended_by_no_file() -> None:
    run(ANN)
    by_hand = make_representative(Constituency.objects.get(), name="Eve Hand")
    run(ANN, BOB)
    by_hand.refresh_from_db()
    assert by_hand.valid_to is None


def test_who_stands_on_a_line_that_cannot_be_read_is_not_ended() -> None:
    header = HEADER + ",start date"
    run(ANN + ",2020-01-01", BOB + ",2020-01-01", CY + ",2020-01-01", header=header)
    summary = run(ANN + ",2020-01-01", BOB + ",soon", CY, header=header)
    assert (summary.ended, len(summary.rejected)) == (0, 2)
    assert len(serving()) == 3


def test_another_publisher_s_name_for_the_same_row_makes_no_second_one() -> None:
    run(ANN, BOB)
    pks = set(Representative.objects.values_list("pk", flat=True))
    summary = run("Green,ANN BEE,East", "Blue,Bob Dée,West", header="party,name,constituency")
    assert counts(summary)[0] == 0 and summary.ended == 0
    assert set(Representative.objects.values_list("pk", flat=True)) == pks
    assert counts(run("Green,ANN BEE,East", "Blue,Bob Dée,West", header="party,name,constituency")) == (0, 0, 0, 2)


def test_the_same_person_twice_in_one_seat_is_rejected_once_and_a_return_is_not() -> None:
    header = HEADER + ",start date,end date"
    summary = run(
        *(ANN + ",2010-01-01,2011-12-31", ANN + ",2014-01-01,", ANN + ",2014-01-01,", ANN + ",2016-01-01,2015-01-01"),
        header=header,
    )
    assert summary.memberships == 2
    assert [(one.line, one.reason) for one in summary.rejected] == [
        (4, "It is the same as number 3."),
        (5, "It ends before it begins."),
    ]
    assert summary.people == 1
    assert serving("2013-01-01") == set()


def test_a_day_that_ends_one_stint_and_begins_the_next_has_one_holder() -> None:
    header = HEADER + ",start date,end date"
    run(ANN + ",2017-06-08,2018-04-30", ANN.replace("Green", "None") + ",2018-04-30,", header=header)
    assert serving("2018-04-29") == {"Ann Bee Green"}
    assert serving("2018-04-30") == {"Ann Bee None"}


@pytest.mark.parametrize("spelt", ["ST ALBANS", "St. Albans", "St Albans Co Const", "Sť  Albâns", "st-albans"])
def test_a_seat_is_found_by_its_folded_name(spelt: str) -> None:
    seat = make_constituency(make_legislature(slug="northtown"), name="St Albans", code="E14000001")
    summary = run(f"1,Ann Bee,{spelt},,", boundary_set="2024")
    assert Representative.objects.get().constituency == seat
    assert Constituency.objects.get().name == "St Albans"
    assert summary.constituencies == 1


def test_a_seat_is_found_by_its_name_in_another_language() -> None:
    seat = make_constituency(make_legislature(slug="northtown"), translations={"cy": {"name": "Ynys Môn"}})
    run("1,Ann Bee,Ynys Mon,,", boundary_set="2024")
    assert Representative.objects.get().constituency == seat


def test_a_seat_is_found_by_its_code_before_its_name() -> None:
    legislature = make_legislature(slug="northtown")
    east = make_constituency(legislature, name="East", code="E05000001")
    make_constituency(legislature, name="West", code="E05000002")
    run("1,Ann Bee,West,E05000001", header="id,name,ward,ward code", boundary_set="2024")
    assert Representative.objects.get().constituency == east


def test_the_same_name_with_another_official_code_is_another_place() -> None:
    make_constituency(make_legislature(slug="northtown"), name="East", code="E05000001")
    run("1,Ann Bee,East,E05000009", header="id,name,ward,ward code")
    assert sorted(Constituency.objects.values_list("code", flat=True)) == ["E05000001", "E05000009"]


def test_a_publisher_s_own_code_says_nothing_to_another() -> None:
    run("1,Ann Bee,East,7", "2,Bob Dee,West,8", header="id,name,ward,area_id")
    run("1,Ann Bee,East,8", "2,Bob Dee,West,7", header="id,name,ward,area_id")
    assert Constituency.objects.count() == 2
    assert {one.name: str(one.constituency) for one in Representative.objects.serving(timezone.localdate())} == {
        "Ann Bee": "East",
        "Bob Dee": "West",
    }


def test_an_official_code_takes_the_place_of_a_made_up_one() -> None:
    run("1,Ann Bee,East", header="id,name,ward")
    assert Constituency.objects.get().code == "east"
    run("1,Ann Bee,East,E05000001", header="id,name,ward,ward code")
    assert Constituency.objects.get().code == "E05000001"


def test_boundary_sets_are_kept_apart() -> None:
    run("1,Ann Bee,East", header="id,name,ward", boundary_set="2010", as_of="2020-01-01")
    run("1,Ann Bee,East", header="id,name,ward", boundary_set="2024", as_of="2025-01-01")
    assert sorted(Constituency.objects.values_list("boundary_set", flat=True)) == ["2010", "2024"]
    assert Representative.objects.serving(date(2025, 1, 1)).get().constituency == Constituency.objects.get(
        boundary_set="2024"
    )
    assert Legislature.objects.get().boundary_set == "2024"  # that of who sits today
    run("1,Ann Bee,East", header="id,name,ward", boundary_set="2010", as_of="2019-01-01")
    assert Legislature.objects.get().boundary_set == "2024"


def test_a_file_without_a_word_about_its_set_is_of_that_which_has_its_seats() -> None:
    legislature = make_legislature(slug="northtown", boundary_set="2024")
    make_constituency(legislature, name="North", code="E05000001", boundary_set="2010")
    make_constituency(legislature, name="South", code="E05000002", boundary_set="2010")
    make_constituency(legislature, name="North", code="E05000009", boundary_set="2024")
    header = "id,name,ward,ward code"
    run("1,Ann Bee,north,E05000001", "2,Bob Dee,SOUTH,", header=header, as_of="2015-01-01")
    assert set(Representative.objects.values_list("constituency__boundary_set", flat=True)) == {"2010"}
    run("3,Cy Eff,north,E05000009", header=header)
    assert Representative.objects.get(name="Cy Eff").constituency == Constituency.objects.get(code="E05000009")


def test_a_file_without_codes_is_of_the_set_of_its_day() -> None:
    legislature = make_legislature(slug="northtown", boundary_set="2024")
    days = {"2010": (date(2010, 5, 6), date(2024, 7, 4)), "2024": (date(2024, 7, 4), None)}
    for name, (first, last) in days.items():
        fields = {"boundary_set": name, "valid_from": first, "valid_to": last}
        make_constituency(legislature, code=f"X{name}", name=f"X{name}", **fields)
    run(ANN, as_of="2015-11-30")
    assert Representative.objects.get().constituency == Constituency.objects.get(name="East", boundary_set="2010")


@pytest.mark.parametrize(
    ("code", "boundary_set"), [("E14001062", "2010"), ("E14001063", "2024"), ("N05000001", "2024"), ("E05000001", "")]
)
def test_the_numbers_of_westminster_s_seats_tell_their_set(code: str, boundary_set: str) -> None:
    run(f"1,Ann Bee,East,{code}", header="id,name,constituency,gss code")
    assert Constituency.objects.get().boundary_set == Legislature.objects.get().boundary_set == boundary_set


def test_a_name_that_two_seats_have_is_not_guessed_at() -> None:
    legislature = make_legislature(slug="northtown")
    make_constituency(legislature, name="Abbey", code="E05000001", region="East")
    make_constituency(legislature, name="Abbey", code="E05000002", region="West")
    header = "id,name,ward,region"
    summary = run("1,Ann Bee,Abbey,West", "2,Bob Dee,Abbey,", header=header, boundary_set="2024")
    assert Representative.objects.get().constituency == Constituency.objects.get(region="West")
    assert [(one.line, "code is needed" in one.reason) for one in summary.rejected] == [(3, True)]


def test_districts_are_part_of_their_state() -> None:
    legislators = """\
- id: {bioguide: B1}
  name: {first: Ann, last: Bee}
  terms: [{type: rep, start: 2025-01-03, end: 2099-01-03, state: CA, district: 12}]
- id: {bioguide: C1}
  name: {first: Bob, last: Dee}
  terms: [{type: sen, start: 2025-01-03, end: 2099-01-03, state: CA}]
"""
    offices = "- id: {bioguide: B1}\n  offices: [{address: 1 Elm St., city: Fresno, state: CA, zip: '93721'}]\n"
    people, places = file("legislators.yaml", legislators), file("offices.yaml", offices)
    assert counts(import_representatives([people, places], "congress")) == (2, 0, 0, 0)
    seat = Constituency.objects.get(code="CA-12")
    assert seat.part_of == Constituency.objects.get(code="CA")
    assert Legislature.objects.get().country == "US"
    ann, bob = Representative.objects.order_by("name")
    assert (ann.address, ann.office, bob.office) == ("1 Elm St.\nFresno CA 93721", "congress", "senator")


def test_offices_alone_fill_in_the_addresses_of_those_who_are_there() -> None:
    run("B1,Ann Bee,East,Green,", as_of="2024-01-01")
    offices = file("o.yaml", "- id: {bioguide: B1}\n  offices: [{address: 1 Elm, city: F, state: CA, zip: '9'}]\n")
    summary = import_representatives([offices], "northtown")
    assert (summary.people, summary.updated, summary.ended) == (1, 1, 0)
    assert Representative.objects.get().address == "1 Elm\nF CA 9"


def test_a_dry_run_counts_and_stores_nothing() -> None:
    run(ANN, BOB)
    summary = import_representatives([given(ANN, CY)], "northtown", dry_run=True)
    assert counts(summary) == (1, 0, 1, 1)
    assert serving() == {"Ann Bee Green", "Bob Dee Blue"}
    assert import_representatives([given(ANN)], "new", dry_run=True).created == 1
    assert not Legislature.objects.filter(slug="new").exists()


def test_a_list_of_one_s_own_needs_names_and_addresses_only() -> None:
    new = Legislature(slug="allies", name="Allies", kind=Legislature.Kind.LIST)
    summary = import_representatives([table("Name,Email", "Ann Bee,a@x.org", "The Mayor,m@x.org")], new)
    assert (summary.created, summary.constituencies, summary.with_email) == (2, 0, 2)
    assert set(new.representatives.values_list("constituency", flat=True)) == {None}
    changed = import_representatives([table("Name,Email", "Ann Bee,b@x.org", "The Mayor,m@x.org")], new)
    assert counts(changed) == (0, 1, 0, 1)


def test_what_was_set_by_hand_and_no_file_says_is_kept() -> None:
    run(ANN, as_of="2024-01-01")
    Representative.objects.update(salutation="Dear Ann,", valid_from=date(2020, 1, 1))
    run(ANN, as_of="2025-01-01")
    row = Representative.objects.get()
    assert (row.salutation, row.valid_from) == ("Dear Ann,", date(2020, 1, 1))


def test_on_a_list_two_people_of_one_name_are_told_apart_by_their_addresses() -> None:
    summary = run("Ann Bee,a@x.org", "Ann Bee,b@x.org", "Ann Bee,a@x.org", header="Name,Email")
    assert (summary.created, [one.line for one in summary.rejected]) == (2, [4])


@pytest.mark.parametrize(
    ("name", "country", "kind", "row", "office", "role"),
    [
        ("House of Commons", "GB", "parliament", "Ann Bee,", "mp", "Member of Parliament"),
        ("Northtown Council", "GB", "council", "Ann Bee,", "councillor", "Councillor"),
        ("Parliament", "EU", "parliament", "Ann Bee,", "mep", "Member of the European Parliament"),
        ("Landtag", "DE", "parliament", "Ann Bee,Abgeordnete", "deputy", "Abgeordnete"),
        ("Assembly", "", "parliament", "Ann Bee,", "", ""),
        ("Assembly", "GB", "parliament", "Ann Bee,Deputy Mayor", "", "Deputy Mayor"),
    ],
)
def test_the_office_is_taken_from_what_says_it_and_left_out_where_nothing_does(
    name: str, country: str, kind: str, row: str, office: str, role: str
) -> None:
    new = Legislature(slug="new", name=name, country=country, kind=kind)
    import_representatives([table("Name,Role", row)], new)
    found = Representative.objects.get()
    assert (found.office, found.role) == (office, role)


def test_thousands_of_rows_take_few_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    rows = [f"{n},Member {n},Ward {n // 3},Party {n % 7},m{n}@x.org" for n in range(3000)]
    with django_assert_max_num_queries(100):
        run(*rows)
    with django_assert_max_num_queries(20):
        assert run(*rows).unchanged == 3000
    assert run(*rows[:2000]).ended == 1000
    assert Representative.objects.serving(timezone.localdate() + timedelta(days=1)).count() == 2000


def test_a_seat_whose_name_is_its_code_may_have_many_members() -> None:
    rows = [f"{name},5" for name in ("Ann Bee", "Cy Dee", "Ed Fee", "Gi Hay")]
    summary = import_representatives([table("Name,District", *rows)], "north")
    assert (summary.people, summary.constituencies, summary.rejected) == (4, 1, [])
