"""`make attack`: tries everything of the list against a site of its own, and says what happened.

ONLY=race,link tries some kinds; WRITE=1 puts the table into docs/attack-log.md. Exits with 1 when something did not
hold.
"""

import os
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime

from .attempts import LIST, Broken, Entry
from .target import ROOT, Target, running

LOG = ROOT / "docs" / "attack-log.md"
BEGIN, END = "<!-- the table: make attack WRITE=1 -->\n", "<!-- end of the table -->\n"


def tried(target: Target, entry: Entry) -> tuple[str, str]:
    target.errors.clear()
    try:
        seen = entry.attempt(target)
        return (
            ("**NOT HELD**", f"{seen}; {len(target.errors)} × 500: {target.errors[0]}")
            if target.errors
            else ("held", seen)
        )
    except Broken as broken:
        return "**NOT HELD**", str(broken)
    except Exception as error:  # an attempt that cannot be made is not one that was held
        traceback.print_exc()
        return "**not tried**", f"{type(error).__name__}: {error}"[:200]


def lines(target: Target, chosen: list[Entry]) -> Iterator[str]:
    yield "| | kind | what was tried | what must come of it | what happened |\n|---|---|---|---|---|\n"
    for number, entry in enumerate(chosen, start=1):
        held, seen = tried(target, entry)
        print(f"{number:>3} {held:>12}  {entry.kind}: {entry.tried}: {seen}", flush=True)
        cells = [
            cell.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;") for cell in (entry.tried, entry.must, seen)
        ]
        yield f"| {number} | {entry.kind} | {cells[0]} | {cells[1]} | {held}: {cells[2]} |\n"


def main() -> int:
    only = [word for word in os.environ.get("ONLY", "").split(",") if word]
    write = bool(os.environ.get("WRITE"))
    with running() as target:
        # Only now, for they read the settings of what was just started.
        from . import accounts, files, forms, forged, http_itself, overrunning  # noqa: F401, I001
        from . import links_that_act, organisers, races, timing  # noqa: F401

        chosen = [entry for entry in LIST if not only or entry.kind in only]
        print(f"{len(chosen)} attempts on {target.stands_on}, granian as in production", flush=True)
        table = list(lines(target, chosen))
    broken = sum("**" in line for line in table)
    told = f"{datetime.now(UTC):%d %B %Y}: {len(chosen)} attempts on {target.stands_on}; {broken} not held.\n\n"
    print(told)
    if write:
        before, _, rest = LOG.read_text(encoding="utf-8").partition(BEGIN)
        after = rest.partition(END)[2]
        LOG.write_text(f"{before}{BEGIN}\n{told}{''.join(table)}\n{END}{after}", encoding="utf-8")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
