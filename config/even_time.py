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
# In a rush the others hide it, and a thread that waits would be missed: a process has eight (docs/settings.md).
A_RUSH = 6
_at_work: set[int] = set()  # the threads that have such a form in hand


def even(step: float = STEP) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Of a view: each of its answers to a form waits for the next step since the form came."""

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(view)
        def answered(request: Any, *args: Any, **where: Any) -> Any:
            if request.method != "POST" or not settings.EVEN_TIME:
                return view(request, *args, **where)
            began, thread = time.monotonic(), threading.get_ident()
            _at_work.add(thread)
            try:
                response = view(request, *args, **where)
                if len(_at_work) < A_RUSH:
                    time.sleep((began - time.monotonic()) % step)
                return response
            finally:
                _at_work.discard(thread)

        return answered

    return decorate
