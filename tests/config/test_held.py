import pytest
from pytest_django.fixtures import Settings

from config import held
from config.held import Held


@pytest.fixture
def clock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    settings.HELD_SECONDS = 3600.0
    now = [1_000.0]
    monkeypatch.setattr(held.time, "monotonic", lambda: now[0])
    return now


def test_it_is_asked_for_again_when_its_time_is_over(clock: list[float]) -> None:
    kept, answers = Held[str](seconds=2), iter(["first", "second"])
    assert [kept.get("key", lambda: next(answers)) for _ in range(3)] == ["first"] * 3
    clock[0] += 2
    assert kept.get("key", lambda: next(answers)) == "second"


def test_keys_are_held_apart_and_an_empty_answer_is_an_answer(clock: list[float]) -> None:
    kept = Held[list[int]](seconds=2)
    assert kept.get(1, list) == [] and kept.get(2, lambda: [2]) == [2]
    assert kept.get(1, lambda: [1]) == []


def test_a_question_that_fails_is_asked_again(clock: list[float]) -> None:
    kept = Held[int](seconds=2)
    with pytest.raises(ZeroDivisionError):
        kept.get("key", lambda: 1 // 0)
    assert kept.get("key", lambda: 1) == 1


def test_not_more_are_held_than_there_may_be(clock: list[float]) -> None:
    kept, asked = Held[int](seconds=2, most=3), []
    for key in (1, 2, 3, 4, 1):
        kept.get(key, lambda key=key: asked.append(key) or key)  # type: ignore[misc, func-returns-value]
    assert asked == [1, 2, 3, 4, 1]
    assert len(kept._kept) <= 3


def test_the_settings_may_have_nothing_held(settings: Settings) -> None:
    settings.HELD_SECONDS = 0
    kept, answers = Held[int](seconds=2), iter([1, 2])
    assert [kept.get("key", lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_while_one_asks_again_the_others_go_on_with_what_they_have_but_not_for_ever(clock: list[float]) -> None:
    kept, seen = Held[str](seconds=2), []
    kept.get("key", lambda: "old")

    def slowly() -> str:
        seen.append(kept.get("key", lambda: "asked twice"))
        clock[0] += 1.5
        seen.append(kept.get("key", lambda: "asked by another, who would have waited too long"))
        return "new"

    clock[0] += 2.5
    assert kept.get("key", slowly) == "new"
    assert seen == ["old", "asked by another, who would have waited too long"]
    assert kept.get("key", lambda: "again") == "new"
