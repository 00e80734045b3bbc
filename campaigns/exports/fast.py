"""A CSV file that PostgreSQL writes by itself, by COPY, where nothing has to be decrypted: the same cells that
cells.csv_lines would write (tests/postgresql/test_exports.py)."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.db.models import Case, DateTimeField, Expression, F, Func, IntegerField, QuerySet, TextField, Value, When
from django.db.models.functions import Concat, NullIf
from django.db.models.lookups import In

from config import jobs

from .cells import BOM, FORMULA, PIECE
from .tables import Column


class Seconds(Func):
    """A time in UTC, to the second, as COPY writes it: 2026-11-21 14:03:59."""

    template = "date_trunc('second', %(expressions)s AT TIME ZONE 'UTC')"
    output_field = DateTimeField()


class Codepoint(Func):
    """Of the first character; 0 of nothing. Comparing numbers is quicker than cutting a piece off each text."""

    function = "ascii"
    output_field = IntegerField()


def possible(columns: Sequence[Column]) -> bool:
    return connection.vendor == "postgresql" and not any(column.encrypted for column in columns)


def csv_lines(job: jobs.Job, rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[bytes]:
    values = {f"column_{number}": _written(column) for number, column in enumerate(columns)}
    # In no order: to sort a million rows takes longer than to write them.
    query = rows.order_by().annotate(**values).values_list(*values)
    select, parameters = query.query.sql_with_params()
    done, total = 0, rows.count()
    yield (BOM + ",".join(column.name for column in columns) + "\n").encode()
    own = connection.copy()  # the job's progress is written while this one is busy
    try:
        with own.cursor() as cursor, cursor.copy(f"COPY ({select}) TO STDOUT (FORMAT csv)", parameters) as answer:
            piece = bytearray()
            for line in answer:  # a row each
                piece += line
                done += 1
                if len(piece) >= PIECE:
                    yield bytes(piece)
                    piece.clear()
                    job.progress(done, max(total, done))
            yield bytes(piece)
    finally:
        own.close()
    job.progress(done, done)


def _written(column: Column) -> Expression | F:
    """As safe_cell has it. What is empty is NULL, which COPY writes as nothing; the empty string it would quote."""
    if column.is_time:
        return Seconds(column.value)
    if not column.is_free:
        return NullIf(column.value, Value(""), output_field=TextField())
    apart = Concat(Value("'"), column.value, output_field=TextField())
    safe = Case(
        When(In(Codepoint(column.value), [ord(one) for one in FORMULA]), then=apart),
        default=column.value,
        output_field=TextField(),
    )
    return NullIf(safe, Value(""), output_field=TextField())
