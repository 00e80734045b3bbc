"""How long a campaign keeps what people give it, what they were promised, and what was erased when."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# What organisers may set, least and most. A link to confirm lives for a week; a failure is put right within weeks.
MONTHS_AFTER_CLOSING = 1, 60
LONGEST_MONTHS = 1, 120
UNCONFIRMED_DAYS = 7, 90
LETTER_DAYS = 7, 180


def longest_months() -> int:
    return int(settings.RETENTION_MONTHS)


def months_after_closing() -> int:
    return int(settings.MONTHS_AFTER_CLOSING)


class Keeping(models.Model):
    """A campaign's own settings; a number of days left empty is the installation's."""

    months_after_closing = models.PositiveSmallIntegerField(
        _("months after it closes"),
        default=months_after_closing,
        help_text=_("Everything personal is erased this many months after the campaign has closed."),
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months kept at the latest"),
        default=longest_months,
        help_text=_("A signature is anonymised this many months after it was given, however long the campaign runs."),
    )
    unconfirmed_days = models.PositiveSmallIntegerField(_("days to confirm"), null=True, blank=True)
    letter_days = models.PositiveSmallIntegerField(_("days that a letter is kept"), null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def days_to_confirm(self) -> int:
        return self.unconfirmed_days or int(settings.PENDING_SIGNATURE_DAYS)

    @property
    def days_of_letters(self) -> int:
        return self.letter_days or int(settings.LETTER_RETENTION_DAYS)


class Term(models.Model):
    """What whoever gave something before a moment was promised. It holds whatever the campaign says since."""

    class Of(models.TextChoices):
        CLOSING = "closing"  # `length` months after the campaign closes; `erase_on` once it has
        UNCONFIRMED = "unconfirmed"  # `length` days after it was given

    campaign = models.ForeignKey("Campaign", on_delete=models.CASCADE, related_name="terms")
    of = models.CharField(max_length=12, choices=Of.choices)
    given_before = models.DateTimeField()
    length = models.PositiveSmallIntegerField()
    erase_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["erase_on"], condition=models.Q(done_at__isnull=True), name="term_due"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.of} {self.length}"


class Receipt(models.Model):
    """What one run of retention erased: numbers, and nobody's name. One row a campaign; for what belongs to none, one
    an organisation; for what belongs to no organisation, one for the operator."""

    run = models.UUIDField(default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey("Organisation", on_delete=models.CASCADE, null=True, related_name="receipts")
    campaign = models.ForeignKey("Campaign", on_delete=models.CASCADE, null=True, related_name="receipts")
    at = models.DateTimeField(default=timezone.now, editable=False)
    counts = models.JSONField(default=dict, editable=False)  # {"signatures_anonymised": 12}: campaigns.receipts.COUNTED

    class Meta:
        indexes = [models.Index(fields=["organisation", "-id"], name="receipt_newest_first")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.counts}"
