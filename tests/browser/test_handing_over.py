"""The pages from which a campaign is handed over, held against axe-core: packs, paper, and the page of a wording."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.supporter import SLUG
from tests.browser.test_accessibility import Examiner
from tests.browser.test_post_room import OpenPostRoom, open_post_room, pytestmark, signed_in
from tests.services import Site

__all__ = ["open_post_room", "pytestmark", "signed_in"]  # pytest finds them by their names here
PACKS, PAPER = f"/organise/campaigns/{SLUG}/packs/", f"/organise/campaigns/{SLUG}/paper/"


def pressed(page: Page, button: str) -> None:
    page.locator(f"main form .actions button:has-text('{button}')").click()


def test_making_a_pack_is_accessible_and_its_page_renews_itself(
    open_post_room: OpenPostRoom, site: Site, screenshots: Path
) -> None:
    page = open_post_room()
    examiner = Examiner(page, "en", screenshots)
    page.goto(f"{PACKS}new/?language=en")
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
    assert not examiner.problems, "\n" + "\n".join(dict.fromkeys(examiner.problems))


def test_counting_what_came_on_paper_is_accessible(open_post_room: OpenPostRoom, site: Site, screenshots: Path) -> None:
    page = open_post_room()
    examiner = Examiner(page, "en", screenshots)
    page.goto(PAPER)
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
    assert not examiner.problems, "\n" + "\n".join(dict.fromkeys(examiner.problems))


def test_the_page_of_a_wording_is_accessible(open_page: OpenPage, site: Site, screenshots: Path) -> None:
    page = open_page()
    problems: list[str] = []
    for language, path in {"en": f"/{SLUG}/", "ar": f"/{SLUG}/ar/"}.items():
        page.goto(path)
        page.goto(page.locator("a[href*='/wording/']").first.get_attribute("href") or "")
        examiner = Examiner(page, language, screenshots)
        examiner.look("wording")
        problems += examiner.problems
    assert not problems, "\n" + "\n".join(dict.fromkeys(problems))
