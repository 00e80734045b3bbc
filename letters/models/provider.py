from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .post import OutgoingEmail
from .sender import Sender


class ProviderEvent(models.Model):
    """What a provider told us later about an email. Kept once, however often it is told; it holds no address."""

    class What(models.TextChoices):
        DELIVERED = "delivered", _("delivered, says the provider")
        DEFERRED = "deferred", _("delayed")
        BOUNCED = "bounced", _("came back")
        REJECTED = "rejected", _("refused by the provider")
        COMPLAINED = "complained", _("reported as spam")
        OTHER = "other", _("something else")

    sender = models.ForeignKey(Sender, on_delete=models.CASCADE, related_name="events")
    event_id = models.CharField(max_length=255)
    email = models.ForeignKey(OutgoingEmail, on_delete=models.PROTECT, related_name="provider_events")
    what = models.CharField(_("event"), max_length=12, choices=What.choices)
    permanent = models.BooleanField(_("for good"), default=False)
    detail = models.TextField(_("detail"), blank=True, default="")
    occurred_at = models.DateTimeField(_("at"))
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("provider event")
        verbose_name_plural = _("provider events")
        constraints = [models.UniqueConstraint(fields=["sender", "event_id"], name="provider_event_once")]
        indexes = [models.Index(fields=["id"], condition=models.Q(applied_at__isnull=True), name="provider_event_open")]

    def __str__(self) -> str:
        return f"{self.what} {self.event_id[:20]}"
