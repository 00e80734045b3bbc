"""An account in a real browser: made, made safe with a passkey, and used; every page held against axe-core."""

import copy
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, expect

from tests.browser.conftest import PATIENCE, Witness
from tests.browser.test_accessibility import Examiner
from tests.config.accounts import PASSWORD, app_code, code_in
from tests.services import Site

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "ar")
HERE = "/organise/account/"
# One that is kept on the device and asks who one is, as a phone's does.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Organiser:
    def __init__(self, page: Page, site: Site, language: str, address: str) -> None:
        self.page, self.site, self.language, self.address = page, site, language, address

    def go(self, path: str) -> None:
        self.page.goto(f"{HERE}{path}")

    def press(self, selector: str = ".card [type=submit]") -> None:
        self.page.locator(selector).click()
        self.page.wait_for_load_state()

    def sign_up(self) -> None:
        self.page.fill("[name=name]", "Mara Lindqvist")
        self.page.fill("[name=email]", self.address)
        self.page.fill("[name=password1]", PASSWORD)
        self.press()

    def type_the_code(self) -> None:
        self.page.fill("[name=code]", code_in(self.site.email(to=self.address)["text"]))
        self.press()
        self.is_in()

    def give_the_password(self) -> None:
        self.page.fill("[name=login]", self.address)
        self.page.fill("[name=password]", PASSWORD)
        self.press()

    def prove_the_password(self) -> None:
        self.page.fill("[name=password]", PASSWORD)
        self.press()

    def sign_out(self) -> None:
        self.go("")
        self.press(f"main form[action='{HERE}logout/'] button")

    def is_in(self) -> None:
        workspace = "/organise/" if self.language == "en" else f"/organise/{self.language}/"
        expect(self.page).to_have_url(f"{self.site.url}{workspace}")


@pytest.fixture
def organiser(browser: Browser, site: Site, request: pytest.FixtureRequest) -> Iterator[Callable[..., Organiser]]:
    """Organisers have a cookie, so only all else is witnessed. A passkey wants an address that is a name."""
    named = copy.copy(site)
    named.url = site.url.replace("127.0.0.1", "localhost")
    witness = Witness(named)
    contexts: list[BrowserContext] = []

    def opened(language: str, address: str, width: int = 1280, **options: Any) -> Organiser:
        context = browser.new_context(
            base_url=named.url,
            viewport={"width": width, "height": 900},
            reduced_motion="reduce",
            locale=language,
            **options,
        )
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        witness.watch(page)
        return Organiser(page, named, language, address)

    yield opened
    for context in contexts:
        context.close()
    assert not witness.complaints, "\n".join([*witness.complaints, site.said()[-3000:]])


def with_device(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, str(found["authenticatorId"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_is_made_and_made_safe_with_a_passkey_that_then_opens_it(
    organiser: Callable[..., Organiser], screenshots: Path, language: str
) -> None:
    mara = organiser(language, f"mara.{language}@organisers.example", width=390 if language == "ar" else 1280)
    page = mara.page
    with_device(page)
    examiner = Examiner(page, language, screenshots)

    mara.go("login/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    examiner.look("account-login")
    page.fill("[name=login]", mara.address)
    page.fill("[name=password]", "wrong")
    mara.press()
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("account-login-wrong")
    mara.go("password/reset/")
    examiner.look("account-reset")
    mara.go("password/reset/sent/")
    examiner.look("account-reset-sent")
    mara.go("password/reset/1-x/")
    examiner.look("account-reset-no-link")

    mara.go("sign-up/")
    mara.press()
    examiner.look("account-sign-up-errors")
    mara.sign_up()
    examiner.look("account-code")
    mara.type_the_code()

    mara.go("")
    examiner.look("account")
    mara.go("password/")
    examiner.look("account-password")
    mara.go("second-factor/demanded/?next=/organise/material/")
    examiner.look("account-second-factor-demanded")
    mara.press(f"a[href='{HERE}passkeys/add/']")
    examiner.look("account-password-again")
    mara.prove_the_password()
    examiner.look("account-passkey-add")
    mara.press()
    expect(page.locator(".codes li")).to_have_count(10)
    examiner.look("account-recovery-codes")
    expect(page.locator("a[href='/organise/material/']")).to_be_visible()

    for name, path in (
        ("second-factor", "second-factor/"),
        ("app", "second-factor/app/"),
        ("new-codes", "second-factor/recovery-codes/new/"),
        ("address", "address/"),
        ("logout", "logout/"),
    ):
        mara.go(path)
        examiner.look(f"account-{name}")

    mara.sign_out()
    mara.go("login/")
    mara.give_the_password()
    examiner.look("account-second-factor-asked")
    mara.press("form[data-passkey] button")
    mara.is_in()

    mara.sign_out()
    mara.go("login/?next=/organise/account/second-factor/")
    mara.press("form[data-passkey] button")
    expect(page.locator(f"a[href^='{HERE}passkeys/'][href$='/remove/']")).to_have_count(1)
    mara.press(f"a[href^='{HERE}passkeys/'][href$='/remove/']")
    mara.press(f"a[href^='{HERE}passkeys/again/']")
    examiner.look("account-passkey-again")
    mara.press("form[data-passkey] button")
    expect(page.locator(".btn.grave")).to_be_visible()
    examiner.look("account-passkey-remove")
    mara.press(".btn.grave")
    expect(page.locator(f"a[href='{HERE}second-factor/recovery-codes/']")).to_have_count(0)
    assert examiner.problems == [], "\n".join(examiner.problems)


def test_a_device_that_has_no_passkey_says_so_and_the_password_still_works(organiser: Callable[..., Organiser]) -> None:
    nora = organiser("en", "nora@organisers.example")
    session, device = with_device(nora.page)
    nora.go("sign-up/")
    nora.sign_up()
    nora.type_the_code()
    nora.sign_out()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    nora.go("login/")
    nora.page.locator("form[data-passkey] button").click()
    expect(nora.page.locator("[data-passkey-failed]")).to_be_visible()
    nora.give_the_password()
    nora.is_in()


def test_all_but_passkeys_works_without_a_script(organiser: Callable[..., Organiser]) -> None:
    lea = organiser("ar", "lea@organisers.example", width=390, java_script_enabled=False)
    page = lea.page
    lea.go("sign-up/")
    lea.sign_up()
    lea.type_the_code()
    lea.go("second-factor/app/")
    lea.prove_the_password()
    secret = page.locator(".key-of-app").inner_text()
    page.fill("[name=code]", app_code(secret, -1))
    lea.press()
    expect(page.locator(".codes li")).to_have_count(10)
    lea.sign_out()
    lea.go("login/")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    lea.give_the_password()
    page.fill("[name=code]", app_code(secret))
    lea.press()
    lea.is_in()
    lea.go("passkeys/add/")
    lea.prove_the_password()
    expect(page.locator("noscript")).to_have_count(1)
