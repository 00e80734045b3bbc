"""The numbers of a campaign, as an organiser sees them; and that where somebody came from arrives with the form."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.browser.supporter import PAGES, SLUG, Supporter
from tests.services import Site

pytestmark = pytest.mark.browser

SIGN = """
from datetime import timedelta
from django.utils import timezone
from campaigns import counting, retention
from campaigns.models import Campaign, CampaignText, Signature
from letters.models import Constituency

campaign = Campaign.objects.get(slug=%r)
text = CampaignText.objects.current().filter(campaign=campaign).first()
areas = list(Constituency.objects.all()[:25])
for number in range(%d):
    at = timezone.now() - timedelta(days=number %% 40)
    Signature.objects.create(
        campaign=campaign, text=text, state="pending" if number %% 9 == 0 and number %% 40 < 29 else "confirmed",
        display="none", consent_at=at, confirmed_at=at, area=areas[number %% 25],
        erase_on=retention.kept_until(campaign),
        came_from=("", "newsletter / email", "حملة / واتساب", "example.org")[number %% 4],
    )
counting.fold_all()
"""


def sign(site: Site, number: int) -> None:
    site.run(SIGN % (SLUG, number))


@pytest.fixture
def numbers(open_workspace: OpenPage, site: Site) -> Page:
    """The page, open to an owner, of a campaign that 120 more have signed."""
    sign(site, 120)
    return open_workspace(f"/organise/campaigns/{SLUG}/numbers/")


def shown(page: Page) -> int:
    return int(page.locator(".sum .whole dd").inner_text().replace(",", ""))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_numbers_are_accessible(numbers: Page, examine: Examine, language: str) -> None:
    here = f"/organise/{'' if language == 'en' else 'ar/'}campaigns/{SLUG}/numbers/"
    examiner = examine(numbers, language)
    for period in ("7", "all"):
        numbers.goto(f"{here}?period={period}")
        examiner.look(f"numbers-{period}")
    numbers.locator("#days summary").click()
    numbers.locator("#confirmation summary").click()
    examiner.look("numbers-tables")


def test_the_numbers_renew_themselves_and_an_open_table_stays_open(numbers: Page, site: Site) -> None:
    numbers.locator("#days summary").click()
    before = shown(numbers)
    sign(site, 10)
    expect(numbers.locator(".sum .whole dd")).not_to_have_text(f"{before:,}")
    assert shown(numbers) > before
    assert numbers.locator("#days").get_attribute("open") is not None
    expect(numbers.locator("[data-live-state]")).to_have_attribute("data-now", "live")


def test_a_links_words_and_the_name_of_a_site_arrive_with_the_form(open_page: OpenPage, site: Site) -> None:
    page = open_page()
    supporter = Supporter(page, site, "en", "came-from")
    page.goto(f"{PAGES['en']}?utm_source=Newsletter", referer="https://www.example.org/private/page?for=anna")
    expect(page.locator("[name=came_from]").first).to_have_value("www.example.org")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    supporter.signs()
    [post] = sent
    assert post.all_headers()["referer"] == f"{site.url}{PAGES['en']}?utm_source=Newsletter"
    assert "came_from=www.example.org" in post.post_data and "anna" not in post.post_data
