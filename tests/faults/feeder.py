"""Has emails accepted, as a web server would: a script, run in the environment of the installation under test.

    python feeder.py migrate
    python feeder.py senders URL NUMBER                   makes so many, whose server is at URL
    python feeder.py feed JOURNAL FIRST LAST BATCH PAUSE  queues emails FIRST to LAST, half of them letters
    python feeder.py lift                                 what an organiser does with stops: lifts them all

JOURNAL is our own record, apart from the database. In each transaction "try BATCH UUID KIND ADDRESS" for each email,
before the commit; after it "done BATCH", on the disk before the next. What was killed in between is in doubt, and only
the database knows.
"""

import os
import sys
import time
from pathlib import Path
from typing import IO

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import Error, connection, transaction  # noqa: E402

from config.email import RenderedMessage  # noqa: E402
from letters import outbox, pacing  # noqa: E402
from letters.models import Sender, Stop  # noqa: E402
from letters.models.post import Kind  # noqa: E402

DOMAINS = 40


def make_senders(url: str, wanted: int) -> None:
    for number in range(wanted):
        Sender.objects.create(
            name=f"Sender {number}",
            from_address=f"post{number}@example.org",
            smtp_url=url,
            mailbox_pace=0,
            domain_pace=0,
        )


def feed(journal: IO[str], first: int, last: int, batch: int, pause: float) -> None:
    """Starting at `first`, so that another feeder can go on where this one was killed."""
    for start in range(first, last + 1, batch):
        try:
            with transaction.atomic():
                accept(range(start, min(last + 1, start + batch)), journal, start)
        except Error:  # the database is down: nothing was accepted, or nobody can know
            connection.close()
            time.sleep(0.2)
            continue
        journal.write(f"done {start}\n")
        journal.flush()
        os.fsync(journal.fileno())
        time.sleep(pause)


def accept(numbers: range, journal: IO[str], start: int) -> None:
    senders = list(Sender.objects.filter(is_default=False).order_by("pk"))
    message = outbox.message(RenderedMessage("Hello", "Hello there.\n", "<p>Hello there.</p>"))
    for number in numbers:
        kind = Kind.LETTER if number % 2 else Kind.CONFIRMATION
        address = f"{kind}{number}@d{number % DOMAINS}.example.org"
        email = outbox.queue(sender=senders[number % len(senders)], message=message, to=address, kind=kind)
        journal.write(f"try {start} {email.uuid} {kind} {address}\n")
    journal.flush()


def lift() -> None:
    for stop in Stop.objects.filter(lifted_at__isnull=True):
        pacing.lift(stop, "organiser")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["migrate"]:
            call_command("migrate", verbosity=0, skip_checks=True)
        case ["senders", url, wanted]:
            make_senders(url, int(wanted))
        case ["feed", journal, first, last, batch, pause]:
            with Path(journal).open("a") as opened:
                feed(opened, int(first), int(last), int(batch), float(pause))
        case ["lift"]:
            lift()
