"""In a rush, whoever has waited too long is told to come again at once, with what they typed."""

import time

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config import queueing
from config.queueing import LONGEST, WINDOW, Luckiest
from tests.campaigns.factories import make_campaign, signing_form

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _a_proxy_of_ours(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.TRUSTED_PROXIES = 1
    for name in ("_luckiest", "_from_the_future"):
        monkeypatch.setattr(queueing, name, Luckiest())
    make_campaign(slug="example")


def signs(seconds_ago: float, clock: float = 0.0, header: str = "t={}", name: str = "Zoë Quick") -> tuple[int, str]:
    began = header.format(f"{time.time() - seconds_ago + clock:.3f}")
    response = Client().post("/example/sign/", signing_form(name=name), headers={"X-Request-Start": began})
    return response.status_code, response.content.decode()


def test_who_waited_too_long_keeps_what_they_typed_and_who_did_not_signs() -> None:
    assert signs(0.1)[0] == 303
    status, page = signs(LONGEST + 2)
    assert status == 503 and 'value="Zoë Quick"' in page
    assert signs(LONGEST - 1)[0] == 303


@pytest.mark.parametrize("clock", [-500.0, 500.0])
def test_a_proxy_whose_clock_is_wrong_costs_nobody_their_signature(clock: float) -> None:
    assert signs(0.1, clock)[0] == 303
    assert signs(LONGEST - 1, clock)[0] == 303
    assert signs(LONGEST + 2, clock)[0] == 503


@pytest.mark.parametrize("first", [True, False])
def test_one_from_the_future_makes_nobody_else_late(first: bool) -> None:
    """Where the proxy lets through what somebody wrote themselves."""
    if not first:
        assert signs(0.1)[0] == 303
    assert signs(0.1, 500.0)[0] == 303
    assert signs(0.2)[0] == 303
    assert signs(0.1, 500.0)[0] == 303 and signs(LONGEST - 1)[0] == 303
    assert signs(LONGEST + 2)[0] == 503


@pytest.mark.parametrize("header", ["", "t=", "yesterday", "t=-{}", "t=nan", "t=inf"])
def test_a_header_of_no_use_is_none(header: str) -> None:
    assert signs(0.1)[0] == 303
    assert signs(LONGEST + 2, header=header)[0] == 303


def test_without_a_proxy_of_ours_the_header_is_anybodys(settings: Settings) -> None:
    settings.TRUSTED_PROXIES = 0
    assert signs(0.1)[0] == 303 and signs(LONGEST + 2)[0] == 303


def test_health_is_answered_however_long_it_waited() -> None:
    assert signs(0.1)[0] == 303
    answer = Client().get("/healthz/", headers={"X-Request-Start": f"t={time.time() - 60}"})
    assert answer.content.decode().splitlines()[0] != ""  # it says how things are, and not that we are busy


def test_the_luckiest_of_the_last_minutes_is_what_counts() -> None:
    luckiest = Luckiest()
    assert luckiest.longer_than(2.0, 100.0) == 0
    assert luckiest.longer_than(9.0, 101.0) == 7
    assert luckiest.longer_than(9.0, 101.0 + WINDOW) == 7  # of the window before
    assert luckiest.longer_than(9.0, 102.0 + 2 * WINDOW) == 0  # the clock was set: forgotten
    assert luckiest.longer_than(3.0, 500.0 + 9 * WINDOW) == 0
