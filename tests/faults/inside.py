"""Sets up the installation under test and gives it mail: a script, run in that installation's environment.

    python inside.py NUMBER URL    queues that many emails, every other one a letter, to the server at URL

Prints their uuids as JSON.
"""

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

import django  # noqa: E402  (after its folder is on the path)

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402

from config.email import RenderedMessage  # noqa: E402
from letters import outbox  # noqa: E402
from letters.models import Sender  # noqa: E402
from letters.models.post import Kind  # noqa: E402

BATCH = 20


def accept(number: int, url: str) -> list[str]:
    sender = Sender.objects.create(name="Northtown", from_address="post@example.org", smtp_url=url)
    message = outbox.message(RenderedMessage("Hello", "Hello there.\n", "<p>Hello there.</p>"))
    accepted = []
    for start in range(0, number, BATCH):
        with transaction.atomic():
            for index in range(start, min(number, start + BATCH)):
                kind = Kind.LETTER if index % 2 else Kind.CONFIRMATION
                email = outbox.queue(sender=sender, message=message, to=f"{kind}{index}@example.org", kind=kind)
                accepted.append(str(email.uuid))
    return accepted


if __name__ == "__main__":
    call_command("migrate", verbosity=0, skip_checks=True)
    json.dump(accept(int(sys.argv[1]), sys.argv[2]), sys.stdout)
