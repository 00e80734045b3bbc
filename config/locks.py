"""Locks on things that have no row of their own."""

import hashlib

from django.db import connection


def hold(*names: object) -> None:
    """Until the surrounding transaction ends, nobody else holds these names; whoever asks for them waits.

    On PostgreSQL an advisory lock. On SQLite nothing is needed: a transaction is the only one that writes.
    """
    if connection.vendor != "postgresql":
        return
    digest = hashlib.sha256("\0".join(map(str, names)).encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], signed=True)])
