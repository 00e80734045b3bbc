"""Where the database stands: a mark that is another one as soon as anything has been committed to it, by anybody.

What was made under a mark is still right while the database gives the same one. No deed has to say that it changed
something, so none can forget to. It says nothing of what: docs/decisions/0028.

    PostgreSQL   the current snapshot: every transaction that writes has a number, and ends in it
    SQLite       data_version of one connection, which changes when any other has committed

Inside a transaction of one's own it says nothing, for what that has written is not committed.
"""

import threading
import time
import uuid
from contextlib import suppress
from typing import NamedTuple

from django.db import DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from . import patience
from .health import impatient

PATIENCE = 1.0  # seconds that anybody waits for a question under way
TROUBLE = 2.0  # seconds in which a database that did not answer is not asked again
QUESTIONS = {"postgresql": "SELECT pg_current_snapshot()::text", "sqlite": "PRAGMA data_version"}


class Unknown(Exception):
    """The database does not say."""


class Mark(NamedTuple):
    value: str
    asked: float  # time.monotonic() just before: whatever was committed earlier is in it
    since: float  # time.monotonic() when this process first got this very value


class Marks:
    """One connection for the whole process, lent to one thread at a time; another thread waits a moment, or goes on."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._connection: BaseDatabaseWrapper | None = None
        self._name = ""
        self._last = Mark("", 0.0, 0.0)
        self._trouble_until = 0.0

    def ask(self, since: float) -> Mark:
        """A mark that was asked for at `since` or later (time.monotonic)."""
        if self._last.asked >= since:
            return self._last
        if time.monotonic() < self._trouble_until:
            raise Unknown
        if not self._lock.acquire(timeout=PATIENCE):
            self._trouble_until = time.monotonic() + TROUBLE
            raise Unknown
        try:
            if self._last.asked < since:
                self._last = self._asked()
            return self._last
        except DatabaseError as error:
            self._trouble_until = time.monotonic() + TROUBLE
            raise Unknown from error
        finally:
            self._lock.release()

    def _asked(self) -> Mark:
        if self._connection is not None:
            try:
                return self._asked_over(self._connection)
            except DatabaseError:  # it may only be that nobody keeps a connection for so long
                self._close()
        self._connection = impatient(connections["default"])
        self._connection.inc_thread_sharing()
        self._name = uuid.uuid4().hex  # SQLite counts for one connection: another one's numbers mean nothing here
        try:
            return self._asked_over(self._connection)
        except DatabaseError:
            self._close()
            raise

    def _asked_over(self, own: BaseDatabaseWrapper) -> Mark:
        now = time.monotonic()
        question = QUESTIONS.get(own.vendor)
        if question is None:
            return Mark(uuid.uuid4().hex, now, now)  # we cannot know: all may have changed
        with patience.limited(PATIENCE), own.cursor() as cursor:
            cursor.execute(question)
            answer = cursor.fetchone()[0]
        # What is past and what is to come are other things tomorrow.
        value = f"{timezone.localdate()} {self._name if own.vendor == 'sqlite' else ''} {answer}"
        return Mark(value, now, self._last.since if value == self._last.value else now)

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(DatabaseError):  # it is gone already
                connection.close()

    def forget(self) -> None:
        """The connection and all that was said."""
        with self._lock:
            self._close()
            self._last, self._trouble_until = Mark("", 0.0, 0.0), 0.0
