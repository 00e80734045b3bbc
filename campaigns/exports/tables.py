"""The columns there are, and the rows. A column is one expression, so that the database may write the file itself."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db.models import Case, CharField, Expression, F, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce, Concat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from campaigns.models import Campaign, CampaignLetter, Signature
from config import jobs

CHUNK = 1_000


@dataclass(frozen=True)
class Column:
    """`name` heads it in the file. `personal`: it says who somebody is, or is in their own words. `is_free`: it may
    begin with anything, so a spreadsheet must be kept from running it."""

    name: str
    label: str | Promise
    value: Expression | F
    personal: bool = False
    usual: bool = False  # ticked when the form is opened
    encrypted: bool = False
    is_time: bool = False
    is_free: bool = True


@dataclass(frozen=True)
class Table:
    columns: dict[str, Column]
    of: Callable[[Campaign, bool], QuerySet[Any]]


def _named(*columns: Column) -> dict[str, Column]:
    return {column.name: column for column in columns}


def _yes(**condition: Any) -> Expression:
    return Case(When(**condition, then=Value("yes")), default=Value("no"), output_field=CharField())


_WORDING = Concat(F("text__language"), Value(" "), Cast(F("text__version"), CharField()), output_field=CharField())


def _signatures(campaign: Campaign, only_updates: bool) -> QuerySet[Signature]:
    """Who has not confirmed is nobody's list."""
    rows = campaign.signatures.counting().filter(anonymised_at__isnull=True)
    return rows.filter(updates=True) if only_updates else rows


def _letters(campaign: Campaign, only_updates: bool) -> QuerySet[CampaignLetter]:
    return campaign.letters.filter(state=CampaignLetter.State.CONFIRMED, anonymised_at__isnull=True)


SIGNATURES = Table(
    _named(
        Column("given_at_utc", _("When it was given"), F("created_at"), usual=True, is_time=True),
        Column("confirmed_at_utc", _("When it was confirmed"), F("confirmed_at"), is_time=True),
        Column("shown_as", _("Name, as shown"), F("public_name"), personal=True, usual=True),
        Column("shown_affiliation", _("Affiliation, as shown"), F("public_affiliation"), personal=True, usual=True),
        Column("shown_reason", _("Reason, as shown"), F("public_reason"), personal=True),
        Column("area", _("Constituency"), Coalesce(F("area__name"), Value("")), usual=True),
        Column("country", _("Country"), F("country"), usual=True, is_free=False),
        Column("display", _("How they wish to be shown"), F("display"), is_free=False),
        Column("updates", _("Whether they want news"), _yes(updates=True), is_free=False),
        Column("origin", _("Online or imported"), F("origin"), is_free=False),
        Column("came_from", _("Where they came from"), F("came_from")),
        Column("wording", _("Which wording they signed"), _WORDING, usual=True, is_free=False),
        Column("name", _("Name, also of those who are not shown"), F("name"), personal=True, encrypted=True),
        Column("email", _("Email address"), F("email"), personal=True, encrypted=True),
        Column("postcode", _("Postcode"), F("postcode"), personal=True, encrypted=True),
        Column("affiliation", _("Affiliation"), F("affiliation"), personal=True, encrypted=True),
        Column("reason", _("Reason"), F("reason"), personal=True, encrypted=True),
    ),
    _signatures,
)
_WAY = Case(
    When(by_hand=True, then=Value("by hand")),
    When(to_merge=True, then=Value("merged")),
    default=Value("email"),
    output_field=CharField(),
)
LETTERS = Table(
    _named(
        Column("written_at_utc", _("When it was written"), F("created_at"), usual=True, is_time=True),
        Column("confirmed_at_utc", _("When it was confirmed"), F("confirmed_at"), is_time=True),
        Column("to", _("To whom"), F("letter__recipient_name"), usual=True),
        Column("seat", _("Their seat"), Coalesce(F("representative__constituency__name"), Value("")), usual=True),
        Column("way", _("How it goes"), _WAY, usual=True),
        Column(
            "email_state",
            _("What became of its email"),
            Coalesce(F("outgoing__state"), F("merged__outgoing__state"), Value("")),
            usual=True,
        ),
        Column("handed_over_at_utc", _("When it was handed over"), F("handed_over_at"), is_time=True),
        Column("posted_at_utc", _("When its writer posted it"), F("printed_at"), is_time=True),
        Column("answer", _("Whether they answered"), F("answer")),
        Column("own_words", _("Their own words, in percent"), Cast(F("own_share"), CharField())),
        Column("wording", _("Which wording it was written from"), _WORDING),
        Column("name", _("Who wrote it"), F("letter__sender_name"), personal=True, encrypted=True),
        Column("email", _("The writer’s email address"), F("email"), personal=True, encrypted=True),
    ),
    _letters,
)
TABLES = {"signatures": SIGNATURES, "letters": LETTERS}


def cells(job: jobs.Job, rows: QuerySet[Any], columns: Sequence[Column]) -> Iterator[list[str]]:
    """Row by row, as text. One query each chunk: on SQLite no write may follow in a query that is still open once
    another process has written."""
    values = {f"column_{number}": column.value for number, column in enumerate(columns)}
    listed = rows.order_by("pk").annotate(**values).values_list("pk", *values)
    done, total, last = 0, rows.count(), 0
    while chunk := list(listed.filter(pk__gt=last)[:CHUNK]):
        for row in chunk:
            yield [_text(value) for value in row[1:]]
        last = chunk[-1][0]
        done += len(chunk)
        job.progress(done, max(total, done))
    job.progress(done, done)


def _text(value: Any) -> str:
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M:%S}"
    return "" if value is None else str(value)
