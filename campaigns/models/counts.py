"""What is counted beside the campaign's own number."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import Constituency

from .campaign import Campaign


class PaperCount(models.Model):
    """So many signatures came in on paper. Their names stay on the paper."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="paper_counts")
    signatures = models.PositiveIntegerField(_("signatures"))
    on = models.DateField(_("day"))
    note = models.CharField(_("note"), max_length=200, blank=True, help_text=_("Where they were collected."))
    actor = models.CharField(max_length=100, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        verbose_name = _("signatures on paper")
        verbose_name_plural = _("signatures on paper")
        ordering = ["-on", "-pk"]

    def __str__(self) -> str:
        return f"{self.on}: {self.signatures}"


class AreaCount(models.Model):
    """How many of a campaign's counted signatures come from one constituency; kept by the fold."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="area_counts")
    area = models.ForeignKey(Constituency, on_delete=models.PROTECT, related_name="+")
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "area"], name="one_count_an_area")]
        indexes = [models.Index(fields=["campaign", "-count"], name="areas_most_first")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.area_id}: {self.count}"


class Tally(models.Model):
    """How many of a campaign's counted signatures have something in common; kept by the fold, as AreaCount is."""

    class Of(models.TextChoices):
        DAY = "day"  # on which it was confirmed: an ISO date
        SOURCE = "source"  # Signature.came_from; "direct", and "other" beyond so many
        LANGUAGE = "language"  # of the text that was signed
        GIVEN = "given"  # the day on which it was left to be confirmed, of those signed online

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="tallies")
    of = models.CharField(max_length=10, choices=Of.choices)
    key = models.CharField(max_length=120)
    count = models.IntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "of", "key"], name="one_tally_a_key")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.of} {self.key}: {self.count}"
