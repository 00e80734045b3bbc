from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0025_signatures_to_read_first")]

    operations = [
        migrations.AddField(
            "campaign", "withheld_why", models.TextField(blank=True, db_default="", default="", editable=False)
        ),
        migrations.AddField("burst", "invalid", models.PositiveIntegerField(db_default=0, default=0)),
        migrations.AddField("burst", "real_at", models.DateTimeField(null=True)),
        migrations.AddField("reported", "told_at", models.DateTimeField(null=True)),
    ]
