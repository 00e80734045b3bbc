"""How long a request waits for its database, and how a crowd notices that there is none."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from config import patience
from config.patience import TooLong


@pytest.fixture(autouse=True)
def now(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    clock = [1000.0]
    monkeypatch.setattr(patience, "time", SimpleNamespace(monotonic=lambda: clock[0]))
    monkeypatch.setattr(patience, "_probed", 0.0)
    patience.answered()
    yield clock
    patience._waiting.clear()
    patience.answered()


def waits_elsewhere(count: int, since: float) -> None:
    patience._waiting.update({-number: since for number in range(1, count + 1)})


def test_a_worker_waits_as_long_as_it_takes() -> None:
    assert patience.before_asking() is None
    waits_elsewhere(9, 0.0)
    assert patience.before_asking() is None and not patience.is_in_vain()


def test_a_request_has_so_many_seconds_in_all(now: list[float]) -> None:
    with patience.limited(8):
        assert patience.before_asking() == 8
        now[0] += 5
        patience.answered()
        assert patience.before_asking() == 3
        with patience.limited(60):
            assert patience.before_asking() == 3
        now[0] += 3
        with pytest.raises(TooLong):
            patience.before_asking()
    assert patience.before_asking() is None


def test_one_slow_question_is_no_sign_of_anything(now: list[float]) -> None:
    with patience.limited(8):
        patience.before_asking()
        now[0] += 6
        assert not patience.is_in_vain()


def test_a_crowd_that_nobody_answers_gives_up_and_whoever_comes_is_told_at_once(now: list[float]) -> None:
    with patience.limited(8):
        patience.before_asking()
        waits_elsewhere(patience.CROWD - 1, now[0])
        assert not patience.is_in_vain()
        now[0] += patience.SILENCE
        assert patience.is_in_vain()
        patience.gave_up()
    with patience.limited(8):
        assert patience.before_asking() == patience.PROBE  # the one that tries
        assert not patience.is_in_vain()
    refused: list[bool] = []

    def another() -> None:
        with patience.limited(8):
            try:
                patience.before_asking()
            except TooLong:
                refused.append(True)

    thread = threading.Thread(target=another)
    thread.start()
    thread.join()
    assert refused == [True]


def test_an_answer_to_anybody_keeps_the_crowd_waiting(now: list[float]) -> None:
    with patience.limited(8):
        patience.before_asking()
        waits_elsewhere(patience.CROWD, now[0])
        now[0] += patience.SILENCE - 0.1
        patience._answered = now[0]  # somebody's short question, in another thread
        now[0] += 1
        assert not patience.is_in_vain()


def test_after_a_try_in_vain_the_next_waits_its_turn_and_an_answer_opens_the_door(now: list[float]) -> None:
    patience.gave_up(gone=True)
    with patience.limited(8):
        patience.before_asking()
        now[0] += patience.PROBE
        patience.gave_up()
    with patience.limited(8), pytest.raises(TooLong):
        patience.before_asking()
    now[0] += patience.PROBE
    with patience.limited(8):
        patience.before_asking()
        patience.answered()
    with patience.limited(8):
        assert patience.before_asking() == 8


def test_who_asks_after_the_health_tries_it_all_the_same(now: list[float], monkeypatch: pytest.MonkeyPatch) -> None:
    patience.gave_up(gone=True)
    monkeypatch.setattr(patience, "_probed", now[0])
    with patience.limited(10, crowd=False, tries=True):
        assert patience.before_asking() == patience.PROBE
