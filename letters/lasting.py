"""How long a drain waits for the disk at each change of state (docs/decisions/0015)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from django.db import DatabaseError, connection

from .models.post import QUEUE_OF
from .transitions import RESENT_IN_DOUBT

# The first: a commit counts at once and is on the disk a moment later, in order. The second: as everywhere else.
HURRIED_AND_BACK: Mapping[str, tuple[str, str]] = {
    "postgresql": ("SET synchronous_commit = off", "RESET synchronous_commit"),
    "sqlite": ("PRAGMA synchronous = NORMAL", "PRAGMA synchronous = FULL"),
}


@contextmanager
def as_lasting_as_needed(queue: str) -> Iterator[None]:
    """This thread's commits do not wait for the disk where all that a lost one does is a second confirmation."""
    kinds = [kind for kind, its_queue in QUEUE_OF.items() if its_queue == queue]
    if not set(kinds) <= set(RESENT_IN_DOUBT) or connection.in_atomic_block:
        yield
        return
    hurried, back = HURRIED_AND_BACK[connection.vendor]
    _say(hurried)
    try:
        yield
    finally:
        try:
            _say(back)
        except DatabaseError:
            connection.close()  # the next one is as everywhere else


def _say(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
