"""An update in a browser: written, seen as it will be, tested, sent and watched; accessible on the way. And stopped by
a POST to the served process, with what the header of the captured email says."""

import http.client
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Examine, OpenPage
from tests.services import Site

pytestmark = pytest.mark.browser

# A campaign in two languages with three who asked for news, in the site's own process.
ROWS = """
from campaigns import publishing
from campaigns.models import Campaign
from tests.campaigns.factories import text_of
from tests.campaigns.newsroom import make_reader

slug = "news-{language}"
model = Campaign.objects.get(slug="aleppo-day-of-action")
campaign = Campaign.objects.create(slug=slug, organisation=model.organisation, state="live", language="en")
for code in ("en", "ar"):
    publishing.publish_text(campaign, code, model.texts.get(language=code, superseded_at=None).wording())
for number, code in enumerate(("en", "en", "ar")):
    make_reader(campaign, text=text_of(campaign, code), email=f"{{code}}-{{number}}@{{slug}}.example.org")
"""


def provider_posts(url: str) -> int:
    parts, body = urlsplit(url), b"List-Unsubscribe=One-Click"
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    connection.putrequest("POST", parts.path, skip_accept_encoding=True)
    connection.putheader("Content-Type", "application/x-www-form-urlencoded")
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body)
    return connection.getresponse().status


@pytest.mark.parametrize("language", ["en", "ar"])
def test_an_update_from_the_first_word_to_the_last_email(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    site.run(ROWS.format(language=language))
    root = "/organise/" if language == "en" else f"/organise/{language}/"
    here = f"{root}campaigns/news-{language}/updates/"
    page = open_workspace(here)
    examiner = examine(page, language)
    examiner.look("updates-none")
    page.click("a[href$='/updates/new/']")
    page.click("form.news-form button.btn")
    expect(page.locator("#errors")).to_be_focused()
    examiner.look("update-write-errors")
    page.fill("[name=title_en]", "The council has met")
    page.locator("[name=body_en]").press_sequentially("It **decided** nothing.")
    expect(page.locator("[data-preview-of=id_body_en] strong")).to_have_text("decided")
    page.fill("[name=title_ar]", "اجتمع المجلس")
    page.fill("[name=body_ar]", "لم **يقرر** شيئا.")
    examiner.look("update-write")
    page.click("form.news-form button.btn")
    examiner.look("update-draft")
    draft = page.url
    for code in ("en", "ar"):
        page.goto(f"{draft}preview/{code}/")
        expect(page.frame_locator("iframe").locator("h1")).to_be_visible()
        examiner.look(f"update-preview-{code}")
    page.goto(draft)
    page.locator("form[action*='/test/en/'] button").click()
    test = site.email(to="organiser@example.org", subject="[Test] ")
    assert "List-Unsubscribe" not in test["headers"]
    page.check("[name=when][value=later]")
    page.click("form[action$='/send/'] button.btn")
    examiner.look("update-send-errors")
    page.check("[name=when][value=now]")
    page.click("form[action$='/send/'] button.btn")
    expect(page.locator("#now .state.is-sending, #now .state.is-sent")).to_be_visible()
    examiner.look("update-sending")
    expect(page.locator("#now .state.is-sent")).to_be_visible()  # without a reload
    expect(page.locator("[data-key=sent] td")).to_have_text("3")
    page.goto(draft)
    examiner.look("update-sent")
    page.goto(here)
    examiner.look("updates")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_stopping_the_news_is_accessible_and_takes_one_post(
    open_page: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    """Of those who got it in the test before."""
    got = site.emails(to=f"@news-{language}.example.org")
    assert len(got) == 3 and all(one["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for one in got)
    email = site.email(to="en-0@news-en" if language == "en" else "ar-2@news-ar")
    (url,) = re.findall("<(http[^<>]+)>", email["headers"]["List-Unsubscribe"])
    page = open_page()
    examiner = examine(page, language)
    page.goto(url)
    expect(page.locator("main form button")).to_have_count(1)
    examiner.look("news-stop")
    assert provider_posts(url) == 200
    page.goto(url)
    expect(page.locator("main form")).to_have_count(0)
    examiner.look("news-stopped")


def test_an_update_is_written_and_sent_without_a_script(open_workspace: OpenPage) -> None:
    page = open_workspace("/organise/campaigns/news-en/updates/new/", java_script_enabled=False)
    page.fill("[name=title_en]", "Without a script")
    page.fill("[name=body_en]", "It works.")
    page.click("form.news-form button.btn")
    page.uncheck("[name=by_email]")
    page.click("form[action$='/send/'] button.btn")
    expect(page.locator("#now .state.is-sent")).to_be_visible()
    page.goto("/news-en/")
    expect(page.locator("h3", has_text="Without a script")).to_be_visible()
