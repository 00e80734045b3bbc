"""A new organiser's whole way, in a real browser: from no account to a campaign that is over, with a second person, a
supporter and the operator; and the pages that no other test opens held against axe-core on the way."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import Examine, watched
from tests.browser.organiser import ACCOUNT, Organiser
from tests.config.accounts import PASSWORD
from tests.services import Site, eventually

pytestmark = pytest.mark.browser

TITLE = {"en": "Keep the pool of Easton open", "ar": "أبقوا مسبح المدينة مفتوحا"}
NAMES = {"en": "Friends of the pool", "ar": "أصدقاء المسبح"}
OUTCOME = "Won in part. The pool stays open until a new one stands."
NEWS = "The council votes on Monday"


@pytest.fixture
def somebody(browser: Browser, site: Site) -> Iterator[Callable[..., Organiser]]:
    with watched(browser, site) as opened:
        yield lambda language, address, width=1280: Organiser(
            opened(width=width, locale=language), site, language, address
        )


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
def test_a_new_organiser_runs_a_campaign_from_the_first_word_to_its_end(
    somebody: Callable[..., Organiser], site: Site, examine: Examine, language: str, width: int
) -> None:
    mara = somebody(language, f"mara.{language}.{width}@organisers.example", width)
    page, examiner = mara.page, examine(mara.page, language)
    slug, place = f"pool-{language}", f"friends-{language}"

    # Signs up, and founds an organisation.
    page.goto(f"{ACCOUNT}sign-up/")
    mara.sign_up()
    mara.type_the_code()
    mara.go("/organise/")
    examiner.look("organising-nobody-yet")
    press_link(page, "/organisations/new/")
    page.fill("[name=name]", NAMES[language])
    page.fill("[name=slug]", place)
    page.fill("[name=purpose]", "The council wants to close the only pool of our town.")
    page.fill("[name=contact_email]", f"pool.{language}@organisers.example")
    page.fill("[name=controller]", "Friends of the pool, 1 Water Street, Easton")
    examiner.look("organising-found")
    mara.press("main form .btn")
    examiner.look("organising-waits")

    # Writes, while the operator has not looked yet.
    mara.go(f"/organise/organisations/{place}/campaigns/new/")
    page.fill("[name=title]", TITLE[language])
    page.fill("[name=slug]", slug)
    page.select_option("[name=language]", language)
    mara.press("main form .btn")
    page.fill("[name=summary]", "The council wants to close it in March.")
    page.fill("[name=body]", "1,240 children learned to swim there last year.\n\n## What then?\n\nThere is no other.")
    page.fill("[name=asks]", "keep it open\npublish the report")
    page.fill("[name=addressed_to]", "Easton council")
    mara.press("button[name=do][value=next]")
    expect(page.locator("main h1")).to_have_text(TITLE[language])
    mara.go(f"/organise/campaigns/{slug}/life/")
    expect(page.locator("form[action$='/life/publish/']")).to_have_count(0)

    # Is approved, and publishes.
    alice = somebody(language, "organiser@example.org")
    alice.page.goto(f"{ACCOUNT}login/")
    alice.sign_in((site.folder / "organiser-password").read_text().strip())
    alice.go("/organise/operator/")
    examine(alice.page, language).look("organising-approval")
    alice.press(f"form[action$='/operator/{place}/approve/'] button")
    site.email(to=mara.address, subject=NAMES[language])
    mara.go(f"/organise/campaigns/{slug}/life/")
    mara.press("form[action$='/life/publish/'] button")
    mara.go(f"/organise/campaigns/{slug}/")

    # Invites Bob.
    mara.go(f"/organise/organisations/{place}/people/")
    bob = somebody(language, f"bob.{language}.{width}@organisers.example", width)
    page.fill("main [name=email]", bob.address)
    mara.press("form[action$='/people/invite/'] .btn")
    examiner.look("organising-people")
    invited = site.link(site.email(to=bob.address)["text"], "/organise/")
    bob.page.goto(invited)
    bob.press("a[href*='/sign-up/']")
    bob.sign_up()
    bob.type_the_code()
    expect(bob.page).to_have_url(re.compile(re.escape(invited)))
    bob.press("main form .btn")
    bob.go(f"/organise/campaigns/{slug}/")
    expect(bob.page.locator("nav a[href$='/exports/']")).to_have_count(0)

    # Somebody signs, and is counted.
    sign_and_confirm(site, page, slug, f"zoe.{language}.{width}@supporters.example")
    eventually(lambda: site.count(slug) == 1, "a count of one")
    mara.go(f"/organise/campaigns/{slug}/")
    expect(page.locator(".numbers .main b")).to_have_text(re.compile("[1١]"))
    for screen in ("numbers", "signatures", "facts", "letters", "settings", "picture", "moderation", "invalidation"):
        mara.go(f"/organise/campaigns/{slug}/{screen}/")

    # Sends news.
    mara.go(f"/organise/campaigns/{slug}/updates/new/")
    page.fill(f"[name$=title_{language}]", NEWS)
    page.fill(f"[name$=body_{language}]", "Come to the **town hall** at noon.")
    mara.press("main form .btn")
    page.check("main form[action$='/send/'] [name=when][value=now]")
    mara.press("main form[action$='/send/'] .btn")
    news = site.email(to=f"zoe.{language}.{width}@supporters.example", subject=NEWS)
    assert "town hall" in news["text"]

    # Exports, and closes.
    mara.go(f"/organise/campaigns/{slug}/exports/")
    examiner.look("organising-exports")
    page.fill("[name=signatures-password]", PASSWORD)
    mara.press("form[action='#take-signatures'] .btn")
    expect(page.locator("a[href='?download']")).to_be_visible()
    examiner.look("organising-export")
    with page.expect_download() as download:
        page.click("a[href='?download']")
    assert "Zoë Okafor" in Path(download.value.path()).read_text(encoding="utf-8-sig")
    mara.go(f"/organise/campaigns/{slug}/life/close/")
    mara.press("main form .btn")
    mara.go(f"/organise/campaigns/{slug}/life/outcome/")
    page.fill("main form textarea", OUTCOME)
    mara.press("main form .btn")
    page.goto(f"/{slug}/")
    page.reload()  # it may be kept for some seconds
    expect(page.locator("main")).to_contain_text(OUTCOME)
    expect(page.locator("#sign form")).to_have_count(0)
    mara.go(f"/organise/organisations/{place}/log/")
    examiner.look("organising-log")
    for screen in ("material/", "post/"):
        mara.go(f"/organise/organisations/{place}/{screen}")
    for screen in ("", "settings/", "lists/"):
        mara.go(f"/organise/organisations/{place}/{screen}")
        examiner.look(f"organising-of-organisation-{screen.strip('/') or 'home'}")


def press_link(page: Page, ending: str) -> None:
    page.locator(f"main a[href$='{ending}']").first.click()
    page.wait_for_load_state()


def sign_and_confirm(site: Site, page: Page, slug: str, address: str) -> None:
    page.goto(f"/{slug}/")
    page.fill("[name=name]", "Zoë Okafor")
    page.fill("[name=email]", address)
    page.fill("[name=postcode]", "B13 9WA")
    page.check("[name=display][value=name]")
    page.check("[name=consent]")
    page.check("[name=updates]")
    page.locator("form .send button").click()
    page.wait_for_load_state()
    page.goto(site.link(site.email(to=address, text=f"{site.url}/confirm/")["text"], "/confirm/"))
    page.locator("main form[method=post] button").click()
    page.wait_for_load_state()
