"""Somebody who works in the workspace, or is about to, as steps that the tests of this folder share."""

import re

from playwright.sync_api import Page, expect

from tests.config.accounts import PASSWORD, code_in
from tests.services import Site, eventually

ACCOUNT = "/organise/account/"
CODE = re.compile(r"\b\d{4}-\d{4}\b")


class Organiser:
    """At a screen of their own; finds things by what they are, not by the words on them."""

    def __init__(self, page: Page, site: Site, language: str, address: str) -> None:
        self.page, self.site, self.language, self.address = page, site, language, address

    def go(self, path: str) -> None:
        """Somewhere in the workspace, in their language."""
        where = path if self.language == "en" else path.replace("/organise/", f"/organise/{self.language}/", 1)
        answer = self.page.goto(where)
        assert answer is not None and answer.status == 200, (where, answer and answer.status)

    def press(self, selector: str = ".card [type=submit]") -> None:
        self.page.locator(selector).first.click()
        self.page.wait_for_load_state()

    def sign_up(self) -> None:
        self.page.fill("[name=name]", "Mara Lindqvist")
        self.page.fill("[name=email]", self.address)
        self.page.fill("[name=password1]", PASSWORD)
        self.press()

    def type_the_code(self) -> None:
        self.page.fill("[name=code]", code_in(eventually(self._sent_with_a_code, f"a code for {self.address}")[0]))
        self.press()

    def _sent_with_a_code(self) -> list[str]:
        return [one["text"] for one in self.site.emails(to=self.address) if CODE.search(one["text"])]

    def sign_in(self, password: str = PASSWORD) -> None:
        self.page.fill("[name=login]", self.address)
        self.page.fill("[name=password]", password)
        self.press()

    def is_in(self) -> None:
        workspace = "/organise/" if self.language == "en" else f"/organise/{self.language}/"
        expect(self.page).to_have_url(f"{self.site.url}{workspace}")
