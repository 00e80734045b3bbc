"""Columns with a default in the database, so that PostgreSQL writes no row anew, and code that runs still may insert."""

from django.db import migrations, models

REASONS = [
    ("", "nothing"),
    ("honeypot", "a field was filled in that nobody sees"),
    ("too_fast", "it was filled in faster than anybody types"),
    ("disposable", "the address is one to throw away"),
]


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0017_names_read_first")]

    operations = [
        migrations.AddField("campaign", "networks_dropped_to", models.DateTimeField(null=True, editable=False)),
        migrations.AddField("signature", "place", models.SmallIntegerField(default=1, db_default=1, editable=False)),
        migrations.AddField(
            "signature",
            "domain_key",
            models.CharField(max_length=16, blank=True, default="", db_default="", editable=False),
        ),
        migrations.AddField(
            "signature",
            "network_key",
            models.CharField(max_length=16, blank=True, default="", db_default="", editable=False),
        ),
        migrations.AddField(
            "signature",
            "held_for",
            models.CharField(
                "held back for",
                max_length=12,
                choices=REASONS,
                blank=True,
                default="",
                db_default="",
                editable=False,
            ),
        ),
    ]
