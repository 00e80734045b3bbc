"""An account's pages have one address in every language."""

import pytest
from django.test import Client
from django.urls import reverse

from campaigns.models import User

from .accounts import PASSWORD

pytestmark = pytest.mark.django_db

LOGIN = "/organise/account/login/"


def language_of(client: Client, address: str = LOGIN, accepted: str = "") -> str:
    answer = client.get(address, headers={"Accept-Language": accepted} if accepted else {})
    language = str(answer["Content-Language"])
    assert f'<html lang="{language}"' in answer.content.decode()
    return language


@pytest.mark.parametrize(
    ("address", "accepted", "expected"),
    [
        (LOGIN, "", "en"),
        (LOGIN, "ar", "ar"),
        (LOGIN, "fr, ar;q=0.5", "ar"),
        (LOGIN, "fr", "en"),
        (f"{LOGIN}?language=ar", "en", "ar"),
        (f"{LOGIN}?language=en", "ar", "en"),
        (f"{LOGIN}?language=xx", "ar", "ar"),
        (f"{LOGIN}?language=%00", "", "en"),
        (f"{LOGIN}?next=/organise/ar/material/", "en", "ar"),
        (f"{LOGIN}?next=/organise/", "ar", "ar"),
        (f"{LOGIN}?next=/organise/account/ar/", "en", "en"),
    ],
)
def test_the_language_is_what_is_asked_for_or_come_from_or_preferred(
    client: Client, address: str, accepted: str, expected: str
) -> None:
    assert language_of(client, address, accepted) == expected


def test_a_choice_is_kept_for_the_account_and_for_nothing_else(client: Client) -> None:
    assert language_of(client, f"{LOGIN}?language=ar") == "ar"
    assert language_of(client, LOGIN, accepted="en") == "ar"
    assert client.cookies["django_language"]["path"] == "/organise/account/"
    assert client.get("/")["Content-Language"] == "en"
    assert language_of(client, f"{LOGIN}?language=en") == "en"


def test_without_a_choice_there_is_no_cookie(client: Client) -> None:
    language_of(client, LOGIN, "ar")
    assert "django_language" not in client.cookies


def test_the_page_offers_the_other_languages_and_keeps_where_one_wanted_to_go(client: Client) -> None:
    page = client.get(f"{LOGIN}?next=/organise/material/").content.decode()
    assert f'href="{LOGIN}?next=%2Forganise%2Fmaterial%2F&amp;language=ar"' in page


def test_whoever_signs_in_in_arabic_comes_into_the_arabic_workspace(client: Client) -> None:
    User.objects.create_user("alice@example.org", PASSWORD)
    client.get(f"{LOGIN}?language=ar")
    answer = client.post(LOGIN, {"login": "alice@example.org", "password": PASSWORD})
    assert answer["Location"] == reverse("campaigns:workspace", kwargs={"language": "ar"})


def test_a_supporters_page_does_not_look_at_the_cookie(client: Client) -> None:
    client.cookies["django_language"] = "ar"
    answer = client.get("/")
    assert answer["Content-Language"] == "en" and "Cookie" not in answer.get("Vary", "")
