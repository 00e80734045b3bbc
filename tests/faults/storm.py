"""Everything goes wrong, at random and on purpose, while emails keep being accepted; then it is quiet, and all ends."""

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass, field

from tests.services import eventually

from .failpoints import ACCEPTING_STEPS, PUBLISHING_STEPS, RECOVERING_STEPS, SENDING_STEPS
from .hostile import VERBS, HostileServer
from .installation import FEEDER, KILLED, Installation
from .outcome import Journal, Outcome

SENDERS, BATCH = 8, 20
# How often the mail server misbehaves. A fault that speaks of the server stops a whole sender for a while.
RATES = {
    **dict.fromkeys(VERBS, 0.01),
    "RCPT": 0.02,
    "DATA": 0.02,
    "BODY": 0.06,
    "CONNECT": 0.04,
    "EHLO": 0.04,
    "QUIT": 0.2,
}
MENU = {
    "kill a worker": 6,
    "kill all workers": 1,
    "kill the sweeper": 1,
    "kill the feeder": 1,
    "wipe the broker": 2,
    "crash the database": 1.5,
    "stop the mail server": 1,
}


@dataclass
class Storm:
    place: Installation
    server: HostileServer
    chance: random.Random
    emails: int
    seconds: float
    pause: float = 2.5  # seconds between two faults, on average
    thorough: bool = False  # whether somebody dies at every step there is
    quiet: bool = False
    ends: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    strange: list[str] = field(default_factory=list)  # processes that ended though nobody killed them
    story: list[str] = field(default_factory=list)
    began: float = field(default_factory=time.monotonic)
    looked_after: float = 0.0

    def run(self) -> Outcome:
        self.place.prepare(self.server.url, SENDERS)
        for name in self.place.commands:
            self._start(name)
        self._feed()
        menu = dict(MENU)
        while self._is_at_work() and time.monotonic() < self.began + 3 * self.seconds:
            self._wait(self.chance.uniform(0.2, 2 * self.pause - 0.2))
            if self.chance.random() < 0.8:  # else one fault falls into another
                self._wait_until_mail_goes_again()
            # Each once, and then by chance.
            fresh = [kind for kind in menu if not self.counts[kind]]
            kind = fresh[0] if fresh else self.chance.choices(list(menu), list(menu.values()))[0]
            self._do(kind)
        self._die_where_nobody_has_died()
        self._be_quiet()
        return self._outcome()

    def _is_at_work(self) -> bool:
        return "feeder" in self.place.running or len(self.server.taken) < 0.8 * self.emails

    def tell(self) -> None:
        """What pytest shows when the test fails."""
        print(*self.story, self.counts, self.server.faults, self.strange, sep="\n")

    def _tell(self, what: str) -> None:
        self.story.append(f"{time.monotonic() - self.began:6.1f} s, {len(self.server.taken)} taken: {what}")

    def _feed(self) -> None:
        """Goes on where the last feeder stopped, until enough has been accepted."""
        journal = self._journal()
        left = self.emails - len(journal.accepted)
        if left <= 0:
            return
        first, pause = journal.next_number, BATCH * self.seconds / self.emails * 0.8
        last = first + left - 1
        arguments = [str(self.place.journal), *map(str, (first, last, BATCH, pause))]
        failpoint = self._failpoint(ACCEPTING_STEPS, 60)
        self.place.start("feeder", failpoint=failpoint, command=[sys.executable, str(FEEDER), "feed", *arguments])

    def _start(self, name: str) -> None:
        if name == "feeder":
            self._feed()
            return
        steps = RECOVERING_STEPS if name == "sweeper" else SENDING_STEPS + PUBLISHING_STEPS
        self.place.start(name, failpoint=self._failpoint(steps, 3 if name == "sweeper" else 20))

    def _failpoint(self, steps: tuple[str, ...], most: int) -> str:
        """Often one, and first those where nobody has died yet."""
        if self.quiet or self.chance.random() < 0.3:
            return ""
        passed = self.place.passed_failpoints()
        fresh = [step for step in steps if step not in passed]
        return f"{self.chance.choice(fresh or steps)}:{self.chance.randint(1, most)}"

    def _wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._start_what_ended()
            self._lift_stops()
            time.sleep(min(left, 0.1))

    def _start_what_ended(self) -> None:
        """As systemd and `manage.py up` do."""
        for name, status in self.place.ended().items():
            self.place.kill(name)
            if name == "feeder":
                self._feed()
                continue
            if status == KILLED:
                self.counts["killed workers"] += name in self.place.workers
            else:
                self.strange.append(f"{name}: {status}")
            self._tell(f"{name} ended: {status}")
            self._fault_begins()
            self._start(name)
            self.ends.append(time.monotonic())

    def _wait_until_mail_goes_again(self) -> None:
        until = time.monotonic() + 60
        while self._has_not_recovered() and self._is_at_work() and time.monotonic() < until:
            self._wait(0.1)

    def _has_not_recovered(self) -> bool:
        return bool(self.ends) and (not self.server.taken or self.server.taken[-1].at < self.ends[-1])

    def _fault_begins(self) -> None:
        """A recovery that another fault interrupts is none to measure: the next one's counts."""
        if self._has_not_recovered():
            self.ends.pop()

    def _lift_stops(self) -> None:
        """What an organiser does who sees that a domain refused something."""
        if time.monotonic() < self.looked_after + 10:
            return
        self.looked_after = time.monotonic()
        if self.place.read("SELECT id FROM letters_stop WHERE lifted_at IS NULL LIMIT 1"):
            self.place.feeder("lift")

    def _do(self, kind: str) -> None:
        self.counts[kind] += 1
        workers = list(self.place.workers)
        self._tell(kind)
        self._fault_begins()
        match kind:
            case "kill a worker":
                self._kill_and_start([self.chance.choice(workers)])
            case "kill all workers":
                self._kill_and_start(workers)
            case "kill the sweeper":
                self._kill_and_start(["sweeper"])
            case "kill the feeder":
                if "feeder" in self.place.running:
                    self.place.kill("feeder")
                    self._feed()
            case "wipe the broker":
                wipes = self.place.broker.wipes
                wipes[list(wipes)[self.counts[kind] % len(wipes) - 1]]()
            case "crash the database":
                self._crash_the_database()
            case "stop the mail server":
                self.server.refuse(True)
                self._wait(self.chance.uniform(1, 4))
                self.server.refuse(False)
        self.ends.append(time.monotonic())
        self._tell("over")

    def _kill_and_start(self, names: list[str]) -> None:
        for name in names:
            self.place.kill(name)
            self.counts["killed workers"] += name in self.place.workers
        for name in names:
            self._start(name)

    def _crash_the_database(self) -> None:
        crashes = self.place.database.crashes
        if crashes:
            crashes[list(crashes)[self.counts["crash the database"] % len(crashes) - 1]]()
            return
        # SQLite lives in the processes that have it open: all of them at once.
        names = list(self.place.running)
        for name in names:
            self.place.kill(name)
        self.counts["killed workers"] += len(set(names) & set(self.place.workers))
        for name in names:
            self._start(name)

    def _die_where_nobody_has_died(self) -> None:
        """Chance leaves some steps out."""
        worker = list(self.place.workers)[-1]
        for step in SENDING_STEPS if self.thorough else ():
            if step in self.place.passed_failpoints():
                continue
            self._tell(f"on purpose: {step}")
            self.emails += BATCH
            if "feeder" not in self.place.running:
                self._feed()
            self._fault_begins()
            self.place.kill(worker)
            self.place.start(worker, failpoint=step)
            self.counts["killed workers"] += 1
            self.ends.append(time.monotonic())
            until = time.monotonic() + 60
            while step not in self.place.passed_failpoints() and time.monotonic() < until:
                self._wait(0.2)

    def _be_quiet(self) -> None:
        """No more faults; what waits for another attempt need not wait for its time."""
        self.quiet, self.server.misbehaves = True, False
        self._tell("quiet")
        for name in list(self.place.running):
            self.place.kill(name)
            self._start(name)

        def settled() -> bool:
            self._wait(0.5)
            self.place.as_if_the_waits_were_over()
            return self.place.settled()

        eventually(settled, f"the end of every email\n{self.place.logs()}")

    def _journal(self) -> Journal:
        return Journal.parse(self.place.journal.read_text())

    def _outcome(self) -> Outcome:
        return Outcome(
            self.place.combination,
            self._journal(),
            self.place.record(),
            list(self.server.taken),
            set(self.server.refused),
            self.ends,
            worker_kills=self.counts["killed workers"],
            broker_wipes=self.counts["wipe the broker"],
            db_crashes=self.counts["crash the database"],
            smtp_faults=self.server.faults.total(),
        )
