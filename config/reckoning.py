"""Numbers that take the longer the more there is to count: counted by the sweeper, and read by whoever opens a page.

Nobody waits for them, and nobody starts them by looking. Not for what is right to the second: a page says of when they
are. What is small is counted where it is asked for, and never comes here.
"""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import models
from django.utils import timezone

LARGE = 10_000  # rows that are counted while somebody waits
EVERY = timedelta(minutes=1)
PART = 50  # of the time, at most one in so many is spent on counting one thing


class Reckoned(models.Model):
    key = models.CharField(max_length=80, primary_key=True)
    numbers = models.JSONField()
    at = models.DateTimeField()
    took = models.FloatField()  # seconds

    class Meta:
        app_label = "config"

    def __str__(self) -> str:
        return self.key


def kept(key: str) -> Reckoned | None:
    return Reckoned.objects.filter(pk=key).first()


def reckon(
    key: str, rows: models.QuerySet[Any], count: Callable[[], Any], every: timedelta = EVERY, large: int | None = None
) -> bool:
    """Counts anew, where `rows` are more than `large` (or once were) and it is time; LARGE unless it is said. Two
    sweepers at once count twice."""
    before, now = kept(key), timezone.now()
    most = LARGE if large is None else large
    if before is None and rows.order_by()[: most + 1].count() <= most:
        return False
    if before is not None and now < before.at + max(every, timedelta(seconds=before.took * PART)):
        return False
    started = time.monotonic()
    numbers = count()
    Reckoned.objects.update_or_create(
        pk=key, defaults={"numbers": numbers, "at": now, "took": time.monotonic() - started}
    )
    return True
