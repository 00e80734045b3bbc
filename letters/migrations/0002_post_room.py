import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import config.crypto
import letters.models.directory
import letters.models.sender


def fill(apps: Any, schema_editor: Any) -> None:
    """A default is computed once for all rows, but each sender has its own identifier and secret."""
    for sender in apps.get_model("letters", "Sender").objects.all():
        sender.uuid, sender.webhook_secret = uuid.uuid4(), letters.models.sender.new_secret()
        sender.save(update_fields=["uuid", "webhook_secret"])
    for email in apps.get_model("letters", "OutgoingEmail").objects.exclude(to_address="").iterator():
        email.save(update_fields=["domain_key"])  # the field computes it


class Migration(migrations.Migration):
    dependencies = [
        ("letters", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Destination",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    config.crypto.DomainKeyField(
                        blank=True, default="", editable=False, max_length=64, source="name", unique=True
                    ),
                ),
                ("name", config.crypto.EncryptedTextField(blank=True, default="", verbose_name="domain")),
                ("free_at", models.DateTimeField(blank=True, null=True)),
                ("backed_off_until", models.DateTimeField(blank=True, null=True, verbose_name="left alone until")),
                ("refusals", models.PositiveIntegerField(default=0, verbose_name="refusals in a row")),
                ("answer", config.crypto.EncryptedTextField(blank=True, default="", verbose_name="its last refusal")),
                ("used_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name": "destination",
                "verbose_name_plural": "destinations",
            },
        ),
        migrations.CreateModel(
            name="ProviderEvent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("event_id", models.CharField(max_length=255)),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("delivered", "delivered, says the provider"),
                            ("deferred", "delayed"),
                            ("bounced", "came back"),
                            ("rejected", "refused by the provider"),
                            ("complained", "reported as spam"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="event",
                    ),
                ),
                ("permanent", models.BooleanField(default=False, verbose_name="for good")),
                ("detail", models.TextField(blank=True, default="", verbose_name="detail")),
                ("occurred_at", models.DateTimeField(verbose_name="at")),
                ("received_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "verbose_name": "provider event",
                "verbose_name_plural": "provider events",
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                (
                    "answer",
                    config.crypto.EncryptedTextField(blank=True, default="", verbose_name="what the server answered"),
                ),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="lifted")),
                ("lifted_by", models.CharField(blank=True, max_length=100, verbose_name="by")),
            ],
            options={
                "verbose_name": "stop",
                "verbose_name_plural": "stops",
            },
        ),
        migrations.RemoveConstraint(
            model_name="outgoingemail",
            name="email_scrubbed_is_empty",
        ),
        migrations.RemoveIndex(
            model_name="outgoingemail",
            name="email_waiting",
        ),
        migrations.RemoveIndex(
            model_name="outgoingemail",
            name="email_by_state",
        ),
        migrations.AddField(
            model_name="legislature",
            name="time_zone",
            field=models.CharField(
                blank=True,
                help_text="As in Europe/London; letters may be told to leave in its working hours.",
                max_length=40,
                validators=[letters.models.directory.known_time_zone],
                verbose_name="time zone",
            ),
        ),
        migrations.AddField(
            model_name="letter",
            name="recipient_time_zone",
            field=models.CharField(blank=True, max_length=40, verbose_name="recipient's time zone"),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="domain_key",
            field=config.crypto.DomainKeyField(
                blank=True, default="", editable=False, max_length=64, source="to_address"
            ),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="unwanted_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="outgoingemail",
            name="slots",
            field=models.PositiveSmallIntegerField(default=0, editable=False),
        ),
        migrations.AddField(
            model_name="sender",
            name="credentials",
            field=config.crypto.EncryptedJSONField(
                blank=True,
                default=dict,
                help_text='As JSON, such as {"api_key": "…"}. Stored encrypted.',
                verbose_name="the provider's credentials",
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="domain_pace",
            field=models.PositiveSmallIntegerField(
                default=20, help_text="0: no limit.", verbose_name="letters a minute to one receiving domain"
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="mailbox_pace",
            field=models.PositiveSmallIntegerField(
                default=6, help_text="0: no limit.", verbose_name="letters a minute to one mailbox"
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="pause",
            field=models.CharField(
                blank=True,
                choices=[("", "nothing"), ("letters", "letters and updates"), ("everything", "everything")],
                editable=False,
                max_length=12,
                verbose_name="stopped by hand",
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="pause_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        ),
        migrations.AddField(
            model_name="sender",
            name="pause_by",
            field=models.CharField(blank=True, editable=False, max_length=100),
        ),
        migrations.AddField(
            model_name="sender",
            name="provider",
            field=models.CharField(blank=True, max_length=40, verbose_name="provider"),
        ),
        migrations.AddField(
            model_name="sender",
            name="sends_at_weekends",
            field=models.BooleanField(default=True, verbose_name="also on Saturdays and Sundays"),
        ),
        migrations.AddField(
            model_name="sender",
            name="sends_from",
            field=models.TimeField(
                blank=True,
                help_text="In the recipient's time zone. Empty: at any hour.",
                null=True,
                verbose_name="letters leave from",
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="sends_until",
            field=models.TimeField(blank=True, null=True, verbose_name="until"),
        ),
        migrations.AddField(
            model_name="sender",
            name="trouble",
            field=config.crypto.EncryptedTextField(
                blank=True, default="", editable=False, verbose_name="what is wrong"
            ),
        ),
        migrations.AddField(
            model_name="sender",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False),
        ),
        migrations.AddField(
            model_name="sender",
            name="webhook_secret",
            field=config.crypto.EncryptedTextField(
                default=letters.models.sender.new_secret, editable=False, verbose_name="webhook secret"
            ),
        ),
        migrations.AlterField(
            model_name="sender",
            name="channel",
            field=models.CharField(
                choices=[
                    ("smtp", "SMTP server"),
                    ("provider", "mail provider"),
                    ("capture", "demonstration mailbox (reaches nobody)"),
                ],
                default="smtp",
                max_length=16,
                verbose_name="channel",
            ),
        ),
        migrations.AddIndex(
            model_name="deliveryevent",
            index=models.Index(
                condition=models.Q(("to_state__in", ("sent", "bounced", "failed", "cancelled"))),
                fields=["at"],
                name="event_of_an_end",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingemail",
            index=models.Index(
                condition=models.Q(("state", "queued")),
                fields=["queue", "sender", "not_before", "id"],
                name="email_waiting",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingemail",
            index=models.Index(
                condition=models.Q(("state", "queued"), _negated=True),
                fields=["sender", "state", "kind"],
                name="email_by_state",
            ),
        ),
        migrations.AddIndex(
            model_name="outgoingemail",
            index=models.Index(
                condition=models.Q(("state__in", ("queued", "leased", "handing"))),
                fields=["domain_key", "state"],
                name="email_by_domain",
            ),
        ),
        migrations.AddConstraint(
            model_name="outgoingemail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("scrubbed_at__isnull", True),
                    models.Q(
                        ("domain_key", ""),
                        ("last_error", ""),
                        ("reply_key", ""),
                        ("reply_to", ""),
                        ("to_address", ""),
                        ("to_key", ""),
                        ("to_name", ""),
                        ("values", {}),
                    ),
                    _connector="OR",
                ),
                name="email_scrubbed_is_empty",
            ),
        ),
        migrations.AddConstraint(
            model_name="sender",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("sends_from__isnull", True), ("sends_until__isnull", True)),
                    models.Q(("sends_from__isnull", False), ("sends_until__isnull", False)),
                    _connector="OR",
                ),
                name="sender_hours_are_two",
            ),
        ),
        migrations.AddField(
            model_name="providerevent",
            name="email",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="provider_events",
                to="letters.outgoingemail",
            ),
        ),
        migrations.AddField(
            model_name="providerevent",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="events", to="letters.sender"
            ),
        ),
        migrations.AddField(
            model_name="stop",
            name="domain",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="letters.destination"
            ),
        ),
        migrations.AddField(
            model_name="stop",
            name="sender",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="stops", to="letters.sender"
            ),
        ),
        migrations.AddIndex(
            model_name="providerevent",
            index=models.Index(
                condition=models.Q(("applied_at__isnull", True)), fields=["id"], name="provider_event_open"
            ),
        ),
        migrations.AddConstraint(
            model_name="providerevent",
            constraint=models.UniqueConstraint(fields=("sender", "event_id"), name="provider_event_once"),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)), fields=("sender", "domain"), name="one_stop_at_a_time"
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="sender",
            name="uuid",
            field=models.UUIDField(default=uuid.uuid4, editable=False, unique=True),
        ),
    ]
