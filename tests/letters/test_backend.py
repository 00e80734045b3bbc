"""Django's own mail comes out of the outbox."""

import pytest
from django.core.mail import EmailMessage, EmailMultiAlternatives, mail_admins, send_mail
from pytest_django import Settings

from letters import outbox
from letters.models import Message, OutgoingEmail, Sender
from letters.models.post import Kind

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _through_the_outbox(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"  # the test runner sets its own


def test_send_mail_queues_one_email_for_each_recipient() -> None:
    sent = send_mail(
        "Reset", "https://example.org/secret", "charlie@example.org", ["alice@example.org", "Bob <bob@example.org>"]
    )
    assert sent == 1
    emails = OutgoingEmail.objects.order_by("pk")
    assert [(email.to_address, email.to_name) for email in emails] == [
        ("alice@example.org", ""),
        ("bob@example.org", "Bob"),
    ]
    assert {email.kind for email in emails} == {Kind.ACCOUNT}
    assert {email.queue for email in emails} == {"confirmations"}
    assert emails[0].values == {"subject": "Reset", "text": "https://example.org/secret"}


def test_a_link_that_acts_is_in_no_shared_message() -> None:
    send_mail("Reset", "https://example.org/secret", None, ["alice@example.org"])
    send_mail("Other", "https://example.org/other", None, ["bob@example.org"])
    message = Message.objects.get()
    assert "secret" not in message.subject + message.text + message.html


def test_from_is_the_installations_own_whatever_was_asked_for() -> None:
    send_mail("Reset", "text", "charlie@example.org", ["alice@example.org"])
    assert Sender.objects.get().is_default
    assert outbox.default_sender() == Sender.objects.get()


def test_one_bad_recipient_leaves_nothing_half_done() -> None:
    with pytest.raises(outbox.BadAddress):
        send_mail("S", "T", None, ["alice@example.org", "bob@example.org,charlie@example.org"])
    assert OutgoingEmail.objects.count() == 0
    assert send_mail("S", "T", None, ["not an address"], fail_silently=True) == 0


def test_what_account_mail_cannot_be_is_refused_aloud() -> None:
    attached = EmailMessage("S", "T", None, ["alice@example.org"], attachments=[("a.txt", "text", "text/plain")])
    rich = EmailMessage("S", "<p>T</p>", None, ["alice@example.org"])
    rich.content_subtype = "html"
    for message in (attached, rich):
        with pytest.raises(ValueError, match="plain text"):
            message.send()


def test_the_text_of_a_message_with_an_html_alternative_is_sent() -> None:
    message = EmailMultiAlternatives("S", "T", None, ["alice@example.org"])
    message.attach_alternative("<p>T</p>", "text/html")
    assert message.send() == 1
    assert OutgoingEmail.objects.get().values["text"] == "T"


def test_mail_to_the_admins_goes_the_same_way(settings: Settings) -> None:
    settings.ADMINS = [("Alice", "alice@example.org")]
    mail_admins("S", "T")
    assert OutgoingEmail.objects.get().to_address == "alice@example.org"
