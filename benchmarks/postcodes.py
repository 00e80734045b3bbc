"""The row of the postcodes: a table as large as the United Kingdom's, packed, into a durable PostgreSQL.

    python -m benchmarks.postcodes rows

is the process that stores them, both ways in turn.
"""

import gzip
import os
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice, product
from pathlib import Path
from typing import TYPE_CHECKING

from . import servers
from .asking import Answers, answer, asked
from .harness import Benchmark, Figure, interleaved

if TYPE_CHECKING:
    from letters.models import Legislature

ROUNDS = 3
ROWS = 1_733_408
WITHOUT = 27_754  # rows that lack the older set's code
SEATS = 650
LETTERS = "ABDEFGHJLNPQRSTUWXYZ"  # of the second half


def postcodes() -> Iterable[Figure]:
    """import_postcodes of the packed table, against COPY of what it stores to a temporary table and INSERT … SELECT.

    The floor is given the rows ready: unpacked, without spaces, with the constituencies' keys.
    """
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-bench-"))
        database = stack.enter_context(servers.postgresql())
        surroundings = os.environ | {"DATABASE_URL": database, "VAR_DIR": folder}
        store = stack.enter_context(asked("postcodes", "rows", surroundings))
        floors, measured = interleaved(ROUNDS, lambda: store(which="floor"), lambda: store(which="ours"))
    if {turn["rows"] for turn in [*floors, *measured]} != {2 * ROWS - WITHOUT}:
        raise RuntimeError(f"the floor stored {floors[0]['rows']} rows, ours {measured[0]['rows']}")
    yield Figure("postcodes", "s", [turn["s"] for turn in measured], [turn["s"] for turn in floors], 1.5)


def table() -> Iterator[tuple[str, str, str]]:
    """Sorted, as publishers have them: a postcode and its two codes."""
    halves = product("BCDEGHLMNPRSTW", "ABCEHLNRST", range(1, 10), "0123456789", LETTERS, LETTERS)
    for row, (one, two, district, sector, three, four) in enumerate(islice(halves, ROWS)):
        seat = row * SEATS // ROWS
        old = "" if row < WITHOUT else f"E{14000530 + seat}"
        yield f"{one}{two}{district} {sector}{three}{four}", old, f"E{14001063 + seat}"


def rows() -> Answers:
    import django  # when the settings are there

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from letters.directory.postcodes import import_postcodes
    from letters.models import Legislature, Postcode

    call_command("migrate", verbosity=0, interactive=False)
    commons = Legislature.objects.create(slug="commons", name="Commons", country="GB", boundary_set="2024")
    file = packed(Path(os.environ["VAR_DIR"]))
    lines = ready(commons)
    ways = {"floor": lambda: copied(lines), "ours": lambda: import_postcodes(file, commons)}
    order = yield None
    while True:
        with connection.cursor() as cursor:
            cursor.execute("TRUNCATE letters_postcode")
            cursor.execute("CHECKPOINT")
        started = time.perf_counter()
        ways[order["which"]]()
        took = time.perf_counter() - started
        order = yield {"s": took, "rows": Postcode.objects.count()}


def packed(folder: Path) -> Path:
    file = folder / "postcodes.csv.gz"
    with gzip.open(file, "wt", compresslevel=1) as output:
        output.write("postcode,pcon2010,pcon2024\n")
        output.writelines(f"{','.join(row)}\n" for row in table())
    return file


def ready(commons: "Legislature") -> bytes:
    from letters.directory.areas import with_missing

    sets = {"2010": {old for _, old, _ in table() if old}, "2024": {new for *_, new in table()}}
    old_keys, new_keys = (with_missing(commons, name, codes)[0] for name, codes in sets.items())
    return "".join(
        f"{postcode.replace(' ', '')}\t{key}\n"
        for postcode, old, new in table()
        for key in (old_keys.get(old), new_keys[new])
        if key
    ).encode()


def copied(lines: bytes) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE ready (postcode varchar(10), constituency_id bigint) ON COMMIT DROP")
        with cursor.copy("COPY ready FROM STDIN") as copy:
            for start in range(0, len(lines), 1 << 20):
                copy.write(lines[start : start + (1 << 20)])
        cursor.execute("INSERT INTO letters_postcode (postcode, constituency_id) SELECT * FROM ready")


BENCHMARKS = [Benchmark(("postcodes",), postcodes)]

if __name__ == "__main__":
    answer({"rows": rows}[sys.argv[1]]())
