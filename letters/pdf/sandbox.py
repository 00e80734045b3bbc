"""Rendering in child processes: limited in memory and time, replaced when they die, and never too many at once.

A child is started when it is first needed and kept for the next document. Any number of threads may render; how many
do so at once, on the whole machine, is the number of slots, and a slot is a locked file, so it is free again when
its holder dies.
"""

import atexit
import contextlib
import fcntl
import json
import math
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, TypeVar

from . import child as wire

Rendered = TypeVar("Rendered")

# What a child may know of its surroundings: no keys, no addresses of databases.
ENVIRONMENT = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR", "XDG_CACHE_HOME", "FONTCONFIG_FILE",
               "FONTCONFIG_PATH", "LD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")  # fmt: skip


WAITING = "waiting"  # a file that everybody locks who waits and is hurried


class RenderingError(Exception):
    """The document could not be rendered."""


class MissingGlyphs(RenderingError):
    """No font here has these characters, each of which would be an empty box on paper.

    They are in `characters` and not in the message, which may be logged: a letter is its writer's.
    """

    def __init__(self, characters: str) -> None:
        super().__init__("no font here has some of its characters")
        self.characters = characters


class RenderingTimeout(RenderingError):
    """It took longer than allowed and was stopped."""


class RenderingBusy(RenderingError):
    """As many documents as allowed are being rendered; try again in `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"all slots are taken, try again in {retry_after} s")
        self.retry_after = retry_after


def patiently(render: Callable[[], Rendered], waited: Callable[[], object] = bool, times: int = 20) -> Rendered:
    """For work that nobody sits before: waits for a free renderer so many times, and tells of each by `waited`."""
    for _again in range(times):
        try:
            return render()
        except RenderingBusy as busy:
            time.sleep(busy.retry_after)  # who is looked at goes first; only the work itself waits here
            waited()
    return render()


class ChildGone(RenderingError):
    """The child ended before it answered."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one rendering may take. `slots_folder` is shared by all processes of the machine that render."""

    slots: int = 2
    slots_folder: Path = field(default_factory=lambda: Path(tempfile.gettempdir()) / f"letters-pdf-{os.getuid()}")
    wait_seconds: float = 2.0
    timeout_seconds: float = 20.0
    memory_mb: int = 1024
    renderings_per_child: int = 1500  # it grows by some 15 KB a letter; starting another takes half a second


@contextlib.contextmanager
def slot(limits: Limits, hurried: bool = True) -> Iterator[None]:
    """Who is not hurried takes none while somebody who is waits for one."""
    limits.slots_folder.mkdir(parents=True, exist_ok=True)
    taken = _taken(limits, hurried)
    if taken is None:
        deadline = time.monotonic() + limits.wait_seconds
        with _locked(limits.slots_folder / WAITING, fcntl.LOCK_SH) if hurried else contextlib.nullcontext():
            while taken is None:
                if time.monotonic() >= deadline:
                    raise RenderingBusy(retry_after=max(2, math.ceil(limits.wait_seconds) * 2))
                time.sleep(0.02)
                taken = _taken(limits, hurried)
    with taken:
        yield


def _taken(limits: Limits, hurried: bool) -> IO[bytes] | None:
    """A free slot, which is one until it is closed."""
    try:
        if not hurried:
            _locked(limits.slots_folder / WAITING, fcntl.LOCK_EX | fcntl.LOCK_NB).close()
    except BlockingIOError:
        return None
    for number in range(limits.slots):
        with contextlib.suppress(BlockingIOError):
            return _locked(limits.slots_folder / f"slot-{number}", fcntl.LOCK_EX | fcntl.LOCK_NB)
    return None


def _locked(path: Path, how: int) -> IO[bytes]:
    # Opened anew each time: a lock belongs to the opened file, so it holds between threads too.
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "rb+", buffering=0)
    try:
        fcntl.flock(file, how)
    except BlockingIOError:
        file.close()
        raise
    return file


class Child:
    """One rendering process. Not for two threads at once: the pool lends it to one."""

    def __init__(self, memory_mb: int) -> None:
        self.renderings = 0
        self.memory_mb = memory_mb
        self.process = subprocess.Popen(
            [sys.executable, "-I", wire.__file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ENVIRONMENT if name in os.environ},
            cwd="/",
        )
        with contextlib.suppress(OSError):
            wire.write_frame(self.stdin, json.dumps({"memory_mb": memory_mb}).encode())

    @property
    def stdin(self) -> IO[bytes]:
        assert self.process.stdin
        return self.process.stdin

    @property
    def stdout(self) -> IO[bytes]:
        assert self.process.stdout
        return self.process.stdout

    def ask(self, request: dict[str, Any], payload: bytes | None, seconds: float) -> list[bytes]:
        """The documents that the child answers with. After an exception other than a refusal the child is dead."""
        self.renderings += 1
        late = threading.Event()

        def stop() -> None:
            late.set()
            self.process.kill()

        timer = threading.Timer(seconds, stop)
        timer.daemon = True
        timer.start()
        try:
            return self._exchange({**request, "seconds": math.ceil(seconds)}, payload)
        except (OSError, EOFError) as error:
            self.end()
            if late.is_set() or self.process.returncode == -signal.SIGXCPU:
                raise RenderingTimeout(f"stopped after {seconds:g} s") from error
            raise ChildGone("the rendering process ended without an answer") from error
        except RenderingError:
            raise
        except BaseException:
            self.end()  # interrupted in the middle of a frame: nobody may read the rest as an answer
            raise
        finally:
            timer.cancel()

    def _exchange(self, request: dict[str, Any], payload: bytes | None) -> list[bytes]:
        wire.write_frame(self.stdin, json.dumps(request).encode())
        if payload is not None:
            wire.write_frame(self.stdin, payload)
        self.stdin.flush()
        answer = json.loads(self._read())
        if answer.get("characters"):
            raise MissingGlyphs(answer["characters"])
        if "error" in answer:
            raise RenderingError(f"the document could not be rendered ({answer['error']})")
        return [self._read() for _ in range(answer["ok"])]

    def _read(self) -> bytes:
        frame = wire.read_frame(self.stdout)
        if frame is None:
            raise EOFError
        return frame

    def end(self) -> None:
        self.process.kill()
        self.process.wait()
        for stream in (self.stdin, self.stdout):
            with contextlib.suppress(OSError):
                stream.close()


class Pool:
    """The idle children of this process."""

    def __init__(self) -> None:
        self.forget()
        # A forked process must not talk into its parent's pipes; it starts children of its own.
        os.register_at_fork(after_in_child=self.forget)
        atexit.register(self.close)

    def forget(self) -> None:
        self.lock = threading.Lock()
        self.idle: list[Child] = []

    def close(self) -> None:
        with self.lock:
            idle, self.idle = self.idle, []
        for child in idle:
            child.end()

    def render(
        self, request: dict[str, Any], limits: Limits, payload: bytes | None = None, hurried: bool = True
    ) -> list[bytes]:
        with slot(limits, hurried):
            while True:
                child, kept = self._take(limits)
                try:
                    results = child.ask(request, payload, limits.timeout_seconds)
                except ChildGone:
                    if kept:
                        continue  # it may have died long before it was asked
                    raise
                finally:
                    self._give_back(child, limits)
                return results

    def _take(self, limits: Limits) -> tuple[Child, bool]:
        with self.lock:
            while self.idle:
                child = self.idle.pop()
                if child.process.poll() is None and child.memory_mb == limits.memory_mb:
                    return child, True
                child.end()
        return Child(limits.memory_mb), False

    def _give_back(self, child: Child, limits: Limits) -> None:
        if child.process.poll() is not None or child.renderings >= limits.renderings_per_child:
            child.end()
            return
        with self.lock:
            self.idle.append(child)


POOL = Pool()
