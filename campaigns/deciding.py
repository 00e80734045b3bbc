"""What may be done about an email of the post room: which choices it has, and what each of them does."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import ngettext

from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import DeliveryEvent, OutgoingEmail, Representative, Suppression
from letters.models.post import Kind, State

from . import emails, restoring
from .models import CampaignLetter, MergedLetter

CHOICES: Mapping[State, tuple[str, ...]] = {
    State.HELD: ("arrived", "readdress", "send", "drop"),
    State.FAILED: ("readdress", "retry", "cancel"),
    State.BOUNCED: ("readdress",),
    State.QUEUED: ("cancel",),
}
"""What may be done about emails in each state; which of it about one of them, its Facts say."""
READDRESSED = "It goes to the representative's new address instead."


@dataclass(frozen=True)
class Doubt:
    """It may have arrived: since when, and whether only a restored backup does not know what became of it."""

    at: datetime
    restored: bool


@dataclass(frozen=True)
class Facts:
    """What decides on the choices there are."""

    doubt: Doubt | None
    suppressed: bool  # its address gets no more mail: sent again, a letter would only be held again
    unwanted: bool  # taken back or erased while it was being handed over: nobody can send it again
    new_address: str  # where its representative is reached by now; "" when that is where it went

    def choices(self, state: State) -> tuple[str, ...]:
        may = {
            "arrived": self.doubt is not None,
            "readdress": bool(self.new_address),
            "send": not self.suppressed and not self.unwanted,
            "retry": not self.suppressed and not self.unwanted,
        }
        return tuple(choice for choice in CHOICES.get(state, ()) if may.get(choice, True))


@dataclass(frozen=True)
class Outcome:
    changed: int
    refused: int = 0
    why: str = ""  # a sentence about the refused ones


def facts(rows: Sequence[OutgoingEmail]) -> dict[int, Facts]:
    """Of each email by its key, in a fixed number of queries."""
    doubts = doubts_of(
        [row.pk for row in rows if row.state in (State.HELD, State.CANCELLED)]
    )  # of others it says nothing
    suppressed, to = _suppressed(rows), _new_addresses(rows)
    return {
        row.pk: Facts(
            doubt=doubts.get(row.pk),
            suppressed=row.pk in suppressed,
            unwanted=row.unwanted_at is not None or row.forget_at is not None,
            new_address=to[row.pk].reachable_address if row.pk in to else "",
        )
        for row in rows
    }


def doubts_of(ids: Iterable[int]) -> dict[int, Doubt]:
    """Those that may have arrived without our knowing: once in doubt, whatever came later.

    They began to be handed over and the answer never came, or waited when the backup was made that we live on since.
    """
    handed, found = dict[int, datetime](), dict[int, Doubt]()
    changes = DeliveryEvent.objects.filter(Q(to_state=State.HANDING) | Q(to_state=State.HELD), email__in=list(ids))
    for event in changes.order_by("pk"):
        if event.to_state == State.HANDING:
            handed[event.email_id] = event.at
        elif event.email_id not in found and event.actor == restoring.ACTOR:
            found[event.email_id] = Doubt(event.at, restored=True)
        elif event.email_id not in found and event.from_state == State.HANDING:
            found[event.email_id] = Doubt(handed.get(event.email_id, event.at), restored=False)
    return found


def in_doubt(email: OutgoingEmail) -> Doubt | None:
    """Of an email that was accepted after all, this says nothing."""
    return doubts_of([email.pk]).get(email.pk)


def _suppressed(rows: Sequence[OutgoingEmail]) -> set[int]:
    keys = {row.pk: email_keys(row.to_address) for row in rows if row.to_address}
    refused = _refused(keys.values())
    return {pk for pk, of_one in keys.items() if not refused.isdisjoint(of_one)}


def _refused(keys: Iterable[list[str]]) -> set[str]:
    wanted = {key for of_one in keys for key in of_one}
    return set(Suppression.objects.filter(key__in=wanted).values_list("key", flat=True))


def _new_addresses(rows: Sequence[OutgoingEmail]) -> dict[int, Representative]:
    """Whose letters went to an address that is not the representative's any more, while the new one takes mail."""
    wanted = {
        row.pk: row
        for row in rows
        if row.kind == Kind.LETTER and row.to_address and not row.unwanted_at and not row.forget_at
        if "readdress" in CHOICES.get(State(row.state), ())
    }
    if not wanted:
        return {}
    # Only while it is the letter's last email: what has been sent anew once is not sent anew by its old row.
    kept = CampaignLetter.objects.filter(
        outgoing__in=list(wanted), state=CampaignLetter.State.CONFIRMED, anonymised_at__isnull=True
    )
    serving = Representative.objects.serving(timezone.localdate())
    people = {person.pk: person for person in serving.filter(pk__in=kept.values("representative"))}
    found = {}
    merged = MergedLetter.objects.filter(outgoing__in=list(wanted), representative__isnull=False)
    people |= {person.pk: person for person in serving.filter(pk__in=merged.values("representative"))}
    for email, representative in [*_to(kept), *_to(merged)]:
        to = people.get(representative)
        if to and to.reachable_address and email_key(to.reachable_address) not in email_keys(wanted[email].to_address):
            found[email] = to
    refused = _refused(email_keys(to.reachable_address) for to in found.values())
    return {pk: to for pk, to in found.items() if refused.isdisjoint(email_keys(to.reachable_address))}


def _to(rows: QuerySet[Any]) -> Iterable[tuple[int, int]]:
    """By which email, and to which representative."""
    return rows.values_list("outgoing", "representative")


def do(choice: str, ids: Sequence[int], actor: str) -> Outcome:
    """One of CHOICES, on those of the emails that have it."""
    rows = list(OutgoingEmail.objects.filter(pk__in=ids))
    known = facts(rows)
    left = {row.pk for row in rows if choice not in CHOICES.get(State(row.state), ())}  # changed meanwhile
    fit = [row.pk for row in rows if choice in known[row.pk].choices(State(row.state))]
    refused = len(rows) - len(fit) - len(left)
    changed = _VERBS[choice](fit, actor) if fit else 0
    return Outcome(changed, refused, _why_not(choice, refused) if refused else "")


def _why_not(choice: str, n: int) -> str:
    if choice == "arrived":
        said = ngettext(
            "%(n)d has not left, so it cannot have arrived. It was left as it is.",
            "%(n)d have not left, so they cannot have arrived. They were left as they are.",
            n,
        )
    elif choice == "readdress":
        said = ngettext(
            "Of %(n)d the directory knows no other address that takes mail. It was left as it is.",
            "Of %(n)d the directory knows no other address that takes mail. They were left as they are.",
            n,
        )
    else:
        said = ngettext(
            "%(n)d cannot be sent: its address gets no more mail, or it was taken back while it was being handed over.",
            "%(n)d cannot be sent: their address gets no more mail, or they were taken back while they were being "
            "handed over.",
            n,
        )
    return said % {"n": n}


def readdress(ids: Iterable[int], actor: str) -> int:
    """Sends letters that were held, failed or came back to where their representatives are reached by now.

    Each goes by an email of its own, for the old one is the record of what became of it at the old address.
    """
    sent = 0
    for pk in sorted(set(ids)):
        with transaction.atomic():
            sent += _readdress(pk, actor)
    return sent


def _readdress(pk: int, actor: str) -> bool:
    # The letter's row first, as whoever takes a letter back does: then nobody else can decide on it meanwhile.
    kept = CampaignLetter.objects.select_for_update(of=("self",)).filter(outgoing=pk).first()
    merged = None if kept else MergedLetter.objects.select_for_update(of=("self",)).filter(outgoing=pk).first()
    email = OutgoingEmail.objects.select_for_update(of=("self",)).get(pk=pk)
    to = _new_addresses([email]).get(pk)
    if to is None:
        return False
    if email.state != State.BOUNCED and not outbox.cancel([pk], actor, READDRESSED):
        return False
    if kept is not None:
        kept.outgoing = emails.letter(kept, to, actor)
        kept.save(update_fields=["outgoing"])
    elif merged is not None:
        merged.outgoing = emails.merged_letter(merged, to.reachable_address, actor)
        merged.save(update_fields=["outgoing"])
    return True


_VERBS: Mapping[str, Callable[[Sequence[int], str], int]] = {
    "arrived": lambda ids, actor: outbox.resolve_held(ids, State.SENT, actor),
    "send": lambda ids, actor: outbox.resolve_held(ids, State.QUEUED, actor),
    "drop": lambda ids, actor: outbox.resolve_held(ids, State.CANCELLED, actor),
    "retry": outbox.retry,
    "cancel": outbox.cancel,
    "readdress": readdress,
}
assert set(_VERBS) == {choice for choices in CHOICES.values() for choice in choices}


def follower(email: OutgoingEmail) -> OutgoingEmail | None:
    """The email by which the same letter went on to another address."""
    if email.letter_id is None:
        return None
    later = OutgoingEmail.objects.filter(letter=email.letter_id, sender=email.sender_id, pk__gt=email.pk)
    return later.filter(kind=Kind.LETTER).last()  # not the copy to who wrote it
