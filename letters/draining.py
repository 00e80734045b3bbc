"""Sending what is due: claim a few rows, hand each to its channel, settle each by what came back."""

import logging
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from config.crypto import email_keys

from .addresses import BadAddress
from .channels import Channels, DeliveryError
from .mime import Parcel, SenderTrouble, Unsendable, parcel
from .models import Sender, Suppression
from .models.post import Kind, OutgoingEmail, OutgoingEmailQuerySet, Queue, State
from .nudging import nudge
from .pdf import RenderingBusy
from .transitions import move, without_addresses

log = logging.getLogger(__name__)

DRAIN_SECONDS = 3.0
FIRST_BATCH, LARGEST_BATCH = 5, 50
MAX_ATTEMPTS = 10
# Before the attempts run out an email has waited about a day: 20 s, 1 min, 3, 9, 27 min, 1.3 h, 4 h, 8 h, 8 h.
FIRST_RETRY, LONGEST_RETRY = 20.0, 8 * 3600.0
# A row whose worker died this often while preparing it is probably what kills it.
MAX_LAPSES = 20
SERVER_PAUSE, LONGEST_SERVER_PAUSE = 5.0, 300.0
NUDGE_EVERY, NUDGE_RARELY = 1.0, 5.0
WORKER, SWEEPER = "worker", "sweeper"
FORGOTTEN = "The person asked to be erased."
ERASED_IN_DOUBT = "The person was erased before it was known whether the email had left."
# Sent again when in doubt: a second confirmation does no harm, a second letter is a nuisance with a name under it.
RESENT_IN_DOUBT = (Kind.CONFIRMATION, Kind.ACCOUNT, Kind.NOTICE)


class LeaseLost(Exception):
    """Somebody else has this email now, or stopped it."""


@dataclass
class Drain:
    """One turn of sending from one queue."""

    queue: str
    deadline: float  # time.monotonic()
    channels: Channels
    token: str = field(default_factory=lambda: uuid4().hex)
    handled: int = 0
    unreachable: set[int] = field(default_factory=set)  # senders that could not send anything in this turn

    def run(self) -> int:
        began = time.monotonic()
        size = FIRST_BATCH
        while time.monotonic() < self.deadline and (batch := claim(self.queue, size, self.token)):
            self._send_all(batch)
            # As many as the time left allows at the pace so far, so that nothing is claimed to be given back.
            pace = self.handled / max(time.monotonic() - began, 0.001)
            size = min(LARGEST_BATCH, max(1, int(pace * (self.deadline - time.monotonic()))))
        return self.handled

    def _send_all(self, batch: list[OutgoingEmail]) -> None:
        renewed = time.monotonic()
        for done, email in enumerate(batch):
            rest = [other.pk for other in batch[done:]]
            if time.monotonic() >= self.deadline:
                move(rest, State.LEASED, State.QUEUED, actor=WORKER, detail="The turn was over.", token=self.token)
                return
            if time.monotonic() - renewed > settings.OUTBOX_LEASE_SECONDS / 3:
                renewed = time.monotonic()
                mine = OutgoingEmail.objects.filter(pk__in=rest, state=State.LEASED, lease_token=self.token)
                mine.update(lease_until=leased_until())
            try:
                if email.sender_id in self.unreachable:
                    self._settle(email, State.QUEUED, detail="Its sender could not send just before.")
                else:
                    self._send(email)
            except LeaseLost:
                log.warning("Email %s was taken or stopped by somebody else.", email.uuid)
            self.handled += 1

    def _send(self, email: OutgoingEmail) -> None:
        try:
            ready = parcel(email)
            answer = self._deliver(email, ready)
        except DeliveryError as error:
            self._not_sent(email, error)
        except SenderTrouble as trouble:
            # Not the email's fault, so it costs no attempt: it leaves once somebody has put the sender right.
            self._leave_alone(email.sender)
            self._settle(email, State.QUEUED, error=str(trouble))
        except (Unsendable, BadAddress) as error:
            self._settle(email, State.FAILED, error=str(error))
        except RenderingBusy as busy:
            later = timezone.now() + timedelta(seconds=busy.retry_after + random.uniform(0, 2))
            self._settle(email, State.QUEUED, detail="Waiting for a letter's PDF.", not_before=later)
        except LeaseLost:
            raise
        except Exception as error:
            # A mistake of ours; its text may hold what people typed, so only its name is kept.
            log.error("Email %s could not be sent: %s", email.uuid, type(error).__name__, exc_info=settings.DEBUG)
            in_doubt = email.state == State.HANDING
            self._not_sent(email, DeliveryError(f"It could not be sent ({type(error).__name__}).", uncertain=in_doubt))
        else:
            self._settle(email, State.SENT, detail=without_addresses(answer, also=email.to_address))
            if email.sender.server_failures:
                Sender.objects.filter(pk=email.sender_id).update(server_failures=0, paused_until=None)
                email.sender.server_failures = 0

    def _deliver(self, email: OutgoingEmail, ready: Parcel) -> str:
        def handing() -> None:
            changes = {"attempts": email.attempts + 1, "lease_until": handed_until()}
            moved = move(
                [email.pk],
                State.LEASED,
                State.HANDING,
                actor=WORKER,
                detail=ready.note,
                token=self.token,
                changes=changes,
            )
            if not moved:
                raise LeaseLost
            email.state, email.attempts = State.HANDING, email.attempts + 1

        return self.channels.of(email).deliver(ready, handing)

    def _not_sent(self, email: OutgoingEmail, error: DeliveryError) -> None:
        if error.server:
            self._leave_alone(email.sender)
        if error.permanent:
            self._settle(email, State.FAILED, error=str(error))
        elif error.uncertain and _is_forgotten(email):
            self._settle(email, State.FAILED, detail=ERASED_IN_DOUBT)
        elif error.uncertain and email.kind not in RESENT_IN_DOUBT:
            self._settle(email, State.HELD, error=str(error))
        else:
            attempts = email.attempts + (email.state == State.LEASED)
            if attempts >= MAX_ATTEMPTS:
                self._settle(email, State.FAILED, error=str(error), attempts=attempts)
            else:
                later = timezone.now() + retry_delay(attempts)
                self._settle(email, State.QUEUED, error=str(error), attempts=attempts, not_before=later)

    def _leave_alone(self, sender: Sender) -> None:
        self.unreachable.add(sender.pk)
        pause(sender)

    def _settle(
        self, email: OutgoingEmail, target: State, *, error: str = "", detail: str = "", **changes: object
    ) -> None:
        source = State(email.state)
        detail = detail or without_addresses(error, also=email.to_address)
        changes = {"last_error": error, **changes}
        if not move([email.pk], source, target, actor=WORKER, detail=detail, token=self.token, changes=changes):
            # Held while we were slow, and now we know: our token still says so.
            if source == State.HANDING and target == State.SENT:
                move([email.pk], State.HELD, target, actor=WORKER, detail=detail, token=self.token)
            raise LeaseLost


def _is_forgotten(email: OutgoingEmail) -> bool:
    """Asked anew, for it may have happened while the email was handed over."""
    return OutgoingEmail.objects.filter(pk=email.pk, forget_at__isnull=False).exists()


_busy = {queue: threading.Lock() for queue in Queue.values}


def drain(queue: str, seconds: float = DRAIN_SECONDS) -> int:
    """Sends what is due, for about `seconds`; asks for another turn if something still is. How many emails it handled.

    One at a time a process and queue: in a worker with few threads, letters must not take the confirmations' places.
    """
    if not _busy[queue].acquire(blocking=False):
        return 0  # the one at work finds the new rows, or the sweeper does
    try:
        with Channels() as channels:
            handled = Drain(queue, time.monotonic() + seconds, channels).run()
    finally:
        _busy[queue].release()
    if claimable(queue, timezone.now()).exists():
        nudge(queue)
    return handled


def claimable(queue: str, now: datetime) -> OutgoingEmailQuerySet:
    """What a drain of this process would take now."""
    rows = OutgoingEmail.objects.in_queue(queue).due(now)
    if settings.DEMONSTRATION:
        # A demonstration started on real data captures nothing real, or it would be recorded as sent.
        rows = rows.filter(demonstration=True)
    if paused := list(Sender.objects.paused(now).values_list("pk", flat=True)):
        rows = rows.exclude(sender__in=paused)
    return rows


def claim(queue: str, limit: int, token: str) -> list[OutgoingEmail]:
    """Leases up to `limit` due rows, oldest first, and returns those that may go out; the others are settled."""
    now = timezone.now()
    while True:
        with transaction.atomic():
            rows = claimable(queue, now).order_by("not_before", "pk")
            if connection.features.has_select_for_update_skip_locked:
                rows = rows.select_for_update(skip_locked=True)
            pks = list(rows.values_list("pk", flat=True)[:limit])
            lease = {"lease_token": token, "lease_until": leased_until()}
            moved = move(pks, State.QUEUED, State.LEASED, actor=WORKER, changes=lease)
        claimed = OutgoingEmail.objects.filter(pk__in=moved).select_related("sender", "message", "letter")
        found = list(claimed.order_by("not_before", "pk"))
        sendable = list(_without_refused(found, token))
        if sendable or not moved:
            return sendable


def _without_refused(emails: list[OutgoingEmail], token: str) -> Iterator[OutgoingEmail]:
    """Settles those that must not go out."""
    keys = {email.pk: email_keys(email.to_address) for email in emails}
    found = Suppression.objects.filter(key__in={key for many in keys.values() for key in many})
    suppressed = set(found.values_list("key", flat=True))
    for email in emails:
        if email.demonstration and not settings.DEMONSTRATION:
            # Cancelled, not held: it was accepted on the word that it reaches nobody, so nobody may release it.
            target, why = State.CANCELLED, "Written in demonstration mode, which reaches nobody."
        elif email.forget_at is not None:
            target, why = State.CANCELLED, FORGOTTEN
        elif not suppressed.isdisjoint(keys[email.pk]):
            if email.kind == Kind.LETTER:
                target, why = State.HELD, "Mail to this representative's address has come back or is not wanted."
            else:
                target, why = State.CANCELLED, "No more mail is to go to this address."
        else:
            yield email
            continue
        move([email.pk], State.LEASED, target, actor=WORKER, detail=why, token=token)


def recover_expired_leases(now: datetime | None = None) -> int:
    """Takes back what workers died over. A leased row never began to leave; a handed one may have arrived."""
    now = now or timezone.now()
    expired = OutgoingEmail.objects.lease_expired(now)
    recovered = 0
    for email in expired.only("pk", "state", "kind", "lapses", "lease_token", "forget_at", "attempts")[:500]:
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
    if email.attempts >= MAX_ATTEMPTS:
        return State.FAILED, f"The worker stopped while the email was being handed over, attempt {email.attempts}.", {}
    return State.QUEUED, "The worker stopped while the email was being handed over; it is sent again.", {}


_nudged: dict[str, tuple[int, float, float]] = {}  # queue → oldest due row, the pause after the next nudge, not before


def nudge_due() -> bool:
    """For the sweeper: a nudge while anything is due. Rarer while nothing moves, or a worker that was away would find
    thousands.
    """
    any_due = False
    now = time.monotonic()
    for queue in Queue.values:
        oldest = claimable(queue, timezone.now()).order_by("not_before", "pk").values_list("pk", flat=True).first()
        if oldest is None:
            continue
        any_due = True
        seen, wait, not_before = _nudged.get(queue, (0, NUDGE_EVERY, 0.0))
        if seen != oldest:
            wait, not_before = NUDGE_EVERY, 0.0
        if now >= not_before:
            _nudged[queue] = (oldest, min(2 * wait, NUDGE_RARELY), now + wait)
            nudge(queue)
    return any_due


def pause(sender: Sender) -> None:
    """Leaves a sender's mail alone for a while, on all workers: it would not leave, whatever the email."""
    sender.server_failures += 1
    seconds = min(SERVER_PAUSE * 2 ** min(sender.server_failures - 1, 10), LONGEST_SERVER_PAUSE)
    until = timezone.now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))
    Sender.objects.filter(pk=sender.pk).update(paused_until=until, server_failures=F("server_failures") + 1)


def retry_delay(attempts: int) -> timedelta:
    seconds = min(FIRST_RETRY * 3 ** max(attempts - 1, 0), LONGEST_RETRY)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def leased_until() -> datetime:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def handed_until() -> datetime:
    # DATA, the email itself and the answer may each take one timeout.
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 3 * settings.SMTP_TIMEOUT_SECONDS)
