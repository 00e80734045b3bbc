"""Inside an installation whose post is measured.

    python -m benchmarks.post rows|floor|drain

rows   makes its database and fills its outbox, through the models and the wording of the real confirmations and letters
floor  sends the same confirmation by Django's EmailMessage.send() over one open connection, again and again
drain  takes the turns of a worker, and says how long a claim took and how much memory it holds
"""

import os
import sys
import time
from collections import Counter
from io import StringIO
from itertools import count, islice
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

from .asking import Answers, answer
from .installation import CAMPAIGN
from .letters import supporters_letter
from .server import memory_mib

if TYPE_CHECKING:
    from letters.models import Letter, OutgoingEmail

AT_ONCE = 500
DOMAINS = 40  # among which the recipients' mailboxes are

_people = count(1)


def rows() -> Answers:
    """First it is made ready, then it is filled, or asked what became of the emails."""
    from django.core.management import call_command

    from letters.models import Sender

    call_command("migrate", verbosity=0, interactive=False)
    call_command("load_seeds", stdout=StringIO())
    Sender.objects.update(mailbox_pace=0, domain_pace=0)  # the pace of a parliament would be all that is measured
    order = yield None
    while True:
        if "confirmations" in order:
            fill(order["confirmations"])
        if "letters" in order:
            fill_with_letters(order["letters"])
        order = yield states()


def fill(number: int) -> None:
    """One confirmation queued as signing does it, and others like it, in one transaction: workers find all at once."""
    from django.db import transaction

    from campaigns import emails, retention
    from campaigns.models import CampaignText, Signature
    from letters.models import OutgoingEmail

    text = CampaignText.objects.current().get(campaign__slug=CAMPAIGN, language="en")
    to, name = person()
    kept_until = retention.kept_until(text.campaign)
    signature = Signature(campaign=text.campaign, text=text, name=name, email=to, erase_on=kept_until)
    with transaction.atomic():
        first = emails.confirm_signature(signature)
        others = (like(first, *person()) for _ in range(number - 1))
        while some := list(islice(others, AT_ONCE)):
            OutgoingEmail.objects.bulk_create(some)


def like(first: "OutgoingEmail", to: str, name: str) -> "OutgoingEmail":
    from letters.models import OutgoingEmail

    return OutgoingEmail(
        sender_id=first.sender_id,
        message_id=first.message_id,
        kind=first.kind,
        queue=first.queue,
        to_address=to,
        to_name=name,
        values={**first.values, "name": name},
        not_before=first.not_before,
        accepted_by=first.accepted_by,
    )


def person() -> tuple[str, str]:
    number = next(_people)
    return f"signatory.{number}@mail{number % DOMAINS}.example.org", f"Signatory {number} Mac Giolla"


def fill_with_letters(number: int) -> None:
    from django.db import transaction

    from campaigns.models import Campaign
    from letters import outbox

    sender = Campaign.objects.get(slug=CAMPAIGN).organisation.sender
    with transaction.atomic():
        for _ in range(number):
            letter = saved_letter()
            outbox.queue(
                sender=sender,
                message=outbox.letter_message(),
                to="member@parliament.example.org",
                to_name=letter.recipient_name,
                reply_to=letter.sender_email,
                kind=outbox.Kind.LETTER,
                letter=letter,
                attach_letter=True,
            )


def saved_letter() -> "Letter":
    letter = supporters_letter(CAMPAIGN)
    letter.sender_email = person()[0]
    letter.save()
    return letter


def states() -> dict[str, int]:
    """How many emails and events there are of each state."""
    from django.db.models import Count

    from letters.models import DeliveryEvent, OutgoingEmail

    found: Counter[str] = Counter()
    for state, number in OutgoingEmail.objects.order_by().values_list("state").annotate(Count("pk")):
        found[state] = number
    for state, number in DeliveryEvent.objects.order_by().values_list("to_state").annotate(Count("pk")):
        found[f"became {state}"] = number
    return dict(found)


def floor() -> Answers:
    """What one of the emails queued says, sent as often as it is told."""
    from django.conf import settings
    from django.core.mail import EmailMultiAlternatives, get_connection

    from config.email import fill
    from letters.mime import from_of
    from letters.models import OutgoingEmail

    order = yield None
    email = OutgoingEmail.objects.select_related("sender", "message").filter(kind="confirmation")[0]
    message = email.message
    assert message
    subject, text = fill(message.subject, email.values), fill(message.text, email.values)
    html = fill(message.html, email.values, html=True)
    name, address = from_of(email.sender)
    port = int(settings.SMTP_URL.rpartition(":")[2])
    connection = get_connection("django.core.mail.backends.smtp.EmailBackend", host="127.0.0.1", port=port)
    connection.open()
    while True:
        for _ in range(order["number"]):
            to, to_name = person()
            sent = EmailMultiAlternatives(
                subject, text, f"{name} <{address}>", [f"{to_name} <{to}>"], connection=connection
            )
            sent.attach_alternative(html, "text/html")
            sent.send()
        order = yield None


def drain() -> Answers:
    from letters import draining, tasks

    order = yield None
    claims: list[float] = []
    claim = draining.claim

    def timed(*arguments: Any) -> Any:
        started = time.perf_counter()
        found = claim(*arguments)
        if len(found) == draining.LARGEST_BATCH:
            claims.append((time.perf_counter() - started) * 1000)
        return found

    with patch.object(draining, "claim", timed):
        while True:
            claims.clear()
            before, started = states().get("became sent", 0), time.perf_counter()
            for _ in range(order["turns"]):
                tasks.drain_confirmations()
            took = time.perf_counter() - started
            sent = states()["became sent"] - before
            order = yield {"sent": sent, "ms": took * 1000 / sent, "claims": claims, "mib": memory_mib(os.getpid())}


if __name__ == "__main__":
    import django

    django.setup()
    answer({"rows": rows, "floor": floor, "drain": drain}[sys.argv[1]]())
