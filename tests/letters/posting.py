"""Plain rows and a server's answers for tests of the post room."""

from typing import Any

from config.email import CLOSE, OPEN, RenderedMessage
from letters import outbox
from letters.models import DeliveryEvent, Destination, Message, OutgoingEmail, Sender
from letters.models.post import Kind, State


def make_sender(**fields: Any) -> Sender:
    """Without a pace, unless one is given: few tests want to wait."""
    defaults = {"name": "Northtown", "from_address": "post@example.org", "mailbox_pace": 0, "domain_pace": 0}
    return Sender.objects.create(**{**defaults, **fields})


def make_message(**parts: Any) -> Message:
    headers = parts.pop("headers", None)
    defaults = {
        "subject": "Please confirm",
        "text": f"Hello {OPEN}name{CLOSE}, here is your link.\n",
        "html": f"<p>Hello {OPEN}name{CLOSE}, here is your link.</p>",
    }
    return outbox.message(RenderedMessage(**{**defaults, **parts}), headers)


def make_email(**fields: Any) -> OutgoingEmail:
    """One accepted email: a confirmation to Alice unless told otherwise. `url` is its sender's server."""
    url = fields.pop("url", "")
    defaults: dict[str, Any] = {"to": "alice@example.org", "kind": Kind.CONFIRMATION, "values": {"name": "Alice"}}
    wanted = {**defaults, **fields}
    wanted.setdefault("sender", Sender.objects.first() or make_sender(smtp_url=url))
    wanted.setdefault("message", make_message())
    return outbox.queue(**wanted)


def state_of(email: OutgoingEmail) -> State:
    return State(OutgoingEmail.objects.values_list("state", flat=True).get(pk=email.pk))


def history(email: OutgoingEmail) -> list[str]:
    """Every state it has been in."""
    events = list(DeliveryEvent.objects.filter(email=email).values_list("from_state", "to_state"))
    assert all(before[1] == after[0] for before, after in zip(events, events[1:], strict=False)), events
    return ["queued", *(to for _, to in events)]


def make_due(*emails: OutgoingEmail) -> None:
    """As if the wait for another attempt were over."""
    OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails]).update(not_before="2020-01-01T00:00Z")
    Sender.objects.update(paused_until=None)
    Destination.objects.update(backed_off_until=None)
