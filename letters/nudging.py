"""Telling the workers that there is mail. Never waited for, and no harm if lost: the sweeper asks again."""

from functools import partial

from django.db import transaction

from config import publishing
from config.celery import app

# Seconds: a worker that was away does not wade through what was said meanwhile. Not fewer, for each end reads its own
# clock: a worker whose clock is ahead by more would throw every nudge away, and mail would wait for the sweeper.
GOES_STALE = 60


def publish(queue: str) -> None:
    """One content-free message to the broker. May take as long as the broker's timeouts."""
    app.send_task(f"letters.tasks.drain_{queue}", expires=GOES_STALE, retry=False)


class Publisher(publishing.Publisher):
    def publish(self, name: str) -> None:
        publish(name)


_publisher = Publisher()


def nudge(queue: str) -> None:
    """Wakes a drain of `queue` once the surrounding transaction, if any, is committed."""
    transaction.on_commit(partial(_ask, queue), robust=True)


def _ask(queue: str) -> None:
    _publisher.ask(queue)
