"""New rows that belong together, in one question to the database and in the same time whatever is there already.

Model.save() asks and compiles anew for each row; here the statement is made once. Our rows have no signals to send.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from functools import lru_cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections, models

from . import prepared
from .crypto import EncryptedTextField
from .one_commit import in_one_commit

Row = models.Model


@dataclass(frozen=True)
class Sql:
    """With %s for each of its values."""

    text: str
    values: tuple[Any, ...] = ()


@dataclass(frozen=True)
class Found:
    """What of a row the database finds itself as it writes. `question`: of one row at most, which is called `found`.
    `columns`: fields of the row, each with what of that row is theirs; where there is none, all of it is NULL."""

    question: Sql
    columns: "Columns"


Columns = tuple[tuple[str, str], ...]
NOTHING = Found(Sql(""), ())


def append(row: Row, beside: Row | None, link: str, instead: Row, unless: Sql, found: Found = NOTHING) -> bool:
    """Inserts `row`, and `beside`, of which the foreign key `row.<link>` shall speak. Where the condition `unless`
    holds, or a unique constraint stands in the way of `row`, inserts `instead` alone. True when it was `row`.

    In one transaction, or inside of another's. No lock is held beyond it: whoever waits, waits for the same unique
    value this moment. Something is written either way, so that the time it takes does not tell which. The objects do
    not learn their keys.
    """
    if connection.vendor == "postgresql":
        return _in_one_statement(row, beside, link, instead, unless, found)
    return _one_by_one(row, beside, link, instead, unless, found)


def _one_by_one(row: Row, beside: Row | None, link: str, instead: Row, unless: Sql, found: Found) -> bool:
    """For SQLite, which is in our own process: a statement is no journey, but only one may write. All that can be made
    before is made before."""
    but = frozenset({link, *dict(found.columns)})
    statement = _found_and_inserted(type(row), link, found.columns, found.question.text)
    values = [*_values(row, but), *found.question.values]
    first = (_insert(type(beside)), _values(beside)) if beside is not None else None
    otherwise = _insert(type(instead)), _values(instead)

    def write() -> bool:
        if prepared.ask(f"SELECT 1 WHERE {unless.text}", unless.values):
            prepared.execute(*otherwise)
            return False
        key = prepared.execute(*first).lastrowid if first else None
        prepared.execute(statement, [key, *values])
        return True

    return in_one_commit(write)


def _in_one_statement(row: Row, beside: Row | None, link: str, instead: Row, unless: Sql, found: Found) -> bool:
    of = (type(row), type(beside) if beside is not None else None, type(instead))
    but = frozenset({link, *dict(found.columns)})
    statement = _together(*of, link, unless.text, found.columns, found.question.text)
    theirs = _values(beside) if beside is not None else []
    values = [*_values(row, but), *found.question.values, *unless.values, *theirs, *_values(instead)]
    return bool(prepared.ask(statement, values)[0][0])


@lru_cache(maxsize=32)
def _together(
    row: type[Row], beside: type[Row] | None, instead: type[Row], link: str, unless: str, columns: Columns, found: str
) -> str:
    number, also = "SELECT NULL::bigint AS id", []
    if beside is not None:
        table, key = _names(beside)
        [(sequence,)] = prepared.ask("SELECT pg_get_serial_sequence(%s, %s)", [table, _key(beside).column])
        if sequence is None:
            raise RuntimeError(f"{table} has no sequence of its own.")
        number = f"SELECT nextval('{sequence}'::regclass) AS id"
        into = f"INSERT INTO {table} ({key}, {_columns(beside)})"
        also = [f"beside AS ({into} SELECT number.id, {_places(beside)} FROM number WHERE EXISTS (SELECT FROM done))"]
    into = _into(row, link, columns)
    what = _selected(row, link, columns, found, "number.id", "number")
    otherwise = f"INSERT INTO {_names(instead)[0]} ({_columns(instead)})"
    parts = (
        f"number AS ({number})",
        f"done AS ({into} {what} WHERE NOT ({unless}) ON CONFLICT DO NOTHING RETURNING 1)",
        *also,
        f"instead AS ({otherwise} SELECT {_places(instead)} WHERE NOT EXISTS (SELECT FROM done))",
    )
    return f"WITH {', '.join(parts)} SELECT EXISTS (SELECT FROM done)"


@lru_cache(maxsize=32)
def _found_and_inserted(row: type[Row], link: str, columns: Columns, found: str) -> str:
    return f"{_into(row, link, columns)} {_selected(row, link, columns, found, '%s', '(SELECT 1) AS one')}"


def _into(row: type[Row], link: str, columns: Columns) -> str:
    first = [connection.ops.quote_name(_field(row, name).column) for name in (link, *dict(columns))]
    rest = _columns(row, but=frozenset({link, *dict(columns)}))
    return f"INSERT INTO {_names(row)[0]} ({', '.join(first)}, {rest})"


def _selected(row: type[Row], link: str, columns: Columns, found: str, key: str, of: str) -> str:
    """In the order of _into: what the link is, what is found, and then a place for each value of the row."""
    what = [key, *(theirs for _, theirs in columns)]
    rest = _places(row, but=frozenset({link, *dict(columns)}))
    joined = f" LEFT JOIN ({found}) AS found ON 1 = 1" if found else ""
    return f"SELECT {', '.join(what)}, {rest} FROM {of}{joined}"


@lru_cache(maxsize=32)
def _insert(model: type[Row]) -> str:
    return f"INSERT INTO {_names(model)[0]} ({_columns(model)}) VALUES ({_places(model)})"


@lru_cache(maxsize=32)
def _fields(model: type[Row], but: frozenset[str] = frozenset()) -> Sequence[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key and field.name not in but]


def _field(model: type[Row], name: str) -> Any:
    return model._meta.get_field(name)


def _key(model: type[Row]) -> Any:
    return model._meta.pk


def _names(model: type[Row]) -> tuple[str, str]:
    quoted = connection.ops.quote_name
    return quoted(model._meta.db_table), quoted(_key(model).column)


def _columns(model: type[Row], but: frozenset[str] = frozenset()) -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in _fields(model, but))


def _places(model: type[Row], but: frozenset[str] = frozenset()) -> str:
    """On PostgreSQL each with its type, which no value tells a statement that is prepared. Not with its length: a cast
    would cut off in silence what the column refuses."""
    if connection.vendor != "postgresql":
        return ", ".join("%s" for _field in _fields(model, but))
    kinds = ((field.rel_db_type if field.is_relation else field.db_type)(connection) for field in _fields(model, but))
    return ", ".join(f"%s::{re.sub(r'[(][0-9]+[)]', '', kind)}" for kind in kinds)


def _values(row: Row, but: frozenset[str] = frozenset()) -> list[Any]:
    """As the database takes them. What most columns hold goes to it as it is: to ask each field costs more than all
    else, of which there are some eighty."""
    database, held = connections[DEFAULT_DB_ALIAS], row.__dict__
    as_it_is = _AS_IT_IS[database.vendor == "postgresql"]
    values = []
    for name, field, is_plain, sealed in _ways(type(row), but):
        if sealed:
            values.append(field.get_prep_value(held[name]))
            continue
        if is_plain:
            value = held[name]
            if type(value) in as_it_is:
                values.append(value)
                continue
            if isinstance(value, str):  # one of a field's choices
                values.append(value.value if isinstance(value, Enum) else str(value))
                continue
        values.append(field.get_db_prep_save(field.pre_save(row, True), database))
    return values


# By whether it is PostgreSQL. SQLite has no times of its own.
_AS_IT_IS = (
    frozenset({str, int, bool, type(None)}),
    frozenset({str, int, bool, type(None), date, datetime, UUID}),
)
_PLAIN = frozenset(
    {
        *("BooleanField", "CharField", "ForeignKey", "PositiveSmallIntegerField", "SmallIntegerField", "TextField"),
        *("DateField", "DateTimeField", "UUIDField"),
    }
)


@lru_cache(maxsize=32)
def _ways(model: type[Row], but: frozenset[str]) -> Sequence[tuple[str, Any, bool, bool]]:
    """The fields with the name of what the row holds of each, whether it is one of Django's own that stores such a
    value unchanged, and whether it is one of ours that stores it encrypted."""
    fields = _fields(model, but)
    return [(field.attname, field, _is_plain(field), type(field) is EncryptedTextField) for field in fields]


def _is_plain(field: Any) -> bool:
    own = field.__class__.__module__.startswith("django.db.models")
    by_the_clock = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return own and not by_the_clock and field.get_internal_type() in _PLAIN
