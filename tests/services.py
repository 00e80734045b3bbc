"""Real servers for the tests: PostgreSQL, Redis and the whole site, each on a free port and in a folder of its own.

Each is a context manager, starts a process of ours, and ends that process when it is left.
"""

import glob
import http.client
import json
import os
import pwd
import random
import re
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import pytest

ROOT = Path(__file__).parents[1]
GUARD = ROOT / "config" / "guard.py"
HOST = "127.0.0.1"
Found = TypeVar("Found")
PATIENCE = 120.0  # seconds: nothing here takes a tenth of it, unless the machine has much else to do
KEPT_OF_THE_ENVIRONMENT = ("PATH", "HOME", "LANG", "TMPDIR", "PYTHONPATH", "VIRTUAL_ENV")


def eventually(condition: Callable[[], Found], what: str, seconds: float = PATIENCE) -> Found:
    """The first true answer. Polls, because what is waited for happens in other processes."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"{what}: not within {seconds:.0f} seconds"
        time.sleep(0.05)
    return found


def free_port() -> int:
    """Below the range that outgoing connections take theirs from, so that it is still free when a slow server comes."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            try:
                probe.bind((HOST, port))
            except OSError:
                continue
            return port
    raise AssertionError("no free port")


def program(name: str, *folders: str) -> str | None:
    """The path of a program, from PATH or from the newest of the folders (glob patterns) that has it."""
    candidates = sorted((path for folder in folders for path in glob.glob(f"{folder}/{name}")), key=_by_number)
    return shutil.which(name) or (candidates[-1] if candidates else None)


def _by_number(path: str) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", path)]


@contextmanager
def running(command: Sequence[str], log: Path, **options: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that gets SIGTERM in the end, and dies with us if we are killed: it stands behind the site's guard."""
    guarded = [sys.executable, "-ISB", str(GUARD), *command]
    with log.open("ab") as output:
        process = subprocess.Popen(
            guarded, stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True, **options
        )
    assert process.stdin is not None
    try:
        yield process
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(30)
        process.stdin.close()  # what is left of it now, the guard kills
        process.wait()


def wait_until(ready: Callable[[], bool], process: subprocess.Popen[bytes], log: Path) -> None:
    eventually(lambda: process.poll() is not None or ready(), f"an answer from {process.args!r}")
    assert process.poll() is None, f"{process.args!r} ended:\n{log.read_text(errors='replace')[-4000:]}"


def accepts_connections(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


@contextmanager
def redis_server() -> Iterator[str]:
    """Its address, as in redis://127.0.0.1:4711/0."""
    command = program("redis-server") or program("valkey-server")
    if command is None:
        pytest.skip("Redis is absent")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="countersign-redis-") as folder:
        log = Path(folder, "log")
        options = ["--port", str(port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", folder]
        with running([command, *options], log) as process:
            wait_until(lambda: accepts_connections(port), process, log)
            yield f"redis://{HOST}:{port}/0"


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database, as in postgres://tests:…@127.0.0.1:4711/tests."""
    where = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
    initdb, postgres = program("initdb", *where), program("postgres", *where)
    if initdb is None or postgres is None:
        pytest.skip("PostgreSQL is absent")
    port, password = free_port(), secrets.token_hex(16)
    # In /tmp and short: the path of a socket may have about 100 characters.
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        data, log, secret = Path(folder, "data"), Path(folder, "log"), Path(folder, "password")
        secret.write_text(password)
        owner = _unprivileged_owner(folder, secret)
        options = ["--username=tests", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        made = subprocess.run(
            [initdb, "--pgdata", data, *options, "--locale=C"], cwd=folder, capture_output=True, text=True, **owner
        )
        assert made.returncode == 0, made.stdout + made.stderr
        settings = {
            "listen_addresses": HOST,
            "unix_socket_directories": folder,
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
        }
        command = [*_as(owner), postgres, "-D", str(data), "-p", str(port)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with running(command, log, cwd=folder) as process:
            address = f"postgres://tests:{password}@{HOST}:{port}"
            wait_until(lambda: _database_made(address), process, log)
            yield f"{address}/tests"


def _unprivileged_owner(folder: str, *files: Path) -> dict[str, Any]:
    """Options of subprocess that give up root, which PostgreSQL refuses; the folder is given to that user."""
    if os.getuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    for path in (Path(folder), *files):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _as(owner: dict[str, Any]) -> list[str]:
    """What to write before a command that must not run as root; the guard before it stays ours and readable to us."""
    if not owner:
        return []
    drop = "import os, sys; os.setgroups([]); os.setgid(int(sys.argv[1])); os.setuid(int(sys.argv[2]))"
    run = "os.execv(sys.argv[3], sys.argv[3:])"
    return [sys.executable, "-ISc", f"{drop}; {run}", str(owner["group"]), str(owner["user"])]


def _database_made(address: str) -> bool:
    import psycopg  # not where only the site is wanted

    try:
        with psycopg.connect(f"{address}/postgres", autocommit=True, connect_timeout=5) as connection:
            connection.execute("CREATE DATABASE tests")
    except psycopg.OperationalError:
        return False
    return True


class Site:
    """The whole of Countersign in demonstration mode, as `make run` starts it."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "log"

    def get(self, path: str) -> bytes:
        connection = http.client.HTTPConnection(HOST, self.port, timeout=60)
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        assert response.status == 200, f"{path} answered {response.status}: {body[:500]!r}\n{self.said()[-2000:]}"
        return body

    def count(self, slug: str) -> int:
        return int(json.loads(self.get(f"/{slug}/count.json"))["count"])

    def emails(self, **wanted: str) -> list[dict[str, Any]]:
        """What the mailbox lists, newest first; `wanted` are parts of its values, as in to="alice@"."""
        found: list[dict[str, Any]] = json.loads(self.get("/mailbox/messages.json"))
        return [email for email in found if all(part in email[name] for name, part in wanted.items())]

    def email(self, **wanted: str) -> dict[str, Any]:
        """The newest email that is like this, as soon as it comes."""
        return eventually(lambda: self.emails(**wanted), f"an email like {wanted}\n{self.said()[-2000:]}")[0]

    def link(self, text: str, *beginning: str) -> str:
        """The path of the first address in a text that leads to our /beginning…"""
        for path in beginning:
            if found := re.search(re.escape(self.url + path) + r"[^\s<>\"]+", text):
                return urlsplit(found[0]).path
        raise AssertionError(f"no link to {beginning} in:\n{text}")

    def attachment(self, email: dict[str, Any], number: int = 0) -> bytes:
        return self.get(urlsplit(email["attachments"][number]["url"]).path)

    def said(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


@contextmanager
def site(**environment: str) -> Iterator[Site]:
    """`manage.py up` on a port and in a folder of its own; `environment` chooses another database, broker or cache."""
    with tempfile.TemporaryDirectory(prefix="countersign-site-", ignore_cleanup_errors=True) as folder:
        found = Site(Path(folder), free_port())
        kept = {name: os.environ[name] for name in KEPT_OF_THE_ENVIRONMENT if name in os.environ}
        ours = {"DEMONSTRATION": "1", "PORT": str(found.port), "VAR_DIR": folder, "PYTHONUNBUFFERED": "1"}
        command = [sys.executable, "manage.py", "up", "--prepare"]
        with running(command, found.log, cwd=ROOT, env=kept | ours | environment) as process:
            wait_until(lambda: "Countersign is ready" in found.said(), process, found.log)
            yield found
