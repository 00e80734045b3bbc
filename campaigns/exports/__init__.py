"""What owners export: lists of signatures and of letters, and the whole campaign, made by long work and kept for a
few days in private storage."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import partial
from typing import Literal

from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.utils import timezone

from campaigns import logbook
from campaigns.models import Campaign, User
from config import job_files, jobs

from . import fast, spreadsheet, tables, whole
from .cells import csv_lines, safe_cell

__all__ = ["KIND", "PACK", "Order", "ask", "asked_by", "discard", "note_downloaded", "owner_of", "safe_cell", "start"]

KIND = "campaign-export"
PACK = "hand-over-pack"  # see packing: it holds names too
What = Literal["signatures", "letters", "whole"]
Format = Literal["csv", "xlsx", "json"]


@dataclass(frozen=True)
class Order:
    """What somebody asked for. `columns` are names of the table's; of the whole campaign, those of its signatures, and
    none: no signature is in it."""

    what: What
    format: Format
    columns: tuple[str, ...] = ()
    only_updates: bool = False  # those alone who asked for news

    @classmethod
    def of(cls, job: jobs.Job) -> "Order":
        found = {name: job.parameters[name] for name in ("what", "format", "columns", "only_updates")}
        return cls(**found | {"columns": tuple(found["columns"])})


def start(campaign: Campaign, owner: str, order: Order) -> jobs.Job:
    return jobs.start(KIND, {"campaign": campaign.pk, **asdict(order)}, owner=owner)


@transaction.atomic
def ask(campaign: Campaign, user: User | AnonymousUser, order: Order) -> jobs.Job:
    """For somebody at the workspace: what was asked for stands in the log."""
    job = start(campaign, owner_of(campaign, user), order)
    logbook.note(campaign.organisation, user, "export.asked", campaign, **_told(order))
    return job


def note_downloaded(campaign: Campaign, user: User | AnonymousUser, job: jobs.Job) -> None:
    logbook.note(campaign.organisation, user, "export.downloaded", campaign, **_told(Order.of(job)))


def _told(order: Order) -> dict[str, str]:
    return {"what": order.what, "format": order.format, "columns": ", ".join(order.columns) or "–"}


def owner_of(campaign: Campaign, user: User | AnonymousUser) -> str:
    """Whose list it is: one campaign's, asked for by one account."""
    return f"campaign {campaign.pk} account {user.pk}"


def asked_by(campaign: Campaign, user: User | AnonymousUser) -> "jobs.JobQuerySet":
    return jobs.Job.objects.filter(kind=KIND, owner=owner_of(campaign, user))


def discard(campaign_id: int, *kinds: str) -> None:
    """Somebody was erased: lists that hold them are deleted, and one that is being made begins anew."""
    made = jobs.Job.objects.filter(kind__in=kinds or (KIND, PACK), owner__startswith=f"campaign {campaign_id} ")
    anew = {"state": jobs.State.QUEUED, "lease_token": None, "lease_until": None, "attempts": 0}
    begun = made.filter(state__in=jobs.OPEN_STATES)
    begun.update(**anew)
    for job in begun.values_list("uuid", flat=True):
        transaction.on_commit(partial(job_files.delete_parts, job), robust=True)
    if made.filter(state=jobs.State.DONE).update(expires_at=timezone.now()):
        transaction.on_commit(lambda: jobs.expire(timezone.now()), robust=True)


@jobs.handler(KIND)
def make(job: jobs.Job) -> None:
    campaign = Campaign.objects.select_related("organisation").get(pk=job.parameters["campaign"])
    order = Order.of(job)
    name = campaign.slug if order.what == "whole" else f"{campaign.slug}-{order.what}"
    filename = f"{name}-{timezone.localdate().isoformat()}.{order.format}"
    job.save_result(filename, _content(job, campaign, order))


def _content(job: jobs.Job, campaign: Campaign, order: Order) -> Iterator[bytes]:
    if order.what == "whole":
        return whole.json_of(job, campaign, order.columns, order.only_updates)
    table = tables.TABLES[order.what]
    columns = [table.columns[name] for name in order.columns]
    rows = table.of(campaign, order.only_updates)
    if order.format == "csv" and fast.possible(columns):
        return fast.csv_lines(job, rows, columns)
    cells = tables.cells(job, rows, columns)
    heads = [column.name for column in columns]
    return spreadsheet.pieces(heads, cells) if order.format == "xlsx" else csv_lines(heads, cells)
