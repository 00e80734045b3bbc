"""A new organiser's whole way, in a real browser: from no account to a campaign that is over, with a second person, a
supporter and the operator; and every page of the workspace held against axe-core on the way."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, Witness
from tests.browser.test_accessibility import Examiner
from tests.config.accounts import PASSWORD, code_in
from tests.services import Site, eventually

pytestmark = pytest.mark.browser

TITLE = {"en": "Keep the pool of Easton open", "ar": "أبقوا مسبح المدينة مفتوحا"}
NAMES = {"en": "Friends of the pool", "ar": "أصدقاء المسبح"}
OUTCOME = "Won in part. The pool stays open until a new one stands."
CODE = re.compile(r"\b\d{4}-\d{4}\b")
NEWS = "The council votes on Monday"


class Somebody:
    """Who works here, at a screen of their own; finds things by what they are, not by the words on them."""

    def __init__(self, page: Page, site: Site, language: str, address: str) -> None:
        self.page, self.site, self.language, self.address = page, site, language, address

    def go(self, path: str) -> None:
        where = path if self.language == "en" else path.replace("/organise/", f"/organise/{self.language}/", 1)
        answer = self.page.goto(where)
        assert answer is not None and answer.status == 200, (where, answer and answer.status)

    def press(self, selector: str) -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()

    def signs_up(self) -> None:
        self.page.fill("[name=name]", "Mara Lindqvist")
        self.page.fill("[name=email]", self.address)
        self.page.fill("[name=password1]", PASSWORD)
        self.press(".card [type=submit]")
        self.page.fill("[name=code]", eventually(self.code, f"a code for {self.address}"))
        self.press(".card [type=submit]")

    def code(self) -> str:
        sent = [one["text"] for one in self.site.emails(to=self.address) if CODE.search(one["text"])]
        return code_in(sent[0]) if sent else ""

    def signs_in(self, password: str) -> None:
        self.page.goto("/organise/account/login/")
        self.page.fill("[name=login]", self.address)
        self.page.fill("[name=password]", password)
        self.press(".card [type=submit]")


@pytest.fixture
def somebody(browser: Browser, site: Site) -> Iterator[Callable[..., Somebody]]:
    """Organisers have a cookie, so only all else is witnessed."""
    witness = Witness(site)
    contexts: list[BrowserContext] = []

    def comes(language: str, address: str, width: int = 1280) -> Somebody:
        context = browser.new_context(
            base_url=site.url, viewport={"width": width, "height": 900}, reduced_motion="reduce", locale=language
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        witness.watch(page)
        return Somebody(page, site, language, address)

    yield comes
    for context in contexts:
        context.close()
    assert not witness.complaints, "\n".join([*witness.complaints, site.said()[-3000:]])


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ar", 390)])
def test_a_new_organiser_runs_a_campaign_from_the_first_word_to_its_end(
    somebody: Callable[..., Somebody], site: Site, screenshots: Path, language: str, width: int
) -> None:
    mara = somebody(language, f"mara.{language}.{width}@organisers.example", width)
    page, examiner = mara.page, Examiner(mara.page, language, screenshots)
    slug, place = f"pool-{language}", f"friends-{language}"

    # Signs up, and founds an organisation.
    page.goto("/organise/account/sign-up/")
    mara.signs_up()
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
    examiner.look("organising-wording")
    mara.press("button[name=do][value=next]")
    expect(page.locator("main h1")).to_have_text(TITLE[language])
    examiner.look("organising-preview")
    mara.go(f"/organise/campaigns/{slug}/life/")
    expect(page.locator("form[action$='/life/publish/']")).to_have_count(0)

    # Is approved, and publishes.
    alice = somebody("en", "organiser@example.org")
    alice.signs_in((site.folder / "organiser-password").read_text().strip())
    alice.go("/organise/operator/")
    Examiner(alice.page, "en", screenshots).look("organising-approval")
    alice.press(f"form[action$='/operator/{place}/approve/'] button")
    site.email(to=mara.address, subject=NAMES[language])
    mara.go(f"/organise/campaigns/{slug}/life/")
    examiner.look("organising-life")
    mara.press("form[action$='/life/publish/'] button")
    mara.go(f"/organise/campaigns/{slug}/")
    examiner.look("organising-overview")

    # Invites Bob.
    mara.go(f"/organise/organisations/{place}/people/")
    bob = somebody(language, f"bob.{language}.{width}@organisers.example", width)
    page.fill("main [name=email]", bob.address)
    mara.press("form[action$='/people/invite/'] .btn")
    examiner.look("organising-people")
    invited = site.link(site.email(to=bob.address)["text"], "/organise/")
    bob.page.goto(invited)
    bob.press("a[href*='/sign-up/']")
    bob.signs_up()
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
        examiner.look(f"organising-{screen}")

    # Sends news.
    mara.go(f"/organise/campaigns/{slug}/updates/new/")
    page.fill(f"[name$=title_{language}]", NEWS)
    page.fill(f"[name$=body_{language}]", "Come to the **town hall** at noon.")
    mara.press("main form .btn")
    examiner.look("organising-update")
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
    for screen in ("", "settings/", "material/", "lists/", "post/"):
        mara.go(f"/organise/organisations/{place}/{screen}")
        examiner.look(f"organising-of-organisation-{screen.strip('/') or 'home'}")
    mara.go("/organise/help/")
    examiner.look("organising-help")


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
