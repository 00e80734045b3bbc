"""Lists for organisers, made by long work and kept for a few days in private storage."""

import csv
import io
from collections.abc import Iterator
from functools import partial

from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from config import job_files, jobs

from .models import Campaign, Signature, User

KIND = "signatures-csv"
PACK = "hand-over-pack"  # see packing: it holds names too
CHUNK = 1_000

COLUMNS = (
    "given_at",
    "state",
    "origin",
    "name",
    "email",
    "postcode",
    "country",
    "area",
    "affiliation",
    "reason",
    "display",
    "updates",
    "wording",
)
# What a spreadsheet takes for a formula (OWASP, CSV injection).
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe_cell(value: object) -> str:
    """The value as text that no spreadsheet runs: what begins like a formula gets an apostrophe in front."""
    text = "" if value is None else str(value)
    return "'" + text if text.startswith(_FORMULA) else text


def start(campaign: Campaign, owner: str) -> jobs.Job:
    return jobs.start(KIND, {"campaign": campaign.pk}, owner=owner)


def owner_of(campaign: Campaign, user: User | AnonymousUser) -> str:
    """Whose list it is: one campaign's, asked for by one account."""
    return f"campaign {campaign.pk} account {user.pk}"


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
def signatures_csv(job: jobs.Job) -> None:
    campaign = Campaign.objects.get(pk=job.parameters["campaign"])
    job.save_result(f"{campaign.slug}-signatures.csv", _lines(job, campaign))


def _lines(job: jobs.Job, campaign: Campaign) -> Iterator[bytes]:
    rows = campaign.signatures.counting().filter(anonymised_at__isnull=True)  # who has not confirmed is nobody's list
    rows = rows.select_related("area", "text").order_by("pk")
    done, total = 0, rows.count()
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(COLUMNS)
    for signatures in _chunks(rows):
        for signature in signatures:
            writer.writerow([safe_cell(value) for value in _cells(signature)])
        done += len(signatures)
        job.progress(done, max(total, done))
        yield buffer.getvalue().encode()
        buffer.seek(0)
        buffer.truncate()
    job.progress(done, done)
    yield buffer.getvalue().encode()


def _chunks(rows: models.QuerySet[Signature]) -> Iterator[list[Signature]]:
    """One query each: on SQLite no write may follow in a query that is still open once another process has written."""
    last = 0
    while chunk := list(rows.filter(pk__gt=last)[:CHUNK]):
        yield chunk
        last = chunk[-1].pk


def _cells(signature: Signature) -> tuple[object, ...]:
    return (
        signature.created_at.isoformat(timespec="seconds"),
        signature.state,
        signature.origin,
        signature.name,
        signature.email,
        signature.postcode,
        signature.country,
        signature.area.name if signature.area else "",
        signature.affiliation,
        signature.reason,
        signature.display,
        "yes" if signature.updates else "no",
        f"{signature.text.language} {signature.text.version}",
    )
