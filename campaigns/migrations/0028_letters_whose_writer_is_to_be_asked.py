import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0027_due_and_held_back_found")]

    operations = [
        migrations.CreateModel(
            name="ToBeAsked",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("letters", models.UUIDField(unique=True)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("not_before", models.DateTimeField(null=True)),
            ],
        ),
    ]
