"""Somebody who signs and writes, as steps that the tests of this folder share."""

import json
import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pypdfium2
from playwright.sync_api import Page, expect

from tests.services import Site, eventually

SLUG = "aleppo-day-of-action"
PAGES = {"en": f"/{SLUG}/", "ar": f"/{SLUG}/ar/"}
NAMES = {"en": "Charlie Brookes", "ar": "شارلي حدّاد"}
REPRESENTATIVE = "e14001099@example.org"  # Birmingham Selly Oak's in the demonstration directory
POSTCODE = "B13 9WA"
OWN_WORDS = "Room 4711"  # in Latin letters and digits: Arabic glyphs do not come out of a PDF as they went in


class Supporter:
    """Somebody at a screen, who finds things by what they are, not by the words on them."""

    def __init__(self, page: Page, site: Site, language: str, line: str) -> None:
        """`line` tells them from everybody else who drives a bus."""
        self.page, self.site, self.language = page, site, language
        self.email = f"{line}@supporters.example"
        self.affiliation = f"Bus driver, line {line}"
        self.address = PAGES[language]
        self.name = NAMES[language]

    def go(self, path: str) -> None:
        self.page.goto(path)

    def press(self, selector: str) -> None:
        button = self.page.locator(selector)
        button.scroll_into_view_if_needed()
        self.page.wait_for_timeout(100)  # the card follows the scrolling: where it was a moment ago, a click would miss
        button.click()
        self.page.wait_for_load_state()  # a click waits until the next page begins, and may leave it empty still

    def counted(self) -> int:
        return int(self.page.locator(".tally [data-shows=count]").inner_text().replace(",", "").replace("٬", ""))

    def wait_for_count(self, expected: int) -> None:
        eventually(lambda: self.site.count(SLUG) == expected, f"a count of {expected}")

    def finds_the_campaign(self) -> None:
        self.go("/" if self.language == "en" else "/ar/")
        self.page.fill(".search [name=q]", "Aleppo")
        self.press(".search button")
        self.press(f"article.story a[href='{self.address}']")
        expect(self.page).to_have_url(self.site.url + self.address)
        expect(self.page.locator("html")).to_have_attribute("dir", "rtl" if self.language == "ar" else "ltr")

    def sends_the_form_unfinished(self) -> None:
        bar = self.page.locator(".bar a")
        if bar.is_visible():
            bar.click()
        self.page.fill("#sign [name=name]", self.name)
        self.press("#sign form .send button")
        summary = self.page.locator("#errors")
        expect(summary).to_be_focused()
        expect(summary.get_by_role("link")).to_have_count(4)  # email, postcode, display, consent
        expect(self.page.locator("[name=name]")).to_have_value(self.name)
        expect(self.page.locator("[name=display]:checked")).to_have_count(0)
        summary.get_by_role("link").first.click()
        expect(self.page.locator("[name=email]")).to_be_focused()
        expect(self.page.locator("[name=email]")).to_have_attribute("aria-invalid", "true")

    def fills_in_the_form(self) -> None:
        self.page.fill("[name=name]", self.name)
        self.page.fill("[name=email]", self.email)
        self.page.fill("[name=postcode]", POSTCODE.replace(" ", "").lower())
        self.page.fill("[name=affiliation]", self.affiliation)
        self.page.check("[name=display][value=name]")
        self.page.check("[name=consent]")
        expect(self.page.locator("[name=updates]")).not_to_be_checked()

    def signs(self) -> None:
        self.fills_in_the_form()
        self.press("form .send button")
        expect(self.page).to_have_url(re.compile(re.escape(self.address) + "signed/$"))

    def opens_the_link_to_confirm(self) -> None:
        email = self.site.email(to=self.email, text=f"{self.site.url}/confirm/")
        assert self.name in email["text"] and email["html"], email
        link = self.site.link(email["text"], "/confirm/")
        for _ in range(2):  # once for a scanner of mail: looking at it changes nothing
            self.go(link)
            expect(self.page.locator("main form[method=post] button")).to_be_visible()

    def confirms(self) -> None:
        self.opens_the_link_to_confirm()
        self.press("main form[method=post] button")
        expect(self.page.locator(".plate")).to_contain_text(self.name)
        expect(self.page.locator("main a[href*='/signature/']")).to_be_visible()

    def sees_the_count(self, expected: int, named: bool) -> None:
        self.wait_for_count(expected)
        self.go(self.address)
        self.page.reload()  # the page may be kept for some seconds
        assert self.counted() == expected
        entry = self.page.locator("ul.signed li").filter(has_text=self.affiliation)
        expect(entry).to_have_count(1 if named else 0)
        if named:
            expect(entry).to_contain_text(self.name)

    def finds_their_representative(self) -> None:
        self.go(self.address)
        self.press("section[aria-labelledby=write] a.btn")
        self.page.fill("[name=postcode]", POSTCODE)
        self.press("button[value=find]")

    def picks_points(self) -> None:
        """All of them, after words of their own."""
        self.finds_their_representative()
        self.page.fill("[name=own_words]", f"{OWN_WORDS}.")
        for point in self.page.locator("[name=point]").all():
            point.check()
        self.press("button[value=points]")

    def writes(self) -> None:
        self.picks_points()
        draft = self.page.locator("textarea[name=body]").input_value()
        assert len(draft) > 500 and not re.search(r"\{\w+\}", draft), draft
        self.page.fill("[name=name]", self.name)
        self.page.fill("[name=address]", f"12 Elm Street\nBirmingham\n{POSTCODE}")
        self.press("button[value=preview]")
        sheet = self.page.locator(".sheet")
        for part in (self.name, "12 Elm Street", OWN_WORDS):
            expect(sheet).to_contain_text(part)

    def goes_back_to_change_a_word(self) -> None:
        self.press("button[value=edit]")
        words = self.page.locator("textarea[name=own_words]")
        expect(words).to_have_value(f"{OWN_WORDS}.")
        words.fill(f"{OWN_WORDS}b.")
        self.press("button[value=preview]")
        expect(self.page.locator(".sheet")).to_contain_text(f"{OWN_WORDS}b")

    def downloads_the_letter(self) -> None:
        with self.page.expect_download() as waiting:
            self.press("button[value=pdf]")
        check_pdf(Path(waiting.value.path()).read_bytes(), self.language)

    def asks_to_send_the_letter(self) -> None:
        self.page.fill("[name=email]", self.email)
        self.page.check("[name=consent]")
        self.press("button[value=send]")
        expect(self.page).to_have_url(re.compile(re.escape(self.address) + "written/$"))
        email = self.site.email(to=self.email, text="/letter/confirm/")
        self.go(self.site.link(email["text"], "/letter/confirm/"))

    def sends_the_letter(self) -> None:
        self.asks_to_send_the_letter()
        assert not self.site.emails(reply_to=self.email)
        self.press("main form[method=post] button")
        letter = self.site.email(reply_to=self.email)
        assert letter["to"] == REPRESENTATIVE
        assert letter["reply_to"] == self.email
        assert f"{OWN_WORDS}b" in letter["text"] and self.name in letter["text"]
        [attached] = letter["attachments"]
        assert attached["content_type"] == "application/pdf"
        check_pdf(self.site.attachment(letter), self.language)

    def opens_their_signature(self) -> None:
        email = self.site.email(to=self.email, text="/signature/")
        self.go(self.site.link(email["text"], "/signature/"))

    def is_no_longer_named(self) -> None:
        self.opens_their_signature()
        self.page.check("[name=display][value=none]")
        self.press("button[name=save]")
        expect(self.page.locator("p.said-so")).to_be_visible()
        expect(self.page.locator("[name=display][value=none]")).to_be_checked()

    def downloads_their_data(self) -> None:
        self.opens_their_signature()
        with self.page.expect_download() as waiting:
            self.press("a[download]")
        data = Path(waiting.value.path()).read_text()
        assert json.loads(data) and self.name in data and self.email in data

    def withdraws(self) -> None:
        self.opens_their_signature()
        self.press("details:has(button[name=withdraw]) > summary")
        self.press("button[name=withdraw]")
        expect(self.page.locator("button[name=withdraw]")).to_have_count(0)


def check_pdf(content: bytes, language: str) -> None:
    """A letter with the supporter's own words, set in their language, for screen readers too."""
    assert content.startswith(b"%PDF-")
    with pikepdf.open(BytesIO(content)) as document:
        assert str(document.Root.Lang) == language
        assert document.Root.MarkInfo.Marked
    document = pypdfium2.PdfDocument(content)
    text = "".join(page.get_textpage().get_text_range() for page in document)
    assert f"{OWN_WORDS}b" in text and POSTCODE in text, text
