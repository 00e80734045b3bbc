"""Inputs nobody thought of, tried by the hundred in the suite and by the ten thousand by `make fuzz`.

In the suite the same ones each time. With FUZZ=<seconds> each room of inputs is explored for its share of that time,
from FUZZ_SEED on; what is found is printed by Hypothesis, smallest first.
"""

import os
import signal
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.strategies import SearchStrategy

SECONDS = float(os.environ.get("FUZZ", "0"))
SEED = int(os.environ.get("FUZZ_SEED", "20261121"))
ROOMS = 28  # that share the seconds
IN_THE_SUITE, IN_A_ROUND = 12, 250  # inputs
HANGS_AFTER = 60  # seconds, for one input: the machine may be busy, and a catastrophe takes longer

tried: Counter[str] = Counter()
statuses: Counter[int] = Counter()


class Hangs(Exception):
    pass


def explore(room: str, inputs: SearchStrategy[Any], check: Callable[[Any], None]) -> None:
    """Raises whatever `check` does at an input, or Hangs."""
    common: dict[str, Any] = {"deadline": None, "database": None, "suppress_health_check": list(HealthCheck)}
    if not SECONDS:
        quick = settings(**common, max_examples=IN_THE_SUITE, derandomize=True, phases=[Phase.generate])
        quick(given(inputs)(_counted(room, check)))()
        return
    ends, round_ = time.monotonic() + SECONDS / ROOMS, 0
    while time.monotonic() < ends:
        long = settings(**common, max_examples=IN_A_ROUND)
        seed(SEED + round_)(long(given(inputs)(_counted(room, check))))()
        round_ += 1


def _counted(room: str, check: Callable[[Any], None]) -> Callable[[Any], None]:
    def one(given_input: Any) -> None:
        tried[room] += 1
        before = signal.signal(signal.SIGALRM, _hangs)
        signal.alarm(HANGS_AFTER)
        try:
            check(given_input)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, before)

    return one


def _hangs(number: int, frame: Any) -> None:
    raise Hangs(f"more than {HANGS_AFTER} seconds for one input")
