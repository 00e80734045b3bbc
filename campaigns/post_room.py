"""What the post room page shows organisers: its numbers, its chart, what somebody has to look at, one email's history.

Only what a role may see leaves this module: viewers get counts, states and history; editors also whom a letter is for.
No supporter's address or name is shown here to anybody.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from config import switches
from letters import outbox, standing
from letters.models import DeliveryEvent, OutgoingEmail, Sender, Stop
from letters.models.post import Kind, Queue, State
from letters.provider_table import PROVIDERS

from . import deciding, noticing
from .desks import Desk
from .post_words import Said, people, said

LATE_SECONDS = 120  # a due email that nobody takes for so long: perhaps no worker is running
LATELY_DAYS = 7  # for how long a letter that came back is an alarm; the list keeps it
NAMED = 5  # representatives named in one sentence
# The order in which an email goes through them.
STATES = (
    *(State.QUEUED, State.LEASED, State.HANDING, State.SENT),
    *(State.BOUNCED, State.FAILED, State.HELD, State.CANCELLED),
)
CHART_HEIGHT, CHART_STEP = 100, 10
MINUTE = timedelta(minutes=1)


# The whole


def now(desk: Desk) -> dict[str, Any]:
    """Everything on the page that changes, in a fixed number of queries."""
    senders = [desk.organisation.sender_id]
    lines = standing.by_state(senders)
    shown = [_domain(desk, line) for line in standing.domains(senders)]
    at, late = timezone.now(), _late(desk.sender, senders)
    return {
        "at": at,
        "table": _table(desk, lines, at),
        "chart": chart(standing.last_hour(desk.organisation.sender_id)),
        "domains": shown,
        "stops": [domain for domain in shown if domain["stop"]],
        "came_back": _came_back(desk),
        "failed": _failed(senders),
        "late_since": at - timedelta(seconds=late) if late else None,
        "paused_by": people([desk.sender.pause_by]).get(desk.sender.pause_by) or _("an organiser"),
        "paused_everywhere": switches.on(switches.What.MAILING),
        "trouble": _in_trouble(desk.sender),
        "trouble_said": said(desk.sender.trouble),
        "failing": noticing.failing_confirmations(desk.sender, at),
        "bounces_to": _bounces_to(desk.sender),
    }


@dataclass(frozen=True)
class Cell:
    count: int
    url: str  # the list of them, "" where there is nothing to see


@dataclass(frozen=True)
class Row:
    state: State
    cells: list[Cell]
    total: Cell


def _table(desk: Desk, lines: Sequence[standing.Line], at: datetime) -> dict[str, Any]:
    """Emails by state and queue. Every number is from one reading, so that rows and columns add up."""
    found: dict[tuple[str, str], int] = {}
    oldest: dict[str, datetime] = {}
    for line in lines:
        found[line.state, line.queue] = found.get((line.state, line.queue), 0) + line.count
        if line.state == State.QUEUED and line.oldest:
            oldest[line.queue] = min(line.oldest, oldest.get(line.queue, line.oldest))
    rows = [_row(desk, state, [found.get((state, queue), 0) for queue in Queue.values]) for state in STATES]
    columns = [sum(row.cells[number].count for row in rows) for number in range(len(Queue.values))]
    return {
        "queues": Queue.choices,
        "rows": rows,
        "columns": columns,
        "accepted": sum(columns),
        "oldest": [_age(oldest.get(queue), at) for queue in Queue.values],
        "oldest_of_all": _age(min(oldest.values(), default=None), at),
        "of": {row.state.value: row.total for row in rows},
    }


def _age(since: datetime | None, at: datetime) -> str:
    if since is None:
        return ""
    # Its spaces may break, or the column of a phone would be as wide as the longest age.
    return timesince(since, at, depth=1).replace("\xa0", " ") if at - since >= MINUTE else _("under a minute")


def _row(desk: Desk, state: State, counts: Sequence[int]) -> Row:
    address = desk.url("post_held") if state == State.HELD else desk.url("post_emails", state=state.value)
    cells = [Cell(n, f"{address}?queue={queue}" if n else "") for n, queue in zip(counts, Queue.values, strict=True)]
    return Row(state, cells, Cell(sum(counts), address if any(counts) else ""))


def chart(minutes: Sequence[standing.Minute]) -> dict[str, Any]:
    """Bars for an SVG of whole numbers: what was accepted stands on the ground, what failed on top of it."""
    peak = max([minute.sent + minute.failed for minute in minutes], default=0)
    bars = []
    for number, minute in enumerate(minutes):
        sent, failed = (round(CHART_HEIGHT * n / max(peak, 1)) for n in (minute.sent, minute.failed))
        bars.append(
            {
                "x": number * CHART_STEP + 1,
                "sent_y": CHART_HEIGHT - sent,
                "sent_height": sent,
                "failed_y": CHART_HEIGHT - sent - failed,
                "failed_height": failed,
                "minute": minute,
            }
        )
    return {
        "bars": bars,
        "busy": [minute for minute in reversed(minutes) if minute.sent or minute.failed],
        "peak": peak,
        "sent": sum(minute.sent for minute in minutes),
        "failed": sum(minute.failed for minute in minutes),
        "minutes": len(minutes),
        "width": len(minutes) * CHART_STEP,
        "height": CHART_HEIGHT,
        "bar": CHART_STEP - 2,
    }


def _domain(desk: Desk, line: standing.DomainLine) -> dict[str, Any]:
    """A domain may be somebody's own name, so only who handles the post reads it."""
    return {
        "name": line.name if desk.may_edit else "",
        "waiting": line.waiting,
        "in_work": line.in_work,
        "until": line.backed_off_until,
        "answer": said(line.answer),
        "stop": line.stop,
        "lift": desk.url("post_lift", stop=line.stop.pk) if line.stop else "",
    }


def _came_back(desk: Desk) -> dict[str, Any]:
    """Letters to representatives that came back lately, and were not sent to another address since."""
    since = timezone.now() - timedelta(days=LATELY_DAYS)
    sent_anew = OutgoingEmail.objects.filter(letter=OuterRef("letter"), kind=Kind.LETTER, pk__gt=OuterRef("pk"))
    came_back = standing.bounced_letters([desk.organisation.sender_id]).filter(settled_at__gte=since)
    rows = came_back.exclude(Exists(sent_anew))
    names = list(rows.values_list("letter__recipient_name", flat=True)[: 20 * NAMED]) if desk.may_edit else []
    return {
        "count": rows.count(),
        "names": list(dict.fromkeys(name for name in names if name))[:NAMED],
        "url": desk.url("post_emails", state=State.BOUNCED.value) + f"?queue={Queue.LETTERS}",
    }


def _failed(senders: Sequence[int]) -> dict[str, int]:
    """Letters are somebody's to look into. Of all else the reason is mostly an address that somebody mistyped."""
    lately = Q(kind=Kind.LETTER) | Q(settled_at__gte=timezone.now() - timedelta(days=LATELY_DAYS))
    rows = standing.failed(senders).unscrubbed().filter(lately).order_by()
    counts = dict(rows.values_list("queue").annotate(Count("pk")))
    letters = counts.get(Queue.LETTERS, 0)
    return {"letters": letters, "others": sum(counts.values()) - letters}


def _late(sender: Sender, senders: Sequence[int]) -> float:
    """How long, in seconds, the oldest email has been due that no worker takes; 0 while that is as it should be."""
    if sender.paused_until and sender.paused_until > timezone.now():
        return 0.0  # said in other words
    longest = max(standing.oldest_due(senders).values(), default=0.0)
    return longest if longest >= LATE_SECONDS else 0.0


def _bounces_to(sender: Sender) -> str:
    """The mailbox where mail that comes back lands unread by us; "" where its provider tells us, or nothing leaves."""
    reports = sender.channel == Sender.Channel.PROVIDER and sender.provider in PROVIDERS
    reports = reports and bool(PROVIDERS[sender.provider].webhook)
    if settings.DEMONSTRATION or sender.channel == Sender.Channel.CAPTURE or reports:
        return ""
    return sender.from_address or parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def _in_trouble(sender: Sender) -> bool:
    return bool(sender.server_failures and (sender.trouble or sender.paused_until))


# Emails


def how_many(desk: Desk, state: str, queue: str) -> int:
    """In this state, of this queue or of all. Of what has ended long ago, as it was counted last."""
    lines = standing.by_state([desk.organisation.sender_id])
    return sum(line.count for line in lines if line.state == state and queue in (line.queue, ""))


@dataclass(frozen=True)
class Known:
    """One email in a list, with what is known of it."""

    email: OutgoingEmail
    url: str
    to: str  # a representative's name, for those who may read it
    facts: deciding.Facts
    new_address: str  # where its representative is reached by now, for those who may read it
    waits: str  # for whom or what, where it is not only its turn
    said: Said  # with its last change: the server's words, or why
    reports: list[Any]  # the provider's, newest first
    choices: tuple[str, ...]


def known(desk: Desk, emails: Sequence[OutgoingEmail]) -> list[Known]:
    """Wants `provider_events` fetched with the emails."""
    facts, changes = deciding.facts(emails), standing.last_changes(emails)
    stopped = _stopped(desk) if any(email.state == State.QUEUED for email in emails) else set()
    return [_known(desk, email, facts[email.pk], stopped, changes.get(email.pk)) for email in emails]


def _known(
    desk: Desk, email: OutgoingEmail, facts: deciding.Facts, stopped: Collection[str], change: DeliveryEvent | None
) -> Known:
    return Known(
        email=email,
        url=desk.url("post_email", email=email.uuid),
        to=recipient(desk, email),
        facts=facts,
        new_address=facts.new_address if desk.may_edit else "",
        waits=_waits(desk.sender, email, stopped),
        said=said(change.detail if change else ""),
        reports=sorted(email.provider_events.all(), key=lambda report: report.occurred_at, reverse=True)[:3],
        choices=facts.choices(State(email.state)) if desk.may_edit else (),
    )


def _stopped(desk: Desk) -> set[str]:
    stops = Stop.objects.filter(sender=desk.sender, lifted_at__isnull=True)
    return set(stops.values_list("domain__key", flat=True))


def _waits(sender: Sender, email: OutgoingEmail, stopped: Collection[str]) -> str:
    if email.state != State.QUEUED:
        return ""
    if switches.on(switches.What.MAILING):
        return _("It waits until the operator of this installation lets mail go on.")
    by_hand = sender.pause == Sender.Pause.EVERYTHING or (sender.pause and email.queue != Queue.CONFIRMATIONS)
    if by_hand:
        return _("It waits until somebody resumes: sending is paused by hand.")
    if email.domain_key in stopped and email.kind == Kind.LETTER:
        return _("It waits until somebody lifts the stop: its receiving domain refuses our mail.")
    if sender.paused_until and sender.paused_until > timezone.now():
        return _("It waits until the mail server can be used again.")
    return ""


def recipient(desk: Desk, email: OutgoingEmail) -> str:
    """Of a letter. Its copy goes to who wrote it, whose name is not shown."""
    return email.letter.recipient_name if desk.may_edit and email.letter and email.kind == Kind.LETTER else ""


def representatives_address(desk: Desk, email: OutgoingEmail) -> str:
    """Where a letter goes: an office's address, so that whoever handles the post can see what is wrong with it."""
    return email.to_address if desk.may_edit and email.kind == Kind.LETTER else ""


# Trying


def send_test(desk: Desk, to: str) -> OutgoingEmail:
    """A real email through the outbox, for what no question to a server can tell. Raises BadAddress."""
    values = {
        "subject": _("A test from the post room"),
        "text": _(
            "This email was sent from the post room of %(organisation)s at %(time)s, to see whether mail leaves.\n\n"
            "It came the same way as every other: it did what a confirmation does. Nothing needs to be done."
        )
        % {"organisation": desk.organisation.name, "time": time_format(timezone.localtime())},
    }
    return outbox.queue(
        sender=desk.sender,
        message=outbox.account_message(),
        to=to,
        kind=Kind.NOTICE,
        values=values,
        actor=desk.actor,
    )
