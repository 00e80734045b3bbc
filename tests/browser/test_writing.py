"""What the letter's pages do with a script, and that it follows the rules of the server."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from letters.own_words import own_share
from tests.browser.conftest import OpenPage
from tests.browser.furnishing import PAGES, furnish
from tests.browser.supporter import POSTCODE
from tests.letters.test_own_words import SAMPLES
from tests.services import Site

pytestmark = pytest.mark.browser


@pytest.fixture
def points(site: Site, open_page: OpenPage) -> Iterator[Page]:
    furnish(site)
    page = open_page(f"{PAGES['en']}write/", 390)
    page.fill("[name=postcode]", POSTCODE)
    page.click("button[value=find]")
    page.click("button[value=whom]")
    yield page


def shown_share(page: Page) -> int:
    page.wait_for_timeout(400)  # the script waits for a pause in the typing
    return int(float(page.locator(".own-share meter").first.evaluate("meter => meter.value")))


def test_the_meter_follows_the_rule_of_the_server(points: Page) -> None:
    points.click("button[value=points]")
    given = points.locator(".own-share").first.evaluate("place => JSON.parse(place.dataset.given)")
    assert len(given) == 5, "opening, three points, ask"
    body = points.locator("textarea[name=body]")
    texts = [
        given[0],
        f"{given[2]}\n\n{given[1]} I add a few words.",
        "Mine\u00a0alone.\u3000Yes.",
        *given[1].split(". "),
    ]
    for text in [*texts, *(sample for sample, _ in SAMPLES)]:
        body.fill(text)
        assert shown_share(points) == own_share(text.strip(), given), text


def test_the_meter_speaks_when_something_changes_and_blocks_nothing(points: Page) -> None:
    points.click("button[value=points]")
    said = points.locator(".own-share p").first
    expect(said).to_contain_text("All of it is the campaign’s text")
    points.fill("[name=own_words]", "My daughter came home hungry, and could not think of anything else all day long.")
    expect(said).to_contain_text("yours")
    points.fill("textarea[name=body]", "word " * 3000)
    expect(said).to_contain_text("characters too many")
    points.click("button[value=preview]")
    expect(points.locator("#errors")).to_contain_text("characters too long")
    assert len(points.locator("textarea[name=body]").input_value()) > 14_000, "what was typed is all there"


def test_points_are_put_in_order_by_the_keyboard(points: Page) -> None:
    items = points.locator("ol.points > li")
    expect(points.locator(".points .place").first).to_be_hidden()
    last = items.nth(2).inner_text()
    for item in items.all():
        item.locator("input[type=checkbox]").press("Space")
    up = items.nth(2).locator(".mover").first
    up.focus()
    for place in ("2", "1"):
        points.keyboard.press("Enter")
        expect(points.locator("fieldset [role=status]")).to_have_text(f"Now in place {place} of 3.")
    assert items.nth(0).inner_text() == last
    assert points.evaluate("document.activeElement.className") == "mover", "the focus stays with the point"
    points.keyboard.press("Enter")  # it is the first already
    assert items.nth(0).inner_text() == last
    for mover in points.locator(".mover").all():
        box = mover.bounding_box()
        assert box is not None and min(box["width"], box["height"]) >= 24
    points.click("button[value=points]")
    body = points.locator("textarea[name=body]").input_value()
    assert body.index("Other towns") < body.index("Children who are hungry") < body.index("A free meal")
