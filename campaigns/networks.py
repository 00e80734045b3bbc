"""From which network a signature came is kept only while a burst can be seen by it: NETWORK_KEPT_DAYS."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from .models import Campaign, Signature

BATCH = 2_000


def are_kept_of(signature: Signature, now: datetime) -> bool:
    """By when it was first given: who signs again meanwhile does not begin the time anew."""
    given = signature.created_at
    return given is None or given > _last(now)


def _last(now: datetime) -> datetime:
    return now - timedelta(days=settings.NETWORK_KEPT_DAYS)


def forget_old(now: datetime | None = None) -> int:
    """How many signatures lost theirs. Each campaign remembers how far it has come, so that nothing is read twice, and
    no index is needed that every signature would have to be written into."""
    last = _last(now or timezone.now())
    behind = models.Q(networks_dropped_to__isnull=True) | models.Q(networks_dropped_to__lt=last)
    return sum(_forget(campaign, last) for campaign in Campaign.objects.filter(behind).only("networks_dropped_to"))


def _forget(campaign: Campaign, last: datetime) -> int:
    done = 0
    old = Signature.objects.filter(campaign=campaign.pk, created_at__lt=last).exclude(network_key="")
    if campaign.networks_dropped_to:
        old = old.filter(created_at__gte=campaign.networks_dropped_to)
    while True:
        with transaction.atomic():
            # In the order of the index, and each batch from where the one before it ended.
            batch = list(old.order_by("-created_at", "-pk").select_for_update(of=("self",)).only("created_at")[:BATCH])
            Signature.objects.filter(pk__in=[row.pk for row in batch]).update(network_key="")
        done += len(batch)
        if len(batch) < BATCH:
            Campaign.objects.filter(pk=campaign.pk).update(networks_dropped_to=last)
            return done
        old = old.filter(created_at__lte=batch[-1].created_at)
