"""Postcodes whose constituency is known, for every constituency of two boundary sets: what the directory answers.

The examples are alphagov/e-petitions'; where they come from, and the tables: ../shared/data/PROVENANCE.md.
"""

import gzip
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
import yaml
from django.db import transaction
from pytest_django import DjangoDbBlocker, Settings

from letters.directory.areas import import_constituencies
from letters.directory.lookup import PostcodeError, Reason, locate
from letters.directory.postcodes import import_postcodes
from letters.models import Constituency, Legislature, Postcode
from tests.services import ROOT
from tests.skips import SHARED_IS_ABSENT

from .factories import make_legislature

UK = ROOT.parent / "shared" / "data" / "uk"
DAYS = {"2010": date(2016, 10, 1), "2024": date(2026, 11, 20)}
# By the lists of their time; five seats of the two sets have the same code.
LISTS = {"2010": "constituencies_2010_gss_names.json", "2024": "mysociety_pcon2024_lookup.json"}

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not UK.is_dir(), reason=SHARED_IS_ABSENT),
    pytest.mark.xdist_group("example-postcodes"),
]


@pytest.fixture(autouse=True)
def _seats_are_held(settings: Settings) -> None:
    settings.HELD_SECONDS = 3600.0  # as they are for a crowd: to read 650 for each of 2,500 questions takes a minute


@pytest.fixture(scope="module")
def examples() -> dict[str, str]:
    """{code: postcode}"""
    loaded: dict[str, str] = yaml.safe_load((UK / "epetitions_example_postcodes.yml").read_text())
    return loaded


def rows_of(file: str, wanted: Callable[[str], bool], into: Path) -> Path:
    """Of a packed table only what can answer for the examples: to store all of it takes half a minute."""
    with gzip.open(UK / file, "rt") as lines:
        into.write_text(next(lines) + "".join(line for line in lines if wanted(line)))
    return into


@pytest.fixture(scope="module")
def directory(
    examples: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[Legislature]:
    folder = tmp_path_factory.mktemp("tables")
    postcodes = set(examples.values())
    first_halves = {postcode[:-3] for postcode in postcodes}
    with django_db_blocker.unblock(), transaction.atomic():
        commons = make_legislature(slug="commons", boundary_set="2024")
        for boundary_set, file in LISTS.items():
            import_constituencies([UK / file], commons, boundary_set)
        exact = rows_of(
            "postcodes_gb_live2023.csv.gz",
            lambda row: row[: row.index(",")].replace(" ", "") in postcodes,
            folder / "e",
        )
        import_postcodes(exact, commons)
        for boundary_set in LISTS:
            file = f"postcode_ranges_pcon{boundary_set}_gb.csv.gz"
            ranges = rows_of(file, lambda row: row[: row.index(" ")] in first_halves, folder / boundary_set)
            import_postcodes(ranges, commons, columns={"gss_code": boundary_set}, ranges=True)
        yield commons
        transaction.set_rollback(True)


def answers(commons: Legislature, examples: dict[str, str], boundary_set: str) -> Counter[tuple[str, bool]]:
    """How many are right, wrong or none, and whether they were guessed."""
    seats = Constituency.objects.filter(legislature=commons, boundary_set=boundary_set, name__regex="[a-z]")
    found: Counter[tuple[str, bool]] = Counter()
    for code in seats.values_list("code", flat=True):
        if code not in examples:
            continue
        try:
            place = locate(examples[code], commons, DAYS[boundary_set])
        except PostcodeError as error:
            assert error.reason in (Reason.UNKNOWN, Reason.NORTHERN_IRELAND)
            found["none", False] += 1
            continue
        codes = [seat.code for seat in place.constituencies]
        assert all(seat.boundary_set == boundary_set for seat in place.constituencies)
        found["right" if codes == [code] else "wrong", place.guessed] += 1
    return found


def test_the_exact_table_is_never_wrong_and_every_other_answer_says_that_it_is_a_guess(
    directory: Legislature, examples: dict[str, str]
) -> None:
    assert len(examples) == 1295
    old, new = (answers(directory, examples, boundary_set) for boundary_set in DAYS)
    assert old == {("right", False): 446, ("right", True): 185, ("none", False): 19}
    assert new == {("right", False): 435, ("right", True): 136, ("wrong", True): 8, ("none", False): 71}


def test_the_ranges_alone_are_right_for_2010_and_nearly_for_2024(
    directory: Legislature, examples: dict[str, str]
) -> None:
    Postcode.objects.filter(constituency__legislature=directory).delete()
    old, new = (answers(directory, examples, boundary_set) for boundary_set in DAYS)
    assert old == {("right", True): 631, ("none", False): 19}
    assert new == {("right", True): 571, ("wrong", True): 8, ("none", False): 71}
