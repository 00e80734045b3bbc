"""An account in a real browser: made, made safe with a passkey, and used; every page held against axe-core."""

import copy
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, CDPSession, Page, expect

from tests.browser.conftest import Examine, watched
from tests.browser.organiser import ACCOUNT, Organiser
from tests.config.accounts import PASSWORD, app_code
from tests.services import Site

pytestmark = pytest.mark.browser

LANGUAGES = ("en", "ar")
# One that is kept on the device and asks who one is, as a phone's does.
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Owner(Organiser):
    """Of an account."""

    def at(self, path: str) -> None:
        self.page.goto(f"{ACCOUNT}{path}")

    def prove_the_password(self) -> None:
        self.page.fill("[name=password]", PASSWORD)
        self.press()

    def sign_out(self) -> None:
        self.at("")
        self.press(f"main form[action='{ACCOUNT}logout/'] button")


@pytest.fixture
def owner(browser: Browser, site: Site) -> Iterator[Callable[..., Owner]]:
    """A passkey wants an address that is a name."""
    named = copy.copy(site)
    named.url = site.url.replace("127.0.0.1", "localhost")
    with watched(browser, named) as opened:
        yield lambda language, address, **options: Owner(opened(locale=language, **options), named, language, address)


def with_device(page: Page) -> tuple[CDPSession, str]:
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    found = session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    return session, str(found["authenticatorId"])


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_account_is_made_and_made_safe_with_a_passkey_that_then_opens_it(
    owner: Callable[..., Owner], examine: Examine, language: str
) -> None:
    mara = owner(language, f"mara.{language}@organisers.example", width=390 if language == "ar" else 1280)
    page = mara.page
    with_device(page)
    examiner = examine(page, language)

    mara.at("login/")
    expect(page.locator("html")).to_have_attribute("dir", "rtl" if language == "ar" else "ltr")
    examiner.look("account-login")
    page.fill("[name=login]", mara.address)
    page.fill("[name=password]", "wrong")
    mara.press()
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("account-login-wrong")
    mara.at("password/reset/")
    examiner.look("account-reset")
    mara.at("password/reset/sent/")
    examiner.look("account-reset-sent")
    mara.at("password/reset/1-x/")
    examiner.look("account-reset-no-link")

    mara.at("sign-up/")
    mara.press()
    examiner.look("account-sign-up-errors")
    mara.sign_up()
    examiner.look("account-code")
    mara.type_the_code()
    mara.is_in()

    mara.at("")
    examiner.look("account")
    mara.at("password/")
    examiner.look("account-password")
    mara.at("second-factor/demanded/?next=/organise/material/")
    examiner.look("account-second-factor-demanded")
    mara.press(f"a[href='{ACCOUNT}passkeys/add/']")
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
        mara.at(path)
        examiner.look(f"account-{name}")

    mara.sign_out()
    mara.at("login/")
    mara.sign_in()
    examiner.look("account-second-factor-asked")
    mara.press("form[data-passkey] button")
    mara.is_in()

    mara.sign_out()
    mara.at("login/?next=/organise/account/second-factor/")
    mara.press("form[data-passkey] button")
    expect(page.locator(f"a[href^='{ACCOUNT}passkeys/'][href$='/remove/']")).to_have_count(1)
    mara.press(f"a[href^='{ACCOUNT}passkeys/'][href$='/remove/']")
    mara.press(f"a[href^='{ACCOUNT}passkeys/again/']")
    examiner.look("account-passkey-again")
    mara.press("form[data-passkey] button")
    expect(page.locator(".btn.grave")).to_be_visible()
    examiner.look("account-passkey-remove")
    mara.press(".btn.grave")
    expect(page.locator(f"a[href='{ACCOUNT}second-factor/recovery-codes/']")).to_have_count(0)


def test_a_device_that_has_no_passkey_says_so_and_the_password_still_works(owner: Callable[..., Owner]) -> None:
    nora = owner("en", "nora@organisers.example")
    session, device = with_device(nora.page)
    nora.at("sign-up/")
    nora.sign_up()
    nora.type_the_code()
    nora.is_in()
    nora.sign_out()
    session.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    nora.at("login/")
    nora.page.locator("form[data-passkey] button").click()
    expect(nora.page.locator("[data-passkey-failed]")).to_be_visible()
    nora.sign_in()
    nora.is_in()


def test_all_but_passkeys_works_without_a_script(owner: Callable[..., Owner]) -> None:
    lea = owner("ar", "lea@organisers.example", width=390, java_script_enabled=False)
    page = lea.page
    lea.at("sign-up/")
    lea.sign_up()
    lea.type_the_code()
    lea.is_in()
    lea.at("second-factor/app/")
    lea.prove_the_password()
    secret = page.locator(".key-of-app").inner_text()
    page.fill("[name=code]", app_code(secret, -1))
    lea.press()
    expect(page.locator(".codes li")).to_have_count(10)
    lea.sign_out()
    lea.at("login/")
    expect(page.locator("form[data-passkey]")).to_be_hidden()
    lea.sign_in()
    page.fill("[name=code]", app_code(secret))
    lea.press()
    lea.is_in()
    lea.at("passkeys/add/")
    lea.prove_the_password()
    expect(page.locator("noscript")).to_have_count(1)
