"""Every email about an account, word for word in English and Arabic; and that in a demonstration none leaves."""

import os
import re
import socket
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from allauth.account.adapter import get_adapter
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

import config
from campaigns.models import User
from config import mailbox
from letters import outbox
from letters.models import OutgoingEmail

from .accounts import PASSWORD, code_in, is_signed_in, mail_to, prove, sign_in, sign_up

pytestmark = pytest.mark.django_db

GOLDEN = Path(__file__).parents[1] / "golden" / "accounts"
TEMPLATES = Path(config.__file__).parent / "templates"
LANGUAGES = ("en", "ar")
WHEN: dict[str, object] = {"timestamp": datetime(2026, 11, 20, 12, tzinfo=ZoneInfo("UTC"))}
EMAILS: dict[str, dict[str, object]] = {
    "account/email/email_confirmation_signup": {"code": "1234-5678"},
    "account/email/email_confirmation": {"code": "1234-5678"},
    "account/email/account_already_exists": {},
    "account/email/unknown_account": {},
    "account/email/password_reset_key": {"password_reset_url": "http://testserver/…/"},
    "account/email/password_reset": WHEN,
    "account/email/password_changed": WHEN,
    "account/email/email_changed": WHEN | {"from_email": "alice@example.org", "to_email": "new@example.org"},
    "mfa/email/totp_activated": WHEN,
    "mfa/email/totp_deactivated": WHEN,
    "mfa/email/webauthn_added": WHEN,
    "mfa/email/webauthn_removed": WHEN,
    "mfa/email/recovery_codes_generated": WHEN,
    "mfa/email/taken_away": WHEN,
}


@pytest.fixture(autouse=True)
def _the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("template", EMAILS)
def test_the_email_says_what_it_has_always_said(template: str, language: str) -> None:
    with translation.override(language):
        get_adapter().send_mail(template, "alice@example.org", EMAILS[template])
    email = OutgoingEmail.objects.get()
    whole = f"Subject: {email.values['subject']}\nTo: {email.to_address}\n\n{email.values['text']}"
    path = GOLDEN / f"{template.rpartition('/')[2]}.{language}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(whole, encoding="utf-8")
    assert whole == path.read_text(encoding="utf-8")
    assert not re.search(r"\(\)|None|:\n\n\n| ,", whole)
    assert email.kind == outbox.Kind.ACCOUNT


def test_every_template_of_an_email_has_its_golden_text_and_none_is_allauths_own() -> None:
    ours = {
        str(path.relative_to(TEMPLATES)).removesuffix(".subject.txt") for path in TEMPLATES.rglob("email/*.subject.txt")
    }
    assert ours == set(EMAILS)
    files = {f"{name.rpartition('/')[2]}.{language}.txt" for name in EMAILS for language in LANGUAGES}
    assert {path.name for path in GOLDEN.glob("*.txt")} == files


def test_an_email_is_in_the_language_of_the_page_that_caused_it() -> None:
    client = Client()
    client.get(reverse("account_signup"), {"language": "ar"})
    sign_up("alice@example.org", client)
    golden = (GOLDEN / "email_confirmation_signup.ar.txt").read_text(encoding="utf-8").partition("\n\n")[2]
    assert mail_to("alice@example.org") == [golden.replace("1234-5678", code_in(mail_to("alice@example.org")[0]))]


@pytest.fixture
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every attempt to reach another machine, which fails; the test fails too if there was one."""
    attempts: list[str] = []

    def denied(name: str) -> Any:
        def deny(*_args: Any, **_kwargs: Any) -> Any:
            attempts.append(name)
            raise OSError(f"{name} in a demonstration")

        return deny

    for name in ("create_connection", "getaddrinfo", "gethostbyname"):
        monkeypatch.setattr(socket, name, denied(name))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, denied(name))
    yield attempts
    assert attempts == []


def test_in_a_demonstration_a_whole_account_is_made_and_used_and_reaches_nobody(
    settings: Settings, tmp_path: Path, tried: list[str]
) -> None:
    settings.DEMONSTRATION, settings.MAILBOX_DIR = True, tmp_path / "mailbox"
    settings.SMTP_URL = "smtp://mail.example.net:25"
    client = sign_up("alice@example.org")
    outbox.drain("confirmations")
    (captured,) = mailbox.messages()
    client.post(reverse("account_email_verification_sent"), {"code": code_in(captured.text)})
    assert is_signed_in(client)
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "quite a new one 42"})
    Client().post(reverse("account_reset_password"), {"email": "alice@example.org"})
    Client().post(reverse("account_reset_password"), {"email": "nobody@example.org"})
    sign_up("alice@example.org")
    outbox.drain("confirmations")
    assert sorted(message.to for message in mailbox.messages()) == ["alice@example.org"] * 4 + ["nobody@example.org"]


def test_a_notice_goes_to_the_address_that_is_proved() -> None:
    alice = User.objects.create_user("alice@example.org", PASSWORD)
    client, _ = sign_in(alice.email)
    prove(client)
    client.post(reverse("account_email"), {"action_add": "", "email": "new@example.org"})
    client.post(reverse("account_change_password"), {"oldpassword": PASSWORD, "password1": "quite a new one 42"})
    assert len(mail_to("alice@example.org")) == 1 and len(mail_to("new@example.org")) == 1
