"""Nothing accepted is lost, no letter arrives twice, whatever dies: the figures of each combination."""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from .hostile import HostileServer, hostile_server
from .installation import COMBINATIONS, installation
from .outcome import Outcome
from .reporting import LINE
from .storm import RATES, Storm

LONG = os.environ.get("FAULTS") == "long"
MINUTES = 20 if LONG else 5
RecordProperty = Callable[[str, object], None]


def storm(combination: str, folder: Path, *, emails: int, seconds: float, seed: int) -> tuple[Storm, Outcome]:
    chance = random.Random(seed)
    with hostile_server(HostileServer(chance, RATES)) as server, installation(combination, folder) as place:
        blowing = Storm(place, server, chance, emails, seconds)
        return blowing, blowing.run()


@pytest.mark.parametrize("combination", COMBINATIONS[:2])
def test_nothing_is_lost_in_a_short_storm(combination: str, tmp_path: Path, record_property: RecordProperty) -> None:
    blown, outcome = storm(combination, tmp_path, emails=300, seconds=25, seed=int(os.environ.get("SEED", "1")))
    record_property(LINE, outcome.line())
    blown.tell()
    outcome.check()
    assert outcome.worker_kills and outcome.broker_wipes and outcome.db_crashes and outcome.smtp_faults


@pytest.mark.faults
@pytest.mark.parametrize("combination", COMBINATIONS)
def test_nothing_is_lost_in_a_long_storm(combination: str, tmp_path: Path, record_property: RecordProperty) -> None:
    emails, seed = 400 * MINUTES, random.randrange(10**6)
    print(f"seed {seed}")
    blown, outcome = storm(combination, tmp_path, emails=emails, seconds=60 * MINUTES, seed=seed)
    record_property(LINE, outcome.line())
    blown.tell()
    outcome.check()
    assert len(outcome.accepted) >= emails
    # Else the faults missed the moments that this is about.
    assert outcome.rows(state="held") and outcome.duplicated("confirmation")
