"""One entry a person: the United States' legislators, openstates, ParlTrack, and folders of such."""

import gzip
import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest

from letters.directory.reading import anything
from letters.directory.reading.found import BadFile, Seat

from .given import file, only, read

CONGRESS = """\
- id: {bioguide: B000001, govtrack: 1}
  name: {first: Ann, last: Bee, official_full: Ann Q. Bee}
  bio: {gender: F}
  terms:
  - {type: rep, start: '2019-01-03', end: '2021-01-03', state: "NO", district: 0, party: Red}
  - type: sen
    start: 2021-01-03
    end: 2027-01-03
    state: "NO"
    party: Grey
    address: 1 Hart Building Washington DC 20510
    contact_form: https://bee.example/contact
    party_affiliations:
    - {start: 2021-01-03, end: 2024-05-05, party: Red}
    - {start: 2024-05-06, end: 2027-01-03, party: Grey}
- id: {bioguide: C000001}
  name: {first: Cy, last: Dee}
  terms:
  - {type: rep, start: '2025-01-03', end: '2027-01-03', state: CA, district: 12, party: Red}
"""
OFFICES = """\
- id: {bioguide: B000001}
  offices: [{address: 2 Elm St., city: Oslo, state: NO, zip: 02458}]
- id: {bioguide: C000001}
  offices: [{city: Nowhere}, {address: 2 Elm St., suite: Suite 1, city: Fresno, state: CA, zip: 02458}]
"""
STATE = """\
id: ocd-person/1
name: Ann Bee
given_name: Ann
family_name: Bee
gender: Female
email: ann@leg.example
party: [{name: Red}]
roles:
- {type: lower, district: '12', start_date: 2023-01-01}
- {type: upper, district: '3', end_date: '2022-12'}
offices:
- {classification: capitol, address: "16 Jones Street;Raleigh, NC 27601"}
links: [{url: "https://bee.example/contact"}]
"""


def test_every_term_is_a_row_and_a_change_of_party_within_one_is_two() -> None:
    reading = read(file("legislators.yaml", CONGRESS))
    house, red, grey, other = reading.found
    assert {one.person for one in (house, red, grey)} == {"B000001"}
    assert (house.office, house.role, house.seat and house.seat.name) == ("congress", "Representative", "NO at large")
    assert house.seat and house.seat.part_of == Seat("NO", "NO")
    assert (house.valid_from, house.valid_to) == (date(2019, 1, 3), date(2021, 1, 3))
    assert [(one.party, one.valid_from, one.valid_to) for one in (red, grey)] == [
        ("Red", date(2021, 1, 3), date(2024, 5, 6)),
        ("Grey", date(2024, 5, 6), date(2027, 1, 3)),
    ]
    assert (grey.name, grey.given_name, grey.family_name, grey.gender) == ("Ann Q. Bee", "Ann", "Bee", "female")
    assert (grey.address, grey.contact_form) == ("1 Hart Building\nWASHINGTON DC 20510", "https://bee.example/contact")
    assert other.seat and (other.seat.name, other.seat.code) == ("CA 12", "CA-12")
    assert [one.place.line for one in reading.found] == [1, 1, 1, 16]


def test_district_offices_are_kept_by_person() -> None:
    reading = read(file("legislators.yaml", CONGRESS), file("offices.yaml", OFFICES))
    assert reading.addresses == {
        "B000001": "2 Elm St.\nOslo NO 02458",
        "C000001": "2 Elm St. Suite 1\nFresno CA 02458",
    }


def test_a_state_legislator_has_a_row_a_role() -> None:
    house, senate = read(file("ann.yml", STATE)).found
    assert (house.person, house.role, house.seat) == ("ocd-person/1", "State Representative", Seat("House 12"))
    assert (senate.office, senate.seat, senate.valid_to) == ("senator", Seat("Senate 3"), date(2023, 1, 1))
    assert house.address == "16 Jones Street\nRaleigh, NC 27601"
    assert (house.email, house.contact_form) == ("ann@leg.example", "https://bee.example/contact")


def test_parltrack_s_seats_are_read() -> None:
    seat = {"party": "Reds", "country": "Germany", "start": "2019-07-02T00:00:00", "end": "9999-12-31T00:00:00"}
    name = {"full": "Ann BEE", "sur": "Ann", "family": "BEE"}
    entry = {"UserID": 1, "Name": name, "Gender": "F", "Mail": ["a@x.org"], "Constituencies": [seat]}
    one = only(read(file("meps.json", [entry])))
    assert (one.name, one.office, one.seat, one.valid_to) == ("Ann Bee", "mep", Seat("Germany"), None)


def a_folder(at: Path) -> Path:
    (at / "legislature").mkdir()
    (at / ".git").mkdir()
    (at / ".git" / "x.yml").write_text(STATE)
    (at / "legislature" / "ann.yml").write_text(STATE)
    (at / "legislature" / "cy.yml.gz").write_bytes(gzip.compress(STATE.replace("Ann", "Cy").encode()))
    (at / "settings.yml").write_text("jurisdiction: x\nvacancies: []\n")
    (at / "places.csv").write_text("code,area\n1,2\n")
    (at / "README.md").write_text("People.")
    return at


def test_a_folder_of_one_file_a_person_is_one_directory(tmp_path: Path) -> None:
    reading = anything.read([a_folder(tmp_path)], "auto", {})
    assert sorted({one.name for one in reading.found}) == ["Ann Bee", "Cy Bee"]
    left_out = ["places.csv", "settings.yml"]
    assert reading.notes == [f"{name} holds no people and was left out." for name in left_out]


def test_a_zip_of_it_is_the_same(tmp_path: Path) -> None:
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(a_folder(tmp_path).rglob("*")):
            archive.write(path, f"people/{path.relative_to(tmp_path)}")
        archive.writestr("__MACOSX/people/._ann.yml", b"\0")
    reading = read(file("people.zip", packed.getvalue()))
    assert sorted({one.name for one in reading.found}) == ["Ann Bee", "Cy Bee"]


def test_a_plain_list_of_people_in_yaml_is_a_table() -> None:
    reading = read(file("list.yaml", "- {name: Ann Bee, email: a@x.org, ward: East}\n- name: Cy Dee\n"))
    assert [(one.name, one.email, one.place.line) for one in reading.found] == [
        ("Ann Bee", "a@x.org", 1),
        ("Cy Dee", "", 2),
    ]


def test_files_of_several_chambers_can_be_read_by_one() -> None:
    reading = anything.read([file("legislators.yaml", CONGRESS)], "auto", {}, chamber="SEN")
    assert {one.office for one in reading.found} == {"senator"}
    with pytest.raises(BadFile, match="Nobody sits in lords. There is: rep, sen."):
        anything.read([file("legislators.yaml", CONGRESS)], "auto", {}, chamber="lords")
