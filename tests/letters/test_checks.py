import pytest
from django.core.exceptions import ValidationError
from pytest_django import Settings

from letters.checks import mail_comes_from_an_address
from letters.models import Sender


@pytest.mark.parametrize(
    ("setting", "found"),
    [
        ("Countersign <hello@example.org>", []),
        ("hello@example.org", []),
        ("Countersign", ["countersign.E008"]),
        ("Countersign <hello@localhost>", ["countersign.E008"]),
        ("Countersign <hello@example.org", []),
        ("", ["countersign.E008"]),
    ],
)
def test_the_installation_has_an_address_to_send_from(settings: Settings, setting: str, found: list[str]) -> None:
    settings.DEFAULT_FROM_EMAIL = setting
    assert [error.id for error in mail_comes_from_an_address(None)] == found


def test_a_sender_is_not_saved_from_a_form_with_an_address_that_cannot_send() -> None:
    with pytest.raises(ValidationError, match="from_address"):
        Sender(name="Northtown", from_address='"post office"@example.org').clean()
    Sender(name="Northtown", from_address="post@example.org").clean()
    Sender(name="Northtown").clean()
