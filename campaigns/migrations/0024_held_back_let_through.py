from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0023_signatures_by_time")]

    operations = [
        migrations.AddField(
            "invalidation", "releases", models.BooleanField(default=False, db_default=False, editable=False)
        ),
    ]
