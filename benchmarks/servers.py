"""The servers beside the measured ones: a real PostgreSQL and a real Redis, of this run only (tests/services.py).

PostgreSQL is as durable as in production: fsync, synchronous_commit and full_page_writes on (its defaults). It runs as
an unprivileged user; both are on free ports of this machine and end with us, however we end.
"""

import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from tests import services


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of an empty database. Raises RuntimeError where no PostgreSQL is installed."""
    with ExitStack() as stack:
        # In /tmp and short, for the path of its socket.
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp"))
        with _installed_or_named("DATABASE_URL"):
            database = services.PostgreSQL(Path(folder))
        database.start()
        stack.callback(database.stop_immediately)
        yield database.url


@contextmanager
def redis() -> Iterator[dict[str, str]]:
    """What names one server as the broker and as the cache. Raises RuntimeError where no Redis is installed."""
    with ExitStack() as stack:
        with _installed_or_named("CACHE_URL and BROKER_URL"):
            address = stack.enter_context(services.redis_server())
        yield {"BROKER_URL": address, "CACHE_URL": f"{address[:-1]}1"}


@contextmanager
def _installed_or_named(variables: str) -> Iterator[None]:
    try:
        yield
    except pytest.skip.Exception as absent:  # not an Exception: nothing else would be measured either
        raise RuntimeError(f"{absent}: install it, or name one of yours in {variables}") from absent
