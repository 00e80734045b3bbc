"""What is found of signatures without reading the others: docs/scaling.md says which question each answers."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Cast
from django.db.models.lookups import Exact

# Those whose `counted` disagrees with their state. As a number, of which PostgreSQL has no figures: taking the two for
# independent it would believe them to be a fifth of the table, and read that rather than this index.
FOLD_IS_DUE = Q(Exact(Cast(Exact(F("counted"), Q(state="confirmed")), models.IntegerField()), 0))
# What moderators have still to look at: of those that count, and want to be shown.
# (Without IN: SQLite does not know a list of parameters again as the list that an index is made for.)
SHOWN = Q(state="confirmed") & ~Q(display="none")
NAME_WAITS = SHOWN & ~Q(name_check="passed") & ~Q(name_check="hidden") & Q(anonymised_at__isnull=True)
REASON_WAITS = SHOWN & ~Q(reason="") & ~Q(reason_check="passed") & ~Q(reason_check="hidden") & ~Q(name_check="hidden")
HIDDEN = Q(name_check="hidden") | Q(reason_check="hidden")
HELD = Q(name_check="held") | Q(reason_check="held")

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
        condition=FOLD_IS_DUE,
        name="signature_to_fold",
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
    # Of those held back, why: all that their page counts.
    models.Index(
        fields=["campaign", "-created_at", "-id", "held_for"],
        condition=Q(state="suspect"),
        name="signature_held_back",
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
    models.Index(fields=["campaign", "-created_at"], condition=HIDDEN, name="signature_unshown"),
    models.Index(fields=["campaign", "created_at"], condition=HELD, name="signature_to_read_first"),
    models.Index(fields=["campaign", "state", "created_at"], condition=NAME_WAITS, name="signature_names_to_read"),
    models.Index(fields=["campaign", "state", "created_at"], condition=REASON_WAITS, name="signature_reasons_to_read"),
]
