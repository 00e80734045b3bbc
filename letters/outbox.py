"""The outbox: what is accepted here is a row before anybody is told "accepted", and stays one until it has an end.

Verbs for those who write and those who look after the post. Claiming and sending are in letters.draining, the states
in letters.models.post, their only way to change in letters.transitions.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from email.utils import parseaddr
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Exists, OuterRef
from django.utils import timezone

from config import mailbox
from config.crypto import email_key, email_keys, keyed_hash
from config.email import RenderedMessage

from . import pacing
from .addresses import BadAddress, one_address
from .draining import FORGOTTEN, drain, nudge_due
from .mime import HEADERS, marker_message
from .models import Letter
from .models.post import (
    ENDED,
    PERSONAL_TEXT,
    QUEUE_OF,
    Kind,
    Message,
    OutgoingEmail,
    OutgoingEmailQuerySet,
    Sender,
    State,
    Suppression,
)
from .nudging import nudge
from .recovering import recover_expired_leases
from .reports import apply_events, bounced, record_event
from .transitions import CHUNK, move

__all__ = [
    "BadAddress",
    "Kind",
    "State",
    "account_message",
    "apply_events",
    "bounced",
    "cancel",
    "counts",
    "default_sender",
    "drain",
    "email",
    "forget",
    "hold",
    "letter_message",
    "message",
    "nudge",
    "nudge_due",
    "queue",
    "record_event",
    "recover_expired_leases",
    "resolve_held",
    "retry",
    "scrub_old",
    "suppress",
]

# What may still be stopped. A failed email did not leave, and must not when somebody tries it again.
CANCELLABLE = (State.QUEUED, State.LEASED, State.HELD, State.FAILED)
USED_DAILY = timedelta(days=1)  # Message.used_at is kept to the day, not written at each use


def message(rendered: RenderedMessage, headers: Mapping[str, str] | None = None) -> Message:
    """The one Message that says this, made if there is none yet. Raises ValueError for headers not in HEADERS."""
    headers = dict(headers or {})
    if unknown := set(headers) - set(HEADERS):
        raise ValueError(f"A message may not bring these headers: {', '.join(sorted(unknown))}")
    parts = [rendered.subject, rendered.text, rendered.html, *(f"{name}:{headers[name]}" for name in sorted(headers))]
    digest = keyed_hash("message", "\0".join(f"{len(part)}:{part}" for part in parts))
    now = timezone.now()
    found = Message.objects.filter(digest=digest).first()
    if found is not None:
        # The second question loses against a scrub_old that deletes it this moment, and then it is made again.
        fresh = found.used_at > now - USED_DAILY
        if fresh or Message.objects.filter(pk=found.pk).update(used_at=now):
            return found
    values = {"subject": rendered.subject, "text": rendered.text, "html": rendered.html, "headers": headers}
    return Message.objects.get_or_create(digest=digest, defaults=values)[0]


def letter_message() -> Message:
    """What all letters' emails share: everything in them comes from the Letter."""
    return message(marker_message("subject", "letter"))


def account_message() -> Message:
    """What all mail of other people's code shares: `subject` and `text` come from the email's values."""
    return message(marker_message("subject", "text"))


def default_sender() -> Sender:
    """Who sends account mail: the installation itself."""
    name = parseaddr(settings.DEFAULT_FROM_EMAIL)[0] or settings.SITE_NAME
    return Sender.objects.get_or_create(is_default=True, defaults={"name": name})[0]


def queue(
    *,
    sender: Sender,
    message: Message,
    to: str,
    kind: Kind,
    to_name: str = "",
    values: Mapping[str, str] | None = None,
    reply_to: str = "",
    letter: Letter | None = None,
    attach_letter: bool = False,
    not_before: datetime | None = None,
    actor: str = "system",
) -> OutgoingEmail:
    """Accepts one email, within the caller's transaction. Raises BadAddress unless `to` and `reply_to` are one each."""
    row = email(sender, message, to, kind, to_name, values)
    row.letter, row.attach_letter = letter, attach_letter
    row.reply_to = str(one_address(reply_to)) if reply_to else ""
    row.accepted_by = actor[:100]
    row.not_before = not_before or row.not_before
    row.save()
    nudge(row.queue)
    return row


def email(
    sender: Sender, message: Message, to: str, kind: Kind, to_name: str = "", values: Mapping[str, str] | None = None
) -> OutgoingEmail:
    """One email as queue() accepts it, for a caller that stores it with a row of its own, and nudges. BadAddress."""
    return OutgoingEmail(
        sender=sender,
        message=message,
        kind=kind,
        queue=QUEUE_OF[kind],
        to_address=str(one_address(to)),
        to_name=to_name,
        values=dict(values or {}),
        demonstration=settings.DEMONSTRATION,
        accepted_by="system",
    )


def cancel(ids: Iterable[int], actor: str, reason: str = "") -> int:
    """Stops what has not begun to be handed over, or has failed; returns how many that were.

    What is being handed over this moment may leave; if it does not, it is not tried again.
    """
    ids = list(ids)
    OutgoingEmail.objects.filter(pk__in=ids, state=State.HANDING).update(unwanted_at=timezone.now())
    return _move_from(CANCELLABLE, ids, State.CANCELLED, actor, reason)


def hold(ids: Iterable[int], actor: str, reason: str) -> int:
    """Keeps back what waits, until resolve_held()."""
    return _move_from((State.QUEUED, State.LEASED), ids, State.HELD, actor, reason)


def retry(ids: Iterable[int], actor: str) -> int:
    """Queues failed emails again, with fresh attempts. Held ones want a decision: resolve_held()."""
    return _queue_again(State.FAILED, ids, actor, "Tried again on request.")


def resolve_held(ids: Iterable[int], outcome: State, actor: str, reason: str = "") -> int:
    """Decides on held emails: SENT (it did arrive), QUEUED (send it, again perhaps) or CANCELLED."""
    if outcome == State.QUEUED:
        return _queue_again(State.HELD, ids, actor, reason)
    return _move_from((State.HELD,), ids, outcome, actor, reason)


def suppress(address: str, reason: Suppression.Reason) -> None:
    """No more mail to this address; letters to it are held for a decision."""
    Suppression.objects.get_or_create(key=email_key(address), defaults={"reason": reason})


def forget(address: str, actor: str, sparing: Iterable[int] = (), sender: Sender | None = None) -> int:
    """Erases a supporter from the outbox, of this sender or of all: the mail to them, the letters by them. The events
    stay.

    Letters that others wrote to them, and mail about an account they have here, are not theirs to stop.

    What has not left is cancelled. What is being handed over this moment is erased when its outcome is known.
    `sparing` are emails they still want, that wait or went out for another reason. Returns how many rows it concerned.
    """
    theirs = OutgoingEmail.objects.belonging_to(email_keys(address)).exclude(pk__in=list(sparing))
    return _forget(theirs.filter(sender=sender) if sender else theirs, actor)


def forget_emails(ids: Iterable[int], actor: str) -> int:
    """The same for these emails alone, of a person who wants nothing else forgotten."""
    return _forget(OutgoingEmail.objects.filter(pk__in=list(ids)), actor)


def _forget(rows: OutgoingEmailQuerySet, actor: str) -> int:
    now = timezone.now()
    rows = rows.unscrubbed()
    # The mark first: a row that a worker gives back this moment, and that is not cancelled here, is by the next claim.
    rows.update(forget_at=now)
    ids = list(rows.values_list("pk", flat=True))
    cancel(ids, actor, FORGOTTEN)
    _scrub(rows, now)
    return len(ids)


def scrub_old(now: datetime | None = None) -> int:
    """The nightly deed: erases addresses, names and values EMAIL_RETENTION_DAYS after an email's end. Safe to repeat.

    Held emails on which nobody decided for as long are cancelled first, and erased as long after that.
    """
    now = now or timezone.now()
    cutoff = now - timedelta(days=settings.EMAIL_RETENTION_DAYS)
    undecided = OutgoingEmail.objects.held().filter(settled_at__lte=cutoff).values_list("pk", flat=True)
    cancel(list(undecided), "retention", "Nobody decided on it in time.")
    old = OutgoingEmail.objects.settled_before(cutoff).unscrubbed()
    # Whatever became of it since: given back by a worker, or held, it has no end of its own to be erased after.
    forgotten = OutgoingEmail.objects.filter(forget_at__isnull=False).unscrubbed()
    cancel(list(forgotten.values_list("pk", flat=True)), "retention", FORGOTTEN)
    scrubbed = _scrub(old, now) + _scrub(forgotten, now)
    pacing.forget_unused(cutoff)
    unused = Message.objects.filter(used_at__lte=min(cutoff, now - 2 * USED_DAILY))
    unused.filter(~Exists(OutgoingEmail.objects.filter(message=OuterRef("pk")))).delete()
    return scrubbed


def counts() -> dict[str, int]:
    """How many emails are in each state, and `accepted`: their sum, which only ever grows."""
    found = dict(OutgoingEmail.objects.order_by().values_list("state").annotate(count=Count("pk")))
    by_state = {str(state): found.get(state, 0) for state in State.values}
    return {**by_state, "accepted": sum(by_state.values())}


def _move_from(sources: Iterable[State], ids: Iterable[int], target: State, actor: str, reason: str) -> int:
    wanted, moved = sorted(set(ids)), 0
    for start in range(0, len(wanted), CHUNK):
        chunk = wanted[start : start + CHUNK]
        with transaction.atomic():
            # Held still meanwhile, or a row that goes from one of the sources to another could slip through.
            list(OutgoingEmail.objects.filter(pk__in=chunk).select_for_update().order_by("pk").values_list("pk"))
            for source in sources:
                moved += len(move(chunk, source, target, actor=actor, detail=reason))
    return moved


def _queue_again(source: State, ids: Iterable[int], actor: str, reason: str) -> int:
    wanted = OutgoingEmail.objects.filter(pk__in=list(ids), forget_at__isnull=True, unwanted_at__isnull=True)
    readable = wanted.unscrubbed()
    queues = dict(readable.values_list("pk", "queue"))
    fresh = {"attempts": 0, "lapses": 0, "slots": 0, "not_before": timezone.now()}
    moved = move(queues, source, State.QUEUED, actor=actor, detail=reason, changes=fresh)
    for name in {queues[pk] for pk in moved}:
        nudge(name)
    return len(moved)


def _scrub(rows: OutgoingEmailQuerySet, now: datetime) -> int:
    """Erases the personal text of those rows that have ended, a few at a time."""
    erased = dict.fromkeys(PERSONAL_TEXT, "")
    total = 0
    while ids := list(rows.unscrubbed().filter(state__in=ENDED).values_list("pk", flat=True)[:CHUNK]):
        changed = OutgoingEmail.objects.filter(pk__in=ids, state__in=ENDED)
        captured = [str(one) for one in changed.values_list("uuid", flat=True)]
        transaction.on_commit(partial(mailbox.forget, captured), robust=True)
        total += changed.update(**erased, values={}, message=None, scrubbed_at=now)
    return total
