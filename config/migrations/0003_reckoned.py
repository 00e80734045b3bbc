from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("config", "0002_pause")]

    operations = [
        migrations.CreateModel(
            name="Reckoned",
            fields=[
                ("key", models.CharField(max_length=80, primary_key=True, serialize=False)),
                ("numbers", models.JSONField()),
                ("at", models.DateTimeField()),
                ("took", models.FloatField()),
            ],
        )
    ]
