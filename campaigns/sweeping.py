"""What is done by the clock: one table, two threads. Every deed may run twice at once without harm."""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.db import close_old_connections, connection
from django.utils import timezone

from config import heartbeat, jobs
from config.accounts import forgetting
from config.clock import Clock
from letters import outbox, pacing, standing

from . import (
    accepting,
    answering,
    asking,
    bursts,
    counting,
    exports,
    living,
    mailing,
    merging,
    networks,
    noticing,
    reckoning,
    reporting,
    retention,
    signing,
)

log = logging.getLogger(__name__)


@dataclass
class Deed:
    name: str
    every: float  # seconds
    do: Callable[[], object]
    due: float = 0.0  # time.monotonic()


def quick() -> list[Deed]:
    """What somebody waits for. None of them may take long."""
    clock = Clock(heartbeat.last_beat("sweeper"))
    return [
        Deed("clock", 1, lambda: watch(clock)),
        Deed("sent again", 1, accepting.take_up),
        Deed("letters just written", 1, asking.take_up),
        Deed("fold", 1, counting.fold_all),
        Deed("recover leases", 5, outbox.recover_expired_leases),
        Deed("nudge", 1, outbox.nudge_due),
        Deed("jobs", 5, jobs.nudge_due),
        Deed("publish and close", 5, living.by_the_clock),
        Deed("answer", 1, lambda: heartbeat.beat("sweeper")),
    ]


def watch(clock: Clock) -> None:
    if seconds := clock.went_back():
        log.warning("The clock was set back by %.0f seconds; what waits is moved along with it.", seconds)
        pacing.clock_went_back(seconds)
        jobs.clock_went_back(seconds)


def slow() -> list[Deed]:
    """What may take its time, and must not delay the others."""
    return [
        Deed("notices", 60, noticing.tell_organisers),
        Deed("goals", 60, noticing.tell_what_was_reached),
        Deed("bursts", 60, bursts.watch),
        Deed("bursts told", 60, noticing.tell_of_bursts),
        Deed("reports told", 60, noticing.tell_operator_of_reports),
        Deed("reminders", 300, signing.remind_the_unconfirmed),
        Deed("updates", 2, mailing.send_due),
        Deed("large campaigns", 60, reckoning.reckon_large),
        Deed("much mail", 60, standing.reckon_large),
        Deed("merging", 60, merging.due),
        Deed("answers", 120, answering.ask),
        Deed("expired jobs", 3600, lambda: jobs.expire(timezone.now())),
        Deed("left behind", 3600, lambda: exports.spreadsheet.clear_left_behind(time.time())),
        Deed("retention", 3600, retention.anonymise_expired),
        Deed("what could not be taken up", 3600, accepting.forget_old),
        Deed("old networks", 3600, networks.forget_old),
        Deed("old reports", 3600, reporting.forget_old),
        Deed("unproved accounts", 3600, forgetting.forget_the_unproved),
        Deed("old sessions", 3600, forgetting.end_old_sessions),
    ]


def sweep(stop: threading.Event) -> None:
    """Until told to stop."""
    aside = threading.Thread(target=_keep_doing, args=(slow(), stop), name="slow deeds", daemon=True)
    aside.start()
    _keep_doing(quick(), stop)


def _keep_doing(deeds: list[Deed], stop: threading.Event) -> None:
    """A deed that fails is logged and comes again; the others go on."""
    while not stop.is_set():
        for deed in deeds:
            if time.monotonic() >= deed.due and not stop.is_set():
                deed.due = time.monotonic() + deed.every
                close_old_connections()
                try:
                    deed.do()
                except Exception:  # whatever it was, the next round must come
                    log.exception("The deed %r failed; it is tried again in %s seconds.", deed.name, deed.every)
        stop.wait(1)
    connection.close()
