"""A real installation in a folder of its own: its processes, to be killed and started again, and what it recorded."""

import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import redis
from cryptography.fernet import Fernet

from config.management.commands import up
from tests.services import KEPT_OF_THE_ENVIRONMENT, Killable, PostgreSQL, RabbitMQ, Redis, eventually

TREE = Path(__file__).parents[2]
FEEDER = Path(__file__).with_name("feeder.py")
ARMED = Path(__file__).with_name("armed")
# As short as they may be with whole seconds, so that what production does in a minute takes a few seconds here.
LEASE_SECONDS, SMTP_TIMEOUT_SECONDS = 3, 2
KILLED = 128 + 9
FIELD_ENCRYPTION_KEY = Fernet.generate_key().decode()
SQLITE = "countersign.sqlite3"
COMBINATIONS = ("sqlite-filesystem", "postgresql-redis", "postgresql-rabbitmq")


def worker_commands(combination: str) -> dict[str, list[str]]:
    """The one worker of the embedded queue as `manage.py up` starts it, the others as the units in deploy/ do."""
    if combination.endswith("-filesystem"):
        return {program.name: list(program.command) for program in up.programs() if program.name == "worker"}
    return {name: unit(name) for name in ("confirmations", "letters", "letters-2")}


def unit(name: str) -> list[str]:
    return [str(TREE / "deploy" / "worker"), name]


@dataclass
class Row:
    uuid: str
    kind: str
    state: str
    attempts: int
    changes: list[tuple[str, str]] = field(default_factory=list)
    details: list[str] = field(default_factory=list)


@dataclass
class Broker:
    url: str
    wipes: dict[str, Callable[[], None]]  # by their names
    server: Killable | None = None  # none: the queue is a folder


@dataclass
class Database:
    url: str  # empty: SQLite in the installation's folder
    crashes: dict[str, Callable[[], None]]
    connect: Callable[[], Any]


class Installation:
    def __init__(self, combination: str, folder: Path, database: Database, broker: Broker) -> None:
        self.combination, self.folder, self.database, self.broker = combination, folder, database, broker
        self.environment = {
            **{name: os.environ[name] for name in (*KEPT_OF_THE_ENVIRONMENT, "TZ") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": f"{ARMED}:{TREE}",
            "VAR_DIR": str(folder),
            "SECRET_KEY": "of-the-faults-0-abcdefghijklmnopqrstuvwxyz-ABCDEFGHI",
            "FIELD_ENCRYPTION_KEYS": FIELD_ENCRYPTION_KEY,
            "HASH_KEYS": "of-the-faults-1-abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BROKER_URL": broker.url,
            "DATABASE_URL": database.url,
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
            "SMTP_TIMEOUT_SECONDS": str(SMTP_TIMEOUT_SECONDS),
            "SMTP_ACCEPT_SECONDS": str(SMTP_TIMEOUT_SECONDS),
            "RETRY_SECONDS": "2",
            "BACKOFF_SECONDS": "1",
            "LOG_LEVEL": "ERROR",
            "FAILPOINTS_PASSED": str(folder / "failpoints"),
        }
        self.journal = folder / "journal"
        self.journal.touch()
        self.workers = worker_commands(combination)
        self.commands = {**self.workers, "sweeper": [sys.executable, str(TREE / "manage.py"), "sweep"]}
        self.running: dict[str, Killable] = {}

    def prepare(self, url: str, senders: int) -> None:
        if self.database.url:
            self.feeder("migrate")
        else:
            (self.folder / SQLITE).write_bytes(_migrated())
        self.feeder("senders", url, str(senders))

    def feeder(self, *arguments: str, failpoint: str = "") -> int:
        """A short-lived one, run to its end. Its exit status."""
        environment = self.environment | {"FAILPOINT": failpoint}
        ran = subprocess.run([sys.executable, FEEDER, *arguments], env=environment)
        assert failpoint or ran.returncode == 0
        return ran.returncode

    def start(self, name: str, *, failpoint: str = "", command: list[str] | None = None) -> None:
        if self.broker.url.startswith("filesystem:") and name in self.workers:
            for folder in (".", "messages", "processed", "control"):  # as the supervisor does before each start
                (self.folder / "queue" / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
        environment = self.environment | {"FAILPOINT": failpoint}
        made = Killable(command or self.commands[name], self.folder / f"{name}.log", env=environment, cwd=self.folder)
        made.start()
        self.running[name] = made

    def kill(self, name: str) -> None:
        self.running.pop(name).kill()

    def wait_until_killed(self, name: str) -> None:
        """By its own failpoint, and by nothing else."""
        process = self.running[name]
        status = eventually(
            process.ended, f"the failpoint of the {name}\n{self.logs()}\n{self.passed_failpoints()}", 30
        )
        assert status == KILLED, self.logs()
        self.kill(name)

    def ended(self) -> dict[str, int]:
        """Those that ended by themselves, with their exit status."""
        found = {name: process.ended() for name, process in self.running.items()}
        return {name: status for name, status in found.items() if status is not None}

    def passed_failpoints(self) -> list[str]:
        path = Path(self.environment["FAILPOINTS_PASSED"])
        return path.read_text().splitlines() if path.exists() else []

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        """Past our own code: what is in the database."""
        with closing(self.database.connect()) as connection:
            rows: list[tuple[Any, ...]] = connection.execute(sql).fetchall()
            return rows

    def write(self, *statements: str) -> None:
        with closing(self.database.connect()) as connection:
            for statement in statements:
                connection.execute(statement)
            connection.commit()

    def settled(self) -> bool:
        [(waiting,)] = self.read(
            "SELECT count(*) FROM letters_outgoingemail WHERE state IN ('queued', 'leased', 'handing')"
        )
        return not waiting

    def record(self) -> dict[str, Row]:
        """Every email by its uuid, with the changes of its state in order."""
        by_id: dict[int, Row] = {}
        for pk, uuid, kind, state, attempts in self.read(
            "SELECT id, uuid, kind, state, attempts FROM letters_outgoingemail ORDER BY id"
        ):
            by_id[pk] = Row(str(UUID(str(uuid))), kind, state, attempts)
        events = "SELECT email_id, from_state, to_state, detail FROM letters_deliveryevent ORDER BY id"
        for email, before, after, detail in self.read(events):
            by_id[email].changes.append((before, after))
            by_id[email].details.append(detail)
        return {row.uuid: row for row in by_id.values()}

    def as_if_the_waits_were_over(self) -> None:
        """What waits for another attempt, for a server or for a domain may try at once."""
        past = "'2020-01-01 00:00:00+00:00'"
        self.write(
            f"UPDATE letters_outgoingemail SET not_before = {past} WHERE state = 'queued'",
            "UPDATE letters_sender SET paused_until = NULL, server_failures = 0",
            "UPDATE letters_destination SET backed_off_until = NULL",
        )

    def logs(self) -> str:
        return "\n".join(f"{path.name}:\n{path.read_text()[-3000:]}" for path in self.folder.glob("*.log"))


@cache
def _migrated() -> bytes:
    """An empty SQLite database, made once: that takes longer than anything here."""
    with tempfile.TemporaryDirectory() as folder, installation("sqlite-filesystem", Path(folder)) as place:
        place.feeder("migrate")
        return (place.folder / SQLITE).read_bytes()


@contextmanager
def installation(combination: str, folder: Path) -> Iterator[Installation]:
    with ExitStack() as stack:
        database, broker = combination.split("-")
        made = Installation(
            combination,
            folder,
            stack.enter_context(_sqlite(folder) if database == "sqlite" else _postgresql()),
            stack.enter_context({"filesystem": _folder, "redis": _redis, "rabbitmq": _rabbitmq}[broker](folder)),
        )
        try:
            yield made
        finally:
            for name in list(made.running):
                made.kill(name)


@contextmanager
def _sqlite(folder: Path) -> Iterator[Database]:
    path = folder / SQLITE
    # Its crash is that of all processes that have it open, at once: the storm sees to that.
    yield Database("", {}, lambda: sqlite3.connect(path, timeout=20))


@contextmanager
def _postgresql() -> Iterator[Database]:
    """As durable as in production: fsync and the rest are on unless somebody turns them off."""
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        server = PostgreSQL(Path(folder))
        server.start()

        def immediate() -> None:
            server.stop_immediately()
            server.start_again()

        def killed() -> None:
            server.server.kill()
            server.start_again()

        try:
            crashes = {"pg_ctl -m immediate": immediate, "kill -9 of the postmaster": killed}
            yield Database(server.url, crashes, lambda: psycopg.connect(server.url, connect_timeout=5))
        finally:
            server.stop_immediately()


@contextmanager
def _folder(folder: Path) -> Iterator[Broker]:
    queue = folder / "queue"

    def emptied() -> None:
        for path in (queue / "messages").glob("*"):
            path.unlink(missing_ok=True)

    yield Broker(
        "filesystem://", {"folder deleted": lambda: shutil.rmtree(queue, ignore_errors=True), "emptied": emptied}
    )


@contextmanager
def _redis(_folder: Path) -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="countersign-redis-") as folder:
        server = Redis(Path(folder))
        server.start()

        def flushed() -> None:
            with redis.Redis.from_url(server.url) as connection:
                connection.flushall()

        def killed() -> None:
            server.server.kill()
            server.start()

        try:
            yield Broker(server.url, {"FLUSHALL": flushed, "kill -9, started empty": killed}, server.server)
        finally:
            server.server.kill()


@contextmanager
def _rabbitmq(_folder: Path) -> Iterator[Broker]:
    with tempfile.TemporaryDirectory(prefix="countersign-rabbitmq-") as folder:
        server = RabbitMQ(Path(folder))
        server.start()

        def killed() -> None:
            server.kill()
            server.start()

        def reset() -> None:
            server.kill()
            server.wipe()
            server.start()

        try:
            yield Broker(server.url, {"kill -9": killed, "kill -9, all data deleted": reset}, server.server)
        finally:
            server.kill()
