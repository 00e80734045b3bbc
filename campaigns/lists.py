"""An organisation's own lists of people to write to: each is a legislature of the kind `list`, read from a table.

A file goes two steps: its columns are shown before they are trusted, then it is read. In between it is kept, encrypted,
as the parameters of a job that no worker runs and that expires by itself; once it is read, only the outcome stays.
"""

import csv
import io
import uuid
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from config import jobs
from letters.directory import importing
from letters.directory.contact import NOBODY, reaches_nobody, usable_address
from letters.directory.importing import BadFile, Column
from letters.models import Legislature, Representative

from .exports import safe_cell
from .models import Campaign, Organisation

KIND = "list-file"
KEPT = timedelta(hours=1)
LARGEST_FILE, MOST_PEOPLE, MOST_COLUMNS = 2_000_000, 5_000, 80

# In the order of an exported table; the names are those that an import knows.
EXPORTED = (
    *("name", "given_name", "family_name", "honorific_prefix", "honorific_suffix", "gender", "role", "party"),
    *("constituency", "email", "address", "contact_form", "salutation"),
)


class Gone(Exception):
    """The file was read in already, or waited for too long."""


class InUse(Exception):
    def __init__(self, campaigns: list[str]) -> None:
        super().__init__()
        self.campaigns = campaigns


@dataclass(frozen=True)
class Line:
    """One list, and how many are on it today."""

    list: Legislature
    people: int
    by_post: int


def open_to(organisations: Iterable[Organisation]) -> models.QuerySet[Legislature]:
    """What their campaigns may write to: every parliament and council, and of the lists, their own."""
    owned = Organisation.lists.through.objects.filter(organisation__in=organisations).values("legislature")
    return Legislature.objects.filter(~Q(kind=Legislature.Kind.LIST) | Q(pk__in=owned))


def of(organisation: Organisation) -> models.QuerySet[Legislature]:
    return organisation.lists.filter(kind=Legislature.Kind.LIST)


def serving(list: Legislature) -> models.QuerySet[Representative]:
    return Representative.objects.serving(timezone.localdate()).filter(legislature=list)


def lines(organisation: Organisation) -> list[Line]:
    found = [*of(organisation)]
    people = Representative.objects.serving(timezone.localdate()).filter(legislature__in=found)
    counts = people.order_by().values("legislature").annotate(all=models.Count("pk"), unmailed=_unmailed())
    by_list = {row["legislature"]: (row["all"], row["unmailed"]) for row in counts}
    return [Line(one, *by_list.get(one.pk, (0, 0))) for one in found]


def _unmailed() -> models.Count:
    return models.Count("pk", filter=Q(email=""))


# A file, from being given to being read


def keep(owner: str, content: bytes, list: Legislature | None, name: str, country: str) -> jobs.Job:
    """Keeps the file until its columns are confirmed. Raises BadFile."""
    columns = importing.guess(content)
    if len(columns) > MOST_COLUMNS:
        raise BadFile(_("The table has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    kept = {"list": list.pk if list else None, "name": name, "country": country}
    now = timezone.now()
    return jobs.Job.objects.create(
        kind=KIND,
        owner=owner,
        state=jobs.State.DONE,
        parameters=kept | {"content": b64encode(content).decode()},
        ended_at=now,
        expires_at=now + KEPT,
    )


def owner_of(organisation: Organisation, actor: str) -> str:
    return f"organisation {organisation.pk} {actor}"


def content_of(job: jobs.Job) -> bytes:
    """Raises Gone."""
    if job.expires_at is None or job.expires_at <= timezone.now() or "content" not in job.parameters:
        raise Gone
    return b64decode(job.parameters["content"])


def columns_of(job: jobs.Job) -> list[Column]:
    """What each column is taken for. In a demonstration the addresses among the examples reach nobody. Raises Gone."""
    columns = importing.guess(content_of(job))
    if not settings.DEMONSTRATION:
        return columns
    return [Column(one.name, one.field, tuple(_harmless(example) for example in one.examples)) for one in columns]


def _harmless(example: str) -> str:
    address = usable_address(example)
    return f"…@{NOBODY}" if address and not reaches_nobody(address) else example


def read_in(job: jobs.Job, organisation: Organisation, mapping: Mapping[str, str]) -> Legislature:
    """Who is in the file is on the list; who was on it and is not in the file no longer is. All of it or nothing.

    What became of each line is kept with the job instead of the file. Raises Gone and BadFile.
    """
    with transaction.atomic():
        job = jobs.Job.objects.select_for_update().get(pk=job.pk)
        content, asked = content_of(job), job.parameters
        found = _list_of(organisation, asked)
        summary = importing.import_representatives([content], found, format="csv", mapping=mapping)
        if not summary.people:
            raise BadFile(_("Nobody was found in this file. Look at what its columns are taken for."))
        if summary.people + len(summary.rejected) > MOST_PEOPLE:
            raise BadFile(_("The file has more than %(most)s people.") % {"most": MOST_PEOPLE})
        job.parameters = {"list": found.pk, "summary": summary.as_data()}
        job.save(update_fields=["parameters"])
    return found


def _list_of(organisation: Organisation, asked: Mapping[str, Any]) -> Legislature:
    if asked["list"] is not None:
        found = of(organisation).filter(pk=asked["list"]).first()
        if found is None:
            raise Gone
        return found
    made = Legislature.objects.create(
        slug=f"list-{uuid.uuid4().hex[:16]}",
        name=asked["name"],
        kind=Legislature.Kind.LIST,
        country=asked["country"],
    )
    organisation.lists.add(made)
    return made


# What else may be done with one


def campaigns_with(list: Legislature) -> models.QuerySet[Campaign]:
    people = Representative.objects.filter(legislature=list)
    told = Q(letter_variants__legislature=list) | Q(letter_variants__instead__in=people)
    named = Q(letter_variants__representative__in=people) | Q(hand_ins__representative__in=people)
    return Campaign.objects.filter(Q(legislature=list) | Q(also_to=list) | told | named).distinct()


def rename(list: Legislature, name: str) -> None:
    list.name = name
    list.save(update_fields=["name"])


def delete(organisation: Organisation, list: Legislature) -> None:
    """Raises InUse. Where the operator gave it to another organisation too, that one keeps it."""
    with transaction.atomic():
        if campaigns := sorted(campaigns_with(list).filter(organisation=organisation).values_list("slug", flat=True)):
            raise InUse(campaigns)
        organisation.lists.remove(list)
        shared = Organisation.lists.through.objects.filter(legislature=list).exists()
        if not shared and not campaigns_with(list).exists():
            list.delete()


def exported(list: Legislature) -> bytes:
    """Who is on it today, as a table that can be changed and given again."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(EXPORTED)
    for one in serving(list).select_related("constituency", "legislature").order_by("name", "pk"):
        writer.writerow([safe_cell(cell) for cell in _cells(one)])
    return text.getvalue().encode("utf-8-sig")  # spreadsheets take the mark for a sign of UTF-8


def _cells(one: Representative) -> Iterator[object]:
    for name in EXPORTED:
        yield one.reachable_address if name == "email" else getattr(one, name)
