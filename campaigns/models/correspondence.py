import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from config.crypto import EmailKeyField, EncryptedTextField
from letters.models import Letter, OutgoingEmail, Representative

from .campaign import Campaign, CampaignText
from .signature import ConsentWording, Signature


class CampaignLetter(models.Model):
    """Who wrote to whom through which campaign. The letter itself is in the letters' rooms."""

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for confirmation")
        CONFIRMED = "confirmed", _("Confirmed")
        WITHDRAWN = "withdrawn", _("Withdrawn")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="letters")
    text = models.ForeignKey(CampaignText, on_delete=models.PROTECT, related_name="+")
    letter = models.OneToOneField(Letter, on_delete=models.PROTECT, related_name="+")
    representative = models.ForeignKey(Representative, on_delete=models.SET_NULL, null=True, related_name="+")
    signature = models.ForeignKey(Signature, on_delete=models.SET_NULL, null=True, blank=True, related_name="letters")
    email = EncryptedTextField(_("email"), blank=True)
    email_key = EmailKeyField(source="email")
    state = models.CharField(_("state"), max_length=10, choices=State.choices, default=State.PENDING)
    consent = models.ForeignKey(ConsentWording, on_delete=models.PROTECT, related_name="+")
    consent_at = models.DateTimeField()
    confirmation = models.ForeignKey(
        OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+", editable=False
    )
    outgoing = models.ForeignKey(OutgoingEmail, on_delete=models.SET_NULL, null=True, related_name="+", editable=False)
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    confirmed_at = models.DateTimeField(_("confirmed"), null=True, editable=False)
    anonymised_at = models.DateTimeField(_("anonymised"), null=True, editable=False)

    class Meta:
        verbose_name = _("letter through a campaign")
        verbose_name_plural = _("letters through campaigns")
        indexes = [
            models.Index(fields=["campaign", "email_key", "representative", "-created_at"], name="letter_repeat"),
            models.Index(
                fields=["created_at"], condition=models.Q(anonymised_at__isnull=True), name="letter_retention"
            ),
        ]

    def __str__(self) -> str:
        return str(self.uuid)

    def as_data(self) -> dict[str, Any]:
        """Everything kept about one letter, for who wrote it."""
        return {
            "campaign": self.text.title,
            "state": self.state,
            "to": self.letter.recipient_name,
            "name": self.letter.sender_name,
            "address": self.letter.sender_address,
            "email": self.email,
            "subject": self.letter.subject,
            "body": self.letter.body,
            "dated": self.letter.dated,
            "consent": self.consent.text,
            "consent_at": self.consent_at,
            "written_at": self.created_at,
            "confirmed_at": self.confirmed_at,
            "delivery": self.outgoing.state if self.outgoing else None,
        }
