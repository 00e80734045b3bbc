"""Asks for an email and for long work, as a web request does: a script, run in the installation's environment.

At each line on its standard input it asks once, and prints as JSON how long it took to return, which of the two then
had still to be told to the broker, and whether all had been told a while later.
"""

import json
import sys
import time

import django

django.setup()

from django.db import transaction  # noqa: E402

from config import jobs  # noqa: E402
from config.email import RenderedMessage  # noqa: E402
from letters import nudging, outbox  # noqa: E402
from letters.models.post import Kind  # noqa: E402

PUBLISHERS = {"mail": nudging._publisher, "work": jobs._publisher}


def ask() -> dict[str, object]:
    with transaction.atomic():
        message = outbox.message(RenderedMessage("Hello", "Hello there.\n", ""))
        sender = outbox.default_sender()
        began = time.monotonic()
        outbox.queue(sender=sender, message=message, to="alice@example.org", kind=Kind.CONFIRMATION)
        jobs.start("work", {})
    took = time.monotonic() - began
    untold = [name for name, publisher in PUBLISHERS.items() if not publisher.flush(0)]
    return {"took": took, "untold": untold, "given up": [publisher.flush(30) for publisher in PUBLISHERS.values()]}


for _ in sys.stdin:
    print(json.dumps(ask()), flush=True)
