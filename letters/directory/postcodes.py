"""A table of postcodes into the directory: all of it, or nothing.

A postcode that the table has is moved to where the table says, in the boundary sets of the table's columns and in no
other; a postcode that it does not have stays where it was. Ranges are replaced as a whole.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _

from letters.models import Legislature, Postcode, PostcodeRange

from . import areas
from .postcode_tables import Say, Table, opened
from .reading.found import BadFile

BLOCK = 20_000  # rows handed to the database at once

# What the directory has of these boundary sets, and the table does not …
_NOT_READ = """
    CREATE TEMPORARY TABLE not_read AS
    SELECT held.id, held.postcode, seat.boundary_set
    FROM letters_postcode held
    JOIN letters_constituency seat ON seat.id = held.constituency_id
    LEFT JOIN read_places ON read_places.constituency_id = held.constituency_id
    LEFT JOIN read_postcodes ON read_postcodes.postcode = held.postcode AND read_postcodes.place = read_places.place
    WHERE seat.legislature_id = %s AND read_postcodes.place IS NULL
"""
# … and of that, what the table puts elsewhere in the same set.
_MOVED = """
    DELETE FROM letters_postcode WHERE id IN (
        SELECT not_read.id FROM not_read
        JOIN read_postcodes ON read_postcodes.postcode = not_read.postcode
        JOIN read_places ON read_places.place = read_postcodes.place
        JOIN letters_constituency seat ON seat.id = read_places.constituency_id
        WHERE seat.boundary_set = not_read.boundary_set
    )
"""
_STORED = """
    INSERT INTO letters_postcode (postcode, constituency_id)
    SELECT postcode, constituency_id FROM read_postcodes JOIN read_places USING (place)
    WHERE true
"""
_WHERE_NEW = " ON CONFLICT DO NOTHING"


@dataclass
class Summary:
    rows: int = 0
    elsewhere: int = 0  # rows of places that have no constituency: Jersey, Guernsey, Man
    constituencies: int = 0  # that were made, because the directory did not have them
    created: int = 0
    removed: int = 0
    unchanged: int = 0
    without: dict[str, int] = field(default_factory=dict)  # rows that have no code, by boundary set

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def import_postcodes(
    file: Path,
    legislature: Legislature,
    *,
    columns: Mapping[str, str] | None = None,
    ranges: bool = False,
    say: Say = lambda line: None,
) -> Summary:
    """`columns`: which of the table's hold codes, and of which boundary set; guessed when none is named.

    Raises BadFile, and then nothing is stored.
    """
    with opened(file) as text, transaction.atomic():
        table = Table(text, legislature, columns or {}, say)
        if ranges and not table.has_ranges:
            raise BadFile(_("This table has no ranges: no columns are named first_postcode and last_postcode."))
        summary = (_store_ranges if table.has_ranges else _store)(table, legislature)
    summary.rows, summary.elsewhere = table.rows, table.elsewhere
    summary.without = {column.boundary_set: column.without for column in table.layout.coded}
    return summary


def _store(table: Table, legislature: Legislature) -> Summary:
    summary = Summary()
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE read_postcodes (postcode varchar(10), place integer)")
        cursor.execute("CREATE TEMPORARY TABLE read_places (place integer, constituency_id bigint)")
        read = _fill(cursor, "read_postcodes", ("postcode", "place"), table.pairs())
        table.say(_("All rows are read; they are being stored."))
        keys = _constituencies(table, legislature, summary)
        _fill(cursor, "read_places", ("place", "constituency_id"), enumerate(keys))
        held = Postcode.objects.filter(constituency__in=keys).exists()
        if held:
            summary.removed = _remove_moved(cursor, legislature)
        summary.created = _insert(cursor, all_are_new=not held)
        summary.unchanged = read - summary.created
        cursor.execute("DROP TABLE read_postcodes")
        cursor.execute("DROP TABLE read_places")
    return summary


def _remove_moved(cursor: CursorWrapper, legislature: Legislature) -> int:
    cursor.execute("CREATE INDEX read_postcodes_by_postcode ON read_postcodes (postcode)")
    cursor.execute("ANALYZE read_postcodes")
    cursor.execute(_NOT_READ, [legislature.pk])
    cursor.execute(_MOVED)
    removed: int = cursor.rowcount
    cursor.execute("DROP TABLE not_read")
    return removed


def _insert(cursor: CursorWrapper, all_are_new: bool) -> int:
    """To look for each row before it is inserted takes PostgreSQL as long again as the insert."""
    if all_are_new:
        try:
            with transaction.atomic():
                cursor.execute(_STORED)
                return int(cursor.rowcount)
        except IntegrityError:  # the table names a place of a postcode twice
            pass
    cursor.execute(_STORED + _WHERE_NEW)
    return int(cursor.rowcount)


def _store_ranges(table: Table, legislature: Legislature) -> Summary:
    summary = Summary()
    wanted = table.ranges()
    keys = _constituencies(table, legislature, summary)
    rows = {(first, last, keys[place]) for (first, place), last in wanted.items()}
    sets = {boundary_set for boundary_set, code in table.places}
    held = PostcodeRange.objects.filter(constituency__legislature=legislature, constituency__boundary_set__in=sets)
    before = set(held.values_list("first", "last", "constituency"))
    if before != rows:
        held.delete()
        with connection.cursor() as cursor:
            _fill(cursor, "letters_postcoderange", ("first", "last", "constituency_id"), sorted(rows))
    summary.created, summary.removed = len(rows - before), len(before - rows)
    summary.unchanged = len(rows & before)
    return summary


def _constituencies(table: Table, legislature: Legislature, summary: Summary) -> list[int]:
    """The primary keys of the table's places, in their order; what is missing is made."""
    found: dict[tuple[str, str], int] = {}
    for boundary_set in sorted({boundary_set for boundary_set, code in table.places}):
        codes = [code for of, code in table.places if of == boundary_set]
        if not all(column.is_sure for column in table.layout.coded):
            _refuse_another_set(legislature, boundary_set, codes)
        keys, made = areas.with_missing(legislature, boundary_set, codes)
        found |= {(boundary_set, code): pk for code, pk in keys.items()}
        summary.constituencies += made
    return [found[place] for place in table.places]


def _refuse_another_set(legislature: Legislature, boundary_set: str, codes: list[str]) -> None:
    """A column without a year is taken for the set in use; its codes may tell that it is not."""
    known = dict[str, int]()
    for of in legislature.constituencies.filter(code__in=codes).values_list("boundary_set", flat=True):
        known[of] = known.get(of, 0) + 1
    best = max(known, key=lambda of: (known[of], of == boundary_set), default=boundary_set)
    if best != boundary_set and known[best] > len(codes) / 2 and known.get(boundary_set, 0) < len(codes) / 2:
        raise BadFile(
            _("Its codes are of the boundary set %(known)s, not %(said)s. Say --column NAME=%(known)s.")
            % {"known": best, "said": boundary_set or "''"}
        )


def _fill(cursor: CursorWrapper, table: str, columns: tuple[str, ...], rows: Iterable[tuple[Any, ...]]) -> int:
    """How many there were. No value of ours holds a tab, a backslash or a line's end: COPY needs no escaping."""
    rows, number, names = iter(rows), 0, ", ".join(columns)
    if connection.vendor == "postgresql":
        with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
            line = "\t".join(["%s"] * len(columns)) + "\n"
            while block := list(islice(rows, BLOCK)):
                copy.write("".join([line % row for row in block]))
                number += len(block)
        return number
    insert = f"INSERT INTO {table} ({names}) VALUES ({', '.join(['%s'] * len(columns))})"
    while block := list(islice(rows, BLOCK)):
        cursor.executemany(insert, block)
        number += len(block)
    return number
