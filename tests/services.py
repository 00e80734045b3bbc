"""Real servers for the tests: PostgreSQL, Redis, RabbitMQ, the whole site; each on a free port, in a folder of its own.

Each is a context manager, starts a process of ours, and ends that process when it is left. The classes can also kill
theirs and start it again on the same port and the same data.
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
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
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


class Killable:
    """A process behind the site's guard, which can be killed -9 with all that it started, and started again."""

    def __init__(self, command: Sequence[str], log: Path, **options: Any) -> None:
        self.command, self.log, self.options = command, log, options
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> subprocess.Popen[bytes]:
        assert self.process is None
        guarded = [sys.executable, "-ISB", str(GUARD), *self.command]
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                guarded,
                stdin=subprocess.PIPE,  # the guard kills what it guards when this closes
                stdout=output,
                stderr=output,
                start_new_session=True,
                **self.options,
            )
        return self.process

    def kill(self) -> None:
        process = self._let_go()
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def terminate(self, seconds: float = 30) -> int:
        """SIGTERM, and its exit status; what does not end by itself is killed, and raises TimeoutExpired."""
        process = self.process
        assert process is not None
        process.terminate()
        try:
            return process.wait(seconds)
        finally:
            self.kill()

    def ended(self) -> int | None:
        """Its exit status, 128 and the signal's number if one ended it; None while it runs."""
        assert self.process is not None
        return self.process.poll()

    def _let_go(self) -> subprocess.Popen[bytes]:
        process, self.process = self.process, None
        assert process is not None and process.stdin is not None
        process.stdin.close()
        return process


class Redis:
    """Keeps nothing on disk, so that whatever starts again is empty."""

    def __init__(self, folder: Path) -> None:
        command = program("redis-server") or program("valkey-server")
        if command is None:
            pytest.skip("Redis is absent")
        self.port = free_port()
        self.url = f"redis://{HOST}:{self.port}/0"
        options = ["--port", str(self.port), "--bind", HOST, "--save", "", "--appendonly", "no", "--dir", str(folder)]
        self.server = Killable([command, *options], folder / "log")

    def start(self) -> None:
        process = self.server.start()
        wait_until(lambda: accepts_connections(self.port), process, self.server.log)


@contextmanager
def redis_server() -> Iterator[str]:
    """Its address, as in redis://127.0.0.1:4711/0."""
    with tempfile.TemporaryDirectory(prefix="countersign-redis-") as folder:
        redis = Redis(Path(folder))
        redis.start()
        try:
            yield redis.url
        finally:
            redis.server.kill()


class RabbitMQ:
    """A node of its own, with its own port mapper, so that none is left behind; its messages are on disk."""

    def __init__(self, folder: Path) -> None:
        command = program("rabbitmq-server", "/usr/lib/rabbitmq/bin", "/opt/homebrew/sbin", "/usr/local/sbin")
        epmd = program("epmd", "/usr/lib/erlang/erts-*/bin", "/opt/homebrew/lib/erlang/erts-*/bin")
        if os.path.exists("/usr/lib/rabbitmq/bin/rabbitmq-server"):
            command = "/usr/lib/rabbitmq/bin/rabbitmq-server"  # Debian's own in PATH changes folder and owner
        if command is None or epmd is None:
            pytest.skip("RabbitMQ is absent")
        self.folder = folder
        self.port, mapper_port, node_port = free_port(), free_port(), free_port()
        self.url = f"amqp://guest:guest@{HOST}:{self.port}//"
        (folder / "rabbitmq.conf").write_text(f"listeners.tcp.1 = {HOST}:{self.port}\n")
        self.data = folder / "data"
        kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
        self.environment = kept | {
            "HOME": str(folder),
            "RABBITMQ_NODENAME": f"tests{self.port}@localhost",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(node_port),
            "RABBITMQ_MNESIA_BASE": str(self.data),
            "RABBITMQ_LOG_BASE": str(folder / "logs"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_PID_FILE": str(folder / "pid"),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1}",
            "ERL_EPMD_PORT": str(mapper_port),
            "ERL_EPMD_ADDRESS": HOST,
        }
        # It would start one that stays when all is over; a name that outlives its node keeps the node from coming back.
        self.mapper = Killable([epmd, "-port", str(mapper_port), "-address", HOST], folder / "log")
        self.mapper_port = mapper_port
        self.server = Killable([command], folder / "log", env=self.environment, cwd=folder)

    def start(self) -> None:
        process = self.mapper.start()
        wait_until(lambda: accepts_connections(self.mapper_port), process, self.mapper.log)
        process = self.server.start()
        wait_until(self.answers, process, self.server.log)

    def answers(self) -> bool:
        import kombu  # not where only the site is wanted

        limits = {"read_timeout": 10, "write_timeout": 10}
        with kombu.Connection(self.url, connect_timeout=5, transport_options=limits) as connection:
            try:
                connection.connect()
            except (*connection.connection_errors, *connection.channel_errors):
                return False
            return True

    def kill(self) -> None:
        self.server.kill()
        self.mapper.kill()

    def wipe(self) -> None:
        """Everything it knows; while it is down."""
        shutil.rmtree(self.data, ignore_errors=True)


@contextmanager
def rabbitmq_server() -> Iterator[str]:
    """Its address, as in amqp://guest:guest@127.0.0.1:4711//."""
    with tempfile.TemporaryDirectory(prefix="countersign-rabbitmq-") as folder:
        rabbitmq = RabbitMQ(Path(folder))
        with ExitStack() as stack:
            stack.callback(rabbitmq.kill)
            rabbitmq.start()
            yield rabbitmq.url


NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class PostgreSQL:
    """An empty cluster in `folder`, whose path must be short: that of a socket may have about 100 characters."""

    def __init__(self, folder: Path, **settings: str) -> None:
        where = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/opt/homebrew/opt/postgresql*/bin")
        initdb, postgres = program("initdb", *where), program("postgres", *where)
        if initdb is None or postgres is None:
            pytest.skip("PostgreSQL is absent")
        self.port, password, self.data = free_port(), secrets.token_hex(16), folder / "data"
        secret = folder / "password"
        secret.write_text(password)
        owner = unprivileged_owner(str(folder), secret)
        options = ["--username=tests", f"--pwfile={secret}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-sync"]
        made = subprocess.run(
            [initdb, "--pgdata", self.data, *options, "--locale=C"], cwd=folder, capture_output=True, text=True, **owner
        )
        assert made.returncode == 0, made.stdout + made.stderr
        settings = {"listen_addresses": HOST, "unix_socket_directories": str(folder), **settings}
        command = [*as_owner(owner), postgres, "-D", str(self.data), "-p", str(self.port)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        self.address = f"postgres://tests:{password}@{HOST}:{self.port}"
        self.url = f"{self.address}/tests"
        self.server = Killable(command, folder / "log", cwd=folder)

    def start(self) -> None:
        process = self.server.start()
        wait_until(lambda: _database_made(self.address), process, self.server.log)

    def start_again(self) -> None:
        """On the data that a crash left. Refused while processes of the old one live, which takes them a moment."""

        def up() -> bool:
            if self.server.ended() is not None:
                self.server.kill()
                self.server.start()
            return _answers(self.url)

        self.server.start()
        eventually(up, "PostgreSQL after its crash")

    def stop_immediately(self) -> None:
        """What `pg_ctl -m immediate` does: no checkpoint, nothing more is written, the next start recovers."""
        postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGQUIT)
        eventually(lambda: self.server.ended() is not None, "the end of PostgreSQL")
        self.server.kill()


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database, as in postgres://tests:…@127.0.0.1:4711/tests."""
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        server = PostgreSQL(Path(folder), **NOT_DURABLE)
        with ExitStack() as stack:
            server.start()
            stack.callback(server.stop_immediately)
            yield server.url


def unprivileged_owner(folder: str, *files: Path) -> dict[str, Any]:
    """Options of subprocess that give up root, which PostgreSQL refuses; the folder is given to that user."""
    if os.getuid() != 0:
        return {}
    known = {user.pw_name: user for user in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    for path in (Path(folder), *files):
        os.chown(path, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def as_owner(owner: dict[str, Any]) -> list[str]:
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


def _answers(url: str) -> bool:
    import psycopg

    try:
        psycopg.connect(url, connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


class Site:
    """The whole of Countersign in demonstration mode, as `make run` starts it."""

    def __init__(self, folder: Path, port: int, **environment: str) -> None:
        self.folder = folder
        self.port = port
        self.url = f"http://{HOST}:{port}"
        self.log = folder / "log"
        kept = {name: os.environ[name] for name in KEPT_OF_THE_ENVIRONMENT if name in os.environ}
        ours = {"DEMONSTRATION": "1", "PORT": str(port), "VAR_DIR": str(folder), "SIGN_SECONDS_AT_LEAST": "0"}
        self.environment = kept | ours | environment

    def run(self, code: str) -> None:
        """Python in a process of its own, with the site's settings and in its database."""
        command = [sys.executable, "manage.py", "shell", "-v0", "-c", code]
        ran = subprocess.run(command, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=PATIENCE)
        assert ran.returncode == 0, ran.stderr

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
        found = Site(Path(folder), free_port(), **environment)
        command = [sys.executable, "manage.py", "up", "--prepare"]
        with running(command, found.log, cwd=ROOT, env=found.environment | {"PYTHONUNBUFFERED": "1"}) as process:
            wait_until(lambda: "Countersign is ready" in found.said(), process, found.log)
            yield found
