"""The numbers of a campaign, as an organiser sees them; and that where somebody came from arrives with the form."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, OpenPage, Witness
from tests.browser.supporter import PAGES, SLUG, Supporter
from tests.browser.test_accessibility import Examiner
from tests.services import KEPT_OF_THE_ENVIRONMENT, ROOT, Site

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
    kept = {name: os.environ[name] for name in KEPT_OF_THE_ENVIRONMENT if name in os.environ}
    ours = {"DEMONSTRATION": "1", "PORT": str(site.port), "VAR_DIR": str(site.folder)}
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", SIGN % (SLUG, number)]
    subprocess.run(command, cwd=ROOT, env=kept | ours, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Any:
    """The cookies of an owner who has signed in, once: attempts are counted."""
    context = browser.new_context(base_url=site.url)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto(f"/organise/account/login/?next=/organise/campaigns/{SLUG}/numbers/")
    page.fill("[name=login]", "organiser@example.org")
    page.fill("[name=password]", (site.folder / "organiser-password").read_text().strip())
    page.click(".card [type=submit]")
    expect(page.locator("h1")).to_have_text("Numbers")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def numbers(browser: Browser, site: Site, signed_in: Any) -> Iterator[Page]:
    """The page, open to an owner, of a campaign that 120 more have signed."""
    sign(site, 120)
    size: Any = {"width": 1280, "height": 900}
    look: Any = {"viewport": size, "reduced_motion": "reduce", "storage_state": signed_in}
    context: BrowserContext = browser.new_context(base_url=site.url, **look)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    witness = Witness(site)
    witness.watch(page)
    page.goto(f"/organise/campaigns/{SLUG}/numbers/")
    yield page
    context.close()
    assert not witness.complaints, "\n".join(witness.complaints)


def shown(page: Page) -> int:
    return int(page.locator(".sum .whole dd").inner_text().replace(",", ""))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_numbers_are_accessible(numbers: Page, screenshots: Path, language: str) -> None:
    here = f"/organise/{'' if language == 'en' else 'ar/'}campaigns/{SLUG}/numbers/"
    examiner = Examiner(numbers, language, screenshots)
    for period in ("7", "all"):
        numbers.goto(f"{here}?period={period}")
        examiner.look(f"numbers-{period}")
    numbers.locator("#days summary").click()
    numbers.locator("#confirmation summary").click()
    examiner.look("numbers-tables")
    assert not examiner.problems, "\n" + "\n".join(dict.fromkeys(examiner.problems))


def test_the_numbers_renew_themselves_and_an_open_table_stays_open(numbers: Page, site: Site) -> None:
    numbers.locator("#days summary").click()
    before = shown(numbers)
    sign(site, 10)
    expect(numbers.locator(".sum .whole dd")).not_to_have_text(f"{before:,}")
    assert shown(numbers) > before
    assert numbers.locator("#days").get_attribute("open") is not None
    expect(numbers.locator("[data-live-state]")).to_have_attribute("data-now", "live")


def test_a_links_words_and_the_name_of_a_site_arrive_with_the_form(open_page: OpenPage, site: Site) -> None:
    page = open_page(1280)
    supporter = Supporter(page, site, "en", "came-from")
    page.goto(f"{PAGES['en']}?utm_source=Newsletter", referer="https://www.example.org/private/page?for=anna")
    expect(page.locator("[name=came_from]").first).to_have_value("www.example.org")
    sent: list[Any] = []
    page.on("request", lambda request: sent.append(request) if request.method == "POST" else None)
    supporter.signs()
    [post] = sent
    assert post.all_headers()["referer"] == f"{site.url}{PAGES['en']}?utm_source=Newsletter"
    assert "came_from=www.example.org" in post.post_data and "anna" not in post.post_data
