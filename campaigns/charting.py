"""How many had signed by when: as a picture for print, as one for the screen, and the same as a table."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT = 680, 190  # of the drawing, in its own units
LEFT, RIGHT, TOP, BOTTOM = 56, 8, 12, 10
POINTS = 400  # at most: more do not show
LONGEST = {"day": 14, "week": 120, "month": 5 * 366}  # days of which the table has a line for each of these

FINER = {"day": 92, "week": 2 * 366, "month": 10 * 366}  # the same for a chart on a screen: a bar each
WIDE, HIGH = 600, 100  # of a graph, which is stretched to its place


@dataclass(frozen=True)
class Step:
    """A line of the table: a day, or a week, month or year that begins on it."""

    begins: date
    length: str
    new: int
    so_far: int


def steps(
    days: Mapping[str, int], until: date, since: date | None = None, longest: Mapping[str, int] = LONGEST
) -> list[Step]:
    """By day for two weeks, by week for four months, by month for five years, else by year; or as `longest` says.
    Days are ISO dates; those before `since` are in what there was so far."""
    if not days and since is None:
        return []
    first = since or date.fromisoformat(min(days))
    length = next((name for name, most in longest.items() if (until - first).days < most), "year")
    found: dict[date, int] = {}
    begins = start = _begin(first, length)
    while begins <= until:
        found[begins] = 0
        begins = _next(begins, length)
    before = 0
    for day, n in days.items():
        begins = _begin(date.fromisoformat(day), length)
        if begins < start:
            before += n
        else:
            found[begins] = found.get(begins, 0) + n
    listed, so_far = [], before
    for begins, n in sorted(found.items()):
        so_far += n
        listed.append(Step(begins, length, n, so_far))
    return listed


def _begin(day: date, length: str) -> date:
    if length == "week":
        return day - timedelta(days=day.weekday())
    if length == "year":
        return day.replace(month=1, day=1)
    return day.replace(day=1) if length == "month" else day


def _next(begins: date, length: str) -> date:
    if length == "year":
        return begins.replace(year=begins.year + 1)
    if length == "month":
        return (begins + timedelta(days=32)).replace(day=1)
    return begins + timedelta(days=7 if length == "week" else 1)


def picture(days: Mapping[str, int], until: date, accent: str) -> str:
    """A data: address of an SVG. Its words are numbers only, so it is the same in every script."""
    svg = _svg(days, until, accent)
    return "data:image/svg+xml;base64," + base64.b64encode(svg.encode()).decode()


def _svg(days: Mapping[str, int], until: date, accent: str) -> str:
    counted = sorted((date.fromisoformat(day), n) for day, n in days.items())
    first, total = counted[0][0], sum(n for _day, n in counted)
    span, top = max(1, (until - first).days + 1), _round_up(total)

    def at(day: float, n: float) -> tuple[float, float]:
        x = LEFT + (WIDTH - LEFT - RIGHT) * day / span
        return x, HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * n / top

    places, so_far = [at(0, 0)], 0
    for day, n in counted:
        so_far += n
        places.append(at((day - first).days + 1, so_far))
    places.append(at(span, so_far))
    every = -(-len(places) // POINTS)
    places = [*places[:-1:every], places[-1]]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    floor = at(0, 0)[1]
    grid = "".join(_grid(at(0, top * part / 4)[1], round(top * part / 4)) for part in range(5))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}">'
        f'{grid}<polygon points="{line} {places[-1][0]:.1f},{floor:.1f} {LEFT},{floor:.1f}" fill="{accent}" '
        f'fill-opacity="0.14"/><polyline points="{line}" fill="none" stroke="{accent}" stroke-width="2.2" '
        f'stroke-linejoin="round"/></svg>'
    )


def _grid(y: float, n: int) -> str:
    colour = "#1d1b18" if n == 0 else "#d8d0c0"
    return (
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="{colour}" stroke-width="0.8"/>'
        f'<text x="{LEFT - 6}" y="{y + 3.6:.1f}" text-anchor="end" font-size="10.5" font-family="Noto Serif" '
        f'fill="#5c564c">{n:,}</text>'
    )


def _round_up(total: int) -> int:
    """The next number that four lines divide into round ones."""
    for power in range(len(str(total)) + 1):
        for tenths in (10, 15, 20, 25, 30, 40, 50, 60, 80):
            quarter, rest = divmod(tenths * int(10**power), 10)
            if not rest and quarter * 4 >= total:
                return quarter * 4
    return total


@dataclass(frozen=True)
class Bar:
    """A part of a column, in the units of a graph. `part` counts from the bottom."""

    x: str
    y: str
    width: str
    height: str
    part: int


@dataclass(frozen=True)
class Graph:
    """What is drawn. Its scale and its days stand beside it, as text that is not stretched."""

    scale: tuple[int, int, int]  # from the top
    line: str = ""  # the points of a polyline, and of the polygon below it
    below: str = ""
    bars: Sequence[Bar] = ()
    width: int = WIDE
    height: int = HIGH


def rising(listed: Sequence[Step]) -> Graph:
    """The line of how many there were so far; it begins with what there was before the first step."""
    before = listed[0].so_far - listed[0].new
    counts = [before, *(step.so_far for step in listed)]
    top = _round_up(max(counts))
    places = [(WIDE * i / len(listed), HIGH - HIGH * n / top) for i, n in enumerate(counts)]
    line = " ".join(f"{x:.1f},{y:.2f}" for x, y in places)
    return Graph((top, top // 2, 0), line, f"0,{HIGH} {line} {WIDE},{HIGH}")


def columns(stacks: Sequence[Sequence[int]]) -> Graph:
    """Bars side by side, each a stack of its parts from the bottom."""
    top = _round_up(max(map(sum, stacks), default=0))
    room = WIDE / max(1, len(stacks))
    bars = []
    for number, stack in enumerate(stacks):
        so_far = 0
        for part, n in enumerate(stack):
            so_far += n
            if n:
                x, y, height = room * (number + 0.1), HIGH - HIGH * so_far / top, HIGH * n / top
                bars.append(Bar(f"{x:.2f}", f"{y:.2f}", f"{room * 0.8:.2f}", f"{height:.2f}", part))
    return Graph((top, top // 2, 0), bars=bars)
