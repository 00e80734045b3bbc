"""A text is written: saved by itself, shown as it will be read, by two at once, by keyboard, and without a script."""

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Page, Route, expect

from tests.browser.conftest import Examine, OpenPage
from tests.browser.examining import DESK, PHONE
from tests.browser.test_material import FOCUSABLE
from tests.services import Site

pytestmark = pytest.mark.browser

NEW = "/organise/organisations/demonstration/campaigns/new/"
SUMMARY, BODY = "The council wants to close it.", "It must **stay**.\n\n## Why\n\n- there is no other"


def begin(page: Page, title: str, language: str = "en") -> str:
    """A new campaign; answers where its text is written."""
    page.goto(NEW)
    page.fill("[name=title]", title)
    page.click("main form .actions button")
    expect(page.locator("#wording")).to_be_visible()
    address = page.url if language == "en" else page.url.replace("/organise/", "/organise/ar/")
    page.goto(address)
    return address


def is_saved(page: Page) -> None:
    expect(page.locator("[data-saving].is-good")).not_to_be_empty()


def write(page: Page, **fields: str) -> None:
    for name, text in fields.items():
        page.fill(f"[name={name}]", text)
    is_saved(page)


def test_a_text_is_saved_by_itself_and_shown_as_it_will_be_read(open_workspace: OpenPage) -> None:
    page = open_workspace()
    address = begin(page, "Keep the pool of Norton open")
    expect(page.locator("[data-saving]")).to_have_attribute("role", "status")
    page.locator("[name=body]").press_sequentially("It must **stay**.")
    expect(page.locator("[data-preview-of] strong")).to_have_text("stay")
    write(page, summary=SUMMARY)
    expect(page.locator("[data-saving]")).to_contain_text("Saved at")
    page.goto(address)
    expect(page.locator("[name=body]")).to_have_value("It must **stay**.\n")
    expect(page.locator("[data-preview-of] strong")).to_have_text("stay")
    page.fill("[name=body]", "")
    expect(page.locator("[data-preview-of]")).to_have_text("Nothing written yet.")
    is_saved(page)


def test_a_placeholder_is_checked_while_it_is_typed(open_workspace: OpenPage) -> None:
    page = open_workspace()
    begin(page, "Keep the pool of Sutton open")
    write(page, letter_subject="The pool", letter_body="I am {nmae}.")
    expect(page.locator("[data-wrong=letter_body]")).to_contain_text("{nmae}")
    field = page.locator("[name=letter_body]")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(re.compile("These are not placeholders"))
    field.fill("I am {name}.")
    expect(page.locator("[data-wrong=letter_body]")).to_be_empty()
    expect(field).not_to_have_attribute("aria-invalid", "true")


@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_the_later_of_two_is_told_and_chooses(open_workspace: OpenPage, choice: str) -> None:
    first = open_workspace()
    address = begin(first, f"Keep the pool of Hutton open: {choice}")
    second = open_workspace(meant=(409,))
    second.goto(address)
    write(first, body="The pool must stay open.")
    second.fill("[name=body]", "The pool must stay ours.")
    expect(second.locator("#conflict")).to_be_in_viewport()
    expect(second.locator("[data-saving].is-bad")).not_to_be_empty()
    second.click("#conflict summary")
    expect(second.locator("#conflict ins")).to_contain_text("open")
    expect(second.locator("#conflict del")).to_contain_text("ours")
    write(first, summary="Saved again meanwhile.")  # whoever was first goes on
    expect(second.locator("[name=body]")).to_have_value("The pool must stay ours.")
    second.click(f"#conflict [value={choice}]")
    if choice == "mine":  # what was saved in between is told of again
        expect(second.locator("#conflict")).to_be_visible()
        second.click("#conflict [value=mine]")
    expect(second.locator(".said-so")).to_be_visible()
    kept, aside = ("ours", "open") if choice == "mine" else ("open", "ours")
    expect(second.locator("[name=body]")).to_have_value(f"The pool must stay {kept}.\n")
    second.click(".asides summary")
    expect(second.locator(".asides ins")).to_contain_text([aside])
    second.click(".asides button")
    expect(second.locator("[name=body]")).to_have_value(f"The pool must stay {aside}.\n")


def test_what_cannot_be_saved_now_is_tried_again_and_leaving_is_asked_about(open_workspace: OpenPage) -> None:
    page = open_workspace()
    address = begin(page, "Keep the pool of Marton open")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)

    def lose(route: Route) -> None:
        route.abort()

    page.route("**/autosave/", lose)
    page.fill("[name=summary]", SUMMARY)
    expect(page.locator("[data-saving].is-bad")).to_contain_text("no connection")
    page.click(".about a >> nth=0")
    expect(page.locator("#wording")).to_be_visible()
    assert asked == ["beforeunload"]
    page.unroute("**/autosave/", lose)
    is_saved(page)
    page.goto(address)
    expect(page.locator("[name=summary]")).to_have_value(SUMMARY)
    assert asked == ["beforeunload"]


def test_a_text_too_long_is_refused_in_a_sentence_and_stays(open_workspace: OpenPage) -> None:
    page = open_workspace(meant=(422,))
    begin(page, "Keep the pool of Histon open")
    page.fill("[name=body]", "The pool must stay. " * 10_000)
    expect(page.locator("[data-saving].is-bad")).to_contain_text("Text:")
    expect(page.locator("[data-preview-of]")).to_contain_text("too long to be shown")
    page.fill("[name=body]", "The pool must stay.")
    is_saved(page)


@pytest.mark.parametrize("language", ["en", "ar"])
def test_every_page_of_a_text_is_accessible(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    page = open_workspace(NEW if language == "en" else NEW.replace("/organise/", "/organise/ar/"), meant=(409,))
    examiner = examine(page, language)
    examiner.look("new-campaign")
    page.click("main form .actions button")
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("new-campaign-errors")
    slug = f"pool-of-{language}"
    page.fill("[name=title]", "Keep the pool open")
    page.fill("[name=slug]", slug)
    page.select_option("[name=language]", "en")
    page.click("main form .actions button")
    expect(page.locator("#wording")).to_be_visible()
    write(page, summary=SUMMARY, body=BODY, letter_subject="The pool", letter_body="I am {nmae}.")
    page.click(".markdown summary")
    examiner.look("wording-edit")
    other = page.context.new_page()
    other.goto(page.url)
    page.fill("[name=letter_body]", "I am {name}.")
    expect(page.locator("[data-wrong=letter_body]")).to_be_empty()
    other.fill("[name=title]", "Keep our pool open")
    expect(other.locator("#conflict")).to_be_visible()
    of_other = examine(other, language)
    other.click("#conflict summary")
    of_other.look("wording-conflict")
    other.click("#conflict [value=theirs]")
    expect(other.locator(".asides")).to_be_visible()
    other.click(".asides summary")
    of_other.look("wording-aside")
    other.close()

    place = page.url.removesuffix("wording/en/")
    page.goto(f"{place}translations/new-language/")
    examiner.look("translations-add")
    page.select_option("[name=chosen]", "ar")
    page.click("main form .actions button")
    expect(page.locator("[name=w-title]")).to_have_css("direction", "rtl")
    write(page, **{"w-title": "أبقوا المسبح مفتوحًا", "w-summary": "يريد المجلس إغلاقه."})
    examiner.look("translations")

    site.run(PUBLISH.format(slug=slug))
    page.goto(f"{place}wording/en/")
    write(page, summary="The council wants to close our pool.")
    page.click("#wording [value=publish]")
    expect(page.locator(".difference ins")).to_contain_text("our pool")
    examiner.look("wording-publish")
    page.click("main form.first .actions button")
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("wording-publish-errors")
    page.fill("[name=change_note]", "It is ours.")
    page.check("[name=same_meaning]")
    page.click("main form.first .actions button")
    expect(page.locator(".history-of-text")).to_be_visible()
    examiner.look("versions")
    page.goto(f"{place}translations/ar/")
    expect(page.locator(".older")).to_have_count(1)
    examiner.look("translations-older")
    page.goto(f"{place}wording/")
    examiner.look("wording")
    page.goto(f"{place}preview/")
    examiner.look("preview-of-a-text")
    page.goto(f"/{slug}/changes/")
    examiner.look("changes")
    page.goto(f"/{slug}/")
    page.click(".headline a[href$='/changes/']")
    expect(page.locator(".difference ins")).to_contain_text("our pool")


PUBLISH = """
from campaigns import living
from campaigns.models import Campaign
living.publish(Campaign.objects.get(slug="{slug}"))
"""


def test_the_keyboard_alone_reaches_everything(open_workspace: OpenPage) -> None:
    page = open_workspace()
    begin(page, "Keep the pool of Dalton open")
    page.evaluate("document.activeElement.blur()")
    there: list[Any] = page.evaluate(
        """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility())
            .map((one, n) => (one.dataset.stop = n))""",
        FOCUSABLE,
    )
    reached = set()
    for _ in range(len(there) + 20):
        page.keyboard.press("Tab")
        stop = page.evaluate("() => document.activeElement.dataset.stop")
        reached |= {int(stop)} if stop else set()
        if stop and page.evaluate("() => document.activeElement.closest('#wording')"):
            hidden = page.evaluate(HIDDEN)
            assert not hidden, f"behind the bar that stays: {hidden}"
    assert reached == set(range(len(there)))


# What has the focus is not covered by the bar at the foot (WCAG 2.2, 2.4.11).
HIDDEN = """() => {
    const one = document.activeElement, bar = document.querySelector(".foot-of-draft");
    if (bar.contains(one)) return "";
    const box = one.getBoundingClientRect(), over = bar.getBoundingClientRect();
    const covered = box.top >= over.top && box.bottom <= over.bottom;
    return covered || box.top >= innerHeight ? one.outerHTML.slice(0, 120) : "";
}"""


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_goes_without_a_script(open_workspace: OpenPage, width: int) -> None:
    page = open_workspace(width=width, java_script_enabled=False)
    begin(page, f"Keep the pool of Aston{width} open")
    page.fill("[name=summary]", SUMMARY)
    page.fill("[name=body]", BODY)
    page.fill("[name=letter_body]", "I am {nmae}.")
    page.click("#wording .actions [value=save]")
    expect(page.locator(".said-so")).to_be_visible()
    expect(page.locator("[data-preview-of] strong")).to_have_text("stay")
    expect(page.locator("[data-wrong=letter_body]")).to_contain_text("{nmae}")
    page.click("#wording [value=next]")
    expect(page.locator(".preview-bar")).to_contain_text("Nobody else sees it yet")
    expect(page.locator(".prose h2")).to_have_text("Why")
    page.click(".preview-bar a.plain")
    expect(page.locator("[name=body]")).to_have_value(f"{BODY}\n")
