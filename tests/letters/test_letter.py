from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone

from config.crypto import EncryptedTextField
from letters.letter_text import letter_text, sheet_for, subject_line
from letters.models import Letter

from .factories import build_letter, make_letter, make_representative

pytestmark = pytest.mark.django_db


def test_the_email_of_a_letter_gives_name_and_address_above_the_text() -> None:
    letter = build_letter(make_representative(name="Bob Helper"))
    assert letter_text(letter) == (
        "Alice Example\n1 High Street\nNORTHTOWN\nZZ9 9ZZ\nalice@example.org\n\n"
        "20 November 2026\n\n"
        "Dear Bob Helper,\n\n"
        "I write about the bridge.\n\n"
        "It is closed.\n\n"
        "Yours sincerely,\nAlice Example\n"
    )


def test_an_arabic_letter_is_dated_in_arabic() -> None:
    letter = build_letter(language="ar", salutation="حضرة السيدة،", body="أكتب إليكم.", closing="مع الاحترام،")
    assert "\n\n20 نوفمبر 2026\n\nحضرة السيدة،\n\nأكتب إليكم.\n\nمع الاحترام،\nAlice Example\n" in letter_text(letter)


def test_a_long_paragraph_is_one_line_and_no_line_ends_in_a_space() -> None:
    long = "word " * 400
    text = letter_text(build_letter(body=f"{long}\r\n\r\n   One \r\nTwo   \r\n\r\n\r\n-- \r\n"))
    assert long.strip() in text.splitlines()
    assert "\n\nOne\nTwo\n\n--\n\n" in text
    assert not [line for line in text.split("\n") if line != line.strip()]
    assert "\r" not in text and "\n\n\n" not in text


@pytest.mark.parametrize(
    "name", ["=1+1", "<script>alert(1)</script>", "علي " * 50, "A" * 200, "Alice\n\nDear Bob,", "ali\x00ce\x1b[2J"]
)
def test_a_name_is_one_line_of_plain_text_and_nothing_more(name: str) -> None:
    text = letter_text(build_letter(sender_name=name))
    first = text.split("\n")[0]
    assert text.endswith(f"\n{first}\n")
    assert first == " ".join(name.replace("\x00", "").replace("\x1b", "").split())


def test_a_subject_never_has_a_second_line() -> None:
    letter = build_letter(subject="The bridge\r\nBcc: charlie@example.org\u2028X")
    assert subject_line(letter).splitlines() == ["The bridge Bcc: charlie@example.org X"]


def test_what_is_missing_leaves_no_gap() -> None:
    text = letter_text(build_letter(sender_address="", sender_email="", closing=""))
    assert text.startswith("Alice Example\n\n20 November 2026\n\nDear ")
    assert text.endswith("It is closed.\n\nAlice Example\n")


def test_the_sheet_says_what_the_email_says() -> None:
    letter = build_letter(make_representative(name="Bob Helper"), foot_text="Foot", foot_url="https://example.org/x/")
    sheet = sheet_for(letter)
    assert (sheet.title, sheet.language, sheet.date) == ("The bridge", "en", date(2026, 11, 20))
    assert sheet.sender_name == sheet.signature_name == "Alice Example"
    assert sheet.sender_lines == ("1 High Street", "NORTHTOWN", "ZZ9 9ZZ", "alice@example.org")
    assert sheet.recipient_lines == ("Bob Helper", "House of Commons", "LONDON", "ZZ1 1ZZ")
    assert (sheet.salutation, sheet.body, sheet.closing) == (letter.salutation, letter.body, letter.closing)
    assert (sheet.foot_text, sheet.foot_url) == ("Foot", "https://example.org/x/")
    assert "Foot" not in letter_text(letter)


def test_a_letter_without_a_subject_still_has_a_title() -> None:
    assert sheet_for(build_letter(make_representative(name="Bob Helper"), subject=" ")).title == "Bob Helper"


def test_nothing_its_writer_typed_lies_readable_in_the_database() -> None:
    make_letter(body="A secret of Alice", subject="Her subject", salutation="Her salutation", closing="Her closing")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM letters_letter")
        stored = str(cursor.fetchall())
    for typed in ("Alice", "alice@", "High Street", "Her subject", "Her salutation", "Her closing", "secret"):
        assert typed not in stored


def test_scrubbing_erases_what_was_written_and_keeps_what_is_counted() -> None:
    letter = make_letter()
    assert Letter.objects.all().scrub() == 1
    letter.refresh_from_db()
    personal = [field.name for field in Letter._meta.get_fields() if isinstance(field, EncryptedTextField)]
    assert {name: getattr(letter, name) for name in personal} == dict.fromkeys(personal, "")
    assert "sender_email" in personal
    assert letter.scrubbed_at is not None
    assert letter.representative is not None
    assert letter.dated == date(2026, 11, 20)
    assert "Alice" not in letter_text(letter)


def test_scrubbing_twice_keeps_the_first_time() -> None:
    letter = make_letter()
    Letter.objects.all().scrub()
    letter.refresh_from_db()
    first = letter.scrubbed_at
    assert Letter.objects.all().scrub() == 0
    letter.refresh_from_db()
    assert letter.scrubbed_at == first


def test_only_old_letters_are_scrubbed() -> None:
    old = make_letter(created_at=timezone.now() - timedelta(days=28, minutes=1))
    make_letter(created_at=timezone.now() - timedelta(days=27, hours=23))
    assert list(Letter.objects.older_than(28)) == [old]
    assert Letter.objects.older_than(28).scrub() == 1
    assert Letter.objects.unscrubbed().count() == 1


def test_the_database_refuses_a_scrubbed_letter_with_text_left() -> None:
    letter = make_letter()
    with pytest.raises(IntegrityError):
        Letter.objects.filter(pk=letter.pk).update(scrubbed_at=timezone.now(), body="")


def test_a_letter_names_nobody_in_logs() -> None:
    assert "Alice" not in str(make_letter()) + repr(make_letter())


def test_a_letter_can_be_checked_as_a_form_checks_it() -> None:
    make_letter().full_clean()


def test_the_others_of_a_letter_that_is_sent_for_many_stand_below_the_signature_one_a_line() -> None:
    letter = build_letter(sender_name="Alice Ahmed", annex="Bob Baker, Leeds LS1\n\n Łucja Nowak, Bradford \n")
    assert letter_text(letter).endswith(
        "Alice Ahmed\n\nThis letter is also sent by:\nBob Baker, Leeds LS1\nŁucja Nowak, Bradford\n"
    )
    assert sheet_for(letter).annex == ("Bob Baker, Leeds LS1", "Łucja Nowak, Bradford")
    letter.language = "pl"
    assert "Ten list wysyłają również:\nBob Baker" in letter_text(letter)


def test_a_letter_is_laid_out_as_it_says() -> None:
    assert sheet_for(build_letter(layout="us_10")).layout == "us_10"


def test_an_override_of_direction_does_not_reach_an_office() -> None:
    letter = build_letter(sender_name="Alice\u202eAhmed", body="Live \u202e6202\u202c here.", subject="A\u2067b")
    assert not set("\u202e\u202c\u2067") & set(letter_text(letter) + subject_line(letter))
