"""What the public does not see of a campaign: words before they are published, addresses it has left."""

from django.db import models
from django.utils import timezone

from .campaign import Campaign
from .organisation import User
from .translated import language_code


class WordingDraft(models.Model):
    """What the next wording in one language will say, as far as it is written. Nobody but its organisers sees it."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="wording_drafts")
    language = models.CharField(max_length=10, validators=[language_code])
    wording = models.JSONField(default=dict)  # some or all of CampaignText.WORDING
    revision = models.PositiveIntegerField(default=1)  # one more at each save: who saves over an older one is told
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, related_name="+")
    # What gave way when two people wrote at once, the newest first: [{"wording", "by", "at"}].
    laid_aside = models.JSONField(default=list)
    # Of a translation: what each field said in the first language when it was translated, as a short digest.
    translated_from = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["campaign", "language"], name="one_draft_a_language")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.language}: {self.revision}"


class FormerSlug(models.Model):
    """An address that a campaign had once. It leads to where the campaign is now."""

    slug = models.SlugField(unique=True, max_length=80)
    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="former_slugs")
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    def __str__(self) -> str:
        return self.slug
