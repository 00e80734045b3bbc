"""What a campaign page costs those who open it: bytes, strangers, cookies."""

import pytest
from playwright.sync_api import Browser, Response

from tests.browser.conftest import OpenPage, Witness
from tests.services import Site

pytestmark = pytest.mark.browser

CAMPAIGNS = [
    "/aleppo-day-of-action/",
    "/aleppo-day-of-action/ar/",
    "/corbyn-russia-syria/",
    "/idlib-labour/",
    "/looming-massacre-idlib/",
    "/tyrants-bring-the-invaders/",
]
BUDGET = 60_000  # bytes, headers too


@pytest.mark.parametrize("path", CAMPAIGNS)
def test_a_campaign_page_is_light_and_keeps_to_itself(open_page: OpenPage, site: Site, path: str) -> None:
    page = open_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    page.goto(path, wait_until="networkidle")
    weight = {}
    for answer in answers:
        assert answer.url.startswith((site.url, "data:")), answer.url
        assert answer.header_value("set-cookie") is None, answer.url
        sizes = answer.request.sizes()
        weight[answer.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]
    kinds = {answer.request.resource_type for answer in answers}
    assert {"document", "stylesheet", "script"} <= kinds, "the page did not load as it should"
    assert sum(weight.values()) < BUDGET, weight
    assert answers[0].header_value("vary") in (None, "Accept-Encoding")
    policy = answers[0].header_value("content-security-policy") or ""
    assert "script-src 'self'" in policy and "unsafe" not in policy, policy


def test_the_witness_hears_a_breach_of_the_policy(browser: Browser, site: Site) -> None:
    """The other tests trust in silence, so once something must be heard."""
    witness = Witness(site)
    page = browser.new_page(base_url=site.url)
    witness.watch(page)
    page.goto(CAMPAIGNS[0])
    assert not witness.complaints
    with page.expect_console_message():
        page.evaluate("document.body.append(Object.assign(document.createElement('img'), {src: '//example.org/'}))")
    assert any("Content Security Policy" in complaint for complaint in witness.complaints)
    page.close()
