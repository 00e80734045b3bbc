"""What a million sent emails were read whole for. Mail goes out meanwhile: config.concurrently."""

from django.db import migrations, models
from django.db.models import Q

import config.crypto
from config.concurrently import AddIndex, DropFieldIndex

IN_TROUBLE = ["bounced", "failed", "held"]


def key(source: str) -> config.crypto.EmailKeyField:
    return config.crypto.EmailKeyField(blank=True, default="", editable=False, max_length=64, source=source)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("letters", "0004_where_letters_reach_a_legislature")]

    operations = [
        AddIndex("outgoingemail", index)
        for index in (
            models.Index(fields=["to_key"], condition=~Q(to_key=""), name="email_to"),
            models.Index(fields=["reply_key"], condition=~Q(reply_key=""), name="email_answered_to"),
            models.Index(
                fields=["id"], condition=Q(forget_at__isnull=False, scrubbed_at__isnull=True), name="email_to_forget"
            ),
            models.Index(fields=["sender", "settled_at"], condition=Q(state__in=IN_TROUBLE), name="email_in_trouble"),
        )
    ] + [
        DropFieldIndex("outgoingemail", "to_key", key("to_address")),
        DropFieldIndex("outgoingemail", "reply_key", key("reply_to")),
    ]
