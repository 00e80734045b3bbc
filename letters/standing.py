"""How the post stands: read-only questions for those who look after it. Each is bounded and reads by an index.

`senders` are ids, or None for everybody's. Nothing here reads all that was ever sent row by row.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from django.db import models
from django.db.models import Count, DateTimeField, F, Min, OuterRef, Q, Subquery
from django.db.models.functions import TruncMinute
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy

from config import reckoning, switches
from config.crypto import domain_of

from .models import DeliveryEvent, Destination, OutgoingEmail, ProviderEvent, Sender, Stop
from .models.post import ENDED, QUEUE_OF, Among, Kind, OutgoingEmailQuerySet, Queue, State

Senders = Collection[int] | None
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
MUCH_AN_HOUR = 100  # ends of emails: of a sender who has more, the sweeper keeps the last hour
LONGEST_HISTORY = 200  # a sender whose server is away for days gives an email a line every few minutes


@dataclass(frozen=True, slots=True)
class Line:
    """Emails of one kind in one state. `oldest` is when the oldest was accepted; None once they have ended."""

    queue: str
    kind: str
    state: str
    count: int
    oldest: datetime | None


@dataclass(frozen=True, slots=True)
class Minute:
    at: datetime  # its beginning, UTC
    sent: int
    failed: int


@dataclass(frozen=True, slots=True)
class DomainLine:
    """One receiving domain that mail waits for, or that has stopped one of these senders."""

    name: str
    waiting: int
    in_work: int
    backed_off_until: datetime | None
    answer: str
    stop: Stop | None


@dataclass(frozen=True, slots=True)
class Entry:
    at: datetime
    actor: str
    sentence: str
    detail: str


def by_state(senders: Senders = None) -> list[Line]:
    rows = _of(senders).order_by().values_list("kind", "state").annotate(count=Count("*"), oldest=Min("created_at"))
    # Each by an index that holds nothing else: of both at once PostgreSQL would read the whole table.
    waiting = rows.filter(state=State.QUEUED, queue__in=Queue.values)
    still_here = [*waiting, *rows.filter(state__in=(State.LEASED, State.HANDING, State.HELD))]
    ended = [(kind, state, n, None) for (kind, state), n in _ended(senders).items()]
    order = {str(state): number for number, state in enumerate(State)}
    found = [Line(QUEUE_OF[kind], kind, state, n, oldest) for kind, state, n, oldest in (*still_here, *ended)]
    return sorted(found, key=lambda line: (line.queue, line.kind, order[line.state]))


def _ended(senders: Senders) -> Counter[tuple[str, str]]:
    """What has ended is history: of a sender with much of it, as it was counted last."""
    keys = {_key(sender): sender for sender in _known(senders)}
    kept = reckoning.Reckoned.objects.in_bulk(list(keys))
    few = [sender for key, sender in keys.items() if key not in kept]
    found: Counter[tuple[str, str]] = Counter()
    for lines in (_count_ended(few), *(row.numbers for row in kept.values())):
        found.update({(kind, state): n for kind, state, n in lines})
    return found


def _count_ended(senders: Iterable[int]) -> list[tuple[str, str, int]]:
    rows = OutgoingEmail.objects.filter(sender_id__in=list(senders), state__in=ENDED).order_by()
    return list(rows.values_list("kind", "state").annotate(count=Count("*")))


def reckon_large() -> int:
    """A deed of the sweeper: counts what has ended of senders that have sent very much, and the last hour of those that
    send much; how many counts these were."""
    done = 0
    for sender in _known(None):
        rows = OutgoingEmail.objects.filter(sender=sender, state__in=ENDED)
        done += reckoning.reckon(_key(sender), rows, lambda sender=sender: _count_ended([sender]))  # type: ignore[misc]
        lately = _ends([sender], timezone.now() - HOUR)
        count = partial(_count_lately, sender)
        done += reckoning.reckon(_key_of_lately(sender), lately, count, large=MUCH_AN_HOUR)
    return done


def _key(sender: int) -> str:
    return f"sender {sender} ended"


def _key_of_lately(sender: int) -> str:
    return f"sender {sender} lately"


def oldest_due(senders: Senders = None) -> dict[str, float]:
    """Queue → how many seconds ago its oldest due email should have left; 0.0 when none is due.

    Not counted is what somebody has stopped by hand. What waits for a server in trouble is: that is what to look at.
    """
    now = timezone.now()
    return {str(queue): _oldest_of(queue, senders, now) for queue in Queue}


def _oldest_of(queue: Queue, senders: Senders, now: datetime) -> float:
    if switches.on(switches.What.MAILING):
        return 0.0
    stopped = [Sender.Pause.EVERYTHING] + ([Sender.Pause.LETTERS] if queue != Queue.CONFIRMATIONS else [])
    asked = Sender.objects.exclude(pause__in=stopped)
    if senders is not None:
        asked = asked.filter(pk__in=senders)
    # One look into the index for each sender: a minimum over all of them would read the whole backlog.
    of_one = OutgoingEmail.objects.in_queue(queue).due(now).filter(sender=OuterRef("pk")).order_by("not_before")
    first = Subquery(of_one.values("not_before")[:1], output_field=DateTimeField())
    oldest: datetime | None = asked.annotate(first=first).aggregate(oldest=Min("first"))["oldest"]
    return max((now - oldest).total_seconds(), 0.0) if oldest else 0.0


def throughput(senders: Senders = None, minutes: int = 60) -> list[Minute]:
    """The last `minutes`, oldest first; the last of them is the one we are in."""
    begin = _whole(timezone.now()) - (minutes - 1) * MINUTE
    return _lines(begin, minutes, _by_minute(_ends(senders, begin)))


def last_hour(sender: int) -> list[Minute]:
    """The throughput of one sender. Of what the sweeper has counted, nothing is counted again."""
    begin = _whole(timezone.now()) - HOUR + MINUTE
    kept, uncounted = _kept_lately(sender)
    return _lines(begin, 60, kept | _by_minute(_ends([sender], max(begin, uncounted or begin))))


def _count_lately(sender: int) -> dict[str, tuple[int, int]]:
    """Goes on from what is kept; but for its last two minutes, in which somebody may have been writing still."""
    begin = _whole(timezone.now()) - HOUR
    kept, uncounted = _kept_lately(sender)
    since = max(begin, uncounted - 2 * MINUTE) if uncounted else begin
    found = {at: n for at, n in kept.items() if begin <= at < since} | _by_minute(_ends([sender], since))
    return {at.isoformat(): n for at, n in found.items()}


def _kept_lately(sender: int) -> tuple[dict[datetime, tuple[int, int]], datetime | None]:
    """What is kept of each minute, and since when nothing is."""
    found = reckoning.kept(_key_of_lately(sender))
    if found is None:
        return {}, None
    end = _whole(found.at)
    minutes = {datetime.fromisoformat(at): (sent, failed) for at, (sent, failed) in found.numbers.items()}
    return {at: n for at, n in minutes.items() if at < end}, end


def _ends(senders: Senders, since: datetime) -> models.QuerySet[DeliveryEvent]:
    events = DeliveryEvent.objects.filter(Among(F("to_state"), ENDED), at__gte=since)
    if senders is None:
        return events
    # The email's own time keeps the join to these minutes; what is tried again counts once it has its end.
    recent = {"email__settled_at__gte": since, "email__scrubbed_at__isnull": True}
    return events.filter(email__sender_id__in=senders, **recent)


def _by_minute(events: models.QuerySet[DeliveryEvent]) -> dict[datetime, tuple[int, int]]:
    sent, failed = Count("at", Q(to_state=State.SENT)), Count("at", Q(to_state=State.FAILED))
    per_minute = events.order_by().values_list(TruncMinute("at", tzinfo=UTC)).annotate(sent=sent, failed=failed)
    return {at: (sent, failed) for at, sent, failed in per_minute}


def _whole(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(second=0, microsecond=0)


def _lines(begin: datetime, minutes: int, found: Mapping[datetime, tuple[int, int]]) -> list[Minute]:
    each = (begin + number * MINUTE for number in range(minutes))
    return [Minute(at, *found.get(at, (0, 0))) for at in each]


def domains(senders: Senders = None, limit: int = 20) -> list[DomainLine]:
    """Those that have stopped one of these senders first, then those that most mail waits for."""
    stops = _open_stops(senders)[:limit]
    stopped = {stop.domain.key: stop for stop in reversed(stops)}
    counted = _counted(_of(senders), limit)
    if missing := stopped.keys() - counted.keys():
        counted |= _counted(_of(senders).filter(domain_key__in=missing), len(missing))
    keys = list(dict.fromkeys((*stopped, *counted)))[:limit]
    known = {row.key: row for row in Destination.objects.filter(key__in=keys)}
    names = {key: row.name for key, row in known.items() if row.name}
    names |= _names_from_a_sample([key for key in keys if key not in names], senders)
    now = timezone.now()
    return [
        DomainLine(
            name=names.get(key, ""),
            waiting=counted.get(key, (0, 0))[0],
            in_work=counted.get(key, (0, 0))[1],
            backed_off_until=_if_still_to_come(known.get(key), now),
            answer=stopped[key].answer if key in stopped else known[key].answer if key in known else "",
            stop=stopped.get(key),
        )
        for key in keys
    ]


def _open_stops(senders: Senders) -> models.QuerySet[Stop]:
    stops = Stop.objects.filter(lifted_at__isnull=True).select_related("domain", "sender").order_by("-at")
    return stops if senders is None else stops.filter(sender_id__in=senders)


def _counted(rows: OutgoingEmailQuerySet, limit: int) -> dict[str, tuple[int, int]]:
    """Domain key → how many wait, how many are in work; the longest queues first."""
    waiting = Count("domain_key", Q(state=State.QUEUED))
    grouped = rows.unsettled().exclude(domain_key="").order_by().values_list("domain_key")
    most = grouped.annotate(waiting=waiting, all=Count("*")).order_by("-all", "domain_key")[:limit]
    return {key: (n, total - n) for key, n, total in most}


def _names_from_a_sample(keys: Iterable[str], senders: Senders) -> dict[str, str]:
    """For domains that no pacing has met yet: the right side of one address that waits for them."""
    waiting = _of(senders).unsettled().order_by().only("to_address", "domain_key")
    samples = (email for key in keys for email in waiting.filter(domain_key=key)[:1])
    return {email.domain_key: domain_of(email.to_address) for email in samples}


def _if_still_to_come(destination: Destination | None, now: datetime) -> datetime | None:
    until = destination.backed_off_until if destination else None
    return until if until and until > now else None


def held(senders: Senders = None) -> OutgoingEmailQuerySet:
    """What somebody has to decide on, the longest waiting first."""
    return _of(senders).held().order_by("settled_at", "pk")


def failed(senders: Senders = None) -> OutgoingEmailQuerySet:
    """The newest first."""
    return _of(senders).filter(state=State.FAILED).order_by("-settled_at", "-pk")


def bounced_letters(senders: Senders = None) -> OutgoingEmailQuerySet:
    """The newest first: a representative's address that does not work is somebody's to look into."""
    return _of(senders).filter(state=State.BOUNCED, kind=Kind.LETTER).order_by("-settled_at", "-pk")


SENTENCES: Mapping[str, Promise] = {
    State.QUEUED: gettext_lazy("Put back into the queue."),
    State.LEASED: gettext_lazy("A worker took it to send it."),
    State.HANDING: gettext_lazy("It was being handed to the mail server."),
    State.SENT: gettext_lazy("The mail server accepted it."),
    State.BOUNCED: gettext_lazy("It came back."),
    State.FAILED: gettext_lazy("It could not be sent."),
    State.HELD: gettext_lazy("Held: somebody has to decide."),
    State.CANCELLED: gettext_lazy("Cancelled."),
}
SAID_BY_PROVIDER: Mapping[str, Promise] = {
    ProviderEvent.What.DELIVERED: gettext_lazy("The mail provider reports that it was delivered."),
    ProviderEvent.What.DEFERRED: gettext_lazy("The mail provider reports a delay."),
    ProviderEvent.What.BOUNCED: gettext_lazy("The mail provider reports that it came back."),
    ProviderEvent.What.REJECTED: gettext_lazy("The mail provider refused it."),
    ProviderEvent.What.COMPLAINED: gettext_lazy("The mail provider reports a complaint about it."),
    ProviderEvent.What.OTHER: gettext_lazy("The mail provider reports something else."),
}


def last_changes(emails: Collection[OutgoingEmail]) -> dict[int, DeliveryEvent]:
    """By the key of each email. Those of a page mostly follow each other: then it is one look into the index from the
    first to the last of them, and not one for each."""
    ids = [email.pk for email in emails]
    if not ids:
        return {}
    first, last = min(ids), max(ids)
    which = {"email__gte": first, "email__lte": last} if last - first < 4 * len(ids) else {"email__in": ids}
    return {event.email_id: event for event in DeliveryEvent.objects.filter(**which).order_by("pk")}


def history(email: OutgoingEmail) -> list[Entry]:
    """What became of one email, oldest first. Of a very long story the beginning and the last LONGEST_HISTORY lines."""
    changes = list(DeliveryEvent.objects.filter(email=email).order_by("-id")[:LONGEST_HISTORY])
    entries = [Entry(event.at, event.actor, str(SENTENCES[event.to_state]), event.detail) for event in changes[::-1]]
    reported = ProviderEvent.objects.filter(email=email).order_by("-occurred_at", "-id")[:LONGEST_HISTORY]
    provider = gettext("mail provider")
    entries += [Entry(said.occurred_at, provider, str(SAID_BY_PROVIDER[said.what]), said.detail) for said in reported]
    # The sort keeps the order of changes within one moment.
    entries = sorted(entries, key=lambda entry: entry.at)[-LONGEST_HISTORY:]
    return [Entry(email.created_at, email.accepted_by, gettext("Accepted."), ""), *entries]


def _of(senders: Senders) -> OutgoingEmailQuerySet:
    # By name even when all are meant: the index on states begins with the sender, and there are few of them.
    return OutgoingEmail.objects.filter(sender_id__in=_known(senders))


def _known(senders: Senders) -> list[int]:
    return list(Sender.objects.values_list("pk", flat=True) if senders is None else senders)
