"""The storm: for 60 s (STORM_SECONDS) people read, sign and confirm, while counts are folded and the mail goes out.

All is as on one server: PostgreSQL, Redis, the web server by its unit, the sweeper, a worker for each queue, mail to a
server of the test. Afterwards the ledger of the people (storming.py), the database and that mail server's journal must
say the same of each signature: none is lost, none is double, each is told of once, and the count is exact.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from tests import services

from . import servers
from .asking import Ask, asked
from .harness import Benchmark, Figure
from .installation import ROOT, settings_of, temporary_folder
from .server import Server, reported_by
from .sink import Sink
from .storming import StormOrder
from .web import OURS, forms_of, some_postcodes

SECONDS = float(os.environ.get("STORM_SECONDS", "60"))
DRAINS_WITHIN, FOLDS_WITHIN = 180.0, 30.0  # seconds, after the storm


def storm() -> Iterable[Figure]:
    with ExitStack() as stack:
        folder = stack.enter_context(temporary_folder())
        journal = folder / "mail"
        journal.touch()
        sink = stack.enter_context(Sink(journal))
        environment = {
            **settings_of(folder, {"DATABASE_URL": stack.enter_context(servers.postgresql())}),
            **stack.enter_context(servers.redis()),
            "SMTP_URL": f"smtp://127.0.0.1:{sink.port}",
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }
        books = stack.enter_context(asked("books", "keeper", environment))
        books(prepare={})
        with Server(OURS, environment) as web, ExitStack() as others:
            start_the_others(others, folder, environment)
            forms = forms_of(web, books(campaigns={}))
            order = StormOrder(web.port, SECONDS, forms, some_postcodes(), str(journal))
            report = reported_by("benchmarks.storming", order)
            mailed_meanwhile = sink.took()[0]
            quiet(books)
        # Nothing moves any more.
        problems = report["errors"] + held_against(report, books(online={}), mails(journal))
        problems += [line for line in books(reconciled={}).splitlines() if "WRONG" in line]
    print(told(report, mailed_meanwhile), flush=True)
    if problems or report["wrong"]:
        raise RuntimeError("; ".join([f"{report['wrong']} wrong answers", *problems]))
    signs, minutes = report["answers"]["sign"], report["seconds"] / 60
    yield Figure("storm", "signatures/min", [len(report["signed"]) / minutes])
    yield Figure("storm-p50", "ms", [signs["p50"]])
    yield Figure("storm-p99", "ms", [signs["p99"]])


def start_the_others(stack: ExitStack, folder: Path, environment: dict[str, str]) -> None:
    """The sweeper, and a worker for each queue, as docs/deploying.md has them."""
    from config.celery import QUEUES

    commands = {"sweeper": [sys.executable, "manage.py", "sweep"]}
    commands |= {queue: [str(ROOT / "deploy" / "worker"), queue] for queue in QUEUES}
    for name, command in commands.items():
        stack.enter_context(services.running(command, folder / f"{name}.log", env=environment, cwd=ROOT))


def quiet(books: Ask) -> None:
    """Until all mail has gone and all is counted; or for a while: what still waits then is accounted for as waiting."""
    until = time.monotonic() + DRAINS_WITHIN
    while time.monotonic() < until and books(emails={}).keys() & {"queued", "leased", "handing"}:
        time.sleep(0.5)  # workers send it, and nothing tells us when they are done
    until = time.monotonic() + FOLDS_WITHIN
    while time.monotonic() < until and (found := books(rows={})) and found["counted"] != found["confirmed"]:
        time.sleep(0.5)  # as above, of the sweeper


def mails(journal: Path) -> Counter[int]:
    """How many emails came to each person."""
    recipients = (line.split()[0] for line in journal.read_text().splitlines())
    return Counter(int(recipient.split("@")[0].rpartition(".")[2]) for recipient in recipients)


def held_against(report: dict[str, Any], rows: dict[str, Any], mailed: Counter[int]) -> list[str]:
    """What does not fit. `rows` are as books.online gives them: of each signature its person, state and email's state;
    and what the campaigns' counts add up to, beside the signatures that are confirmed."""
    found: dict[int, tuple[str, str]] = {}
    of_each = Counter[int]()
    for number, state, email in rows["signatures"]:
        found[number] = state, email
        of_each[number] += 1
    signed, confirmed = Counter(report["signed"]), set(report["confirmed"])
    wrong = {
        "signatures accepted and not there": signed.keys() - found.keys(),
        "signatures there and never accepted": found.keys() - signed.keys(),
        "signatures there twice": {number for number, times in of_each.items() if times > 1},
        "people accepted twice": {number for number, times in signed.items() if times > 1},
        "signatures not in the state that was answered": {
            number
            for number, (state, _) in found.items()
            if state != ("confirmed" if number in confirmed else "pending")
        },
        "emails neither sent nor waiting": {
            number for number, (_, email) in found.items() if email not in ("sent", "queued")
        },
        "emails that came another number of times than once, or came and wait": {
            number for number, (_, email) in found.items() if mailed[number] != (email == "sent")
        },
        "emails to nobody who signed": mailed.keys() - found.keys(),
    }
    problems = [f"{len(numbers)} {what}" for what, numbers in wrong.items() if numbers]
    if rows["counted"] != rows["confirmed"]:
        problems.append(f"the counts add up to {rows['counted']}, and {rows['confirmed']} are confirmed")
    return problems


def told(report: dict[str, Any], mailed: int) -> str:
    lines = [f"In {report['seconds']:.0f} s, beside {mailed} emails sent meanwhile:"]
    for what, answers in report["answers"].items():
        minute = answers["number"] * 60 / report["seconds"]
        lines.append(f"{what:>8}{minute:>9,.0f} a minute, p50 {answers['p50']:.0f} ms, p99 {answers['p99']:.0f} ms")
    return "\n".join(lines)


BENCHMARKS = [Benchmark(("storm", "storm-p50", "storm-p99"), storm, alone=True)]
