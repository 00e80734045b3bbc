"""Taking back what workers died over."""

import random
from datetime import datetime, timedelta

from django.utils import timezone

from .draining import ERASED_IN_DOUBT, MAX_IN_DOUBT, times_handed
from .models import OutgoingEmail
from .models.post import State
from .reports import apply_events
from .transitions import RESENT_IN_DOUBT, move

# A row whose worker died this often while preparing it is probably what kills it.
MAX_LAPSES = 20
SWEEPER = "sweeper"


def recover_expired_leases(now: datetime | None = None) -> int:
    """Takes back what workers died over. A leased row never began to leave; a handed one may have arrived."""
    now = now or timezone.now()
    apply_events()  # a provider may know what we do not
    expired = OutgoingEmail.objects.lease_expired(now)
    recovered = 0
    for email in expired.only("pk", "state", "kind", "lapses", "lease_token", "forget_at")[:500]:
        target, why, changes = _after_expiry(email, now)
        source = State(email.state)
        token = email.lease_token
        recovered += len(move([email.pk], source, target, actor=SWEEPER, detail=why, token=token, changes=changes))
    return recovered


def _after_expiry(email: OutgoingEmail, now: datetime) -> tuple[State, str, dict[str, object]]:
    jitter = timedelta(seconds=random.uniform(0, min(email.lapses, MAX_LAPSES)))
    if email.state == State.LEASED:
        changes: dict[str, object] = {"lapses": email.lapses + 1, "not_before": now + jitter}
        if email.lapses + 1 >= MAX_LAPSES:
            return State.FAILED, f"The worker stopped {MAX_LAPSES} times while preparing it.", {}
        return State.QUEUED, "The worker stopped before the email began to leave.", changes
    if email.forget_at is not None:
        return State.FAILED, ERASED_IN_DOUBT, {}
    if email.kind not in RESENT_IN_DOUBT:
        return State.HELD, "The worker stopped while the email was being handed over: it may have arrived.", {}
    if times_handed(email) >= MAX_IN_DOUBT:
        return State.HELD, f"A worker stopped while handing it over {MAX_IN_DOUBT} times: it may have arrived.", {}
    return State.QUEUED, "The worker stopped while the email was being handed over; it is sent again.", {}
