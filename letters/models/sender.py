"""Whose name mail goes out under, how it leaves, and how fast."""

import secrets
from datetime import datetime
from typing import Self
from uuid import uuid4

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import EncryptedJSONField, EncryptedTextField
from letters.addresses import BadAddress, one_address
from letters.provider_table import WrongCredentials, checked


def new_secret() -> str:
    return secrets.token_urlsafe(32)


class SenderQuerySet(models.QuerySet["Sender"]):
    def paused(self, now: datetime) -> Self:
        """By the workers, who could not reach the server."""
        return self.filter(paused_until__gt=now)

    def awake(self, queue: str, now: datetime) -> Self:
        """Whose mail of this queue may leave now."""
        asleep = [Sender.Pause.EVERYTHING] + ([Sender.Pause.LETTERS] if queue != "confirmations" else [])
        return self.exclude(paused_until__gt=now).exclude(pause__in=asleep)


class Sender(models.Model):
    class Channel(models.TextChoices):
        SMTP = "smtp", _("SMTP server")
        PROVIDER = "provider", _("mail provider")
        CAPTURE = "capture", _("demonstration mailbox (reaches nobody)")

    class Pause(models.TextChoices):
        """What somebody has stopped by hand."""

        NOTHING = "", _("nothing")
        LETTERS = "letters", _("letters and updates")
        EVERYTHING = "everything", _("everything")

    uuid = models.UUIDField(default=uuid4, unique=True, editable=False)
    name = models.CharField(_("name"), max_length=100)
    from_address = models.EmailField(_("From address"), blank=True, help_text=_("Empty: the installation's own."))
    channel = models.CharField(_("channel"), max_length=16, choices=Channel.choices, default=Channel.SMTP)
    smtp_url = EncryptedTextField(
        _("SMTP server"),
        blank=True,
        default="",
        help_text=_("smtp://name:password@host:587?tls=starttls or smtps://…:465. Empty: the installation's own."),
    )
    provider = models.CharField(_("provider"), max_length=40, blank=True)
    credentials = EncryptedJSONField(
        _("the provider's credentials"), help_text=_('As JSON, such as {"api_key": "…"}. Stored encrypted.')
    )
    webhook_secret = EncryptedTextField(_("webhook secret"), default=new_secret, editable=False)

    # Politeness, for letters. Defaults from reliability facts: parliaments quarantine floods of like mail.
    mailbox_pace = models.PositiveSmallIntegerField(
        _("letters a minute to one mailbox"), default=6, help_text=_("0: no limit.")
    )
    domain_pace = models.PositiveSmallIntegerField(
        _("letters a minute to one receiving domain"), default=20, help_text=_("0: no limit.")
    )
    sends_from = models.TimeField(
        _("letters leave from"), null=True, blank=True, help_text=_("In the recipient's time zone. Empty: at any hour.")
    )
    sends_until = models.TimeField(_("until"), null=True, blank=True)
    sends_at_weekends = models.BooleanField(_("also on Saturdays and Sundays"), default=True)

    pause = models.CharField(_("stopped by hand"), max_length=12, choices=Pause.choices, blank=True, editable=False)
    pause_at = models.DateTimeField(null=True, blank=True, editable=False)
    pause_by = models.CharField(max_length=100, blank=True, editable=False)
    # Written by the workers when this sender's server cannot be reached; every worker then leaves its rows alone.
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    server_failures = models.PositiveIntegerField(default=0, editable=False)
    trouble = EncryptedTextField(_("what is wrong"), blank=True, default="", editable=False)
    is_default = models.BooleanField(_("sends account mail"), default=False, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = SenderQuerySet.as_manager()

    class Meta:
        verbose_name = _("sender")
        verbose_name_plural = _("senders")
        constraints = [
            models.UniqueConstraint(fields=["is_default"], condition=Q(is_default=True), name="sender_one_default"),
            models.CheckConstraint(
                condition=Q(sends_from__isnull=True, sends_until__isnull=True)
                | Q(sends_from__isnull=False, sends_until__isnull=False),
                name="sender_hours_are_two",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.from_address:
            try:
                one_address(self.from_address)
            except BadAddress as error:
                raise ValidationError({"from_address": str(error)}) from error
        if (self.sends_from is None) != (self.sends_until is None):
            raise ValidationError({"sends_until": _("Give both hours, or none.")})
        if self.sends_from is not None and self.sends_from == self.sends_until:
            raise ValidationError({"sends_until": _("From and until are the same: no letter would ever leave.")})
        self._clean_provider()

    def _clean_provider(self) -> None:
        """A provider may stay when another channel is chosen: what left by it may still come back (webhooks)."""
        sends = self.channel == self.Channel.PROVIDER
        if not self.provider:
            if sends:
                raise ValidationError({"provider": _("Choose which provider: its mail leaves by one.")})
            if self.credentials:
                raise ValidationError({"provider": _("Choose whose credentials these are.")})
        elif sends or self.credentials:
            try:
                checked(self.provider, self.credentials)
            except WrongCredentials as error:
                raise ValidationError({"credentials": str(error)}) from error
