"""A real installation (SQLite, embedded queue, worker, sweeper) in a folder of its own, to be killed and restarted."""

import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from cryptography.fernet import Fernet

from config.management.commands import up
from tests.smtp_server import SmtpServer

TREE = Path(__file__).parents[2]
INSIDE = Path(__file__).with_name("inside.py")
LEASE_SECONDS, SMTP_TIMEOUT_SECONDS = 1, 1


@dataclass
class Installation:
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TZ") if name in os.environ},
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "PYTHONPATH": str(TREE),
            "VAR_DIR": str(self.folder),
            "SECRET_KEY": "of-the-faults-0-abcdefghijklmnopqrstuvwxyz-ABCDEFGHI",
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "HASH_KEYS": "of-the-faults-1-abcdefghijklmnopqrstuvwxyz",
            "ALLOWED_HOSTS": "127.0.0.1",
            "BROKER_URL": "filesystem://",
            "OUTBOX_LEASE_SECONDS": str(LEASE_SECONDS),
            "SMTP_TIMEOUT_SECONDS": str(SMTP_TIMEOUT_SECONDS),
            "LOG_LEVEL": "ERROR",
        }

    def accept(self, number: int, url: str) -> list[str]:
        command = [sys.executable, str(INSIDE), str(number), url]
        answer = subprocess.run(command, env=self.environment, check=True, stdout=subprocess.PIPE).stdout
        uuids: list[str] = json.loads(answer)
        return uuids

    def read(self, sql: str) -> list[tuple[Any, ...]]:
        """Past our own code: what is in the database."""
        with closing(sqlite3.connect(self.folder / "countersign.sqlite3", timeout=20)) as database:
            return database.execute(sql).fetchall()

    def states(self) -> Counter[str]:
        return Counter(dict(self.read("SELECT state, count(*) FROM letters_outgoingemail GROUP BY state")))

    def settled(self) -> bool:
        return not set(self.states()) & {"queued", "leased", "handing"}

    def record(self) -> list[dict[str, Any]]:
        """Every email, with the changes of its state in order."""
        changes: dict[int, list[list[str]]] = defaultdict(list)
        for email, *change in self.read("SELECT email_id, from_state, to_state FROM letters_deliveryevent ORDER BY id"):
            changes[email].append(change)
        rows = self.read("SELECT id, uuid, kind, state FROM letters_outgoingemail")
        return [
            {"uuid": str(UUID(uuid)), "kind": kind, "state": state, "changes": changes[pk]}
            for pk, uuid, kind, state in rows
        ]

    def start(self, name: str) -> None:
        """The worker or the sweeper, by the command that `manage.py up` starts it with."""
        (command,) = [program.command for program in up.programs() if program.name == name]
        log = (self.folder / f"{name}.log").open("ab")
        self.running[name] = subprocess.Popen(
            command, env=self.environment, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
        )

    def kill(self, name: str) -> None:
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def wipe_queue(self) -> None:
        shutil.rmtree(self.folder / "queue", ignore_errors=True)

    def logs(self) -> str:
        return "\n".join(path.read_text()[-3000:] for path in self.folder.glob("*.log"))


@contextmanager
def installation(folder: Path) -> Iterator[Installation]:
    made = Installation(folder)
    try:
        yield made
    finally:
        for name in list(made.running):
            made.kill(name)


def wait_for(condition: Callable[[], bool], seconds: float, what: str) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"{what} did not come about in {seconds:g} s")
        time.sleep(0.02)


@dataclass
class Outcome:
    """The server's own record beside the database's, email by email."""

    accepted: list[str]
    record: list[dict[str, Any]]
    copies: Counter[str]
    worker_kills: int = 0
    broker_wipes: int = 0

    def rows(self, **fields: str) -> list[dict[str, Any]]:
        return [row for row in self.record if all(row[name] == value for name, value in fields.items())]

    def duplicated(self, kind: str) -> int:
        return sum(max(self.copies[row["uuid"]] - 1, 0) for row in self.rows(kind=kind))

    @property
    def lost(self) -> list[str]:
        """Accepted by us, and neither at the server nor shown as held."""
        held = {row["uuid"] for row in self.rows(state="held")}
        return [uuid for uuid in self.accepted if not self.copies[uuid] and uuid not in held]

    @property
    def wrongly_sent(self) -> list[str]:
        return [row["uuid"] for row in self.rows(state="sent") if not self.copies[row["uuid"]]]

    @property
    def held_wrongly(self) -> list[str]:
        held = self.rows(state="held")
        return [row["uuid"] for row in held if row["kind"] != "letter" or ["handing", "held"] not in row["changes"]]

    def line(self) -> str:
        figures = {
            "combination": "sqlite-filesystem",
            "accepted": len(self.accepted),
            "lost": len(self.lost),
            "letters_duplicated": self.duplicated("letter"),
            "confirmations_duplicated": self.duplicated("confirmation"),
            "held": len(self.rows(state="held")),
            "held_wrongly": len(self.held_wrongly),
            "wrongly_sent": len(self.wrongly_sent),
            "worker_kills": self.worker_kills,
            "broker_wipes": self.broker_wipes,
        }
        return "faults: " + " ".join(f"{name}={value}" for name, value in figures.items())

    def check(self) -> None:
        assert sorted(row["uuid"] for row in self.record) == sorted(self.accepted)
        assert self.lost == []
        assert self.wrongly_sent == []
        assert self.held_wrongly == []
        assert self.duplicated("letter") == 0
        assert {row["state"] for row in self.record} <= {"sent", "held"}
        for row in self.record:
            changes = row["changes"]
            assert all(before[1] == after[0] for before, after in zip(changes, changes[1:], strict=False))
            assert changes[0][0] == "queued" and changes[-1][1] == row["state"]


def kill_while_sending(
    place: Installation, server: SmtpServer, *, emails: int, kills: int, seed: int, patience: float
) -> Outcome:
    """Kills the worker -9 in the middle of sending `kills` times, wiping the queue's folder each time."""
    chance = random.Random(seed)
    accepted = place.accept(emails, server.url)
    assert len(accepted) == emails
    place.start("sweeper")
    spread = emails // (kills + 2)
    for _ in range(kills):
        already = len(server.began)
        place.start("worker")
        wait_for(lambda already=already: len(server.began) >= already + spread, patience, "sending")  # type: ignore[misc]
        time.sleep(chance.uniform(0, 2 * server.delay))
        if chance.random() < 0.5:  # while it runs, or after it is dead: both happen
            place.wipe_queue()
            place.kill("worker")
        else:
            place.kill("worker")
            place.wipe_queue()
    place.start("worker")
    wait_for(place.settled, patience, "the end of every email")
    copies = Counter(one.uuid for one in server.taken())
    return Outcome(accepted, place.record(), copies, worker_kills=kills, broker_wipes=kills)
