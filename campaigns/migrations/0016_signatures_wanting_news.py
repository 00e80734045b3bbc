from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0015_letters_kept_as_promised")]

    operations = [
        migrations.AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "state", "text", "updates", "updates_consent"],
                condition=Q(updates=True, updates_consent__isnull=False),
                name="signature_wanting_news",
            ),
        ),
    ]
