"""Apart from the migration before it: PostgreSQL alters no table in the transaction that has changed its rows."""

import uuid

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0010_updates_by_email")]

    operations = [
        migrations.AlterField("update", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
        migrations.RemoveField("update", "title"),
        migrations.RemoveField("update", "body"),
        migrations.RemoveField("update", "language"),
        migrations.AddConstraint(
            "update",
            models.CheckConstraint(
                condition=~Q(state="scheduled") | Q(send_at__isnull=False), name="scheduled_update_has_its_time"
            ),
        ),
        migrations.AddConstraint(
            "update",
            models.CheckConstraint(
                condition=~Q(state__in=["sending", "paused"]) | Q(started_at__isnull=False),
                name="update_under_way_has_begun",
            ),
        ),
        migrations.AddIndex(
            "update",
            models.Index(
                condition=Q(state__in=["scheduled", "sending", "paused"]), fields=["state"], name="update_to_be_sent"
            ),
        ),
    ]
