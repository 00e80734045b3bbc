"""The rows of the web server."""

import csv
from collections.abc import Iterable

from django.db import connection

from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN, ROOT
from .load import Order, Report
from .server import PROC, Server

ROUNDS = 5
SECONDS = 3.0  # a turn


def page() -> Iterable[Figure]:
    """A campaign's page, asked for again and again, against a constant response of the same size."""
    path = f"/{CAMPAIGN}/"
    with Server("config.wsgi:application") as ours:
        size = len(ours.get(path))
        with Server("benchmarks.floors:application", FLOOR_BYTES=str(size)) as floor:
            turns = Turns(floor, ours)
            floors, measured = interleaved(
                ROUNDS,
                lambda: turns.floor(["/page/"], 200, size),
                lambda: turns.ours([path], 200, size),
            )
            yield from figures("page", floors, measured)
            yield from turns.memory("page")


def sign() -> Iterable[Figure]:
    """Signing, each time another person from another network, the confirmation queued; against ModelForm and INSERT.

    The load goes round all five campaigns, for no campaign takes more than `sign_campaign` of config.ratelimit.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT slug FROM campaigns_campaign WHERE state = 'live' ORDER BY slug")
        paths = [f"/{slug}/sign/" for (slug,) in cursor.fetchall()]
    with (ROOT / "seeds" / "directory" / "postcodes.csv").open(encoding="utf-8", newline="") as file:
        postcodes = [row["postcode"] for row in csv.DictReader(file)]
    before = rows("campaigns_signature"), rows("letters_outgoingemail")
    with Server("config.wsgi:application") as ours, Server("benchmarks.floors:application") as floor:
        turns = Turns(floor, ours, postcodes)
        floors, measured = interleaved(
            ROUNDS,
            lambda: turns.floor(["/sign/"], 302, 0),
            lambda: turns.ours(paths, 303, 0),
        )
        memory = list(turns.memory("sign"))
    # An answer is not yet a signature: each must have its row, and its email.
    expected = (turns.signed_by_floor, before[0] + turns.signed, before[1] + turns.signed)
    if (found := (rows("benchmark_floor"), rows("campaigns_signature"), rows("letters_outgoingemail"))) != expected:
        raise RuntimeError(f"rows of the floor, signatures and emails should be {expected}, but are {found}")
    yield from figures("sign", floors, measured)
    yield from memory


Turn = tuple[Report, float]  # with the milliseconds of processor time that one request took


class Turns:
    """Load for one of two servers at a time; no two requests of a run come from the same person or network."""

    def __init__(self, floor: Server, ours: Server, postcodes: list[str] | None = None) -> None:
        self.servers = floor, ours
        self.postcodes = postcodes or []
        self.signed = self.signed_by_floor = 0

    def floor(self, paths: list[str], status: int, size: int) -> Turn:
        turn = self._turn(self.servers[0], paths, status, size, self.signed_by_floor)
        self.signed_by_floor += turn[0].requests
        return turn

    def ours(self, paths: list[str], status: int, size: int) -> Turn:
        turn = self._turn(self.servers[1], paths, status, size, self.signed)
        self.signed += turn[0].requests
        return turn

    def _turn(self, server: Server, paths: list[str], status: int, size: int, first: int) -> Turn:
        used = server.cpu_seconds()
        report = server.meet(Order(server.port, paths, SECONDS, status, first, size, self.postcodes))
        return report, (server.cpu_seconds() - used) * 1000 / report.requests

    def memory(self, name: str) -> Iterable[Figure]:
        if PROC:
            floor, ours = self.servers
            yield Figure(f"{name}-memory", "MiB", [ours.peak_mib()], [floor.peak_mib()])


def figures(name: str, floors: list[Turn], measured: list[Turn]) -> Iterable[Figure]:
    yield Figure(name, "requests/s", [report.rate for report, _ in measured], [report.rate for report, _ in floors])
    yield Figure(
        f"{name}-p99", "ms", [report.p99_ms for report, _ in measured], [report.p99_ms for report, _ in floors]
    )
    if PROC:
        yield Figure(f"{name}-cpu", "ms", [cpu for _, cpu in measured], [cpu for _, cpu in floors])


def rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # our own names, from above
        number: int = cursor.fetchone()[0]
    return number


BENCHMARKS = [
    Benchmark(("page", "page-p99", *(["page-cpu", "page-memory"] if PROC else [])), page),
    Benchmark(("sign", "sign-p99", *(["sign-cpu", "sign-memory"] if PROC else [])), sign),
]
