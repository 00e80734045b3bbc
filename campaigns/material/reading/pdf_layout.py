"""The lines of the pages in the order in which they are read: what is on every page, columns, tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from campaigns.material.document import Reason

from .items import marker
from .pdf_page import Line
from .runs import PLAIN, Piece

EDGE = 0.15  # of the height of a page, where running heads and page numbers stand
OFTEN = 0.4  # of the pages, and twice at least
DIGITS = re.compile(r"\d{1,6}")
NUMBERS = 8  # in one line
SET_OFF = 1.6  # of the size
PAGE_NUMBER = re.compile(r"\W{0,4}\d{1,4}(?:\s?[/|–-]\s?\d{1,4})?\W{0,4}")
PRINTED_FROM = re.compile(r"((?:https?|file)://\S{1,2000})(?:\s+\d{1,4}/\d{1,4})?")
PRINTED_AT = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4},?\s+\d{1,2}:\d{2}")
SAME_LINE = 0.35  # of the size
GAP = 2.0  # sizes of the letters; what is farther apart stands in another column or cell
ALIGNED = 2.0  # points
ROWS = 3  # that make a table although their cells are near each other
MARKER_ROOM = 4.0  # sizes, between a bullet and its text
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
    keys = Counter(key for lines in pages for key in {key for line in lines for key in _keys(line)})
    enough = max(2, OFTEN * len(pages))
    address = ""
    for lines, height in zip(pages, heights, strict=True):
        below = sorted(lines, key=lambda line: line.baseline)
        above = [line for line in reversed(below) if line.baseline > (1 - EDGE) * height]
        below = [line for line in below if line.baseline < EDGE * height]
        if below and (printed := PRINTED_FROM.fullmatch(below[0].text)):
            address = printed[1]
            below[0].cruft = Reason.PAGE_BREAK
            for line in above:
                if PRINTED_AT.match(line.text):
                    line.cruft = Reason.PAGE_BREAK
        for edge in (above, below):
            _mark(edge, [any(keys[key] >= enough for key in _keys(line)) for line in edge])
    return address if address.startswith("http") else ""


def _mark(edge: list[Line], often: list[bool]) -> None:
    """`edge` from the edge of the page inwards. What runs on has some room between itself and the text."""
    running: list[Line] = []
    for line, one in zip(edge, often, strict=True):
        if one or line.cruft or PAGE_NUMBER.fullmatch(line.text):
            running.append(line)
            continue
        while running and abs(running[-1].baseline - line.baseline) < SET_OFF * line.size:
            running.pop()
        break
    for line in running:
        line.cruft = Reason.PAGE_BREAK


def _keys(line: Line) -> Iterator[tuple[str, int]]:
    """Words and place on the page; also with each of the first numbers said as what it is more than the page's.
    Twice each, for places are rounded."""
    words = line.text.casefold()
    numbers = list(islice(DIGITS.finditer(words), NUMBERS))
    forms = [words, *(f"{words[: one.start()]}#{int(one[0]) - line.page}{words[one.end() :]}" for one in numbers)]
    for form in forms:
        yield form, round(line.baseline / 4)
        yield form, -round((line.baseline + 2) / 4)


def frames(lines: list[Line]) -> list[Frame]:
    """Of one page, in reading order."""
    found: list[Frame] = []
    before: list[Line] = []
    rows = list(_rows(_ordered(_with_markers(lines))))
    aligned = Counter(round(line.left / ALIGNED) for row in rows for line in row[1:])
    for row in (_confirmed(row, aligned) for row in rows):
        if not before or _goes_elsewhere(before, row):
            found.append(Frame())
        found[-1].lines += row
        before = row
    return [part for frame in _beside(found) for part in _columns(frame)]


def _goes_elsewhere(before: list[Line], row: list[Line]) -> bool:
    higher = row[0].baseline > before[0].baseline + before[0].size / 2
    return higher or not any(line.over(other) for line in row for other in before)


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


def _with_markers(lines: list[Line]) -> list[Line]:
    """Bullets and numbers that stand alone go before the line beside them, wherever the file has them."""
    alone = [line for line in lines if len(line.text) < 6 and marker(line.text + " x")]
    if not alone:
        return lines
    by_place: dict[int, list[Line]] = {}
    for line in lines:
        by_place.setdefault(round(line.baseline / 2), []).append(line)
    before: dict[int, Line] = {}
    for sign in alone:
        place = round(sign.baseline / 2)
        near = [line for at in (place - 1, place, place + 1) for line in by_place.get(at, ()) if line is not sign]
        near = [line for line in near if _distance(sign, line) < MARKER_ROOM * line.size and id(line) not in before]
        if near:
            before[id(min(near, key=lambda line: _distance(sign, line)))] = sign
    gone = {id(sign) for sign in before.values()}
    return [
        together([before[id(line)], line]) if id(line) in before else line for line in lines if id(line) not in gone
    ]


def _distance(sign: Line, line: Line) -> float:
    """From a bullet to what is said behind it."""
    gap = sign.left - line.right if line.rtl else line.left - sign.right
    return gap if gap > -1 else float("inf")


def _rows(lines: list[Line]) -> Iterator[list[Line]]:
    """Parts of one line that stand beside each other."""
    row: list[Line] = []
    for line in lines:
        beside = row and abs(row[-1].baseline - line.baseline) < SAME_LINE * line.size
        if beside and not any(line.over(other) for other in row):
            row.append(line)
            continue
        if row:
            yield row
        row = [line]
    if row:
        yield row


def _confirmed(row: list[Line], aligned: Counter[int]) -> list[Line]:
    """Parts with little room between them are one, but where others begin at the same place in the lines around."""
    parts = row[:1]
    for line in row[1:]:
        gap = max(line.left - parts[-1].right, parts[-1].left - line.right)
        place = round(line.left / ALIGNED)
        often = sum(aligned[at] for at in (place - 1, place, place + 1))
        if gap > GAP * line.size or often >= ROWS:
            parts.append(line)
        else:
            parts[-1] = together([parts[-1], line])
    return parts


def together(row: list[Line]) -> Line:
    pieces = [piece for line in row for piece in (*line.pieces, Piece(" ", PLAIN, ""))]
    return replace(
        row[0],
        left=min(line.left for line in row),
        right=max(line.right for line in row),
        pieces=pieces,
        text=" ".join(line.text for line in row),
        size=max(row, key=lambda line: len(line.text)).size,
        rtl=any(line.rtl for line in row),
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
