"""What campaigns add to /metrics and /healthz/."""

from collections.abc import Iterator
from datetime import datetime

from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config import health
from letters.metrics import gauge, registry

from . import accepting
from .models import Signature, SignedAgain, ToBeAsked

TAKEN_UP_WITHIN = 60.0  # seconds; the sweeper does it every second, and nothing else says that it cannot keep up


def forms() -> health.Finding:
    """From an address that has signed before: what they bring about waits for the sweeper, other forms' does not."""
    waiting = SignedAgain.objects.filter(tries__lt=accepting.MOST_TRIES).order_by("pk")
    return _taken_up(waiting.values_list("created_at", flat=True).first())


def _taken_up(oldest: datetime | None) -> health.Finding:
    age = (timezone.now() - oldest).total_seconds() if oldest else 0.0
    return health.Finding(age <= TAKEN_UP_WITHIN, f"the oldest waits for {age:.0f} s" if oldest else "none waits")


health.register("forms sent again", forms)


def letters() -> health.Finding:
    """Just written: their writers wait to be asked. (Where an address had its share of mail, they wait for longer.)"""
    waiting = ToBeAsked.objects.filter(not_before__isnull=True).order_by("pk")
    return _taken_up(waiting.values_list("written_at", flat=True).first())


health.register("letters just written", letters)


class Fold(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = Signature.objects.uncounted().count()
        yield gauge("signatures_waiting_for_the_fold", "Signatures whose state is not counted yet.", waiting)


registry.register(Fold())
