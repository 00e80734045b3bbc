"""Long work: a row with parameters, progress and a result file, run by the worker and safe to kill at any moment.

The row is the record; the broker only says that there is work. A worker claims a job by one conditional UPDATE that
writes a token and a lease. Every later UPDATE asks for that token, so a worker whose lease ran out while it was slow
finds that out at its next `progress` or `save_result` (LeaseLost) and cannot touch what the next worker does.

A handler may therefore run more than once: what it changes besides its own result it must be able to change again.
It calls `job.progress` or yields a piece of its result at least every LEASE / 2. What took long to make it can keep as
a part (`job.keep_part`) and finds it again in its next attempt (`job.part`). Parts go when the job ends. A part may be
older than the attempt: whether it still says what is so, the handler must be able to tell.

Handlers are known once their module is imported: every app does that in its AppConfig.ready(), so that the web, the
worker and the sweeper know the same ones.
"""

import logging
import tempfile
import threading
import time
import traceback
import uuid
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta
from typing import IO

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import get_valid_filename
from django.utils.translation import gettext, gettext_lazy

from . import job_files, publishing
from .celery import app
from .crypto import EncryptedJSONField

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=5)
RENEW_EVERY = 2.0  # seconds: a handler may report progress as often as it likes, the row is written this often
MAX_ATTEMPTS = 3
RETRY_AFTER = timedelta(seconds=20)  # times the attempts made so far
DRAIN_SECONDS = 3.0
# A job that this worker has no handler for may be another's, of a newer version, or wait until a mistake of ours is
# mended: it is looked at again this often, and given up so long after it was asked for.
UNKNOWN_AGAIN, UNKNOWN_GIVEN_UP = timedelta(minutes=5), timedelta(days=1)

Handler = Callable[["Job"], None]
_handlers: dict[str, Handler] = {}


class JobError(Exception):
    """Raised by a handler: this job cannot be done, and the message is a sentence for the person who asked for it."""


class LeaseLost(Exception):
    """Another worker has this job now, or it has ended. Not to be caught by handlers."""


class State(models.TextChoices):
    QUEUED = "queued", gettext_lazy("waiting")
    RUNNING = "running", gettext_lazy("running")
    DONE = "done", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed")
    EXPIRED = "expired", gettext_lazy("expired")


OPEN_STATES = (State.QUEUED, State.RUNNING)
ENDED_STATES = (State.DONE, State.FAILED)


class JobQuerySet(models.QuerySet["Job"]):
    def due(self, now: datetime) -> "JobQuerySet":
        waiting = models.Q(state=State.QUEUED, not_before__lte=now)
        abandoned = models.Q(state=State.RUNNING, lease_until__lte=now)
        return self.filter(waiting | abandoned)

    def past_expiry(self, now: datetime) -> "JobQuerySet":
        return self.filter(state__in=ENDED_STATES, expires_at__lte=now)


class Job(models.Model):
    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=60)
    owner = models.CharField(max_length=120, blank=True, db_index=True)  # who may see it, in words of the caller's own
    parameters = EncryptedJSONField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    attempts = models.PositiveSmallIntegerField(default=0)
    not_before = models.DateTimeField(default=timezone.now)
    lease_token = models.UUIDField(null=True, editable=False)
    lease_until = models.DateTimeField(null=True, editable=False)
    error = models.TextField(blank=True)
    result = models.CharField(max_length=200, blank=True, editable=False)  # its name in STORAGES["private"]
    result_filename = models.CharField(max_length=200, blank=True)  # its name for the person who downloads it
    result_size = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)
    expires_at = models.DateTimeField(null=True, editable=False)

    objects = JobQuerySet.as_manager()

    class Meta:
        app_label = "config"
        indexes = [
            models.Index("not_before", name="job_waiting", condition=models.Q(state="queued")),
            models.Index("lease_until", name="job_running", condition=models.Q(state="running")),
            models.Index("expires_at", name="job_ended", condition=models.Q(state__in=["done", "failed"])),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    _written_at = 0.0  # of this worker's last write, on its monotonic clock

    def progress(self, done: int, total: int) -> None:
        """Says how far the work is and keeps the lease. Raises LeaseLost."""
        self.done, self.total = done, total
        if done >= total or time.monotonic() - self._written_at >= RENEW_EVERY:
            self._write(done=done, total=total, lease_until=timezone.now() + LEASE)

    def note(self, **found: object) -> None:
        """Keeps among its parameters what it has found out, for a later attempt. Raises LeaseLost."""
        self._write(parameters=self.parameters | found, lease_until=timezone.now() + LEASE)

    def save_result(self, filename: str, content: Iterable[bytes]) -> None:
        """Keeps `content`, whole, as this job's result. Raises LeaseLost, and then leaves no file behind."""
        former = self.result
        with tempfile.TemporaryFile() as file:  # without a name, so that nothing stays if this process is killed
            for part in content:
                file.write(part)
                self._renew()
            size = file.tell()
            file.seek(0)
            name = job_files.save(self.uuid, file)
        filename = get_valid_filename(filename)[-200:]
        try:
            self._write(result=name, result_filename=filename, result_size=size, lease_until=timezone.now() + LEASE)
        except LeaseLost:
            job_files.storage().delete(name)
            raise
        if former:
            job_files.storage().delete(former)

    def open_result(self) -> IO[bytes]:
        """Raises FileNotFoundError when there is none, or no longer."""
        if self.state != State.DONE or not self.result:
            raise FileNotFoundError(f"Job {self.uuid} has no result.")
        return job_files.storage().open(self.result)

    def keep_part(self, name: str, data: bytes | IO[bytes]) -> None:
        """Keeps a piece of the work for a later attempt, instead of one of that name. Raises LeaseLost.

        A name is of Latin letters, digits, "-" and "_".
        """
        self._write(lease_until=timezone.now() + LEASE)  # or a job that has ended would get files again
        kept = job_files.save_part(self.uuid, name, data)
        try:
            self._write(lease_until=timezone.now() + LEASE)
        except LeaseLost:
            job_files.storage().delete(kept)
            raise
        job_files.drop_older(self.uuid, name, kept)

    def part(self, name: str) -> bytes | None:
        """What was kept under that name, in this attempt or an earlier one."""
        file = self.open_part(name)
        if file is None:
            return None
        with file:
            return file.read()

    def open_part(self, name: str) -> IO[bytes] | None:
        return job_files.open_part(self.uuid, name)

    def _renew(self) -> None:
        if time.monotonic() - self._written_at >= RENEW_EVERY:
            self._write(lease_until=timezone.now() + LEASE)

    def _write(self, **values: object) -> None:
        mine = Job.objects.filter(pk=self.pk, state=State.RUNNING, lease_token=self.lease_token)
        if not mine.update(**values):
            raise LeaseLost(str(self.uuid))
        self._written_at = time.monotonic()
        for name, value in values.items():
            setattr(self, name, value)


def handler(kind: str) -> Callable[[Handler], Handler]:
    """Registers what jobs of this kind do, in a module that an AppConfig.ready() imports."""

    def register(run: Handler) -> Handler:
        if _handlers.setdefault(kind, run) is not run:
            raise ValueError(f"Two handlers for jobs of the kind {kind!r}.")
        return run

    return register


def start(kind: str, parameters: dict[str, object], owner: str = "") -> Job:
    """A job for the worker, begun once the surrounding transaction is committed."""
    job = Job.objects.create(kind=kind, parameters=parameters, owner=owner)
    transaction.on_commit(nudge)
    return job


class Publisher(publishing.Publisher):
    def publish(self, name: str) -> None:
        app.send_task("config.tasks.drain_jobs", queue=name, expires=60, retry=False)


_publisher = Publisher()


def nudge() -> None:
    """Says that there is work. A broker that is down costs nothing but time: the sweeper says it again."""
    _publisher.ask("jobs")


def nudge_due() -> bool:
    """For the sweeper: a nudge while anything is due."""
    due = Job.objects.due(timezone.now()).exists()
    if due:
        nudge()
    return due


_busy = threading.Lock()


def drain() -> int:
    """Runs what is due, for DRAIN_SECONDS or one job, then asks for another turn. Returns how many ran.

    One at a time a process: a worker has as many threads as there are queues, and mail must find its own free.
    """
    if not _busy.acquire(blocking=False):
        return 0  # the one at work asks for another turn when it is done
    try:
        began, ran = time.monotonic(), 0
        for job in _claimed():
            _run(job)
            ran += 1
            if time.monotonic() - began >= DRAIN_SECONDS:
                break
    finally:
        _busy.release()
    nudge_due()
    return ran


def clock_went_back(seconds: float) -> None:
    """The clock was set back by so much: see letters.pacing, which has the same for the post."""
    now, gone = timezone.now(), timedelta(seconds=seconds)
    for field in ("not_before", "lease_until"):
        Job.objects.filter(**{f"{field}__gt": now}).update(**{field: models.F(field) - gone})


def stop(rows: JobQuerySet, reason: str) -> int:
    """Ends those that wait or run; the reason is a sentence for the person who asked. Returns how many these were."""
    return _end(rows.filter(state__in=OPEN_STATES), State.FAILED, reason)


def expire(now: datetime) -> int:
    """Deletes the results, parameters and errors of jobs past their time. Safe to repeat, and to run twice at once."""
    expired = 0
    for job in list(Job.objects.past_expiry(now)[:500]):  # no open query while writing: SQLite would be locked
        job_files.delete(job.uuid)  # before the row forgets them: killed in between, the next call does it again
        expired += Job.objects.filter(pk=job.pk, state=job.state).update(
            state=State.EXPIRED, parameters={}, result="", result_filename="", result_size=0, error=""
        )
    return expired


def _claimed() -> Iterator[Job]:
    """Due jobs, oldest first, each made this worker's before it is handed out."""
    while True:
        now = timezone.now()
        found = Job.objects.due(now).order_by("not_before", "pk").values_list("pk", "state", "lease_token", "attempts")
        # A few, for other workers look at the same rows at the same moment.
        candidates = list(found[:10])
        if not candidates:
            return
        for pk, state, token, attempts in candidates:
            seen = Job.objects.filter(pk=pk, state=state, lease_token=token, attempts=attempts)
            if attempts >= MAX_ATTEMPTS:
                _end(seen, State.FAILED, gettext("The work stopped %(count)d times.") % {"count": attempts})
                continue
            lease = {"lease_token": uuid.uuid4(), "lease_until": now + LEASE}
            if seen.update(state=State.RUNNING, attempts=attempts + 1, done=0, total=0, **lease):
                yield Job.objects.get(pk=pk)
                break


def _run(job: Job) -> None:
    """One attempt. Whatever happens in it is written to the row, if the row is still ours."""
    mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease_token=job.lease_token)
    try:
        if job.kind in _handlers:
            _handlers[job.kind](job)
        else:
            _put_back(job)
            return
    except LeaseLost:
        log.warning("Job %s (%s) took longer than its lease; another worker has it.", job.uuid, job.kind)
    except JobError as error:
        _end(mine, State.FAILED, str(error))
    except Exception as error:
        # The places, not the message: it may hold what people typed.
        places = "".join(traceback.format_tb(error.__traceback__))
        log.error("Job %s (%s) failed: %s\n%s", job.uuid, job.kind, type(error).__name__, places)
        if job.attempts >= MAX_ATTEMPTS:
            _end(mine, State.FAILED, gettext("Something went wrong, %(count)d times.") % {"count": job.attempts})
        else:
            later = timezone.now() + job.attempts * RETRY_AFTER
            mine.update(state=State.QUEUED, lease_token=None, lease_until=None, not_before=later)
    else:
        _end(mine, State.DONE)


def _put_back(job: Job) -> None:
    """For another worker, or a later one: this one has no handler for its kind. No attempt was made."""
    mine = Job.objects.filter(pk=job.pk, state=State.RUNNING, lease_token=job.lease_token)
    log.error("No handler for jobs of the kind %r: its module is imported by no AppConfig.ready().", job.kind)
    error = gettext("This installation does not know how to do this work.")
    now = timezone.now()
    if now - job.created_at >= UNKNOWN_GIVEN_UP:
        _end(mine, State.FAILED, error)
        return
    again = {"not_before": now + UNKNOWN_AGAIN, "attempts": job.attempts - 1, "error": error}
    mine.update(state=State.QUEUED, lease_token=None, lease_until=None, **again)


def _end(rows: JobQuerySet, state: State, error: str = "") -> int:
    now = timezone.now()
    expires = now + timedelta(days=settings.JOB_RESULT_DAYS)
    ending = list(rows.values_list("uuid", flat=True))
    end = {"state": state, "error": error, "lease_token": None, "lease_until": None}
    ended = rows.update(**end, ended_at=now, expires_at=expires)
    for job in Job.objects.filter(uuid__in=ending, state__in=ENDED_STATES).values_list("uuid", flat=True):
        job_files.delete_parts(job)
    return ended
