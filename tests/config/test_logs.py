import logging
import sys

import pytest
from allauth.account.forms import default_token_generator
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from django.utils.http import int_to_base36

from config import settings
from config.logs import WithoutTokens, fit_to_be_kept, without_tokens


@pytest.mark.parametrize(
    "path",
    ["/confirm/{}/", "/signature/{}/data.json", "/letter/{}/", "/letter/confirm/{}/"]
    + ["/organise/account/password/reset/{}/", "/organise/ar/invitations/{}/", "/news/stop/{}/"],
)
def test_a_token_never_stands_in_a_line(path: str) -> None:
    token = "L7s66aj_TCeKVnaAJJQMNQ.1xUY6z.a32mhx_hjPBwpLrY64yeugLFxb4PV5xZlHwxNKE48Y0"
    line = without_tokens(f"Gone: {path.format(token)}")
    assert token not in line
    assert line == f"Gone: {path.format('…')}"


def test_other_paths_stand_as_they_are() -> None:
    line = "Not Found: /idlib/letter.pdf and /letter/confirm/ and /organise/account/password/reset/1-set-password/"
    assert without_tokens(line) == line


@pytest.mark.django_db
def test_a_request_that_fails_is_logged_without_its_token(client: Client, caplog: pytest.LogCaptureFixture) -> None:
    caplog.handler.addFilter(WithoutTokens())
    with caplog.at_level(logging.WARNING, "django.request"):
        client.get("/confirm/" + "x" * 60 + "/")
    assert "/confirm/…/" in caplog.text
    assert "xxxx" not in caplog.text


@pytest.mark.django_db
def test_the_link_to_a_new_password_is_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    alice = get_user_model()(email="alice@example.org")
    alice.set_password("a long word for Alice")
    alice.save()
    token = default_token_generator.make_token(alice)
    account = int_to_base36(alice.pk)
    caplog.handler.addFilter(WithoutTokens())
    client = Client(enforce_csrf_checks=True)
    with caplog.at_level(logging.WARNING, "django.security.csrf"):
        client.post(reverse("account_reset_password_from_key", args=[account, token]))
    assert "/password/reset/" in caplog.text
    assert token not in caplog.text


@pytest.mark.parametrize(
    ("line", "kept"),
    [
        ("No mail to bob@example.org, nor to <Zoë.Quux+x@münchen.example>.", "No mail to …@…, nor to <…@…>."),
        ("GET /library/signatures/?name=zebedee HTTP/1.1", "GET /library/signatures/?… HTTP/1.1"),
        (
            "Key (lower(email)) violated\nDETAIL:  Key (lower(email))=(bob@x.org) exists.",
            "Key (lower(email)) violated\nDETAIL: …",
        ),
        ("Job 7 (campaign-export) failed: KeyError", "Job 7 (campaign-export) failed: KeyError"),
    ],
)
def test_no_address_no_search_and_no_row_stands_in_a_line(line: str, kept: str) -> None:
    assert fit_to_be_kept(line) == kept


def test_what_went_wrong_is_logged_without_the_address_it_was_about() -> None:
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "Could not write to %s", ("bob@example.org",), None)
    try:
        raise ValueError("bob@example.org is no address")
    except ValueError:
        record.exc_info = sys.exc_info()
    assert WithoutTokens().filter(record)
    line = logging.Formatter("%(message)s").format(record)
    assert "Could not write to …@…" in line and "bob@" not in line
    assert "ValueError: …@… is no address" in line


@pytest.mark.parametrize("name", ["django.template", "django.db.backends"])
def test_what_would_write_down_what_people_typed_is_quiet_however_much_is_asked_for(name: str) -> None:
    assert settings.LOGGING["loggers"][name] == {"level": "INFO"}  # type: ignore[index]


def test_the_console_has_the_filter() -> None:
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["without tokens"]  # type: ignore[index]
