"""The row `growth`: what supporters, organisers and the sweeper ask of a campaign, with 1,000 signatures and a million.

For each of them the buffers that PostgreSQL touches, by EXPLAIN (ANALYZE, BUFFERS) of every query it makes, and the
time. The row is the worst of them; all are printed. One installation, first with FEW signatures and then with MANY, so
that the tables grow and not only the campaign.
"""

import logging
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from . import growing
from .growing import Deed, Desk
from .harness import Benchmark, Figure

FEW, MANY = 1_000, int(os.environ.get("SIGNATURES", 1_000_000))
AT_MOST = 1.3
LEAST = 50  # buffers: what touches fewer is held against so many, for an index gets a level higher now and then
# Printed, and not in the row: what counts how many it would strike out, what the sweeper counts for all who look, what
# an export writes, and two filters at once, which read the rows of the rarer one (docs/scaling.md).
BY_ITS_NATURE_OF_THE_SWEEPER = ("large campaigns", "much mail")
BY_ITS_NATURE = {
    *(f"sweeper, {name}" for name in BY_ITS_NATURE_OF_THE_SWEEPER),
    *("invalidation, look", "export, first page"),
    *("list, state and area", "list, state and country"),
}
ROUNDS = 5


@dataclass
class Cost:
    buffers: int
    queries: int
    times: list[float] = field(default_factory=list)  # ms


class Buffers:
    """Around the queries of a block: each is explained as well, and what a change would change is taken back."""

    def __init__(self) -> None:
        self.total = self.queries = 0
        self.plans: list[tuple[int, str, list[str]]] = []  # buffers, SQL, plan

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        self.queries += 1
        if not many and sql.lstrip("( ").split(" ", 1)[0] in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            with context["connection"].connection.cursor() as cursor:  # psycopg's own: not one of those we count
                cursor.execute("SAVEPOINT explained")
                cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, params)
                plan = cursor.fetchone()[0][0]["Plan"]
                cursor.execute("ROLLBACK TO SAVEPOINT explained")
            self.total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
            self.plans.append((plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], sql, _said(plan)))
        return execute(sql, params, many, context)


def _said(node: dict[str, Any], depth: int = 0) -> list[str]:
    """A plan in lines: what is done, on what, with how many rows and buffers."""
    what = " ".join(str(node[name]) for name in ("Node Type", "Index Name", "Relation Name") if name in node)
    removed = f", {node['Rows Removed by Filter']} left out" if node.get("Rows Removed by Filter") else ""
    buffers = node["Shared Hit Blocks"] + node["Shared Read Blocks"]
    line = f"{'  ' * depth}{what}: {node['Actual Rows'] * node['Actual Loops']} rows{removed}, {buffers} buffers"
    return [line, *(one for inner in node.get("Plans", []) for one in _said(inner, depth + 1))]


def measure() -> Iterable[Figure]:
    from django.db import connection

    if connection.vendor != "postgresql":
        raise RuntimeError("Buffers are PostgreSQL's: name one in DATABASE_URL.")
    logging.getLogger("django.request").setLevel(logging.ERROR)  # many addresses are of buttons, and say 405
    few = costs(settled(growing.desk_of(FEW)))
    many = costs(settled(growing.desk_of(MANY)))
    lines = [(name, few[name], many[name]) for name in few]
    lines.sort(key=lambda line: -_ratio(line[1].buffers, line[2].buffers))
    print(f"{'':<26}{'queries':>9}{'buffers':>16}{'ratio':>7}{'ms':>20}{'ratio':>7}")
    for name, less, more in lines:
        queries = "/".join(map(str, dict.fromkeys((less.queries, more.queries))))
        ms = median(less.times), median(more.times)
        print(
            f"{name:<26}{queries:>9}{less.buffers:>8,}{more.buffers:>8,}{_ratio(less.buffers, more.buffers):>7.2f}"
            f"{ms[0]:>10.2f}{ms[1]:>10.2f}{ms[1] / ms[0]:>7.2f}"
        )
    slow = (line for line in lines if line[0] not in BY_ITS_NATURE and median(line[1].times) >= 1)
    slowest = max(slow, key=lambda line: median(line[2].times) / median(line[1].times))
    worst = next(line for line in lines if line[0] not in BY_ITS_NATURE)
    yield Figure("growth", "buffers", [max(worst[2].buffers, LEAST)], [max(worst[1].buffers, LEAST)], AT_MOST)
    yield Figure("growth-time", "ms", slowest[2].times, slowest[1].times, AT_MOST)


def settled(desk: Desk) -> Desk:
    """With done what the sweeper would have done while they came in: none of it is measured as if it were due."""
    from django.utils import timezone

    from campaigns import bursts, sweeping

    while bursts.fold(timezone.now()):
        pass
    for deed in sweeping.slow():
        if deed.name in BY_ITS_NATURE_OF_THE_SWEEPER:
            deed.do()
    return desk


def _ratio(few: int, many: int) -> float:
    return max(many, LEAST) / max(few, LEAST)


def costs(desk: Desk) -> dict[str, Cost]:
    return {name: cost(desk, name, deed) for name, deed in growing.everything(desk).items()}


def cost(desk: Desk, name: str, deed: Deed) -> Cost:
    from django.db import connection, transaction

    with transaction.atomic():
        deed(desk)  # everything is warm
        transaction.set_rollback(True)
    with transaction.atomic():
        counted = Buffers()
        with connection.execute_wrapper(counted):
            deed(desk)
        transaction.set_rollback(True)
    if name in os.environ.get("PLANS", "").split(","):
        for buffers, sql, plan in sorted(counted.plans, key=lambda one: -one[0])[:5]:
            print(f"\n{name}: {buffers} buffers\n{sql}", *plan, sep="\n  ", flush=True)
    found = Cost(counted.total, counted.queries)
    for _ in range(ROUNDS):
        with transaction.atomic():
            started = perf_counter()
            deed(desk)
            found.times.append((perf_counter() - started) * 1000)
            transaction.set_rollback(True)
    return found


BENCHMARKS = [Benchmark(("growth", "growth-time"), measure)]
