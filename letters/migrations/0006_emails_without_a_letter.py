"""Fewer entries for an email that waits, and for one without a letter. Mail goes out meanwhile: config.concurrently."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from config.concurrently import AddIndex, DropFieldIndex, RemoveIndex


def to_be_scrubbed(name: str) -> models.Index:
    waiting = Q(scrubbed_at__isnull=True, settled_at__isnull=False)
    return models.Index(fields=["settled_at"], condition=waiting, name=name)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("letters", "0005_emails_found")]

    operations = [
        AddIndex(
            "outgoingemail",
            models.Index(fields=["letter"], condition=Q(letter__isnull=False), name="email_of_letter"),
        ),
        DropFieldIndex(
            "outgoingemail",
            "letter",
            models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emails",
                to="letters.letter",
            ),
        ),
        # Anew under its own name. Another stands in meanwhile: without any the sweeper would read all emails.
        AddIndex("outgoingemail", to_be_scrubbed("email_to_scrub")),
        RemoveIndex("outgoingemail", "email_to_be_scrubbed"),
        AddIndex("outgoingemail", to_be_scrubbed("email_to_be_scrubbed")),
        RemoveIndex("outgoingemail", "email_to_scrub"),
    ]
