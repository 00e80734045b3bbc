import threading
import time

import pytest

from campaigns import sweeping
from campaigns.sweeping import Deed


def swept(monkeypatch: pytest.MonkeyPatch, quick: list[Deed], slow: list[Deed], until: threading.Event) -> bool:
    """Sweeps with these deeds until the event; whether it came."""
    monkeypatch.setattr(sweeping, "quick", lambda: quick)
    monkeypatch.setattr(sweeping, "slow", lambda: slow)
    stop = threading.Event()
    sweeper = threading.Thread(target=sweeping.sweep, args=(stop,), daemon=True)
    sweeper.start()
    came = until.wait(20)
    stop.set()
    sweeper.join(20)
    return came


@pytest.mark.django_db(transaction=True)
def test_a_deed_that_fails_keeps_no_other_from_its_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    done = threading.Event()

    def fail() -> None:
        raise RuntimeError("on purpose")

    assert swept(monkeypatch, [Deed("bad", 0, fail), Deed("good", 0, done.set)], [], done)


@pytest.mark.django_db(transaction=True)
def test_a_long_deed_delays_no_quick_one(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, done, may_end = threading.Event(), threading.Event(), threading.Event()

    def take_long() -> None:
        begun.set()
        may_end.wait(20)

    def quick() -> None:
        if begun.is_set():
            done.set()

    assert swept(monkeypatch, [Deed("quick", 0, quick)], [Deed("long", 3600, take_long)], done)
    may_end.set()


@pytest.mark.django_db(transaction=True)
def test_a_deed_waits_for_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times: list[float] = []
    twice = threading.Event()

    def often() -> None:
        times.append(time.monotonic())
        if len(times) == 2:
            twice.set()

    rarely: list[float] = []
    deeds = [Deed("often", 0, often), Deed("rarely", 3600, lambda: rarely.append(1))]
    assert swept(monkeypatch, deeds, [], twice)
    assert len(rarely) == 1


def test_everything_that_must_happen_by_the_clock_is_on_the_list() -> None:
    names = {deed.name for deed in (*sweeping.quick(), *sweeping.slow())}
    assert names >= {"fold", "recover leases", "nudge", "jobs", "answer"}
    assert names >= {"notices", "reminders", "merging", "answers", "expired jobs", "retention"}
