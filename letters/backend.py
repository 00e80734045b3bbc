"""Django's own mail (password resets, and whatever an app sends) goes into the outbox like all other."""

from collections.abc import Sequence
from email.utils import getaddresses

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction

from . import outbox


class OutboxBackend(BaseEmailBackend):
    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """One email to each recipient of each message, all of them or none; the text, not an HTML alternative.

        From is always ours. Raises outbox.BadAddress, and ValueError for what account mail cannot be.
        """
        try:
            with transaction.atomic():
                return sum(_queue(message) for message in email_messages)
        except ValueError:
            if self.fail_silently:
                return 0
            raise


def _queue(message: EmailMessage) -> bool:
    if message.attachments or message.content_subtype != "plain":
        raise ValueError("Account mail is plain text without attachments; queue other mail with letters.outbox.")
    values = {"subject": str(message.subject), "text": str(message.body)}
    sender, shared = outbox.default_sender(), outbox.account_message()
    reply_to = _one(message.reply_to[0])[1] if message.reply_to else ""
    for recipient in message.recipients():
        name, address = _one(recipient)
        outbox.queue(
            sender=sender,
            message=shared,
            to=address,
            to_name=name,
            kind=outbox.Kind.ACCOUNT,
            values=values,
            reply_to=reply_to,
        )
    return bool(message.recipients())


def _one(recipient: str) -> tuple[str, str]:
    """Name and address of `Alice <alice@…>`, which may be an address alone, but not two."""
    found = getaddresses([recipient])
    return found[0] if len(found) == 1 and found[0][1] else ("", recipient)
