"""Lists of constituencies, by code and boundary set."""

import json
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from letters.directory.areas import import_constituencies
from letters.directory.reading.found import BadFile
from letters.models import Constituency, Legislature

from .factories import make_constituency, make_legislature
from .tables import table

pytestmark = pytest.mark.django_db

NAMES = {"E14001325": "Leeds Central and Headingley", "E14001326": "Leeds East"}
MYSOCIETY = (
    "full_code,short_code,name,name_cy,gss_code,three_code,nation,region,con_type\n"
    "uk.org.mysociety.cons.baf,UKPARL.2025.BAF,Broadland and Fakenham,,E14001136,BAF,England,Eastern,county\n"
    'uk.org.mysociety.cons.ynm,UKPARL.2025.YNM,Ynys Môn,"Ynys Môn",W07000112,YNM,Wales,Wales,county\n'
)
LOOKUP = {
    "UKPARL.2025.BAF": {
        "parlcon_2024_name": "Broadland and Fakenham",
        "parlcon_2024_name_cy": None,
        "parlcon_2024_gss_code": "E14001136",
        "parlcon_2024_three_code": "BAF",
    },
    "UKPARL.2025.CDN": {
        "parlcon_2024_name": "Cardiff North",
        "parlcon_2024_name_cy": "Gogledd Caerdydd",
        "parlcon_2024_gss_code": "W07000090",
    },
}


@pytest.fixture
def commons() -> Legislature:
    return make_legislature(slug="commons", boundary_set="2024")


def taken(commons: Legislature, *files: bytes | str, boundary_set: str = "2024", **dates: date) -> dict[str, Any]:
    sources = [file.encode() if isinstance(file, str) else file for file in files]
    return import_constituencies(sources, commons, boundary_set, **dates).as_data()


def counts(summary: dict[str, Any]) -> tuple[int, ...]:
    return tuple(summary[key] for key in ("constituencies", "created", "renamed", "updated", "unchanged"))


def test_codes_and_names_are_read_and_read_again(commons: Legislature) -> None:
    assert counts(taken(commons, json.dumps(NAMES))) == (2, 2, 0, 0, 0)
    assert counts(taken(commons, json.dumps(NAMES))) == (2, 0, 0, 0, 2)
    assert counts(taken(commons, json.dumps(NAMES | {"E14001326": "Leeds South"}))) == (2, 0, 1, 0, 1)
    seats = Constituency.objects.filter(boundary_set="2024", valid_from=date(2024, 7, 4), valid_to=None)
    assert dict(seats.values_list("code", "name")) == NAMES | {"E14001326": "Leeds South"}


def test_one_code_in_two_sets_is_two_constituencies(commons: Legislature) -> None:
    text = json.dumps({"S14000021": "East Renfrewshire"})
    taken(commons, text, boundary_set="2010")
    taken(commons, text)
    assert set(Constituency.objects.values_list("boundary_set", "valid_from", "valid_to")) == {
        ("2010", date(2010, 5, 6), date(2024, 7, 4)),
        ("2024", date(2024, 7, 4), None),
    }


def test_a_table_gives_regions_and_welsh_names(commons: Legislature) -> None:
    taken(commons, MYSOCIETY)
    rows = Constituency.objects.values_list("code", "name", "region", "translations")
    assert {(*row[:3], json.dumps(row[3])) for row in rows} == {
        ("E14001136", "Broadland and Fakenham", "Eastern", "{}"),
        ("W07000112", "Ynys Môn", "Wales", json.dumps({"cy": {"name": "Ynys Môn"}})),
    }


def test_mysocietys_look_up_is_read(commons: Legislature) -> None:
    assert counts(taken(commons, json.dumps(LOOKUP))) == (2, 2, 0, 0, 0)
    assert Constituency.objects.get(code="W07000090").name_in("cy") == "Gogledd Caerdydd"


def test_a_list_without_welsh_names_or_regions_takes_none_away(commons: Legislature) -> None:
    taken(commons, MYSOCIETY)
    assert counts(taken(commons, json.dumps({"W07000112": "Anglesey"}))) == (1, 0, 1, 0, 0)
    seat = Constituency.objects.get(code="W07000112")
    assert (seat.name, seat.name_in("cy"), seat.region) == ("Anglesey", "Ynys Môn", "Wales")


@pytest.mark.parametrize(
    "head",
    [
        "PCON24CD,PCON24NM,PCON24NMW",
        "code;name;name_cy",
        "gss_code\tconstituency_name\tname_cy",
        "WD23CD,WD23NM,WD23NMW",
        "Code;Division;name_cy",
        "Wahlkreis_Nr;Wahlkreis_Name;name_cy",
    ],
)
def test_other_publishers_heads_are_understood(commons: Legislature, head: str) -> None:
    sign = next(sign for sign in ",;\t" if sign in head)
    taken(commons, f"\ufeff{head}\r\n" + sign.join(("W07000090", '"Cardiff North"', "Gogledd Caerdydd")) + "\r\n")
    assert Constituency.objects.get(code="W07000090").name_in("cy") == "Gogledd Caerdydd"


def test_what_was_known_by_its_name_alone_gets_its_code(commons: Legislature) -> None:
    """A file of representatives said "Ynys Mon", and had no codes, or codes of its own."""
    one = make_constituency(commons, code="ynysmon", name="Ynys Mon")
    other = make_constituency(commons, code="uk.org.publicwhip/cons/638", name="Broadland & Fakenham")
    old = make_constituency(commons, code="E14000600", name="Ynys Môn", boundary_set="2010")
    assert counts(taken(commons, MYSOCIETY)) == (2, 0, 2, 0, 0)
    assert dict(Constituency.objects.values_list("pk", "code")) == {
        one.pk: "W07000112",
        other.pk: "E14001136",
        old.pk: "E14000600",
    }
    one.refresh_from_db()
    assert one.valid_from == date(2024, 7, 4)


def test_the_same_name_with_another_code_is_another_place(commons: Legislature) -> None:
    make_constituency(commons, code="E14009999", name="Leeds East")
    assert counts(taken(commons, json.dumps(NAMES))) == (2, 2, 0, 0, 0)


def test_a_code_that_was_issued_anew_is_mended(commons: Legislature) -> None:
    text = json.dumps({"S14000006": "Ayr, Carrick and Cumnock"})
    taken(commons, text)
    taken(commons, text, boundary_set="2010")
    assert set(Constituency.objects.values_list("boundary_set", "code")) == {
        ("2010", "S14000006"),
        ("2024", "S14000107"),
    }


def test_dates_can_be_said(commons: Legislature) -> None:
    day, end = date(2021, 5, 6), date(2026, 5, 7)
    taken(commons, json.dumps({"S16000104": "Orkney"}), boundary_set="2011", valid_from=day, valid_to=end)
    seat = Constituency.objects.get()
    assert (seat.valid_from, seat.valid_to) == (day, end)
    with pytest.raises(BadFile, match="end before it begins"):
        taken(commons, json.dumps({"S16000104": "Orkney"}), boundary_set="2011", valid_from=date(2030, 1, 1))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "No constituency was found"),
        ("{}", "No constituency was found"),
        ("[]", "No constituency was found"),
        ('{"E14": "x"', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("code,town\nE14001325,Leeds\n", "Line 2: It has no name"),
        ('code,name\nE14001325,"Leeds', "Line"),
        (b"\x1f\x8b\x08\x00broken", "damaged"),
    ],
)
def test_what_is_no_list_is_refused_with_a_sentence(commons: Legislature, text: str | bytes, sentence: str) -> None:
    with pytest.raises(BadFile, match=sentence):
        taken(commons, text)
    assert not Constituency.objects.exists()


def test_what_cannot_be_taken_is_listed_with_its_line(commons: Legislature) -> None:
    rows = ("E14001325,Leeds Central", ",Nowhere", "E14001326,", f"E14001327,{'x' * 201}", "E14001325,Leeds Other")
    summary = taken(commons, "\n".join(["code,name", *rows]))
    assert [one["line"] for one in summary["rejected"]] == [3, 4, 5, 6]
    assert counts(summary) == (1, 1, 0, 0, 0)


def command(*arguments: Any) -> str:
    out = StringIO()
    call_command("import_constituencies", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_the_command_makes_a_new_legislature_and_the_set_that_is_not_over_is_in_use(tmp_path: Path) -> None:
    old = table(tmp_path, json.dumps({"E14000777": "Leeds Central"}), "old.json")
    new = table(tmp_path, json.dumps(NAMES), "new.json.gz")
    assert "created 1" in command(old, "--legislature", "uk-commons", "--boundary-set", "2010")
    legislature = Legislature.objects.get()
    assert (legislature.slug, legislature.name, legislature.country) == ("uk-commons", "Uk commons", "GB")
    assert legislature.boundary_set == ""
    out = command(new, "--legislature", "uk-commons", "--boundary-set", "2024", "--json")
    assert json.loads(out)["created"] == 2
    assert Legislature.objects.get().boundary_set == "2024"
    assert json.loads(command(new, "--legislature", "uk-commons", "--json"))["unchanged"] == 2


def test_the_command_explains_what_it_refuses(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Nothing was stored"):
        command(table(tmp_path, "nothing"), "--legislature", "uk-commons")
    assert not Legislature.objects.exists()
