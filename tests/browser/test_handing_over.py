"""The pages from which a campaign is handed over, held against axe-core: packs, paper, and the page of a wording."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.browser.supporter import SLUG

pytestmark = pytest.mark.browser

PACKS, PAPER = f"/organise/campaigns/{SLUG}/packs/", f"/organise/campaigns/{SLUG}/paper/"


def pressed(page: Page, button: str) -> None:
    page.locator(f"main form .actions button:has-text('{button}')").click()


def test_making_a_pack_is_accessible_and_its_page_renews_itself(open_workspace: OpenPage, examine: Examine) -> None:
    page = open_workspace(f"{PACKS}new/?language=en")
    examiner = examine(page, "en")
    examiner.look("pack-new")
    page.fill("[name=body]", "Dear {minister}")
    pressed(page, "Make the pack")
    expect(page.locator("[name=body]")).to_have_attribute("aria-invalid", "true")
    examiner.look("pack-new-errors")
    page.fill("[name=body]", "Here are {total}.")
    pressed(page, "Make the pack")
    page.evaluate("window.unchanged = true")
    expect(page.locator("main")).to_contain_text(re.compile(r"The pack of .* is ready"))
    assert page.evaluate("window.unchanged"), "the page was loaded again"
    examiner.look("pack")
    with page.expect_download() as download:
        page.click("a[href='?download']")
    assert download.value.path().read_bytes().startswith(b"%PDF")
    page.goto(PACKS)
    examiner.look("packs")


def test_counting_what_came_on_paper_is_accessible(open_workspace: OpenPage, examine: Examine) -> None:
    page = open_workspace(PAPER)
    examiner = examine(page, "en")
    page.fill("[name=signatures]", "-5")
    page.fill("[name=on]", "2999-01-01")
    pressed(page, "Add them")
    examiner.look("paper-errors")
    page.fill("[name=signatures]", "12")
    page.fill("[name=on]", "2026-01-01")
    page.fill("[name=note]", "The market, " + "x" * 180)
    pressed(page, "Add them")
    expect(page.locator(".said-so")).to_contain_text("12 signatures on paper added.")
    examiner.look("paper")
    page.click("ul.entries a")
    examiner.look("paper-remove")
    pressed(page, "Yes, remove it")


def test_the_page_of_a_wording_is_accessible(open_page: OpenPage, examine: Examine) -> None:
    page = open_page()
    for language, path in {"en": f"/{SLUG}/", "ar": f"/{SLUG}/ar/"}.items():
        page.goto(path)
        page.goto(page.locator("a[href*='/wording/']").first.get_attribute("href") or "")
        examine(page, language).look("page-of-a-wording")
