"""The row `growth`: what supporters, organisers and the sweeper ask of a campaign, with 1,000 signatures and a million.

For each of them the buffers that PostgreSQL touches, by EXPLAIN (ANALYZE, BUFFERS) of every query it makes, and the
time. The row is the worst of them; all are printed. One installation, first with FEW signatures and then with MANY, so
that the tables grow and not only the campaign. Of the first a copy is kept, so that the times are taken by turns; of
each the shortest, for whatever else the machine does only makes it longer.
"""

import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any
from unittest import mock

from . import growing
from .growing import Deed, Desk
from .harness import Benchmark, Figure

FEW, MANY = 1_000, int(os.environ.get("SIGNATURES", 1_000_000))
PLANS = os.environ.get("PLANS", "").split(";")  # names of what is to be printed with its plans
AT_MOST = 1.3
LEAST = 50  # buffers: what touches fewer is held against so many, for an index gets a level higher now and then
# Printed apart, and not in the row: what counts how many it would strike out, what the sweeper counts for all who look,
# what an export writes, two filters at once, which read the rows of the rarer one, and a signature and an email written
# behind everybody's back, into twenty indexes that are a level deeper (docs/scaling.md).
BY_ITS_NATURE_OF_THE_SWEEPER = ("large campaigns", "much mail")
BY_ITS_NATURE = {
    *(f"sweeper, {name}" for name in BY_ITS_NATURE_OF_THE_SWEEPER),
    *("invalidation, look", "export, first page"),
    *("list, state and area", "list, state and country"),
    "a form taken up",
}
COUNTED = 5  # the median is told: now and then a new row splits the page of an index
ROUNDS, AGAIN = 7, 4  # what seems slower is timed again so often, both with few and with many


@dataclass
class Cost:
    buffers: int
    queries: int
    times: list[float] = field(default_factory=list)  # ms

    @property
    def ms(self) -> float:
        return min(self.times)


class Buffers:
    """Of the queries of a block: each is explained as well, and what a change would change is taken back."""

    def __init__(self) -> None:
        self.total = self.queries = 0
        self.plans: list[tuple[int, str, list[str]]] = []  # buffers, SQL, plan

    def __call__(self, execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        if not many:
            self.explain(sql, params)
        return execute(sql, params, many, context)

    def explain(self, sql: str, params: Any) -> None:
        from django.db import connection

        self.queries += 1
        if sql.lstrip("( ").split(" ", 1)[0] not in ("SELECT", "INSERT", "UPDATE", "DELETE", "WITH"):
            return
        with connection.connection.cursor() as cursor:  # psycopg's own: not one of those we count
            cursor.execute("SAVEPOINT explained")
            cursor.execute("EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) " + sql, params)
            plan = cursor.fetchone()[0][0]["Plan"]
            cursor.execute("ROLLBACK TO SAVEPOINT explained")
        self.total += plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]
        self.plans.append((plan["Shared Hit Blocks"] + plan["Shared Read Blocks"], sql, _said(plan)))


@contextmanager
def counted() -> Iterator[Buffers]:
    """Of Django's queries, and of those that are prepared beside them."""
    from django.db import connection

    from config import prepared

    buffers, execute = Buffers(), prepared.execute

    def prepared_and_explained(statement: str, values: Any) -> Any:
        buffers.explain(statement, values)
        return execute(statement, values)

    with connection.execute_wrapper(buffers), mock.patch.object(prepared, "execute", prepared_and_explained):
        yield buffers


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
    small = settled(growing.desk_of(FEW))
    at_first = growing.everything(small)
    few = {name: cost(small, name, deed) for name, deed in at_first.items()}
    with a_copy() as copy:
        large = settled(growing.desk_of(MANY))
        at_last = growing.everything(large)
        many = {name: cost(large, name, deed) for name, deed in at_last.items()}
        for again in range(AGAIN):
            for name in (name for name in few if not again or many[name].ms > AT_MOST * few[name].ms):
                for _ in range(ROUNDS):
                    with instead(copy):
                        few[name].times.append(timed(small, name, at_first[name]))
                    many[name].times.append(timed(large, name, at_last[name]))
    lines = [(name, few[name], many[name]) for name in few]
    lines.sort(key=lambda line: -_ratio(line[1].buffers, line[2].buffers))
    ours = [line for line in lines if line[0] not in BY_ITS_NATURE]
    _print("", ours)
    _print("by its nature", [line for line in lines if line[0] in BY_ITS_NATURE])
    worst, slowest = ours[0], max((line for line in ours if line[1].ms >= 1), key=lambda line: line[2].ms / line[1].ms)
    yield Figure("growth", "buffers", [max(worst[2].buffers, LEAST)], [max(worst[1].buffers, LEAST)], AT_MOST)
    yield Figure("growth-time", "ms", [slowest[2].ms], [slowest[1].ms], AT_MOST)


def _print(heading: str, lines: Iterable[tuple[str, Cost, Cost]]) -> None:
    print(f"{heading:<36}{'queries':>9}{'buffers':>16}{'ratio':>7}{'ms':>20}{'ratio':>7}")
    for name, less, more in lines:
        queries = "/".join(map(str, dict.fromkeys((less.queries, more.queries))))
        print(
            f"{name:<36}{queries:>9}{less.buffers:>8,}{more.buffers:>8,}{_ratio(less.buffers, more.buffers):>7.2f}"
            f"{less.ms:>10.2f}{more.ms:>10.2f}{more.ms / less.ms:>7.2f}"
        )


@contextmanager
def a_copy() -> Iterator[Any]:
    """A connection to a copy of the database as it is now, which is dropped in the end."""
    from django.db import connection, connections

    connection.close()
    made = connections["default"].copy()
    made.settings_dict["NAME"] += "_few"
    names = connection.settings_dict["NAME"], made.settings_dict["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute('CREATE DATABASE "{1}" TEMPLATE "{0}"'.format(*names))
    try:
        yield made
    finally:
        made.close()
        with connection._nodb_cursor() as cursor:
            cursor.execute(f'DROP DATABASE "{names[1]}"')


@contextmanager
def instead(database: Any) -> Iterator[None]:
    """Everything is asked of this database, and kept in a part of the cache that is its own."""
    from django.core.cache import caches
    from django.db import connections

    usual = connections["default"]
    connections["default"], caches["default"].key_prefix = database, "few"
    try:
        yield
    finally:
        connections["default"], caches["default"].key_prefix = usual, ""


def settled(desk: Desk) -> Desk:
    """With done what the sweeper would have done while they came in: none of it is measured as if it were due."""
    from django.utils import timezone

    from campaigns import bursts, sweeping

    while bursts.fold(timezone.now()):
        pass
    for deed in (*sweeping.quick(), *sweeping.slow()):
        deed.do()
    return desk


def _ratio(few: int, many: int) -> float:
    return max(many, LEAST) / max(few, LEAST)


@contextmanager
def undone(desk: Desk, name: str) -> Iterator[None]:
    """What is done in it, after what must have been before."""
    from django.db import transaction

    with transaction.atomic():
        if name in growing.BEFORE:
            growing.BEFORE[name](desk)
        yield
        transaction.set_rollback(True)


def cost(desk: Desk, name: str, deed: Deed) -> Cost:
    with undone(desk, name):
        deed(desk)  # everything is warm
    runs = []
    for _ in range(COUNTED):
        with undone(desk, name), counted() as buffers:
            deed(desk)
        runs.append(buffers)
    typical = sorted(runs, key=lambda one: one.total)[COUNTED // 2]
    if name in PLANS:
        for n, sql, plan in sorted(typical.plans, key=lambda one: -one[0])[:5]:
            print(f"\n{name}: {n} buffers\n{sql}", *plan, sep="\n  ", flush=True)
    return Cost(typical.total, typical.queries)


def timed(desk: Desk, name: str, deed: Deed) -> float:
    with undone(desk, name):
        started = perf_counter()
        deed(desk)
        return (perf_counter() - started) * 1000


BENCHMARKS = [Benchmark(("growth", "growth-time"), measure)]
