"""`make bench`: measures, prints a table with a ratio beside each figure, and writes benchmarks/results.json."""

import os
import signal
import sys
import time
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path

from . import bulk, dashboard, export, growth, letters, mail, material, pack, postcodes, proxied, storm, web
from .harness import Figure, chosen, table, words, write
from .installation import installed

BENCHMARKS = [
    *web.BENCHMARKS,
    *proxied.BENCHMARKS,
    *storm.BENCHMARKS,
    *letters.BENCHMARKS,
    *bulk.BENCHMARKS,
    *mail.BENCHMARKS,
    *pack.BENCHMARKS,
    *postcodes.BENCHMARKS,
    *material.BENCHMARKS,
    *dashboard.BENCHMARKS,
    *export.BENCHMARKS,
    *growth.BENCHMARKS,
]
RESULTS = Path(__file__).parent / "results.json"


def main() -> int:
    names = ", ".join(row for benchmark in BENCHMARKS for row in benchmark.rows)
    about = f"ONLY=page,sign in the surroundings measures the rows that begin so. There are: {names}"
    ArgumentParser("python -m benchmarks", description=__doc__, epilog=about).parse_args()
    wanted = words(os.environ.get("ONLY", ""))
    try:
        benchmarks = chosen(BENCHMARKS, wanted)
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))  # and nothing is left behind
    started = time.monotonic()
    figures: list[Figure] = []
    failed = []
    with ExitStack() as stack:
        if not all(benchmark.alone for benchmark in benchmarks):
            try:
                stack.enter_context(installed())
            except RuntimeError as error:  # of what it needs something is absent
                print(error, file=sys.stderr)
                return 2
            print(f"An installation is ready after {time.monotonic() - started:.0f} s.", flush=True)
        for benchmark in benchmarks:
            print(f"Measuring {', '.join(benchmark.rows)}.", flush=True)
            try:
                figures += benchmark.figures(wanted)
            except Exception as error:  # the other rows are still worth having
                failed.append(f"{benchmark.rows[0]}: {type(error).__name__}: {error}")
    print(f"\n{table(figures)}\n")
    write(figures, RESULTS)
    print(f"Took {time.monotonic() - started:.0f} s on {os.cpu_count()} processors. Written to {RESULTS.name}.")
    for failure in failed:
        print(f"Failed: {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
