"""What the tests of accounts share: somebody with an account, and what was sent to an address."""

import base64
import hashlib
import hmac
import re
import struct
import time

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.test import Client
from django.urls import reverse

from campaigns.models import User
from letters.models import OutgoingEmail

PASSWORD = "correct horse battery"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def sign_up(email: str, client: Client | None = None, **more: str) -> Client:
    client = client or Client()
    form = {"name": "Alice Ahmed", "email": email, "password1": PASSWORD, **more}
    answer = client.post(reverse("account_signup"), form)
    assert (answer.status_code, answer["Location"]) == (302, reverse("account_email_verification_sent"))
    return client


def sign_in(email: str, password: str = PASSWORD, client: Client | None = None, **where: str) -> tuple[Client, bool]:
    """And whether it went through."""
    client = client or Client()
    answer = client.post(reverse("account_login"), {"login": email, "password": password}, **where)  # type: ignore[arg-type]
    assert answer.status_code in (302, 422)
    return client, is_signed_in(client)


def is_signed_in(client: Client) -> bool:
    return client.get(reverse("account_overview")).status_code == 200


def prove(client: Client, answer: str = "") -> None:
    """The password once more, which what is grave asks for."""
    form = {"password": PASSWORD} if not answer else {"code": answer}
    page = reverse("account_reauthenticate" if not answer else "mfa_reauthenticate")
    assert client.post(page, form).status_code == 302


def mail_to(address: str) -> list[str]:
    return [email.values["text"] for email in OutgoingEmail.objects.order_by("pk") if email.to_address == address]


def code_in(text: str) -> str:
    found = re.search(r"\b\d{4}-\d{4}\b", text)
    assert found is not None
    return found[0]


def app_code(secret: str = SECRET, steps: int = 0) -> str:
    """RFC 6238, as an app computes it."""
    counter = struct.pack(">Q", int(time.time()) // 30 + steps)
    digest = hmac.new(base64.b32decode(secret), counter, hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def with_app(user: User) -> list[str]:
    """Sets an app up for the account; its recovery codes."""
    TOTP.activate(user, SECRET)
    codes: list[str] = RecoveryCodes.activate(user).get_unused_codes()
    return codes
