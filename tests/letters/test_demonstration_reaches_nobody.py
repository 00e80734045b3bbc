"""In demonstration mode every email ends in the mailbox on this machine, whatever a row, a setting or a library says.

Every way out of the process is shut, so that trying is seen, not only succeeding.
"""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.forms import PasswordResetForm
from django.core import mail
from pytest_django import Settings

from config import mailbox
from letters import outbox
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind, State
from tests.letters.factories import make_letter
from tests.letters.posting import make_email, make_message, make_sender, state_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _demonstration(settings: Settings, tmp_path: Path) -> None:
    settings.DEMONSTRATION = True
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    settings.SMTP_URL = "smtp://mail.example.net:25"
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"


@pytest.fixture(autouse=True)
def tried(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Every attempt to reach another machine, which fails; the test fails too if there was one."""
    attempts: list[str] = []

    def deny(name: str) -> Callable[..., Any]:
        def denied(*_args: Any, **_kwargs: Any) -> Any:
            attempts.append(name)
            raise OSError(f"{name} in a demonstration")

        return denied

    for name in ("create_connection", "getaddrinfo", "gethostbyname", "gethostbyname_ex", "gethostbyaddr"):
        monkeypatch.setattr(socket, name, deny(name))
    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, deny(name))
    yield attempts
    assert attempts == []


def only_captured() -> mailbox.CapturedMessage:
    (message,) = mailbox.messages()
    return message


def test_the_sockets_are_denied_and_that_is_seen(tried: list[str]) -> None:
    with pytest.raises(OSError, match="in a demonstration"):
        socket.create_connection(("127.0.0.1", 25))
    with pytest.raises(OSError, match="in a demonstration"):
        socket.socket().connect(("127.0.0.1", 25))
    assert tried == ["create_connection", "connect"]
    tried.clear()


@pytest.mark.parametrize(
    "url", ["", "smtp://mail.example.net", "smtps://alice:secret@mail.example.net:465", "smtp://127.0.0.1:25"]
)
def test_a_sender_with_an_smtp_server_ends_in_the_mailbox(url: str) -> None:
    sender = make_sender(channel=Sender.Channel.SMTP, smtp_url=url)
    email = make_email(sender=sender)
    assert outbox.drain("confirmations") == 1
    assert state_of(email) == State.SENT
    assert only_captured().to == "alice@example.org"
    assert "reached nobody" in email.events.get(to_state="sent").detail


@pytest.mark.parametrize("provider", ["postmark", "mailgun", "resend", "no such provider"])
def test_a_sender_with_a_provider_ends_in_the_mailbox(provider: str) -> None:
    sender = make_sender(channel=Sender.Channel.PROVIDER, provider=provider, credentials={"api_key": "secret"})
    email = make_email(sender=sender)
    assert outbox.drain("confirmations") == 1
    assert state_of(email) == State.SENT
    assert only_captured().to == "alice@example.org"


def test_a_password_reset_ends_in_the_mailbox(django_user_model: Any, settings: Settings) -> None:
    settings.ROOT_URLCONF = "django.contrib.auth.urls"
    django_user_model.objects.create_user(email="alice@example.org", password="correct horse battery")
    form = PasswordResetForm({"email": "alice@example.org"})
    assert form.is_valid()
    form.save(
        domain_override="example.org",
        email_template_name="registration/password_reset_email.html",
        extra_email_context={"site_name": "Countersign"},
    )
    assert mailbox.messages() == []
    outbox.drain("confirmations")
    message = only_captured()
    assert message.to == "alice@example.org"
    assert "/reset/" in message.text


def test_mail_of_any_other_code_ends_in_the_mailbox() -> None:
    mail.send_mail("S", "T", "charlie@example.org", ["alice@example.org"])
    mail.EmailMultiAlternatives("S", "T", None, cc=["bob@example.org"], bcc=["charlie@example.org"]).send()
    outbox.drain("confirmations")
    captured = sorted(message.to for message in mailbox.messages())
    assert captured == ["alice@example.org", "bob@example.org", "charlie@example.org"]


def test_a_letter_with_its_pdf_ends_in_the_mailbox() -> None:
    email = make_email(
        sender=make_sender(smtp_url="smtp://mail.example.net"),
        kind=Kind.LETTER,
        letter=make_letter(),
        attach_letter=True,
        message=outbox.letter_message(),
        to="member@example.org",
        reply_to="alice@example.org",
    )
    outbox.drain("letters")
    assert state_of(email) == State.SENT
    message = only_captured()
    assert (message.to, message.reply_to) == ("member@example.org", "alice@example.org")
    assert [one.filename for one in message.attachments] == ["letter.pdf"]


def test_an_update_ends_in_the_mailbox() -> None:
    make_email(kind=Kind.UPDATE, message=make_message(headers={"List-Unsubscribe": "<https://example.org/stop>"}))
    outbox.drain("updates")
    assert only_captured().headers["List-Unsubscribe"] == "<https://example.org/stop>"


def test_what_was_written_in_a_demonstration_is_cancelled_by_any_other_process(settings: Settings) -> None:
    email = make_email(sender=make_sender(smtp_url="smtp://mail.example.net"))
    assert email.demonstration
    settings.DEMONSTRATION = False
    outbox.drain("confirmations")
    assert state_of(email) == State.CANCELLED
    assert "demonstration" in email.events.get(to_state="cancelled").detail
    assert mailbox.messages() == []


def test_a_decision_of_an_organiser_does_not_release_it_either(settings: Settings) -> None:
    letter = make_email(kind=Kind.LETTER, sender=make_sender(smtp_url="smtp://mail.example.net"))
    outbox.hold([letter.pk], "worker", "why")
    settings.DEMONSTRATION = False
    outbox.resolve_held([letter.pk], State.QUEUED, "Alice")
    outbox.drain("letters")
    assert state_of(letter) == State.CANCELLED


def test_a_demonstration_does_not_record_real_mail_as_sent(settings: Settings) -> None:
    settings.DEMONSTRATION = False
    real = make_email(sender=make_sender(smtp_url="smtp://mail.example.net"))
    settings.DEMONSTRATION = True
    assert outbox.drain("confirmations") == 0
    assert not outbox.nudge_due()
    assert OutgoingEmail.objects.get(pk=real.pk).state == State.QUEUED
