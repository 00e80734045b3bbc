"""The rows of the web server: the page, signing and confirming, each against the same floor's (floors.py).

On PostgreSQL and Redis as deploy/ has them, sign-embedded on SQLite as `manage.py up` has it. All limits are on; that
of a campaign in a minute is raised (installation.py). Each request is of another person, from another network. The
answers are held to what must come, and afterwards the rows to the answers.
"""

import csv
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

from tests import services

from .asking import Ask, asked
from .forms import form_to
from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN, ROOT, embedded, temporary_folder
from .load import Asked, Order, Report, person
from .server import PROC, Command, Server, of_up

ROUNDS = 8  # of short turns: what else the machine does comes and goes
SECONDS, WARM = 2.0, 0.5  # a turn, and of it the beginning, which is not measured
READING = 4.0  # seconds from opening a form to sending it, at least: nobody types faster
WRITTEN_BY_SCRIPT = {"took": "12.3"}  # the hidden field in which the page's script says how long the form was open
# The statuses that are right. Confirming may show its thanks, or lead to them.
PAGE, SIGNED, CONFIRMED, FLOOR = (200,), (303,), (200, 303), (302,)
OURS, FLOORS = "config.wsgi:application", "benchmarks.floors:application"


def page() -> Iterable[Figure]:
    """A campaign's page, asked for again and again, against a constant response of the same size."""
    path = f"/{CAMPAIGN}/"
    with Server(OURS) as ours:
        size = len(ours.get(path))
        with Server(FLOORS, FLOOR_BYTES=str(size)) as floor:
            turns = Turns(floor, ours)
            floors, measured = interleaved(
                ROUNDS,
                lambda: turns.floor(asks=[("/page/", {})], statuses=PAGE, size=size),
                lambda: turns.ours(asks=[(path, {})], statuses=PAGE, size=size),
            )
            yield from figures("page", floors, measured, 0.5)
            yield from turns.memory("page")


def sign() -> Iterable[Figure]:
    """Signing one campaign, the confirmation queued; against ModelForm and INSERT."""
    with asked("books", "keeper") as books:
        yield from signed("sign", books, os.environ, targets=(0.6, 5))


def sign_embedded() -> Iterable[Figure]:
    with embedded() as environment, asked("books", "keeper", environment) as books:
        books(prepare={})
        yield from signed("sign-embedded", books, environment, targets=(0.5, None), command=of_up)


def signed(
    name: str,
    books: Ask,
    environment: Mapping[str, str],
    targets: tuple[float, float | None],
    command: Command | None = None,
) -> Iterable[Figure]:
    postcodes = some_postcodes()
    before = books(rows={})
    with Server(OURS, environment, command) as ours, Server(FLOORS, environment, command) as floor:
        forms = forms_of(ours, [CAMPAIGN])
        turns = Turns(floor, ours)
        floors, measured = interleaved(
            ROUNDS,
            lambda: turns.floor(asks=[("/sign/", {})], statuses=FLOOR, postcodes=postcodes),
            lambda: turns.ours(asks=forms, statuses=SIGNED, postcodes=postcodes),
        )
        memory = list(turns.memory(name))
    # An answer is not yet a signature: each must have its row, and its email.
    account(books(rows={}), before, pending=turns.met, emails=turns.met, floor=turns.floor_met)
    yield from figures(name, floors, measured, *targets)
    yield from memory


def confirm() -> Iterable[Figure]:
    """Each a signature that waits, by the link in its email, while the sweeper folds; and the time of the last fold.

    The sweeper is stopped while the floor is measured, which has nothing to fold.
    """
    with ExitStack() as stack:
        books = stack.enter_context(asked("books", "keeper"))
        books(fold={})
        ours, floor = stack.enter_context(Server(OURS)), stack.enter_context(Server(FLOORS))
        look_at_the_form(ours, *books(waiting={"first": 0, "number": 1}))
        before = books(rows={})
        turns = Turns(floor, ours)
        for_floor, for_ours = Waiting(books, "waiting_at_the_floor", 0), Waiting(books, "waiting", 1)
        sweeper = stack.enter_context(stopped_sweeper())

        def our_turn() -> Turn:
            asks = for_ours.asks()
            with sweeper():
                report, cpu = turns.ours(asks=asks, once=True, statuses=CONFIRMED)
                folded = books(fold={})
            for_ours.done(report.requests)
            return Report(**(vars(report) | {"seconds": report.seconds + folded})), cpu

        def floors_turn() -> Turn:
            turn = turns.floor(asks=for_floor.asks(), once=True, statuses=FLOOR)
            for_floor.done(turn[0].requests)
            return turn

        floors, measured = interleaved(ROUNDS, floors_turn, our_turn)
        found = books(rows={})
    account(found, before, confirmed=turns.met, counted=turns.met, **{"floor confirmed": turns.floor_met})
    yield from figures("confirm", floors, measured, 0.6)


class Waiting:
    """What waits to be confirmed: always more than were confirmed in any turn so far."""

    def __init__(self, books: Ask, deed: str, first: int) -> None:
        self.books, self.deed, self.made = books, deed, first
        self.waiting: list[Asked] = []
        self.most = 4_000

    def asks(self) -> list[Asked]:
        missing = self.most * 3 // 2 - len(self.waiting)
        if missing > 0:
            self.waiting += self.books(**{self.deed: {"first": self.made, "number": missing}})
            self.made += missing
        return self.waiting

    def done(self, number: int) -> None:
        del self.waiting[:number]
        self.most = max(self.most, number)


@contextmanager
def stopped_sweeper() -> Iterator[Callable[[], "Going"]]:
    """`manage.py sweep`, frozen but for the time of a `with`."""
    with temporary_folder() as folder:
        command = [sys.executable, "manage.py", "sweep"]
        with services.running(command, folder / "log", env=dict(os.environ), cwd=ROOT) as process:
            os.killpg(process.pid, signal.SIGSTOP)
            try:
                yield lambda: Going(process.pid)
            finally:
                os.killpg(process.pid, signal.SIGCONT)


class Going:
    def __init__(self, group: int) -> None:
        self.group = group

    def __enter__(self) -> None:
        os.killpg(self.group, signal.SIGCONT)

    def __exit__(self, *_: object) -> None:
        os.killpg(self.group, signal.SIGSTOP)


def forms_of(server: Server, campaigns: list[str]) -> list[Asked]:
    """Each campaign's form with what its page has put into it, as a browser that opened it READING seconds ago."""
    forms, typed = [], set(person(0, [""]))
    for slug in campaigns:
        path = f"/{slug}/sign/"
        form = form_to(path, server.get(f"/{slug}/"))
        if missing := typed - form.names:
            raise RuntimeError(f"the form to {path} has no {', '.join(sorted(missing))}")
        forms.append((path, {name: WRITTEN_BY_SCRIPT.get(name, value) for name, value in form.hidden.items()}))
    time.sleep(READING)  # who sends a form sooner is held back as a machine
    return forms


def look_at_the_form(server: Server, waiting: Asked) -> None:
    """That the page behind a link sends what we are about to send for it."""
    path, sent = waiting
    form = form_to(path, server.get(path))
    if form.hidden != sent:
        raise RuntimeError(f"the form of a confirmation sends {sorted(form.hidden)} with other values than we know")


def some_postcodes() -> list[str]:
    with (ROOT / "seeds" / "directory" / "postcodes.csv").open(encoding="utf-8", newline="") as file:
        return [row["postcode"] for row in csv.DictReader(file)]


def account(found: dict[str, int], before: dict[str, int], **expected: int) -> None:
    """Raises RuntimeError unless so many more rows of each kind have come, and of no other state of a signature."""
    grown = {name: found[name] - before[name] for name in expected}
    if grown != expected or found["suspect"]:
        raise RuntimeError(f"by the answers there should be {expected} more, but of {found} there are {grown}")


Turn = tuple[Report, float]  # with the milliseconds of processor time that one request took


class Turns:
    """Load for one of two servers at a time; no two requests of a run come from the same person or network."""

    def __init__(self, floor: Server, ours: Server) -> None:
        self.servers = floor, ours
        self.met = self.floor_met = 0

    def floor(self, **order: object) -> Turn:
        turn = self._turn(self.servers[0], self.floor_met, order)
        self.floor_met += turn[0].requests
        return turn

    def ours(self, **order: object) -> Turn:
        turn = self._turn(self.servers[1], self.met, order)
        self.met += turn[0].requests
        return turn

    def _turn(self, server: Server, first: int, order: dict[str, object]) -> Turn:
        used = server.cpu_seconds()
        report = server.meet(Order(port=server.port, seconds=SECONDS, warm=WARM, first=first, **order))  # type: ignore[arg-type]
        return report, (server.cpu_seconds() - used) * 1000 / report.requests

    def memory(self, name: str) -> Iterable[Figure]:
        if PROC:
            floor, ours = self.servers
            yield Figure(f"{name}-memory", "MiB", [ours.peak_mib()], [floor.peak_mib()])


def figures(
    name: str, floors: list[Turn], measured: list[Turn], target: float, p99_target: float | None = None
) -> Iterable[Figure]:
    busy = max(report.busy for report, _ in (*floors, *measured))
    if busy > 0.8:
        print(f"{name}: the crowd itself was at work for {busy:.0%} of a turn; its own speed is part of the figures.")
    yield Figure(
        name, "requests/s", [report.rate for report, _ in measured], [report.rate for report, _ in floors], target
    )
    p99s = [report.p99_ms for report, _ in measured], [report.p99_ms for report, _ in floors]
    yield Figure(f"{name}-p99", "ms", *p99s, p99_target)
    if PROC:
        yield Figure(f"{name}-cpu", "ms", [cpu for _, cpu in measured], [cpu for _, cpu in floors])


def names(name: str, memory: bool = True) -> tuple[str, ...]:
    more = ["cpu", *(["memory"] if memory else [])] if PROC else []
    return (name, *(f"{name}-{what}" for what in ["p99", *more]))


BENCHMARKS = [
    Benchmark(names("page"), page),
    Benchmark(names("sign"), sign),
    Benchmark(names("confirm", memory=False), confirm),
    Benchmark(names("sign-embedded"), sign_embedded),
]
