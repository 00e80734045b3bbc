"""How many signed in an hour from one network or by one mail domain, as far as organisers need it to see a burst.

A key is of one campaign alone (Signature.network_key, Signature.domain_key). All of it is kept for some days only.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from .campaign import Campaign


class SigningHour(models.Model):
    """So many signatures were given in the hour that begins then. Written by bursts.fold alone."""

    class Of(models.TextChoices):
        ALL = "all"  # the key is empty
        NETWORK = "network"
        DOMAIN = "domain"

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="+", db_index=False)
    of = models.CharField(max_length=10, choices=Of.choices)
    key = models.CharField(max_length=16, blank=True)
    hour = models.DateTimeField()
    given = models.PositiveIntegerField(default=0)

    FEW = 5  # fewer of one key are forgotten once the hour is over: they say nothing, and they are most rows by far

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "of", "key", "hour"], name="one_signing_hour_a_key"),
        ]
        indexes = [
            models.Index(fields=["hour"], name="signing_hour_oldest"),
            models.Index(fields=["hour"], condition=Q(given__lt=5) & ~Q(of="all"), name="signing_hour_of_few"),
        ]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.of} {self.hour:%Y-%m-%d %H}: {self.given}"


class Burst(models.Model):
    """Far more than usual in one hour. Nobody's guilt: a village hall looks like this, too."""

    campaign = models.ForeignKey(Campaign, on_delete=models.CASCADE, related_name="bursts", db_index=False)
    of = models.CharField(max_length=10, choices=SigningHour.Of.choices)
    key = models.CharField(max_length=16)
    hour = models.DateTimeField()
    given = models.PositiveIntegerField()
    usual = models.PositiveIntegerField(default=0)  # in an hour, by the days before
    confirmed = models.PositiveIntegerField(default=0)
    invalid = models.PositiveIntegerField(default=0, db_default=0)
    confirmed_at = models.DateTimeField(null=True)  # when these two were counted
    real_at = models.DateTimeField(null=True)  # when an editor said that its signatures are real
    domain = models.CharField(max_length=254, blank=True)  # only of those that many have
    # When its organisers were told by email, or the hour before it had been told already.
    told_at = models.DateTimeField(null=True)
    seen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["campaign", "hour", "of", "key"], name="one_burst_a_key_an_hour")
        ]
        indexes = [models.Index(fields=["hour"], name="burst_oldest")]

    def __str__(self) -> str:
        return f"{self.campaign_id} {self.of} {self.hour:%Y-%m-%d %H}: {self.given}"


class SigningHoursRead(models.Model):
    """The last signature of which the hours know. One row; its lock is the fold's."""

    last = models.PositiveBigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last)
