"""A document becomes a public page: with a mouse, by keyboard alone, and without a script."""

import re
from typing import Any

import pytest
from playwright.sync_api import Dialog, Locator, Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.browser.examining import DESK, PHONE
from tests.campaigns.organising.sent_to_text import DOCUMENT, SENT
from tests.services import Site

pytestmark = pytest.mark.browser

PLACE = "/organise/organisations/demonstration/material/"
TITLE = "Keep the swimming pool of {town} open"
LETTER = """# Keep the swimming pool of {town} open

*The council wants to close it in March. Four clubs and nine schools swim there.*

By Mara Lindqvist, 14 October 2026

Share this: Facebook | Twitter | Email

Dear members of the {town} council,

You plan to close the only pool of our town in March. Last year 1,240 children learned to swim there.

The nearest other pool is 31 miles away, and no bus goes there.

We call on you to:

- keep the pool open until a new one stands
- publish the engineer's report

On 5 December 2026 we meet in front of the town hall at noon.

Yours faithfully,

Mara Lindqvist, Easton Swimmers

Tom Okafor, Head of Hill School
"""
ARABIC = """# أبقوا مسبح البلدة مفتوحًا

السادة أعضاء المجلس،

تعتزمون إغلاق المسبح الوحيد في بلدتنا في آذار. تعلّم فيه السباحة ألف طفل في العام الماضي.

نطالبكم بإبقاء المسبح مفتوحًا حتى يُبنى غيره.

مع التقدير،
"""
FOCUSABLE = "a[href], button:not([disabled]):not([tabindex='-1']), input:not([type=hidden]), select, textarea, summary"


def give(page: Page, text: str, name: str) -> None:
    page.goto(PLACE)
    page.set_input_files("[name=file]", {"name": f"{name}.md", "mimeType": "text/markdown", "buffer": text.encode()})
    page.click("main form .actions button")
    expect(page.locator("#check")).to_be_visible()


def passage(page: Page, words: str) -> Locator:
    return page.locator("#original .piece").filter(has_text=words).first


def go_on(page: Page, button: str, seen: str) -> None:
    page.click(button)
    expect(page.locator(seen).first).to_be_visible()
    page.wait_for_load_state()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_a_document_becomes_a_public_page(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    town = {"en": "Easton", "ar": "Weston"}[language]
    place = PLACE if language == "en" else PLACE.replace("/organise/", "/organise/ar/")
    page = open_workspace(place)
    examiner = examine(page, language)
    page.click("main form .actions button")
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("material-errors")
    text = LETTER.format(town=town)
    page.set_input_files("[name=file]", {"name": "pool.md", "mimeType": "text/markdown", "buffer": text.encode()})
    go_on(page, "main form .actions button", "#check")
    expect(page.locator("#id_title")).to_have_value(TITLE.format(town=town))
    examiner.look("material-check")
    page.click("main a[href$='/signatories/']")
    examiner.look("material-signatories")
    page.go_back()

    page.focus("#id_title")
    expect(page.locator("#original .seg.lit")).to_have_text(TITLE.format(town=town))
    page.fill("#id_title", "")
    page.fill("#id_summary", "Our town would lose its only pool.")
    go_on(page, "[name=do][value=next]", "#errors")
    examiner.look("material-check-errors")
    heading = passage(page, TITLE.format(town=town))
    heading.hover()
    heading.locator("[name=send]").click()
    examiner.look("material-send")
    page.click("[data-to=title]")
    expect(page.locator("#id_title")).to_have_value(TITLE.format(town=town))
    expect(page.locator(".sent-bar")).not_to_be_empty()
    page.check("#id_name_document")
    page.check("#id_cite")
    go_on(page, "[name=do][value=next]", "#id_slug")

    expect(page.locator("#id_slug")).to_have_value(f"keep-the-swimming-pool-of-{town.lower()}-open")
    page.select_option("#id_legislature", index=1)
    examiner.look("material-address")
    page.fill("#id_slug", "organise")
    go_on(page, "main form .actions button", "#errors")
    examiner.look("material-address-errors")
    page.fill("#id_slug", f"pool-of-{town.lower()}")
    go_on(page, "main form .actions button", ".preview-bar")
    examiner.look("material-preview")
    expect(page.locator("h1")).to_have_text(TITLE.format(town=town))
    go_on(page, ".preview-bar form button", ".plate")
    examiner.look("material-done")
    page.click(".plate a")
    expect(page).to_have_url(f"{site.url}/pool-of-{town.lower()}/")
    expect(page.locator("h1")).to_have_text(TITLE.format(town=town))
    expect(page.locator(".said")).to_contain_text("pool.md")
    expect(page.locator("#sign form")).to_be_visible()
    expect(page.locator(".preview-bar")).to_have_count(0)
    page.goto(place)
    examiner.look("material")
    page.click(".materials > li > a:last-child")
    examiner.look("material-delete")


def test_a_document_from_right_to_left_is_read_in_a_page_from_left_to_right(
    open_workspace: OpenPage, examine: Examine
) -> None:
    page = open_workspace()
    give(page, ARABIC, "masbah")
    examiner = examine(page, "en")
    examiner.look("material-check-of-arabic")
    for selector in ("#id_title", "#id_text", "#original .piece .words"):
        assert page.locator(selector).first.evaluate("node => getComputedStyle(node).direction") == "rtl", selector
    expect(page.locator("#original .sheet")).to_have_attribute("lang", "ar")
    assert page.locator("#original h2").evaluate("node => getComputedStyle(node).direction") == "ltr"


def focused(page: Page) -> Any:
    return page.evaluate(
        "() => { const one = document.activeElement; return one.id || one.name || one.textContent.trim() }"
    )


def test_the_keyboard_alone_reaches_everything(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, LETTER.format(town="Norton"), "keyboard")
    page.evaluate("document.activeElement.blur()")
    there = page.evaluate(
        """selector => [...document.querySelectorAll(selector)].filter(one => one.checkVisibility()
            && !(one.type === 'radio' && !one.checked)).map((one, n) => (one.dataset.stop = n))""",
        FOCUSABLE,
    )
    reached = set()
    for _ in range(len(there) + 20):
        page.keyboard.press("Tab")
        stop = page.evaluate("() => document.activeElement.dataset.stop")
        reached |= {int(stop)} if stop else set()
    missed = [
        page.locator(f"[data-stop='{stop}']").evaluate("one => one.outerHTML.slice(0, 150)")
        for stop in sorted(set(there) - reached)
    ]
    assert not missed, "\n".join(missed)

    # From a field to what it rests on, and back.
    page.locator("#div_id_title [data-show]").focus()
    page.keyboard.press("Enter")
    expect(passage(page, TITLE.format(town="Norton"))).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#div_id_title [data-show]")).to_be_focused()

    # A passage is sent to a field, and that is undone.
    sending = passage(page, "31 miles").locator("[name=send]")
    sending.focus()
    page.keyboard.press("Enter")
    assert focused(page) == "Title"
    page.keyboard.press("Escape")
    expect(sending).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#id_summary")).to_have_value("The nearest other pool is 31 miles away, and no bus goes there.")
    expect(sending).to_be_focused()
    page.locator(".sent-bar button").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("#id_summary")).to_have_value(re.compile("Four clubs"))


SELECT = """([first, last]) => {
    const range = document.createRange(), walker = document.createTreeWalker(document.querySelector("#original"), 4);
    for (let text; (text = walker.nextNode()); ) {
        if (text.data.includes(first)) range.setStart(text, text.data.indexOf(first));
        if (text.data.includes(last)) range.setEnd(text, text.data.indexOf(last) + last.length);
    }
    getSelection().removeAllRanges(); getSelection().addRange(range);
}"""


def test_what_is_selected_in_the_original_is_sent_to_a_new_ask(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, LETTER.format(town="Sutton"), "selecting")
    before = page.locator("[data-rows=asks] > li").count()
    page.evaluate(SELECT, ["the only pool", "the only pool"])
    page.click("[data-to=asks]")
    expect(page.locator("[data-rows=asks] > li")).to_have_count(before + 1)
    expect(page.locator("[data-rows=asks] > li textarea").last).to_have_value("the only pool")


def test_what_is_selected_over_several_passages_is_their_words_alone(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, LETTER.format(town="Hutton"), "selecting-several")
    page.evaluate(SELECT, ["learned to swim", "no bus goes there"])
    page.click("[data-to=summary]")
    nearest = "The nearest other pool is 31 miles away, and no bus goes there"
    expect(page.locator("#id_summary")).to_have_value(f"learned to swim there.\n\n{nearest}")
    before = "You plan to close the only pool of our town in March. Last year 1,240 children learned to swim there."
    page.fill("#id_text", f"{before}\n\nThe end.")
    page.evaluate(SELECT, ["no bus goes there", "publish the engineer's report"])
    page.click("[data-to=text]")
    asks = "- keep the pool open until a new one stands\n- publish the engineer's report"
    added = f"no bus goes there.\n\nWe call on you to:\n\n{asks}"
    expect(page.locator("#id_text")).to_have_value(f"{before}\n\n{added}\n\nThe end.\n")


def test_a_piece_is_put_where_the_server_puts_it(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, DOCUMENT, "sent-to-text")
    for _why, before, sent, after in SENT:
        page.fill("#id_text", before)
        passage(page, sent).locator("[name=send]").click()
        page.click("[data-to=text]")
        expect(page.locator("#id_text")).to_have_value(after + "\n")


def test_what_was_typed_after_sending_is_not_undone(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, LETTER.format(town="Histon"), "undoing")
    passage(page, "31 miles").locator("[name=send]").click()
    page.click("[data-to=summary]")
    expect(page.locator(".sent-bar button").first).to_have_text("Undo")
    page.fill("#id_title", "Somewhere else")
    expect(page.locator(".sent-bar")).not_to_be_empty()
    page.locator("#id_summary").press_sequentially("!")
    expect(page.locator(".sent-bar")).to_be_empty()


def test_whoever_leaves_a_page_that_is_not_saved_is_asked(open_workspace: OpenPage) -> None:
    page = open_workspace()
    give(page, LETTER.format(town="Marton"), "leaving")
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.fill("#id_title", "")
    go_on(page, "[name=do][value=next]", "#errors")
    with page.expect_download():  # it leaves nothing
        page.click(".about [download]")
    assert not asked
    page.click(".about a >> nth=0")
    expect(page.locator("#check")).to_be_visible()
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_it_goes_without_a_script(open_workspace: OpenPage, width: int) -> None:
    page = open_workspace(width=width, java_script_enabled=False)
    town = f"Aston{width}"
    give(page, LETTER.format(town=town), f"no-script-{width}")
    page.fill("#id_title", "Typed before")
    page.click("#div_id_salutation .rests-on a")
    expect(page.locator(".piece:has(:target)")).to_contain_text("Dear members")
    passage(page, "31 miles").locator("[name=send]").click()
    expect(page.locator("#where")).to_contain_text("31 miles")
    go_on(page, "#where [name=to][value=summary]", ".said-so")
    expect(page.locator("#id_summary")).to_have_value("The nearest other pool is 31 miles away, and no bus goes there.")
    expect(page.locator("#id_title")).to_have_value("Typed before")
    page.locator("#id_title").press("Control+a")
    page.keyboard.type(TITLE.format(town=town))
    go_on(page, "[name=do][value=next]", "#id_slug")
    go_on(page, "main form .actions button", ".preview-bar")
    go_on(page, ".preview-bar form button", ".plate")
    page.click(".plate a")
    expect(page.locator("h1")).to_have_text(TITLE.format(town=town))


def test_a_text_too_long_for_a_form_is_answered_without_a_script(open_workspace: OpenPage) -> None:
    page = open_workspace(PLACE, java_script_enabled=False)
    page.fill("[name=pasted]", "The pool must stay. " * 40_000)
    go_on(page, "main form .actions button", "#errors")
    expect(page.locator("#errors")).to_contain_text("Save it as a file, and choose that.")


SECOND = """
from campaigns.models import Membership, User
from tests.campaigns.factories import make_organisation
Membership.objects.create(
    user=User.objects.get(email="organiser@example.org"), organisation=make_organisation(slug="second"), role="owner"
)
"""


@pytest.mark.parametrize("language", ["en", "ar"])
def test_whoever_organises_for_two_chooses_first(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    site.run(SECOND)
    try:
        page = open_workspace("/organise/material/" if language == "en" else "/organise/ar/material/")
        examiner = examine(page, language)
        examiner.look("material-choose")
        page.click("main a[href*='/demonstration/']")
        expect(page.locator(".drop")).to_be_visible()
    finally:
        site.run("from campaigns.models import Organisation; Organisation.objects.get(slug='second').delete()")


def test_on_a_phone_one_side_is_shown_at_a_time(open_workspace: OpenPage) -> None:
    page = open_workspace(width=PHONE)
    give(page, LETTER.format(town="Milton"), "phone")
    expect(page.locator("#draft")).to_be_visible()
    expect(page.locator("#original")).not_to_be_visible()
    page.click("#div_id_title [data-show]")
    expect(page.locator("#original .seg.lit")).to_be_in_viewport()
    expect(page.locator("#draft")).not_to_be_visible()
    page.click("#original .back")
    expect(page.locator("#div_id_title [data-show]")).to_be_focused()
    page.click(".sides a[href='#original']")
    expect(page.locator("#original")).to_be_visible()


def test_a_file_can_be_dropped_and_a_long_text_be_pasted(open_workspace: OpenPage) -> None:
    page = open_workspace(PLACE)
    carried = page.evaluate_handle(
        "text => { const data = new DataTransfer(); data.items.add(new File([text], 'dropped.md')); return data }",
        LETTER.format(town="Dalton"),
    )
    page.dispatch_event("h1", "dragover", {"dataTransfer": carried})
    expect(page.locator(".drop.over")).to_be_visible()
    page.dispatch_event("h1", "drop", {"dataTransfer": carried})  # beside the field it must not be opened instead
    go_on(page, "main form .actions button", "#check")
    expect(page.locator(".about")).to_contain_text("dropped.md")
    page.goto(PLACE)
    sentence = "The pool of Walton is the only one for many miles around, and it must stay. "
    page.fill("[name=pasted]", LETTER.format(town="Walton") + "\n\n".join([sentence * 20] * 400))
    go_on(page, "main form .actions button", "#check")  # more than a form may hold, so it went as a file
    expect(page.locator("#id_title")).to_have_value(TITLE.format(town="Walton"))
    expect(page.locator(".warned")).to_be_visible()
