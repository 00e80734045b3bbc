"""The rows of the export: a million signatures as a CSV file, from a PostgreSQL of its own.

    python -m benchmarks.export maker

is the process that fills the database and writes the file, as the worker does, and the bare COPY in turn.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack

from . import servers
from .asking import Answers, answer, asked
from .harness import Benchmark, Figure, interleaved
from .server import PROC, peak_mib

ROUNDS = 3
ROWS = 1_000_000
MOST_MIB = 150
SEATS = 650
COLUMNS = ("given_at_utc", "confirmed_at_utc", "shown_as", "shown_affiliation", "area", "country", "updates", "wording")
# What differs from the one that all others are copies of.
DIFFERS = {
    "uuid": "gen_random_uuid()",
    "email_key": "''",
    "area_id": f"%s + (n %% {SEATS})",
    "public_name": "'Rosalind Ibrahim-' || n",
    "public_affiliation": "CASE WHEN n %% 4 = 0 THEN 'Teacher, Northtown' ELSE '' END",
    "updates": "n %% 3 = 0",
    "created_at": "now() - n * interval '1 second'",
    "confirmed_at": "now() - n * interval '1 second'",
}
# The same columns, as they are.
BARE = """
COPY (
    SELECT signature.created_at, signature.confirmed_at, public_name, public_affiliation, area.name, country, updates,
        text.language || ' ' || text.version
    FROM campaigns_signature AS signature
    JOIN campaigns_campaigntext AS text ON text.id = text_id
    LEFT JOIN letters_constituency AS area ON area.id = area_id
    WHERE signature.campaign_id = %s
) TO STDOUT (FORMAT csv)
"""


def export() -> Iterable[Figure]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-bench-"))
        database = stack.enter_context(servers.postgresql())
        surroundings = os.environ | {"DATABASE_URL": database, "VAR_DIR": folder}
        make = stack.enter_context(asked("export", "maker", surroundings))
        floors, measured = interleaved(ROUNDS, lambda: make(which="bare"), lambda: make(which="ours"))
    if {turn["rows"] for turn in [*floors, *measured]} != {ROWS}:
        raise RuntimeError(f"the floor wrote {floors[0]['rows']} rows, ours {measured[0]['rows']}")
    yield Figure(
        "export", "rows/s", [ROWS / turn["s"] for turn in measured], [ROWS / turn["s"] for turn in floors], 0.5
    )
    if PROC:
        peak = max(turn["peak_mib"] for turn in measured)
        yield Figure("export-memory", "MiB", [peak], [MOST_MIB], target=1)


def maker() -> Answers:
    import django  # not before it is asked

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    campaign = _filled()
    order = yield None
    while True:
        started = time.perf_counter()
        if order["which"] == "bare":
            rows = 0
            with connection.cursor() as cursor, cursor.copy(BARE, [campaign]) as copied:
                for line in copied:
                    rows += 1 if line else 0
        else:
            rows = _exported(campaign)
        order = yield {"s": time.perf_counter() - started, "rows": rows, "peak_mib": peak_mib(os.getpid())}


def _filled() -> int:
    """The campaign, and its million who signed."""
    from django.db import connection

    from campaigns.models import Signature
    from letters.models import Constituency
    from tests.campaigns.factories import make_campaign, make_signature
    from tests.letters.factories import make_legislature

    campaign = make_campaign(slug="export")
    pattern = make_signature(campaign, counted=True)
    legislature = make_legislature()
    seats = [Constituency(legislature=legislature, name=f"Seat {n}", code=f"E{n:08}") for n in range(SEATS)]
    first = min(seat.pk for seat in Constituency.objects.bulk_create(seats))
    with connection.cursor() as cursor:
        columns = [str(field.column) for field in Signature._meta.concrete_fields if not field.primary_key]
        values = ", ".join(DIFFERS.get(column, column) for column in columns)
        cursor.execute(
            f"INSERT INTO campaigns_signature ({', '.join(columns)}) SELECT {values} FROM campaigns_signature, "
            "generate_series(1, %s) AS n WHERE campaigns_signature.id = %s",
            [first, ROWS - 1, pattern.pk],
        )
        cursor.execute("VACUUM ANALYZE campaigns_signature")
    return campaign.pk


def _exported(pk: int) -> int:
    from campaigns import exports
    from campaigns.models import Campaign
    from config import jobs

    campaign = Campaign.objects.get(pk=pk)
    job = exports.start(campaign, f"campaign {pk} account 1", exports.Order("signatures", "csv", COLUMNS))
    jobs.drain()
    job.refresh_from_db()
    if job.state != jobs.State.DONE:
        raise RuntimeError(job.error)
    return job.done


BENCHMARKS = [Benchmark(("export", *(["export-memory"] if PROC else [])), export)]

if __name__ == "__main__":
    answer({"maker": maker}[sys.argv[1]]())
