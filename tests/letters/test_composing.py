from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from letters.composing import (
    compose,
    letter_to,
    open_placeholders,
    salutation_for,
    unknown_placeholders,
    values_for,
)
from letters.models import Letter

from .factories import make_constituency, make_legislature, make_representative

VALUES = {"representative": "Bob Helper", "constituency": "Northtown", "name": "Alice"}


def test_placeholders_with_a_value_are_filled_each_time() -> None:
    text = "Dear {representative} of {constituency}, dear {representative}: {name}"
    assert compose(text, VALUES) == "Dear Bob Helper of Northtown, dear Bob Helper: Alice"


@pytest.mark.parametrize(
    "text",
    ["{unknown}", "{}", "{{ name }}", "{ name }", "{Name}", "{name", "name}", "{name!r}", "{name.__class__}", "{0}"]
    + ["{% load admin %}", "{name:>99999999}", "{name[0]}", "%(name)s", "$name", "{na\nme}"],
)
def test_every_other_brace_stays_as_it_is(text: str) -> None:
    assert compose(text, VALUES) == text


def test_what_was_put_in_is_not_looked_at_again() -> None:
    values = {"representative": "{name}", "name": "{representative}", "constituency": "{constituency}\\g<0>"}
    assert compose("{representative}|{name}|{constituency}", values) == "{name}|{representative}|{constituency}\\g<0>"


def test_a_placeholder_without_a_value_stays_open_and_is_reported() -> None:
    half = compose("I am {name}, of {constituency}. {name}!", {"constituency": "Northtown"})
    assert half == "I am {name}, of Northtown. {name}!"
    assert open_placeholders(half) == ["{name}"]
    assert open_placeholders(compose(half, VALUES)) == []


def test_an_author_is_told_of_placeholders_that_mean_nothing() -> None:
    text = "{representative} {MP} { name } {first-name} {MP} {} {see below, if you like} {page_url}"
    assert unknown_placeholders(text) == ["{MP}", "{ name }", "{first-name}", "{page_url}"]
    assert unknown_placeholders(text, known=[*VALUES, "page_url"]) == ["{MP}", "{ name }", "{first-name}"]


@given(st.text(), st.text())
def test_text_without_placeholders_is_never_changed(text: str, value: str) -> None:
    plain = text.replace("{", "(")
    assert compose(plain, dict.fromkeys(VALUES, value)) == plain


@pytest.mark.django_db
def test_the_salutation_follows_the_language_and_gives_way_to_the_directorys_own() -> None:
    someone = make_representative(name="Bob\nHelper")
    assert salutation_for(someone, "en-gb") == "Dear Bob Helper,"
    assert salutation_for(someone, "ar") == "حضرة السيد/السيدة Bob Helper،"
    assert salutation_for(someone, "xx") == "Dear Bob Helper,"
    someone.salutation = "My Lord,"
    assert salutation_for(someone, "en") == "My Lord,"


@pytest.mark.django_db
def test_the_name_in_a_salutation_is_not_a_placeholder() -> None:
    assert salutation_for(make_representative(name="{representative}"), "en") == "Dear {representative},"


@pytest.mark.django_db
def test_values_come_from_the_directory_in_the_letters_language() -> None:
    seat = make_constituency(name="Anglesey", translations={"cy": {"name": "Ynys Môn"}})
    someone = make_representative(seat, name="Bob Helper")
    assert values_for(someone, "cy") == {"representative": "Bob Helper", "constituency": "Ynys Môn"}
    someone.constituency = None
    assert values_for(someone, "en")["constituency"] == ""


@pytest.mark.django_db
def test_a_letter_is_a_snapshot_and_keeps_nothing_until_it_is_saved() -> None:
    someone = make_representative(name="Bob Helper", address="1 Square\nLONDON")
    letter = letter_to(
        someone,
        language="en",
        subject="From {name}\r\nBcc: charlie@example.org",
        body="I, {name}, write to {representative}.",
        sender_name=" Alice\n Example ",
        dated=date(2026, 11, 20),
    )
    assert not Letter.objects.exists()
    assert letter.sender_name == "Alice Example"
    assert letter.subject == "From Alice Example Bcc: charlie@example.org"
    # Only the writer's name is put in here; the rest was filled before they edited it.
    assert letter.body == "I, Alice Example, write to {representative}."
    assert (letter.salutation, letter.closing) == ("Dear Bob Helper,", "Yours sincerely,")
    letter.save()
    someone.name = "Somebody Else"
    someone.save()
    someone.delete()
    letter.refresh_from_db()
    assert letter.representative is None
    assert letter.recipient_lines.splitlines() == ["Bob Helper", "1 Square", "LONDON"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("layout", "country", "expected"),
    [("", "GB", "uk_dl"), ("", "DE", "din_5008_b"), ("", "us", "us_10"), ("uk_c5", "DE", "uk_c5"), ("", "", "none")],
)
def test_a_letter_is_laid_out_as_its_legislature_says_or_as_is_usual_there(
    layout: str, country: str, expected: str
) -> None:
    someone = make_representative(make_constituency(make_legislature(layout=layout, country=country)))
    assert letter_to(someone, language="en", subject="", body="", sender_name="Alice").layout == expected
