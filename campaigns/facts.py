"""What stands around a campaign's text: whom it addresses, its sources, its dates, and the answers to it.

They are no part of the wording that people sign, so they may change after it is published; a source's number may be
named by a text, so it changes only when somebody says so.
"""

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import logbook, references
from .models import Campaign, Event, Response, Source, Target, User
from .models.campaign import Numbered
from .ordering import exchange_numbers, hold
from .seen import Changed, Gone, mark_of

Who = User | AnonymousUser
MOST = 200  # of a kind; a page of more helps nobody
LARGEST_NUMBER = 999  # what [^…] may hold


@dataclass(frozen=True)
class Kind:
    """One of the four groups. `name` stands in addresses, in the log, and is the campaign's way to its rows."""

    name: str
    model: type[Numbered]
    title: str | Promise
    add: str | Promise
    ordered: bool = True  # by hand, not by something that its rows say

    def rows(self, campaign: Campaign) -> models.QuerySet[Any]:
        order = ("number", "pk") if self.ordered else ("date", "number", "pk")
        return getattr(campaign, self.name).order_by(*order)  # type: ignore[no-any-return]


KINDS = {
    kind.name: kind
    for kind in (
        Kind("targets", Target, gettext_lazy("Those it is addressed to"), gettext_lazy("Add somebody")),
        Kind("sources", Source, gettext_lazy("Sources"), gettext_lazy("Add a source")),
        Kind("events", Event, gettext_lazy("Dates"), gettext_lazy("Add a date"), ordered=False),
        Kind("responses", Response, gettext_lazy("Answers"), gettext_lazy("Add an answer")),
    )
}


class Renumbers(Exception):
    """A text refers to a source whose number would change. Nothing was changed."""


def next_number(campaign: Campaign, kind: Kind) -> int:
    """The first one that a text refers to in vain; else one more than there are."""
    taken = set(kind.rows(campaign).values_list("number", flat=True))
    if kind.model is Source:
        wanted = {place.number for place in references.of_campaign(campaign)} - taken - {0}
        if wanted:
            return min(wanted)
    return max(taken, default=0) + 1


def save(campaign: Campaign, kind: Kind, form: Any, user: Who) -> Numbered:
    """`form`: one of forms.organising.facts, valid. Raises seen.Changed, Gone, or ValidationError with a sentence."""
    row: Numbered = form.instance
    with transaction.atomic():
        hold(campaign)
        new = row.pk is None
        others = kind.rows(campaign).exclude(pk=row.pk)
        if new:
            if others.count() >= MOST:
                raise ValidationError(
                    _("There are %(most)d already, which is as many as a page can show.") % {"most": MOST}
                )
            row.number = row.number or next_number(campaign, kind)
        else:
            now = kind.rows(campaign).filter(pk=row.pk).first()
            if now is None:
                raise Gone
            form.check_seen(now)
        if kind.model is Source and is_taken(campaign, row.number, row.pk):
            raise ValidationError({"number": taken(row.number)})
        form.save()
        _note(campaign, kind, user, "added" if new else "changed", row.number)
    return row


def is_taken(campaign: Campaign, number: int, but: int | None) -> bool:
    """By a source other than the one with the key `but`."""
    return campaign.sources.filter(number=number).exclude(pk=but or 0).exists()


def taken(number: int) -> str:
    return _("There is a source %(number)d already. Choose another number.") % {"number": number}


def remove(campaign: Campaign, kind: Kind, pk: int, user: Who, seen: str) -> None:
    """`seen`: its mark, as on the page that asked. Raises Gone and Changed."""
    with transaction.atomic():
        hold(campaign)
        row = kind.rows(campaign).filter(pk=pk).first()
        if row is None:
            raise Gone
        if mark_of(row) != seen:
            raise Changed
        number = row.number
        row.delete()
        _note(campaign, kind, user, "removed", number)


def answers_by_source(campaign: Campaign) -> dict[int, int]:
    """How many answers rest on each source, by its key."""
    rows = campaign.responses.filter(source__isnull=False).order_by().values("source").annotate(many=models.Count("pk"))
    return {row["source"]: row["many"] for row in rows}


def neighbour(campaign: Campaign, kind: Kind, row: Numbered, up: bool) -> Numbered | None:
    rows = list(kind.rows(campaign))
    at = next(place for place, one in enumerate(rows) if one.pk == row.pk)
    there = at - 1 if up else at + 1
    return rows[there] if 0 <= there < len(rows) else None


def move(campaign: Campaign, kind: Kind, row: Numbered, up: bool, user: Who, sure: bool = False) -> None:
    """One place up or down. Sources exchange their numbers, for which one must be `sure` where a text names them.

    `row`: as it was on the page. Raises Gone where it stands elsewhere by now, and Renumbers.
    """
    if not kind.ordered:
        return
    with transaction.atomic():
        hold(campaign)
        rows = list(kind.rows(campaign))
        at = next((place for place, one in enumerate(rows) if (one.pk, one.number) == (row.pk, row.number)), None)
        if at is None:
            raise Gone
        there = at - 1 if up else at + 1
        if not 0 <= there < len(rows):
            return
        if kind.model is Source:
            if not sure and is_named(campaign, rows[at].number, rows[there].number):
                raise Renumbers
            exchange_numbers(rows[at], rows[there])
        else:
            rows[at], rows[there] = rows[there], rows[at]
            _number_anew(kind, rows)
        _note(campaign, kind, user, "moved", row.number)


def is_named(campaign: Campaign, *numbers: int) -> bool:
    return any(place.number in numbers for place in references.of_campaign(campaign))


def _number_anew(kind: Kind, rows: list[Any]) -> None:
    for number, row in enumerate(rows, 1):
        row.number = number
    kind.model._default_manager.bulk_update(rows, ["number"])


def _note(campaign: Campaign, kind: Kind, user: Who, deed: str, number: int) -> None:
    logbook.note(campaign.organisation, user, f"facts.{kind.name}", campaign, deed=deed, number=number)
