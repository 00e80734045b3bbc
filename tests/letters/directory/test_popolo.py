"""Popolo bundles in the dialects that are published."""

from datetime import date
from typing import Any

import pytest

from letters.directory.reading.found import BadFile, Seat

from .given import file, only, read

Thing = dict[str, Any]


def bundle(**lists: Any) -> Thing:
    return {
        "persons": [{"id": "p1", "name": "Ann Bee", "email": "ann@x.org"}],
        "organizations": [
            {"id": "house", "name": "House of Commons", "classification": "legislature"},
            {"id": "green", "name": "Greens", "classification": "party"},
        ],
        "areas": [{"id": "a1", "name": "East"}],
        "events": [
            {"id": "term/1", "classification": "legislative period", "start_date": "2010", "end_date": "2015-03-30"},
            {"id": "term/2", "classification": "legislative period", "start_date": "2015-05-08"},
        ],
        "memberships": [held()],
        **lists,
    }


def held(**fields: Any) -> Thing:
    return {
        "person_id": "p1",
        "organization_id": "house",
        "on_behalf_of_id": "green",
        "area_id": "a1",
        "role": "member",
        **fields,
    }


def test_references_by_id_are_followed() -> None:
    one = only(read(file("bundle.json", bundle())))
    assert (one.name, one.person, one.email, one.party) == ("Ann Bee", "p1", "ann@x.org", "Greens")
    assert one.seat == Seat("East", "a1")
    assert (one.office, one.role) == ("mp", "")


def test_embedded_things_are_the_same() -> None:
    person = {
        "name": "Ann Bee",
        "memberships": [
            {
                "organization": {"name": "House of Commons"},
                "on_behalf_of": {"name": "Greens"},
                "area": {"id": "a1", "name": "East"},
                "start_date": "2015-02",
            }
        ],
    }
    for given in ({"persons": [person]}, [person], person):
        one = only(read(file("bundle.json", given)))
        assert (one.name, one.party, one.seat, one.office) == ("Ann Bee", "Greens", Seat("East", "a1"), "mp")
        assert one.valid_from == date(2015, 2, 1)


def test_a_period_gives_the_days_that_a_membership_does_not_have() -> None:
    memberships = [
        held(legislative_period_id="term/1"),
        held(legislative_period_id="term/1", end_date="2012-06"),
        held(legislative_period_id="term/2", start_date="2016-01-05"),
        held(legislative_period_id="term/2"),
    ]
    reading = read(file("bundle.json", bundle(memberships=memberships)))
    assert [(one.period, one.valid_from, one.valid_to) for one in reading.found] == [
        ("1", date(2010, 1, 1), date(2015, 3, 31)),
        ("1", date(2010, 1, 1), date(2012, 7, 1)),
        ("2", date(2016, 1, 5), None),
        ("2", date(2015, 5, 8), None),
    ]
    assert reading.period == date(2015, 5, 8)


@pytest.mark.parametrize("key", ["lang:{}", "{}"])
def test_a_dictionary_of_languages_keeps_the_others_as_translations(key: str) -> None:
    def said(**texts: str) -> dict[str, str]:
        return {key.format(tag): text for tag, text in texts.items()}

    given = bundle(
        areas=[{"id": "a1", "name": said(cy="Y Dwyrain", en="East Co Const"), "type": said(en="seat")}],
        organizations=[{"id": "house", "name": said(en="House of Commons", cy="Y Tŷ"), "classification": "branch"}],
        persons=[{"id": "p1", "name": said(cy="Ann B", en="Ann Bee")}],
        memberships=[held(role=said(en="Member of Parliament", cy="AS"), on_behalf_of_id=None)],
    )
    reading = read(file("m17n.json", given))
    one = only(reading)
    assert (one.name, one.role) == ("Ann Bee", "Member of Parliament")
    assert one.seat == Seat("East", "a1", translations={"cy": {"name": "Y Dwyrain"}})
    texts = {"name": "Y Tŷ", "roles": {"Member of Parliament": "AS"}}
    assert reading.legislature == {"name": "House of Commons", "translations": {"cy": texts}}


@pytest.mark.parametrize(
    "area",
    [
        {"id": "Q1", "identifiers": [{"scheme": "MS_FB", "identifier": "country:gb/seat:e14000927"}]},
        {"id": "Q1", "identifier": "E14000927"},
        {"id": "gss:E14000927"},
    ],
)
def test_the_official_code_is_found_wherever_it_stands(area: Thing) -> None:
    one = only(
        read(file("bundle.json", bundle(areas=[{**area, "name": "East"}], memberships=[held(area_id=area["id"])])))
    )
    assert one.seat == Seat("East", "E14000927")


def test_a_bundle_without_areas_has_people_without_seats() -> None:
    given = bundle(memberships=[held(area_id=None)])
    del given["areas"]
    assert only(read(file("bundle.json", given))).seat is None


def test_contact_details_of_the_seat_go_before_those_of_the_person() -> None:
    def mail(value: str, **fields: str) -> Thing:
        return {"type": "email", "value": value, **fields}

    posts = [{"id": "post", "area_id": "a1", "contact_details": [{"type": "address", "value": "1 Square\nCITY"}]}]
    persons = [{"id": "p1", "name": "Ann Bee", "contact_details": [mail("home@x.org")], "email": "old@x.org"}]
    over = mail("gone@x.org", valid_until="2001-01-01")
    memberships = [held(area_id=None, post_id="post", contact_details=[over, mail("no email"), mail("seat@x.org")])]
    one = only(read(file("bundle.json", bundle(posts=posts, persons=persons, memberships=memberships))))
    assert (one.email, one.address, one.seat) == ("seat@x.org", "1 Square\nCITY", Seat("East", "a1"))


def test_a_person_without_a_name_of_their_own_has_a_main_one() -> None:
    commoner = {"note": "Main", "given_name": "Ann", "family_name": "Bee"}
    lord = {"note": "Main", "honorific_prefix": "Baroness", "lordname": "Bee", "lordofname": "East"}
    persons = [{"id": "p1", "other_names": [{"note": "Alternate", "name": "B"}, commoner]}]
    persons.append({"id": "p2", "other_names": [lord]})
    lords = {"id": "lords", "name": "House of Lords"}
    given = bundle(persons=persons, organizations=[*bundle()["organizations"], lords])
    given["memberships"].append({"person_id": "p2", "organization_id": "lords", "role": "Peer"})
    ann, peer = read(file("people.json", given)).found
    assert (ann.name, ann.given_name, ann.family_name) == ("Ann Bee", "Ann", "Bee")
    assert (peer.name, peer.office, peer.chamber) == ("Baroness Bee of East", "peer", "House of Lords")


def test_a_membership_of_a_party_or_a_committee_is_no_seat() -> None:
    memberships = [held(), held(organization_id="green", role="treasurer")]
    assert len(read(file("bundle.json", bundle(memberships=memberships))).found) == 1


def test_what_refers_to_nothing_is_rejected_by_its_number() -> None:
    memberships = [held(), held(person_id="p9"), held(area_id="a9"), held(start_date="soon")]
    reading = read(file("bundle.json", bundle(memberships=memberships)))
    assert len(reading.found) == 1
    assert [(one.line, one.reason) for one in reading.rejected] == [
        (2, "It refers to person p9, which is not in the file."),
        (3, "It refers to area a9, which is not in the file."),
        (4, "soon is not a date."),
    ]


@pytest.mark.parametrize(
    ("lists", "said"),
    [
        ({"persons": [{"id": "p1", "name": "Ann"}, {"id": "p1", "name": "Bob"}]}, "p1 stands twice among the persons"),
        ({"memberships": [held(id="m"), held(id="m", area_id=None)]}, "two memberships have the id m"),
        (
            {"areas": [{"id": "a1", "name": "A", "parent_id": "a2"}, {"id": "a2", "name": "B", "parent_id": "a1"}]},
            "the areas go round in a circle",
        ),
        ({"organizations": [{"id": "house", "name": "H", "parent_id": "house"}]}, "go round in a circle at house"),
    ],
)
def test_ids_that_contradict_each_other_and_circles_are_errors(lists: Thing, said: str) -> None:
    with pytest.raises(BadFile, match=f"bundle.json: .*{said}"):
        read(file("bundle.json", bundle(**lists)))


@pytest.mark.parametrize(
    "lists",
    [
        {"persons": [{"id": "p1", "name": ["x"]}]},
        {"persons": ["p1"], "areas": {}, "events": "x"},
        {"memberships": [held(area={"name": {"en": 5}}), held(person={"name": None}, person_id=None)]},
        {"memberships": [held(start_date={"year": 2015}), held(start_date=["2015"])]},
    ],
)
def test_a_list_where_a_text_belongs_takes_nothing_down(lists: Thing) -> None:
    try:
        reading = read(file("bundle.json", bundle(**lists)))
    except BadFile:
        return
    assert all(one.name for one in reading.found)


def test_a_membership_that_stands_in_several_places_is_one() -> None:
    body = {"id": "o", "name": "Assembly", "classification": "legislature"}
    held = {"id": "m1", "person_id": "1", "organization_id": "o", "area_id": "e"}
    without_id = {"organization_id": "o", "area_id": "e", "start_date": "2020-01-01"}
    people = [
        {"id": "1", "name": "Ann Bee", "memberships": [{"id": "m1", "organization_id": "o", "area_id": "e"}]},
        {"id": "2", "name": "Cy Dee", "memberships": [without_id]},
    ]
    bundle = {
        "persons": people,
        "organizations": [{**body, "memberships": [held]}],
        "areas": [{"id": "e", "name": "East"}],
        "memberships": [held, {**without_id, "person_id": "2"}],
    }
    reading = read(file("all.json", bundle))
    assert [one.name for one in reading.found] == ["Ann Bee", "Cy Dee"]
    assert not reading.rejected


def test_what_is_embedded_once_is_known_by_its_id_from_there_on() -> None:
    body = {"id": "o", "name": "Assembly", "classification": "legislature"}
    people = [
        {"id": "1", "name": "Ann Bee", "memberships": [{"organization": body, "area": {"id": "e", "name": "East"}}]},
        {"id": "2", "name": "Cy Dee", "memberships": [{"organization_id": "o", "area_id": "e"}]},
    ]
    reading = read(file("all.json", {"persons": people}))
    assert [one.seat.name for one in reading.found if one.seat] == ["East", "East"]
    assert reading.legislature["name"] == "Assembly"


def test_members_may_stand_in_their_organization_or_alone() -> None:
    held = {"person": {"id": "1", "name": "Ann Bee"}, "area": {"name": "East"}, "on_behalf_of": {"name": "Greens"}}
    body = {"id": "o", "name": "Assembly", "classification": "legislature"}
    for data in (
        {"organizations": [{**body, "memberships": [held]}]},
        {"memberships": [{**held, "organization": body}]},
        [{**held, "organization": body}],
    ):
        one = only(read(file("members.json", data)))
        assert (one.name, one.party, one.chamber) == ("Ann Bee", "Greens", "Assembly")


def test_what_is_named_and_not_referred_to_is_taken_by_its_name() -> None:
    held = {"person_id": "1", "area": "East", "on_behalf_of": "Greens", "organization": "Assembly"}
    one = only(read(file("named.json", {"persons": [{"id": "1", "name": "Ann Bee"}], "memberships": [held]})))
    assert (one.seat and one.seat.name, one.party) == ("East", "Greens")


def test_a_party_is_known_from_its_members_and_a_ministry_is_no_seat() -> None:
    bodies = [
        {"id": "o", "name": "Assembly", "classification": "legislature"},
        {"id": "p", "name": "Greens", "classification": "party"},
        {"id": "g", "name": "Government", "classification": "executive"},
        {"id": "f", "name": "Friends of Peru", "classification": "friendship group"},
    ]
    held = [{"person_id": "1", "organization_id": body["id"]} for body in bodies]
    bundle = {"persons": [{"id": "1", "name": "Ann Bee"}], "organizations": bodies, "memberships": held}
    assert only(read(file("all.json", bundle))).party == "Greens"


def test_a_list_of_people_gives_the_number_of_its_entry() -> None:
    people = [{"name": f"Ann {n}", "memberships": [{"area": {"name": "E"}, "start_date": n}]} for n in ("2020", "soon")]
    assert [one.line for one in read(file("people.json", people)).rejected] == [2]
