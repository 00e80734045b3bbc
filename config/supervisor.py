"""Runs several programs as one: starts them, starts again what dies, says when all of them answer, and ends them all.

Each program stands behind a guard (config/guard.py) in a process group of its own, so that nothing it starts outlives
it or us, even if we are killed. One thread, which sleeps until a signal, some output or the next thing due.
"""

import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

GUARD = Path(__file__).with_name("guard.py")
STEADY_SECONDS = 10.0  # a program that lived this long has started well, and is started again at once
LONGEST_PAUSE = 30.0
KEEPS_STOPPING = 3  # this many bad starts in a row are worth showing what the program printed
GIVE_UP = 5  # and this many, before everything has answered once, mean that it will not start
ASK_AGAIN = 0.2
STILL_WAITING = 30.0


@dataclass(frozen=True)
class Program:
    name: str
    command: Sequence[str]
    answers: Callable[[float], bool]  # has it answered since this time (seconds since the epoch)?
    before_start: Callable[[], None] = lambda: None


@dataclass
class Child:
    program: Program
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    start_due: float = 0.0
    bad_starts: int = 0
    answered: bool = False
    printed: deque[str] = field(default_factory=lambda: deque(maxlen=12))


class Supervisor:
    def __init__(
        self,
        programs: Sequence[Program],
        ready_line: str,
        *,
        grace: float = 10.0,
        first_pause: float = 0.25,
        say: Callable[[str], None] = lambda line: print(line, flush=True),
    ) -> None:
        self.children = [Child(program) for program in programs]
        self.ready_line = ready_line
        self.grace = grace
        self.first_pause = first_pause
        self.say = say
        self.ready = False
        self.stop_requests = 0
        self.failed = False
        self.remind_at = time.monotonic() + STILL_WAITING
        self.events = selectors.DefaultSelector()

    def run(self) -> int:
        """Until SIGTERM, SIGINT or SIGHUP, or until a program will not start. Returns an exit status."""
        self._listen_for_signals()
        try:
            while not self.stop_requests and not self.failed:
                self._start_what_is_due()
                self._ask_for_answers()
                self._sleep(self._until_next_deed())
                self._reap()
        finally:
            self._stop_all()
        return 1 if self.failed else 0

    def _listen_for_signals(self) -> None:
        wake, waker = os.pipe()
        os.set_blocking(wake, False)
        os.set_blocking(waker, False)
        signal.set_wakeup_fd(waker, warn_on_full_buffer=False)
        self.events.register(wake, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, self._stop_requested)

    def _stop_requested(self, *_: object) -> None:
        self.stop_requests += 1

    def _start_what_is_due(self) -> None:
        for child in self.children:
            if child.process is None and child.start_due <= time.monotonic():
                self._start(child)

    def _start(self, child: Child) -> None:
        child.program.before_start()
        child.answered = False
        child.printed.clear()
        child.started = time.time()
        child.process = subprocess.Popen(
            [sys.executable, "-ISB", str(GUARD), *child.program.command],
            stdin=subprocess.PIPE,  # held open by us alone: its end is how the guard knows of ours
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            bufsize=0,
            start_new_session=True,
        )
        assert child.process.stdout is not None
        os.set_blocking(child.process.stdout.fileno(), False)
        self.events.register(child.process.stdout, selectors.EVENT_READ, child)

    def _ask_for_answers(self) -> None:
        if self.ready:
            return
        for child in self.children:
            if child.process is not None and not child.answered:
                child.answered = child.program.answers(child.started)
        waiting = [child.program.name for child in self.children if not child.answered]
        if not waiting:
            self.ready = True
            self.say(self.ready_line)
        elif time.monotonic() > self.remind_at:
            self.remind_at += STILL_WAITING
            self.say(f"Still waiting for an answer from: {', '.join(waiting)}.")

    def _until_next_deed(self) -> float | None:
        due = [child.start_due - time.monotonic() for child in self.children if child.process is None]
        if not self.ready:
            due.append(ASK_AGAIN)
        return max(0.0, min(due)) if due else None

    def _sleep(self, seconds: float | None) -> None:
        for key, _ in self.events.select(seconds):
            if isinstance(key.data, Child):
                self._pass_on_output(key.data)
            else:
                os.read(key.fd, 512)  # a signal: its handler has run, or _reap will see what it meant

    def _pass_on_output(self, child: Child) -> None:
        process = child.process
        if process is None or process.stdout is None or process.stdout.closed:
            return
        try:
            output = os.read(process.stdout.fileno(), 65_536)
        except BlockingIOError:
            return
        if not output:
            self.events.unregister(process.stdout)
            process.stdout.close()
            return
        sys.stderr.buffer.write(output)
        sys.stderr.buffer.flush()
        child.printed.extend(output.decode(errors="replace").splitlines())

    def _reap(self) -> None:
        for child in self.children:
            if child.process is not None and child.process.poll() is not None:
                self._bury(child, child.process)

    def _bury(self, child: Child, process: subprocess.Popen[bytes]) -> None:
        """The guard is gone: so must be all that it guarded."""
        _kill_group(process)
        self._pass_on_output(child)
        if process.stdout is not None and not process.stdout.closed:
            self.events.unregister(process.stdout)
            process.stdout.close()
        if process.stdin is not None:
            process.stdin.close()
        child.process = None
        if self.stop_requests or self.failed:
            return
        lived = time.time() - child.started
        child.bad_starts = 0 if lived >= STEADY_SECONDS else child.bad_starts + 1
        pause = min(self.first_pause * 2**child.bad_starts, LONGEST_PAUSE)
        child.start_due = time.monotonic() + pause
        self._tell_of_the_end(child, _how_it_ended(process.returncode), pause)

    def _tell_of_the_end(self, child: Child, how: str, pause: float) -> None:
        name = child.program.name
        if child.bad_starts < KEEPS_STOPPING:
            self.say(f"The {name} stopped ({how}); starting it again.")
            return
        last = "\n".join(f"    {line}" for line in child.printed) or "    (nothing)"
        self.failed = not self.ready and child.bad_starts >= GIVE_UP
        then = "Giving up." if self.failed else f"Trying again in {pause:.0f} s."
        self.say(f"The {name} keeps stopping ({how}). The last it printed:\n{last}\n{then}")

    def _stop_all(self) -> None:
        for child in self.children:
            if child.process is not None:
                child.process.terminate()  # the guard passes it on
        deadline = time.monotonic() + self.grace
        while any(child.process for child in self.children):
            left = deadline - time.monotonic()
            if left <= 0 or self.stop_requests > 1:  # the second Ctrl-C does not wait
                self._kill_all()
                return
            self._sleep(left)
            self._reap()

    def _kill_all(self) -> None:
        for child in self.children:
            if child.process is not None:
                _kill_group(child.process)
                child.process.wait()
                child.process = None


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    with suppress(ProcessLookupError, PermissionError):  # macOS says the latter of a group of zombies
        os.killpg(process.pid, signal.SIGKILL)


def _how_it_ended(status: int) -> str:
    if status < 0 or status > 128:
        return f"killed by signal {-status if status < 0 else status - 128}"
    return f"exit status {status}"
