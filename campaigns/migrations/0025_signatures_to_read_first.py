"""Names and reasons that are held until they are read: few, and looked for by themselves."""

from django.db import migrations, models
from django.db.models import Q

from config.concurrently import AddIndex


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0024_held_back_let_through")]

    operations = [
        AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "created_at"],
                condition=Q(name_check="held") | Q(reason_check="held"),
                name="signature_to_read_first",
            ),
        ),
    ]
