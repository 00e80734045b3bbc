"""Killed -9 at every named step, one after the other: exactly what becomes of a letter and of a confirmation."""

import signal
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest

from tests.services import eventually

from .failpoints import ACCEPTING_STEPS, RECOVERING_STEPS, SENDING_STEPS
from .hostile import HostileServer, hostile_server
from .installation import Installation, Row, installation
from .outcome import Journal

ONCE = ["leased", "handing", "sent"]
AGAIN = ["leased", "queued", *ONCE]  # the lease ran out: it had never begun to leave
IN_DOUBT = ["leased", "handing", "held"]
SENT_AGAIN = ["leased", "handing", "queued", *ONCE]
# step → what becomes of a letter and how many copies the server took, then the same of a confirmation
ENDS: dict[str, tuple[list[str], int, list[str], int]] = {
    "before the commit of claim": (ONCE, 1, ONCE, 1),
    "after the commit of claim": (AGAIN, 1, AGAIN, 1),
    "after MAIL": (AGAIN, 1, AGAIN, 1),
    "after RCPT": (AGAIN, 1, AGAIN, 1),
    "before the commit of handing": (AGAIN, 1, AGAIN, 1),
    "after the commit of handing": (IN_DOUBT, 0, SENT_AGAIN, 1),
    "after DATA": (IN_DOUBT, 0, SENT_AGAIN, 1),
    "in the middle of the body": (IN_DOUBT, 0, SENT_AGAIN, 1),
    "after the body": (IN_DOUBT, 1, SENT_AGAIN, 2),
    "after the answer": (IN_DOUBT, 1, SENT_AGAIN, 2),
    "before the commit of settling": (IN_DOUBT, 1, SENT_AGAIN, 2),
    "after the commit of settling": (ONCE, 1, ONCE, 1),
}


ACCEPTED = {step: step != "before the commit of acceptance" for step in ACCEPTING_STEPS}


@dataclass
class Aftermath:
    """Of everything below, once all is settled: kills at every step in turn, then one quiet worker and sweeper."""

    record: dict[str, Row]
    copies: Counter[str]
    hit: dict[tuple[str, str], str]  # step and kind → uuid
    fed: dict[str, list[str]]  # step of the feeder → uuids it tried
    passed: list[str]
    folder: Path

    def of(self, step: str, kind: str) -> tuple[list[str], int]:
        uuid = self.hit[step, kind]
        row = self.record[uuid]
        assert row.changes[0][0] == "queued"
        return [after for _, after in row.changes], self.copies[uuid]


@pytest.fixture(scope="module")
def aftermath(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aftermath]:
    quiet = HostileServer.friendly()
    folder = tmp_path_factory.mktemp("failpoints")
    with hostile_server(quiet) as server, installation("sqlite-filesystem", folder) as place:
        place.environment["OUTBOX_LEASE_SECONDS"] = "600"  # nothing is recovered before it is said to be time
        place.prepare(server.url, 1)
        hit = kill_workers(place)
        fed = kill_feeders(place)
        kill_sweepers(place)
        place.start("worker")
        place.start("sweeper")
        eventually(place.settled, "the end of every email", 60)
        copies = Counter(one.uuid for one in server.taken)
        yield Aftermath(place.record(), copies, hit, fed, place.passed_failpoints(), folder)


def kill_workers(place: Installation) -> dict[tuple[str, str], str]:
    """At each step twice at once: one worker for letters, one for confirmations, and one email for each."""
    [command] = place.workers.values()
    of_queue = command.index("--queues") + 1
    feed(place, 2 * len(ENDS))
    place.write("UPDATE letters_outgoingemail SET not_before = '2999-01-01 00:00:00'")
    waiting = place.record().values()
    letters = [row.uuid for row in waiting if row.kind == "letter"]
    confirmations = [row.uuid for row in waiting if row.kind == "confirmation"]
    place.start("sweeper")  # it nudges
    hit: dict[tuple[str, str], str] = {}
    # What is killed before its claim is due for the next worker, so that comes last.
    steps = sorted(ENDS, key="before the commit of claim".__eq__)
    for step, letter, confirmation in zip(steps, letters, confirmations, strict=True):
        hit[step, "letter"], hit[step, "confirmation"] = letter, confirmation
        due = ", ".join(f"'{UUID(uuid).hex}'" for uuid in (letter, confirmation))
        place.write(f"UPDATE letters_outgoingemail SET not_before = '2020-01-01 00:00:00' WHERE uuid IN ({due})")
        for queue in ("letters", "confirmations"):
            place.start(queue, failpoint=step, command=[*command[:of_queue], queue, *command[of_queue + 1 :]])
        for queue in ("letters", "confirmations"):
            place.wait_until_killed(queue)
    place.kill("sweeper")
    return hit


def feed(place: Installation, emails: int, failpoint: str = "") -> list[str]:
    """Half of them letters. Those it tried."""
    before = Journal.parse(place.journal.read_text())
    first = before.next_number
    status = place.feeder(
        "feed", str(place.journal), str(first), str(first + emails - 1), str(emails), "0", failpoint=failpoint
    )
    assert status == (-signal.SIGKILL if failpoint else 0), place.logs()
    return [uuid for uuid in Journal.parse(place.journal.read_text()).tried if uuid not in before.tried]


def kill_feeders(place: Installation) -> dict[str, list[str]]:
    return {step: feed(place, 2, failpoint=step) for step in ACCEPTING_STEPS}


def kill_sweepers(place: Installation) -> None:
    place.write("UPDATE letters_outgoingemail SET lease_until = '2020-01-01 00:00:00' WHERE lease_until IS NOT NULL")
    for step in RECOVERING_STEPS:
        place.start("sweeper", failpoint=step)
        place.wait_until_killed("sweeper")


def test_every_failpoint_was_passed(aftermath: Aftermath) -> None:
    sending = [step for step in SENDING_STEPS for _ in ("letter", "confirmation")]
    assert Counter(aftermath.passed) == Counter([*sending, *ACCEPTING_STEPS, *RECOVERING_STEPS])


@pytest.mark.parametrize("step", ENDS)
def test_a_worker_is_killed(aftermath: Aftermath, step: str) -> None:
    letter, letter_copies, confirmation, confirmation_copies = ENDS[step]
    assert aftermath.of(step, "letter") == (letter, letter_copies)
    assert aftermath.of(step, "confirmation") == (confirmation, confirmation_copies)


@pytest.mark.parametrize("step", ACCEPTING_STEPS)
def test_who_accepts_is_killed(aftermath: Aftermath, step: str) -> None:
    """All is accepted or nothing, and what was accepted leaves once, though nobody was told of it."""
    tried = aftermath.fed[step]
    assert len(tried) == 2
    found = [aftermath.record[uuid] for uuid in tried if uuid in aftermath.record]
    assert [[after for _, after in row.changes] for row in found] == [ONCE] * (2 if ACCEPTED[step] else 0)
    assert [aftermath.copies[uuid] for uuid in tried] == [int(ACCEPTED[step])] * 2


def test_a_message_cut_short_stops_no_worker(aftermath: Aftermath) -> None:
    assert list((aftermath.folder / "queue").rglob("*.half.part"))  # and yet all was sent
