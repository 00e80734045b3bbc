import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth import hashers
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from campaigns.models import User
from config.accounts.adapter import INVITED
from config.accounts.vouching import vouch_for
from config.crypto import email_key
from config.ratelimit import LIMITS
from letters.models import OutgoingEmail

from .accounts import PASSWORD, code_in, is_signed_in, mail_to, sign_in, sign_up

pytestmark = pytest.mark.django_db

CODE = "/organise/account/code/"


@pytest.fixture(autouse=True)
def _the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"  # which the test runner puts another in place of


def test_alice_signs_up_types_the_code_and_is_in() -> None:
    client = sign_up("Alice@Example.org")
    assert not is_signed_in(client)
    (text,) = mail_to("alice@example.org")
    answer = client.post(CODE, {"code": code_in(text)})
    assert answer["Location"] == reverse("campaigns:workspace")
    assert is_signed_in(client)
    alice = User.objects.get()
    assert (alice.name, alice.email, alice.is_staff, alice.is_superuser) == (
        "Alice Ahmed",
        "alice@example.org",
        False,
        False,
    )
    assert [*EmailAddress.objects.values_list("email", "verified", "primary")] == [("alice@example.org", True, True)]


def test_nothing_comes_before_the_code() -> None:
    client = sign_up("alice@example.org")
    for page in ("account_overview", "campaigns:workspace", "mfa_index"):
        assert client.get(reverse(page))["Location"].startswith("/organise/account/login/")
    again, went_in = sign_in("alice@example.org")
    assert not went_in
    again.post(CODE, {"code": code_in(mail_to("alice@example.org")[-1])})
    assert is_signed_in(again), "a password and a code are enough, from another browser too"


def test_no_get_confirms_anything() -> None:
    client = sign_up("alice@example.org")
    code = code_in(mail_to("alice@example.org")[0])
    for address in (CODE, f"{CODE}?code={code}", f"{CODE}{code}/", f"{CODE}?action=verify&code={code}"):
        client.get(address)
        Client().get(address)
    assert "http" not in mail_to("alice@example.org")[0].replace("http://testserver", "", 1), "no link that confirms"
    assert not EmailAddress.objects.get().verified


def test_the_code_of_one_browser_is_of_no_use_in_another() -> None:
    """So whoever signs up with an address of somebody else gets nowhere, whatever its owner presses."""
    sign_up("alice@example.org")
    code = code_in(mail_to("alice@example.org")[0])
    stranger = Client()
    stranger.post(CODE, {"code": code})
    assert not is_signed_in(stranger)
    assert not EmailAddress.objects.get().verified


@pytest.mark.parametrize("typed", ["{}", " {} ", "arabic"])
def test_the_code_is_read_as_people_type_it(typed: str) -> None:
    client = sign_up("alice@example.org")
    code = code_in(mail_to("alice@example.org")[0])
    arabic = code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    client.post(CODE, {"code": arabic if typed == "arabic" else typed.format(code.replace("-", ""))})
    assert is_signed_in(client)


def test_three_wrong_codes_end_it_and_the_password_gives_another() -> None:
    client = sign_up("alice@example.org")
    right = code_in(mail_to("alice@example.org")[0])
    wrong = "0000-0000" if right != "0000-0000" else "1111-1111"
    statuses = [client.post(CODE, {"code": wrong}).status_code for _ in range(3)]
    assert statuses == [422, 422, 302]
    client.post(CODE, {"code": right})
    assert not is_signed_in(client)
    client, _ = sign_in("alice@example.org", client=client)
    client.post(CODE, {"code": code_in(mail_to("alice@example.org")[-1])})
    assert is_signed_in(client)


def test_a_code_is_good_for_an_hour() -> None:
    client = sign_up("alice@example.org")
    code = code_in(mail_to("alice@example.org")[0])
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        client.post(CODE, {"code": code})
        assert not is_signed_in(client)
    with time_machine.travel(timezone.now() + timedelta(minutes=55)):
        client.post(CODE, {"code": code})


def test_another_code_can_be_had_and_only_the_newest_works() -> None:
    client = sign_up("alice@example.org")
    assert client.post(CODE, {"action": "resend"}).status_code == 302
    old, new = (code_in(text) for text in mail_to("alice@example.org"))
    assert client.post(CODE, {"code": old}).status_code == 422
    client.post(CODE, {"code": new})
    assert is_signed_in(client)


def page_of(client: Client) -> bytes:
    """Without the token of its forms."""
    return re.sub(rb'value="\w{64}"', b"", client.get(CODE).content)


def test_an_address_with_an_account_gets_the_same_page_and_another_mail() -> None:
    User.objects.create_user("alice@example.org", "an old long password")
    known, unknown = sign_up("alice@example.org"), sign_up("betty@example.org")
    assert page_of(known).replace(b"alice@", b"betty@") == page_of(unknown)
    wrong = [client.post(CODE, {"code": "0000-0000"}) for client in (known, unknown)]
    assert [answer.status_code for answer in wrong] == [422, 422]
    resent = [client.post(CODE, {"action": "resend"}) for client in (known, unknown)]
    assert [(answer.status_code, answer["Location"]) for answer in resent] == [(302, CODE)] * 2
    assert "There is one already" in mail_to("alice@example.org")[0]
    assert not re.search(r"\d{4}-\d{4}", mail_to("alice@example.org")[0])
    assert User.objects.get(email="alice@example.org").check_password("an old long password")


def test_an_address_with_an_account_takes_as_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes the time is hashing the password: it is done as often for both."""
    User.objects.create_user("alice@example.org", PASSWORD)
    hashed: list[str] = []
    encode = hashers.MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(hashers.MD5PasswordHasher, "encode", counted)
    sign_up("alice@example.org")
    known = len(hashed)
    sign_up("betty@example.org")
    assert known == 1 and len(hashed) == 2
    assert OutgoingEmail.objects.count() == 2, "and one email is queued for both"


def test_one_address_is_not_flooded_with_or_without_an_account() -> None:
    User.objects.create_user("alice@example.org", PASSWORD)
    for email in ("alice@example.org", "betty@example.org"):
        answers = [
            Client().post(
                reverse("account_signup"),
                {"name": "X", "email": email, "password1": PASSWORD},
                REMOTE_ADDR=f"203.0.{number}.1",
            )
            for number in range(LIMITS["account_code"].count + 1)
        ]
        assert [answer.status_code for answer in answers] == [302] * LIMITS["account_code"].count + [429]
        assert int(answers[-1]["Retry-After"]) > 0
    assert OutgoingEmail.objects.count() == 2 * LIMITS["account_code"].count


def test_asking_for_codes_is_counted_with_and_without_an_account() -> None:
    User.objects.create_user("alice@example.org", PASSWORD)
    for email in ("alice@example.org", "betty@example.org"):
        for _ in range(2):
            client = sign_up(email)
            assert [client.post(CODE, {"action": "resend"}).status_code for _ in range(2)] == [302, 302], email
        form = {"name": "X", "email": email, "password1": PASSWORD}
        assert Client().post(reverse("account_signup"), form).status_code == 429, email


def test_a_network_that_signs_up_all_the_time_is_asked_to_wait() -> None:
    for number in range(LIMITS["sign_up"].count):
        sign_up(f"a{number}@example.org")
    form = {"name": "X", "email": "one.more@example.org", "password1": PASSWORD}
    assert Client().post(reverse("account_signup"), form).status_code == 429
    assert Client().post(reverse("account_signup"), form, REMOTE_ADDR="203.0.113.1").status_code == 302


def test_who_signs_in_without_the_code_again_and_again_is_sent_no_more_of_them() -> None:
    sign_up("alice@example.org")
    for _ in range(LIMITS["account_code"].count - 1):
        sign_in("alice@example.org")
    answer = Client().post(reverse("account_login"), {"login": "alice@example.org", "password": PASSWORD})
    assert answer.status_code == 429
    assert len(mail_to("alice@example.org")) == LIMITS["account_code"].count


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("name", "", "Write your name."),
        ("name", "x" * 151, "150"),
        ("email", "", "Write your email address."),
        ("email", "alice", "Write a whole email address"),
        ("email", "alice@example.org,bob@example.org", "Write a whole email address"),
        ("password1", "", "Write the password."),
        ("password1", "short", "12 characters"),
        ("password1", "password1234", "too common"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client: Client, field: str, value: str, said: str) -> None:
    form = {"name": "Alice", "email": "alice@example.org", "password1": PASSWORD} | {field: value}
    answer = client.post(reverse("account_signup"), form)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not User.objects.exists() and not OutgoingEmail.objects.exists()


def test_a_name_typed_by_a_stranger_stands_in_no_mail() -> None:
    sign_up("alice@example.org", name="Win at https://spam.example.org")
    assert "spam" not in "".join(mail_to("alice@example.org"))


def test_a_closed_house_takes_only_who_was_invited(client: Client, settings: Settings) -> None:
    settings.OPEN_SIGN_UP = False
    assert "by invitation" in client.get(reverse("account_signup")).content.decode()
    form = {"name": "Alice", "email": "alice@example.org", "password1": PASSWORD}
    assert "by invitation" in client.post(reverse("account_signup"), form).content.decode()
    assert not User.objects.exists()
    assert reverse("account_signup") not in client.get(reverse("account_login")).content.decode()
    session = client.session  # as an invitation does (let_sign_up)
    session[INVITED] = email_key("alice@example.org")
    session.save()
    assert client.post(reverse("account_signup"), form | {"email": "bob@example.org"}).status_code == 422
    assert client.post(reverse("account_signup"), form).status_code == 302
    assert not is_signed_in(client), "a link can be forwarded, so the code is asked for all the same"
    assert len(mail_to("alice@example.org")) == 1


def test_whoever_the_operator_makes_an_account_for_can_sign_in_at_once() -> None:
    User.objects.create_superuser("Operator@example.org", PASSWORD)
    _, went_in = sign_in("operator@example.org")
    assert went_in


def test_an_address_that_the_operator_corrects_counts_as_proved(admin_client: Client) -> None:
    alice = User.objects.create_user("alcie@example.org", PASSWORD)
    form = {"email": "alice@example.org", "name": "Alice", "is_active": "on"}
    form |= {f"memberships-{field}_FORMS": "0" for field in ("TOTAL", "INITIAL")}
    assert admin_client.post(f"/admin/campaigns/user/{alice.pk}/change/", form).status_code == 302
    assert sign_in("alice@example.org")[1]
    assert not sign_in("alcie@example.org")[1]
    form |= {"email": "bob@example.org", "usable_password": "true", "password1": PASSWORD, "password2": PASSWORD}
    assert admin_client.post("/admin/campaigns/user/add/", form).status_code == 302
    assert sign_in("bob@example.org")[1]


def test_accounts_from_before_can_sign_in_after_the_migration() -> None:
    alice = User(email="alice@example.org")
    alice.set_password(PASSWORD)
    alice.save()
    assert not sign_in("alice@example.org")[1]
    EmailAddress.objects.all().delete()
    from importlib import import_module

    from django.apps import apps

    import_module("campaigns.migrations.0007_verified_addresses").verify(apps, None)
    assert sign_in("alice@example.org")[1]


def test_vouching_leaves_one_address() -> None:
    alice = User.objects.create_user("alice@example.org", PASSWORD)
    alice.email = "new@example.org"
    alice.save()
    vouch_for(alice)
    vouch_for(alice)
    assert [*EmailAddress.objects.values_list("email", "verified")] == [("new@example.org", True)]
    call_command("check")
