"""The two web servers that are held against each other, started as `manage.py up` starts its own, on free ports."""

import json
import os
import random
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from .installation import ROOT
from .load import Order, Report

STARTS_WITHIN = 30.0  # seconds
PROC = Path("/proc/self/stat").exists()  # Linux: only there a process's memory and processor time can be read
TICKS = os.sysconf("SC_CLK_TCK")


class Server:
    """`application` under granian, with the workers and threads of production. Use it in a `with`."""

    def __init__(self, application: str, **environment: str) -> None:
        self.application = application
        self.environment = environment
        self.port = free_port()

    def __enter__(self) -> "Server":
        # The guard kills all of it when we end, however we do. It leads a session, by which its processes are found.
        self.process = subprocess.Popen(
            [sys.executable, str(ROOT / "config" / "guard.py"), *command(self.application, self.port)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            env={**os.environ, **self.environment},
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
        raise RuntimeError(f"{self.application} did not answer within {STARTS_WITHIN:g} s")

    def get(self, path: str) -> bytes:
        with urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=30) as answer:
            body: bytes = answer.read()
        return body

    def meet(self, order: Order) -> Report:
        """The crowd's report. Raises RuntimeError when an answer was not the one it expected."""
        crowd = subprocess.run(
            [sys.executable, "-m", "benchmarks.load"],
            input=json.dumps(asdict(order)),
            capture_output=True,
            text=True,
            cwd=ROOT,
            timeout=order.seconds + 120,
        )
        if crowd.returncode:
            raise RuntimeError(f"{self.application}: {crowd.stderr.strip().splitlines()[-1][:500]}")
        return Report(**json.loads(crowd.stdout))

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


def command(application: str, port: int) -> list[str]:
    from config.management.commands.up import programs  # it wants Django set up

    production = list(next(program for program in programs() if program.name == "web server").command)
    production[production.index("--port") + 1] = str(port)
    return [application if part == "config.wsgi:application" else part for part in production]


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
