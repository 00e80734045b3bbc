"""What moderators look at, and what organisers filter by: found without reading the rest."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

CHECKS = [
    ("", "not looked at"),
    ("passed", "passed"),
    ("hidden", "hidden"),
    ("changed", "hidden, and changed since"),
]
SHOWN = Q(state="confirmed") & ~Q(display="none")
NEWEST_FIRST = {
    "signature_newest": ["campaign", "-id"],
    "signature_by_state": ["campaign", "state", "-id"],
    "signature_by_source": ["campaign", "came_from", "-id"],
    "signature_by_place": ["campaign", "area", "-id"],
    "signature_by_country": ["campaign", "country", "-id"],
    "signature_by_updates": ["campaign", "updates", "-id"],
    "signature_by_day": ["campaign", "-created_at", "-id"],
}
OF_SOME = {
    "signature_imported": (["campaign", "-id"], Q(origin="imported")),
    "signature_pinned": (["campaign", "pinned"], Q(pinned__isnull=False)),
    "signature_hidden": (["campaign", "-id"], Q(name_check="hidden") | Q(reason_check="hidden")),
    "signature_name_waits": (
        ["campaign", "id"],
        SHOWN & Q(name_check__in=("", "changed"), anonymised_at__isnull=True),
    ),
    "signature_reason_waits": (
        ["campaign", "id"],
        SHOWN & ~Q(reason="") & Q(reason_check__in=("", "changed")) & Q(name_check__in=("", "passed")),
    ),
}


class Migration(migrations.Migration):
    dependencies = [("campaigns", "0008_wording_drafts_at_once")]

    operations = [
        *(
            migrations.AlterField(
                "signature",
                check,
                models.CharField(blank=True, choices=CHECKS, default="", editable=False, max_length=10),
            )
            for check in ("name_check", "reason_check")
        ),
        *(
            migrations.AddIndex("signature", models.Index(fields=fields, name=name))
            for name, fields in NEWEST_FIRST.items()
        ),
        *(
            migrations.AddIndex("signature", models.Index(fields=fields, condition=condition, name=name))
            for name, (fields, condition) in OF_SOME.items()
        ),
        migrations.AlterField(
            "signature",
            "campaign",
            models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="signatures",
                to="campaigns.campaign",
            ),
        ),
    ]
