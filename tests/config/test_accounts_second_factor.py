import json
from io import StringIO
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from campaigns.models import User
from config.accounts.second_factor import has_second_factor
from config.crypto import decrypt
from config.ratelimit import LIMITS

from .accounts import PASSWORD, SECRET, app_code, is_signed_in, mail_to, prove, sign_in, with_app

pytestmark = pytest.mark.django_db

APP, CODE = "/organise/account/second-factor/app/", "/organise/account/second-factor/code/"


@pytest.fixture(autouse=True)
def _the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"


@pytest.fixture
def alice() -> User:
    return User.objects.create_user("alice@example.org", PASSWORD, name="Alice Ahmed")


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is done after the commit (allauth's mail of it) is done at once: a test commits nothing."""
    monkeypatch.setattr("django.db.transaction.on_commit", lambda deed, *_, **__: deed())


def half_way(alice: User) -> Client:
    """The password is given, the code is not."""
    client, went_in = sign_in(alice.email)
    assert not went_in
    return client


def test_an_app_is_set_up_by_password_and_code_and_gives_recovery_codes(alice: User) -> None:
    client, _ = sign_in(alice.email)
    assert client.get(APP)["Location"].startswith(reverse("account_reauthenticate"))
    prove(client)
    page = client.get(APP)
    secret = page.context["form"].secret
    assert secret in page.content.decode() and "data:image/svg+xml;base64," in page.content.decode()
    assert client.post(APP, {"code": "000000"}).status_code == 422
    answer = client.post(APP, {"code": app_code(secret)})
    assert answer["Location"] == reverse("mfa_view_recovery_codes")
    codes = client.get(answer["Location"])
    assert len(codes.context["unused_codes"]) == 10
    assert all(code in codes.content.decode() for code in codes.context["unused_codes"])
    file = client.get(reverse("mfa_download_recovery_codes"))
    assert file["Content-Type"].startswith("text/plain") and "attachment" in file["Content-Disposition"]
    assert all(code in file.content.decode() for code in codes.context["unused_codes"])
    assert "an authenticator app was set up" in mail_to(alice.email)[-1]
    assert has_second_factor(User.objects.get())


def test_then_signing_in_asks_for_the_code_and_nothing_opens_before(alice: User) -> None:
    with_app(alice)
    client = half_way(alice)
    for page in ("/organise/", "/organise/account/", "/admin/"):
        assert client.get(page, follow=True).redirect_chain[-1][0] == CODE
    assert client.post(CODE, {"code": "000000"}).status_code == 422
    assert client.post(CODE, {"code": app_code()})["Location"] == "/organise/"
    assert is_signed_in(client)


def test_the_operator_needs_it_for_the_administration_too(alice: User) -> None:
    User.objects.update(is_staff=True, is_superuser=True)
    with_app(alice)
    client = Client()
    form = {"login": alice.email, "password": PASSWORD, "next": "/admin/"}
    assert client.post(client.get("/admin/", follow=True).redirect_chain[-1][0], form)["Location"] == CODE
    assert client.get("/admin/").status_code == 302
    assert client.post(CODE, {"code": app_code()})["Location"] == "/admin/"
    assert client.get("/admin/").status_code == 200


def test_a_recovery_code_lets_in_once(alice: User) -> None:
    code = with_app(alice)[0]
    client = half_way(alice)
    client.post(CODE, {"code": code})
    assert is_signed_in(client)
    again = half_way(alice)
    assert again.post(CODE, {"code": code}).status_code == 422
    assert not is_signed_in(again)


def test_a_code_of_the_app_lets_in_once_for_as_long_as_it_lives(alice: User) -> None:
    with_app(alice)
    code = app_code()
    half_way(alice).post(CODE, {"code": code})
    assert cache.delete(f"allauth.mfa.totp.used?user={alice.pk}&code={code}"), "which goes sooner than the code dies"
    client = half_way(alice)
    assert client.post(CODE, {"code": code}).status_code == 422
    assert client.post(CODE, {"code": f"{code[:3]} {code[3:]}"}).status_code == 422
    assert not is_signed_in(client)


@pytest.mark.parametrize("steps", [-1, 0, 1])
def test_a_clock_may_be_half_a_minute_wrong(alice: User, steps: int) -> None:
    with_app(alice)
    client = half_way(alice)
    client.post(CODE, {"code": app_code(steps=steps)})
    assert is_signed_in(client)


@pytest.mark.parametrize("steps", [-3, 3])
def test_and_no_more_than_that(alice: User, steps: int) -> None:
    with_app(alice)
    client = half_way(alice)
    client.post(CODE, {"code": app_code(steps=steps)})
    assert not is_signed_in(client)


def test_arabic_digits_and_a_space_in_the_middle_are_read(alice: User) -> None:
    with_app(alice)
    code = app_code().translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))
    client = half_way(alice)
    client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert is_signed_in(client)


def test_guessing_codes_comes_to_an_end_from_whatever_network(alice: User) -> None:
    with_app(alice)
    client = half_way(alice)
    for number in range(LIMITS["second_factor"].count):
        client.post(CODE, {"code": "000000"}, REMOTE_ADDR=f"198.51.{number}.1")
    answer = client.post(CODE, {"code": app_code()}, REMOTE_ADDR="203.0.113.1")
    assert answer.status_code == 422 and "Too many attempts" in answer.content.decode()


def test_what_is_kept_of_the_app_is_encrypted_and_moves_with_the_keys(alice: User, settings: Settings) -> None:
    with_app(alice)
    kept = json.dumps([*Authenticator.objects.values_list("data", flat=True)])
    assert SECRET not in kept
    from cryptography.fernet import Fernet

    old, new = settings.FIELD_ENCRYPTION_KEYS, Fernet.generate_key().decode()
    settings.FIELD_ENCRYPTION_KEYS = [new, *old]
    call_command("rotate_keys", stdout=StringIO())
    settings.FIELD_ENCRYPTION_KEYS = [new]
    app = Authenticator.objects.get(type="totp")
    assert decrypt(app.data["secret"]) == SECRET
    client = half_way(alice)
    client.post(CODE, {"code": app_code()})
    assert is_signed_in(client)


def test_taking_the_app_away_asks_for_the_password_and_ends_the_asking(alice: User) -> None:
    with_app(alice)
    client = half_way(alice)
    client.post(CODE, {"code": app_code()})
    remove = reverse("mfa_deactivate_totp")
    assert client.post(remove)["Location"].startswith(reverse("account_reauthenticate"))
    prove(client)
    client.get(remove)
    assert Authenticator.objects.count() == 2, "to open the page takes nothing away"
    assert client.post(remove)["Location"] == reverse("mfa_index")
    assert not Authenticator.objects.exists()
    assert "was taken away" in mail_to(alice.email)[-1]
    assert sign_in(alice.email)[1]


def test_a_code_proves_who_one_is_as_well_as_the_password(alice: User) -> None:
    recovery = with_app(alice)
    client = half_way(alice)
    client.post(CODE, {"code": app_code()})
    prove(client, recovery[0])
    assert client.get(reverse("mfa_view_recovery_codes")).status_code == 200


def test_new_recovery_codes_end_the_old_ones(alice: User) -> None:
    old = with_app(alice)
    client = half_way(alice)
    client.post(CODE, {"code": app_code()})
    prove(client)
    client.get(reverse("mfa_generate_recovery_codes"))
    assert client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"] == old, "opening a page makes none"
    client.post(reverse("mfa_generate_recovery_codes"))
    assert not set(client.get(reverse("mfa_view_recovery_codes")).context["unused_codes"]) & set(old)
    assert "new recovery codes were made" in mail_to(alice.email)[-1]


def test_pages_that_show_secrets_ask_for_the_password_first(alice: User) -> None:
    with_app(alice)
    client = Client()
    client.force_login(alice)
    for name in ("mfa_view_recovery_codes", "mfa_download_recovery_codes", "mfa_add_webauthn"):
        assert client.get(reverse(name))["Location"].startswith(reverse("account_reauthenticate")), name


def test_who_was_led_here_goes_back_from_here(alice: User) -> None:
    client, _ = sign_in(alice.email)
    client.get(reverse("account_second_factor"), {"next": "/organise/organisations/strict/post/"})
    prove(client)
    secret = client.get(APP).context["form"].secret
    page = client.post(APP, {"code": app_code(secret)}, follow=True).content.decode()
    assert 'href="/organise/organisations/strict/post/"' in page


def test_the_operator_can_take_it_away_and_its_owner_is_told(alice: User, admin_client: Client) -> None:
    with_app(alice)
    form = {"action": "take_second_factor_away", "_selected_action": [str(alice.pk)]}
    page = admin_client.post("/admin/campaigns/user/", form, follow=True)
    assert "1 account has no second factor any more" in page.content.decode()
    assert not Authenticator.objects.exists()
    assert "took the second factor of your account away" in mail_to(alice.email)[-1]
    assert sign_in(alice.email)[1]


@pytest.mark.parametrize(
    "credential",
    ["", "x", "[]", "{}", "1", "null", '"a"', '{"id": 1}', '{"response": 1}', '{"response": {"userHandle": "MQ"}}']
    + ['{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30"}}']
    + [
        '{"id": "eA", "rawId": "eA", "type": "public-key", "response": {"clientDataJSON": "e30", '
        f'"{key}": "{value}", "signature": "eA", "attestationObject": "{value}", "userHandle": "{value}"}}}}'
        for key in ("authenticatorData", "other")
        for value in ("", "eA", "oA", "_____w", "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YUA", "\\u0000")
    ],
)
def test_nonsense_in_place_of_a_passkey_is_an_error_and_no_more(alice: User, credential: str) -> None:
    login = reverse("mfa_login_webauthn")
    stranger = Client()
    stranger.get(login, headers={"Accept": "application/json"})
    assert stranger.post(login, {"credential": credential}).status_code == 302
    assert not is_signed_in(stranger)
    with_app(alice)
    half = half_way(alice)
    half.get(CODE)
    assert half.post(CODE, {"credential": credential}).status_code == 422
    assert not is_signed_in(half)
    half.post(CODE, {"code": app_code()})
    prove(half)
    half.get(reverse("mfa_add_webauthn"))
    form = {"name": "x", "passwordless": "True", "credential": credential}
    assert half.post(reverse("mfa_add_webauthn"), form).status_code == 422
    assert not Authenticator.objects.filter(type="webauthn").exists()


def test_what_a_passkey_signs_is_asked_for_so_often_and_no_more(client: Client) -> None:
    login = reverse("mfa_login_webauthn")
    asked: list[Any] = [
        client.get(login, headers={"Accept": "application/json"}) for _ in range(LIMITS["passkey"].count + 1)
    ]
    assert asked[0].json()["request_options"]["publicKey"]["userVerification"] == "required"
    assert [answer.status_code for answer in asked[-2:]] == [200, 429]
