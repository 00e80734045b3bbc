"""What readers report: a campaign, or one entry of its public list. Of who reported, nothing is kept."""

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from config.crypto import EncryptedTextField

from .campaign import Campaign
from .organisation import User
from .signature import Signature


class ReportedQuerySet(models.QuerySet["Reported"]):
    def open(self) -> "ReportedQuerySet":
        return self.filter(decision="")

    def entries(self) -> "ReportedQuerySet":
        """For those who work on the campaign."""
        return self.filter(signature__isnull=False)

    def campaigns(self) -> "ReportedQuerySet":
        """For whoever runs the installation."""
        return self.filter(signature__isnull=True)


class Reported(models.Model):
    """One thing that was reported, however often, and what was decided."""

    class Decision(models.TextChoices):
        OPEN = "", _("not decided")
        KEPT = "kept", _("kept")
        HIDDEN = "hidden", _("hidden")

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="reported", db_index=False)
    # Empty: the campaign itself.
    signature = models.OneToOneField(Signature, on_delete=models.CASCADE, null=True, related_name="+")
    times = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, default=Decision.OPEN)
    told_at = models.DateTimeField(null=True)  # of a campaign: when the operator was told by email
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # What was read when it was decided: what says something else since is reported anew.
    decided_on = models.CharField(max_length=64, blank=True)

    objects = ReportedQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["campaign"], condition=Q(signature__isnull=True), name="one_report_a_campaign"
            ),
        ]
        indexes = [
            models.Index(fields=["campaign", "decision", "-times"], name="reported_most_first"),
            models.Index(fields=["last_at"], name="reported_oldest"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.signature_id or ''}: {self.times}"


class Report(models.Model):
    """What one reader said is wrong. It goes as soon as it is decided on."""

    class Wrong(models.TextChoices):
        INSULT = "insult", _("It insults or threatens somebody")
        HATE = "hate", _("It incites to hatred or violence")
        PRIVATE = "private", _("It tells something private of somebody")
        FALSE = "false", _("It is given under somebody else’s name")
        LIE = "lie", _("It says something untrue")
        ADVERT = "advert", _("It is advertising")
        LAW = "law", _("It breaks the law in another way")
        OTHER = "other", _("Something else")

    reported = models.ForeignKey(Reported, on_delete=models.CASCADE, related_name="reports")
    wrong = models.CharField(max_length=10, choices=Wrong.choices)
    words = EncryptedTextField(blank=True)
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.wrong
