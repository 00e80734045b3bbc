"""Indexes that SQLite, too, knows again when the values are parameters; and one for the wordings of a language."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

SHOWN = Q(state="confirmed") & ~Q(display="none")


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0013_tallies_kept")]

    operations = [
        migrations.RemoveIndex("signature", "signature_by_updates"),
        migrations.RemoveIndex("signature", "signature_name_waits"),
        migrations.RemoveIndex("signature", "signature_reason_waits"),
        migrations.AddIndex(
            "signature",
            models.Index(fields=["campaign", "-id"], condition=Q(updates=True), name="signature_wants_news"),
        ),
        migrations.AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "state", "id"],
                condition=SHOWN & ~Q(name_check="passed") & ~Q(name_check="hidden") & Q(anonymised_at__isnull=True),
                name="signature_unread_names",
            ),
        ),
        migrations.AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "state", "id"],
                condition=SHOWN
                & ~Q(reason="")
                & ~Q(reason_check="passed")
                & ~Q(reason_check="hidden")
                & ~Q(name_check="hidden"),
                name="signature_unread_reasons",
            ),
        ),
        migrations.AddIndex("signature", models.Index(fields=["text", "-id"], name="signature_by_wording")),
        migrations.AlterField(
            "signature",
            "text",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="campaigns.campaigntext",
            ),
        ),
    ]
