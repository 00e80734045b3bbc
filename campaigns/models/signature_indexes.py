"""What is found of signatures without reading the others: docs/scaling.md says which question each answers."""

from django.db import models
from django.db.models import Q

INDEXES = [
    models.Index(fields=["email_key"], name="signature_by_address"),
    # By the time and not by the key: keyset.page_by_time.
    models.Index(
        fields=["campaign", "-created_at"],
        condition=Q(state="confirmed") & ~Q(public_name=""),
        name="signature_shown_lately",
    ),
    models.Index(
        fields=["campaign", "public_name_folded"],
        opclasses=["int8_ops", "varchar_pattern_ops"],
        condition=~Q(public_name_folded=""),
        name="signature_by_name",
    ),
    models.Index(
        fields=["campaign", "id"],
        condition=Q(state="confirmed", counted=False) | (Q(counted=True) & ~Q(state="confirmed")),
        name="signature_fold_due",
    ),
    models.Index(
        fields=["campaign", "id"],
        condition=Q(counted=True, counted_on__isnull=True),
        name="signature_untallied",
    ),
    models.Index(
        fields=["campaign", "state", "consent_at"],
        condition=~Q(state="confirmed"),
        name="signature_not_confirmed",
    ),
    # What the sweeper asks for, and finds nothing of.
    models.Index(
        fields=["consent_at"],
        condition=~Q(state="confirmed") & Q(confirmed_at__isnull=True, reminded_at__isnull=True),
        name="signature_to_remind",
    ),
    models.Index(fields=["consent_at"], condition=~Q(state="confirmed"), name="signature_unconfirmed"),
    models.Index(
        fields=["withdrawn_at"],
        condition=Q(state="withdrawn", anonymised_at__isnull=True),
        name="signature_withdrawn",
    ),
    models.Index(fields=["erase_on"], condition=Q(anonymised_at__isnull=True), name="signature_retention"),
    # Who gets an update, in the order in which they are written to.
    models.Index(
        fields=["campaign", "id"],
        condition=Q(state="confirmed", updates=True, updates_consent__isnull=False),
        name="signature_gets_news",
    ),
    # What organisers look for: each filter, newest first, without reading what it leaves out.
    models.Index(fields=["campaign", "-created_at"], name="signature_given"),
    models.Index(fields=["campaign", "state", "-created_at"], name="signature_in_state"),
    models.Index(fields=["campaign", "came_from", "-created_at"], name="signature_from_source"),
    # The area first: this is the index of its foreign key, too.
    models.Index(fields=["area", "campaign", "-created_at"], name="signature_of_area"),
    models.Index(fields=["campaign", "country", "-created_at"], name="signature_of_country"),
    models.Index(fields=["text", "-created_at"], name="signature_of_wording"),
    models.Index(fields=["campaign", "-created_at"], condition=Q(updates=True), name="signature_wishes_news"),
    models.Index(fields=["campaign", "-created_at"], condition=Q(origin="imported"), name="signature_entered"),
    models.Index(fields=["campaign", "pinned"], condition=Q(pinned__isnull=False), name="signature_pinned"),
    models.Index(
        fields=["invalidation", "id"],
        condition=Q(invalidation__isnull=False),
        name="signature_struck_out",
    ),
    models.Index(
        fields=["campaign", "-created_at"],
        condition=Q(name_check="hidden") | Q(reason_check="hidden"),
        name="signature_unshown",
    ),
    models.Index(
        fields=["campaign", "created_at"],
        condition=Q(name_check="held") | Q(reason_check="held"),
        name="signature_to_read_first",
    ),
    models.Index(
        fields=["campaign", "state", "created_at"],
        condition=Q(state="confirmed")
        & ~Q(display="none")
        & ~Q(name_check="passed")
        & ~Q(name_check="hidden")
        & Q(anonymised_at__isnull=True),
        name="signature_names_to_read",
    ),
    models.Index(
        fields=["campaign", "state", "created_at"],
        condition=Q(state="confirmed")
        & ~Q(display="none")
        & ~Q(reason="")
        & ~Q(reason_check="passed")
        & ~Q(reason_check="hidden")
        & ~Q(name_check="hidden"),
        name="signature_reasons_to_read",
    ),
]
