"""Telling the broker something, in a thread of its own: whoever asks for it never waits for the broker."""

import atexit
import logging
import os
import threading
import time
import weakref

log = logging.getLogger(__name__)

# Seconds of silence after each word. A crowd asks hundreds of times a second, one word wakes a worker for all of them,
# and to say it costs as much as to sign.
PAUSE = 0.1
LAST_WORDS = 1.0  # seconds a short-lived process waits at its end for the broker to take what it said


class Publisher:
    """However often a name was asked for while the broker was busy, it is published once."""

    thread: threading.Thread | None

    def __init__(self) -> None:
        self._begin()
        _publishers.add(self)

    def publish(self, name: str) -> None:
        """May take as long as the broker's timeouts."""
        raise NotImplementedError

    def ask(self, name: str) -> None:
        with self.changed:
            self.wanted.add(name)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="publisher", daemon=True)
                self.thread.start()
            self.changed.notify_all()

    def flush(self, timeout: float = LAST_WORDS) -> bool:
        """Waits until nothing is left to say; False if that took longer than `timeout` seconds."""
        with self.changed:
            return self.changed.wait_for(lambda: not self.wanted and not self.publishing, timeout)

    def _begin(self) -> None:
        self.changed = threading.Condition()
        self.wanted: set[str] = set()
        self.publishing = False
        self.thread = None

    def _run(self) -> None:
        while True:
            with self.changed:
                self.changed.wait_for(lambda: bool(self.wanted))
                name, self.publishing = self.wanted.pop(), True
            try:
                self.publish(name)
            except Exception as error:  # kombu's, redis's, amqp's and the file system's own
                log.warning("The queue cannot be told of work (%s); the sweeper will.", type(error).__name__)
            finally:
                with self.changed:
                    self.publishing = False
                    self.changed.notify_all()
            time.sleep(PAUSE)


_publishers: weakref.WeakSet[Publisher] = weakref.WeakSet()


@atexit.register
def _say_the_last_words() -> None:
    for publisher in list(_publishers):
        publisher.flush()


def _begin_anew() -> None:
    for publisher in list(_publishers):
        publisher._begin()  # threads and locks do not survive a fork


os.register_at_fork(after_in_child=_begin_anew)
