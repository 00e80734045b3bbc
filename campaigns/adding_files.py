"""Signatories from a table: its columns and first rows are shown before anything is stored; then a worker reads it.

In between the file is a part of a job that nobody runs, encrypted, and goes with it after an hour; it goes too when the
work has ended, however it ended. Each batch of rows is stored whole. A worker that is killed goes on where it stopped:
what a line became has a number made of the job's and the line's.
"""

import csv
import io
import itertools
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.contrib.auth.models import AnonymousUser
from django.db import IntegrityError, models, transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from config import crypto, job_files, jobs
from letters.directory.reading import columns as headers
from letters.directory.reading import files, tables
from letters.directory.reading.found import BadFile, folded

from . import adding, logbook
from .adding import Person, Refused
from .exports import safe_cell
from .models import Campaign, CampaignText, ConsentWording, Signature, User

KIND = "signatory-file"
KEPT = timedelta(hours=1)
LARGEST_FILE, MOST_ROWS, MOST_COLUMNS = 20_000_000, 200_000, 60
PIECE = 1 << 20
BATCH = 500
SHOWN_ROWS, EXAMPLES, TOLD = 8, 3, 50

# What a column may be. Of an affiliation and a place there may be several, one after the other.
FIELDS = ("", "name", "given_name", "family_name", "affiliation", "place", "email")
_READS_AS = {
    **{field: field for field in ("name", "given_name", "family_name", "email")},
    "titled_name": "name",
    "sort_name": "name",
    "role": "affiliation",
    "party": "affiliation",
    "constituency": "place",
    "region": "place",
    "address": "place",
    "country": "place",
}
# Beside those by which a directory is read: what lists of signatories call it.
_WORDS = {
    "affiliation": "affiliation affiliations organisation organization institution institute employer company "
    "profession occupation job position title function beruf funktion institution organisme fonction métier "
    "organización cargo profesión الصفة المنظمة المؤسسة المهنة الانتماء",
    "place": "place city town location residence ort wohnort stadt ville lieu ciudad lugar المكان المدينة البلد",
    "name": "signatory signatories signer supporter الاسم الموقع",
    "email": "البريد الإيميل",
}
_MEANS = {folded(word): field for field, words in _WORDS.items() for word in words.split()}


class Gone(Exception):
    """The file was read in already, or waited for too long."""


@dataclass(frozen=True)
class Column:
    name: str
    field: str
    examples: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    columns: list[Column]
    first: list[tuple[int, list[str]]]  # rows as they stand in the file, each with its line
    rows: int
    notes: list[str]


# Kept until it is confirmed


def keep(owner: str, content: bytes) -> jobs.Job:
    """Looks at the whole file, and keeps it for an hour. Raises BadFile."""
    header, rows, notes = _opened(content)
    if len(header) > MOST_COLUMNS:
        raise BadFile(_("The table has more than %(most)s columns.") % {"most": MOST_COLUMNS})
    n = sum(1 for _row in itertools.islice(rows, MOST_ROWS + 1))
    if n > MOST_ROWS:
        raise BadFile(_("The file has more than %(most)s lines. Cut it into several.") % {"most": f"{MOST_ROWS:,}"})
    if not n:
        raise BadFile(_("There is nobody in this file: below its headings stands no line."))
    now = timezone.now()
    kept = {"rows": n, "notes": notes}
    times = {"ended_at": now, "expires_at": now + KEPT}
    job = jobs.Job(kind=KIND, owner=owner, state=jobs.State.DONE, parameters=kept | {"waits": True}, **times)
    job_files.save_part(job.uuid, "file", b"\n".join(_sealed(content)))
    job.save()
    return job


def _sealed(content: bytes) -> Iterator[bytes]:
    for start in range(0, len(content), PIECE):
        yield crypto.encrypt(content[start : start + PIECE].decode("latin-1")).encode()


def _content(job: jobs.Job) -> bytes:
    """Raises Gone."""
    file = job.open_part("file")
    if file is None:
        raise Gone
    with file:
        return b"".join(crypto.decrypt(line.decode().rstrip("\n")).encode("latin-1") for line in file)


def _opened(content: bytes) -> tuple[list[str], Iterator[tuple[int, list[str]]], list[str]]:
    """The headings, the rows, and what is to be said of the file. Raises BadFile."""
    found = next(files.documents([content], "csv"), None)
    if found is None:
        raise BadFile(_("There is no table in it."))
    header, rows = tables.opened(found)
    return header, _without_headings(header, rows), found.notes


def _without_headings(header: Sequence[str], rows: Iterator[tuple[int, list[str]]]) -> Iterator[tuple[int, list[str]]]:
    """A page of a long table may have them again, and so may its second line."""
    said = [cell.casefold() for cell in header]

    def is_heading(cells: Sequence[str]) -> bool:  # mostly not, which the first cell tells
        same = (cell.strip().casefold() == name for cell, name in zip(cells, said, strict=False))
        return len(cells) == len(said) and all(same)

    return ((line, cells) for line, cells in rows if not is_heading(cells))


def waiting(job: jobs.Job) -> bool:
    still = job.expires_at is not None and job.expires_at > timezone.now()
    return job.state == jobs.State.DONE and bool(job.parameters.get("waits")) and still


def table(job: jobs.Job) -> Table:
    """What is in it, as far as it is shown. Raises Gone."""
    if not waiting(job):
        raise Gone
    header, rows, _notes = _opened(_content(job))
    first = list(itertools.islice(rows, 200))
    guessed = headers.guess(header, [cells for _line, cells in first])
    taken: Counter[str] = Counter()
    columns = []
    for at, column in enumerate(guessed):
        field = _MEANS.get(folded(column.name)) or _READS_AS.get(column.field, "")
        taken[field] += 1
        examples = dict.fromkeys(cell for _line, cells in first for cell in cells[at : at + 1] if cell.strip())
        once = field in ("affiliation", "place", "") or taken[field] == 1
        columns.append(Column(column.name, field if once else "", tuple(itertools.islice(examples, EXAMPLES))))
    return Table(columns, first[:SHOWN_ROWS], job.parameters["rows"], job.parameters["notes"])


# Confirmed: for a worker


@dataclass(frozen=True)
class Order:
    """What is to become of the file. `fields`: one of FIELDS for each column. `skip`: so many rows are headings too."""

    fields: Sequence[str]
    skip: int
    on_top: bool


def start(
    job: jobs.Job, text: CampaignText, order: Order, wording: ConsentWording, user: User | AnonymousUser
) -> jobs.Job:
    """Raises Gone, also when it was confirmed a moment ago, and Refused."""
    with transaction.atomic():
        job = jobs.Job.objects.select_for_update().get(pk=job.pk)
        if not waiting(job):
            raise Gone
        rows = job.parameters["rows"]
        place = adding.next_place(text.campaign, max(0, rows - order.skip)) if order.on_top else None
        job.parameters = {
            "campaign": text.campaign_id,
            "text": text.pk,
            "wording": wording.pk,
            "user": user.pk,
            "language": translation.get_language(),
            "fields": list(order.fields),
            "skip": order.skip,
            "place": place,
            "rows": rows,
        }
        job.state, job.expires_at, job.ended_at, job.not_before = jobs.State.QUEUED, None, None, timezone.now()
        job.save()
        transaction.on_commit(jobs.nudge)
    return job


@jobs.handler(KIND)
def take_in(job: jobs.Job) -> None:
    with translation.override(job.parameters.get("language")):
        try:
            _TakingIn(job).run()
        except (Gone, BadFile) as error:
            raise jobs.JobError(str(error) or _("The file is gone. Choose it again.")) from error


class _TakingIn:
    def __init__(self, job: jobs.Job) -> None:
        self.job, asked = job, job.parameters
        self.text = CampaignText.objects.select_related("campaign__organisation").get(pk=asked["text"])
        self.wording = ConsentWording.objects.get(pk=asked["wording"])
        self.fields, self.skip, self.place = asked["fields"], asked["skip"], asked["place"]
        self.rejected: list[tuple[int, str]] = []
        self.seen: dict[object, int] = {}
        self.added = 0

    def run(self) -> None:
        header, rows, _notes = _opened(_content(self.job))
        width, done, total = len(header), 0, self.job.parameters["rows"]
        rows = itertools.islice(rows, self.skip, None)
        numbered = enumerate(rows)
        while batch := list(itertools.islice(numbered, BATCH)):
            people = [(at, line, self._read(line, cells, width)) for at, (line, cells) in batch]
            self._store([(at, line, one) for at, line, one in people if one is not None])
            done += len(batch)
            self.job.progress(done, max(total, done))
        self._tell()

    def _read(self, line: int, cells: list[str], width: int) -> Person | None:
        while len(cells) > width and not cells[-1].strip():
            cells = cells[:-1]
        if len(cells) != width:
            self._reject(line, _("Cells: %(some)s, in the header: %(all)s.") % {"some": len(cells), "all": width})
            return None
        try:
            one = person_of(self.fields, cells)
        except Refused as error:
            self._reject(line, str(error))
            return None
        for key in (one.key, crypto.normalised_address(one.email) if one.email else one.key):
            if self.seen.setdefault(key, line) != line:
                self._reject(line, _("The same person as in line %(line)s.") % {"line": self.seen[key]})
                return None
        return one

    def _reject(self, line: int, why: str) -> None:
        self.rejected.append((line, why))

    def _store(self, people: Sequence[tuple[int, int, Person]]) -> None:
        try:
            self._store_at_once(people)
        except IntegrityError:  # somebody signed online in between
            self._store_at_once(people)

    def _store_at_once(self, people: Sequence[tuple[int, int, Person]]) -> None:
        numbers = {line: uuid.uuid5(self.job.uuid, str(line)) for _at, line, _one in people}
        refused: list[tuple[int, str]] = []
        with transaction.atomic():
            Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=self.text.campaign_id)
            kept = set(Signature.objects.filter(uuid__in=numbers.values()).values_list("uuid", flat=True))
            new = [one for one in people if numbers[one[1]] not in kept]
            there = adding.already_there(self.text.campaign, [one for _at, _line, one in new])
            made = []
            for at, line, one in new:
                if why := there.get(one):
                    refused.append((line, why))
                else:
                    place = self.place + at if self.place is not None else None
                    made.append(adding.signature(self.text, one, self.wording, place, numbers[line]))
            Signature.objects.bulk_create(made)
        self.rejected += refused
        self.added += len(made) + len(kept)

    def _tell(self) -> None:
        """What became of the lines: told once, with the numbers that the page shows."""
        self.rejected.sort()
        if self.rejected:
            self.job.save_result("lines-not-added.csv", _as_table(self.rejected))
        asked = self.job.parameters
        outcome = {"added": self.added, "rejected": len(self.rejected), "told": self.rejected[:TOLD]}
        with transaction.atomic():
            mine = jobs.Job.objects.filter(pk=self.job.pk, lease_token=self.job.lease_token)
            if not mine.update(parameters=asked | {"outcome": outcome}):
                raise jobs.LeaseLost(str(self.job.uuid))
            if "outcome" not in asked:
                user = User.objects.filter(pk=asked["user"]).first()
                campaign = self.text.campaign
                logbook.note(campaign.organisation, user, "signatories.added", campaign, n=self.added)


def _as_table(rejected: Iterable[tuple[int, str]]) -> Iterator[bytes]:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow((_("line"), _("why")))
    for line, why in rejected:
        writer.writerow((line, safe_cell(why)))
    yield text.getvalue().encode("utf-8-sig")


def person_of(fields: Sequence[str], cells: Sequence[str]) -> Person:
    """Raises Refused."""
    said: dict[str, list[str]] = {}
    for field, cell in zip(fields, cells, strict=True):
        if field and (text := _unguarded(cell).strip()):
            said.setdefault(field, []).append(text)
    parts = [*said.get("given_name", ()), *said.get("family_name", ())]
    return adding.person(
        name=" ".join(said.get("name") or parts),
        affiliation=", ".join(said.get("affiliation", ())),
        place=", ".join(said.get("place", ())),
        email=" ".join(said.get("email", ())),
    )


def _unguarded(cell: str) -> str:
    """Without the apostrophe that our own tables put before what a spreadsheet would run."""
    return cell[1:] if cell[:1] == "'" and cell[1:2] and safe_cell(cell[1:]) == cell else cell


def check_fields(fields: Sequence[str], names: Mapping[int, str]) -> None:
    """Raises Refused where no name would come of them."""
    counted = Counter(fields)
    if not counted["name"] and not (counted["given_name"] or counted["family_name"]):
        raise Refused(_("Say which column holds the names."))
    for field in ("name", "given_name", "family_name", "email"):
        if counted[field] > 1:
            both = ", ".join(f"“{names[at]}”" for at, one in enumerate(fields) if one == field)
            raise Refused(_("These columns are taken for the same: %(columns)s. Choose one.") % {"columns": both})


def begun(campaign: Campaign, owner: str) -> models.QuerySet[jobs.Job]:
    """Files of one account for one campaign, newest first."""
    return jobs.Job.objects.filter(kind=KIND, owner=owner).order_by("-pk")
