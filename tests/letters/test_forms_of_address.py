"""How people are addressed: a specification, line by line, and what becomes of a directory that knows little."""

from itertools import product
from typing import Any

import pytest

from letters import forms_of_address
from letters.composing import addressed_as, closing_for, salutation_for
from letters.forms_of_address import ENVELOPES, TABLE
from letters.models import Legislature, Representative

LANGUAGES = ("en", "ar", "fr", "de", "pl", "ku", "ckb")
OFFICES = ("", *Representative.Office.values)
GENDERS = ("", *Representative.Gender.values)


def person(office: str = "", country: str = "GB", **fields: Any) -> Representative:
    """Not saved. Jane Smith, unless told otherwise."""
    house = Legislature(name="House", country=country)
    known = {"name": "Jane Smith", "given_name": "Jane", "family_name": "Smith"}
    return Representative(legislature=house, office=office, role="Member", **{**known, **fields})


def doctor(office: str, gender: str = "", **fields: Any) -> Representative:
    """Erika Mustermann, with a doctorate."""
    name = {"name": "Erika Mustermann", "given_name": "Erika", "family_name": "Mustermann"}
    return person(office, "DE", gender=gender, **{"honorific_prefix": "Dr.", **name, **fields})


@pytest.mark.parametrize(
    ("someone", "language", "line"),
    [
        (person(), "en", "Dear Jane Smith,"),
        (person("mp"), "en", "Dear Jane Smith,"),
        (person("mp", gender="female"), "en", "Dear Jane Smith,"),
        (person("mp", honorific_prefix="Ms"), "en", "Dear Ms Smith,"),
        (person("mp", honorific_prefix="Dr"), "en-gb", "Dear Dr Smith,"),
        (person("mp", honorific_prefix="The Rt Hon"), "en", "Dear Jane Smith,"),
        (person("mp", honorific_prefix="The Rt Hon Dame"), "en", "Dear Dame Jane,"),
        (person("mp", honorific_prefix="Rt Hon Dr"), "en", "Dear Dr Smith,"),
        (person("peer", honorific_prefix="Lord"), "en", "Dear Lord Smith,"),
        (person("peer", honorific_prefix="Baroness"), "en", "Dear Lady Smith,"),
        (person("peer", name="The Lord Smith of Northtown", family_name=""), "en", "Dear Lord Smith of Northtown,"),
        (person("peer", name="Viscountess Smith", family_name=""), "en", "Dear Lady Smith,"),
        (person("peer", gender="female"), "en", "Dear Lady Smith,"),
        (person("peer", gender="male"), "en", "Dear Lord Smith,"),
        (person("peer"), "en", "Dear Jane Smith,"),
        (person("peer", name="The Earl of Northtown"), "en", "Dear Lord Northtown,"),
        (person("peer", name="Baroness Smith of Northtown"), "en", "Dear Lady Smith,"),
        (person("peer", name="The Lord Bishop of Northtown", family_name=""), "en", "Dear Lord Bishop,"),
        (person("peer", name="The Duke of Northtown", family_name=""), "en", "Dear Duke,"),
        # One field for all, as many directories have it.
        (person("mp", name="Ms Jane Smith"), "en", "Dear Ms Smith,"),
        (person("mp", name="Ms Jane Smith", given_name="", family_name=""), "en", "Dear Jane Smith,"),
        (person("mp", name="Rt Hon Dame Jane Smith DBE MP"), "en", "Dear Dame Jane,"),
        (person("mp", name="Jane Smith CBE MP", honorific_suffix="CBE MP"), "en", "Dear Jane Smith,"),
        (person("councillor", name="Cllr Jane Smith", family_name=""), "en", "Dear Councillor Jane Smith,"),
        (person("mp", name="Lady Smith", given_name=""), "en", "Dear Lady Smith,"),
        (person("mp", name="M. Pan", family_name=""), "en", "Dear M. Pan,"),
        (person("", name="The Editor", given_name="", family_name=""), "en", "Dear Editor,"),
        (person("mp", name="Dr Jane Smith MP"), "de", "Guten Tag Dr Jane Smith,"),
        (person("mep", "DE"), "en", "Dear Jane Smith,"),
        (person("minister"), "en", "Dear Minister,"),
        (person("councillor"), "en", "Dear Councillor Smith,"),
        (person("deputy", "IE"), "en", "Dear Deputy Smith,"),
        (person("deputy", "FR"), "en", "Dear Jane Smith,"),
        (person("senator", "IE"), "en", "Dear Senator Smith,"),
        (person("senator", "US"), "en", "Dear Senator Smith:"),
        (person("congress", "us"), "en", "Dear Representative Smith:"),
        (person("", "US"), "en", "Dear Jane Smith:"),
        (person("", "US", honorific_prefix="Rep."), "en", "Dear Jane Smith:"),
        (doctor("deputy", "female"), "de", "Sehr geehrte Frau Abgeordnete,"),
        (doctor("deputy", "male"), "de", "Sehr geehrter Herr Abgeordneter,"),
        (doctor("deputy"), "de", "Guten Tag Dr. Erika Mustermann,"),
        (doctor("mep", "female"), "de-AT", "Sehr geehrte Frau Abgeordnete,"),
        (doctor("senator", "female"), "de", "Sehr geehrte Frau Senatorin,"),
        (doctor("minister", "male"), "de", "Sehr geehrter Herr Minister,"),
        (doctor("councillor", "female"), "de", "Sehr geehrte Frau Dr. Mustermann,"),
        (person("peer", name="Lord Smith", gender="male"), "de", "Sehr geehrter Lord Smith,"),
        (person("peer", name="Baroness Smith"), "de", "Guten Tag Lady Smith,"),
        (doctor("", "male"), "de", "Sehr geehrter Herr Dr. Mustermann,"),
        (doctor("", "female", honorific_prefix="Frau Prof. Dr."), "de", "Sehr geehrte Frau Prof. Dr. Mustermann,"),
        (person("mp", gender="female", honorific_prefix="Rt Hon Dame"), "de", "Sehr geehrte Frau Abgeordnete,"),
        (person("", gender="female", honorific_prefix="The Rt Hon"), "de", "Sehr geehrte Frau Smith,"),
        (person("deputy", "FR", gender="female"), "fr", "Madame la Députée,"),
        (person("deputy", "FR", gender="male"), "fr", "Monsieur le Député,"),
        (person("deputy", "FR"), "fr", "Madame, Monsieur,"),
        (person("senator", "FR", gender="female"), "fr", "Madame la Sénatrice,"),
        (person("minister", "FR", gender="male"), "fr", "Monsieur le Ministre,"),
        (person("councillor", "FR", gender="female"), "fr", "Madame la Conseillère,"),
        (person("peer", gender="male"), "fr", "Monsieur,"),
        (person("deputy", "PL", gender="female"), "pl", "Szanowna Pani Poseł,"),
        (person("deputy", "PL", gender="male"), "pl", "Szanowny Panie Pośle,"),
        (person("deputy", "PL"), "pl", "Szanowni Państwo,"),
        (person("senator", "PL", gender="male"), "pl", "Szanowny Panie Senatorze,"),
        (person("minister", "PL", gender="male"), "pl", "Szanowny Panie Ministrze,"),
        (person("councillor", "PL", gender="female"), "pl", "Szanowna Pani Radna,"),
        (person("", "PL", gender="male"), "pl", "Szanowny Panie,"),
        (person("mp"), "ar", "حضرة السيد/السيدة Jane Smith،"),
        (person("mp", gender="female"), "ar-SY", "سعادة النائبة Jane Smith المحترمة،"),
        (person("deputy", gender="male"), "ar", "سعادة النائب Jane Smith المحترم،"),
        (person("minister", gender="male"), "ar", "معالي الوزير Jane Smith المحترم،"),
        (person("", gender="female"), "ar", "حضرة السيدة Jane Smith المحترمة،"),
        (person("deputy"), "ku", "Birêz Parlamenter Jane Smith,"),
        (person("councillor"), "kmr", "Birêz Jane Smith,"),
        (person("deputy"), "ckb", "بەڕێز ئەندامی پەرلەمان Jane Smith،"),
        # A language with no row of its own: English, with the office.
        (person("councillor"), "xx", "Dear Councillor Smith,"),
    ],
)
def test_a_letter_begins_as_its_language_has_it(someone: Representative, language: str, line: str) -> None:
    assert salutation_for(someone, language) == line


@pytest.mark.parametrize(
    ("someone", "language", "line"),
    [
        (person("mp"), "en", "Yours sincerely,"),
        (person("senator", "US"), "en", "Sincerely,"),
        (person("deputy", "FR"), "en", "Yours sincerely,"),
        (doctor("deputy", "female"), "de", "Mit freundlichen Grüßen"),
        (
            person("deputy", "FR", gender="female"),
            "fr",
            "Je vous prie d’agréer, Madame la Députée, l’expression de ma haute considération.",
        ),
        (
            person("deputy", "FR"),
            "fr",
            "Je vous prie d’agréer, Madame, Monsieur, l’expression de ma haute considération.",
        ),
        (person("mp"), "pl", "Z wyrazami szacunku"),
        (person("mp"), "ar", "وتفضلوا بقبول فائق الاحترام والتقدير،"),
        (person("mp"), "ku", "Bi rêz û silav,"),
        (person("mp"), "ckb", "لەگەڵ ڕێز و سڵاودا،"),
    ],
)
def test_a_letter_ends_as_its_language_has_it(someone: Representative, language: str, line: str) -> None:
    assert closing_for(someone, language) == line


@pytest.mark.parametrize(
    ("someone", "language", "line"),
    [
        (person(), "en", "Jane Smith"),
        (person("mp"), "en", "Jane Smith MP"),
        (person("mp", honorific_prefix="The Rt Hon"), "en", "The Rt Hon Jane Smith MP"),
        (person("mp", honorific_prefix="Rt Hon", honorific_suffix="CBE"), "en", "The Rt Hon Jane Smith CBE MP"),
        (person("mp", name="Jane Smith MP"), "en", "Jane Smith MP"),
        (person("mp", honorific_suffix="MP"), "en", "Jane Smith MP"),
        (person("mp", name="Dr Jane Smith", honorific_prefix="Dr"), "en", "Dr Jane Smith MP"),
        (
            person("mp", name="Rt Hon Dame Jane Smith MP", honorific_prefix="Rt Hon"),
            "en",
            "The Rt Hon Dame Jane Smith MP",
        ),
        (person("mp", honorific_suffix="MP, CBE"), "en", "Jane Smith MP, CBE"),
        (person("mp", "CA", honorific_prefix="Hon."), "en", "The Hon. Jane Smith MP"),
        (person("mp", name="Jane MP", given_name="", family_name=""), "en", "Jane MP"),
        (person("mep"), "en", "Jane Smith MEP"),
        (person("peer", honorific_prefix="Baroness"), "en", "The Baroness Smith"),
        (person("peer", name="The Earl of Northtown"), "en", "The Earl of Northtown"),
        (
            person("congress", "US", name="John Smith, Jr.", honorific_suffix="Jr."),
            "en",
            "The Honorable John Smith Jr.",
        ),
        (person("senator", "US", honorific_suffix="III"), "en", "The Honorable Jane Smith III"),
        (person("peer", name="Smith", honorific_prefix="Lord"), "en", "The Lord Smith"),
        (person("peer", name="Baroness Smith of Northtown"), "en", "The Baroness Smith of Northtown"),
        (person("senator", "AU", honorific_prefix="Sen."), "en", "Senator Jane Smith"),
        (person("senator", "US", honorific_prefix="Sen."), "en", "The Honorable Jane Smith"),
        (person("congress", "US"), "en", "The Honorable Jane Smith"),
        (person("councillor", "US"), "en", "Councillor Jane Smith"),
        (doctor("deputy", "female"), "de", "Frau Abgeordnete Dr. Erika Mustermann"),
        (doctor("deputy", "male"), "de", "Herrn Abgeordneten Dr. Erika Mustermann"),
        (doctor("deputy"), "de", "Dr. Erika Mustermann"),
        (doctor("deputy", "female", name="Dr. Erika Mustermann"), "de", "Frau Abgeordnete Dr. Erika Mustermann"),
        (doctor("", "male"), "de", "Herrn Dr. Erika Mustermann"),
        (person("deputy", "FR", gender="male"), "fr", "Monsieur le Député Jane Smith"),
        (person("senator", "PL", gender="male"), "pl", "Pan Senator Jane Smith"),
        (person("deputy", gender="female"), "ar", "سعادة النائبة Jane Smith"),
    ],
)
def test_an_envelope_names_somebody_as_its_language_has_it(someone: Representative, language: str, line: str) -> None:
    assert addressed_as(someone, language) == line


@pytest.mark.parametrize(
    ("someone", "line"),
    [
        (person("mp"), "Jane Smith MP"),
        (doctor("deputy", "female"), "Frau Abgeordnete Dr. Erika Mustermann"),
        (person("senator", "US"), "The Honorable Jane Smith"),
        (person("deputy", "SY", gender="male"), "سعادة النائب Jane Smith"),
        (person("mp", "IT", honorific_prefix="Dr"), "Dr Jane Smith"),  # no language of ours: the name and its titles
        (person("mp", ""), "Jane Smith MP"),
        (person("mep", "EU"), "Jane Smith MEP"),
    ],
)
def test_an_envelope_speaks_the_language_of_the_country_it_goes_to(someone: Representative, line: str) -> None:
    assert someone.postal_lines == (line, "Member", "House")


def test_an_address_that_begins_with_the_name_does_not_name_it_twice() -> None:
    assert person("mp", address="JANE SMITH MP\nHouse\nLONDON").postal_lines == ("Jane Smith MP", "House", "LONDON")
    assert person("mp", address="Jane Smith\nHouse").postal_lines == ("Jane Smith MP", "House")


@pytest.mark.parametrize(
    ("someone", "language", "line"),
    [
        (person("councillor", family_name=""), "en", "Dear Councillor Jane Smith,"),
        (person("senator", "US", family_name=" "), "en", "Dear Senator Jane Smith:"),
        (person("mp", honorific_prefix="Dr", family_name=""), "en", "Dear Jane Smith,"),
        (person("mp", honorific_prefix="Sir", given_name=""), "en", "Dear Sir Jane Smith,"),
        (person("mp", honorific_prefix="  \n ", given_name="", family_name=""), "en", "Dear Jane Smith,"),
        (person("peer", given_name="", family_name="", gender="male"), "en", "Dear Jane Smith,"),
        (doctor("", "female", family_name=""), "de", "Sehr geehrte Frau Dr. Erika Mustermann,"),
        (person("mp", name="{family} {0}\n{title}", family_name=""), "en", "Dear {family} {0} {title},"),
    ],
)
def test_what_the_directory_lacks_is_made_good_by_the_whole_name(
    someone: Representative, language: str, line: str
) -> None:
    assert salutation_for(someone, language) == line


def test_the_directorys_own_salutation_comes_before_any_form() -> None:
    assert salutation_for(person("peer", gender="male", salutation="My\nLord,"), "ar") == "My Lord,"


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_form_is_left_open_or_empty_whoever_it_is(language: str) -> None:
    honorifics = ("", "Dr", "The Rt Hon Sir", "Baroness", "Sen.")
    for office, gender, prefix, country in product(OFFICES, GENDERS, honorifics, ENVELOPES):
        someone = person(office, country, gender=gender, honorific_prefix=prefix)
        for line in (salutation_for(someone, language), closing_for(someone, language), someone.postal_lines[0]):
            assert line == " ".join(line.split()), "no space twice, none at an end"
            assert line and not set("{}") & set(line) and " ," not in line and " ." not in line


def test_without_a_gender_no_line_is_gendered() -> None:
    """The names are a man's and a woman's: nothing is read from them."""
    for language, office in product(LANGUAGES, OFFICES):
        lines = {
            salutation_for(person(office, name=name, given_name=name.split()[0]), language).replace(name, "…")
            for name in ("John Smith", "Jane Smith")
        }
        assert len(lines) == 1, (language, office)


def test_every_row_is_for_an_office_there_is_and_says_where_it_comes_from() -> None:
    assert {office for _, office, _ in TABLE} == set(OFFICES)
    assert {language for language, _, _ in TABLE} == set(LANGUAGES)
    assert all(len(forms.source) > 10 for forms in TABLE.values())
    assert all((language, "", "") in TABLE for language in LANGUAGES), "each language has a form for anybody"
    assert forms_of_address.forms_for("mayor", "de") is TABLE["de", "", ""]
