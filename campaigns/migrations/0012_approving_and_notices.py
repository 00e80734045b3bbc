from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def begin(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Nobody has chosen yet, and what was reached before there were notices is told to nobody."""
    apps.get_model("campaigns", "Membership").objects.filter(notices=[]).update(notices=None)
    apps.get_model("campaigns", "Campaign").objects.update(told_signatures=models.F("signature_count"))


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0011_update_words_moved")]

    operations = [
        migrations.AddField(
            "organisation",
            "refused_at",
            models.DateTimeField(blank=True, editable=False, null=True, verbose_name="refused"),
        ),
        migrations.AddField(
            "organisation",
            "refused_why",
            models.TextField(blank=True, default="", editable=False, verbose_name="why it was refused"),
            preserve_default=False,
        ),
        migrations.AlterField(
            "membership", "notices", models.JSONField(blank=True, default=None, editable=False, null=True)
        ),
        migrations.AddField("campaign", "told_signatures", models.PositiveIntegerField(default=0, editable=False)),
        migrations.RunPython(begin, migrations.RunPython.noop),
    ]
