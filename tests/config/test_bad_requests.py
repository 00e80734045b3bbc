"""What Django itself refuses before a view answers: a page of ours all the same, with the right status."""

import pytest
from django.core.exceptions import SuspiciousOperation
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import bad_request
from pytest_django import Settings

pytestmark = pytest.mark.django_db


def _is_our_page(html: str, language: str = "en") -> bool:
    with translation.override(language):
        said = translation.gettext("This was not accepted")
    return f'<html lang="{language}"' in html and f"<h1>{said}</h1>" in html and 'href="/"' in html


def test_a_form_with_too_many_fields_gets_a_page_in_words(client: Client, settings: Settings) -> None:
    too_many = {f"field-{number}": "x" for number in range(settings.DATA_UPLOAD_MAX_NUMBER_FIELDS + 1)}
    answer = client.post("/organise/account/password/reset/", too_many)
    assert answer.status_code == 400
    assert _is_our_page(answer.content.decode())


def test_a_form_that_is_too_large_gets_a_page_in_words(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = client.post("/organise/account/login/", "email=" + "x" * 2000, "application/x-www-form-urlencoded")
    assert answer.status_code == 400
    assert _is_our_page(answer.content.decode())


def test_a_host_that_is_not_ours_gets_a_page_in_words(client: Client) -> None:
    answer = client.get("/", headers={"Host": "elsewhere.example.net"})
    assert answer.status_code == 400
    assert _is_our_page(answer.content.decode())


def test_the_page_speaks_the_language_of_the_page_that_was_asked_for() -> None:
    with translation.override("ar"):
        answer = bad_request(RequestFactory().post("/"), SuspiciousOperation())
    html = answer.content.decode()
    assert _is_our_page(html, "ar") and 'dir="rtl"' in html
    assert "This was not accepted" not in html
