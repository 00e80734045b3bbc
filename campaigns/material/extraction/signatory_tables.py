"""Tables of signatories: which column holds the names, and which what they are of."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from campaigns.material.document import Passage
from campaigns.material.draft import Span

from .lines import mentions
from .names import Shape, is_contact, known, shape
from .signatory_lines import parsed, trimmed

JOINT = " | "  # between the cells of a row, as the readers write it
SAMPLE = 60  # rows that are looked at to learn what a column holds

Cells = list[Span]
Found = tuple[tuple[Span, ...], tuple[Span, ...]]


@dataclass(slots=True)
class Columns:
    names: list[int] = field(default_factory=list)  # the columns that make up one name
    others: list[int] = field(default_factory=list)
    each: bool = False  # every cell is a name of its own
    bare: bool = False  # nothing says what a cell holds: more than the name, perhaps
    stacked: bool = False  # cells hold names under each other, not a name and what it is of


def in_table(rows: list[Passage]) -> list[Found]:
    texts = [row.block.cells or tuple(row.text.split(JOINT)) for row in rows]
    columns = _headed(texts[0])
    body = list(zip(rows, texts, strict=True))[1 if columns else 0 :]
    columns = columns or _guessed([text for _, text in body[:SAMPLE]])
    if columns is None:
        return []
    columns.stacked = _are_stacked([text for _, text in body[:SAMPLE]], columns)
    found: list[Found] = []
    for row, text in body:
        cells = _places(row, text)
        if columns.each and _is_under(text):
            found = _with(found, row, cells)
        else:
            found += _row(row.text, row.start, cells, columns)
    return found


def _are_stacked(rows: list[tuple[str, ...]], columns: Columns) -> bool:
    cells = [cell for row in rows for at, cell in enumerate(row) if columns.each or at in columns.names]
    under = [line for cell in cells for line in cell.strip().split("\n")[1:]]
    return sum(shape(_first(line)) is Shape.PERSON for line in under) > 0.5 * len(under)


def _is_under(texts: tuple[str, ...]) -> bool:
    """A row that says what those in the row above it are."""
    return not any(shape(_first(text)) is Shape.PERSON for text in texts)


def _with(found: list[Found], row: Passage, cells: Cells) -> list[Found]:
    spans = [_moved(row.text, cell, row.start) for cell in cells if row.text[slice(*cell)].strip()]
    if not 0 < len(spans) <= len(found):
        return found
    last = found[-len(spans) :]
    return [*found[: -len(spans)], *((name, (*other, span)) for (name, other), span in zip(last, spans, strict=True))]


def _places(row: Passage, texts: tuple[str, ...]) -> Cells:
    """Where each cell stands in the row's text."""
    places, at = [], 0
    for text in texts:
        start = row.text.find(text, at)
        start = at if start < 0 else start
        places.append(Span(start, min(start + len(text), len(row.text))))
        at = places[-1].end
    return places


def _key(text: str) -> str:
    return " ".join(text.casefold().strip(" :*.#").split())


def _headed(cells: tuple[str, ...]) -> Columns | None:
    """What the columns are called, where the first row says it."""
    keys = [_key(cell) for cell in cells]
    first = next((at for at, key in enumerate(keys) if key in known("first_names")), None)
    last = next((at for at, key in enumerate(keys) if key in known("last_names") and at != first), None)
    names = [at for at, key in enumerate(keys) if key in known("names") or _speaks_of_names(key)]
    others = [at for at, key in enumerate(keys) if key in known("affiliations")]
    if first is not None and last is not None:
        return Columns(sorted((first, last)), others)
    if names or first is not None or last is not None:
        return Columns([next(iter(names), first if first is not None else last or 0)], others)
    return Columns(others[:1], []) if others else None


def _speaks_of_names(key: str) -> bool:
    """ "Name and affiliation"."""
    return len(key.split()) <= 4 and shape(key) is not Shape.PERSON and mentions(key, "names")


def _guessed(rows: list[tuple[str, ...]]) -> Columns | None:
    width = max((len(row) for row in rows), default=0)
    shapes = [[shape(_first(row[at])) for row in rows if at < len(row) and row[at].strip()] for at in range(width)]
    people = [sum(kind is Shape.PERSON for kind in kinds) / max(len(kinds), 1) for kinds in shapes]
    bodies = [sum(kind in (Shape.PERSON, Shape.BODY) for kind in kinds) / max(len(kinds), 1) for kinds in shapes]
    enough = 0.3 if _is_alternating(rows) else 0.6
    sure = [at for at in range(width) if people[at] >= enough]
    if len(sure) > 1 and len(sure) == sum(bool(kinds) for kinds in shapes):
        return Columns([], [], each=True)
    score = people if max(people, default=0) >= 0.5 else bodies
    best = max(range(width), key=lambda at: score[at], default=None)
    if best is None or score[best] < 0.4:
        return None
    kinds = (Shape.BODY, Shape.ROLE, Shape.PLAIN)
    others = [at for at in range(best + 1, width) if sum(kind in kinds for kind in shapes[at]) * 2 > len(rows)]
    return Columns([best], others, bare=True)


def _is_alternating(rows: list[tuple[str, ...]]) -> bool:
    """Rows of names, and rows of no name at all below them."""
    mixed = [{shape(_first(cell)) is Shape.PERSON for cell in row if cell.strip()} for row in rows]
    return len(rows) > 1 and all(len(kinds) < 2 for kinds in mixed) and mixed[0] == {True} and {False} in mixed


def _first(cell: str) -> str:
    return cell.lstrip().partition("\n")[0].partition(",")[0]


def _row(text: str, start: int, cells: Cells, columns: Columns) -> list[Found]:
    if columns.each:
        return [one for cell in cells for one in _cell(text, start, cell, columns.stacked)]
    names = [cells[at] for at in columns.names if at < len(cells)]
    names = [span for span in names if text[slice(*span)].strip() and shape(text[slice(*span)]) is not Shape.NOTHING]
    others = [cells[at] for at in columns.others if at < len(cells) and text[slice(*cells[at])].strip(" -–—/.")]
    others = [span for span in others if not is_contact(text[slice(*span)])]
    beside = columns.stacked and len(names) == len(others) == 1
    if beside and (several := _line_by_line(text, start, names[0], others[0])):
        return several
    if len(names) == 1 and ("\n" in text[slice(*names[0])] or (columns.bare and not others)):
        return _cell(text, start, names[0], columns.stacked)
    if not names:
        return []
    return [
        (tuple(_moved(text, span, start) for span in names), tuple(_moved(text, span, start) for span in others[:1]))
    ]


def _line_by_line(text: str, start: int, name: Span, other: Span) -> list[Found]:
    """A cell of names and one of what they are, as long as each other."""
    pairs = [list(_lines(text, cell)) for cell in (name, other)]
    if len(pairs[0]) != len(pairs[1]) or len(pairs[0]) < 2:
        return []
    return [((_moved(text, one, start),), (_moved(text, two, start),)) for one, two in zip(*pairs, strict=True)]


def _lines(text: str, cell: Span) -> Iterator[Span]:
    at = cell.start
    for line in text[slice(*cell)].split("\n"):
        if line.strip():
            yield Span(at, at + len(line))
        at += len(line) + 1


def _cell(text: str, start: int, cell: Span, stacked: bool) -> list[Found]:
    """Those named in it, or the one whose name is its first line."""
    found: list[Found] = []
    for line in _lines(text, cell):
        one = parsed(text[slice(*line)])
        if not one:
            continue
        at = start + line.start
        if found and not stacked:
            name, other = found.pop()
            found.append((name, (Span(other[0].start if other else at + one.start, at + max(one.end, one.to)),)))
        else:
            other = (Span(at + one.from_, at + one.to),) if one.to > one.from_ else ()
            found.append(((Span(at + one.start, at + one.end),), other))
    return found


def _moved(text: str, span: Span, by: int) -> Span:
    start, end = trimmed(text, *span)
    return Span(start + by, end + by)
