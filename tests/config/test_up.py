"""The whole of `make run` but for its set-up: real web server, worker and sweeper, in a folder of their own."""

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class Up:
    def __init__(self, folder: Path) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port: int = probe.getsockname()[1]
        self.folder = folder
        self.log = folder / "log"
        self.queue = folder / "queue"
        self.process = self.start("--prepare")

    def start(self, *options: str) -> subprocess.Popen[bytes]:
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        demonstration = {"DEMONSTRATION": "1", "PORT": str(self.port), "VAR_DIR": str(self.folder)}
        command = [sys.executable, "manage.py", "up", *options]
        with self.log.open("a") as log:
            return subprocess.Popen(command, cwd=ROOT, env=kept | demonstration, stdout=log, stderr=log)

    def said(self) -> str:
        return self.log.read_text()

    def status_of(self, path: str) -> int:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        connection.request("GET", path)
        return connection.getresponse().status

    def family(self) -> dict[int, str]:
        """Every process it started, and they started, by number."""
        listing = subprocess.run(["ps", "-ww", "-eo", "pid=,ppid=,stat=,args="], capture_output=True, text=True).stdout
        rows = [line.split(None, 3) for line in listing.splitlines()]
        found = {self.process.pid: ""}
        for _ in range(4):  # deeper than the family is
            found |= {int(pid): args for pid, parent, stat, args in rows if int(parent) in found and stat[0] != "Z"}
        del found[self.process.pid]
        return found

    def worker(self) -> int | None:
        return next((pid for pid, args in self.family().items() if " celery " in args and "guard.py" not in args), None)


def eventually(condition: Callable[[], object], seconds: float = 60.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)  # polls other processes


def alive(pid: int) -> bool:
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = Up(tmp_path)
    try:
        eventually(lambda: "Countersign is ready" in up.said() or up.process.poll() is not None, 180)
        assert up.process.poll() is None, up.said()
        yield up
    finally:
        family = up.family()
        up.process.kill()
        up.process.wait()
        eventually(lambda: not any(alive(pid) for pid in family))


def test_up_from_an_empty_folder_to_the_end_of_its_supervisor(up: Up) -> None:
    assert f"Countersign is ready: http://127.0.0.1:{up.port}/\n" in up.said()
    assert up.status_of("/healthz/") == 200
    assert up.status_of("/") == 200

    second = up.start()
    assert second.wait(60) != 0
    assert f"Port {up.port} cannot be used" in up.said()

    first_worker = up.worker()
    assert first_worker is not None
    shutil.rmtree(up.queue)
    eventually(lambda: up.worker() not in (None, first_worker))
    eventually((up.queue / "messages").is_dir)
    assert up.queue.stat().st_mode & 0o777 == 0o700

    family = up.family()
    assert len(family) >= 7  # three guards, the web server's two processes, the worker and the sweeper
    up.process.kill()
    up.process.wait()
    eventually(lambda: not any(alive(pid) for pid in family))

    up.process = up.start()
    eventually(lambda: up.said().count("Countersign is ready") == 2)
    up.process.send_signal(signal.SIGTERM)
    family = up.family()
    assert up.process.wait(60) == 0
    assert not any(alive(pid) for pid in family)
