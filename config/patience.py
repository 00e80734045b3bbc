"""How long a request waits for the database: a number of seconds in all, and not at all once it is known to be gone.

A web process has few threads. A database that hangs would take one after the other, until none is left to serve the
pages that need no database, and each supporter would wait for a minute to be told nothing. So:

- A supporter's request has SUPPORTERS seconds of database in all, an organiser's ORGANISERS (config.middleware).
- Where CROWD supporters' requests wait and nobody has got an answer for SILENCE seconds, the database is taken for
  gone: these give up at once, and so does whoever comes after.
- While it is taken for gone, one request at a time tries it, for PROBE seconds. The first answer ends it.

The server's own limits (FOR_THE_WEB) end what a client no longer waits for. All this holds for PostgreSQL
(config.postgresql); SQLite has no server that could hang, and waits for its lock as long as `timeout` says.
Workers, commands and the sweeper wait as long as it takes: they have work that nobody sits before.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import OperationalError

SUPPORTERS, ORGANISERS = 8.0, 30.0  # seconds
CROWD, SILENCE = 3, 2.0
PROBE = 2.0
SLICE = 0.5  # seconds after which a request that waits looks what became of the others

# As PostgreSQL takes them with a connection. A lock is waited for less long than a statement may take: what holds one
# for seconds is a deed of our own, which is soon over, or nothing that waiting helps.
FOR_THE_WEB = {
    "statement_timeout": 10_000,  # milliseconds; organisers' longest pages take a tenth of it
    "lock_timeout": 5_000,
    "idle_in_transaction_session_timeout": 30_000,  # a process that was stopped within one must not keep its locks
}
CONNECT_SECONDS = 3  # libpq's own limit for one address, at least 2


SQLITE_TIMEOUT = 8.0  # seconds for which a web process waits for the lock


def serve() -> None:
    """For a web process, before it asks anything. What DATABASE_URL itself says stands."""
    database = settings.DATABASES["default"]
    if database["ENGINE"] == "config.postgresql":
        limits = " ".join(f"-c {name}={value}" for name, value in FOR_THE_WEB.items())
        database["OPTIONS"].setdefault("options", limits)
    elif "timeout" in database["OPTIONS"]:
        database["OPTIONS"]["timeout"] = SQLITE_TIMEOUT


class TooLong(OperationalError):
    """The database has not answered in the time this request had, or is taken for gone."""


class _Mine(threading.local):
    until: float | None = None  # on the monotonic clock; None: as long as it takes
    crowd = False  # one of those whose waiting is counted
    probe = False


_mine = _Mine()
_lock = threading.Lock()
_waiting: dict[int, float] = {}  # thread → since when
_answered = 0.0  # the last answer to anybody
_gone = False
_probed = 0.0


@contextmanager
def limited(seconds: float, crowd: bool = True, tries: bool = False) -> Iterator[None]:
    """What is asked within has so many seconds in all, and no more than what is around it has.

    `crowd`: its waiting is counted, to know whether the database is gone. `tries`: it asks one that is taken for gone.
    """
    before = (_mine.until, _mine.crowd, _mine.probe)
    until = time.monotonic() + seconds
    _mine.until = until if before[0] is None else min(until, before[0])
    _mine.crowd, _mine.probe = crowd, tries or before[2]
    try:
        yield
    finally:
        _mine.until, _mine.crowd, _mine.probe = before


def before_asking() -> float | None:
    """How many seconds this thread may wait from now on; None: as long as it takes. Raises TooLong."""
    if _mine.until is None:
        return None
    now = time.monotonic()
    if _is_gone(now) and not _mine.probe and not _may_probe(now):
        raise TooLong("The database is taken for gone.")
    if (seconds := _mine.until - now) <= 0:
        raise TooLong("This request has had its time.")
    if _mine.crowd:
        _waiting.setdefault(threading.get_ident(), now)
    return min(seconds, PROBE) if _mine.probe else seconds


def answered() -> None:
    """By the database, to this thread: even a refusal tells everybody that it is there."""
    global _answered, _gone
    _answered, _gone = time.monotonic(), False
    _waiting.pop(threading.get_ident(), None)


def gave_up(gone: bool = False) -> None:
    """This thread waits no more, and nobody has answered. `gone`: nor will anybody soon."""
    global _gone, _probed
    _gone = _gone or gone
    if _mine.probe:
        _probed = time.monotonic()  # the next one tries after a while in which all others are answered at once
    _waiting.pop(threading.get_ident(), None)


def is_in_vain() -> bool:
    """For one that has waited a while: whether all of them do."""
    return _mine.until is not None and _is_gone(time.monotonic()) and not _mine.probe


def _is_gone(now: float) -> bool:
    global _gone
    if not _gone and len(_waiting) >= CROWD:
        since = sorted(_waiting.copy().values())
        _gone = len(since) >= CROWD and now - max(_answered, since[CROWD - 1]) >= SILENCE
    return _gone


def _may_probe(now: float) -> bool:
    global _probed
    with _lock:
        if now - _probed < PROBE:
            return False
        _probed = now
        _mine.probe = True
        return True
