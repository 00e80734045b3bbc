"""Tables as councils and parliaments of many countries publish them."""

from datetime import date

import pytest

from letters.directory.importing import guess
from letters.directory.reading.found import BadFile, Seat

from .given import file, only, read, table


def test_a_councillor_is_read_with_title_letters_and_ward() -> None:
    one = only(read(table("Ward,Councillor,Party,Email", "Abbey,Cllr Jane O'Neil MBE,Green,jane@abbey.example")))
    assert (one.honorific_prefix, one.name, one.honorific_suffix) == ("Cllr", "Jane O'Neil", "MBE")
    assert (one.party, one.email, one.office) == ("Green", "jane@abbey.example", "councillor")
    assert one.seat == Seat("Abbey")


@pytest.mark.parametrize(
    ("header", "row", "given", "family"),
    [
        ("Nom;Prénom;Groupe;Circonscription;Courriel", "DUPRÉ;Éloïse;Bleus;Rhône 3;e@x.fr", "Éloïse", "Dupré"),
        ("Nachname;Vorname;Fraktion;Wahlkreis;E-Mail", "Weiß;Karl;Graue;Mitte;k@x.de", "Karl", "Weiß"),
        ("Name;Vorname;Partei;Stadtbezirk;E-Mail-Adresse", "Weiß;Karl;Graue;Mitte;k@x.de", "Karl", "Weiß"),
        ("Nombre;Apellidos;Partido;Circunscripción;Correo", "Ana;Gil Ruiz;Rojos;Ávila;a@x.es", "Ana", "Gil Ruiz"),
        ("Cognome;Nome;Gruppo;Collegio;Email", "ROSSI;Ugo;Verdi;Lazio;r@x.it", "Ugo", "Rossi"),
        ("Nazwisko;Imię;Klub;Okręg;E-mail", "Łoś;Jan;Biali;Łódź;j@x.pl", "Jan", "Łoś"),
        ("Achternaam;Voornaam;Fractie;Kieskring;E-mail", "De Wit;Els;Geel;Assen;e@x.nl", "Els", "De Wit"),
        ("Surname,First Name,Political Party,Riding,E-mail", "Roy,Al,Reds,York,a@x.ca", "Al", "Roy"),
        ("lastName\tfirstName\tparty_name\tdistrict_name\tmail", "Roy\tAl\tReds\tYork\ta@x.ca", "Al", "Roy"),
    ],
)
def test_headers_of_many_languages_are_understood(header: str, row: str, given: str, family: str) -> None:
    one = only(read(table(header, row)))
    assert (one.given_name, one.family_name, one.name) == (given, family, f"{given} {family}")
    assert one.seat and one.party and "@" in one.email


def test_an_arabic_table_is_understood() -> None:
    one = only(read(table("الاسم,البريد الإلكتروني,الدائرة,الحزب", "سامي حداد,s@x.iq,بغداد,الوسط")))
    assert (one.name, one.email, one.seat, one.party) == ("سامي حداد", "s@x.iq", Seat("بغداد"), "الوسط")


def test_capitals_are_put_right_where_a_whole_column_shouts() -> None:
    rows = ["Ann,MCNAMARA", "Bob,NÍ MHURCHÚ", "Cy,O'HARE-SMITH", "Di,VON DER AU", "Ed,LI"]
    names = [one.family_name for one in read(table("first_name,last_name", *rows)).found]
    assert names == ["McNamara", "Ní Mhurchú", "O'Hare-Smith", "von der Au", "Li"]


def test_capitals_of_one_person_are_left_as_they_are() -> None:
    names = [one.name for one in read(table("Name", "JD Hart", "Ann Bee", "Cy Dee")).found]
    assert names == ["JD Hart", "Ann Bee", "Cy Dee"]


def test_capitals_show_which_name_is_the_family_s() -> None:
    found = read(table("fullName,country", "Ann Maria BEE COX,Poland", "Di DE LA RUE,France")).found
    assert [(one.given_name, one.family_name) for one in found] == [("Ann Maria", "Bee Cox"), ("Di", "De La Rue")]


def test_a_name_with_the_family_first_is_turned_round() -> None:
    found = read(table("Member;Ward", "Bee, Cllr Ann;Abbey", "Cox, Dan;Abbey")).found
    assert [(one.name, one.family_name, one.honorific_prefix) for one in found] == [
        ("Ann Bee", "Bee", "Cllr"),
        ("Dan Cox", "Cox", ""),
    ]


def test_a_damaged_sort_name_says_nothing() -> None:
    found = read(table("name,sort_name", 'Ann Bee-Cox,"Beecox, Ann!"', 'Dan Eff,"Gee, Dan"')).found
    assert [(one.given_name, one.family_name) for one in found] == [("Ann", "Bee-Cox"), ("", "")]


def test_the_days_of_a_table_come_first_unless_one_cannot() -> None:
    european = read(table("Name,Start date", "A B,03/04/2024", "C D,05/06/2024"))
    american = read(table("Name,Start date", "A B,03/04/2024", "C D,05/26/2024"))
    assert european.found[0].valid_from == date(2024, 4, 3)
    assert american.found[0].valid_from == date(2024, 3, 4)


@pytest.mark.parametrize(
    ("start", "first", "end", "first_not"),
    [
        ("2014", date(2014, 1, 1), "2015", date(2016, 1, 1)),
        ("2014-02", date(2014, 2, 1), "2016-02", date(2016, 3, 1)),
        ("2014-02-03", date(2014, 2, 3), "2015-02-03", date(2015, 2, 4)),
        ("03.02.2014", date(2014, 2, 3), "3/2/15", date(2015, 2, 4)),
        ("20140203", date(2014, 2, 3), "9999-12-31", None),
        ("2014-02-03T00:00:00", date(2014, 2, 3), "", None),
    ],
)
def test_partial_dates_become_bounds(start: str, first: date, end: str, first_not: date | None) -> None:
    one = only(read(table("Name,start_date,end_date", f"A B,{start},{end}")))
    assert (one.valid_from, one.valid_to) == (first, first_not)


def test_what_is_no_date_rejects_the_row_with_its_line() -> None:
    reading = read(table("Name,Start date", "A B,2014-01-01", "C D,soon"))
    assert [(one.line, one.reason) for one in reading.rejected] == [(3, "soon is not a date.")]
    assert len(reading.found) == 1


@pytest.mark.parametrize(
    ("cell", "address"),
    [
        ("No email found", ""),
        ("n/a", ""),
        ("020 7946 0000", ""),
        ("a@x.org;b@x.org", "a@x.org"),
        ("mailto:a@x.org", "a@x.org"),
        ("Ann Bee <a@x.org>", "a@x.org"),
        ("ann@gmail.com; office@x.org", "office@x.org"),
        ("ann@gmail.com", "ann@gmail.com"),
        ("a@b@x.org", ""),
        ("a@x", ""),
    ],
)
def test_one_usable_address_is_taken_and_nothing_else(cell: str, address: str) -> None:
    assert only(read(table("Name;Email", f'Ann Bee;"{cell}"'))).email == address


def test_a_sentinel_a_personal_mailbox_and_a_blank_are_told_apart() -> None:
    reading = read(table("Name,Email", "A B,No email found", "C D,c@gmail.com", "E F,", "G H,g@x.gov"))
    assert len(reading.notes) == 2
    assert "line 2" in reading.notes[0] and "No email found" in reading.notes[0]
    assert "line 3" in reading.notes[1] and "mail provider" in reading.notes[1]
    assert "c@gmail.com" not in reading.notes[1]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_the_usual_encodings_are_read(encoding: str) -> None:
    data = "Nom;Ville\nÉloïse Dupré;Nîmes\n".encode(encoding)
    data = b"\xff\xfe" + data if encoding == "utf-16-le" else data
    reading = read(file("élus.csv", data))
    assert only(reading).name == "Éloïse Dupré"
    assert bool(reading.notes) == (encoding == "cp1252")


def test_quotes_bars_blank_lines_and_a_heading_are_no_trouble() -> None:
    lines = [
        "Councillors of Northtown,,",
        "",
        "Name,Ward,Address",
        '"Ann Bee","Town, East","1 High St',
        'NORTHTOWN"',
        "",
    ]
    one = only(read(table(*lines)))
    assert one.seat == Seat("Town, East")
    assert one.address == "1 High St\nNORTHTOWN"
    assert one.place.line == 4
    assert only(read(table("sep=|", "Name|Ward", "Ann Bee|East"))).seat == Seat("East")


def test_a_postcode_stands_on_the_line_of_its_town() -> None:
    one = only(read(table("Name;Vorname;Straße;PLZ;Ort", "Au;Di;Ring 1;10115;Berlin")))
    assert one.address == "Ring 1\n10115 Berlin"


def test_rows_that_do_not_fit_are_listed_with_their_line() -> None:
    reading = read(table("Name,Ward,Email", "A B,East,a@x.org", "Total: 2", "C, D,East,c@x.org,x", "E F,West,e@x.org"))
    assert [one.name for one in reading.found] == ["A B", "E F"]
    assert [one.line for one in reading.rejected] == [3, 4]


def test_a_row_without_a_name_or_with_an_endless_one_is_rejected() -> None:
    reading = read(table("Name,Email", ",a@x.org", f"{'x' * 5000},b@x.org", "A B,c@x.org"))
    assert [one.line for one in reading.rejected] == [2, 3]
    assert only(reading).email == "c@x.org"


def test_marks_that_turn_the_text_and_control_characters_are_left_out_and_joiners_kept() -> None:
    one = only(read(table("Name,Party", "Ann\u202e\x07 Bee\u200f,می\u200cخواهم")))
    assert (one.name, one.party) == ("Ann Bee", "می\u200cخواهم")


def test_numbered_districts_are_told_apart_by_their_province() -> None:
    found = read(table("Nom,Département,Circonscription", "A B,Ain,1", "C D,Aude,1")).found
    assert [one.seat.name for one in found if one.seat] == ["Ain 1", "Aude 1"]


def test_numbered_districts_are_told_apart_by_their_chamber() -> None:
    found = read(table("name,current_district,current_chamber", "A B,1,upper", "C D,1,lower", "E F,East,lower")).found
    assert [one.seat.name for one in found if one.seat] == ["Senate 1", "House 1", "East"]


def test_a_country_s_code_becomes_its_name() -> None:
    found = read(table("name,country", "A B,fr", "C D,EL")).found
    assert [one.seat for one in found] == [Seat("France", "FR"), Seat("Greece", "GR")]


@pytest.mark.parametrize(
    ("row", "gender"),
    [("A B,M,", "male"), ("A B,weiblich,", "female"), ("A B,Mme,", "female"), ("A B,x,", ""), ("Ms A B,,", "female")],
)
def test_a_gender_is_taken_from_what_is_said_and_never_guessed(row: str, gender: str) -> None:
    assert only(read(table("Name,Gender,Party", row))).gender == gender


def test_m_means_a_woman_where_h_means_a_man() -> None:
    found = read(table("Nombre,Apellidos,Sexo", "Ana,Gil,M", "Luis,Gil,H")).found
    assert [one.gender for one in found] == ["female", "male"]


def test_a_guess_is_shown_with_examples_before_it_is_trusted() -> None:
    columns = guess(table("Full Name,Twitter,E-mail", "Ann Bee,@ann,ann@x.org", "Cy Dee,@cy,cy@x.org"))
    assert [(column.name, column.field) for column in columns] == [
        ("Full Name", "name"),
        ("Twitter", ""),
        ("E-mail", "email"),
    ]
    assert columns[2].examples == ("ann@x.org", "cy@x.org")
    assert guess(b"Name\nAnn Bee\n")[0].field == "name"


def test_a_column_is_what_the_operator_says_it_is() -> None:
    given = table("Who,Where,Post,Mail list", "Ann Bee,East,ann@x.org,yes")
    one = only(read(given, Who="name", Where="constituency", Post="email"))
    assert (one.name, one.seat, one.email) == ("Ann Bee", Seat("East"), "ann@x.org")


def test_an_office_may_be_a_room_or_a_role() -> None:
    assert guess(table("Name,Office", "Ann Bee,06M071"))[1].field == ""
    assert guess(table("Name,Office", "Ann Bee,Mayor"))[1].field == "role"
    assert guess(table("Name,Title", "Ann Bee,Council Member"))[1].field == "role"
    assert guess(table("Name,Title", "Ann Bee,Dr"))[1].field == "honorific_prefix"


@pytest.mark.parametrize(
    ("mapping", "said"),
    [
        ({"Nobody": "name"}, "There is no column Nobody. The columns are: Who, Where."),
        ({"Who": "nonsense"}, "A column cannot be nonsense."),
        ({"Where": "party"}, "no column holds the name"),
    ],
)
def test_a_mapping_that_cannot_be_is_an_error_that_names_the_columns(mapping: dict[str, str], said: str) -> None:
    with pytest.raises(BadFile, match=said):
        read(table("Who,Where", "Ann Bee,East"), **mapping)


def test_json_lines_are_a_list() -> None:
    reading = read(file("people.jsonl", '{"name": "Ann Bee"}\n{"name": "Cy Dee"}\n'))
    assert [one.name for one in reading.found] == ["Ann Bee", "Cy Dee"]


def test_a_list_of_places_is_not_taken_for_people() -> None:
    with pytest.raises(BadFile, match="import_constituencies"):
        read(table("name,gss_code,electorate", "East,E14000001,70123"))


def test_a_list_of_objects_is_a_table_too() -> None:
    people = [
        {"memberId": 7, "name": "Ms Ann Bee", "partyName": "Green", "constituencyName": "East", "emails": ["a@x.org"]},
        {"memberId": 8, "name": {"first": "Cy", "last": "Dee"}},
    ]
    reading = read(file("members.json", {"members": people, "count": 2}))
    first, second = reading.found
    assert (first.person, first.name, first.party, first.seat) == ("7", "Ann Bee", "Green", Seat("East"))
    assert (first.email, first.gender) == ("a@x.org", "female")
    assert (second.given_name, second.family_name) == ("Cy", "Dee")


def test_what_a_program_writes_for_nothing_is_nothing() -> None:
    reading = read(table("Ward,Councillor,Party,Email", "Abbey,Jane Null,NaN,#N/A", "Mill,nan,Green,b@x.org"))
    one = only(reading)
    assert (one.name, one.party, one.email) == ("Jane Null", "", "")
    assert [rejected.line for rejected in reading.rejected] == [3]
