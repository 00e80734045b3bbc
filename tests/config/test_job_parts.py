"""What a handler keeps of its work, so that a killed worker's work is not done again."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import storages
from django.utils import timezone

from config import jobs
from config.jobs import Job, JobError, LeaseLost, State

pytestmark = pytest.mark.django_db


class Killed(BaseException):
    """As SIGKILL: nothing of ours is run any more."""


class Work:
    """Makes a result of four parts, and tells which of them it had to make."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[int] = []
        self.dies_before: int | None = None
        monkeypatch.setitem(jobs._handlers, "work", self)

    def __call__(self, job: Job) -> None:
        for number in range(4):
            if number == self.dies_before:
                self.dies_before = None
                raise Killed
            if job.part(f"number-{number}") is None:
                self.made.append(number)
                job.keep_part(f"number-{number}", f"[{number}]".encode())
        job.save_result("all.txt", (job.part(f"number-{number}") or b"" for number in range(4)))


@pytest.fixture
def work(monkeypatch: pytest.MonkeyPatch) -> Work:
    return Work(monkeypatch)


def _abandoned(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


def _killed(work: Work, before: int) -> Job:
    work.dies_before = before
    job = jobs.start("work", {})
    with pytest.raises(Killed):
        jobs.drain()
    job.refresh_from_db()
    return job


def _files(job: Job) -> list[str]:
    return storages["private"].listdir(f"jobs/{job.uuid}")[1]


def test_a_worker_killed_between_parts_is_followed_by_one_that_makes_only_the_rest(work: Work) -> None:
    job = _killed(work, before=2)
    assert work.made == [0, 1]
    _abandoned(job)
    assert jobs.drain() == 1
    job.refresh_from_db()
    assert work.made == [0, 1, 2, 3]
    assert (job.state, job.attempts, job.open_result().read()) == (State.DONE, 2, b"[0][1][2][3]")


def test_parts_go_when_the_job_is_done_and_its_result_stays(work: Work) -> None:
    job = _killed(work, before=3)
    assert len(_files(job)) == 3
    _abandoned(job)
    jobs.drain()
    job.refresh_from_db()
    assert _files(job) == [Path(job.result).name]


def test_parts_go_when_the_job_fails_for_good(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: Job) -> None:
        job.keep_part("first", b"Alice")
        raise JobError("It cannot be done.")

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    assert _files(job) == []


def test_parts_go_when_the_job_is_given_up_or_stopped(work: Work) -> None:
    given_up, stopped = _killed(work, before=2), _killed(work, before=2)
    Job.objects.filter(pk=given_up.pk).update(attempts=jobs.MAX_ATTEMPTS)
    _abandoned(given_up)
    jobs.drain()
    assert _files(given_up) == [] and len(_files(stopped)) == 2
    assert jobs.stop(Job.objects.all(), "A backup was restored.") == 1
    assert _files(stopped) == []


def test_parts_stay_while_the_job_is_to_be_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: Job) -> None:
        job.keep_part("first", b"Alice")
        raise ValueError

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.part("first")) == (State.QUEUED, b"Alice")


def test_a_part_that_comes_late_goes_with_the_result_at_the_latest(work: Work) -> None:
    job = jobs.start("work", {})
    jobs.drain()
    storages["private"].save(f"jobs/{job.uuid}/part.late.x.y", io.BytesIO(b"Alice"))
    assert jobs.expire(timezone.now() + timedelta(days=100)) == 1
    assert not storages["private"].exists(f"jobs/{job.uuid}")


def test_a_part_written_by_half_is_none(work: Work) -> None:
    """As a worker leaves it that is killed while it writes."""
    job = _killed(work, before=1)
    [name] = _files(job)
    path = Path(storages["private"].path(f"jobs/{job.uuid}/{name}"))
    path.write_bytes(path.read_bytes()[:-1])
    assert job.part("number-0") is None
    _abandoned(job)
    jobs.drain()
    job.refresh_from_db()
    assert work.made == [0, 0, 1, 2, 3] and job.open_result().read() == b"[0][1][2][3]"


def test_a_part_kept_again_takes_the_place_of_the_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: Job) -> None:
        job.keep_part("list-2", b"another")
        for said in (b"first", b"second", b"second"):
            job.keep_part("list", said)
        assert (job.part("list"), job.part("list-2"), job.part("lis")) == (b"second", b"another", None)
        assert len(_files(job)) == 2
        job.save_result("list.txt", [job.part("list") or b""])

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.open_result().read()) == (State.DONE, b"second")


def test_a_big_part_is_read_as_a_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(job: Job) -> None:
        job.keep_part("big", io.BytesIO(b"0123456789"))
        file = job.open_part("big")
        assert file is not None and job.open_part("other") is None
        with file:
            job.save_result("big.txt", iter(lambda: file.read(4), b""))

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.open_result().read()) == (State.DONE, b"0123456789")


@pytest.mark.parametrize("name", ["", "../list", "a/b", "a.b", "ä", "a" * 81])
def test_a_name_that_is_no_name_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    refused: list[str] = []

    def run(job: Job) -> None:
        with pytest.raises(ValueError, match="no name"):
            job.keep_part(name, b"")
        refused.append(name)

    monkeypatch.setitem(jobs._handlers, "work", run)
    jobs.start("work", {})
    jobs.drain()
    assert refused == [name]


def test_a_worker_that_lost_its_lease_keeps_no_part(monkeypatch: pytest.MonkeyPatch) -> None:
    late: list[str] = []

    def run(job: Job) -> None:
        job.keep_part("one", b"mine")
        Job.objects.filter(pk=job.pk).update(lease_token=None)
        with pytest.raises(LeaseLost):
            job.keep_part("one", b"late")
        late.append("refused")

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    assert late == ["refused"] and job.part("one") == b"mine" and len(_files(job)) == 1


def test_a_lease_lost_while_a_part_is_written_leaves_no_file(monkeypatch: pytest.MonkeyPatch) -> None:
    save, late = jobs.job_files.save_part, []

    def run(job: Job) -> None:
        def slow(*what: object) -> str:
            Job.objects.filter(pk=job.pk).update(lease_token=None)
            return save(*what)  # type: ignore[arg-type]

        monkeypatch.setattr(jobs.job_files, "save_part", slow)
        with pytest.raises(LeaseLost):
            job.keep_part("one", b"late")
        late.append("refused")

    monkeypatch.setitem(jobs._handlers, "work", run)
    job = jobs.start("work", {})
    jobs.drain()
    assert late == ["refused"] and _files(job) == []
