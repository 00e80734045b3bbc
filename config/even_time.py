"""Answers that come at the same time, whichever of two ways they took.

Whoever has signed is answered a third of a millisecond sooner than who is new, for less is written; whoever has an
account some milliseconds sooner than who makes one. On a quiet machine, asked often, that tells. So such an answer
waits for the next full step since its question came: a step is many times what there is to hide.
"""

import threading
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings

STEP = 0.01  # seconds
# In a rush the others hide it, and threads that wait would be missed.
MOST_WAITING = 2
_seats = threading.BoundedSemaphore(MOST_WAITING)


def wait(began: float, step: float = STEP) -> None:
    """`began`: by time.monotonic(), when the question came."""
    if settings.EVEN_TIME and _seats.acquire(blocking=False):
        try:
            time.sleep((began - time.monotonic()) % step)
        finally:
            _seats.release()


def even(step: float) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Of a view: each of its answers to a form waits."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answered(request: Any, *args: Any, **where: Any) -> Any:
            began = time.monotonic()
            response = view(request, *args, **where)
            if request.method == "POST":
                wait(began, step)
            return response

        return answered

    return decorate
