"""/healthz/: does this web server answer, and does it reach the database? In words, never cached, without secrets.

It is 503 for nothing but the database. A load balancer takes whoever answers 503 out of the row, and a silent sweeper
or late mail is no fault of a web server: with all of them taken out, late mail would become a site that is down. So
these are said and change nothing; `/healthz/?deep` answers 503 for them too, and is for what wakes a person.
"""

import logging
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from django.conf import settings
from django.core.cache import cache
from django.db import OperationalError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from . import heartbeat, patience, switches

log = logging.getLogger(__name__)

PATIENCE = 1.8  # seconds for all of it: those who ask give up after two or three
LONGEST = 10.0  # seconds after which an answer is no longer waited for, and the question is asked anew
SILENT_AFTER = 60.0  # seconds; a sweeper at work leaves a sign every second
LOCKED = 0.5  # seconds for which SQLite's lock is waited for; whoever signs needs it for some milliseconds
DATABASE = "database"


class Finding(NamedTuple):
    well: bool
    words: str


Check = Callable[[], Finding]
_checks: dict[str, Check] = {}


def register(name: str, check: Check) -> None:
    """One more line for /healthz/. For an AppConfig.ready(); it must be cheap, and may read the database."""
    _checks[name] = check


def sweeper() -> Finding:
    seen = heartbeat.last_beat("sweeper")
    if seen is None:
        return Finding(False, "has not been seen")
    age = max(time.time() - seen, 0.0)
    return Finding(age <= SILENT_AFTER, f"seen {age:.0f} s ago")


def shared_cache() -> Finding:
    if not settings.CACHE_URL:
        return Finding(True, "each process has its own")
    cache.set("health", 1, 10)  # a failure is the finding: answer_of
    return Finding(True, "answers")


def paused() -> Finding:
    """Somebody's decision and no fault, so it is said and changes nothing."""
    rows = switches.Pause.objects.filter(ended_at=None)
    everywhere = [f"{row.what} since {row.began_at:%Y-%m-%d %H:%M} UTC" for row in rows if not row.where]
    at_places = sum(1 for row in rows if row.where)
    said = everywhere + ([f"{at_places} at single campaigns"] if at_places else [])
    return Finding(True, "; ".join(said) or "nothing")


def writing() -> Finding:
    """SQLite has one writer at a time, and whoever reads does not notice that nobody else can write."""
    try:
        with connections["default"].cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("ROLLBACK")
    except OperationalError:
        return Finding(False, f"somebody keeps the database locked for over {LOCKED} s")
    return Finding(True, "possible")


if connections["default"].vendor == "sqlite":
    register("writing", writing)
register("sweeper", sweeper)
register("cache", shared_cache)
register("paused", paused)


class Question(threading.Thread):
    """Everything is asked in a thread with a connection of its own: nobody has to wait for a database that hangs."""

    def __init__(self) -> None:
        super().__init__(name="health", daemon=True)
        self.ended = threading.Event()
        self.findings: dict[str, Finding] = {}

    def run(self) -> None:
        connections["default"] = connection = impatient(connections["default"])
        try:
            with patience.limited(LONGEST, crowd=False, tries=True):
                self.findings[DATABASE] = answer_of(DATABASE, lambda: database(connection))
                if self.findings[DATABASE].well:
                    for name, check in _checks.items():
                        self.findings[name] = answer_of(name, check)
        finally:
            self.ended.set()
            connection.close()


def impatient(connection: BaseDatabaseWrapper) -> BaseDatabaseWrapper:
    """The same connection, but one that comes to an end when the other machine is gone, or the file is locked."""
    own = connection.copy()
    if own.vendor == "postgresql":
        own.settings_dict["OPTIONS"] |= {"connect_timeout": 2, "tcp_user_timeout": 2000}
    elif own.vendor == "sqlite":
        own.settings_dict["OPTIONS"] |= {"timeout": LOCKED}
    return own


def database(connection: BaseDatabaseWrapper) -> Finding:
    with connection.cursor() as cursor:
        # A table of ours: SQLite would open any file that is not there, and find nothing wrong with it.
        cursor.execute("SELECT 1 FROM django_migrations LIMIT 1")
        return Finding(cursor.fetchone() is not None, "answers")


def answer_of(name: str, check: Check) -> Finding:
    try:
        return check()
    except Exception as error:  # whatever it is, it is the answer; its text may name hosts and accounts
        log.warning("The question after the health of the %s failed: %s", name, type(error).__name__)
        return Finding(False, "does not answer")


_lock = threading.Lock()
_question: Question | None = None


def ask(patience: float = PATIENCE) -> dict[str, Finding]:
    """What is found now. However many ask at once, a database that hangs keeps one thread and one connection busy."""
    global _question
    with _lock:
        if _question is None or _question.ended.is_set() or not _question.is_alive():
            _question = Question()
            _question.start()
        question = _question
    question.ended.wait(patience)
    found = dict(question.findings)
    found.setdefault(DATABASE, Finding(False, "does not answer"))
    if found[DATABASE].well and not question.ended.is_set():
        found["the rest"] = Finding(False, "could not be asked in time")
    return found


@never_cache
@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    found = ask()
    unwell = [name for name, finding in found.items() if not finding.well]
    down = DATABASE in unwell
    first = f"{'down' if down else 'trouble'}: {', '.join(unwell)}" if unwell else "ok"
    lines = [first, *(f"{name}: {finding.words}" for name, finding in found.items())]
    status = 503 if down or (unwell and "deep" in request.GET) else 200
    return HttpResponse("\n".join(lines) + "\n", status=status, content_type="text/plain; charset=utf-8")
