import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import User
from config.ratelimit import LIMITS

from .accounts import PASSWORD, code_in, is_signed_in, mail_to, sign_in

pytestmark = pytest.mark.django_db

NEW = "quite a new one 42"


@pytest.fixture(autouse=True)
def _the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.org", PASSWORD, name="Alice Ahmed")


def attempt(email: str, password: str, peer: str = "192.0.2.1") -> bool:
    return sign_in(email, password, REMOTE_ADDR=peer)[1]


def test_alice_signs_in_in_any_case_of_her_address(alice: User) -> None:
    assert attempt("alice@example.org", PASSWORD)
    assert attempt("Alice@Example.ORG", PASSWORD)


def test_signing_in_leads_to_the_workspace_or_where_one_wanted_to_go_and_nowhere_else(alice: User) -> None:
    for asked, led in (
        ("", "/organise/"),
        ("/organise/material/", "/organise/material/"),
        ("https://example.org/", "/organise/"),
        ("//example.org", "/organise/"),
        ("javascript:alert(1)", "/organise/"),
    ):
        form = {"login": "alice@example.org", "password": PASSWORD, "next": asked}
        assert Client().post(reverse("account_login"), form)["Location"] == led


def test_a_wrong_password_and_an_unknown_address_are_told_alike(alice: User) -> None:
    pages = []
    for email in ("alice@example.org", "betty@example.org"):
        answer = Client().post(reverse("account_login"), {"login": email, "password": "wrong"})
        assert answer.status_code == 422
        words = answer.content.decode().replace(email, "")
        pages.append(re.sub(r'value="\w{64}"', "", words))
    assert pages[0] == pages[1]
    assert "do not belong together" in pages[0] and "wrong" not in pages[0]


def test_guessing_one_account_from_many_networks_comes_to_an_end(alice: User) -> None:
    for number in range(LIMITS["login_email"].count):
        assert not attempt("Alice@example.org", "wrong", f"198.51.{number}.1")
    assert not attempt("alice@example.org", PASSWORD, "203.0.113.1")


def test_guessing_many_accounts_from_one_network_comes_to_an_end(alice: User) -> None:
    for number in range(LIMITS["login"].count):
        assert not attempt(f"nobody-{number}@example.org", "wrong")
    assert not attempt("alice@example.org", PASSWORD)
    assert attempt("alice@example.org", PASSWORD, "203.0.113.1"), "others can still sign in"


def test_the_network_is_what_our_proxies_say(alice: User, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 1
    for number in range(LIMITS["login"].count + 1):
        sign_in(
            f"nobody-{number}@example.org", "wrong", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="1.2.3.4, 192.0.2.1"
        )
    here, there = (
        sign_in("alice@example.org", PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=f"1.2.3.4, {peer}")[1]
        for peer in ("192.0.2.1", "203.0.113.1")
    )
    assert (here, there) == (False, True)


@pytest.mark.parametrize("email", ["alice@example.org", "nobody@example.org"])
def test_the_refusal_says_when_to_come_back_and_is_the_same_for_everybody(alice: User, email: str) -> None:
    for _ in range(LIMITS["login_email"].count):
        attempt(email, "wrong")
    answer = Client().post(reverse("account_login"), {"login": email, "password": "x"})
    assert "Too many attempts. Please try again in" in answer.content.decode()


def test_whoever_is_kept_out_by_others_guessing_comes_in_through_the_mailbox(alice: User) -> None:
    for number in range(LIMITS["login_email"].count + 1):
        attempt("alice@example.org", "wrong", f"198.51.{number}.1")
    assert not attempt("alice@example.org", PASSWORD)
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    assert choose_password(client, link_in(mail_to("alice@example.org")[0]))
    assert is_signed_in(client)


def test_a_browser_can_prove_that_the_form_is_ours(alice: User) -> None:
    # Under "no-referrer" browsers send "Origin: null" with a form, which the CSRF check refuses.
    client = Client(enforce_csrf_checks=True)
    page = client.get(reverse("account_login"))
    assert page["Referrer-Policy"] == "same-origin"
    form = {"login": "alice@example.org", "password": PASSWORD, "csrfmiddlewaretoken": page.context["csrf_token"]}
    assert client.post(reverse("account_login"), form, headers={"Origin": "http://testserver"}).status_code == 302
    assert client.post(reverse("account_login"), form, headers={"Origin": "null"}).status_code == 403


@pytest.mark.parametrize("name", ["account_login", "account_signup", "account_reset_password", "account_logout"])
def test_every_form_wants_its_token(name: str) -> None:
    assert Client(enforce_csrf_checks=True).post(reverse(name), {}).status_code == 403


def test_only_a_press_signs_out(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    client.get(reverse("account_logout"))
    assert is_signed_in(client)
    assert client.post(reverse("account_logout"))["Location"] == "/"
    assert not is_signed_in(client)


def test_the_footer_leads_in_and_out(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    page = client.get("/organise/").content.decode()
    assert 'action="/organise/account/logout/"' in page and "alice@example.org" in page
    assert 'href="/organise/account/login/?language=ar"' in client.get("/ar/").content.decode()


def test_an_account_that_is_switched_off_does_not_come_in(alice: User) -> None:
    User.objects.update(is_active=False)
    answer = Client().post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD}, follow=True)
    assert "switched off" in answer.content.decode()
    assert not attempt("alice@example.org", "wrong")


def test_unticked_the_session_ends_with_the_browser_and_ticked_it_stays(alice: User) -> None:
    for form, stays in (({}, False), ({"remember": "on"}, True)):
        client = Client()
        client.post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD, **form})
        assert bool(client.cookies["sessionid"]["max-age"]) == stays


# A password that is forgotten, or changed


def link_in(text: str) -> str:
    (link,) = re.findall(r"http://testserver(/organise/account/password/reset/\S+-\S+/)", text)
    return str(link)


def choose_password(client: Client, link: str, password: str = NEW) -> bool:
    page = client.get(link, follow=True)
    address = page.redirect_chain[-1][0] if page.redirect_chain else link
    return client.post(address, {"password1": password}).status_code == 302


def test_a_forgotten_password_is_replaced_by_a_link_from_the_outbox(alice: User) -> None:
    client = Client()
    answer = client.post(reverse("account_reset_password"), {"email": "ALICE@example.org"})
    assert answer["Location"] == reverse("account_reset_password_done")
    link = link_in(mail_to("alice@example.org")[0])
    assert choose_password(client, link)
    alice.refresh_from_db()
    assert alice.check_password(NEW)
    assert "was changed on" in mail_to("alice@example.org")[-1], "its owner is told"
    assert not choose_password(Client(), link), "it works once"


def test_opening_the_link_changes_nothing_and_the_address_shown_holds_no_secret(alice: User) -> None:
    Client().post(reverse("account_reset_password"), {"email": "alice@example.org"})
    link = link_in(mail_to("alice@example.org")[0])
    for client in (Client(), Client()):
        page = client.get(link, follow=True)
        assert page.redirect_chain[-1][0].endswith("-set-password/")
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_link_is_built_on_our_own_address_whatever_the_request_says(alice: User, settings: Settings) -> None:
    settings.SITE_URL = "https://sign.example.org"
    Client().post(reverse("account_reset_password"), {"email": "alice@example.org"}, HTTP_HOST="127.0.0.1")
    assert "https://sign.example.org/organise/account/password/reset/" in mail_to("alice@example.org")[0]


def test_an_address_without_an_account_gets_the_same_page_and_another_mail(alice: User) -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": email}, follow=True)
        for email in ("alice@example.org", "betty@example.org")
    ]
    assert answers[0].redirect_chain == answers[1].redirect_chain
    assert answers[0].content == answers[1].content
    assert "There is no account" in mail_to("betty@example.org")[0]
    assert "/password/reset/" not in mail_to("betty@example.org")[0]


def test_one_address_is_not_flooded_from_many_networks(alice: User) -> None:
    most = LIMITS["password_reset_email"].count
    for email, other in (("alice@example.org", "ALICE@example.org"), ("betty@example.org", "Betty@example.org")):
        statuses = [
            Client()
            .post(
                reverse("account_reset_password"),
                {"email": (email, other)[number % 2]},
                REMOTE_ADDR=f"203.{number}.{len(email)}.1",
            )
            .status_code
            for number in range(most + 2)
        ]
        assert statuses == [302] * most + [429] * 2
        assert len(mail_to(email)) == most


def test_asking_again_and_again_is_refused_with_a_time() -> None:
    answers = [
        Client().post(reverse("account_reset_password"), {"email": f"a{number}@example.org"}) for number in range(6)
    ]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


@pytest.mark.parametrize("link", ["1-x", "zzzzzzzzzzzzz-abc-0123", "0-set-password", "1-set-password"])
def test_a_link_that_never_was_says_so(alice: User, link: str) -> None:
    answer = Client().get(f"/organise/account/password/reset/{link}/")
    assert "no longer works" in answer.content.decode()


def test_changing_the_password_ends_the_sessions_elsewhere_and_not_this_one(alice: User) -> None:
    here, there = (sign_in("alice@example.org")[0] for _ in range(2))
    answer = here.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    assert answer["Location"] == reverse("account_overview")
    assert "Your password is changed." in here.get(answer["Location"]).content.decode()
    assert is_signed_in(here) and not is_signed_in(there)
    assert "was changed on" in mail_to("alice@example.org")[-1]


def test_a_new_password_ends_the_sessions_elsewhere_too(alice: User) -> None:
    there, _ = sign_in("alice@example.org")
    here = Client()
    here.post(reverse("account_reset_password"), {"email": "alice@example.org"})
    assert choose_password(here, link_in(mail_to("alice@example.org")[0]))
    assert is_signed_in(here) and not is_signed_in(there)


def test_the_old_password_cannot_be_guessed_from_a_screen_left_open(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    for _ in range(LIMITS["login_email"].count):
        form = {"oldpassword": "wrong", "password1": NEW}
        assert client.post(reverse("account_change_password"), form).status_code == 422
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": NEW})
    alice.refresh_from_db()
    assert alice.check_password(PASSWORD)


def test_a_weak_new_password_is_refused_with_a_reason(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    form = {"oldpassword": PASSWORD, "password1": "alice@example.org"}
    answer = client.post(reverse("account_change_password"), form)
    assert answer.status_code == 422 and "too similar" in answer.content.decode()


# The address, and the name


def changing(client: Client, address: str) -> None:
    assert client.get(reverse("account_email"))["Location"].startswith(reverse("account_reauthenticate"))
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.post(reverse("account_email"), {"action_add": "", "email": address})
    assert answer["Location"] == reverse("account_email_verification_sent")


def test_the_address_changes_once_the_code_sent_there_is_typed(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    changing(client, "new@example.org")
    assert get_user_model().objects.get().get_username() == "alice@example.org"
    client.post(reverse("account_email_verification_sent"), {"code": code_in(mail_to("new@example.org")[0])})
    alice.refresh_from_db()
    assert alice.email == "new@example.org"
    assert "It is new@example.org now" in mail_to("alice@example.org")[-1], "the old address is told"
    assert attempt("new@example.org", PASSWORD) and not attempt("alice@example.org", PASSWORD)


def test_an_address_of_another_account_is_not_told_and_not_taken(alice: User) -> None:
    bob = User.objects.create_user("bob@example.org", PASSWORD)
    client, _ = sign_in("alice@example.org")
    changing(client, "bob@example.org")
    answer = client.post(reverse("account_email_verification_sent"), {"code": code_in(mail_to("bob@example.org")[0])})
    assert answer.status_code == 422 and "belongs to another account" in answer.content.decode()
    assert [alice.email, bob.email] == [*User.objects.order_by("pk").values_list("email", flat=True)]


def test_an_account_has_one_address_whatever_is_posted(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    for action in ("action_remove", "action_primary", "action_send"):
        client.post(reverse("account_email"), {action: "", "email": "alice@example.org"})
    assert attempt("alice@example.org", PASSWORD)
    assert mail_to("alice@example.org") == []


def test_the_name_can_be_changed(alice: User) -> None:
    client, _ = sign_in("alice@example.org")
    answer = client.post(reverse("account_overview"), {"name": "Alice Brown"}, follow=True)
    assert "Your name is changed." in answer.content.decode()
    assert client.post(reverse("account_overview"), {"name": " "}).status_code == 422
    alice.refresh_from_db()
    assert alice.name == "Alice Brown"
