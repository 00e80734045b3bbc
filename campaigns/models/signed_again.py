from django.db import models

from config.crypto import EncryptedJSONField

from .campaign import CampaignText


class SignedAgain(models.Model):
    """A form from an address that has a signature of the campaign already. The request lays it down in the time that a
    first signature takes, and the sweeper acts on it a moment later (accepting.py), which deletes it."""

    text = models.ForeignKey(CampaignText, on_delete=models.CASCADE, related_name="+", db_index=False)
    email_key = models.CharField(max_length=64)
    supporter = EncryptedJSONField()
    mail = models.BooleanField()
    created_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["email_key"], name="signed_again_by_address")]

    def __str__(self) -> str:
        return str(self.pk)
