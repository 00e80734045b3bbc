"""When an answer goes out that must not tell by its time which way it took."""

import threading
from unittest.mock import patch

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from config import even_time


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.EVEN_TIME = True


@pytest.mark.parametrize("took", [0.0021, 0.0024, 0.0099])
def test_an_answer_goes_out_at_the_next_full_step_since_its_question(took: float) -> None:
    with (
        patch.object(even_time.time, "monotonic", return_value=100.0 + took),
        patch.object(even_time.time, "sleep") as slept,
    ):
        even_time.wait(100.0)
    [(seconds,)] = [call.args for call in slept.call_args_list]
    assert took + seconds == pytest.approx(even_time.STEP)


def test_it_is_a_later_step_for_one_that_took_longer() -> None:
    with (
        patch.object(even_time.time, "monotonic", return_value=100.013),
        patch.object(even_time.time, "sleep") as slept,
    ):
        even_time.wait(100.0)
    assert slept.call_args.args[0] == pytest.approx(0.007)


def test_in_a_rush_only_so_many_wait_at_once() -> None:
    going, all_wait = threading.Event(), threading.Barrier(even_time.MOST_WAITING + 1)

    def asleep(_seconds: float) -> None:
        all_wait.wait(10)
        going.wait(10)

    with patch.object(even_time.time, "sleep", asleep):
        waiting = [threading.Thread(target=even_time.wait, args=(0.0,)) for _ in range(even_time.MOST_WAITING)]
        for thread in waiting:
            thread.start()
        all_wait.wait(10)
    with patch.object(even_time.time, "sleep") as slept:
        even_time.wait(0.0)
    assert not slept.called, "it is answered at once"
    going.set()
    for thread in waiting:
        thread.join(10)
    with patch.object(even_time.time, "sleep") as slept:
        even_time.wait(0.0)
    assert slept.called, "and there is a seat again"


@pytest.mark.parametrize(("method", "waits"), [("GET", False), ("POST", True)])
def test_of_a_view_the_answers_to_a_form_wait(method: str, waits: bool) -> None:
    view = even_time.even(0.2)(lambda request: "answered")
    with patch.object(even_time, "wait") as wait:
        assert view(RequestFactory().generic(method, "/")) == "answered"
    assert wait.called == waits
    assert all(call.args[1] == 0.2 for call in wait.call_args_list)
