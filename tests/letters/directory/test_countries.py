"""Files in the shapes in which other countries publish theirs, with people who do not exist."""

from datetime import date

import pytest

from letters.directory.reading.found import Seat

from .given import file, only, read, table


@pytest.mark.parametrize(
    ("header", "row", "name", "seat", "party"),
    [
        ("id;nome;siglaPartido;siglaUf;email", "1;Zé Luz;PX;BA;z@x.br", "Zé Luz", "BA", "PX"),
        ("Nome Parlamentar;Partido;UF;Correio Eletrônico", "ZÉ LUZ;PX;BA;z@x.br", "Zé Luz", "BA", "PX"),
        ("nom;prenom;groupe_sigle;nom_circo;num_circo;emails", "Roc;Zoé;PX;Ain;4;z@x.fr", "Zoé Roc", "Ain 4", "PX"),
        ("nom;prenom;groupe_sigle;nom_circo;num_deptmt;emails", "Roc;Zoé;PX;Ain;01;z@x.fr", "Zoé Roc", "Ain", "PX"),
        ("nom,prenom,groupe,departementNom,circo,mail", "Roc,Zoé,PX,Ain,4,z@x.fr", "Zoé Roc", "Ain 4", "PX"),
        ("Прізвище;Ім'я;Фракція;Округ;Електронна пошта", "Рак;Ян;ПХ;Сад 7;z@x.ua", "Ян Рак", "Сад 7", "ПХ"),
        ("ФИО;Фракция;Регион;Электронная почта", "Рак Ян;ПХ;Сад;z@x.ru", "Рак Ян", "Сад", "ПХ"),
        ("Επώνυμο;Όνομα;Κόμμα;Εκλογική Περιφέρεια;Email", "Ρόκ;Ζωή;ΠΧ;Άργος;z@x.gr", "Ζωή Ρόκ", "Άργος", "ΠΧ"),
        ("Adı Soyadı;Partisi;Seçim Çevresi;E-posta", "Ali Öz;PX;İzmir;a@x.tr", "Ali Öz", "İzmir", "PX"),
        ("Jméno;Příjmení;Klub;Kraj;E-mail", "Jana;Nová;PX;Zlín;j@x.cz", "Jana Nová", "Zlín", "PX"),
        ("Név;Frakció;Választókerület;E-mail", "Kis Éva;PX;Eger 1;e@x.hu", "Kis Éva", "Eger 1", "PX"),
        ("氏名,会派,選挙区,メール", "林 花,白,山4区,h@x.jp", "林 花", "山4区", "白"),
        ("Name,Party,Local Electoral Area,Email", "Cllr. Aoife Ní Rí,PX,Howth,a@x.ie", "Aoife Ní Rí", "Howth", "PX"),
        ('"Surname, First name",Riding,Party,E-mail', '"Bee, Ann",York,PX,a@x.ca', "Ann Bee", "York", "PX"),
        ("Name (Last, First)|Division|Party|Email", "BEE, Hon Ann|Kew|PX|a@x.au", "Ann Bee", "Kew", "PX"),
        ("cognome,nome,gruppo,circoscrizione,email", "DE LUCE,ANNA,PX,Lazio 1,a@x.it", "Anna De Luce", "Lazio 1", "PX"),
        ("Member,Party,Constituency,Email", '"Ann Bee, Smt.",PX,Kew,a[at]x[dot]in', "Ann Bee", "Kew", "PX"),
    ],
)  # fmt: skip
def test_a_table_of_another_country_is_understood(header: str, row: str, name: str, seat: str, party: str) -> None:
    one = only(read(table(header, row)))
    assert (one.name, one.seat and one.seat.name, one.party) == (name, seat, party)
    assert "@x." in one.email


def test_a_whole_name_beside_its_parts_is_not_joined_to_them() -> None:
    people = [{"id": 1, "firstLastName": "Jan Łoś", "firstName": "Jan", "lastFirstName": "Łoś Jan", "lastName": "Łoś"}]
    one = only(read(file("MP.json", people)))
    assert (one.name, one.given_name, one.family_name) == ("Jan Łoś", "Jan", "Łoś")


@pytest.mark.parametrize(
    "data",
    [
        {"dados": [{"id": 1, "nome": "Ann Bee"}], "links": [{"rel": "self", "href": "https://x.org"}]},
        {"deputes": [{"depute": {"id": 1, "nom": "Ann Bee", "emails": [{"email": "a@x.org"}]}}]},
        {"personlista": {"@hits": "1", "person": [{"tilltalsnamn": "Ann", "efternamn": "Bee"}]}},
        {"items": [{"value": {"id": 1, "nameFullTitle": "Ann Bee MP"}, "links": []}], "totalResults": 1},
        {"Members": {"Member": [{"@Member_Id": "1", "DisplayAs": "Ann Bee"}, {"DisplayAs": "Cy Dee"}]}},
        {"name": "Northtown", "councillors": [{"name": "Ann Bee"}, {"name": "Cy Dee"}]},
        {"meta": {"status": "ok"}, "data": [{"id": 1, "label": "Ann Bee (Bundestag 2021 - 2025)", "start_date": None}]},
    ],
)  # fmt: skip
def test_people_are_found_in_what_a_publisher_wraps_them_in(data: dict[str, object]) -> None:
    assert read(file("api.json", data)).found[0].name == "Ann Bee"


def test_offices_in_a_list_give_an_address() -> None:
    offices = [{"type": "legislature", "postal": "1 High St\nOttawa"}, {"type": "local", "postal": "2 Low St"}]
    one = only(read(file("represent.json", {"objects": [{"name": "Ann Bee", "offices": offices}], "meta": {}})))
    assert one.address == "1 High St\nOttawa"


@pytest.mark.parametrize(
    "written",
    ["2024/04/03", "3 April 2024", "3rd Apr. 2024", "03-Apr-24", "April 3, 2024", "3 avril 2024", "3. April 2024",
     "3 de abril de 2024", "3 kwietnia 2024"],
)  # fmt: skip
def test_a_day_may_be_written_in_words(written: str) -> None:
    assert only(read(table("Name;Start date", f"Ann Bee;{written}"))).valid_from == date(2024, 4, 3)


def test_whether_somebody_was_elected_is_no_day() -> None:
    assert only(read(table("Name,Elected", "Ann Bee,t"))).valid_from is None


@pytest.mark.parametrize("name", ["Vacant", "VACANCY", "Councillor VACANT SEAT", "Currently vacant", "TBC", "(Vacant)"])
def test_a_vacant_seat_is_listed_and_nobody_sits_there(name: str) -> None:
    reading = read(table("Ward,Councillor", f"East,{name}", "West,Ann Bee"))
    assert only(reading).name == "Ann Bee"
    assert [(one.line, one.reason) for one in reading.rejected] == [(2, "The seat is vacant.")]
    assert not reading.spared


@pytest.mark.parametrize("row", ["Total,2,", "Total: 2,,", "Source: the council,,", "Total members,2,"])
def test_a_row_below_the_table_is_nobody(row: str) -> None:
    reading = read(table("Name,Ward,Email", "Ann Bee,East,a@x.org", "", row))
    assert only(reading).name == "Ann Bee"
    assert [one.line for one in reading.rejected] == [4]


def test_members_of_a_region_stand_beside_its_seats() -> None:
    reading = read(table("Name,Constituency,Region", "Ann Bee,Paisley,West", "Cy Dee,,West", "Ed Fee,Ayr,South"))
    west = Seat("West")
    assert [one.seat for one in reading.found] == [
        Seat("Paisley", region="West", part_of=west),
        west,
        Seat("Ayr", region="South"),
    ]


def test_a_member_of_the_list_has_no_place() -> None:
    assert only(read(table("Name,Electorate", "Ann Bee,List"))).seat is None


def test_a_term_after_a_seat_and_an_office_after_a_name_are_left_out() -> None:
    one = only(read(table("Name,Wahlkreis", "Ann Bee (Leader),222 - Rosenheim (Bundestag 2021 - 2025)")))
    assert (one.name, one.seat) == ("Ann Bee", Seat("222 - Rosenheim"))


def test_a_title_is_not_taken_for_a_salutation() -> None:
    one = only(read(table("Salutation,Surname,First Name", "Ms,Bee,Ann")))
    assert (one.salutation, one.honorific_prefix) == ("", "Ms")
    assert only(read(table("Name,Salutation", "Ann Bee,Dear Ann"))).salutation == "Dear Ann"


def test_every_numbered_column_of_addresses_counts() -> None:
    reading = read(table("Name,Email 1,Email 2", "Ann Bee,ann@gmail.com,ann@x.org", "Cy Dee,,cy@x.org"))
    assert [one.email for one in reading.found] == ["ann@x.org", "cy@x.org"]


def test_the_congress_of_a_table_has_the_seats_of_its_yaml() -> None:
    rows = ["Bee,Ann,sen,WA,,A000001", "Dee,Cy,rep,WA,2,D000002"]
    senator, member = read(table("last_name,first_name,type,state,district,bioguide_id", *rows)).found
    assert (senator.seat, senator.office, senator.person) == (Seat("WA", "WA"), "senator", "A000001")
    assert member.seat == Seat("WA 2", "WA-2", region="WA", part_of=Seat("WA", "WA"))
    assert member.office == "congress"


def test_a_committee_of_a_folder_is_not_read_as_people() -> None:
    committee = "name: Water\nclassification: committee\nmembers:\n- name: Ann Bee\n  role: chair\n"
    reading = read(table("Name", "Cy Dee"))
    assert only(reading)
    with pytest.raises(ValueError, match="holds no people"):
        read(file("committee.yml", committee))


def test_what_was_escaped_for_a_web_page_is_read_as_it_was_meant() -> None:
    assert only(read(table("Name,Constituency", "Ann Bee,Ayr &amp; Troon"))).seat == Seat("Ayr & Troon")


@pytest.mark.parametrize(
    ("encoding", "lines", "name"),
    [
        ("cp1251", "Фамилия;Имя;Партия\nСадов;Иван;Белые\n", "Иван Садов"),
        ("cp1250", "Imię;Nazwisko;Klub\nStanisław;Wąs;Biali\n", "Stanisław Wąs"),
        ("cp1252", "Prénom;Nom;Groupe\nÉloïse;Dupré;Bleus\n", "Éloïse Dupré"),
        ("utf-16-le", "Name;Ward\nJosé;Est \n", "José"),
    ],
)
def test_the_old_code_pages_are_told_apart(encoding: str, lines: str, name: str) -> None:
    reading = read(file("people.csv", lines.encode(encoding)))
    assert only(reading).name == name
    assert bool(reading.notes) == encoding.startswith("cp")


def test_who_is_marked_as_former_is_listed_and_not_written_to() -> None:
    people = [{"id": 1, "name": "Ann Bee", "active": True}, {"id": 2, "name": "Cy Dee", "active": False}]
    reading = read(file("MP.json", people))
    assert only(reading).name == "Ann Bee"
    assert [(one.line, one.reason) for one in reading.rejected] == [(2, "Holds the seat no longer.")]
    assert only(read(table("Name,Status", "Ann Bee,0"))).name == "Ann Bee"  # a code of which nobody knows the meaning
    past = only(read(table("Name,Active,End date", "Cy Dee,no,2024-01-01")))
    assert past.valid_to == date(2024, 1, 2)


def test_a_header_may_stand_below_several_lines() -> None:
    assert (
        only(read(table("Register,,", "as of,1 June 2024,", "Name,Ward,Email", "Ann Bee,East,a@x.org"))).place.line == 4
    )


def test_a_row_of_people_is_not_taken_for_a_header() -> None:
    given = table("Who,What,Side", "Ann Bee,Councillor,Group", "Cy Dee,Mayor,Group")
    assert [one.name for one in read(given, Who="name").found] == ["Ann Bee", "Cy Dee"]


def test_what_stands_before_a_dutch_family_name_belongs_to_it() -> None:
    one = only(read(table("Roepnaam;Tussenvoegsel;Achternaam", "Els;van der;Wit")))
    assert (one.name, one.family_name) == ("Els van der Wit", "van der Wit")


def test_a_form_of_address_is_no_role() -> None:
    one = only(read(table("Qualité,Nom usuel,Prénom usuel", "Mme,BIS,Léa")))
    assert (one.role, one.gender, one.name) == ("", "female", "Léa Bis")


def test_wikidata_and_the_oireachtas_are_understood() -> None:
    row = {"item": {"type": "uri", "value": "Q1"}, "itemLabel": {"type": "literal", "value": "Ann Bee"}}
    one = only(read(file("query.json", {"head": {"vars": []}, "results": {"bindings": [row]}})))
    assert (one.person, one.name) == ("Q1", "Ann Bee")
    held = {
        "parties": [{"party": {"showAs": "Greens"}}],
        "house": {"houseCode": "dail", "houseNo": "33"},
        "represents": [{"represent": {"showAs": "Howth"}}],
        "dateRange": {"start": "2021-07-08", "end": None},
    }
    member = {"memberCode": "Ann", "fullName": "Ann Bee", "memberships": [{"membership": held}]}
    one = only(read(file("members.json", {"head": {}, "results": [{"member": member}]})))
    assert (one.name, one.party, one.office, one.seat) == ("Ann Bee", "Greens", "deputy", Seat("Howth"))
    assert one.valid_from == date(2021, 7, 8)
