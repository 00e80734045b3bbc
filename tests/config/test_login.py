import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse

from config.ratelimit import LIMITS

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _alice() -> None:
    alice = get_user_model()(email="alice@example.org", is_staff=True)
    alice.set_password("a long word for Alice")
    alice.save()


def _attempt(email: str, password: str, peer: str = "192.0.2.1") -> bool:
    answer = Client().post(reverse("admin:login"), {"username": email, "password": password}, REMOTE_ADDR=peer)
    assert answer.status_code in (200, 302)
    return answer.status_code == 302


def test_alice_can_log_in() -> None:
    assert _attempt("alice@example.org", "a long word for Alice")


def test_guessing_one_account_from_many_networks_comes_to_an_end() -> None:
    for number in range(LIMITS["login_email"].count):
        assert not _attempt("Alice@example.org", "wrong", f"198.51.{number}.1")
    assert not _attempt("alice@example.org", "a long word for Alice", "203.0.113.1")


def test_guessing_many_accounts_from_one_network_comes_to_an_end() -> None:
    for number in range(LIMITS["login"].count):
        assert not _attempt(f"nobody-{number}@example.org", "wrong")
    assert not _attempt("alice@example.org", "a long word for Alice")
    assert _attempt("alice@example.org", "a long word for Alice", "203.0.113.1"), "others can still log in"


def test_the_refusal_says_when_to_come_back() -> None:
    for _ in range(LIMITS["login_email"].count):
        _attempt("alice@example.org", "wrong")
    answer = Client().post(reverse("admin:login"), {"username": "alice@example.org", "password": "x"})
    assert "Too many attempts" in answer.content.decode()


def test_a_browser_can_prove_that_the_form_is_ours() -> None:
    # Under "no-referrer" browsers send "Origin: null" with a form, which the CSRF check refuses.
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("admin:login"))
    assert page["Referrer-Policy"] == "same-origin"
    form = {"username": "alice@example.org", "password": "a long word for Alice"}
    form["csrfmiddlewaretoken"] = page.context["csrf_token"]
    assert client.post(reverse("admin:login"), form, headers={"Origin": "http://testserver"}).status_code == 302
    assert client.post(reverse("admin:login"), form, headers={"Origin": "null"}).status_code == 403
