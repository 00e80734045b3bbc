"""How far an update is, by what became of its emails. Counted by the sweeper, so that a page need not read them all."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from letters.models.post import UNSETTLED, State

from .models import Update, UpdateRecipient

COUNT_EVERY, COUNT_LATER_EVERY = timedelta(seconds=4), timedelta(hours=1)
COUNTED_FOR = timedelta(days=30)  # after its end an email may still come back
# Beside the states of emails in Update.numbers: how many it was to go to when it began, and for whom none can be made.
PEOPLE, NO_ADDRESS = "people", "no address"
# As an organiser reads them. What a mail server has accepted is not called delivered: no server says so.
LINES: tuple[tuple[str, str | Promise, tuple[str, ...]], ...] = (
    ("waits", _("Waiting to leave"), UNSETTLED),
    ("sent", _("Accepted by the mail server"), (State.SENT,)),
    ("bounced", _("Came back"), (State.BOUNCED,)),
    ("failed", _("Could not be sent"), (State.FAILED, NO_ADDRESS)),
    ("held", _("Held for a decision in the post room: they may have arrived"), (State.HELD,)),
    ("cancelled", _("Not sent: stopped, withdrawn, or not wanted any more"), (State.CANCELLED,)),
)


@dataclass(frozen=True)
class Line:
    key: str
    label: str | Promise
    people: int


@dataclass(frozen=True)
class Progress:
    """`people`: to how many it goes; `done`: for how many of them there is an end."""

    people: int
    done: int
    accepted: int
    lines: list[Line]


def progress(update: Update) -> Progress:
    numbers: dict[str, int] = update.numbers

    def sum_of(states: Iterable[str]) -> int:
        return sum(numbers.get(state, 0) for state in states)

    made = sum_of((*State.values, NO_ADDRESS))
    to_come = max(0, numbers.get(PEOPLE, 0) - made)
    # Those who withdrew between the first count and their turn are not waited for when all is done.
    never = to_come if update.state == Update.State.CANCELLED else 0
    people = made + to_come if update.state in Update.UNDER_WAY else made + never
    besides = {"cancelled": never, "waits": to_come if update.state in Update.UNDER_WAY else 0}
    lines = [Line(key, label, sum_of(states) + besides.get(key, 0)) for key, label, states in LINES]
    return Progress(people, made - sum_of(UNSETTLED) + never, sum_of((State.SENT,)), lines)


def count_those_under_way(now: datetime) -> None:
    stale = Q(counted_at__isnull=True) | Q(counted_at__lte=now - COUNT_EVERY)
    under_way = Update.objects.filter(stale, state__in=Update.UNDER_WAY)
    later = Q(counted_at__isnull=True) | Q(counted_at__lte=now - COUNT_LATER_EVERY)
    ended = Update.objects.filter(later, state__in=(Update.State.SENT, Update.State.CANCELLED), by_email=True)
    for update in [*under_way, *ended.filter(ended_at__gte=now - COUNTED_FOR)]:
        count(update)


def count(update: Update) -> None:
    """By state; and ends it, when all emails are made and none of them waits any more."""
    rows = UpdateRecipient.objects.filter(update=update).order_by().values_list("email__state")
    numbers = {state or NO_ADDRESS: people for state, people in rows.annotate(people=Count("pk"))}
    row = Update.objects.filter(pk=update.pk)
    former = row.values_list("numbers", flat=True).get()
    row.update(numbers={PEOPLE: former.get(PEOPLE, 0), **numbers}, counted_at=timezone.now())
    if not any(numbers.get(state) for state in UNSETTLED):
        done = row.filter(state=Update.State.SENDING, made_at__isnull=False)
        done.update(state=Update.State.SENT, ended_at=timezone.now())
