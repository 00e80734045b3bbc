"""Killing the worker in the middle of sending, wiping the queue, and starting again: nothing accepted is lost."""

from pathlib import Path

import pytest

from tests.faults.harness import installation, kill_while_sending
from tests.smtp_server import smtp_server


def test_nothing_is_lost_when_the_worker_is_killed_while_sending(tmp_path: Path) -> None:
    with smtp_server(delay=0.05) as server, installation(tmp_path) as place:
        outcome = kill_while_sending(place, server, emails=60, kills=3, seed=1, patience=90)
    print(outcome.line())
    outcome.check()


@pytest.mark.faults
@pytest.mark.parametrize("seed", range(3))
def test_nothing_is_lost_in_many_kills(tmp_path: Path, seed: int) -> None:
    with smtp_server(delay=0.02) as server, installation(tmp_path) as place:
        outcome = kill_while_sending(place, server, emails=600, kills=20, seed=seed, patience=180)
    print(outcome.line())
    outcome.check()
    # Else the kills missed the moments that this is about.
    assert outcome.rows(state="held")
    assert outcome.duplicated("confirmation")
