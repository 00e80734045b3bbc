"""Tables of postcodes into the directory: what is stored, what moves, and what is refused as a whole."""

import gzip
import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from letters.directory import postcode_tables
from letters.directory.lookup import locate
from letters.directory.postcode_tables import BadRows
from letters.directory.postcodes import import_postcodes
from letters.directory.reading.found import BadFile
from letters.models import Constituency, Legislature, Postcode, PostcodeRange

from .factories import make_constituency, make_legislature
from .tables import TWO_SETS, held, read, table

pytestmark = pytest.mark.django_db


@pytest.fixture
def commons() -> Legislature:
    return make_legislature(slug="commons", boundary_set="2024")


def test_both_boundary_sets_are_read_at_once_and_a_row_without_one_keeps_the_other(
    tmp_path: Path, commons: Legislature
) -> None:
    summary = read(tmp_path, commons, TWO_SETS)
    assert held(commons) == {
        ("LS14DY", "2010", "E14000777"),
        ("LS14DY", "2024", "E14001325"),
        ("LS14DZ", "2010", "E14000777"),
        ("LS14DZ", "2024", "E14001326"),
        ("AB101AB", "2010", "S14000001"),
        ("AB101AB", "2024", "S14000061"),
        ("AB109ZZ", "2024", "S14000061"),
        ("EX11AA", "2010", "E14000698"),
    }
    assert summary.as_data() == {
        "rows": 5,
        "elsewhere": 0,
        "constituencies": 6,
        "created": 8,
        "removed": 0,
        "unchanged": 0,
        "without": {"2010": 1, "2024": 1},
    }


def test_constituencies_that_are_missing_are_made_with_the_dates_of_their_set(
    tmp_path: Path, commons: Legislature
) -> None:
    known = make_constituency(commons, code="E14001325", name="Leeds Central and Headingley")
    read(tmp_path, commons, TWO_SETS)
    old = Constituency.objects.get(code="E14000777")
    assert (old.name, old.valid_from, old.valid_to) == ("E14000777", date(2010, 5, 6), date(2024, 7, 4))
    known.refresh_from_db()
    assert (known.name, known.valid_from, known.valid_to) == ("Leeds Central and Headingley", date(2024, 7, 4), None)
    assert [one.code for one in locate("LS1 4DY", commons, date(2016, 10, 1)).constituencies] == ["E14000777"]
    assert [one.code for one in locate("LS1 4DY", commons, date(2026, 10, 1)).constituencies] == ["E14001325"]


def test_dates_are_known_only_of_the_seats_of_the_uk_parliament(tmp_path: Path) -> None:
    holyrood = make_legislature(boundary_set="2010")
    read(tmp_path, holyrood, "postcode,code\nEH1 1AA,S16000104\n")
    seat = Constituency.objects.get()
    assert (seat.boundary_set, seat.valid_from, seat.valid_to) == ("2010", None, None)


def test_reading_it_again_changes_nothing(tmp_path: Path, commons: Legislature) -> None:
    read(tmp_path, commons, TWO_SETS)
    before = set(Postcode.objects.values_list("pk", flat=True))
    summary = read(tmp_path, commons, TWO_SETS)
    assert (summary.created, summary.removed, summary.unchanged, summary.constituencies) == (0, 0, 8, 0)
    assert set(Postcode.objects.values_list("pk", flat=True)) == before


def test_a_newer_table_moves_its_postcodes_in_its_boundary_set_and_in_no_other(
    tmp_path: Path, commons: Legislature
) -> None:
    council = make_legislature()
    make_constituency(council, "LS14DY", code="E14001325")
    read(tmp_path, commons, TWO_SETS)
    before = held(commons)
    summary = read(tmp_path, commons, "postcode,pcon2010,pcon2024\nLS1 4DY,,E14001326\nAB10 1AB,S14000001,\n")
    moved = {("LS14DY", "2024", "E14001325")}
    assert held(commons) == before - moved | {("LS14DY", "2024", "E14001326")}
    assert (summary.created, summary.removed, summary.unchanged) == (1, 1, 1)
    assert held(council) == {("LS14DY", "2024", "E14001325")}


def test_a_postcode_may_lie_in_several_and_be_listed_twice(tmp_path: Path, commons: Legislature) -> None:
    text = "postcode,gss_code\nLS1 4DY,E14001325\nLS1 4DY,E14001326\nls14dy,E14001326\n"
    assert read(tmp_path, commons, text).created == 2
    assert {code for _, _, code in held(commons)} == {"E14001325", "E14001326"}
    assert read(tmp_path, commons, text.replace("LS1 4DY,E14001325\n", "")).removed == 1


@pytest.mark.parametrize(
    ("head", "boundary_set"),
    [
        ("postcode,gss_code", "2024"),
        ("Postcode,PCON24CD", "2024"),
        ("pcds;pcon2010_gss", "2010"),
        ("\ufeffpcd\tpcon10", "2010"),
        ("Post-code,parlcon_2010", ""),
        ("postcode,Constituency Code", "2024"),
    ],
)
def test_the_head_says_which_column_is_which(
    tmp_path: Path, commons: Legislature, head: str, boundary_set: str
) -> None:
    sign = next(sign for sign in ",;\t" if sign in head)
    text = f"{head}\nLS1 4DY{sign}E14000777\n"
    if not boundary_set:
        with pytest.raises(BadFile, match="No column is named postcode"):
            read(tmp_path, commons, text)
    else:
        read(tmp_path, commons, text)
        assert held(commons) == {("LS14DY", boundary_set, "E14000777")}


def test_a_column_and_its_set_can_be_named(tmp_path: Path, commons: Legislature) -> None:
    text = "postcode,ward,gss_code\nLS1 4DY,E05001420,E14000777\n"
    read(tmp_path, commons, text, columns={"ward": "wards", "gss_code": "2010"})
    assert held(commons) == {("LS14DY", "wards", "E05001420"), ("LS14DY", "2010", "E14000777")}


def test_codes_of_another_set_are_not_taken_for_todays(tmp_path: Path, commons: Legislature) -> None:
    make_constituency(commons, code="E14000777", boundary_set="2010")
    with pytest.raises(BadFile, match="of the boundary set 2010, not 2024"):
        read(tmp_path, commons, "postcode,gss_code\nLS1 4DY,E14000777\n")
    assert Constituency.objects.count() == 1


def test_seats_whose_code_was_issued_anew_stay_one(tmp_path: Path, commons: Legislature) -> None:
    seat = make_constituency(commons, code="S14000006", name="Ayr, Carrick and Cumnock")
    read(tmp_path, commons, "postcode,pcon2010,pcon2024\nKA8 0NR,S14000006,S14000107\nKA8 0NS,S14000006,S14000006\n")
    assert held(commons) == {
        (postcode, *place)
        for postcode in ("KA80NR", "KA80NS")
        for place in (("2010", "S14000006"), ("2024", "S14000107"))
    }
    seat.refresh_from_db()
    assert (seat.code, seat.boundary_set) == ("S14000107", "2024")


def test_what_is_in_no_constituency_is_left_out(tmp_path: Path, commons: Legislature) -> None:
    text = "postcode,gss_code\nJE2 3AB,L99999999\nLS1 4DY,E99999999\nIM1 1AA,\nLS1 4DZ,E14001325\n"
    summary = read(tmp_path, commons, text)
    assert held(commons) == {("LS14DZ", "2024", "E14001325")}
    assert (summary.elsewhere, summary.without) == (2, {"2024": 1})


def test_zip_codes_lead_to_districts_that_are_part_of_their_state(tmp_path: Path) -> None:
    congress = make_legislature(country="US", boundary_set="")
    state = make_constituency(congress, code="CA")
    known = make_constituency(congress, code="CA-14", part_of=state)
    text = (
        "state_fips,state_abbr,zcta,cd\n06,CA,94601,12\n06,CA,94601,14\n02,AK,99501,0\n11,DC,20001,98\n01,AL,00501,03\n"
    )
    read(tmp_path, congress, text)
    assert {(postcode, code) for postcode, _, code in held(congress)} == {
        ("94601", "CA-12"),
        ("94601", "CA-14"),
        ("99501", "AK-0"),
        ("20001", "DC-0"),
        ("00501", "AL-3"),
    }
    assert {one.code: one.part_of for one in locate("94601-0001", congress).constituencies} == {
        "CA-12": state,
        "CA-14": state,
    }
    assert known in locate("94601", congress).constituencies


RANGES = "first_postcode,last_postcode,postcodes,gss_code\nAB1 0AA,AB1 0AD,3,S14000002\nAB1 0AE,AB1 0AE,1,S14000058\n"


def test_ranges_are_kept_apart_and_replaced_as_a_whole(tmp_path: Path, commons: Legislature) -> None:
    other = make_constituency(commons, boundary_set="2024")
    PostcodeRange.objects.create(first="ZE10AA", last="ZE10ZZ", constituency=other)
    summary = read(tmp_path, commons, RANGES, columns={"gss_code": "2010"})
    assert (summary.created, summary.removed, summary.rows, Postcode.objects.count()) == (2, 0, 2, 0)
    place = locate("AB1 0AB", commons, date(2016, 10, 1))
    assert place.guessed and [one.code for one in place.constituencies] == ["S14000002"]
    before = set(PostcodeRange.objects.values_list("pk", flat=True))
    assert read(tmp_path, commons, RANGES, columns={"gss_code": "2010"}, ranges=True).unchanged == 2
    assert set(PostcodeRange.objects.values_list("pk", flat=True)) == before
    newer = "first_postcode,last_postcode,gss_code\nAB1 0AA,AB1 0AE,S14000002\n"
    summary = read(tmp_path, commons, newer, columns={"gss_code": "2010"})
    assert (summary.created, summary.removed) == (1, 2)
    assert set(PostcodeRange.objects.values_list("first", "last")) == {("AB10AA", "AB10AE"), ("ZE10AA", "ZE10ZZ")}


@pytest.mark.parametrize(
    "row",
    ["AB1 0AA,AB10 0AD,S14000002", "AB1 0AD,AB1 0AA,S14000002", "AB1 0AA,AB1,S14000002", "AB1 0AA,AB2 0AA,S14000002"],
)
def test_a_range_that_leaves_its_first_half_is_refused(tmp_path: Path, commons: Legislature, row: str) -> None:
    with pytest.raises(BadRows) as refused:
        read(tmp_path, commons, f"first_postcode,last_postcode,gss_code\n{row}\n")
    assert [one.line for one in refused.value.rows] == [2]


def test_a_range_that_stands_twice_with_two_ends_is_refused(tmp_path: Path, commons: Legislature) -> None:
    with pytest.raises(BadRows):
        read(tmp_path, commons, RANGES + "AB1 0AA,AB1 0AE,4,S14000002\n", columns={"gss_code": "2010"})


def test_every_bad_row_is_told_with_its_line_and_nothing_is_stored(tmp_path: Path, commons: Legislature) -> None:
    text = TWO_SETS + "LS1 4D,E14000777,E14001325\n\nLS1 4DX,E14000777\nLS1 4DW,E14\x07,E14001325\n75011,,\n"
    with pytest.raises(BadRows) as refused:
        read(tmp_path, commons, text)
    assert [(one.line, one.reason) for one in refused.value.rows] == [
        (7, "'LS1 4D' is not a postcode."),
        (9, "It has 2 columns, not 3."),
        (10, "'E14\\x07' is not a code."),
        (11, "'75011' is not a postcode."),
    ]
    assert not Constituency.objects.exists() and not Postcode.objects.exists()


def test_of_many_bad_rows_the_first_are_told_and_all_are_counted(tmp_path: Path, commons: Legislature) -> None:
    with pytest.raises(BadRows, match="wrong: 120") as refused:
        read(tmp_path, commons, "postcode,gss_code\n" + "X,E14000777\n" * 120)
    assert len(refused.value.rows) == postcode_tables.MOST_TOLD


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "No column is named postcode"),
        (b"postcode,gss_code\n", "It has no rows"),
        (b"name,age\nAlice,40\n", "No column is named postcode. It has: 'name', 'age'"),
        (b"postcode,town\nLS1 4DY,Leeds\n", "Which column holds the codes"),
        (b"sector,boundaries,gss_code,postcodes\nAB1 0,2010,S14000002,205\n", "No column is named postcode"),
        (b'postcode,gss_code\nLS1 4DY,"E140\n' + b"x,y\n" * 40_000, "Line"),
        (b"postcode,gss_code\nLS1 4DY," + b"x" * 30_000, "Line 2 is too long"),
        (b"x" * 30_000, "Line 1 is too long"),
        ("postcode,gss_code\nLS1 4DY,E14000777\n".encode("utf-16"), "No column is named postcode"),
        (b"postcode,gss_code\nLS1\x00 4DY,E14000777\n", "wrong: 1"),
    ],
)
def test_what_is_no_such_table_is_refused_with_a_sentence(
    tmp_path: Path, commons: Legislature, data: bytes, sentence: str
) -> None:
    with pytest.raises(BadFile, match=sentence):
        read(tmp_path, commons, data)
    assert not Constituency.objects.exists()


def test_a_row_that_is_not_in_utf_8_is_told_with_its_line(tmp_path: Path, commons: Legislature) -> None:
    text = b"postcode,town,gss_code\nLS1 4DY,Leeds,E14000777\n"
    with pytest.raises(BadRows) as refused:
        read(tmp_path, commons, text + b"LS1 4D\xe9,Leeds,E14000777\n")
    assert [(one.line, one.reason) for one in refused.value.rows] == [(3, "What is not in UTF-8 is not a postcode.")]
    assert read(tmp_path, commons, text + b"LS1 4DZ,Orl\xe9ans,E14000777\n").created == 2  # not a column of ours


def test_a_packed_file_that_was_cut_off_or_is_damaged_stores_nothing(tmp_path: Path, commons: Legislature) -> None:
    rows = "".join(f"LS{n % 90 + 1} {n % 10}AA,E14000777\n" for n in range(3000))
    whole = gzip.compress(f"postcode,gss_code\n{rows}".encode())
    assert import_postcodes(table(tmp_path, whole, "whole.csv"), commons).rows == 3000
    Postcode.objects.all().delete()
    for broken in (whole[: len(whole) // 2], whole[:-4], whole[:60] + b"\xff" * 20 + whole[80:]):
        with pytest.raises(BadFile, match="cannot be unpacked|cannot be read"):
            import_postcodes(table(tmp_path, broken, "broken.csv"), commons)
    assert not Postcode.objects.exists()


def test_a_column_that_is_no_code_makes_no_thousands_of_constituencies(
    tmp_path: Path, commons: Legislature, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postcode_tables, "MOST_PLACES", 100)
    rows = "".join(f"LS1 {n % 10}AA,{n}\n" for n in range(200))
    with pytest.raises(BadFile, match="right column"):
        read(tmp_path, commons, f"postcode,gss_code\n{rows}")


def test_a_table_without_an_end_is_stopped(
    tmp_path: Path, commons: Legislature, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(postcode_tables, "STEP", 10)
    monkeypatch.setattr(postcode_tables, "MOST_ROWS", 100)
    said: list[str] = []
    with pytest.raises(BadFile, match="more than 100 rows"):
        read(tmp_path, commons, "postcode,gss_code\n" + "LS1 4DY,E14000777\n" * 1000, say=said.append)
    assert said[:2] == ["10 rows are read.", "20 rows are read."] and len(said) == 11


def command(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("import_postcodes", *map(str, arguments), stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def test_the_command_reads_a_packed_file_and_tells_what_it_did(tmp_path: Path, commons: Legislature) -> None:
    file = table(tmp_path, TWO_SETS, "table.csv.gz")
    out, err = command(file)  # there is only one parliament
    assert "created 8" in out and "without a code of 2010: 1" in out and "being stored" in err
    out, err = command(file, "--legislature", "commons", "--json")
    assert json.loads(out)["unchanged"] == 8
    out, err = command(file, "--legislature", "commons", "--column", "pcon2010=2010", "--json")
    assert json.loads(out) | {"rows": 0} == {
        **{"rows": 0, "elsewhere": 0, "constituencies": 0, "created": 0, "removed": 0, "unchanged": 4},
        "without": {"2010": 1},
    }


def test_the_command_explains_what_it_refuses(tmp_path: Path, commons: Legislature) -> None:
    file = table(tmp_path, TWO_SETS + "nonsense,,\n")
    with pytest.raises(CommandError, match="Nothing was stored. Rows that are wrong: 1"):
        command(file)
    with pytest.raises(CommandError, match="No column is named 'pcon2030'|No column is named pcon2030"):
        command(file, "--column", "pcon2030=2030")
    with pytest.raises(CommandError, match="no ranges"):
        command(file, "--ranges")
    with pytest.raises(CommandError, match="NAME=SET"):
        command(file, "--column", "pcon2030")
    with pytest.raises(CommandError, match="There are: commons"):
        command(file, "--legislature", "common")
    with pytest.raises(CommandError, match="cannot be read"):
        command(tmp_path / "absent.csv")
    assert not Postcode.objects.exists()
