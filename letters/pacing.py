"""When an email may leave: its recipient's hours, how soon the next may come, and who is to be left alone.

All of it is in the database, so that every worker keeps to it. A letter that must wait is given a slot of its own at
once and is not looked at again before: ten thousand letters to one mailbox cost nobody behind them any time.
"""

import random
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from config.crypto import domain_key, domain_of, keyed_hash

from .models import Destination, OutgoingEmail, Sender, Stop
from .models.post import IN_WORK, Kind, Queue, State
from .nudging import nudge

LONGEST_BACKOFF = 3600.0
SERVER_PAUSE, LONGEST_SERVER_PAUSE = 5.0, 300.0
# A worker may be this late for a slot, in seconds, or two intervals; after that the slot is given up for another.
LATE = 30.0
# Slots are given no further ahead; whoever finds none comes again later. So a letter that is cancelled leaves a short
# gap at most, and another sender's letter comes in between.
HORIZON = timedelta(hours=1)
STOPPED_FOR = timedelta(hours=1)  # how long stopped mail is not looked at; lift() makes it due at once
# Refusals in a row, for a reason of policy, that stop a domain. A letter's is the servers' word on all its likes;
# a supporter may have a filter of their own.
STOPS_AFTER: Mapping[str, int] = {Kind.LETTER: 1}
STOPS_OTHERS_AFTER = 3


class Slots:
    """The destinations of a few emails, held still while each is given its place.

    Within the claim's transaction: what is taken here is saved here, the emails are the caller's to save.
    """

    def __init__(self, sender: Sender, now: datetime) -> None:
        self.sender, self.now = sender, now
        self.paces = (("to_key", sender.mailbox_pace), ("domain_key", sender.domain_pace))
        self.paced = any(pace for _field, pace in self.paces)
        self.destinations: dict[str, Destination] = {}
        self.taken: set[str] = set()
        self.stopped: set[str] = set()
        self.closed: dict[str, datetime] = {}  # domains that nothing may go to, and until when
        self.in_other_hands: set[str] = set()  # another worker gives slots there this moment; nobody waits for it

    def give(self, emails: Sequence[OutgoingEmail], limit: int) -> tuple[list[OutgoingEmail], list[OutgoingEmail]]:
        """Up to `limit` of them that may leave now, and those that must wait until their new `not_before`."""
        self.read(emails)
        ready: list[OutgoingEmail] = []
        waiting: list[OutgoingEmail] = []
        for email in emails:
            if len(ready) == limit:
                break
            if self.leave(email):
                continue
            until = self.wait_of(email)
            if until is None:
                ready.append(email)
            else:
                email.not_before = until
                waiting.append(email)
        self.save()
        return ready, waiting

    def read(self, emails: Sequence[OutgoingEmail]) -> None:
        for stop in Stop.objects.filter(sender=self.sender, lifted_at__isnull=True).select_related("domain"):
            # By its name too: new keys come first to the emails, and to this row when `rotate_keys` has run.
            self.stopped |= {stop.domain.key, domain_key(stop.domain.name)}
        paced = self._paced_keys(emails)
        known = Destination.objects.filter(key__in={email.domain_key for email in emails} | paced)
        self.destinations = {row.key: row for row in known}
        if not paced:
            return
        names = {email.domain_key: domain_of(email.to_address) for email in emails}
        missing = sorted(paced - self.destinations.keys())
        made = [Destination(key=key, name=names.get(key, "")) for key in missing]
        Destination.objects.bulk_create(made, ignore_conflicts=True)
        rows = Destination.objects.filter(key__in=paced).order_by("key")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        mine = {row.key: row for row in rows}
        self.destinations |= mine
        self.in_other_hands = paced - mine.keys()

    def _paced_keys(self, emails: Sequence[OutgoingEmail]) -> set[str]:
        letters = [email for email in emails if email.kind == Kind.LETTER]
        return {getattr(email, field) for field, pace in self.paces if pace for email in letters}

    def leave(self, email: OutgoingEmail) -> bool:
        """Is it for somebody else to say?"""
        return email.kind == Kind.LETTER and not self.in_other_hands.isdisjoint((email.to_key, email.domain_key))

    def wait_of(self, email: OutgoingEmail) -> datetime | None:
        """Until when it must wait, or None."""
        if until := self._closed_until(email.domain_key):
            self.closed[email.domain_key] = until
            email.slots = 0
            return until
        if email.kind != Kind.LETTER:
            return None
        zone = email.letter.recipient_time_zone if email.letter else ""
        opening = next_opening(self.sender, zone, self.now)
        if opening > self.now:
            email.slots = 0
            return opening + timedelta(seconds=random.uniform(0, 60))
        return self._slot(email)

    def _closed_until(self, key: str) -> datetime | None:
        if key in self.closed:
            return self.closed[key]
        if key in self.stopped:
            return self.now + STOPPED_FOR
        until = self.destinations[key].backed_off_until if key in self.destinations else None
        return until if until and until > self.now else None

    def _slot(self, email: OutgoingEmail) -> datetime | None:
        """First the mailbox, then, when its turn has come, the domain: a slow mailbox keeps no domain waiting."""
        begin = email.slots if self._is_on_time(email) else 0
        for number, (field, pace) in enumerate(self.paces):
            if number < begin or not pace:
                continue
            destination = self.destinations[getattr(email, field)]
            free = max(destination.free_at or self.now, self.now)
            if free - self.now > HORIZON:
                email.slots = 0
                return self.now + HORIZON * random.uniform(0.5, 1)
            destination.free_at = free + timedelta(seconds=60 / pace * random.uniform(0.8, 1.2))
            self.taken.add(destination.key)
            if free > self.now:
                email.slots = number + 1
                return free
        email.slots = len(self.paces)  # should it be refused for now, it keeps its place
        return None

    def _is_on_time(self, email: OutgoingEmail) -> bool:
        if not email.slots:
            return False
        pace = self.paces[email.slots - 1][1]
        late = max(LATE, 120 / pace) if pace else LATE
        return self.now - email.not_before <= timedelta(seconds=late)

    def save(self) -> None:
        rows = [self.destinations[key] for key in sorted(self.taken)]
        for row in rows:
            row.used_at = self.now
        if rows:
            Destination.objects.bulk_update(rows, ["free_at", "used_at"])


def next_opening(sender: Sender, zone: str, now: datetime) -> datetime:
    """`now`, or the next moment within the sender's hours where the recipient lives."""
    if sender.sends_from is None and sender.sends_at_weekends:
        return now
    here = ZoneInfo(zone or settings.TIME_ZONE)
    opens, closes = sender.sends_from or time(0), sender.sends_until or time(0)
    today = now.astimezone(here).date()
    for days in range(-1, 4):  # from yesterday, for hours that go over midnight, over a weekend
        day = today + timedelta(days=days)
        if day.weekday() >= 5 and not sender.sends_at_weekends:
            continue
        last = day if closes > opens else day + timedelta(days=1)
        # In UTC: two times of one zone are compared by the clock on the wall, which is wrong when the hour changes.
        begin = datetime.combine(day, opens, here).astimezone(UTC)
        if now < datetime.combine(last, closes, here).astimezone(UTC):
            return max(begin, now)
    raise AssertionError("no day of the week is open")


def back_off(email: OutgoingEmail, answer: str) -> datetime:
    """Leaves a whole receiving domain alone for a while, on all workers; returns until when."""
    refusals = _count(_domain_of(email), answer)
    seconds = min(settings.BACKOFF_SECONDS * 2 ** min(refusals - 1, 20), LONGEST_BACKOFF)
    until = timezone.now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))
    Destination.objects.filter(key=email.domain_key).update(backed_off_until=until)
    return until


def refused_by_policy(email: OutgoingEmail, answer: str) -> bool:
    """Stops this sender's mail to a domain that will not have it, until lift(); False while it may be by chance."""
    refusals = Destination.objects.get_or_create(key=_policy_key(email.sender_id, email.domain_key))[0]
    if _count(refusals, answer) < STOPS_AFTER.get(email.kind, STOPS_OTHERS_AFTER):
        return False
    domain = _domain_of(email)
    Stop.objects.get_or_create(sender=email.sender, domain=domain, lifted_at=None, defaults={"answer": answer})
    return True


def _domain_of(email: OutgoingEmail) -> Destination:
    made = {"name": domain_of(email.to_address)}
    return Destination.objects.get_or_create(key=email.domain_key, defaults=made)[0]


def _policy_key(sender: int, domain: str) -> str:
    """Of the count of one sender's refusals by one domain: another's say nothing of this one."""
    return keyed_hash("policy", f"{sender} {domain}")


def _count(destination: Destination, answer: str) -> int:
    """One more refusal; returns how many in a row that makes."""
    row = Destination.objects.filter(pk=destination.pk)
    row.update(refusals=F("refusals") + 1, answer=answer, used_at=timezone.now())
    return row.values_list("refusals", flat=True).get()


def refusing(emails: Iterable[OutgoingEmail]) -> set[str]:
    """The domains of these that refused what was sent to them last."""
    keys: dict[str, str] = {}
    for email in emails:
        keys[email.domain_key] = email.domain_key
        keys[_policy_key(email.sender_id, email.domain_key)] = email.domain_key
    found = Destination.objects.filter(key__in=keys, refusals__gt=0).values_list("key", flat=True)
    return {keys[key] for key in found}


def accepts_again(domain: str, sender: int) -> None:
    rows = Destination.objects.filter(key__in=(domain, _policy_key(sender, domain)))
    rows.update(refusals=0, backed_off_until=None, answer="")


def leave_alone(sender: Sender, why: str) -> None:
    """Leaves a sender's mail alone for a while, on all workers: it would not leave, whatever the email."""
    sender.server_failures += 1
    seconds = min(SERVER_PAUSE * 2 ** min(sender.server_failures - 1, 10), LONGEST_SERVER_PAUSE)
    until = timezone.now() + timedelta(seconds=seconds * random.uniform(0.8, 1.2))
    failures = F("server_failures") + 1
    Sender.objects.filter(pk=sender.pk).update(paused_until=until, server_failures=failures, trouble=why)


def works_again(sender: Sender) -> None:
    Sender.objects.filter(pk=sender.pk).update(server_failures=0, paused_until=None, trouble="")
    sender.server_failures = 0


def pause(sender: Sender, what: Sender.Pause, actor: str) -> None:
    """By hand, until resume(). What a worker has in its hands still leaves: a turn is a few seconds."""
    Sender.objects.filter(pk=sender.pk).update(pause=what, pause_at=timezone.now(), pause_by=actor[:100])


def resume(sender: Sender, actor: str) -> None:
    """Also after trouble with the server: somebody says that it works now."""
    nothing = Sender.Pause.NOTHING
    by_hand = {"pause": nothing, "pause_at": timezone.now(), "pause_by": actor[:100]}
    Sender.objects.filter(pk=sender.pk).update(**by_hand, paused_until=None, server_failures=0, trouble="")
    for queue in Queue.values:
        nudge(queue)


def lift(stop: Stop, actor: str) -> int:
    """Lets mail go to a domain again; returns how many emails that makes due. Once."""
    now = timezone.now()
    keys = {stop.domain.key, domain_key(stop.domain.name)}
    with transaction.atomic():
        open_stop = Stop.objects.filter(pk=stop.pk, lifted_at__isnull=True)
        if not open_stop.update(lifted_at=now, lifted_by=actor[:100]):
            return 0
        waiting = OutgoingEmail.objects.filter(state=State.QUEUED, sender=stop.sender_id, domain_key__in=keys)
        # The slots that were given before the stop are void.
        mailboxes = set(waiting.order_by().values_list("to_key", flat=True).distinct())
        Destination.objects.filter(key__in=keys | mailboxes).update(free_at=None)
        for key in keys:
            accepts_again(key, stop.sender_id)
        released = waiting.update(not_before=now, slots=0)
    for queue in Queue.values:
        nudge(queue)
    return released


def forget_unused(before: datetime) -> int:
    """Stops that were lifted long ago, and destinations that nothing has gone to since; a stopped domain stays."""
    Stop.objects.filter(lifted_at__lte=before).delete()
    return Destination.objects.filter(used_at__lte=before, stops__isnull=True).delete()[0]


def clock_went_back(seconds: float) -> None:
    """The clock was set back by so much: whatever waits for a moment would wait that much longer."""
    now, gone = timezone.now(), timedelta(seconds=seconds)
    longest = now + timedelta(seconds=settings.OUTBOX_LEASE_SECONDS + 3 * settings.SMTP_TIMEOUT_SECONDS)
    waits: list[tuple[type[OutgoingEmail | Sender | Destination], str, dict[str, object]]] = [
        (OutgoingEmail, "not_before", {"state": State.QUEUED}),
        # Only those made before: none that is made now is as long.
        (OutgoingEmail, "lease_until", {"state__in": IN_WORK, "lease_until__gt": longest}),
        (Sender, "paused_until", {}),
        (Destination, "free_at", {}),
        (Destination, "backed_off_until", {}),
    ]
    for model, field, which in waits:
        model._default_manager.filter(**{f"{field}__gt": now, **which}).update(**{field: F(field) - gone})
