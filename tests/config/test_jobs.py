import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Lock, Semaphore, Thread

import pytest
from django.core.files.storage import storages
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone
from pytest_django.fixtures import DjangoCaptureOnCommitCallbacks, Settings

from config import jobs
from config.downloads import job_result
from config.jobs import Job, JobError, LeaseLost, State

pytestmark = pytest.mark.django_db

Register = Callable[[jobs.Handler], None]


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Register:
    """Says what a job of the kind "work" does."""

    def register(run: jobs.Handler) -> None:
        monkeypatch.setitem(jobs._handlers, "work", run)

    return register


def _later(job: Job, **times: object) -> None:
    Job.objects.filter(pk=job.pk).update(**times)


def _due_again(job: Job) -> None:
    _later(job, not_before=timezone.now())


def _in_another_process(monkeypatch: pytest.MonkeyPatch) -> int:
    """What `drain` does there: there the lock is another."""
    with monkeypatch.context() as there:
        there.setattr(jobs, "_busy", Lock())
        return jobs.drain()


def _abandoned(job: Job) -> None:
    """As kill -9 leaves it, when its lease has run out."""
    _later(job, lease_until=timezone.now() - timedelta(seconds=1))


def test_a_job_is_done_once_and_keeps_its_result_for_a_time(work: Register, settings: Settings) -> None:
    settings.JOB_RESULT_DAYS = 7

    def run(job: Job) -> None:
        job.progress(1, 2)
        job.save_result("signatures.csv", [b"name\r\n", f"{job.parameters['name']}\r\n".encode()])
        job.progress(2, 2)

    work(run)
    job = jobs.start("work", {"name": "Alice"}, owner="organisation 1")
    assert (jobs.drain(), jobs.drain()) == (1, 0)
    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.attempts, job.owner) == (State.DONE, 2, 2, 1, "organisation 1")
    assert (job.result_filename, job.result_size) == ("signatures.csv", 13)
    assert job.open_result().read() == b"name\r\nAlice\r\n"
    assert job.expires_at and job.ended_at and job.expires_at - job.ended_at == timedelta(days=7)


def test_the_worker_is_told_after_the_commit_and_not_before(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    told: list[str] = []
    monkeypatch.setattr(jobs.app, "send_task", lambda name, **options: told.append(f"{name} {options['queue']}"))
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        jobs.start("work", {})
        jobs._publisher.flush()
        assert told == []
    assert jobs._publisher.flush()
    assert told == ["config.tasks.drain_jobs jobs"]


def test_a_queue_that_is_down_loses_nothing(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionError

    monkeypatch.setattr(jobs.app, "send_task", refuse)
    with django_capture_on_commit_callbacks(execute=True):
        jobs.start("work", {})
    assert jobs.nudge_due(), "the sweeper says it again"


def test_there_is_nothing_to_tell_when_nothing_is_due() -> None:
    assert not jobs.nudge_due()
    _later(jobs.start("work", {}), not_before=timezone.now() + timedelta(minutes=1))
    assert not jobs.nudge_due()
    assert jobs.drain() == 0


def test_a_job_of_a_killed_worker_is_taken_up_when_its_lease_ends(work: Register) -> None:
    def killed(job: Job) -> None:
        job.save_result("half.txt", [b"from the first"])
        raise SystemExit

    work(killed)
    job = jobs.start("work", {})
    with pytest.raises(SystemExit):
        jobs.drain()
    job.refresh_from_db()
    assert job.state == State.RUNNING
    with pytest.raises(FileNotFoundError):
        job.open_result()
    work(lambda job: job.save_result("whole.txt", [b"from the second"]))
    assert jobs.drain() == 0, "the lease still holds"
    _abandoned(job)
    assert jobs.drain() == 1
    job.refresh_from_db()
    assert (job.state, job.attempts, job.open_result().read()) == (State.DONE, 2, b"from the second")
    assert len(storages["private"].listdir(f"jobs/{job.uuid}")[1]) == 1, "the first result is gone"


def test_a_worker_that_lost_its_lease_can_change_nothing_any_more(
    work: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(job: Job) -> None:
        _abandoned(job)
        work(lambda job: job.save_result("new.txt", [b"new"]))
        assert _in_another_process(monkeypatch) == 1
        for late in (lambda: job.progress(1, 1), lambda: job.save_result("old.txt", [b"old"])):
            with pytest.raises(LeaseLost):
                late()
        raise ValueError("and whatever comes of it")

    work(slow)
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.result_filename) == (State.DONE, 2, "new.txt")
    assert job.open_result().read() == b"new"
    assert len(storages["private"].listdir(f"jobs/{job.uuid}")[1]) == 1, "the late file was taken away again"


def test_progress_keeps_the_lease_without_a_write_for_every_step(
    work: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = [1000.0]
    monkeypatch.setattr(jobs.time, "monotonic", lambda: now[0])
    leases: list[object] = []

    def run(job: Job) -> None:
        for step in range(100):
            job.progress(step, 1000)
            leases.append(Job.objects.get().lease_until)
        now[0] += jobs.RENEW_EVERY
        job.progress(500, 1000)
        leases.append(Job.objects.get().lease_until)

    work(run)
    jobs.start("work", {})
    jobs.drain()
    assert len(set(leases)) == 2


def test_an_unexpected_error_is_tried_again_a_few_times_and_says_nothing_personal(
    work: Register, caplog: pytest.LogCaptureFixture
) -> None:
    def run(job: Job) -> None:
        raise ValueError(job.parameters["email"])

    work(run)
    job = jobs.start("work", {"email": "alice@example.org"})
    for attempt in range(1, jobs.MAX_ATTEMPTS + 1):
        assert jobs.drain() == 1
        assert jobs.drain() == 0, "not before a while has passed"
        job.refresh_from_db()
        assert job.attempts == attempt
        _due_again(job)
    assert job.state == State.FAILED
    assert job.error == "Something went wrong, 3 times."
    assert jobs.drain() == 0
    assert "ValueError" in caplog.text and "alice" not in caplog.text


def test_a_handler_can_say_in_a_sentence_why_it_cannot_be_done(work: Register) -> None:
    def run(job: Job) -> None:
        raise JobError("The campaign has no confirmed signatures.")

    work(run)
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.attempts, job.error) == (State.FAILED, 1, "The campaign has no confirmed signatures.")
    assert job.expires_at


def test_a_job_that_kills_its_worker_every_time_is_given_up(work: Register) -> None:
    def run(job: Job) -> None:
        raise SystemExit

    work(run)
    job = jobs.start("work", {})
    for _ in range(jobs.MAX_ATTEMPTS):
        with pytest.raises(SystemExit):
            jobs.drain()
        _abandoned(job)
    assert jobs.drain() == 0
    job.refresh_from_db()
    assert (job.state, job.error) == (State.FAILED, "The work stopped 3 times.")


def test_a_kind_this_worker_does_not_know_waits_for_one_that_does(
    caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = jobs.start("exports", {"email": "alice@example.org"})
    for _ in range(jobs.MAX_ATTEMPTS + 1):
        jobs.drain()
        assert jobs.drain() == 0, "not before a while has passed"
        job.refresh_from_db()
        assert (job.state, job.attempts) == (State.QUEUED, 0)
        assert "does not know" in job.error
        _due_again(job)
    assert "No handler for jobs of the kind 'exports'" in caplog.text and "AppConfig.ready()" in caplog.text
    assert "alice" not in caplog.text
    monkeypatch.setitem(jobs._handlers, "exports", lambda job: None)
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.error) == (State.DONE, "")


def test_a_kind_nobody_knows_is_given_up_after_a_day() -> None:
    job = jobs.start("never heard of", {})
    _later(job, created_at=timezone.now() - jobs.UNKNOWN_GIVEN_UP)
    jobs.drain()
    job.refresh_from_db()
    assert job.state == State.FAILED and "does not know" in job.error and job.expires_at


def test_one_process_runs_one_job_at_a_time_so_that_mail_finds_a_thread(
    work: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[int] = []

    def run(job: Job) -> None:
        ran.append(job.pk)
        if len(ran) == 1:
            assert jobs.drain() == 0, "this process is busy"
            assert _in_another_process(monkeypatch) == 2

    work(run)
    for _ in range(3):
        jobs.start("work", {})
    assert jobs.drain() == 1
    assert set(Job.objects.values_list("state", "attempts")) == {(State.DONE, 1)}
    assert sorted(ran) == sorted(Job.objects.values_list("pk", flat=True))


def test_a_process_is_free_again_after_a_handler_that_died(work: Register) -> None:
    def killed(job: Job) -> None:
        raise SystemExit

    work(killed)
    jobs.start("work", {})
    with pytest.raises(SystemExit):
        jobs.drain()
    work(lambda job: None)
    jobs.start("work", {})
    assert jobs.drain() == 1


def test_two_handlers_for_one_kind_are_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_handlers", {})
    jobs.handler("kind")(lambda job: None)
    with pytest.raises(ValueError, match="Two handlers"):
        jobs.handler("kind")(lambda job: None)


def test_after_a_long_job_the_others_get_a_turn_of_their_own(work: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    nudges: list[bool] = []
    monkeypatch.setattr(jobs, "nudge", lambda: nudges.append(True))
    monkeypatch.setattr(jobs, "DRAIN_SECONDS", 0.0)
    work(lambda job: None)
    for _ in range(2):
        jobs.start("work", {})
    assert (jobs.drain(), len(nudges), jobs.drain(), len(nudges)) == (1, 1, 1, 1)


def test_results_expire_with_all_that_was_personal(work: Register) -> None:
    work(lambda job: job.save_result("list.csv", [b"Alice"]))
    job = jobs.start("work", {"name": "Alice"})
    jobs.drain()
    job.refresh_from_db()
    storages["private"].save(f"jobs/{job.uuid}/of-a-killed-worker", job.open_result())
    assert job.expires_at
    assert jobs.expire(job.expires_at - timedelta(seconds=1)) == 0
    assert job.open_result().read() == b"Alice"
    assert (jobs.expire(job.expires_at), jobs.expire(job.expires_at)) == (1, 0)
    job.refresh_from_db()
    assert (job.state, job.parameters, job.result, job.result_filename) == (State.EXPIRED, {}, "", "")
    assert not storages["private"].exists(f"jobs/{job.uuid}")
    with pytest.raises(Http404):
        job_result(job)


def test_a_job_that_has_not_ended_does_not_expire(work: Register) -> None:
    jobs.start("work", {})
    assert jobs.expire(timezone.now() + timedelta(days=1000)) == 0


def test_the_result_is_for_its_owner_on_the_disk_too(work: Register) -> None:
    work(lambda job: job.save_result("list.csv", [b"Alice"]))
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    path = Path(storages["private"].path(job.result))
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    with pytest.raises(ValueError):
        storages["private"].url(job.result)


def test_a_result_is_saved_and_never_shown(work: Register) -> None:
    work(lambda job: job.save_result("../p\u00e4ge\r\n.html", [b"<script>"]))
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    response = job_result(job)
    assert b"".join(response) == b"<script>"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert "/" not in response["Content-Disposition"].removeprefix("attachment; filename*=utf-8''")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox;")
    assert "no-store" in response["Cache-Control"]


def test_parameters_are_encrypted() -> None:
    jobs.start("work", {"name": "Alice"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT parameters FROM config_job")
        assert "Alice" not in cursor.fetchone()[0]


@pytest.fixture
def own_database(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The surroundings of processes that share a database on the disk."""
    surroundings = os.environ | {"VAR_DIR": str(tmp_path), "DJANGO_SETTINGS_MODULE": "config.settings"}
    surroundings.pop("DATABASE_URL", None)
    make = "from django.db import connection\nwith connection.schema_editor() as e: e.create_model(jobs.Job)"
    subprocess.run([sys.executable, "-c", PROCESS + make], env=surroundings, check=True)
    yield surroundings


PROCESS = """
import os, sys, time, django; django.setup()
from config import jobs
@jobs.handler("work")
def run(job):
    job.progress(1, 2)
    print("running", flush=True)
    time.sleep(60 * job.parameters["minutes"])
    job.save_result("done.txt", [b"done"])
"""


def test_kill_9_in_the_middle_of_a_job_loses_nothing(own_database: dict[str, str]) -> None:
    def process(code: str) -> subprocess.Popen[str]:
        return subprocess.Popen([sys.executable, "-c", PROCESS + code], env=own_database, stdout=-1, text=True)

    with process("jobs.start('work', {'minutes': 5}); jobs.drain()") as worker:
        assert worker.stdout and worker.stdout.readline() == "running\n"
        worker.send_signal(signal.SIGKILL)
    end_lease = (
        "from django.utils import timezone\n"
        "assert jobs.drain() == 0\n"
        "jobs.Job.objects.update(lease_until=timezone.now(), parameters={'minutes': 0})\n"
        "ran, job = jobs.drain(), jobs.Job.objects.get()\n"
        "print(ran, job.state, job.attempts, job.open_result().read())"
    )
    with process(end_lease) as second:
        assert second.communicate()[0] == "running\n1 done 2 b'done'\n"
    assert second.returncode == 0


@pytest.mark.django_db(transaction=True)
def test_workers_that_start_together_run_each_job_once(work: Register, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_busy", Semaphore(4))  # as if each of the threads were a process
    ran: list[int] = []
    work(lambda job: ran.append(job.pk))
    for _ in range(12):
        jobs.start("work", {})
    together = Barrier(4)

    def worker() -> None:
        together.wait()
        try:
            jobs.drain()
        finally:
            connection.close()

    threads = [Thread(target=worker) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(ran) == sorted(Job.objects.values_list("pk", flat=True))
    assert set(Job.objects.values_list("state", "attempts")) == {(State.DONE, 1)}
