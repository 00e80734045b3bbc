from collections.abc import Callable
from datetime import date

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model
from pytest_django import Settings

from letters.directory.contact import usable_address
from letters.models import Constituency, Representative

from .factories import make_constituency, make_legislature, make_representative

pytestmark = pytest.mark.django_db


def test_whoever_is_elected_on_the_day_another_leaves_serves_alone() -> None:
    seat = make_constituency()
    before = make_representative(seat, valid_from=date(2015, 5, 7), valid_to=date(2017, 6, 8))
    after = make_representative(seat, valid_from=date(2017, 6, 8))
    assert list(Representative.objects.of(seat).serving(date(2017, 6, 7))) == [before]
    assert list(Representative.objects.of(seat).serving(date(2017, 6, 8))) == [after]
    assert not Representative.objects.of(seat).serving(date(2015, 5, 6))


def test_open_dates_have_no_end() -> None:
    someone = make_representative()
    assert list(Representative.objects.serving(date(1900, 1, 1))) == [someone]
    assert list(Representative.objects.serving(date(2100, 1, 1))) == [someone]


def test_a_representative_withdrawn_on_the_first_day_never_served() -> None:
    make_representative(valid_from=date(2026, 1, 1), valid_to=date(2026, 1, 1))
    assert not Representative.objects.serving(date(2026, 1, 1))


@pytest.mark.parametrize("make", [make_constituency, make_representative])
def test_the_database_refuses_dates_in_the_wrong_order(make: Callable[..., Model]) -> None:
    with pytest.raises(IntegrityError):
        make(valid_from=date(2026, 1, 2), valid_to=date(2026, 1, 1))


def test_one_code_may_stand_in_two_boundary_sets_but_once_in_each() -> None:
    legislature = make_legislature()
    make_constituency(legislature, code="E14000530", boundary_set="2010")
    make_constituency(legislature, code="E14000530", boundary_set="2024")
    with pytest.raises(IntegrityError):
        make_constituency(legislature, code="E14000530", boundary_set="2024")


def test_only_the_boundary_set_in_use_is_current() -> None:
    legislature = make_legislature(boundary_set="2024")
    make_constituency(legislature, boundary_set="2010")
    now = make_constituency(legislature, boundary_set="2024")
    make_constituency(legislature, boundary_set="2024", valid_to=date(2025, 1, 1))
    make_constituency(boundary_set="2024")
    assert list(Constituency.objects.current(legislature, date(2026, 11, 20))) == [now]


def test_one_identifier_is_one_representative_of_a_legislature() -> None:
    first = make_representative(identifier="m-1")
    make_representative(identifier="m-1")  # of another legislature
    with pytest.raises(IntegrityError):
        make_representative(first.constituency, identifier="m-1")


@pytest.mark.parametrize("email", ["No email found", "none", "a@example.org, b@example.org", "a@example.org b"])
def test_the_database_refuses_what_is_no_single_address(email: str) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        make_representative(email=email)


def test_the_form_of_a_representative_explains_what_is_wrong() -> None:
    someone = make_representative()
    someone.email = "bob@example.org;bob@example.com"
    someone.legislature = make_legislature()
    with pytest.raises(ValidationError) as refused:
        someone.full_clean()
    assert "email" in refused.value.message_dict
    someone.email = ""
    with pytest.raises(ValidationError) as refused:
        someone.full_clean()
    assert list(refused.value.message_dict) == ["constituency"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "No email found",
        "n/a",
        "bob@localhost",
        "bob@example.org,bob@example.com",
        "bob@example.org\nBcc: charlie@example.org",
        '"bob@example.com, x"@example.org',
        "Bob <bob@example.org>",
        "bob@[127.0.0.1]",
        "b" * 250 + "@example.org",
        "mailto:bob@exam ple.org",
    ],
)
def test_what_is_not_one_plain_address_is_none(text: str) -> None:
    assert usable_address(text) == ""


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("bob@example.org", "bob@example.org"),
        (" bob.o'neill+office@example.org\n", "bob.o'neill+office@example.org"),
        ("bob@exämple.org", "bob@xn--exmple-cua.org"),
    ],
)
def test_one_address_is_used_as_mail_needs_it(text: str, address: str) -> None:
    assert usable_address(text) == address


@pytest.mark.parametrize(
    "email",
    ["bob@example.com", "bob@example.org.example.com", "bob@sub.example.org", "bob@notexample.org", "bob@example.net"],
)
def test_a_demonstration_writes_to_nobody_real(settings: Settings, email: str) -> None:
    settings.DEMONSTRATION = True
    someone = make_representative(email=email)
    assert someone.reachable_address == f"representative-{someone.pk}@example.org"
    settings.DEMONSTRATION = False
    assert someone.reachable_address == email


def test_a_demonstration_keeps_an_address_that_reaches_nobody_anyway(settings: Settings) -> None:
    settings.DEMONSTRATION = True
    assert make_representative(email="Member@Example.org").reachable_address == "Member@example.org"


@pytest.mark.parametrize("demonstration", [True, False])
def test_a_representative_without_email_has_no_address_made_up(settings: Settings, demonstration: bool) -> None:
    settings.DEMONSTRATION = demonstration
    assert make_representative(email="").reachable_address == ""
    # A row from before the constraint, or not yet saved.
    assert Representative(email="No email found").reachable_address == ""


def test_post_always_has_somewhere_to_go() -> None:
    legislature = make_legislature(name="House of Commons")
    seat = make_constituency(legislature)
    housed = make_representative(seat, name="Bob Helper", address=" 1 Square \r\n\r\nLONDON\r\n")
    assert list(housed.postal_lines) == ["Bob Helper", "1 Square", "LONDON"]
    homeless = make_representative(seat, name="Bob Helper", address="", role="Member")
    assert list(homeless.postal_lines) == ["Bob Helper", "Member", "House of Commons"]
    legislature.address = "House of Commons\nLONDON\nSW1A 0AA\n"
    assert list(homeless.postal_lines) == ["Bob Helper", "House of Commons", "LONDON", "SW1A 0AA"]
    assert list(housed.postal_lines) == ["Bob Helper", "1 Square", "LONDON"]


def test_names_are_given_in_the_readers_language_where_there_is_one() -> None:
    legislature = make_legislature(
        name="Assembly", translations={"ar": {"name": "مجلس", "roles": {"Member of Parliament": "عضو البرلمان"}}}
    )
    seat = make_constituency(legislature, name="Anglesey", translations={"cy": {"name": "Ynys Môn"}})
    assert (legislature.name_in("ar-sy"), legislature.name_in("cy")) == ("مجلس", "Assembly")
    assert (seat.name_in("cy"), seat.name_in("ar")) == ("Ynys Môn", "Anglesey")
    assert make_representative(seat).role_in("ar") == "عضو البرلمان"
    assert make_representative(seat, role="Speaker").role_in("ar") == "Speaker"
