"""The lines of the pages in the order in which they are read: what is on every page, columns, tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from campaigns.material.document import Reason

from .items import BULLET, NUMBER
from .pdf_page import Line
from .runs import PLAIN, Piece

EDGE = 0.15  # of the height of a page, where running heads and page numbers stand
OFTEN = 0.4  # of the pages, and twice at least
DIGITS = re.compile(r"\d+")
PAGE_NUMBER = re.compile(r"\W{0,4}\d{1,4}(?:\s?[/|–-]\s?\d{1,4})?\W{0,4}")
PRINTED_FROM = re.compile(r"((?:https?|file)://\S{1,2000})(?:\s+\d{1,4}/\d{1,4})?")
PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+\d{1,2}:\d{2}")
SAME_LINE = 0.35  # of the size
COLUMN_TEXT = 28  # characters; a line of running text in a narrow column


@dataclass(slots=True)
class Frame:
    """Lines under each other: a column, or the whole width. `right` and `left` are as far as lines may go."""

    lines: list[Line] = field(default_factory=list)
    narrow: bool = False  # another one stands beside it

    @property
    def left(self) -> float:
        return min(line.left for line in self.lines)

    @property
    def right(self) -> float:
        return max(line.right for line in self.lines)

    @property
    def top(self) -> float:
        return max(line.baseline for line in self.lines)

    @property
    def bottom(self) -> float:
        return min(line.baseline for line in self.lines)


def mark_running(pages: Sequence[list[Line]], heights: Sequence[float]) -> str:
    """Marks what stands on every page. Returns the address from which a browser printed them."""
    keys = Counter(key for lines, height in zip(pages, heights, strict=True) for key in {*_keys(lines, height)})
    enough = max(2, OFTEN * len(pages))
    address = ""
    for lines, height in zip(pages, heights, strict=True):
        for line in lines:
            if not _at_edge(line, height):
                continue
            if any(keys[key] >= enough for key in _key(line)) or PAGE_NUMBER.fullmatch(line.text):
                line.cruft = Reason.PAGE_BREAK
        lowest = min(lines, key=lambda line: line.baseline, default=None)
        printed = PRINTED_FROM.fullmatch(lowest.text) if lowest and _at_edge(lowest, height) else None
        if lowest and printed:
            address = printed[1]
            lowest.cruft = Reason.PAGE_BREAK
            for line in lines:
                if _at_edge(line, height) and line.baseline > height / 2 and PRINTED_AT.match(line.text):
                    line.cruft = Reason.PAGE_BREAK
    return address if address.startswith("http") else ""


def _at_edge(line: Line, height: float) -> bool:
    return not EDGE * height < line.baseline < (1 - EDGE) * height


def _keys(lines: list[Line], height: float) -> Iterator[tuple[str, int]]:
    for line in lines:
        if _at_edge(line, height):
            yield from _key(line)


def _key(line: Line) -> list[tuple[str, int]]:
    """Words without numbers and the place on the page; twice, for places are rounded."""
    words = DIGITS.sub("#", line.text.casefold())
    return [(words, round(line.baseline / 4)), (words, -round((line.baseline + 2) / 4))]


def frames(lines: list[Line]) -> list[Frame]:
    """Of one page, in reading order."""
    found: list[Frame] = []
    for row in _rows(_ordered(lines)):
        line = row[0]
        before = found[-1].lines[-1] if found else None
        if before is None or _goes_elsewhere(before, line):
            found.append(Frame())
        found[-1].lines += row
    return [part for frame in _beside(found) for part in _columns(frame)]


def _goes_elsewhere(before: Line, line: Line) -> bool:
    return line.baseline > before.baseline + before.size / 2 or not line.over(before)


def _ordered(lines: list[Line]) -> list[Line]:
    """As the file has them, which is the order of reading in nearly all; sorted where that jumps about."""
    jumps = sum(1 for one, next in zip(lines, lines[1:], strict=False) if next.baseline > one.baseline + 2 * one.size)
    if jumps <= 3 + len(lines) // 12:
        return lines
    gutter = _gutter(lines)
    found: list[Line] = []
    for band in _bands(lines, gutter):
        found += sorted(band, key=lambda line: (gutter > 0 and line.left > gutter, -line.baseline, line.left))
    return found


def _bands(lines: list[Line], gutter: float) -> Iterator[list[Line]]:
    """Parts of the page one under the other, ended by each line across the gutter."""
    band: list[Line] = []
    for line in sorted(lines, key=lambda line: (-line.baseline, line.left)):
        if gutter and line.left < gutter < line.right:
            yield band
            yield [line]
            band = []
        else:
            band.append(line)
    yield band


def _gutter(lines: list[Line]) -> float:
    """Where hardly a line crosses, with many on both sides; 0 if there is none."""
    left, right = min(line.left for line in lines), max(line.right for line in lines)
    for step in range(8, 13):
        middle = left + (right - left) * step / 20
        crossing = sum(1 for line in lines if line.left < middle < line.right)
        before = sum(1 for line in lines if line.right <= middle)
        if crossing < len(lines) * 0.15 and min(before, len(lines) - crossing - before) > len(lines) * 0.25:
            return middle
    return 0.0


def _rows(lines: list[Line]) -> Iterator[list[Line]]:
    """Parts of one line that stand beside each other, from left to right; a number or bullet is one with its text."""
    row: list[Line] = []
    for line in lines:
        if row and abs(row[-1].baseline - line.baseline) < SAME_LINE * line.size and not line.over(row[-1]):
            if len(row[-1].text) < 6 and (BULLET.match(row[-1].text + " x") or NUMBER.match(row[-1].text + " x")):
                row[-1] = together([row[-1], line])
            else:
                row.append(line)
            continue
        if row:
            yield row
        row = [line]
    if row:
        yield row


def together(row: list[Line]) -> Line:
    pieces = [piece for line in row for piece in (*line.pieces, Piece(" ", PLAIN, ""))]
    return replace(
        row[0],
        left=min(line.left for line in row),
        right=max(line.right for line in row),
        pieces=pieces,
        text=" ".join(line.text for line in row),
    )


def _beside(found: list[Frame]) -> list[Frame]:
    """Where one frame stands beside the next, what is above both is a frame of its own."""
    result: list[Frame] = []
    for frame in found:
        before = result[-1] if result else None
        if before and frame.top > before.bottom and (frame.left > before.left or frame.right < before.right):
            above = [line for line in before.lines if line.baseline > frame.top + line.size / 2]
            beside = [line for line in before.lines if line.baseline <= frame.top + line.size / 2]
            if beside and not any(line.over(other) for line in beside for other in frame.lines[:3]):
                frame.narrow = True
                result[-1:] = [part for part in (Frame(above, before.narrow), Frame(beside, True)) if part.lines]
        result.append(frame)
    return result


def _columns(frame: Frame) -> Iterator[Frame]:
    """Rows of a frame in which lines stand beside each other: columns of running text, a table, or one line."""
    plain: list[Line] = []
    for group in _row_groups(list(_rows(frame.lines))):
        if len(group[0]) == 1:
            plain += [row[0] for row in group]
        elif len(group) == 1:
            plain.append(together(group[0]))
        else:
            if plain:
                yield Frame(plain, frame.narrow)
                plain = []
            yield from _table(group)
    if plain:
        yield Frame(plain, frame.narrow)


def _row_groups(rows: list[list[Line]]) -> Iterator[list[list[Line]]]:
    group: list[list[Line]] = []
    for row in rows:
        if group and (len(row) > 1) != (len(group[-1]) > 1):
            yield group
            group = []
        group.append(row)
    if group:
        yield group


def _table(rows: list[list[Line]]) -> Iterator[Frame]:
    lefts = [line.left for line in rows[0]]
    cells: list[list[list[Line]]] = []
    for row in rows:
        places: list[list[Line]] = [[] for _left in lefts]
        for line in row:
            nearest = min(range(len(lefts)), key=lambda place: abs(lefts[place] - line.left))
            places[nearest].append(line)
        cells.append(places)
    texts = [line.text for row in rows for line in row]
    if len(rows) > 3 and sum(map(len, texts)) > COLUMN_TEXT * len(texts):
        for place in range(len(lefts)):
            column = [line for row in cells for line in row[place]]
            if column:
                yield Frame(column, True)
        return
    lines = []
    for row, places in zip(rows, cells, strict=True):
        line = together(row)
        line.cells = tuple(" ".join(part.text for part in place) for place in places)
        lines.append(line)
    yield Frame(lines)
