"""How long a letter waits at most is what was said when it was written. Of those there are, what is said today."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def as_said_today(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    campaigns = apps.get_model("campaigns", "Campaign").objects
    letters = apps.get_model("campaigns", "CampaignLetter").objects
    for months in campaigns.exclude(retention_months=24).values_list("retention_months", flat=True).distinct():
        letters.filter(campaign__in=campaigns.filter(retention_months=months)).update(months_kept=months)


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0014_signatures_unread")]

    operations = [
        migrations.AddField(
            "campaignletter", "months_kept", models.PositiveSmallIntegerField(default=24, editable=False)
        ),
        migrations.RunPython(as_said_today, migrations.RunPython.noop),
    ]
