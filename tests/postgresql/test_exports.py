"""The file that PostgreSQL writes by itself is the one that we would write."""

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns import exports
from campaigns.exports import fast, tables
from campaigns.models import Campaign, Signature
from config import jobs
from tests.campaigns.factories import make_campaign, make_signature

pytestmark = pytest.mark.django_db(transaction=True)  # the file is written on a connection of its own
PLAIN = tuple(column.name for column in tables.SIGNATURES.columns.values() if not column.encrypted)
AWKWARD = (
    "=1+1",
    "+44",
    "-1",
    "@cmd",
    "\t=1",
    "\r=1",
    "\n=1",
    "a,b",
    'a"b',
    "a\nb",
    "a\r\nb",
    " ",
    "\\.",
    "'",
    "ع",
    "%s",
)


@pytest.fixture
def campaign() -> Campaign:
    campaign = make_campaign(slug="library")
    for number, name in enumerate(AWKWARD):
        signature = make_signature(campaign, updates=bool(number % 2))
        shown = {"public_name": name, "public_affiliation": name, "public_reason": name, "came_from": name}
        at = datetime(2026, 3, 29, 0, 59, 59, 999_999 * (number % 2), tzinfo=UTC)
        Signature.objects.filter(pk=signature.pk).update(**shown, created_at=at, confirmed_at=at)
    make_signature(campaign, display="none")
    return campaign


def read(campaign: Campaign) -> list[list[str]]:
    job = exports.start(campaign, "campaign 1 account 1", exports.Order("signatures", "csv", PLAIN))
    jobs.drain()
    job.refresh_from_db()
    assert (job.state, job.done) == (jobs.State.DONE, len(AWKWARD) + 1)
    with job.open_result() as file:
        return list(csv.reader(io.StringIO(file.read().decode("utf-8-sig"), newline="")))


def test_both_ways_write_the_same_cells(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    copied = read(campaign)
    monkeypatch.setattr(fast, "possible", lambda columns: False)
    written = read(campaign)
    assert copied[0] == written[0] and sorted(copied) == sorted(written)
    assert [row[PLAIN.index("shown_as")] for row in written[1:4]] == ["'=1+1", "'+44", "'-1"]


def test_it_is_copied_where_nothing_is_encrypted_and_nowhere_else() -> None:
    columns = tables.SIGNATURES.columns
    assert fast.possible([columns["shown_as"], columns["area"]])
    assert not fast.possible([columns["shown_as"], columns["name"]])


def test_a_lease_that_is_lost_ends_the_copying(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fast, "PIECE", 1)
    monkeypatch.setattr(jobs, "RENEW_EVERY", 0)
    job = exports.start(campaign, "campaign 1 account 1", exports.Order("signatures", "csv", PLAIN))
    rows: Any = tables.SIGNATURES.of(campaign, False)
    lines = fast.csv_lines(job, rows, [tables.SIGNATURES.columns["shown_as"]])
    next(lines)
    with pytest.raises(jobs.LeaseLost):
        list(lines)
