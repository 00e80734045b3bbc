"""Lists are read by the time and not by the key (keyset.page_by_time), and what no query asks for has no index.

New ones are there before old ones go, and people go on signing meanwhile: config.concurrently. In a line each, what
became of the old: given = newest and by_day; of_area = by_place and the foreign key's own; gets_news = wanting_news.
"""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

from config.concurrently import AddIndex, DropFieldIndex, RemoveIndex

SHOWN = Q(state="confirmed") & ~Q(display="none")
NAME_TO_READ = SHOWN & ~Q(name_check="passed") & ~Q(name_check="hidden") & Q(anonymised_at__isnull=True)
REASON_TO_READ = SHOWN & ~Q(reason="") & ~Q(reason_check="passed") & ~Q(reason_check="hidden") & ~Q(name_check="hidden")

TO_REMIND = ~Q(state="confirmed") & Q(confirmed_at__isnull=True, reminded_at__isnull=True)


def lately(name: str, *fields: str, condition: Q | None = None) -> AddIndex:
    return AddIndex("signature", models.Index(fields=[*fields, "-created_at"], condition=condition, name=name))


def due(name: str, *fields: str, condition: Q) -> AddIndex:
    return AddIndex("signature", models.Index(fields=[*fields], condition=condition, name=name))


def without_index(field: str, to: str, on_delete: Any, **options: Any) -> DropFieldIndex:
    plain = models.ForeignKey(db_index=False, null=True, on_delete=on_delete, to=to, **options)
    return DropFieldIndex("signature", field, plain)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("campaigns", "0022_signed_again")]

    operations = [
        lately("signature_given", "campaign"),
        lately("signature_in_state", "campaign", "state"),
        lately("signature_from_source", "campaign", "came_from"),
        lately("signature_of_area", "area", "campaign"),
        lately("signature_of_country", "campaign", "country"),
        lately("signature_of_wording", "text"),
        lately("signature_shown_lately", "campaign", condition=Q(state="confirmed") & ~Q(public_name="")),
        lately("signature_wishes_news", "campaign", condition=Q(updates=True)),
        lately("signature_entered", "campaign", condition=Q(origin="imported")),
        lately("signature_unshown", "campaign", condition=Q(name_check="hidden") | Q(reason_check="hidden")),
        due("signature_names_to_read", "campaign", "state", "created_at", condition=NAME_TO_READ),
        due("signature_reasons_to_read", "campaign", "state", "created_at", condition=REASON_TO_READ),
        due("signature_to_remind", "consent_at", condition=TO_REMIND),
        due("signature_unconfirmed", "consent_at", condition=~Q(state="confirmed")),
        due("signature_withdrawn", "withdrawn_at", condition=Q(state="withdrawn", anonymised_at__isnull=True)),
        due("signature_struck_out", "invalidation", "id", condition=Q(invalidation__isnull=False)),
        due(
            "signature_gets_news",
            *("campaign", "id"),
            condition=Q(state="confirmed", updates=True, updates_consent__isnull=False),
        ),
        AddIndex(
            "signature",
            models.Index(
                fields=["campaign", "public_name_folded"],
                opclasses=["int8_ops", "varchar_pattern_ops"],
                condition=~Q(public_name_folded=""),
                name="signature_by_name",
            ),
        ),
        *[
            RemoveIndex("signature", f"signature_{name}")
            for name in (
                *("newest", "by_day", "by_state", "by_source", "by_place", "by_country", "by_wording"),
                *("shown_newest", "wants_news", "wanting_news", "imported", "hidden", "unread_names", "unread_reasons"),
                *("pending_oldest", "by_shown_name"),
            )
        ],
        without_index("area", "letters.constituency", django.db.models.deletion.SET_NULL, blank=True, related_name="+"),
        without_index("consent", "campaigns.consentwording", django.db.models.deletion.PROTECT, related_name="+"),
        without_index(
            "updates_consent", "campaigns.consentwording", django.db.models.deletion.PROTECT, related_name="+"
        ),
        without_index(
            *("invalidation", "campaigns.invalidation", django.db.models.deletion.SET_NULL),
            editable=False,
            related_name="rows",
        ),
    ]
