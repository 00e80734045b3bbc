import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from campaigns.models import User
from config.ratelimit import LIMITS
from letters.models import OutgoingEmail

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"  # which the test runner puts another in place of
    cache.clear()


def test_an_organiser_gets_a_new_password_by_a_link_from_the_outbox(client: Client) -> None:
    User.objects.create_user("alice@example.org", "an old long password")
    answer = client.post("/admin/password-reset/", {"email": "alice@example.org"})
    assert answer.status_code == 302
    email = OutgoingEmail.objects.get()
    assert email.kind == "account"
    link = next(word for word in email.values["text"].split() if "/admin/password-reset/" in word)
    form = client.get(link.split("testserver")[-1], follow=True)
    client.post(
        form.redirect_chain[-1][0], {"new_password1": "quite a new one 42", "new_password2": "quite a new one 42"}
    )
    assert User.objects.get().check_password("quite a new one 42")


def test_a_stranger_to_the_installation_sees_the_same_page_and_gets_no_mail(client: Client) -> None:
    answer = client.post("/admin/password-reset/", {"email": "charlie@example.org"})
    assert answer.status_code == 302
    assert not OutgoingEmail.objects.exists()


def test_asking_again_and_again_is_refused_with_a_time(client: Client) -> None:
    answers = [client.post("/admin/password-reset/", {"email": "charlie@example.org"}) for _ in range(6)]
    assert answers[-1].status_code == 429
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_one_address_is_not_flooded_from_many_networks(client: Client) -> None:
    User.objects.create_user("alice@example.org", "an old long password")
    for typed, peer in [("alice@example.org", "192.0.2.1"), ("ALICE@example.org", "198.51.100.1")] * 3:
        client.post("/admin/password-reset/", {"email": typed}, REMOTE_ADDR=peer)
    assert OutgoingEmail.objects.count() == LIMITS["password_reset_email"].count
    for email in ("alice@example.org", "charlie@example.org"):  # a refusal says nothing about accounts
        answers = [
            client.post("/admin/password-reset/", {"email": email}, REMOTE_ADDR=f"203.0.{number}.1").status_code
            for number in range(LIMITS["password_reset_email"].count + 1)
        ]
        assert answers[-1] == 429
