import shutil
from pathlib import Path

import pytest
from pytest_django import Settings

from letters.composing import salutation_for
from letters.directory.demonstration import NotADemonstration, load
from letters.directory.lookup import locate, representatives_for
from letters.models import Constituency, Legislature, Postcode, Representative

SEEDS = Path(__file__).parents[2] / "seeds" / "directory"

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A small copy, to be spoilt."""
    (tmp_path / "constituencies.csv").write_text(
        "gss_code,name,name_cy,nation,region\n"
        "W1,Anglesey,Ynys Môn,Wales,\n"
        'E1,"Manchester, Gorton",,England,North West\n'
    )
    (tmp_path / "representatives.csv").write_text(
        "gss_code,name,role,email,address\nW1,Bob Helper,Member of Parliament,w1@example.org,House | LONDON\n"
    )
    (tmp_path / "postcodes.csv").write_text("postcode,gss_code\nLL77 7AA,W1\nM18 8LP,E1\n")
    shutil.copy(SEEDS / "legislature.yaml", tmp_path)
    return tmp_path


def rows() -> list[int]:
    return [model.objects.count() for model in (Legislature, Constituency, Representative, Postcode)]


def test_the_shipped_directory_loads_and_loads_again_without_doubling() -> None:
    counts = load(SEEDS)
    assert counts["constituencies"] == 650
    before = rows()
    assert before == [1, *counts.values()]
    assert load(SEEDS) == counts
    assert rows() == before


def test_the_shipped_directory_reaches_nobody(settings: Settings) -> None:
    settings.DEMONSTRATION = False
    load(SEEDS)
    domains = {someone.reachable_address.partition("@")[2] for someone in Representative.objects.all()}
    assert domains == {"example.org", ""}  # some are written to by post only


def test_every_shipped_postcode_leads_to_one_constituency() -> None:
    load(SEEDS)
    legislature = Legislature.objects.get()
    for postcode in Postcode.objects.values_list("postcode", flat=True)[:40]:
        assert len(locate(postcode, legislature).constituencies) == 1


def test_a_row_is_read_into_the_fields_it_belongs_to(folder: Path) -> None:
    assert load(folder) == {"constituencies": 2, "representatives": 1, "postcodes": 2}
    (seat,) = locate("ll77 7aa", Legislature.objects.get()).constituencies
    assert (seat.name, seat.name_in("cy"), seat.region) == ("Anglesey", "Ynys Môn", "Wales")
    (someone,) = Representative.objects.of(seat)
    assert someone.postal_lines == ("Bob Helper MP", "House", "LONDON")
    assert someone.role_in("ar") == "عضو البرلمان"
    assert Constituency.objects.get(code="E1").region == "North West"


def test_how_somebody_is_addressed_is_read_where_the_folder_tells(folder: Path) -> None:
    people = folder / "representatives.csv"
    people.write_text(
        "gss_code,name,given_name,family_name,honorific_prefix,gender,role,email,address\n"
        "W1,Bob Helper,Bob,Helper,Dr,male,Member of Parliament,w1@example.org,House | LONDON\n"
    )
    load(folder)
    someone = Representative.objects.get()
    assert (salutation_for(someone, "en"), someone.postal_lines[0]) == ("Dear Dr Helper,", "Dr Bob Helper MP")
    assert salutation_for(someone, "ar") == "سعادة النائب Bob Helper المحترم،"
    people.write_text(people.read_text().replace(",Dr,male,", ",,,"))
    load(folder)
    assert salutation_for(Representative.objects.get(), "en") == "Dear Bob Helper,"


def test_a_changed_folder_changes_rows_in_place(folder: Path) -> None:
    load(folder)
    people = (folder / "representatives.csv").read_text()
    (folder / "representatives.csv").write_text(people.replace("Bob Helper", "Robert Helper"))
    (folder / "postcodes.csv").write_text("postcode,gss_code\nLL77 7AA,E1\n")
    before = Representative.objects.get().pk
    load(folder)
    assert Representative.objects.get(pk=before).name == "Robert Helper"
    assert list(Postcode.objects.values_list("postcode", "constituency__code")) == [("LL777AA", "E1")]


def test_a_seat_that_got_another_code_is_there_once_until_the_old_one_is_back(folder: Path) -> None:
    def codes() -> set[str]:
        today = Constituency.objects.current(Legislature.objects.get())
        return set(today.values_list("code", flat=True))

    load(folder)
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text().replace("W1,", "W2,").replace(",W1", ",W2"))
    load(folder)
    assert codes() == {"W2", "E1"}
    for file in folder.glob("*.csv"):
        file.write_text(file.read_text().replace("W2,", "W1,").replace(",W2", ",W1"))
    load(folder)
    assert codes() == {"W1", "E1"}


def test_who_is_no_longer_in_the_folder_serves_no_longer_until_they_are_back(folder: Path) -> None:
    load(folder)
    people = folder / "representatives.csv"
    kept = people.read_text()
    people.write_text(kept.splitlines()[0] + "\n")
    load(folder)
    seat = Constituency.objects.get(code="W1")
    today = Representative.objects.get().valid_to
    assert today is not None
    assert representatives_for(seat, today) == []
    people.write_text(kept)
    load(folder)
    assert len(representatives_for(seat, today)) == 1


@pytest.mark.parametrize(
    "email", ["w1@example.com", "w1@example.org.uk", "w1@example.org,w1@parliament.example", "No email found"]
)
def test_an_address_that_could_reach_somebody_keeps_the_whole_folder_out(folder: Path, email: str) -> None:
    people = folder / "representatives.csv"
    people.write_text(people.read_text().replace("w1@example.org", f'"{email}"'))
    with pytest.raises(NotADemonstration, match=r"representatives.csv, line 2: the address"):
        load(folder)
    assert rows() == [0, 0, 0, 0]


@pytest.mark.parametrize("row", ["LL77 7AB,X9", "75011,W1"])
def test_a_row_that_does_not_fit_is_named_and_nothing_is_kept(folder: Path, row: str) -> None:
    with (folder / "postcodes.csv").open("a") as table:
        table.write(row + "\n")
    with pytest.raises(NotADemonstration, match=r"postcodes.csv, line 4"):
        load(folder)
    assert rows() == [0, 0, 0, 0]
