"""What a measurement is, how it is held against its floor, and how it is shown."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, TypeVar

MORE_IS_BETTER = {
    "requests/s",
    "emails/s",
    "letters/s",
    "rows/s",
    "signatures/min",
    "right",
}  # of every other unit (ms, MiB) less is better
HEADS = ("row", "unit", "ours", "floor", "ours/floor", "by round", "target", "met")

T = TypeVar("T")


@dataclass(frozen=True)
class Figure:
    """One row: what was measured in each round, and the floor's measure just before it in the same round; a row without
    floors is only told."""

    name: str
    unit: str
    ours: Sequence[float]
    floors: Sequence[float] = ()
    target: float | None = None  # the ratio to reach (more is better), or not to pass

    @property
    def value(self) -> float:
        return median(self.ours)

    @property
    def floor(self) -> float | None:
        return median(self.floors) if self.floors else None

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None

    @property
    def by_round(self) -> tuple[float, float]:
        """The lowest and the highest ratio of a single round: how far to trust the one in between."""
        ratios = [ours / floor for ours, floor in zip(self.ours, self.floors, strict=True)]
        return min(ratios), max(ratios)

    @property
    def met(self) -> bool | None:
        if self.target is None or self.ratio is None:
            return None
        return self.ratio >= self.target if self.unit in MORE_IS_BETTER else self.ratio <= self.target

    def row(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "value": round(self.value, 3),
            "unit": self.unit,
            "floor": None if self.floor is None else round(self.floor, 3),
            "ratio": None if self.ratio is None else round(self.ratio, 4),
            "target": self.target,
            "met": self.met,
        }


@dataclass(frozen=True)
class Benchmark:
    """`rows` are the names of the figures that `measure` gives; together they are one run against one floor.

    One that is `alone` makes an installation of its own, and needs no other.
    """

    rows: tuple[str, ...]
    measure: Callable[[], Iterable[Figure]]
    alone: bool = False

    def figures(self, wanted: Sequence[str]) -> list[Figure]:
        found = list(self.measure())
        if (names := tuple(figure.name for figure in found)) != self.rows:
            raise ValueError(f"promised {self.rows}, measured {names}")
        return [figure for figure in found if begins(figure.name, wanted)]


def words(only: str) -> list[str]:
    return [word.strip() for word in only.split(",") if word.strip()]


def begins(name: str, wanted: Sequence[str]) -> bool:
    return not wanted or name.startswith(tuple(wanted))


def chosen(benchmarks: Sequence[Benchmark], wanted: Sequence[str]) -> list[Benchmark]:
    """Those with a row whose name begins with one of `wanted`; all of them if it is empty. But a benchmark's first row,
    written out, means that benchmark alone: `sign` is not `sign-embedded`.

    Raises ValueError for a word that no row's name begins with: nothing measured must not look like all is well.
    """
    names = [name for benchmark in benchmarks for name in benchmark.rows]
    if unknown := [word for word in wanted if not any(name.startswith(word) for name in names)]:
        raise ValueError(f"No row begins with {', '.join(unknown)}. There are: {', '.join(names)}")
    firsts = {benchmark.rows[0] for benchmark in benchmarks}
    beginnings = [word for word in wanted if word not in firsts]
    return [
        benchmark
        for benchmark in benchmarks
        if not wanted
        or benchmark.rows[0] in wanted
        or (beginnings and any(begins(name, beginnings) for name in benchmark.rows))
    ]


def interleaved(rounds: int, floor: Callable[[], T], ours: Callable[[], T]) -> tuple[list[T], list[T]]:
    """Floor, ours, floor, ours …, so that whatever else the machine does meets both alike.

    A turn of each goes before and is thrown away. The floor's results come first.
    """
    floors, measured = [], []
    for number in range(rounds + 1):
        results = floor(), ours()
        if number:
            floors.append(results[0])
            measured.append(results[1])
    return floors, measured


def table(figures: Sequence[Figure]) -> str:
    lines = [HEADS, *(_cells(figure) for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(_padded(line, widths)).rstrip() for line in lines)


def _padded(line: Sequence[str], widths: Sequence[int]) -> Iterable[str]:
    for column, (cell, width) in enumerate(zip(line, widths, strict=True)):
        yield cell.ljust(width) if column < 2 else cell.rjust(width)


def _cells(figure: Figure) -> tuple[str, ...]:
    if figure.floor is None:
        return (figure.name, figure.unit, _number(figure.value), *[""] * (len(HEADS) - 3))
    low, high = figure.by_round
    at = "≥" if figure.unit in MORE_IS_BETTER else "≤"
    return (
        figure.name,
        figure.unit,
        _number(figure.value),
        _number(figure.floor),
        f"{figure.ratio:.3g}",
        f"{low:.3g}–{high:.3g}",
        "" if figure.target is None else f"{at} {figure.target:g}",
        {None: "", True: "yes", False: "NO"}[figure.met],
    )


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def write(figures: Sequence[Figure], path: Path) -> None:
    path.write_text(json.dumps([figure.row() for figure in figures], indent=1, ensure_ascii=False) + "\n")
