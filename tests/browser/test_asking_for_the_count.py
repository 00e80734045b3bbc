"""How often an open page asks for the count, by a clock that the test turns."""

from datetime import datetime

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage

pytestmark = pytest.mark.browser
PATH = "/idlib-labour/"


class Asked:
    """Answers in the site's place, and counts."""

    def __init__(self, page: Page) -> None:
        self.page, self.times = page, 0
        self.status, self.said = 200, {"count": 4711, "goal": 5000, "paper": 0, "open": True}
        self.headers: dict[str, str] = {}
        page.clock.install(time=datetime(2026, 11, 21, 12))
        page.route("**/count.json", self.answer)
        page.goto(PATH)

    def answer(self, route: Route) -> None:
        self.times += 1
        route.fulfill(status=self.status, json=self.said, headers=self.headers)

    def within(self, seconds: int) -> int:
        """How often it is asked for meanwhile."""
        before = self.times
        for _ in range(0, seconds, 10):
            self.page.clock.run_for(10_000)
            self.page.evaluate("new Promise(requestAnimationFrame)")  # what was answered has come through
        return self.times - before


def test_an_open_page_asks_now_and_then_and_ever_less_often(open_page: OpenPage) -> None:
    asked = Asked(open_page())
    assert asked.within(10) == 0
    assert asked.within(30) in (1, 2)
    expect(asked.page.locator(".tally [data-shows=count]")).to_have_text("4,711")
    assert asked.within(300) < 13
    asked.within(200)
    assert asked.within(200) < 5


def test_a_page_that_nobody_looks_at_asks_nothing(open_page: OpenPage) -> None:
    asked = Asked(open_page())
    hide = """hidden => {
        Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
        document.dispatchEvent(new Event("visibilitychange"));
    }"""
    asked.page.evaluate(hide, True)
    assert asked.within(100) == 0
    asked.page.evaluate(hide, False)
    assert asked.within(30) >= 1


@pytest.mark.parametrize("end", ["closed", "taken away"])
def test_a_campaign_that_is_over_is_asked_for_no_more(open_page: OpenPage, end: str) -> None:
    asked = Asked(open_page(meant=(404,)))
    if end == "closed":
        asked.said["open"] = False
    else:
        asked.status = 404
    assert asked.within(30) == 1
    assert asked.within(200) == 0


def test_a_site_in_trouble_is_asked_less_and_not_before_it_says(open_page: OpenPage) -> None:
    asked = Asked(open_page(meant=(503,)))
    asked.status, asked.headers = 503, {"Retry-After": "200"}
    assert asked.within(30) == 1
    assert asked.within(160) == 0, "not before the 200 seconds are over"
    asked.headers = {}
    assert asked.within(160) in (1, 2)
    assert asked.within(200) <= 3
    asked.status = 200
    assert asked.within(400) >= 1
    expect(asked.page.locator(".tally [data-shows=count]")).to_have_text("4,711")
