"""`manage.py up`: the web server, the worker and the sweeper, as one."""

import fcntl
import http.client
import socket
import sys
import time
from argparse import ArgumentParser
from contextlib import closing, suppress
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, call_command
from django.db import connections
from kombu.exceptions import OperationalError

from config import heartbeat, tasks
from config.celery import QUEUES, make_queue_folders
from config.supervisor import Program, Supervisor

HOST = "127.0.0.1"
ASK_WORKER_EVERY = 2.0  # seconds: a question may be lost with the queue's folder


class Command(BaseCommand):
    help = "Runs the web server, the worker and the sweeper until Ctrl-C or SIGTERM; starts again what dies."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prepare", action="store_true", help="first migrate, load seeds and collect static files")

    def handle(self, *, prepare: bool, **options: Any) -> None:
        refuse_a_port_in_use(settings.PORT)
        with closing(lock_this_folder()):
            if prepare:
                self.prepare()
            connections.close_all()
            status = Supervisor(programs(), f"Countersign is ready: http://{HOST}:{settings.PORT}/").run()
        if status:
            sys.exit(status)

    def prepare(self) -> None:
        print("Preparing the database.", flush=True)
        call_command("migrate", verbosity=0, interactive=False)
        print("Loading the seeds.", flush=True)
        call_command("load_seeds", verbosity=0)
        print("Collecting static files.", flush=True)
        call_command("collectstatic", verbosity=0, interactive=False)


def refuse_a_port_in_use(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CommandError(
                f"Port {port} cannot be used ({(error.strerror or str(error)).lower()}). "
                f"Choose another, as in: make run PORT={port + 1}"
            ) from error


def lock_this_folder() -> IO[str]:
    """The embedded queue bears one worker only, so one `up` for each VAR_DIR. The lock ends with this process."""
    path = Path(settings.VAR_DIR, "run", "up.lock")
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    lock = path.open("a")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandError(f"Countersign is already running on the data in {settings.VAR_DIR}.") from error
    return lock


def programs() -> list[Program]:
    python = sys.executable
    manage = str(Path(settings.BASE_DIR, "manage.py"))
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(settings.PORT)]
    web += ["--workers", "1", "--blocking-threads", "8", "--workers-kill-timeout", "5", "--no-ws"]
    web += ["--log-level", "error", "--working-dir", str(settings.BASE_DIR), "config.wsgi:application"]
    # Celery warns root, for the sake of pickle, which we do not speak.
    worker = [python, "-W", "ignore:You're running the worker:UserWarning", "-m", "celery", "--quiet"]
    worker += ["--workdir", str(settings.BASE_DIR), "-A", "config", "worker"]
    worker += ["--pool", "threads", "--concurrency", "4", "--queues", ",".join(QUEUES), "--loglevel", "WARNING"]
    worker += ["--without-mingle", "--without-gossip", "--without-heartbeat"]
    return [
        Program("web server", web, web_answers),
        Program("worker", worker, WorkerAnswers(), before_start=make_queue_folders_if_ours),
        Program("sweeper", [python, manage, "sweep"], sweeper_answers),
    ]


def make_queue_folders_if_ours() -> None:
    if settings.BROKER_URL.startswith("filesystem:"):
        make_queue_folders()


def web_answers(started: float) -> bool:
    connection = http.client.HTTPConnection(HOST, settings.PORT, timeout=2)
    try:
        connection.request("GET", "/healthz/", headers={"Host": urlsplit(settings.SITE_URL).netloc})
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()


class WorkerAnswers:
    """Asks through the broker, so that an answer proves the queue as well as the worker."""

    def __init__(self) -> None:
        self.ask_at = 0.0

    def __call__(self, started: float) -> bool:
        if (heartbeat.last_beat("worker") or 0.0) > started:
            return True
        if time.monotonic() >= self.ask_at:
            self.ask_at = time.monotonic() + ASK_WORKER_EVERY
            # Without a broker it is asked again, and the supervisor says who has not answered.
            with suppress(OperationalError, OSError):
                tasks.beat.apply_async(retry=False)
        return False


def sweeper_answers(started: float) -> bool:
    return (heartbeat.last_beat("sweeper") or 0.0) > started
