"""What campaigns add to /metrics."""

from collections.abc import Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from letters.metrics import gauge, registry

from .models import Signature


class Fold(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        waiting = Signature.objects.uncounted().count()
        yield gauge("signatures_waiting_for_the_fold", "Signatures whose state is not counted yet.", waiting)


registry.register(Fold())
