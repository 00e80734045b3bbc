"""Writing to SQLite, where only one can write at a time and whoever commits waits for the disk: who waits, shares.

Of those who wait for the one who writes, the first leads: when its turn has come, it writes for all who have come by
then, in one transaction, and tells each what became of theirs once that is committed.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

Result = TypeVar("Result")
_Waiting = tuple[Callable[[], Any], "Future[Any]"]

_one_writer = threading.Lock()
_door = threading.Lock()  # of the group that gathers; held for a moment only
_gathering: list[_Waiting] = []


def in_one_commit(write: Callable[[], Result]) -> Result:
    """What `write` returns, once that is on the disk; or raises what it, or the commit, raised, with nothing stored.

    It may run in another thread, on that thread's connection, and twice. So it does nothing but ask and write there.
    Inside of a transaction, which has SQLite's lock already, it is part of that one.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return write()
    mine: Future[Result] = Future()
    with _door:
        leads = not _gathering
        _gathering.append((write, mine))
    if leads:
        _lead()
    return mine.result()


def _lead() -> None:
    group: list[_Waiting] = []
    try:
        with _one_writer:
            group = _gathered()
            _write(group)
    finally:
        # Only where this thread was told to end: nobody else must wait for it for ever.
        for _, theirs in group or _gathered():
            if not theirs.done():
                theirs.set_exception(OperationalError("whoever wrote for this one was ended"))


def _gathered() -> list[_Waiting]:
    """Whoever comes from here on leads, or follows, the next."""
    global _gathering
    with _door:
        group, _gathering = _gathering, []
    return group


def _write(group: list[_Waiting]) -> None:
    try:
        with transaction.atomic():
            results = [write() for write, _ in group]
    except Exception as error:
        # Where one fails for a reason of its own, or the commit for somebody's foreign key, each is written alone. A
        # database in trouble is everybody's.
        if len(group) > 1 and not isinstance(error, OperationalError):
            for one in group:
                _write([one])
        else:
            for _, theirs in group:
                theirs.set_exception(error)
    else:
        for (_, mine), result in zip(group, results, strict=True):
            mine.set_result(result)
