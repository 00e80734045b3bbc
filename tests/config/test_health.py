import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import DatabaseError, OperationalError, connection, transaction
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import Client
from pytest_django.fixtures import Settings

from config import health, heartbeat
from config.health import Finding

# The question is asked over a connection of its own.
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _everything_is_well(monkeypatch: pytest.MonkeyPatch, settings: Settings) -> None:
    monkeypatch.setattr(health, "_question", None)
    heartbeat.beat("sweeper")


def test_all_is_well() -> None:
    response = Client().get("/healthz/")
    assert response.status_code == 200
    lines = response.content.decode().splitlines()
    assert lines[:2] == ["ok", "database: answers"]
    assert any(line.startswith("sweeper: seen ") for line in lines)
    assert "post: on time" in lines
    assert "no-store" in response.headers["Cache-Control"]
    assert "Set-Cookie" not in response.headers


def test_without_its_database_it_asks_to_be_taken_out_and_tells_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(connection: object) -> Finding:
        raise DatabaseError("password of countersign at db.internal refused")

    monkeypatch.setattr(health, "database", gone)
    response = Client().get("/healthz/")
    assert (response.status_code, response.content) == (503, b"down: database\ndatabase: does not answer\n")


def test_a_database_without_our_tables_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Cursor:
        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, sql: str) -> None:
            asked.append(sql)

        def fetchone(self) -> None: ...

    class Connection:
        cursor = Cursor

    assert not health.database(Connection()).well  # type: ignore[arg-type]
    assert "django_migrations" in asked[0]


@pytest.fixture
def hanging(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[int]]:
    """A database that answers nobody until the test is over; how often it was asked."""
    over = threading.Event()
    asked: list[int] = []

    def hang(connection: object) -> Finding:
        asked.append(1)
        over.wait(30)
        return Finding(True, "answers")

    monkeypatch.setattr(health, "database", hang)
    yield asked
    over.set()


def test_a_database_that_hangs_keeps_nobody_and_is_asked_once(
    hanging: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert health.PATIENCE <= 2
    monkeypatch.setattr(health.ask, "__defaults__", (0.05,))
    for _ in range(3):
        response = Client().get("/healthz/")
        assert response.status_code == 503 and response.content.startswith(b"down: database\n")
    assert len(hanging) == 1


def test_a_server_that_takes_the_call_and_says_nothing_is_given_up() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        host, port = silent.getsockname()
        address = {"HOST": host, "PORT": port, "NAME": "countersign", "USER": "alice", "PASSWORD": "", "OPTIONS": {}}
        patient = DatabaseWrapper({**connection.settings_dict, **address}, "default")
        with pytest.raises(OperationalError):
            health.impatient(patient).ensure_connection()
        assert patient.settings_dict["OPTIONS"] == {}  # the others' connections stay as they are


def test_it_is_well_again_when_the_database_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(health, "database", lambda connection: Finding(False, "is away"))
        assert Client().get("/healthz/").status_code == 503
    assert Client().get("/healthz/").status_code == 200


Trouble = Callable[[pytest.MonkeyPatch], None]


def the_sweeper_is_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    silent_since = time.time() - health.SILENT_AFTER - 5
    monkeypatch.setattr(heartbeat, "last_beat", lambda name: silent_since)


def no_sweeper_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "last_beat", lambda name: None)


def a_question_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> Finding:
        raise RuntimeError("on purpose")

    monkeypatch.setitem(health._checks, "sweeper", fail)


@pytest.mark.parametrize("trouble", [the_sweeper_is_silent, no_sweeper_was_seen, a_question_fails])
def test_trouble_elsewhere_is_said_and_takes_no_web_server_out(
    trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    trouble(monkeypatch)
    response = Client().get("/healthz/")
    assert response.status_code == 200
    assert response.content.startswith(b"trouble: sweeper\n")
    assert Client().get("/healthz/?deep").status_code == 503


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL has no lock that keeps everybody from writing")
def test_a_lock_that_is_kept_is_told_although_readers_notice_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "LOCKED", 0.05)
    with transaction.atomic():
        held = Client().get("/healthz/").content.decode().splitlines()
    assert held[:2] == ["trouble: writing", "database: answers"]
    assert "writing: somebody keeps the database locked for over 0.05 s" in held
    assert b"writing: possible\n" in Client().get("/healthz/").content


def test_deep_is_content_when_all_is_well() -> None:
    assert Client().get("/healthz/?deep").status_code == 200


def test_threads_of_one_process_leave_their_signs_at_once() -> None:
    with ThreadPoolExecutor(8) as threads:
        for beat in [threads.submit(heartbeat.beat, "together") for _ in range(400)]:
            beat.result()
    assert heartbeat.last_beat("together") == pytest.approx(time.time(), abs=60)
    assert [path.name for path in heartbeat._path("together").parent.glob("together.*")] == ["together.beat"]


def test_a_sign_of_life_reaches_another_machine_through_the_cache(settings: Settings) -> None:
    settings.CACHE_URL = "redis://shared"
    heartbeat.beat("elsewhere")
    heartbeat._path("elsewhere").unlink()
    assert heartbeat.last_beat("elsewhere") == pytest.approx(time.time(), abs=60)
    settings.CACHE_URL = ""
    assert heartbeat.last_beat("elsewhere") is None
