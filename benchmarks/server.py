"""The two web servers that are held against each other, on free ports.

Both are started by the command of production, with its workers and threads: that of deploy/systemd, or for the embedded
installation that of `manage.py up`.
"""

import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from .installation import ROOT
from .load import Order, Report
from .storming import StormOrder

UNIT = ROOT / "deploy" / "systemd" / "countersign-web.service"
STARTS_WITHIN = 30.0  # seconds
PROC = Path("/proc/self/stat").exists()  # Linux: only there a process's memory and processor time can be read
TICKS = os.sysconf("SC_CLK_TCK")

Command = Callable[[str, int], list[str]]  # of the application and the port


class Server:
    """`application` under what `command` starts. Use it in a `with`. Without an environment it has ours."""

    def __init__(
        self,
        application: str,
        environment: Mapping[str, str] | None = None,
        command: Command | None = None,
        **more: str,
    ) -> None:
        self.application = application
        self.environment = {**(os.environ if environment is None else environment), **more}
        self.command = command or of_the_unit
        self.port = free_port()
        self.log = tempfile.TemporaryFile()  # noqa: SIM115  (closed by stop)

    def __enter__(self) -> "Server":
        # The guard kills all of it when we end, however we do. It leads a session, by which its processes are found.
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "config" / "guard.py"), *self.command(self.application, self.port)],
            stdin=subprocess.PIPE,
            stdout=self.log,
            stderr=self.log,
            env=self.environment,
            start_new_session=True,
        )
        try:
            self.wait_until_it_answers()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            assert self.process.stdin
            self.process.stdin.close()  # on which the guard kills its group, itself too
            self.process.wait(5)
        self.log.close()

    def said(self) -> str:
        """The end of its log."""
        size = self.log.seek(0, os.SEEK_END)
        self.log.seek(max(0, size - 3_000))
        return self.log.read().decode(errors="replace")

    def wait_until_it_answers(self) -> None:
        deadline = time.monotonic() + STARTS_WITHIN
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urlopen(f"http://127.0.0.1:{self.port}/healthz/", timeout=2).close()
                return
            except HTTPError:
                return  # an answer too: the floors have no such page
            except (URLError, OSError):
                time.sleep(0.1)  # a server that does not listen yet can only be asked again
        raise RuntimeError(f"{self.application} did not answer within {STARTS_WITHIN:g} s\n{self.said()}")

    def get(self, path: str) -> bytes:
        try:
            with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
                body: bytes = answer.read()
        except HTTPError as error:
            raise RuntimeError(f"{self.application} answered {error} for {path}\n{self.said()}") from error
        return body

    def meet(self, order: Order) -> Report:
        """The crowd's report. Raises RuntimeError when an answer was not the one it expected."""
        try:
            return Report(**reported_by("benchmarks.load", order))
        except RuntimeError as error:
            raise RuntimeError(f"{self.application}: {error}\n{self.said()}") from error

    def cpu_seconds(self) -> float:
        """What its processes have used so far. Only where PROC."""
        return sum(sum(map(int, stat(pid)[11:13])) for pid in self.pids()) / TICKS

    def peak_mib(self) -> float:
        """The most memory its processes have held, added up. Only where PROC."""
        return sum(peak_mib(pid) for pid in self.pids())

    def pids(self) -> list[int]:
        """The server's own, without the guard's."""
        found = (int(folder.name) for folder in Path("/proc").glob("[0-9]*"))
        return [pid for pid in found if pid != self.process.pid and stat(pid)[3:4] == [str(self.process.pid)]]


def of_up(application: str, port: int) -> list[str]:
    from config.management.commands.up import programs  # it wants Django set up

    return served(next(program for program in programs() if program.name == "web server").command, application, port)


def of_the_unit(application: str, port: int) -> list[str]:
    """What systemd would start. Raises StopIteration or ValueError when the unit says it in another way."""
    lines = UNIT.read_text().splitlines()
    start = next(line.removeprefix("ExecStart=") for line in lines if line.startswith("ExecStart=")).split()
    variables = [line.removeprefix("Environment=") for line in lines if line.startswith("Environment=")]
    start[start.index("--working-dir") + 1] = str(ROOT)
    return ["/usr/bin/env", *variables, sys.executable, "-m", "granian", *served(start[1:], application, port)]


def served(production: Sequence[str], application: str, port: int) -> list[str]:
    found = [application if part == "config.wsgi:application" else part for part in production]
    found[found.index("--port") + 1] = str(port)
    return found


def reported_by(module: str, order: Order | StormOrder) -> dict[str, Any]:
    """What a process of its own says of what it did; RuntimeError with the end of its own when it failed."""
    crowd = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(asdict(order)),
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=order.seconds + 120,
    )
    if crowd.returncode:
        raise RuntimeError(crowd.stderr.strip()[-2_000:])
    report: dict[str, Any] = json.loads(crowd.stdout)
    return report


def free_port() -> int:
    """Below the range that outgoing connections take theirs from: the server comes a while after we have looked."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no free port")


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third, the state, on; nothing when there is no such process."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def peak_mib(pid: int) -> float:
    return memory_mib(pid, "VmHWM")


def memory_mib(pid: int, which: str = "VmRSS") -> float:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith(which)), 0.0)
