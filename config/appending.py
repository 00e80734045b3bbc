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
from .one_commit import in_one_commit

Row = models.Model


@dataclass(frozen=True)
class Unless:
    """A condition in SQL, with %s for each of its values."""

    sql: str
    values: tuple[Any, ...] = ()


def append(row: Row, beside: Row | None, link: str, instead: Row, unless: Unless) -> bool:
    """Inserts `row`, and `beside`, of which the foreign key `row.<link>` shall speak. Where the condition `unless`
    holds, or a unique constraint stands in the way of `row`, inserts `instead` alone. True when it was `row`.

    In one transaction, or inside of another's. No lock is held beyond it: whoever waits, waits for the same unique
    value this moment. Something is written either way, so that the time it takes does not tell which. The objects do
    not learn their keys.
    """
    if connection.vendor == "postgresql":
        return _in_one_statement(row, beside, link, instead, unless)
    return _one_by_one(row, beside, link, instead, unless)


def _one_by_one(row: Row, beside: Row | None, link: str, instead: Row, unless: Unless) -> bool:
    """For SQLite, which is in our own process: a statement is no journey, but only one may write. All that can be made
    before is made before."""
    inserts = [(_insert(type(one), but), _values(one, but)) for one, but in ((row, link), (instead, ""))]
    first = (_insert(type(beside)), _values(beside)) if beside is not None else None

    def write() -> bool:
        if prepared.ask(f"SELECT 1 WHERE {unless.sql}", unless.values):
            prepared.execute(*inserts[1])
            return False
        key = prepared.execute(*first).lastrowid if first else None
        statement, values = inserts[0]
        prepared.execute(statement, [*values, key])
        return True

    return in_one_commit(write)


def _in_one_statement(row: Row, beside: Row | None, link: str, instead: Row, unless: Unless) -> bool:
    if beside is None:
        statement = _alone(type(row), type(instead), unless.sql)
        values = [*_values(row), *unless.values, *_values(instead)]
    else:
        statement = _together(type(row), type(beside), link, type(instead), unless.sql)
        values = [*_values(row, but=link), *unless.values, *_values(beside), *_values(instead)]
    return bool(prepared.ask(statement, values)[0][0])


@lru_cache(maxsize=32)
def _together(row: type[Row], beside: type[Row], link: str, instead: type[Row], unless: str) -> str:
    table, key = _names(beside)
    foreign = connection.ops.quote_name(_field(row, link).column)
    sequence = f"pg_get_serial_sequence('{table}', '{_key(beside).column}')"
    return _statement(
        f"number AS (SELECT nextval({sequence}) AS id)",
        f"done AS (INSERT INTO {_names(row)[0]} ({_columns(row, but=link)}, {foreign}) "
        f"SELECT {_places(row, but=link)}, number.id FROM number WHERE NOT ({unless}) "
        "ON CONFLICT DO NOTHING RETURNING 1)",
        f"beside AS (INSERT INTO {table} ({key}, {_columns(beside)}) "
        f"SELECT number.id, {_places(beside)} FROM number WHERE EXISTS (SELECT FROM done))",
        _or_else(instead),
    )


@lru_cache(maxsize=32)
def _alone(row: type[Row], instead: type[Row], unless: str) -> str:
    return _statement(
        f"done AS (INSERT INTO {_names(row)[0]} ({_columns(row)}) SELECT {_places(row)} WHERE NOT ({unless}) "
        "ON CONFLICT DO NOTHING RETURNING 1)",
        _or_else(instead),
    )


def _or_else(instead: type[Row]) -> str:
    into = f"INSERT INTO {_names(instead)[0]} ({_columns(instead)})"
    return f"instead AS ({into} SELECT {_places(instead)} WHERE NOT EXISTS (SELECT FROM done))"


def _statement(*parts: str) -> str:
    return f"WITH {', '.join(parts)} SELECT EXISTS (SELECT FROM done)"


@lru_cache(maxsize=32)
def _insert(model: type[Row], last: str = "") -> str:
    """`last`: the field whose value comes after all others."""
    columns = _columns(model, last) + (f", {connection.ops.quote_name(_field(model, last).column)}" if last else "")
    places = ", ".join(["%s"] * len(_fields(model)))
    return f"INSERT INTO {_names(model)[0]} ({columns}) VALUES ({places})"


@lru_cache(maxsize=32)
def _fields(model: type[Row], but: str = "") -> Sequence[Any]:
    return [field for field in model._meta.local_concrete_fields if not field.primary_key and field.name != but]


def _field(model: type[Row], name: str) -> Any:
    return model._meta.get_field(name)


def _key(model: type[Row]) -> Any:
    return model._meta.pk


def _names(model: type[Row]) -> tuple[str, str]:
    quoted = connection.ops.quote_name
    return quoted(model._meta.db_table), quoted(_key(model).column)


def _columns(model: type[Row], but: str = "") -> str:
    return ", ".join(connection.ops.quote_name(field.column) for field in _fields(model, but))


def _places(model: type[Row], but: str = "") -> str:
    """Each with its type, which no value tells a statement that is prepared. Not with its length: a cast would cut off
    in silence what the column refuses."""
    kinds = ((field.rel_db_type if field.is_relation else field.db_type)(connection) for field in _fields(model, but))
    return ", ".join(f"%s::{re.sub(r'[(][0-9]+[)]', '', kind)}" for kind in kinds)


def _values(row: Row, but: str = "") -> list[Any]:
    """As the database takes them. What most columns hold goes to it as it is: to ask each field costs more than all
    else, of which there are some eighty."""
    database, held = connections[DEFAULT_DB_ALIAS], row.__dict__
    as_it_is = _AS_IT_IS[database.vendor == "postgresql"]
    values = []
    for name, field, is_plain in _ways(type(row), but):
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
def _ways(model: type[Row], but: str) -> Sequence[tuple[str, Any, bool]]:
    """The fields with the name of what the row holds of each, and whether it is one of Django's own that stores such a
    value unchanged."""
    return [(field.attname, field, _is_plain(field)) for field in _fields(model, but)]


def _is_plain(field: Any) -> bool:
    own = field.__class__.__module__.startswith("django.db.models")
    by_the_clock = getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False)
    return own and not by_the_clock and field.get_internal_type() in _PLAIN
