"""The people of the storm: a process of its own, one thread, on several connections at once.

It reads one JSON order from stdin and prints one JSON report. On each connection one person comes after another, and
does what people do, one thing at a time: some look at the page and its count, and one of them signs; others open the
email that came (the sink's journal says which), look at the page behind its link, and confirm what it shows. Every
tenth never does. Nothing is asked twice: what was not answered as it must be is an error in the report.

The ledger is written as the answers come, so that nothing but an answer makes an entry.
"""

import json
import selectors
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Generator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import TextIO

from .forms import form_to
from .load import DEAD, Asked, Connection, person, written

READERS = 3  # look at the page, for each who signs
NEVER_CONFIRMS = 10  # every so many
WAITS_FOR_MAIL = 0.05  # seconds until the journal is looked at again
MOST_ERRORS = 5  # told in full


@dataclass(frozen=True)
class StormOrder:
    port: int
    seconds: float
    forms: list[Asked]  # of the campaigns: where they go, and what the page has put into them
    postcodes: list[str]
    journal: str  # what mail has come
    signers: int = 12
    confirmers: int = 4


@dataclass
class Ledger:
    """Numbers of people (load.person)."""

    signed: list[int] = field(default_factory=list)
    confirmed: list[int] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)
    wrong: Counter[str] = field(default_factory=Counter)  # answers that should have been others
    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))

    def report(self, seconds: float) -> dict[str, object]:
        return {
            "seconds": seconds,
            "signed": self.signed,
            "confirmed": self.confirmed,
            "errors": self.errors,
            "wrong": sum(self.wrong.values()),
            "answers": {what: summary(spans) for what, spans in self.milliseconds.items()},
        }


def summary(milliseconds: list[float]) -> dict[str, float]:
    p99 = quantiles(milliseconds, n=100)[98] if len(milliseconds) > 1 else milliseconds[0]
    return {"number": len(milliseconds), "p50": median(milliseconds), "p99": p99}


@dataclass(frozen=True)
class Ask:
    what: str
    path: str
    number: int  # of the person
    statuses: tuple[int, ...] = (200,)
    sent: dict[str, str] = field(default_factory=dict)


# Gives what is asked next, or None to be asked again in a moment; is given the body, or None when the answer was wrong.
Script = Generator[Ask | None, bytes | None, None]


class Storm:
    def __init__(self, order: StormOrder, journal: TextIO) -> None:
        self.order, self.journal = order, journal
        self.ledger = Ledger()
        self.people = 0
        self.ends = time.perf_counter() + order.seconds
        self.begun = ""  # of a line of the journal that is not whole yet

    @property
    def goes_on(self) -> bool:
        return time.perf_counter() < self.ends

    def signer(self) -> Script:
        while self.goes_on:
            number, self.people = self.people, self.people + 1
            path, hidden = self.order.forms[number % len(self.order.forms)]
            page = path.removesuffix("sign/")
            for _ in range(READERS):
                yield Ask("page", page, number)
            yield Ask("count", f"{page}count.json", number)
            typed = person(number, self.order.postcodes)
            if (yield Ask("sign", path, number, (303,), hidden | typed)) is not None:
                self.ledger.signed.append(number)
                yield Ask("signed", f"{page}signed/", number)

    def confirmer(self) -> Script:
        while self.goes_on:
            mail = self.next_mail()
            if mail is None:
                yield None
                continue
            number, link = mail
            page = yield Ask("link", link, number)
            if page is None:
                continue
            if (yield Ask("confirm", link, number, (200, 303), form_to(link, page).hidden)) is not None:
                self.ledger.confirmed.append(number)

    def next_mail(self) -> tuple[int, str] | None:
        while line := self.journal.readline():
            self.begun += line
            if not line.endswith("\n"):
                return None
            (recipient, link), self.begun = self.begun.split(), ""
            number = int(recipient.split("@")[0].rpartition(".")[2])
            if number % NEVER_CONFIRMS:
                return number, link
        return None


class Visit(Connection):
    """A connection with the script of those who come on it; it keeps what the pages say."""

    def __init__(self, storm: Storm, script: Script, selector: selectors.BaseSelector) -> None:
        super().__init__(storm.order.port, selector)
        self.storm, self.script = storm, script
        self.body = bytearray()
        self.doing: Ask | None = None
        self.over = False
        self.go_on(None)

    def _take_of_the_body(self, buffer: memoryview, most: int) -> int:
        got = self._take(buffer, most, 0)
        self.body += buffer[:got]
        return got

    def go_on(self, body: bytes | None) -> None:
        try:
            self.doing = self.script.send(body)
        except StopIteration:
            self.over, self.doing = True, None
            self.close()
            return
        if self.doing:
            self.body.clear()
            self.ask(written(self.port, self.doing.path, self.doing.sent, self.doing.number))

    def take(self, buffer: memoryview) -> None:
        if not self.doing or not self.answered(buffer):
            return
        took = (time.perf_counter() - self.asked) * 1000
        doing, ledger = self.doing, self.storm.ledger
        ledger.milliseconds[doing.what].append(took)
        right = self.status in doing.statuses
        if not right:
            ledger.wrong[doing.what] += 1
            if len(ledger.errors) < MOST_ERRORS:
                ledger.errors.append(f"{doing.what}: {bytes(self.head[:600])!r}")
        self.go_on(bytes(self.head.partition(b"\r\n\r\n")[2] + self.body) if right else None)


def drive(order: StormOrder) -> dict[str, object]:
    """Until the time is up and everything asked is answered."""
    buffer = memoryview(bytearray(1 << 18))
    with selectors.DefaultSelector() as selector, Path(order.journal).open(encoding="utf-8") as journal:
        storm, started = Storm(order, journal), time.perf_counter()
        scripts = [storm.signer() for _ in range(order.signers)] + [storm.confirmer() for _ in range(order.confirmers)]
        visits = [Visit(storm, script, selector) for script in scripts]
        heard = time.perf_counter()
        while visits := [visit for visit in visits if not visit.over]:
            ready = selector.select(WAITS_FOR_MAIL)
            for key, _ in ready:
                key.data.take(buffer)
            for visit in visits:
                if not visit.over and visit.doing is None:
                    visit.go_on(None)
            heard = time.perf_counter() if ready else heard
            if time.perf_counter() - heard > DEAD and any(visit.doing for visit in visits):
                storm.ledger.errors.append(f"no answer for {DEAD:g} s")
                break
        return storm.ledger.report(time.perf_counter() - started)


def main() -> None:
    json.dump(drive(StormOrder(**json.load(sys.stdin))), sys.stdout)


if __name__ == "__main__":
    main()
