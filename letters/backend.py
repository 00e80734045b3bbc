"""Django's own mail (password resets, and whatever an app sends) goes into the outbox like all other."""

from collections.abc import Sequence
from typing import Any

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from . import outbox


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """One email to each recipient, all of them or none. From is always ours. Raises outbox.BadAddress."""
        try:
            with transaction.atomic():
                return sum(_queue(message) for message in email_messages)
        except (outbox.BadAddress, ValueError):
            if self.fail_silently:
                return 0
            raise


def _queue(message: EmailMessage) -> int:
    if message.attachments:
        raise ValueError("Account mail carries no attachments.")
    html = _html(message)
    values = {"subject": str(message.subject), "text": str(message.body), "html": html}
    sender, shared = outbox.default_sender(), outbox.account_message(html=bool(html))
    reply_to = message.reply_to[0] if message.reply_to else ""
    for address in message.recipients():
        outbox.queue(
            sender=sender, message=shared, to=address, kind=outbox.Kind.ACCOUNT, values=values, reply_to=reply_to
        )
    return bool(message.recipients())


def _html(message: EmailMessage) -> str:
    parts: list[Any] = message.alternatives if isinstance(message, EmailMultiAlternatives) else []
    return next((str(content) for content, mimetype in parts if mimetype == "text/html"), "")
