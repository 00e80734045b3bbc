from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .campaign import Campaign
from .organisation import User


class Invalidation(models.Model):
    """Signatures that were declared invalid together, or that were held back and let through; taken back together."""

    campaign = models.ForeignKey(Campaign, on_delete=models.PROTECT, related_name="invalidations")
    reason = models.CharField(_("why"), max_length=300)
    # What was looked for: a filter's values, never an address or a name.
    wanted = models.JSONField(default=dict)
    signatures = models.PositiveIntegerField(default=0)
    releases = models.BooleanField(default=False, db_default=False, editable=False)
    by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField(default=timezone.now, editable=False)
    undone_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.at:%Y-%m-%d %H:%M}"
