"""The directories that others publish, with the counts of their PROVENANCE.md."""

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from letters.directory.importing import Summary, import_representatives
from letters.models import Constituency, Legislature, Representative
from tests.skips import SHARED_IS_ABSENT

DATA = Path(__file__).parents[4] / "shared" / "data"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason=SHARED_IS_ABSENT),
]

US = ["us/legislators-current.yaml.gz", "us/legislators-district-offices.yaml.gz"]
COMMONS_2015, COMMONS_2026 = "uk/ep_uk_commons_term56_2015.csv", "uk/dfe_mp_lookup_2026-06.csv"


def bring_in(*names: str, slug: str = "house", boundary_set: str = "") -> Summary:
    return import_representatives([DATA / name for name in names], slug, boundary_set=boundary_set)


@pytest.mark.parametrize(
    ("names", "people", "memberships", "constituencies", "with_email"),
    [
        ([COMMONS_2015], 650, 651, 650, 650),
        (["uk/ep_uk_commons_2015-11_popolo.json.gz"], 1337, 3363, 777, 1705),
        # PROVENANCE.md counts 150 that are not empty; two of them are telephone numbers.
        (["uk/contactparliament_mps_2015-05.json"], 650, 650, 650, 148),
        # Of its 655 areas, 5 are countries, for which nobody sits.
        (["uk/wikidata_commons57_2018-12_popolo-m17n.json.gz"], 652, 660, 650, 0),
        (["uk/philgyford_commons_members_2018-06.json"], 650, 650, 650, 0),
        ([COMMONS_2026], 650, 650, 650, 646),
        (US, 537, 2794, 496, 0),  # terms since the first, and two changes of party
        (["eu/ttp_meps_2024-10.csv"], 718, 718, 27, 718),
        (["ca/ep_canada_commons_term42_2015.csv"], 338, 338, 338, 333),
        (["ca/ep_canada_commons_2015_popolo.json.gz"], 541, 661, 455, 634),
        (["ie/ep_ireland_dail_2015_popolo.json.gz"], 166, 166, 43, 0),
        (["de/ep_germany_bundestag_term18_2015.csv"], 646, 646, 16, 0),
        (["iq/ep_iraq_majlis_2015_popolo.json.gz"], 328, 328, 0, 0),
    ],
    ids=lambda value: value[0].split("/")[-1] if isinstance(value, list) else "",
)
def test_it_imports_whole_and_twice_alike(
    names: list[str], people: int, memberships: int, constituencies: int, with_email: int
) -> None:
    first = bring_in(*names)
    assert (first.people, first.memberships, first.constituencies) == (people, memberships, constituencies)
    assert (first.with_email, first.created, first.rejected) == (with_email, memberships, [])
    second = bring_in(*names)
    assert (second.unchanged, second.created, second.updated, second.ended) == (memberships, 0, 0, 0)
    assert Representative.objects.count() == memberships
    for row in Representative.objects.all():
        row.clean_fields(exclude=["legislature", "constituency"])


def test_the_offices_are_of_536_people_who_are_there() -> None:
    bring_in(US[0])
    assert bring_in(US[1]).people == 536


def test_who_changed_party_has_two_rows_that_do_not_overlap() -> None:
    bring_in(COMMONS_2015)
    seat = Constituency.objects.get(name="Edinburgh West")
    before, after = (
        Representative.objects.of(seat).serving(day).get().party for day in (date(2015, 9, 30), date(2015, 10, 1))
    )
    assert before != after


def test_the_commons_of_2016_and_of_today_are_different_people_in_one_directory() -> None:
    bring_in(COMMONS_2015, boundary_set="2010")
    summary = bring_in(COMMONS_2026)  # its codes say of which set it is
    assert Legislature.objects.get().boundary_set == "2024"
    assert (summary.created, summary.ended) == (650, 649)  # one had left in 2015, one seat had changed party
    then = Representative.objects.serving(date(2016, 10, 5))
    today = Representative.objects.serving(date(2026, 11, 20))
    assert then.filter(constituency__name="Maidenhead").count() == 1
    assert today.count() == 650
    assert not then.filter(pk__in=today).exists()


def test_the_order_in_which_they_are_read_does_not_matter() -> None:
    bring_in(COMMONS_2026, boundary_set="2024")
    assert bring_in(COMMONS_2015, boundary_set="2010").ended == 0
    assert Representative.objects.serving(date(2026, 11, 20)).filter(constituency__boundary_set="2024").count() == 650
    assert Representative.objects.serving(date(2026, 11, 20)).count() == 650
    assert set(
        Representative.objects.serving(date(2016, 10, 5)).values_list("constituency__boundary_set", flat=True)
    ) == {"2010"}


def test_two_dialects_of_one_publisher_are_the_same_rows() -> None:
    bring_in("uk/ep_uk_commons_2015-11_popolo.json.gz")
    summary = bring_in(COMMONS_2015)
    assert (summary.created, summary.ended) == (0, 0)


def test_publishers_who_spell_seats_differently_fill_the_same_650() -> None:
    bring_in(COMMONS_2015)
    bring_in("uk/wikidata_commons57_2018-12_popolo-m17n.json.gz")
    bring_in("uk/philgyford_commons_members_2018-06.json")
    names = Constituency.objects.values_list("name", flat=True)
    assert len(names) <= 650, sorted(names)
    assert Constituency.objects.filter(code__regex=r"^[EWSN]\d{8}$").count() >= 587


def test_names_from_right_to_left_come_through() -> None:
    bring_in("iq/ep_iraq_majlis_2015_popolo.json.gz")
    names = Representative.objects.values_list("name", flat=True)
    assert all(unicodedata.bidirectional(name[0]) == "AL" for name in names)
    assert Legislature.objects.get().name == "Council of Representatives"
