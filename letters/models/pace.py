"""What the workers know together of those who receive: how soon the next may come, who asked to be left alone."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import DomainKeyField, EncryptedTextField

from .sender import Sender


class Destination(models.Model):
    """A mailbox or a receiving domain, found by its keyed hash. Only a domain's name is kept."""

    key = DomainKeyField(source="name", unique=True)  # of a mailbox, whose name is not kept, its email key
    name = EncryptedTextField(_("domain"), blank=True, default="")
    free_at = models.DateTimeField(null=True, blank=True)  # the first slot that no letter has yet
    backed_off_until = models.DateTimeField(_("left alone until"), null=True, blank=True)
    refusals = models.PositiveIntegerField(_("refusals in a row"), default=0)
    answer = EncryptedTextField(_("its last refusal"), blank=True, default="")
    used_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("destination")
        verbose_name_plural = _("destinations")

    def __str__(self) -> str:
        return self.name or f"mailbox {self.key[:12]}"


class Stop(models.Model):
    """One sender's mail to one domain, whose server refuses it for what it is. Somebody has to look."""

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="stops")
    domain = models.ForeignKey(Destination, on_delete=models.PROTECT, related_name="stops")
    at = models.DateTimeField(_("since"), default=timezone.now)
    answer = EncryptedTextField(_("what the server answered"), blank=True, default="")
    lifted_at = models.DateTimeField(_("lifted"), null=True, blank=True)
    lifted_by = models.CharField(_("by"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("stop")
        verbose_name_plural = _("stops")
        constraints = [
            models.UniqueConstraint(
                fields=["sender", "domain"], condition=Q(lifted_at__isnull=True), name="one_stop_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.sender} → {self.domain}"
