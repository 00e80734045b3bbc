"""What the post room page shows organisers: its numbers, its chart, what somebody has to look at, one email's history.

Only what a role may see leaves this module: viewers get counts, states and history; editors also whom a letter is for.
No supporter's address or name is shown here to anybody.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import time_format
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from letters import outbox, standing
from letters.models import DeliveryEvent, OutgoingEmail, Sender, Suppression
from letters.models.post import Kind, OutgoingEmailQuerySet, Queue, State

from . import addresses
from .access import AT_LEAST, Role, get_organisation_for, role_in
from .models import Organisation, User

LATE_SECONDS = 120  # a due email that nobody takes for so long: perhaps no worker is running
LATELY_DAYS = 7  # for how long a letter that came back is an alarm; the list keeps it
NAMED = 5  # representatives named in one sentence
# The order in which an email goes through them.
STATES = (
    *(State.QUEUED, State.LEASED, State.HANDING, State.SENT),
    *(State.BOUNCED, State.FAILED, State.HELD, State.CANCELLED),
)
CHART_HEIGHT, CHART_STEP = 100, 10


@dataclass(frozen=True)
class Desk:
    """Who sits at whose post, and in which language."""

    organisation: Organisation
    user: User | AnonymousUser
    role: Role
    language: str | None

    @property
    def may_edit(self) -> bool:
        return self.role in AT_LEAST[Role.EDITOR]

    @property
    def owns(self) -> bool:
        return self.role in AT_LEAST[Role.OWNER]

    @property
    def sender(self) -> Sender:
        return self.organisation.sender

    @property
    def actor(self) -> str:
        return f"account {self.user.pk}"

    @property
    def emails(self) -> OutgoingEmailQuerySet:
        """The only door to an email from these pages: another organisation's is not behind it."""
        return OutgoingEmail.objects.filter(sender=self.sender)

    def url(self, name: str, **where: Any) -> str:
        language = {"language": self.language} if self.language else {}
        return reverse(f"campaigns:{name}", kwargs={"slug": self.organisation.slug, **language, **where})

    def frame(self, name: str, **where: Any) -> dict[str, Any]:
        """What every page of the post room needs; `name` and `where` say which page it is, for the other languages."""
        language = get_language() or settings.LANGUAGE_CODE
        names = ("post_room", "post_now", "post_held", "post_find", "post_pause", "post_resume", "post_try")
        others = [Desk(self.organisation, self.user, self.role, code) for code in (None, *_other_languages())]
        return {
            "desk": self,
            "organisation_name": self.organisation.in_language("name", language),
            "post": {each.removeprefix("post_"): self.url(each) for each in names},
            "urls": addresses.of_site(language)
            | {"accent": addresses.accent(self.organisation.slug, self.organisation.accent)},
            "page_languages": [_language(other, language, name, where) for other in others],
        }


def _other_languages() -> list[str]:
    return [code for code, _name in settings.LANGUAGES if code != settings.LANGUAGE_CODE]


def _language(desk: Desk, current: str, name: str, where: dict[str, Any]) -> dict[str, Any]:
    from .pages import LANGUAGE_NAMES

    code = desk.language or settings.LANGUAGE_CODE
    return {"code": code, "name": LANGUAGE_NAMES[code], "url": desk.url(name, **where), "current": code == current}


def desk(user: User | AnonymousUser, slug: str, language: str | None, role: Role = Role.VIEWER) -> Desk:
    """Raises Http404 unless they may do what `role` may."""
    organisation = get_organisation_for(user, slug, role)
    return Desk(organisation, user, role_in(user, organisation) or role, language)


# The whole


def now(desk: Desk) -> dict[str, Any]:
    """Everything on the page that changes, in a fixed number of queries."""
    senders = [desk.organisation.sender_id]
    lines = standing.by_state(senders)
    shown = [_domain(desk, line) for line in standing.domains(senders)]
    at, late = timezone.now(), _late(desk.sender, senders)
    return {
        "at": at,
        "table": _table(desk, lines),
        "chart": chart(standing.throughput(senders)),
        "domains": shown,
        "stops": [domain for domain in shown if domain["stop"]],
        "came_back": _came_back(desk),
        "failed": _failed(senders),
        "late_since": at - timedelta(seconds=late) if late else None,
        "paused_by": people([desk.sender.pause_by]).get(desk.sender.pause_by) or _("an organiser"),
        "trouble": _in_trouble(desk.sender),
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


def _table(desk: Desk, lines: Sequence[standing.Line]) -> dict[str, Any]:
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
        "oldest": [_age(oldest.get(queue)) for queue in Queue.values],
        "oldest_of_all": _age(min(oldest.values(), default=None)),
        "of": {row.state.value: row.total for row in rows},
    }


def _age(since: datetime | None) -> str:
    return timesince(since, depth=1) if since else ""


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
        "answer": line.answer,
        "stop": line.stop,
        "lift": desk.url("post_lift", stop=line.stop.pk) if line.stop else "",
    }


def _came_back(desk: Desk) -> dict[str, Any]:
    """Letters to representatives that came back lately."""
    since = timezone.now() - timedelta(days=LATELY_DAYS)
    rows = standing.bounced_letters([desk.organisation.sender_id]).filter(settled_at__gte=since)
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


def _in_trouble(sender: Sender) -> bool:
    return bool(sender.server_failures and (sender.trouble or sender.paused_until))


# Emails


@dataclass(frozen=True)
class Known:
    """One email in a list, with what is known of it."""

    email: OutgoingEmail
    url: str
    to: str  # a representative's name, for those who may read it
    in_doubt_since: datetime | None  # when it began to leave and nobody knows if it arrived
    said: str  # what was written down with its last change: the server's words, or why
    reports: list[Any]  # the provider's, newest first


def known(desk: Desk, emails: Sequence[OutgoingEmail]) -> list[Known]:
    """Wants `events` and `provider_events` fetched with the emails."""
    return [_known(desk, email) for email in emails]


def _known(desk: Desk, email: OutgoingEmail) -> Known:
    events = list(email.events.all())
    return Known(
        email=email,
        url=desk.url("post_email", email=email.uuid),
        to=recipient(desk, email),
        in_doubt_since=_in_doubt_since(events),
        said=events[-1].detail if events else "",
        reports=sorted(email.provider_events.all(), key=lambda report: report.occurred_at, reverse=True)[:3],
    )


def in_doubt_since(email: OutgoingEmail) -> datetime | None:
    """When it began to be handed over and the answer never came: from then on it may have arrived, whatever came later.

    Of an email that was accepted after all, this says nothing.
    """
    return _in_doubt_since(email.events.order_by("pk"))


def _in_doubt_since(events: Iterable[DeliveryEvent]) -> datetime | None:
    began = None
    for event in events:
        if event.to_state == State.HANDING:
            began = event.at
        elif event.from_state == State.HANDING and event.to_state == State.HELD:
            return began or event.at
    return None


def recipient(desk: Desk, email: OutgoingEmail) -> str:
    return email.letter.recipient_name if desk.may_edit and email.letter else ""


def representatives_address(desk: Desk, email: OutgoingEmail) -> str:
    """Where a letter goes: an office's address, so that whoever handles the post can see what is wrong with it."""
    return email.to_address if desk.may_edit and email.kind == Kind.LETTER else ""


def history(email: OutgoingEmail) -> list[standing.Entry]:
    """Oldest first, with people's names for their accounts."""
    entries = standing.history(email)
    names = people(entry.actor for entry in entries)
    return [
        standing.Entry(entry.at, names.get(entry.actor, entry.actor), entry.sentence, entry.detail) for entry in entries
    ]


def people(actors: Iterable[str]) -> dict[str, str]:
    """Who an actor is, in words; "" for the software itself. Accounts are read in one query."""
    known_ones = {
        **dict.fromkeys(("", "system", "worker", "sweeper", "retention"), ""),  # the software itself: not worth a word
        "provider": _("the mail provider"),
        "the writer": _("who wrote it"),
        "the supporter": _("the supporter"),
    }
    wanted = set(actors)
    found = {actor: known_ones[actor] for actor in wanted if actor in known_ones}
    accounts = {int(number[1]): actor for actor in wanted if (number := re.fullmatch(r"account (\d{1,18})", actor))}
    names = dict(User.objects.filter(pk__in=accounts).values_list("pk", "name")) if accounts else {}
    return found | {actor: names.get(pk) or _("an organiser") for pk, actor in accounts.items()}


def is_suppressed(email: OutgoingEmail) -> bool:
    return bool(email.to_key) and Suppression.objects.filter(key=email.to_key).exists()


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


CHOICES: Mapping[State, tuple[str, ...]] = {
    State.HELD: ("arrived", "send", "drop"),
    State.FAILED: ("retry", "cancel"),
    State.QUEUED: ("cancel",),
}
"""What may be done about an email in each state."""


def do(choice: str, ids: Sequence[int], actor: str) -> int:
    """One of CHOICES; returns how many emails it changed."""
    if choice == "retry":
        return outbox.retry(ids, actor)
    if choice == "cancel":
        return outbox.cancel(ids, actor)
    outcome = {"arrived": State.SENT, "send": State.QUEUED, "drop": State.CANCELLED}[choice]
    return outbox.resolve_held(ids, outcome, actor)
