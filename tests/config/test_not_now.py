"""What was typed comes back when we cannot take it: in a form, escaped, bounded, and never a password."""

from http.client import HTTPMessage
from typing import Any

import pytest
from django.db import InterfaceError, OperationalError, connection
from django.test import Client, RequestFactory
from pytest_django.fixtures import Settings

from campaigns.views.organising import workspace
from config import errors
from tests.campaigns.factories import make_campaign, make_user, signing_form
from tests.journey.visitor import Page


def sent(form: dict[str, Any], path: str = "/example/sign/") -> str:
    response = errors.too_busy(RequestFactory().post(path, form), 20)
    assert response.status_code == 503 and 20 <= int(response["Retry-After"]) <= 30
    assert response["Cache-Control"] == "no-store"
    return response.content.decode()


def test_every_field_comes_back_as_it_was_typed_with_its_own_address() -> None:
    letter = 'Dear Minister,\n\n<script>alert(1)</script> & "so" on.\n'
    page = sent({"name": "O'Hara & <b>", "body7": letter, "leave_empty": "", "updates": ["1", "2"]})
    form = Page(503, "", HTTPMessage(), page.encode()).form("name", "body7", "leave_empty", "updates")
    assert (form.action, form.method) == ("/example/sign/", "post")
    assert form.fields["name"] == "O'Hara & <b>" and form.fields["leave_empty"] == ""
    assert form.fields["body7"].replace("\r\n", "\n") == letter


def test_nothing_typed_becomes_markup() -> None:
    page = sent({'x"><img src=y>': '"><script>alert(1)</script>', "long": "</textarea><script>" + "x" * 200})
    assert "<script>alert" not in page and "<img" not in page and "</textarea><script>" not in page


def test_no_password_comes_back_and_nothing_of_an_account() -> None:
    page = sent({"password": "correct horse", "columns": "name"}, "/organise/campaigns/x/exports/")
    assert "correct horse" not in page and 'value="name"' in page and "passwords are not in it" in page
    page = sent({"login": "alice@example.org", "code": "123456"}, "/organise/account/login/")
    assert "alice@" not in page and "123456" not in page and "go back and send it again" in page


def test_more_than_any_form_takes_does_not_come_back() -> None:
    page = sent({"body": "x" * (errors.MOST_TYPED + 1)})
    assert len(page) < 5_000 and "go back and send it again" in page


def test_who_only_reads_is_asked_to_open_the_page_again() -> None:
    response = errors.too_busy(RequestFactory().get("/confirm/abc/"), 20)
    page = response.content.decode()
    assert response.status_code == 503 and '<a class="btn" href="/confirm/abc/">' in page and "<form" not in page


def test_the_page_says_whose_it_is_and_asks_the_database_nothing(settings: Settings) -> None:
    """No database is allowed in this test."""
    settings.SITE_NAME = "Letters & Friends"
    assert '<a class="name" href="/">Letters &amp; Friends</a>' in sent({"name": "Alice"})


@pytest.mark.django_db
@pytest.mark.parametrize("error", [OperationalError("no\nconnection to alice@example.org"), InterfaceError("closed")])
def test_a_supporter_gets_back_the_form_when_the_database_fails_in_the_middle(
    client: Client, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    make_campaign(slug="example")

    def fails(execute: Any, sql: str, *arguments: Any) -> Any:
        if "INSERT" in sql:
            raise error
        return execute(sql, *arguments)

    with connection.execute_wrapper(fails):
        response = client.post("/example/sign/", signing_form(name="Zoë Quick"))
    assert response.status_code == 503 and "Zoë Quick" in response.content.decode()
    assert "alice@" not in caplog.text and "Zoë" not in caplog.text


@pytest.mark.django_db
def test_an_organiser_too_when_not_even_the_session_can_be_read(
    client: Client, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    client.raise_request_exception = False
    client.force_login(make_user("alice@example.org"))
    monkeypatch.setattr("django.contrib.sessions.backends.db.SessionStore.load", raising(OperationalError("gone")))
    response = client.post("/organise/organisations/x/", {"name": "Friends of the library"})
    assert response.status_code == 503 and "Friends of the library" in response.content.decode()


@pytest.mark.django_db
def test_what_is_no_trouble_of_the_databases_is_a_fault_of_ours(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.raise_request_exception = False
    client.force_login(make_user("alice@example.org"))
    monkeypatch.setattr(workspace.workplaces, "workspace", raising(ValueError("x")))
    response = client.get("/organise/")
    assert response.status_code == 500 and "The fault is ours" in response.content.decode()


def raising(error: Exception) -> Any:
    def instead(*arguments: Any, **named: Any) -> Any:
        raise error

    return instead
