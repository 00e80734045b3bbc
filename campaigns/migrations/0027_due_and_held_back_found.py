"""What is to be folded, by an index that PostgreSQL takes for as small as it is; and why signatures are held back. Nobody
looks for a signature by its email."""

from django.db import migrations, models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

from config.concurrently import AddIndex, DropFieldIndex, RemoveIndex

DUE = Q(Exact(Cast(Exact(F("counted"), Q(state="confirmed")), models.IntegerField()), 0))


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0026_reports_told_and_bursts_seen")]

    operations = [
        AddIndex("signature", models.Index(fields=["campaign", "id"], condition=DUE, name="signature_to_fold")),
        AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "-created_at", "-id", "held_for"],
                condition=Q(state="suspect"),
                name="signature_held_back",
            ),
        ),
        RemoveIndex("signature", "signature_fold_due"),
        DropFieldIndex(
            "signature",
            "confirmation",
            models.ForeignKey(
                "letters.outgoingemail",
                models.SET_NULL,
                null=True,
                related_name="+",
                editable=False,
                db_index=False,
            ),
        ),
    ]
