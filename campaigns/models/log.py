from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.append_only import AppendOnlyModel

from .campaign import Campaign
from .organisation import Organisation, User


class LogEntry(AppendOnlyModel):
    """Who did what in an organisation, and when. `details` are numbers, fields and states, never a supporter's."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="log")
    campaign = models.ForeignKey(Campaign, on_delete=models.SET_NULL, null=True, related_name="log")
    at = models.DateTimeField(_("at"), default=timezone.now, editable=False)
    user = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    what = models.CharField(_("what"), max_length=60)  # a key of campaigns.logbook.DEEDS
    details = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("log entry")
        verbose_name_plural = _("log")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organisation", "-id"], name="log_newest_first")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.what}"
