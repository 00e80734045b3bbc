"""Telling the workers that there is mail. Never waited for, and no harm if lost: the sweeper asks again."""

import atexit
import logging
import os
import threading
from functools import partial

from django.db import transaction

from config.celery import app

log = logging.getLogger(__name__)

GOES_STALE = 10  # seconds; a worker that was away does not wade through what was said meanwhile
LAST_WORDS = 1.0  # seconds a short-lived process waits at its end for the broker to take a nudge


def publish(queue: str) -> None:
    """One content-free message to the broker. May take as long as the broker's timeouts."""
    app.send_task(f"letters.tasks.drain_{queue}", expires=GOES_STALE, retry=False)


class Publisher:
    """A thread that publishes what was asked for. However often a queue was asked for meanwhile, it is told once."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.wanted: set[str] = set()
        self.publishing = False
        self.thread: threading.Thread | None = None

    def ask(self, queue: str) -> None:
        with self.changed:
            self.wanted.add(queue)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="nudges", daemon=True)
                self.thread.start()
            self.changed.notify_all()

    def flush(self, timeout: float = LAST_WORDS) -> bool:
        """Waits until nothing is left to say; False if that took longer than `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.wanted and not self.publishing, timeout)

    def _run(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.wanted))
                queue, self.publishing = self.wanted.pop(), True
            try:
                publish(queue)
            except Exception as error:  # kombu's, redis's, amqp's and the file system's own
                log.warning("The queue cannot be told of mail (%s); the sweeper will.", type(error).__name__)
            finally:
                with self.changed:
                    self.publishing = False
                    self.changed.notify_all()


_publisher = Publisher()


def _begin_anew() -> None:
    global _publisher
    _publisher = Publisher()  # threads and locks do not survive a fork


os.register_at_fork(after_in_child=_begin_anew)
atexit.register(lambda: _publisher.flush())


def nudge(queue: str) -> None:
    """Wakes a drain of `queue` once the surrounding transaction, if any, is committed."""
    transaction.on_commit(partial(_ask, queue), robust=True)


def _ask(queue: str) -> None:
    _publisher.ask(queue)
