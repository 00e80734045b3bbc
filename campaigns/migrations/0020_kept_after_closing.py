"""How long a campaign keeps what it is given is counted from its end too, and written down when it was promised."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import campaigns.models.keeping


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0019_one_signature_a_place")]

    operations = [
        migrations.AddField(
            "campaign",
            "months_after_closing",
            models.PositiveSmallIntegerField(
                default=campaigns.models.keeping.months_after_closing,
                help_text="Everything personal is erased this many months after the campaign has closed.",
                verbose_name="months after it closes",
            ),
        ),
        migrations.AddField(
            "campaign",
            "unconfirmed_days",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days to confirm"),
        ),
        migrations.AddField(
            "campaign",
            "letter_days",
            models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="days that a letter is kept"),
        ),
        migrations.AlterField(
            "campaign",
            "retention_months",
            models.PositiveSmallIntegerField(
                default=campaigns.models.keeping.longest_months,
                help_text=(
                    "A signature is anonymised this many months after it was given, however long the campaign runs."
                ),
                verbose_name="months kept at the latest",
            ),
        ),
        migrations.AddField("campaignletter", "days_kept", models.PositiveSmallIntegerField(editable=False, null=True)),
        migrations.CreateModel(
            "Receipt",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("run", models.UUIDField(default=uuid.uuid4, editable=False)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                ("counts", models.JSONField(default=dict, editable=False)),
                (
                    "campaign",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="receipts",
                        to="campaigns.organisation",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["organisation", "-id"], name="receipt_newest_first")]},
        ),
        migrations.CreateModel(
            "Term",
            [
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "of",
                    models.CharField(choices=[("closing", "Closing"), ("unconfirmed", "Unconfirmed")], max_length=12),
                ),
                ("given_before", models.DateTimeField()),
                ("length", models.PositiveSmallIntegerField()),
                ("erase_on", models.DateField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "campaign",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="terms", to="campaigns.campaign"
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(condition=models.Q(("done_at__isnull", True)), fields=["erase_on"], name="term_due")
                ]
            },
        ),
    ]
