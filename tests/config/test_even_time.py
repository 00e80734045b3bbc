"""When an answer goes out that must not tell by its time which way it took."""

import threading
from collections.abc import Iterator
from unittest.mock import patch

import pytest
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django import Settings

from config import even_time

FORM = RequestFactory().post("/")


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.EVEN_TIME = True


def waited(*clock: float, step: float = even_time.STEP, request: HttpRequest = FORM) -> list[float]:
    """For how many seconds, of a view that began and ended by this clock."""
    with (
        patch.object(even_time.time, "monotonic", side_effect=clock),
        patch.object(even_time.time, "sleep") as slept,
    ):
        assert even_time.even(step)(lambda request: "answered")(request) == "answered"
    return [call.args[0] for call in slept.call_args_list]


@pytest.mark.parametrize("took", [0.0021, 0.0024, 0.0099])
def test_an_answer_goes_out_at_the_next_full_step_since_its_question(took: float) -> None:
    [seconds] = waited(100.0, 100.0 + took)
    assert took + seconds == pytest.approx(even_time.STEP)


def test_it_is_a_later_step_for_one_that_took_longer() -> None:
    assert waited(100.0, 100.013) == [pytest.approx(0.007)]
    assert waited(100.0, 100.013, step=0.2) == [pytest.approx(0.187)]


def test_a_page_that_is_only_read_does_not_wait() -> None:
    assert waited(request=RequestFactory().get("/")) == []


@pytest.fixture
def crowd() -> Iterator[threading.Event]:
    """One less than a rush, each in its view until they may go."""
    go, all_there = threading.Event(), threading.Barrier(even_time.A_RUSH)

    def view(_request: HttpRequest) -> None:
        all_there.wait(10)
        go.wait(10)

    threads = [threading.Thread(target=even_time.even()(view), args=(FORM,)) for _ in range(even_time.A_RUSH - 1)]
    for thread in threads:
        thread.start()
    all_there.wait(10)
    yield go
    go.set()
    for thread in threads:
        thread.join(10)


def test_in_a_rush_nobody_waits(crowd: threading.Event) -> None:
    assert waited(100.0, 100.001) == []


def test_and_afterwards_they_do_again(crowd: threading.Event) -> None:
    crowd.set()
    while even_time._at_work:
        pass
    assert waited(100.0, 100.001) == [pytest.approx(0.009)]


def test_a_view_that_fails_is_no_longer_counted() -> None:
    def fails(_request: HttpRequest) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        even_time.even()(fails)(FORM)
    assert not even_time._at_work
