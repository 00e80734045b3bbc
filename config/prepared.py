"""Statements of our own that a crowd causes, read by the database once a connection; PostgreSQL plans them once too.

Django writes the values into the text for PostgreSQL, so that it is another statement each time, and looks through the
text for places each time; what the ORM makes of it comes on top. For what is asked with every signature that is most
of the cost.
"""

import itertools
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections


def ask(statement: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Its rows. `statement` has %s for each value, no other %, and on PostgreSQL a type where that cannot be told."""
    return list(execute(statement, values).fetchall())


def change(statement: str, values: Sequence[Any]) -> int:
    """How many rows it changed."""
    return int(execute(statement, values).rowcount)


def execute(statement: str, values: Sequence[Any]) -> Any:
    """The cursor of the database's own library."""
    database = connections[DEFAULT_DB_ALIAS]  # itself: to look it up for each question to it takes time
    database.close_if_health_check_failed()
    database.ensure_connection()
    database.validate_no_broken_transaction()
    assert database.connection is not None
    with database.wrap_database_errors:
        if database.vendor != "postgresql":
            return database.connection.execute(_marked(statement), values)
        import psycopg  # where there is no PostgreSQL there need be no driver

        return psycopg.RawCursor(database.connection).execute(_numbered(statement), values, prepare=True)


@lru_cache(maxsize=128)
def _numbered(statement: str) -> bytes:
    """As PostgreSQL wants it. Looking for the places of some eighty values takes psycopg a millisecond each time."""
    number = itertools.count(1)
    return re.sub("%s", lambda _: f"${next(number)}", statement).encode()


@lru_cache(maxsize=128)
def _marked(statement: str) -> str:
    """As SQLite wants it."""
    return statement.replace("%s", "?")
