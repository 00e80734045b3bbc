"""What a monitoring system reads: /metrics, as Prometheus has it, for whoever knows METRICS_TOKEN.

Every figure comes from the database when it is asked for, so that it is the same whichever process answers. None names
a person or a domain.
"""

import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.db import Error
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from config import health, heartbeat
from config.models import Job, Pause
from config.switches import EVERYWHERE, What

from . import standing
from .models import Destination, Sender, Stop
from .models.post import Kind, Queue, State

RECENT = 5  # minutes
# How old the oldest due email of a queue may be, in seconds, before a person should look.
LATE_AFTER: Mapping[str, float] = {Queue.CONFIRMATIONS: 300.0, Queue.LETTERS: 1800.0, Queue.UPDATES: 7200.0}


def on_time() -> health.Finding:
    ages = standing.oldest_due()
    late = [f"{queue} {ages[queue]:.0f} s" for queue, patience in LATE_AFTER.items() if ages[queue] > patience]
    return health.Finding(not late, f"late: {', '.join(late)}" if late else "on time")


health.register("post", on_time)


def gauge(name: str, meaning: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"countersign_{name}", meaning, value=value)


def gauges(
    name: str, meaning: str, labels: list[str], values: Iterable[tuple[tuple[str, ...], float]]
) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"countersign_{name}", meaning, labels=labels)
    for of_labels, value in values:
        family.add_metric([str(label) for label in of_labels], value)
    return family


class Post(Collector):
    def collect(self) -> Iterator[GaugeMetricFamily]:
        # The first, for it shows whatever is wrong: the broker, the workers, the sweeper, the mail server.
        ages = {(queue,): age for queue, age in standing.oldest_due().items()}
        yield gauges("oldest_due_seconds", "Since when the oldest due email should have left.", ["queue"], ages.items())
        yield from self.emails()
        yield from self.what_stands_still()
        yield from self.others()

    def emails(self) -> Iterator[GaugeMetricFamily]:
        found = Counter({(kind, state): 0 for kind in Kind.values for state in State.values})
        found.update({(line.kind, line.state): line.count for line in standing.by_state()})
        yield gauges("emails", "Emails of each kind in each state.", ["kind", "state"], found.items())
        yield gauge("held_letters", "Letters that wait for a decision.", found[Kind.LETTER, State.HELD])
        lately = standing.throughput(minutes=RECENT + 1)[:-1]  # whole minutes only
        ended = {("sent",): sum(m.sent for m in lately), ("failed",): sum(m.failed for m in lately)}
        yield gauges(f"emails_ended_in_{RECENT}_minutes", "In the last whole minutes.", ["outcome"], ended.items())

    def what_stands_still(self) -> Iterator[GaugeMetricFamily]:
        now = timezone.now()
        yield gauge("stops", "Senders stopped at a domain.", Stop.objects.filter(lifted_at__isnull=True).count())
        resting = Destination.objects.filter(backed_off_until__gt=now).exclude(name="").count()
        yield gauge("domains_backed_off", "Receiving domains that are left alone for a while.", resting)
        paused = {
            ("hand",): Sender.objects.exclude(pause=Sender.Pause.NOTHING).count(),
            ("trouble",): Sender.objects.paused(now).count(),
        }
        yield gauges(
            "senders_paused", "Senders that do not send, by hand or because of trouble.", ["by"], paused.items()
        )

    def others(self) -> Iterator[GaugeMetricFamily]:
        seen = heartbeat.last_beat("sweeper")
        if seen is not None:
            yield gauge("sweeper_age_seconds", "Since the sweeper's last round.", max(time.time() - seen, 0.0))
        pauses = Counter({(what, where): 0 for what in What.values for where in ("everywhere", "one place")})
        for what, where in Pause.objects.filter(ended_at=None).values_list("what", "where"):
            pauses[what, "everywhere" if where == EVERYWHERE else "one place"] += 1
        yield gauges("paused", "Pauses, everywhere or at one place.", ["what", "where"], pauses.items())
        yield gauge("jobs_waiting", "Long work that should have begun.", Job.objects.due(timezone.now()).count())


# Other rooms add what is theirs, in AppConfig.ready().
registry = CollectorRegistry()
registry.register(Post())


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    if not settings.METRICS_TOKEN:
        raise Http404
    if not constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse("A bearer token is needed.\n", status=403, content_type="text/plain")
    try:
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)
    except Error:
        return HttpResponse("The database does not answer.\n", status=503, content_type="text/plain")


urlpatterns = [path("", metrics, name="metrics")]
