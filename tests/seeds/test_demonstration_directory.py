"""What seeds/directory/ promises: real constituencies, made-up people, nobody reachable."""

import csv
import re
from collections import Counter
from pathlib import Path

DIRECTORY = Path(__file__).resolve().parents[2] / "seeds" / "directory"


def rows_of(name: str) -> list[dict[str, str]]:
    with (DIRECTORY / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_all_650_constituencies_are_there_once() -> None:
    rows = rows_of("constituencies.csv")
    assert list(rows[0]) == ["gss_code", "name", "name_cy", "nation", "region"]
    assert len({row["gss_code"] for row in rows}) == len(rows) == 650
    assert all(re.fullmatch(r"[ENSW]\d{8}", row["gss_code"]) and row["name"] and row["region"] for row in rows)
    nations = Counter(row["nation"] for row in rows)
    assert nations == {"England": 543, "Scotland": 57, "Wales": 32, "Northern Ireland": 18}


def test_every_postcode_points_to_a_constituency() -> None:
    rows = rows_of("postcodes.csv")
    codes = {row["gss_code"] for row in rows_of("constituencies.csv")}
    assert len({row["postcode"] for row in rows}) == len(rows) > 600
    assert {row["gss_code"] for row in rows} <= codes
    assert all(re.fullmatch(r"[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}", row["postcode"]) for row in rows)


def test_northern_irish_postcodes_are_left_out() -> None:
    assert not [row for row in rows_of("postcodes.csv") if row["postcode"].startswith("BT")]


def test_every_seat_but_two_has_one_representative() -> None:
    codes = {row["gss_code"] for row in rows_of("constituencies.csv")}
    held = [row["gss_code"] for row in rows_of("representatives.csv")]
    assert len(set(held)) == len(held) == 648
    assert set(held) < codes


def test_representatives_have_names_of_their_own() -> None:
    rows = rows_of("representatives.csv")
    assert len({row["name"] for row in rows}) == len(rows)
    assert {row["role"] for row in rows} == {"Member of Parliament"}


def test_some_have_a_title_or_a_gender_and_most_have_neither() -> None:
    """So that the forms of address can be seen; a gender is given, never read from a name."""
    rows = rows_of("representatives.csv")
    assert all(row["name"] == f"{row['given_name']} {row['family_name']}" for row in rows)
    titles = {row["honorific_prefix"] for row in rows}
    assert {"", "Dr", "The Rt Hon", "Sir", "The Rt Hon Dame"} <= titles
    assert {row["gender"] for row in rows} == {"", "female", "male"}
    assert len([row for row in rows if row["honorific_prefix"] or row["gender"]]) < 20


def test_representatives_are_reached_at_example_org_or_by_post_only() -> None:
    rows = rows_of("representatives.csv")
    by_post = [row for row in rows if not row["email"]]
    assert len(by_post) == 3
    for row in rows:
        assert row["email"] in {"", f"{row['gss_code'].lower()}@example.org"}
        assert row["address"].endswith("| ZZ1 1ZZ")  # no postcode area is called ZZ
        assert "(demonstration)" in row["address"]


def test_a_vacant_seat_and_a_seat_by_post_only_have_an_example_postcode_each() -> None:
    with_postcode = {row["gss_code"] for row in rows_of("postcodes.csv")}
    representatives = {row["gss_code"]: row["email"] for row in rows_of("representatives.csv")}
    assert with_postcode - representatives.keys()
    assert {code for code, email in representatives.items() if not email} & with_postcode


def test_the_licences_ask_for_lines_that_are_given() -> None:
    text = " ".join((DIRECTORY / "ATTRIBUTION.md").read_text(encoding="utf-8").split())
    for line in (
        "mySociety",
        "CC BY 4.0",
        "Contains OS data © Crown copyright and database right",
        "Contains Royal Mail data © Royal Mail copyright and database right",
        "Source: Office for National Statistics licensed under the Open Government Licence v.3.0",
        "MIT licence",
    ):
        assert line in text, line
