"""Tables with any sensible header, and lists of flat objects, which are tables too."""

import csv
import itertools
from collections.abc import Iterator, Mapping, Sequence
from io import StringIO
from typing import Any

from django.utils.translation import gettext as _

from . import columns as headers_of
from .files import Document
from .found import MOST_COLUMNS, BadFile, Column, Found, Reading, Rejected, check_number, folded
from .rows import Cells, found, habits_of

HEAD = 200  # rows among which the header is looked for, below whatever headings
_DELIMITERS = ",;\t|"
_NO_VALUE = frozenset(("NaN", "nan", "#N/A", "N/A", "n/a"))  # what programs write into a cell that is empty


def read(document: Document, mapping: Mapping[str, str], reading: Reading) -> None:
    header, rows = _table(document)
    if not document.alone and not mapping and not headers_of.holds_a_name(_guessed(header, rows)):
        return
    _take(document.name, header, rows, mapping, reading)


def guessed(document: Document) -> list[Column]:
    return _guessed(*_table(document))


def _guessed(
    header: list[str], rows: list[tuple[int, list[str]]], mapping: Mapping[str, str] | None = None
) -> list[Column]:
    return headers_of.guess(header, [cells for _line, cells in rows[:200]], mapping or {})


def read_objects(
    document: Document, objects: Sequence[tuple[int, Mapping[Any, Any]]], mapping: Mapping[str, str], reading: Reading
) -> None:
    """A list of objects, each with its line or its number. Raises BadFile, but not for one of a folder."""
    flat = [(line, dict(flattened(one))) for line, one in objects]
    header = list(dict.fromkeys(itertools.chain.from_iterable(one for _line, one in flat)))
    _check_width(document, len(header))
    rows = [(line, [one.get(key, "") for key in header]) for line, one in flat]
    if not document.alone:
        mapping = {column: field for column, field in mapping.items() if column in header}
        if not headers_of.holds_a_name(_guessed(header, rows, mapping)):
            return
    _take(document.name, header, rows, mapping, reading)


def flattened(one: Mapping[Any, Any], before: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """`{"name": {"first": "A"}, "emails": ["b", "c"]}` → ("name first", "A"), ("emails", "b;c")."""
    for key, value in one.items():
        if isinstance(value, dict) and {"type", "value"} <= value.keys() and isinstance(value["value"], str):
            yield f"{before}{key}", value["value"]
        elif isinstance(value, dict) and depth < 3:
            yield from flattened(value, f"{before}{key} ", depth + 1)
        elif isinstance(value, list):
            yield f"{before}{key}", ";".join(str(item) for item in value[:50] if isinstance(item, str | int))
            yield from _first_of_each(f"{before}{key} ", [item for item in value[:50] if isinstance(item, dict)])
        elif value is not None:
            yield f"{before}{key}", str(value)


def _first_of_each(before: str, items: Sequence[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    """Of a list of offices or of mailboxes, what the first that has it says."""
    said: dict[str, str] = {}
    for item in items:
        for key, value in item.items():
            if isinstance(value, str | int) and value != "":
                said.setdefault(f"{before}{key}", str(value))
    yield from said.items()


def opened(document: Document) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The header, and the rows below it that are not empty, one at a time, each with the line it begins on.

    Raises BadFile, also while the rows are read."""
    rows = _rows(document)
    first = list(itertools.islice(rows, HEAD))
    if first and first[0][1][0].lower().startswith("sep="):
        del first[0]
    # A heading above the table fills one cell.
    while len(first) > 1 and _filled(first[0][1]) == 1 < _filled(first[1][1]):
        del first[0]
    del first[: _header_at(first)]
    if not first:
        raise BadFile(_("%(name)s is empty.") % {"name": document.name})
    _check_width(document, len(first[0][1]))
    header = [cell.strip() or _("column %(number)s") % {"number": at} for at, cell in enumerate(first[0][1], 1)]
    return _unique(header), itertools.chain(first[1:], rows)


def _rows(document: Document) -> Iterator[tuple[int, list[str]]]:
    delimiter = _delimiter(document.text)
    lines = csv.reader(StringIO(document.text, newline=""), delimiter=delimiter, strict=True)
    begins = 1
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield begins, cells
            begins = lines.line_num + 1
    except csv.Error as error:
        raise BadFile(
            _("%(name)s, line %(line)s: a quotation mark is missing, or the file was cut off.")
            % {"name": document.name, "line": begins}
        ) from error


def _table(document: Document) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The header, and each row with the line it begins on."""
    header, below = opened(document)
    rows: list[tuple[int, list[str]]] = []
    for row in below:
        rows.append(row)
        check_number(document.name, len(rows) + 1)
    _check_end(document, header, rows)
    return header, rows


def _header_at(rows: list[tuple[int, list[str]]]) -> int:
    """Of the first rows, the one that reads as a header and is fuller than those above it; else the first."""
    for at, (_line, cells) in enumerate(rows[:6]):
        if at and _filled(cells) <= max(_filled(above) for _line, above in rows[:at]):
            continue
        columns = headers_of.guess(_unique([cell.strip() for cell in cells[:MOST_COLUMNS]]), [])
        if headers_of.holds_a_name(columns) and sum(bool(column.field) for column in columns) > (at > 0):
            return at
    return 0


def _check_width(document: Document, columns: int) -> None:
    if columns > MOST_COLUMNS:
        raise BadFile(_("%(name)s has more than %(most)s columns.") % {"name": document.name, "most": MOST_COLUMNS})


def _filled(cells: list[str]) -> int:
    return sum(bool(cell.strip()) for cell in cells)


def _delimiter(text: str) -> str:
    """That which the first lines have most of, outside quotation marks."""
    start = text.lstrip()[:20_000]
    if start.lower().startswith("sep=") and len(start) > 4:
        return start[4]
    # Of the first lines, for a heading may stand above the header.
    bare = "".join("".join(start.splitlines()[:3]).split('"')[::2])
    return max(_DELIMITERS, key=bare.count)


def _check_end(document: Document, header: list[str], rows: list[tuple[int, list[str]]]) -> None:
    line, last = rows[-1] if rows else (0, header)
    if 1 < len(last) < len(header) and not document.text.endswith(("\n", "\r")):
        raise BadFile(
            _("%(name)s was cut off: line %(line)s has %(few)s of %(all)s cells.")
            % {"name": document.name, "line": line, "few": len(last), "all": len(header)}
        )


def _unique(header: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    for index, name in enumerate(header):
        seen[name] = seen.get(name, 0) + 1
        header[index] = name if seen[name] == 1 else f"{name} {seen[name]}"
    return header


def _take(
    name: str, header: list[str], rows: list[tuple[int, list[str]]], mapping: Mapping[str, str], reading: Reading
) -> None:
    rows = [(line, ["" if cell.strip() in _NO_VALUE else cell for cell in cells]) for line, cells in rows]
    columns = _guessed(header, rows, mapping)
    headers_of.check(columns, name)
    reading.columns[name] = columns
    whole: list[tuple[int, list[str]]] = []
    broken: list[tuple[int, list[str]]] = []
    for line, cells in rows:
        if len(cells) > len(header) and not any(cell.strip() for cell in cells[len(header) :]):
            cells = cells[: len(header)]
        (whole if len(cells) == len(header) else broken).append((line, cells))
    reading.rejected += [
        Rejected(line, _("Cells: %(some)s, in the header: %(all)s.") % {"some": len(cells), "all": len(header)})
        for line, cells in broken
    ]
    reading.spared |= {folded(cell) for _line, cells in broken for cell in cells} - {""}
    by_field = [(line, _by_field(columns, cells)) for line, cells in whole]
    habits = habits_of(name, [row for _line, row in by_field], reading.notes.append)
    for line, row in by_field:
        someone = found(row, line, habits)
        if isinstance(someone, Found):
            reading.found.append(someone)
        else:
            reading.rejected.append(someone)
            reading.spared |= {folded(cell) for cells in row.values() for cell in cells} - {""}


def _by_field(columns: list[Column], cells: list[str]) -> Cells:
    row: dict[str, list[str]] = {}
    for column, cell in zip(columns, cells, strict=True):
        if column.field:
            row.setdefault(column.field, []).append(cell)
    return row
