"""Signatures as organisers work with them: accessible at both sizes and in both languages, and by keyboard alone."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.services import Site, eventually

pytestmark = pytest.mark.browser

SLUG = "bench-in-the-park"
HERE = {"en": f"/organise/campaigns/{SLUG}/", "ar": f"/organise/ar/campaigns/{SLUG}/"}

# A campaign of this module's own, in the site's own database: others count what is in theirs.
ROWS = f"""
from campaigns import counting, moderating
from campaigns.models import Campaign, Organisation, Signature
from tests.campaigns.factories import make_campaign, make_signature, text_of

campaign = Campaign.objects.filter(slug="{SLUG}").first() or make_campaign(
    slug="{SLUG}", organisation=Organisation.objects.get(slug="demonstration"), arabic=True)
Signature.objects.filter(campaign=campaign).delete()
for number, (name, reason) in enumerate([
    ("Agnes Abbot", "I sit there every day."), ("ليلى حداد", "لأن الحديقة للجميع."), ("Boris Baker", ""),
    ("Wilhelmina Featherstonehaugh-Cholmondeley", "A very long word: " + "x" * 90), ("Cora Clark", "Buy cheap pills."),
]):
    make_signature(campaign, name=name, reason=reason, email=f"park{{number}}@example.org", affiliation="Nurse",
        came_from="newsletter / email" if number % 2 else "")
make_signature(campaign, name="Dan Dorn", email="dan@example.org", state="pending")
make_signature(campaign, name="First of All", email="", origin="imported", pinned=1)
campaign.invalidations.create(reason="A machine signed", signatures=3)
counting.fold_all()
"""


@pytest.fixture
def page(open_workspace: OpenPage, site: Site) -> Page:
    site.run(ROWS)
    return open_workspace()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_about_signatures_are_accessible(page: Page, examine: Examine, language: str) -> None:
    examiner, here = examine(page, language), HERE[language]
    for name, path in {
        "list": "signatures/",
        "filtered": "signatures/?state=pending",
        "filter-errors": "signatures/?since=2026-11-20&until=2026-11-19",
        "to-read": "moderation/",
        "to-read-names": "moderation/?what=names",
        "invalid": "invalidation/",
        "first": "signatories/",
    }.items():
        page.goto(here + path)
        examiner.look(f"signatures-{name}")
    page.goto(f"{here}signatures/")
    page.fill("#id_q", "agnes")
    page.press("#id_q", "Enter")
    page.locator(".people a").first.click()
    for summary in page.locator(".desk-room details summary").all():
        summary.click()
    examiner.look("signatures-one")
    page.goto(f"{here}invalidation/")
    page.select_option("#id_state", "confirmed")
    page.locator(".filter button").click()
    examiner.look("signatures-counted")
    page.locator(".btn.grave").click()
    examiner.look("signatures-counted-errors")
    page.goto(f"{here}signatories/")
    table: Any = {"name": "p.csv", "mimeType": "text/csv", "buffer": "Name,City\nZoë,Köln\n,Bonn\n".encode()}
    page.set_input_files("#id_file", table)
    page.locator("section[aria-labelledby=from-file] button").click()
    examiner.look("signatures-columns")
    page.check("#id_attest")
    page.locator("section[aria-labelledby=then] button").click()
    expect(page.locator("[role=status].said-so")).to_be_visible()
    examiner.look("signatures-read")


def test_a_batch_is_read_by_the_keyboard_alone(page: Page) -> None:
    """Tab goes from person to person, an arrow chooses, and the button at the end is reached and pressed."""
    page.goto(f"{HERE['en']}moderation/")
    rows = page.locator(".to-read > li")
    expect(rows).to_have_count(4)
    page.locator("nav.rooms.small a").last.focus()
    page.keyboard.press("Tab")
    for arrows in (1, 1, 1, 2):  # pass, pass, pass, hide the reason
        assert page.evaluate("document.activeElement.type") == "radio"
        for _ in range(arrows):
            page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
    page.keyboard.press("Tab")  # beyond “Pass all others”
    page.keyboard.press("Tab")  # and “Why”
    assert page.evaluate("document.activeElement.textContent") == "Do it"
    page.keyboard.press("Enter")
    expect(page.locator(".said-so")).to_have_text("4 signatures decided.")
    expect(page.locator(".all-well")).to_be_visible()
    page.goto(f"/{SLUG}/signatures/")
    names = page.locator(".signed b").all_inner_texts()
    assert names[0] == "First of All" and "Cora Clark" in names
    said = page.locator(".signed").inner_text()
    assert "I sit there every day." in said and "cheap pills" not in said


def test_somebody_is_declared_invalid_and_brought_back(page: Page) -> None:
    page.goto(f"{HERE['en']}signatures/")
    page.locator("li", has_text="Cora Clark").locator("input[type=checkbox]").check()
    page.get_by_role("button", name="Declare the ticked ones invalid").click()
    expect(page.locator("h1")).to_have_text("1 signature would be invalid")
    page.fill("#id_why", "A machine")
    page.locator(".btn.grave").click()
    expect(page.locator(".said-so")).to_have_text("1 signature is invalid now.")

    def listed() -> str:
        page.goto(f"/{SLUG}/signatures/?x={page.evaluate('Date.now()')}")
        return page.locator(".signed").inner_text()

    eventually(lambda: "Cora Clark" not in listed(), "her name to go")
    page.goto(f"{HERE['en']}invalidation/")
    page.locator(".entries li").first.get_by_role("button").click()
    eventually(lambda: "Cora Clark" in listed(), "her name to come back")
