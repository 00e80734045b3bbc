"""Every page a supporter can see, held against axe-core, on a phone and a desk, light and dark, in both languages.

On the way it keeps a picture of each in build/screenshots, for people to look at.
"""

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import furnishing
from tests.browser.conftest import Examine, OpenPage
from tests.browser.examining import PHONE
from tests.browser.furnishing import furnish
from tests.browser.supporter import PAGES, POSTCODE, SLUG, Supporter
from tests.services import Site, eventually

pytestmark = pytest.mark.browser

Look = Callable[[str], None]


@pytest.fixture(params=["en", "ar"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def page(open_page: OpenPage) -> Page:
    return open_page()


@pytest.fixture
def look(page: Page, language: str, examine: Examine) -> Look:
    return examine(page, language).look


@pytest.fixture
def supporter(page: Page, site: Site, language: str, request: pytest.FixtureRequest) -> Supporter:
    return Supporter(page, site, language, f"{language}-{request.function.__name__}")


WRITTEN_IN_ENGLISH_ALONE = {
    "page-with-a-response": "/corbyn-russia-syria/",
    "page-with-many-sources": "/looming-massacre-idlib/",
}


def test_pages_to_read_are_accessible(page: Page, language: str, look: Look) -> None:
    prefix = "/" if language == "en" else "/ar/"
    paths = WRITTEN_IN_ENGLISH_ALONE if language == "en" else {}
    paths = paths | {
        "home": prefix,
        "home-search": f"{prefix}?q=aleppo",
        "home-nothing-found": f"{prefix}?q=xylophone",
        "organisation": f"{prefix}organisations/demonstration/",
        "privacy": f"{prefix}privacy/",
        "accessibility": f"{prefix}accessibility/",
        "page": PAGES[language],
        "signatories": f"{PAGES[language]}signatures/",
        "report": f"{PAGES[language]}report/",
        "404": f"{PAGES[language]}no-such-page/",
    }
    for name, path in paths.items():
        page.goto(path)
        look(name)


def test_signing_is_accessible(site: Site, page: Page, supporter: Supporter, look: Look) -> None:
    page.goto(f"{supporter.address}sign/")
    look("sign")
    supporter.press("form .send button")
    look("sign-errors")
    before = site.count(SLUG)
    supporter.signs()
    look("signed")
    supporter.opens_the_link_to_confirm()
    look("confirm")
    supporter.press("main form[method=post] button")
    look("thanks")
    eventually(lambda: site.count(SLUG) > before, "a higher count")
    for name, path in {"page-with-names": "", "signatories-with-names": "signatures/"}.items():
        supporter.go(supporter.address + path)
        page.reload()
        look(name)


def test_one_s_own_signature_is_accessible(page: Page, supporter: Supporter, look: Look) -> None:
    supporter.go(supporter.address)
    supporter.signs()
    supporter.confirms()
    supporter.opens_their_signature()
    look("mine")
    page.fill("[name=name]", "")
    supporter.press("button[name=save]")
    look("mine-errors")
    supporter.press("details:has(button[name=erase]) > summary")
    supporter.press("button[name=erase]")
    expect(page.locator("[name=really]")).to_have_attribute("aria-invalid", "true")
    look("mine-erase-unticked")
    supporter.withdraws()
    look("mine-withdrawn")
    supporter.press("details:has(button[name=erase]) > summary")
    page.check("[name=really]")
    supporter.press("button[name=erase]")
    expect(page.locator("main form")).to_have_count(0)
    look("mine-erased")
    page.goto("/confirm/not-a-link/")
    look("link-problem")


def test_writing_is_accessible(page: Page, supporter: Supporter, look: Look) -> None:
    page.goto(f"{supporter.address}write/")
    look("write-postcode")
    supporter.press("button[value=find]")
    look("write-postcode-errors")
    page.goto(f"{supporter.address}write/?choose")
    look("write-choose")
    supporter.finds_their_representative()
    look("write-points")
    supporter.picks_points()
    look("write-edit")
    page.fill("[name=own_words]", "")
    page.fill("[name=body]", "")
    supporter.press("button[value=preview]")
    look("write-edit-errors")
    supporter.writes()
    look("write-preview")
    supporter.press("button[value=send]")
    look("write-preview-errors")
    supporter.asks_to_send_the_letter()
    look("write-confirm")
    supporter.press("main form[method=post] button")
    look("write-done")
    supporter.press("main a[href*='/letter/']")
    look("write-mine")


def test_writing_to_several_is_accessible(site: Site, page: Page, supporter: Supporter, look: Look) -> None:
    furnish(site)
    page.goto(f"{furnishing.PAGES[supporter.language]}write/")
    page.fill("[name=postcode]", POSTCODE)
    supporter.press("button[value=find]")
    look("several-whom")
    for box in page.locator("[name=representative]").all():
        box.uncheck()
    supporter.press("button[value=whom]")
    look("several-whom-errors")
    for box in page.locator("[name=representative]").all():
        box.check()
    supporter.press("button[value=whom]")
    look("several-points")
    page.locator("[name=point]").first.check()
    supporter.press("button[value=points]")
    look("several-edit")
    supporter.press("button[value=preview]")
    look("several-edit-errors")
    page.fill("[name=name]", supporter.name)
    page.fill("[name=address]", "12 Elm Street")
    supporter.press("button[value=preview]")
    for summary in page.locator("details > summary").all():
        summary.click()
    look("several-preview")


def test_the_mailbox_is_accessible(site: Site, page: Page, supporter: Supporter, look: Look) -> None:
    supporter.go(supporter.address)
    supporter.signs()
    email = site.email(to=supporter.email)
    page.goto("/mailbox/")
    look("mailbox")
    page.goto(f"/mailbox/{email['id']}/")
    look("mailbox-message")


UNDER_THE_BAR = """() => {
    const bar = document.querySelector('.bar'), one = document.activeElement;
    if (one === document.body || bar.contains(one)) return '';
    const [above, box] = [bar.getBoundingClientRect(), one.getBoundingClientRect()];
    const shown = getComputedStyle(bar).visibility === 'visible';
    return shown && box.bottom > above.top + 1 && box.top < above.bottom ? one.outerHTML.slice(0, 150) : '';
}"""


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_the_bar_of_a_phone_never_hides_what_has_focus(open_page: OpenPage, scripts: bool) -> None:
    page = open_page(PAGES["en"], PHONE, 700, java_script_enabled=scripts)
    expect(page.locator(".bar")).to_be_visible()
    hidden: list[str] = []
    visited: list[str] = []
    for _ in range(200):
        page.keyboard.press("Tab")
        here = page.evaluate("() => document.activeElement.outerHTML.slice(0, 300)")
        if here.startswith("<body") or here in visited[:1]:
            break
        visited.append(here)
        hidden.append(page.evaluate(UNDER_THE_BAR))
    assert any('name="consent"' in element for element in visited), "the keyboard did not get through the form"
    assert any("/accessibility/" in element for element in visited), "the keyboard did not get to the foot"
    assert not any(hidden), json.dumps([element for element in hidden if element], indent=1)
