from datetime import timedelta
from typing import Self
from uuid import uuid4

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import EncryptedTextField

from .directory import Representative


class LetterQuerySet(models.QuerySet["Letter"]):
    def older_than(self, days: int) -> Self:
        return self.filter(created_at__lt=timezone.now() - timedelta(days=days))

    def unscrubbed(self) -> Self:
        return self.filter(scrubbed_at__isnull=True)

    def scrub(self) -> int:
        """Erases what its writer wrote and where they live. The row stays, to be counted by representative and day.

        Whoever calls this keeps back the letters that have not left yet.
        """
        erased = dict.fromkeys(PERSONAL_FIELDS, "")
        return self.unscrubbed().update(**erased, scrubbed_at=timezone.now())


PERSONAL_FIELDS = ("sender_name", "sender_address", "sender_email", "subject", "salutation", "body", "closing", "annex")


class Letter(models.Model):
    """One person's letter to one representative, as it was when written: later changes of the directory leave it alone.

    Unsaved, it serves for a preview or a PDF of which nothing is kept.
    """

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    representative = models.ForeignKey(
        Representative, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters"
    )
    recipient_name = models.CharField(_("recipient"), max_length=200)
    recipient_lines = models.TextField(_("recipient's postal address"), help_text=_("The name is the first line."))
    recipient_time_zone = models.CharField(_("recipient's time zone"), max_length=40, blank=True)
    sender_name = EncryptedTextField(_("sender"), blank=True, default="")
    sender_address = EncryptedTextField(_("sender's postal address"), blank=True, default="")
    sender_email = EncryptedTextField(_("sender's email address"), blank=True, default="")
    subject = EncryptedTextField(_("subject"), blank=True, default="")
    salutation = EncryptedTextField(_("salutation"), blank=True, default="")
    body = EncryptedTextField(_("text"), blank=True, default="")
    closing = EncryptedTextField(_("closing"), blank=True, default="")
    annex = EncryptedTextField(
        _("signed by"), blank=True, default="", help_text=_("Who else sends these words: a person a line.")
    )
    language = models.CharField(_("language"), max_length=12, default="en")
    layout = models.CharField(_("layout"), max_length=20, blank=True)  # letters.pdf.profiles; empty: the default
    dated = models.DateField(_("date on the letter"), default=timezone.localdate)
    foot_text = models.CharField(_("foot"), max_length=300, blank=True)
    foot_url = models.URLField(_("address in the foot"), max_length=500, blank=True)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    scrubbed_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = LetterQuerySet.as_manager()

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        constraints = [
            models.CheckConstraint(
                condition=Q(scrubbed_at__isnull=True) | Q(**dict.fromkeys(PERSONAL_FIELDS, "")),
                name="letter_scrubbed_is_empty",
            ),
        ]
        # What the nightly deed looks for.
        indexes = [
            models.Index(fields=["created_at"], condition=Q(scrubbed_at__isnull=True), name="letter_to_be_scrubbed"),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_name}, {self.dated}"
