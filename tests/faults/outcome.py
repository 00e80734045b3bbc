"""The mail server's own record beside the database's and the feeder's journal, email by email."""

from collections import Counter
from dataclasses import dataclass, field

from letters.draining import MAX_ATTEMPTS, MAX_IN_DOUBT

from .hostile import Taken
from .installation import Row


@dataclass(frozen=True)
class Tried:
    batch: int
    uuid: str
    kind: str
    address: str


@dataclass
class Journal:
    tried: dict[str, Tried] = field(default_factory=dict)  # by uuid
    done: set[int] = field(default_factory=set)  # batches whose commit the feeder saw

    @classmethod
    def parse(cls, text: str) -> "Journal":
        found = cls()
        for line in text[: text.rfind("\n") + 1].splitlines():  # the last may be cut short
            match line.split():
                case ["try", batch, uuid, kind, address]:
                    found.tried[uuid] = Tried(int(batch), uuid, kind, address)
                case ["done", batch]:
                    found.done.add(int(batch))
        return found

    @property
    def accepted(self) -> set[str]:
        return {uuid for uuid, tried in self.tried.items() if tried.batch in self.done}

    @property
    def next_number(self) -> int:
        """Greater than every number in an address so far."""
        numbers = (int("".join(filter(str.isdigit, tried.address.partition("@")[0]))) for tried in self.tried.values())
        return max(numbers, default=0) + 1


@dataclass
class Outcome:
    combination: str
    journal: Journal
    record: dict[str, Row]
    taken: list[Taken]
    refused: set[str]  # addresses to whose email the server gave a last no
    ends: list[float]  # when each fault was over
    worker_kills: int = 0
    broker_wipes: int = 0
    db_crashes: int = 0
    smtp_faults: int = 0

    def __post_init__(self) -> None:
        self.copies = Counter(one.uuid for one in self.taken)
        # What was killed between its commit and the journal was accepted too; only the database can say so.
        self.accepted = self.journal.accepted | set(self.record)

    def rows(self, kind: str = "", state: str = "") -> list[Row]:
        return [row for row in self.record.values() if kind in ("", row.kind) and state in ("", row.state)]

    def duplicated(self, kind: str) -> int:
        return sum(max(self.copies[row.uuid] - 1, 0) for row in self.rows(kind))

    def _has_an_honest_end(self, uuid: str) -> bool:
        row = self.record.get(uuid)
        if row is None:
            return False
        refused = self.journal.tried[uuid].address in self.refused or row.attempts >= MAX_ATTEMPTS
        return row.state == "held" or (row.state == "failed" and refused)

    @property
    def lost(self) -> list[str]:
        """Accepted by us, and neither at the server, nor shown as held, nor failed for a reason that it was given."""
        return [uuid for uuid in self.accepted if not self.copies[uuid] and not self._has_an_honest_end(uuid)]

    @property
    def wrongly_sent(self) -> list[str]:
        return [row.uuid for row in self.rows(state="sent") if not self.copies[row.uuid]]

    @property
    def held_wrongly(self) -> list[str]:
        """Held for another reason than that it may have arrived; a confirmation, before as many copies may have."""
        right = {"letter": 1, "confirmation": MAX_IN_DOUBT}
        return [
            row.uuid
            for row in self.rows(state="held")
            if row.changes[-1] != ("handing", "held") or row.changes.count(("leased", "handing")) < right[row.kind]
        ]

    @property
    def worst_recovery(self) -> float:
        """Seconds from a fault's end until the server took the next email, at most."""
        times = sorted(one.at for one in self.taken)
        waits = [next((at - end for at in times if at >= end), 0.0) for end in self.ends]
        return max(waits, default=0.0)

    def line(self) -> str:
        figures = {
            "combination": self.combination,
            "accepted": len(self.accepted),
            "lost": len(self.lost),
            "letters_duplicated": self.duplicated("letter"),
            "confirmations_duplicated": self.duplicated("confirmation"),
            "held": len(self.rows(state="held")),
            "held_wrongly": len(self.held_wrongly),
            "wrongly_sent": len(self.wrongly_sent),
            "worker_kills": self.worker_kills,
            "broker_wipes": self.broker_wipes,
            "db_crashes": self.db_crashes,
            "smtp_faults": self.smtp_faults,
            "worst_recovery_s": f"{self.worst_recovery:.1f}",
        }
        return "faults: " + " ".join(f"{name}={value}" for name, value in figures.items())

    def check(self) -> None:
        assert self.lost == []
        assert self.duplicated("letter") == 0
        assert self.held_wrongly == []
        assert self.wrongly_sent == []
        assert set(self.record) <= set(self.journal.tried)
        assert {row.state for row in self.rows()} <= {"sent", "held", "failed"}
        assert [one for one in self.taken if self.journal.tried[one.uuid].address != one.address] == []
        # A letter is handed over once, so that what is called failed was not taken.
        assert [row.uuid for row in self.rows("letter", "failed") if self.copies[row.uuid]] == []
        for row in self.rows():
            steps = row.changes
            assert all(before[1] == after[0] for before, after in zip(steps, steps[1:], strict=False)), row
            assert steps[0][0] == "queued" and steps[-1][1] == row.state, row
