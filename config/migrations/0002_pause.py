import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("config", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="Pause",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[("signing", "Signing"), ("writing", "Writing letters"), ("mailing", "Sending email")],
                        max_length=10,
                    ),
                ),
                ("where", models.CharField(blank=True, max_length=60)),
                ("why", models.CharField(max_length=300, verbose_name="why")),
                ("said", models.JSONField(blank=True, default=dict)),
                ("by", models.CharField(max_length=100)),
                ("began_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(null=True)),
                ("ended_by", models.CharField(blank=True, max_length=100)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("what", "where"), name="one_pause_at_a_place"
                    )
                ]
            },
        )
    ]
