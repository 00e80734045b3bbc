"""Letters that wait to be confirmed, as writing leaves them."""

from typing import Any
from uuid import uuid4

from django.utils import timezone

from campaigns import emails
from campaigns.models import Campaign, CampaignLetter
from config.crypto import email_key
from letters.models import OutgoingEmail, Representative
from letters.models.post import State
from letters.transitions import move
from tests.letters.factories import build_letter

from .factories import make_campaign_letter


def written(
    campaign: Campaign, representative: Representative, email: str = "alice@example.org", **fields: Any
) -> CampaignLetter:
    """One letter, not confirmed. `name`, `address`, `subject` and `body` are those of the letter."""
    words = {key: fields.pop(key) for key in ("subject", "body") if key in fields}
    letter = build_letter(
        representative,
        sender_email=email,
        sender_name=fields.pop("name", "Alice Example"),
        sender_address=fields.pop("address", "1 High Street\nNORTHTOWN\nZZ9 9ZZ"),
        **words,
    )
    return make_campaign_letter(
        campaign, representative, letter=letter, email=email, email_key=email_key(email), **fields
    )


def written_to(campaign: Campaign, *people: Representative, **fields: Any) -> list[CampaignLetter]:
    """Several letters of one person, written at once, and the email that asks to confirm them."""
    together = uuid4()
    letters = [written(campaign, one, together=together, **fields) for one in people]
    emails.confirm_letters(letters)
    return letters


def letters_out() -> list[OutgoingEmail]:
    return list(OutgoingEmail.objects.filter(kind="letter").order_by("pk"))


def goes(email: OutgoingEmail, *states: State) -> None:
    """The way of an email, as a worker would take it."""
    before = State.QUEUED
    lease = {"lease_token": "a worker", "lease_until": timezone.now()}
    for after in states:
        assert move([email.pk], before, after, actor="worker", changes=lease if after != State.QUEUED else {})
        before = after
    email.refresh_from_db()


SENT = (State.LEASED, State.HANDING, State.SENT)
