"""When an answer goes out that must not tell by its time which way it took."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self
from unittest.mock import Mock, patch

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from config import even_time
from config.responses import SeeOther

FORM = RequestFactory().post("/")


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings) -> None:
    settings.EVEN_TIME = True


View = Callable[[HttpRequest], HttpResponse]


def taken(_request: HttpRequest) -> HttpResponse:
    return SeeOther("/signed/")


def waited(*clock: float, view: View | None = None, request: HttpRequest = FORM) -> list[float]:
    """For how many seconds, of a view that began and ended by this clock."""
    view = view or even_time.even()(taken)
    with (
        patch.object(even_time.time, "monotonic", side_effect=clock),
        patch.object(even_time.time, "sleep") as slept,
    ):
        view(request)
    return [call.args[0] for call in slept.call_args_list]


@pytest.mark.parametrize("took", [0.0021, 0.0024, 0.0099])
def test_an_answer_goes_out_at_the_next_full_step_since_its_question(took: float) -> None:
    [seconds] = waited(100.0, 100.0 + took)
    assert took + seconds == pytest.approx(even_time.STEP)


def test_it_is_a_later_step_for_one_that_took_longer() -> None:
    assert waited(100.0, 100.013) == [pytest.approx(0.007)]
    assert waited(100.0, 100.013, view=even_time.even(0.2)(taken)) == [pytest.approx(0.187)]


def test_a_page_that_is_only_read_does_not_wait() -> None:
    assert waited(request=RequestFactory().get("/")) == []


@pytest.mark.parametrize("status", [200, 422, 429, 503])
def test_a_form_that_was_not_taken_does_not_wait(status: int) -> None:
    assert waited(100.0, view=even_time.even()(lambda _request: HttpResponse(status=status))) == []


class Crowd:
    """A view that one less than a rush are in, until they may go; whoever comes after them is answered at once."""

    def __init__(self, rush: int) -> None:
        self.all_there, self.go = threading.Barrier(rush), threading.Event()
        self.view: View = even_time.even(rush=rush)(self.answer)
        self.threads = [threading.Thread(target=self.view, args=(FORM,)) for _ in range(rush - 1)]

    def answer(self, request: HttpRequest) -> HttpResponse:
        if threading.current_thread() in self.threads:
            self.all_there.wait(10)
            self.go.wait(10)
        return taken(request)

    def __enter__(self) -> Self:
        for thread in self.threads:
            thread.start()
        self.all_there.wait(10)
        return self

    def __exit__(self, *_: object) -> None:
        self.go.set()
        for thread in self.threads:
            thread.join(10)


@pytest.mark.parametrize("rush", [3, even_time.A_RUSH])
def test_in_a_rush_nobody_waits_and_afterwards_they_do_again(rush: int) -> None:
    with Crowd(rush) as crowd:
        assert waited(100.0, 100.001, view=crowd.view) == []
    assert waited(100.0, 100.001, view=crowd.view) == [pytest.approx(0.009)]


def test_a_rush_at_one_form_is_none_at_another() -> None:
    with Crowd(even_time.A_RUSH):
        assert waited(100.0, 100.001) == [pytest.approx(0.009)]


def test_a_view_that_fails_is_no_longer_counted() -> None:
    answers: list[Exception | HttpResponse] = [ValueError(), taken(FORM)]
    view = even_time.even(rush=2)(Mock(side_effect=answers))
    with pytest.raises(ValueError):
        view(FORM)
    with ThreadPoolExecutor(1) as another:
        assert another.submit(waited, 100.0, 100.001, view=view).result(10) == [pytest.approx(0.009)]
