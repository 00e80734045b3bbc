import uuid
from typing import Any

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
from django.apps.registry import Apps
from django.conf import settings
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def put_words_into_rows_of_their_own(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """What there is was shown on the page and never mailed."""
    texts = apps.get_model("campaigns", "UpdateText")
    update: Any
    for update in apps.get_model("campaigns", "Update").objects.order_by("pk").iterator():
        texts.objects.create(update=update, language=update.language, title=update.title, body=update.body)
        update.uuid, update.state, update.by_email, update.created_at = uuid.uuid4(), "sent", False, update.published_at
        update.save(update_fields=["uuid", "state", "by_email", "created_at"])


def user() -> models.ForeignKey:
    return models.ForeignKey(
        null=True,
        on_delete=django.db.models.deletion.SET_NULL,
        related_name="+",
        to=settings.AUTH_USER_MODEL,
    )


def moment(**options: Any) -> models.DateTimeField:
    return models.DateTimeField(**{"null": True, **options})


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0009_signatures_found"),
        ("letters", "0003_directory_for_anyone"),
    ]

    operations = [
        migrations.CreateModel(
            name="UpdateText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "language",
                    models.CharField(
                        max_length=10,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[a-z]{2,3}(?:-[a-z0-9]{2,4})?\\Z", "Write the language as its code: en, ar, pt-br."
                            )
                        ],
                        verbose_name="language",
                    ),
                ),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("body", models.TextField(help_text="Markdown.", verbose_name="text")),
                (
                    "update",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="campaigns.update"
                    ),
                ),
            ],
            options={
                "ordering": ["language"],
                "constraints": [
                    models.UniqueConstraint(fields=("update", "language"), name="one_update_text_a_language")
                ],
            },
        ),
        migrations.CreateModel(
            name="UpdateRecipient",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "update",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="recipients", to="campaigns.update"
                    ),
                ),
                (
                    "signature",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to="campaigns.signature"
                    ),
                ),
                (
                    "email",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="letters.outgoingemail",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("update", "signature"), name="one_update_a_supporter")],
            },
        ),
        migrations.AlterModelOptions(
            name="update", options={"ordering": ["-pk"], "verbose_name": "update", "verbose_name_plural": "updates"}
        ),
        migrations.AddField("update", "uuid", models.UUIDField(editable=False, null=True)),
        migrations.AddField(
            "update",
            "state",
            models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("scheduled", "Scheduled"),
                    ("sending", "Being sent"),
                    ("paused", "Paused"),
                    ("sent", "Sent"),
                    ("cancelled", "Cancelled"),
                ],
                default="draft",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.AddField("update", "by_email", models.BooleanField(default=True, verbose_name="by email")),
        migrations.AddField(
            "update", "on_page", models.BooleanField(default=True, verbose_name="on the campaign's page")
        ),
        migrations.AddField("update", "revision", models.PositiveIntegerField(default=1)),
        migrations.AddField(
            "update", "created_at", moment(null=False, default=django.utils.timezone.now, editable=False)
        ),
        migrations.AddField("update", "created_by", user()),
        migrations.AddField("update", "changed_at", moment(null=False, default=django.utils.timezone.now)),
        migrations.AddField("update", "changed_by", user()),
        migrations.AddField("update", "send_at", moment(blank=True, verbose_name="to be sent")),
        migrations.AddField("update", "sent_by", user()),
        migrations.AddField("update", "started_at", moment(editable=False)),
        migrations.AddField("update", "ended_at", moment(editable=False)),
        migrations.AlterField("update", "published_at", moment(blank=True, verbose_name="published")),
        migrations.AddField("update", "reached", models.BigIntegerField(default=0, editable=False)),
        migrations.AddField("update", "made_at", moment(editable=False)),
        migrations.AddField("update", "numbers", models.JSONField(default=dict, editable=False)),
        migrations.AddField("update", "counted_at", moment(editable=False)),
        migrations.RunPython(put_words_into_rows_of_their_own, migrations.RunPython.noop),
    ]
