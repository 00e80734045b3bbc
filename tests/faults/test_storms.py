"""Nothing accepted is lost, no letter arrives twice, whatever dies: the figures of each combination."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from .failpoints import SENDING_STEPS
from .hostile import VERBS, HostileServer, hostile_server
from .installation import COMBINATIONS, installation
from .outcome import Outcome
from .reporting import LINE
from .storm import RATES, Storm

LONG = os.environ.get("FAULTS") == "long"
MINUTES = 20 if LONG else 5
SEED = os.environ.get("SEED", "")
RecordProperty = Callable[[str, object], None]


def storm(combination: str, folder: Path, *, emails: int, seconds: float, seed: int) -> tuple[Storm, Outcome]:
    print(f"SEED={seed}")
    hostile = HostileServer(random.Random(seed + 1), RATES)
    with hostile_server(hostile) as server, installation(combination, folder) as place:
        blowing = Storm(place, server, random.Random(seed), emails, seconds, thorough=seconds > 60)
        return blowing, blowing.run()


@pytest.mark.parametrize("combination", COMBINATIONS[:2])
def test_nothing_is_lost_in_a_short_storm(combination: str, tmp_path: Path, record_property: RecordProperty) -> None:
    blown, outcome = storm(combination, tmp_path, emails=240, seconds=20, seed=int(SEED or 1))
    record_property(LINE, outcome.line())
    blown.tell()
    outcome.check()
    # A worker ends by itself when its queue's folder is gone, and for no other reason.
    assert combination == "sqlite-filesystem" or not blown.strange
    assert outcome.worker_kills and outcome.broker_wipes and outcome.db_crashes and outcome.smtp_faults


@pytest.mark.faults
@pytest.mark.parametrize("combination", COMBINATIONS)
def test_nothing_is_lost_in_a_long_storm(combination: str, tmp_path: Path, record_property: RecordProperty) -> None:
    emails, seed = 400 * MINUTES, int(SEED or random.randrange(10**6))
    blown, outcome = storm(combination, tmp_path, emails=emails, seconds=60 * MINUTES, seed=seed)
    record_property(LINE, outcome.line())
    blown.tell()
    outcome.check()
    # A worker ends by itself when its queue's folder is gone, and for no other reason.
    assert combination == "sqlite-filesystem" or not blown.strange
    # Else the faults missed the moments that this is about.
    assert len(outcome.accepted) >= emails
    assert outcome.rows(state="held") and outcome.duplicated("confirmation")
    assert {fault.rpartition(" at ")[2] for fault in blown.server.faults} >= set(VERBS)
    assert set(blown.place.passed_failpoints()) >= set(SENDING_STEPS)
