import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import config.crypto


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0020_kept_after_closing"),
    ]

    operations = [
        migrations.CreateModel(
            name="SigningHoursRead",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("last", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.AddField(
            model_name="campaign",
            name="withheld_at",
            field=models.DateTimeField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name="organisation",
            name="held_words",
            field=models.TextField(
                blank=True,
                help_text="One a line. A name or reason with one of them is shown only once one of you has passed it.",
                verbose_name="words to read first",
            ),
        ),
        migrations.AlterField(
            model_name="signature",
            name="name_check",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not looked at"),
                    ("passed", "passed"),
                    ("hidden", "hidden"),
                    ("changed", "hidden, and changed since"),
                    ("held", "held until it is read"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.AlterField(
            model_name="signature",
            name="reason_check",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "not looked at"),
                    ("passed", "passed"),
                    ("hidden", "hidden"),
                    ("changed", "hidden, and changed since"),
                    ("held", "held until it is read"),
                ],
                default="",
                editable=False,
                max_length=10,
            ),
        ),
        migrations.CreateModel(
            name="Reported",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("times", models.PositiveIntegerField(default=0)),
                ("first_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("last_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "decision",
                    models.CharField(
                        blank=True,
                        choices=[("", "not decided"), ("kept", "kept"), ("hidden", "hidden")],
                        default="",
                        max_length=10,
                    ),
                ),
                ("decided_at", models.DateTimeField(null=True)),
                ("decided_on", models.CharField(blank=True, max_length=64)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="reported",
                        to="campaigns.campaign",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "signature",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.signature",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "wrong",
                    models.CharField(
                        choices=[
                            ("insult", "It insults or threatens somebody"),
                            ("hate", "It incites to hatred or violence"),
                            ("private", "It tells something private of somebody"),
                            ("false", "It is given under somebody else’s name"),
                            ("lie", "It says something untrue"),
                            ("advert", "It is advertising"),
                            ("law", "It breaks the law in another way"),
                            ("other", "Something else"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", config.crypto.EncryptedTextField(blank=True)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "reported",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reports", to="campaigns.reported"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="SigningHour",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "of",
                    models.CharField(
                        choices=[("all", "All"), ("network", "Network"), ("domain", "Domain")], max_length=10
                    ),
                ),
                ("key", models.CharField(blank=True, max_length=16)),
                ("hour", models.DateTimeField()),
                ("given", models.PositiveIntegerField(default=0)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="campaigns.campaign",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Burst",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "of",
                    models.CharField(
                        choices=[("all", "All"), ("network", "Network"), ("domain", "Domain")], max_length=10
                    ),
                ),
                ("key", models.CharField(max_length=16)),
                ("hour", models.DateTimeField()),
                ("given", models.PositiveIntegerField()),
                ("usual", models.PositiveIntegerField(default=0)),
                ("confirmed", models.PositiveIntegerField(default=0)),
                ("confirmed_at", models.DateTimeField(null=True)),
                ("domain", models.CharField(blank=True, max_length=254)),
                ("told_at", models.DateTimeField(null=True)),
                ("seen_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "campaign",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bursts",
                        to="campaigns.campaign",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["hour"], name="burst_oldest")],
                "constraints": [
                    models.UniqueConstraint(fields=("campaign", "hour", "of", "key"), name="one_burst_a_key_an_hour")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="reported",
            index=models.Index(fields=["campaign", "decision", "-times"], name="reported_most_first"),
        ),
        migrations.AddIndex(
            model_name="reported",
            index=models.Index(fields=["last_at"], name="reported_oldest"),
        ),
        migrations.AddConstraint(
            model_name="reported",
            constraint=models.UniqueConstraint(
                condition=models.Q(("signature__isnull", True)), fields=("campaign",), name="one_report_a_campaign"
            ),
        ),
        migrations.AddIndex(
            model_name="signinghour",
            index=models.Index(fields=["hour"], name="signing_hour_oldest"),
        ),
        migrations.AddIndex(
            model_name="signinghour",
            index=models.Index(
                condition=models.Q(("given__lt", 5), models.Q(("of", "all"), _negated=True)),
                fields=["hour"],
                name="signing_hour_of_few",
            ),
        ),
        migrations.AddConstraint(
            model_name="signinghour",
            constraint=models.UniqueConstraint(fields=("campaign", "of", "key", "hour"), name="one_signing_hour_a_key"),
        ),
    ]
