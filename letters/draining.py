"""Sending what is due: claim a few rows, hand each to its channel, settle each by what came back."""

import logging
import math
import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, OuterRef, Subquery
from django.utils import timezone

from config import switches
from config.crypto import email_keys

from . import pacing
from .addresses import BadAddress
from .ahead import RenderedAhead
from .channels import Channels, DeliveryError
from .lasting import as_lasting_as_needed
from .mime import Parcel, SenderTrouble, Unsendable, parcel
from .models import DeliveryEvent, Sender, Suppression
from .models.post import IN_WORK, Among, Kind, OutgoingEmail, OutgoingEmailQuerySet, Queue, State
from .models.sender import SenderQuerySet
from .nudging import nudge
from .pdf import RenderingBusy
from .transitions import RESENT_IN_DOUBT, move, without_addresses

log = logging.getLogger(__name__)

DRAIN_SECONDS = 6.0  # between turns a worker asks the broker, which takes a tenth of a second or more
FIRST_BATCH, LARGEST_BATCH = 5, 50
BATCH_SECONDS = 1.0  # a worker that has nothing left to do should not watch another sitting on much
MAX_ATTEMPTS = 10
MAX_IN_DOUBT = 3  # as many copies may have arrived, at most; somebody has to look before the next
# Before the attempts run out an email has waited about a day: 20 s, 1 min, 3, 9, 27 min, 1.3 h, 4 h, 8 h, 8 h.
LONGEST_RETRY = 8 * 3600.0
PUT_OFF = 5000  # emails to a closed domain that are moved out of the way in one claim
SCANNED = 50  # at least so many due rows are looked at in a claim where many of them may have to wait
NUDGE_EVERY, NUDGE_RARELY = 1.0, 5.0
WORKER = "worker"
FORGOTTEN = "The person asked to be erased."
ERASED_IN_DOUBT = "The person was erased before it was known whether the email had left."


stopping = threading.Event()  # this process was told to end: the email in hand is its last


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
    resting: dict[str, datetime] = field(default_factory=dict)  # domains that refused in this turn, and until when
    refusing: set[str] = field(default_factory=set)  # domains that refused before this turn

    def run(self) -> int:
        began = time.monotonic()
        size = FIRST_BATCH
        while not self._is_over() and (batch := claim(self.queue, size, self.token, self.deadline)):
            if not self.handled and len(batch) == size:
                nudge(self.queue)  # there may be more than one can send: whoever is idle helps
            with RenderedAhead(batch, self._is_over) as ahead:
                self._send_all(batch, ahead)
            # As many as the time left allows at the pace so far, so that nothing is claimed to be given back.
            pace = self.handled / max(time.monotonic() - began, 0.001)
            seconds = min(BATCH_SECONDS, self.deadline - time.monotonic())
            size = min(LARGEST_BATCH, max(1, int(pace * seconds)))
        return self.handled

    def _is_over(self) -> bool:
        return stopping.is_set() or time.monotonic() >= self.deadline

    def _send_all(self, batch: list[OutgoingEmail], ahead: RenderedAhead) -> None:
        renewed = time.monotonic()
        self.refusing = pacing.refusing(batch)
        for done, email in enumerate(batch):
            rest = [other.pk for other in batch[done:]]
            if self._is_over():
                move(rest, State.LEASED, State.QUEUED, actor=WORKER, detail="The turn was over.", token=self.token)
                return
            if time.monotonic() - renewed > settings.OUTBOX_LEASE_SECONDS / 3:
                renewed = time.monotonic()
                mine = OutgoingEmail.objects.filter(pk__in=rest, state=State.LEASED, lease_token=self.token)
                mine.update(lease_until=leased_until())
            try:
                if email.sender_id in self.unreachable:
                    self._settle(email, State.QUEUED, detail="Its sender could not send just before.")
                elif later := self.resting.get(email.domain_key):
                    why = "The receiving domain refused another just before."
                    self._settle(email, State.QUEUED, detail=why, not_before=later, slots=0)
                else:
                    self._send(email, ahead)
            except LeaseLost:
                log.warning("Email %s was taken or stopped by somebody else.", email.uuid)
            self.handled += 1

    def _send(self, email: OutgoingEmail, ahead: RenderedAhead) -> None:
        try:
            ready = parcel(email, ahead.pdf)
            answer = self._deliver(email, ready)
        except DeliveryError as error:
            self._not_sent(email, error)
        except SenderTrouble as trouble:
            # Not the email's fault, so it costs no attempt: it leaves once somebody has put the sender right.
            self._leave_alone(email, str(trouble))
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
                pacing.works_again(email.sender)
            if email.domain_key in self.refusing:
                self.refusing.discard(email.domain_key)
                pacing.accepts_again(email.domain_key, email.sender_id)

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

        def waiting() -> None:
            # And of those behind it, or a slow server would look like a worker that died over them.
            mine = OutgoingEmail.objects.filter(Among(F("state"), IN_WORK), lease_token=self.token)
            mine.update(lease_until=handed_until())

        return self.channels.of(email).deliver(ready, handing, waiting)

    def _not_sent(self, email: OutgoingEmail, error: DeliveryError) -> None:
        later = self._learn(email, error)
        attempts = email.attempts + (email.state == State.LEASED)
        in_doubt = error.uncertain and email.kind not in RESENT_IN_DOUBT
        if error.permanent:
            self._settle(email, State.FAILED, error=str(error))
        elif error.uncertain and _is_forgotten(email):
            self._settle(email, State.FAILED, detail=ERASED_IN_DOUBT)
        elif in_doubt or (error.uncertain and times_handed(email) >= MAX_IN_DOUBT):
            self._settle(email, State.HELD, error=str(error))
        elif error.server and not error.uncertain and self._not_of_this_email(email):
            # It leaves once the server can be reached, however long that takes.
            self._settle(email, State.QUEUED, error=str(error), attempts=attempts - 1)
        elif attempts >= MAX_ATTEMPTS:
            self._settle(email, State.FAILED, error=str(error), attempts=attempts)
        else:
            later = max(later, timezone.now() + retry_delay(attempts))
            place: dict[str, Any] = {"not_before": later, "slots": email.slots}
            self._settle(email, State.QUEUED, error=str(error), attempts=attempts, **place)

    def _not_of_this_email(self, email: OutgoingEmail) -> bool:
        """Has the server not seen it yet? A provider sees all at once, but says itself whether it let us in."""
        return email.state == State.LEASED or email.sender.channel == Sender.Channel.PROVIDER

    def _learn(self, email: OutgoingEmail, error: DeliveryError) -> datetime:
        """What the answer says of more than this email; returns the moment before which nothing should go there."""
        said = without_addresses(str(error), also=email.to_address)
        if error.server:
            self._leave_alone(email, said)
        if error.policy and pacing.refused_by_policy(email, said):
            self.resting[email.domain_key] = timezone.now()  # the next claim finds the stop
        if error.domain:
            self.refusing.add(email.domain_key)
            self.resting[email.domain_key] = pacing.back_off(email, said)
        return self.resting.get(email.domain_key, timezone.now())

    def _leave_alone(self, email: OutgoingEmail, why: str) -> None:
        self.unreachable.add(email.sender_id)
        pacing.leave_alone(email.sender, why)

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


def times_handed(email: OutgoingEmail) -> int:
    return DeliveryEvent.objects.filter(email_id=email.pk, to_state=State.HANDING).count()


_busy = {queue: threading.Lock() for queue in Queue.values}


def drain(queue: str, seconds: float = DRAIN_SECONDS) -> int:
    """Sends what is due, for about `seconds`; asks for another turn if something still is. How many emails it handled.

    One at a time a process and queue: in a worker with few threads, letters must not take the confirmations' places.
    """
    if not _busy[queue].acquire(blocking=False):
        return 0  # the one at work finds the new rows, or the sweeper does
    try:
        end = seconds + longest_email()
        channels = Channels()
        # The watch outlasts them: to close one is another conversation.
        with as_lasting_as_needed(queue), _ended_after(end, channels.abort), channels:
            handled = Drain(queue, time.monotonic() + seconds, channels).run()
    finally:
        _busy[queue].release()
    if senders_with_mail(queue, timezone.now()).exists():
        nudge(queue)
    return handled


@contextmanager
def _ended_after(seconds: float, end: Callable[[], None]) -> Iterator[None]:
    """Each step of a conversation has its time, but a server can say a little more for ever."""
    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()
    try:
        yield
    finally:
        watch.cancel()


def claimable(queue: str, sender: int | OuterRef, now: datetime) -> OutgoingEmailQuerySet:
    """What a drain of this process would take now of this sender's."""
    rows = OutgoingEmail.objects.in_queue(queue).due(now).filter(sender=sender)
    # A demonstration started on real data captures nothing real, or it would be recorded as sent.
    return rows.filter(demonstration=True) if settings.DEMONSTRATION else rows


def senders_with_mail(queue: str, now: datetime) -> SenderQuerySet:
    """Those with something due, each with its `first`: the key of the oldest.

    A subquery of one row each, which the database answers from the index of what waits; EXISTS it would turn round and
    read all that is due.
    """
    if switches.on(switches.What.MAILING):
        return Sender.objects.none()
    oldest = claimable(queue, OuterRef("pk"), now).order_by("not_before", "pk").values("pk")[:1]
    return Sender.objects.awake(queue, now).annotate(first=Subquery(oldest)).filter(first__isnull=False)


def claim(queue: str, limit: int, token: str, deadline: float = math.inf) -> list[OutgoingEmail]:
    """Leases up to `limit` due rows of one sender, oldest first, and returns those that may go out.

    The others are settled, or given a later slot. Senders take turns by chance: nobody's thousands delay another's.
    """
    elsewhere: set[int] = set()  # whose due rows are just being claimed by others
    while True:
        now = timezone.now()
        senders = list(senders_with_mail(queue, now).exclude(pk__in=elsewhere).values_list("pk", flat=True))
        if not senders or time.monotonic() > deadline:
            return []
        sender = Sender.objects.get(pk=random.choice(senders))
        with transaction.atomic():
            leased, postponed = _lease(queue, sender, limit, token, now)
        if sendable := list(_without_refused(leased, token)):
            return sendable
        if not leased and not postponed:
            elsewhere.add(sender.pk)


def _lease(queue: str, sender: Sender, limit: int, token: str, now: datetime) -> tuple[list[OutgoingEmail], int]:
    """The leased ones, and how many were given a later moment instead."""
    due = claimable(queue, sender.pk, now).order_by("not_before", "pk")
    if connection.features.has_select_for_update_skip_locked:
        due = due.select_for_update(skip_locked=True, of=("self",))
    # The message not joined: many emails share one, which is decrypted once this way.
    slots = pacing.Slots(sender, now)
    scanned = max(limit, SCANNED) if slots.paced else limit
    rows = due.select_related("letter").prefetch_related("message")[:scanned]
    ready, waiting = slots.give(list(rows), limit)
    if waiting:
        OutgoingEmail.objects.bulk_update(waiting, ["not_before", "slots"])
    for domain, until in slots.closed.items():  # all that wait for it, not only those that were met
        others = list(due.filter(domain_key=domain).values_list("pk", flat=True)[:PUT_OFF])
        OutgoingEmail.objects.filter(pk__in=others).update(not_before=until, slots=0)
    lease = {"lease_token": token, "lease_until": leased_until()}
    moved = set(move([email.pk for email in ready], State.QUEUED, State.LEASED, actor=WORKER, changes=lease))
    for email in ready:
        email.sender, email.state, email.lease_token = sender, State.LEASED, token
    return [email for email in ready if email.pk in moved], len(waiting)


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
        elif email.unwanted_at is not None:
            target, why = State.CANCELLED, "It was cancelled while it was being handed over, and did not leave then."
        elif not suppressed.isdisjoint(keys[email.pk]):
            if email.kind == Kind.LETTER:
                target, why = State.HELD, "Mail to this representative's address has come back or is not wanted."
            else:
                target, why = State.CANCELLED, "No more mail is to go to this address."
        else:
            yield email
            continue
        move([email.pk], State.LEASED, target, actor=WORKER, detail=why, token=token)


_nudged: dict[str, tuple[int, float, float]] = {}  # queue → oldest due row, the pause after the next nudge, not before


def nudge_due() -> bool:
    """For the sweeper: a nudge while anything is due. Rarer while nothing moves, or a worker that was away would find
    thousands.
    """
    any_due = False
    now = time.monotonic()
    for queue in Queue.values:
        sender = senders_with_mail(queue, timezone.now()).order_by("pk").first()
        if sender is None:
            continue
        oldest: int = sender.first  # type: ignore[attr-defined]  # an annotation
        any_due = True
        seen, wait, not_before = _nudged.get(queue, (0, NUDGE_EVERY, 0.0))
        if seen != oldest:
            wait, not_before = NUDGE_EVERY, 0.0
        if now >= not_before:
            _nudged[queue] = (oldest, min(2 * wait, NUDGE_RARELY), now + wait)
            nudge(queue)
    return any_due


def longest_email() -> float:
    """Seconds that an honest server may take for one email: connecting and logging in, ten steps, and its verdict."""
    return 10 * settings.SMTP_TIMEOUT_SECONDS + settings.SMTP_ACCEPT_SECONDS


def retry_delay(attempts: int) -> timedelta:
    seconds = min(settings.RETRY_SECONDS * 3 ** max(attempts - 1, 0), LONGEST_RETRY)
    return timedelta(seconds=seconds * random.uniform(0.8, 1.2))


def leased_until() -> datetime:
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)


def handed_until() -> datetime:
    # DATA, the email itself and the answer may each take one timeout.
    return timezone.now() + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 3 * settings.SMTP_TIMEOUT_SECONDS)
