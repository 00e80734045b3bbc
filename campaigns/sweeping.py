"""What is done by the clock: one table, one loop. Every deed may run twice at once without harm."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections
from django.utils import timezone

from config import heartbeat, jobs
from letters import outbox

from . import counting, retention, signing

log = logging.getLogger(__name__)


@dataclass
class Deed:
    name: str
    every: float  # seconds
    do: Callable[[], object]
    due: float = 0.0  # time.monotonic()


def schedule() -> list[Deed]:
    return [
        Deed("fold", 1, counting.fold_all),
        Deed("recover leases", 5, outbox.recover_expired_leases),
        Deed("nudge", 1, outbox.nudge_due),
        Deed("jobs", 5, jobs.nudge_due),
        Deed("reminders", 300, signing.remind_the_unconfirmed),
        Deed("expired jobs", 3600, lambda: jobs.expire(timezone.now())),
        Deed("retention", 3600, retention.anonymise_expired),
    ]


def sweep(stop: threading.Event) -> None:
    """Until told to stop. A deed that fails is logged and comes again; the others go on."""
    deeds = schedule()
    while not stop.is_set():
        for deed in deeds:
            if time.monotonic() >= deed.due:
                deed.due = time.monotonic() + deed.every
                close_old_connections()
                try:
                    deed.do()
                except Exception:  # whatever it was, the next round must come
                    log.exception("The deed %r failed; it is tried again in %s seconds.", deed.name, deed.every)
        heartbeat.beat("sweeper")
        stop.wait(1)
