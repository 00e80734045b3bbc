"""Scripts are a convenience: with them off, a supporter can do all that they can do with them."""

import pytest

from tests.browser.conftest import OpenPage
from tests.browser.supporter import SLUG, Supporter
from tests.services import Site

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [390, 1280])
def test_reading_signing_writing_and_leaving_need_no_javascript(site: Site, open_page: OpenPage, width: int) -> None:
    before = site.count(SLUG)
    page = open_page(width=width, java_script_enabled=False)
    supporter = Supporter(page, site, "en", f"no-scripts-{width}")
    supporter.finds_the_campaign()
    assert page.locator("html").get_attribute("lang") == "en"
    supporter.sends_the_form_unfinished()
    supporter.signs()
    supporter.confirms()
    supporter.sees_the_count(before + 1, named=True)
    supporter.writes()
    supporter.goes_back_to_change_a_word()
    supporter.downloads_the_letter()
    supporter.sends_the_letter()
    supporter.downloads_their_data()
    supporter.withdraws()
    supporter.sees_the_count(before, named=False)


def test_nothing_that_needs_a_script_is_shown_without_one(open_page: OpenPage) -> None:
    page = open_page(java_script_enabled=False)
    page.goto(f"/{SLUG}/")
    assert page.locator("[data-share-copy]").count() == 1
    assert not page.locator("[data-share-copy], [data-share-native]").locator("visible=true").count()
    for button in page.locator("button:visible").all():
        assert button.evaluate("button => button.form !== null"), button.inner_text()
