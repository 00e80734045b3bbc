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
A_RUSH = 6
LEADS_ON = (302, 303)


def even(step: float = STEP, rush: int = A_RUSH) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Of a view: its answer to a form that was taken, which leads on, waits for the next step since the form came.

    Not while a process has `rush` of its forms in hand: the others hide most of it, and a thread that waits would be
    missed, of the eight that there are (docs/settings.md). Whoever would make such a rush themselves sends forms that
    are taken, and each of those counts against a limit; one that is refused tells nothing, and is not waited for.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Any]:
        at_work: set[int] = set()  # threads

        @wraps(view)
        def answered(request: Any, *args: Any, **where: Any) -> Any:
            if request.method != "POST" or not settings.EVEN_TIME:
                return view(request, *args, **where)
            began, thread = time.monotonic(), threading.get_ident()
            at_work.add(thread)
            try:
                response = view(request, *args, **where)
                if response.status_code in LEADS_ON and len(at_work) < rush:
                    time.sleep((began - time.monotonic()) % step)
                return response
            finally:
                at_work.discard(thread)

        return answered

    return decorate
