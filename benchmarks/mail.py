"""The rows of the post: what leaves in a second, and whether that stays so with much in the queue.

The databases are as durable as in production: PostgreSQL with fsync, synchronous_commit and full_page_writes on (its
defaults), SQLite with synchronous=FULL (ours). Workers are started by deploy/worker, the embedded installation by
`manage.py up`; and the sweeper runs, for without it one nudge wakes one worker only.
"""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from tests import services

from . import servers
from .asking import Ask, asked
from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN, ROOT, temporary_folder
from .sink import Sink

ROUNDS = 5
EMAILS = 1_500  # a turn
# The beginning and the end of a turn are not measured: then not all workers are at work.
BEGINNING, END = 300, 100
LETTERS, FIRST_LETTERS, LAST_LETTERS = 300, 60, 60
SINGLE_LETTERS = 20
WORKERS = 2
FEW, MANY = 10_000, 100_000
DRAINS = 2  # turns of a worker, in each turn of drain-growth


def mail() -> Iterable[Figure]:
    """Confirmations by two workers for confirmations, against a loop of EmailMessage.send()."""
    with server_post() as post:
        post.start_workers("confirmations")
        yield sent_against_a_loop("mail", post, target=0.5)


def mail_embedded() -> Iterable[Figure]:
    with embedded_post() as post:
        yield sent_against_a_loop("mail-embedded", post, target=0.25)


def mail_pdf() -> Iterable[Figure]:
    """Letters by two workers for letters, against twice the rate at which one process sets one after another."""
    with server_post() as post, asked("letters", "ours") as setter:
        post.start_workers("letters")
        setter(campaign=CAMPAIGN)
        floors, measured = interleaved(
            ROUNDS,
            lambda: WORKERS * 1000 / float(setter(letters=SINGLE_LETTERS)["ms"]),
            lambda: post.turn(FIRST_LETTERS, LAST_LETTERS, letters=LETTERS),
        )
        post.check()
        yield Figure("mail-pdf", "emails/s", measured, floors, 0.8)


def sent_against_a_loop(name: str, post: "Post", target: float) -> Figure:
    post.turn(1, 0, confirmations=EMAILS // 10)  # until everything has started, and there is something to look alike
    with asked("post", "floor", post.environment) as loop:
        sizes = []

        def floor() -> float:
            rate, size = post.measured(lambda: loop(number=EMAILS), EMAILS, 0, 0)
            sizes.append(size)
            return rate

        floors, measured = interleaved(ROUNDS, floor, lambda: post.turn(BEGINNING, END, confirmations=EMAILS))
    post.check()
    if not 0.8 < sizes[-1] / post.size < 1.25:
        raise RuntimeError(f"an email of the floor has {sizes[-1]:.0f} bytes, ours {post.size:.0f}")
    return Figure(name, "emails/s", measured, floors, target)


def drain_growth() -> Iterable[Figure]:
    """A worker's turns with 10,000 due emails in its database, and with 100,000 in another.

    Each is filled up again before its turn. A claim is one of the largest batch.
    """
    with ExitStack() as stack:
        few, many = (Drained(stack.enter_context(server_post()), size) for size in (FEW, MANY))
        floors, measured = interleaved(ROUNDS - 1, few.turn, many.turn)
    for name, unit, target, value in (
        ("drain-growth", "ms", 1.1, lambda turn: turn["ms"]),
        ("drain-growth-claim", "ms", None, lambda turn: median(turn["claims"])),
        ("drain-growth-memory", "MiB", None, lambda turn: turn["mib"]),
    ):
        yield Figure(name, unit, [value(turn) for turn in measured], [value(turn) for turn in floors], target)


@dataclass
class Post:
    """An installation and the sink its mail goes to."""

    folder: Path
    environment: dict[str, str]
    sink: Sink
    rows: Ask
    stack: ExitStack
    sent: int = 0
    size: float = 0.0  # mean bytes of an email, in the last turn

    def start(self, name: str, command: list[str]) -> None:
        log = self.folder / f"{name}.log"
        self.stack.enter_context(services.running(command, log, env=self.environment, cwd=ROOT))

    def start_workers(self, queue: str) -> None:
        self.start("sweeper", [sys.executable, "manage.py", "sweep"])
        for number in range(WORKERS):
            self.start(f"worker-{number}", [str(ROOT / "deploy" / "worker"), f"{queue}-{number}"])

    def turn(self, beginning: int, end: int, **filled: int) -> float:
        """The rate at which what is filled in leaves."""
        (number,) = filled.values()
        self.sent += number
        rate, self.size = self.measured(lambda: self.rows(**filled), number, beginning, end)
        return rate

    def measured(self, send: Callable[[], Any], number: int, beginning: int, end: int) -> tuple[float, float]:
        """The rate, without so many at the beginning and the end, and the mean size of an email."""
        before, octets = self.sink.took()
        send()
        try:
            self.sink.wait_for(before + number)
        except RuntimeError as error:
            said = "\n".join(log.read_text(errors="replace")[-2000:] for log in self.folder.glob("*.log"))
            raise RuntimeError(f"{error}\n{said}") from error
        rate = self.sink.rate(before + beginning + 1, before + number - end)
        return rate, (self.sink.took()[1] - octets) / number

    def check(self) -> None:
        """Everything was sent once, with all its changes recorded: what was fast was the whole of the work."""
        found = services.eventually(self.settled, "the end of every email")
        given_back = found.get("became queued", 0)  # when a turn is over
        changes = {found["became sent"], found["became handing"], found["became leased"] - given_back}
        if changes != {found["sent"]} or found["sent"] != self.sent:
            raise RuntimeError(f"of {self.sent} emails the states and changes are {found}")

    def settled(self) -> dict[str, int]:
        found: dict[str, int] = self.rows()
        return found if not set(found) & {"queued", "leased", "handing"} else {}


class Drained:
    def __init__(self, post: Post, size: int) -> None:
        self.post, self.size = post, size
        self.missing = size
        self.worker = post.stack.enter_context(asked("post", "drain", post.environment))

    def turn(self) -> Any:
        self.post.rows(confirmations=self.missing)
        found = self.worker(turns=DRAINS)
        self.missing = found["sent"]
        return found


@contextmanager
def server_post() -> Iterator[Post]:
    with (
        servers.postgresql() as database,
        servers.redis() as addresses,
        made(DATABASE_URL=database, **addresses) as post,
    ):
        yield post


@contextmanager
def embedded_post() -> Iterator[Post]:
    with made(PORT=str(services.free_port())) as post:
        post.start("up", [sys.executable, "manage.py", "up"])
        yield post


@contextmanager
def made(**environment: str) -> Iterator[Post]:
    chosen = {name: value for name, value in os.environ.items() if not name.endswith("_URL")}
    with temporary_folder() as folder, Sink() as sink, ExitStack() as stack:
        here = {"VAR_DIR": str(folder), "SITE_URL": "https://campaigns.example.org", **environment}
        here["SMTP_URL"] = f"smtp://127.0.0.1:{sink.port}"
        surroundings = chosen | here
        yield Post(folder, surroundings, sink, stack.enter_context(asked("post", "rows", surroundings)), stack)


BENCHMARKS = [
    Benchmark(("mail",), mail),
    Benchmark(("mail-pdf",), mail_pdf),
    Benchmark(("mail-embedded",), mail_embedded),
    Benchmark(("drain-growth", "drain-growth-claim", "drain-growth-memory"), drain_growth),
]
