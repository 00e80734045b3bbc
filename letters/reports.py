"""What others report of an email after it left: providers by webhook, one day a bounce mailbox.

Reports come late, twice, in any order, and before we have settled the email ourselves. Each is kept once; it is applied
as soon as the email's own state can bear it.
"""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from .models import OutgoingEmail, ProviderEvent, Sender, Suppression
from .models.post import State
from .transitions import move, without_addresses

What = ProviderEvent.What
# Whoever reports one of these has had the whole email.
ACCEPTED = (What.DELIVERED, What.DEFERRED, What.BOUNCED, What.COMPLAINED)
CAME_BACK = (What.BOUNCED, What.REJECTED)
PROVIDER = "provider"


def record_event(
    sender: Sender,
    *,
    event_id: str,
    uuid: UUID | str,
    what: str,
    permanent: bool = False,
    detail: str = "",
    occurred_at: datetime | None = None,
) -> ProviderEvent | None:
    """Keeps and applies what a sender's provider says of one of this sender's own emails.

    None if it was said before, or is about an email that is not this sender's: nothing is kept then.
    """
    with transaction.atomic():
        email = OutgoingEmail.objects.filter(uuid=uuid, sender=sender).first()
        if email is None:
            return None
        event, new = ProviderEvent.objects.get_or_create(
            sender=sender,
            event_id=event_id,
            defaults={
                "email": email,
                "what": what,
                "permanent": permanent,
                "detail": without_addresses(detail, also=email.to_address),
                "occurred_at": occurred_at or timezone.now(),
            },
        )
        if not new:
            return None
        _apply(event)
    return event


def apply_events() -> int:
    """For the sweeper: what could not be applied when it came, for the email was just being handed over."""
    applied = 0
    for event in ProviderEvent.objects.filter(applied_at__isnull=True).order_by("pk")[:500]:
        with transaction.atomic():
            applied += _apply(event)
    return applied


def _apply(event: ProviderEvent) -> bool:
    now = timezone.now()
    email = OutgoingEmail.objects.select_for_update().get(pk=event.email_id)
    if email.state == State.HANDING:
        if event.what not in ACCEPTED or (email.lease_until is not None and email.lease_until > now):
            return False  # whoever has it in hand settles it first
        _accepted(email, State.HANDING, event)
    elif email.state == State.HELD and event.what in ACCEPTED:
        _accepted(email, State.HELD, event)
    if event.what in CAME_BACK:
        bounced(email.pk, PROVIDER, event.detail, event.permanent)
    elif event.what == What.COMPLAINED:
        _suppress(email, Suppression.Reason.COMPLAINED)
    event.applied_at = now
    event.save(update_fields=["applied_at"])
    return True


def _accepted(email: OutgoingEmail, source: State, event: ProviderEvent) -> None:
    said = f"The provider reported it: {event.get_what_display()}."
    move([email.pk], source, State.SENT, actor=PROVIDER, detail=said)


def bounced(pk: int, actor: str, detail: str, permanent: bool = True) -> bool:
    """An email that was accepted has come back. If for good, its address gets no more mail, and letters to it are held;
    if not, as from a mailbox that is full today, only this one is lost."""
    if not move([pk], State.SENT, State.BOUNCED, actor=actor, detail=detail):
        return False
    if permanent:
        _suppress(OutgoingEmail.objects.get(pk=pk), Suppression.Reason.BOUNCED)
    return True


def _suppress(email: OutgoingEmail, reason: Suppression.Reason) -> None:
    # By the key in our own row: whatever address a report names, it is not asked.
    if email.to_key:
        Suppression.objects.get_or_create(key=email.to_key, defaults={"reason": reason})
