"""An update in a browser: written, seen as it will be, tested, sent and watched; accessible on the way. And stopped by
a POST to the served process, with what the header of the captured email says."""

import http.client
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.conftest import PATIENCE, Witness
from tests.browser.test_accessibility import Examiner
from tests.services import KEPT_OF_THE_ENVIRONMENT, ROOT, Site, eventually

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
Open = Callable[..., Page]


def in_the_site(site: Site, what: str) -> None:
    kept = {name: os.environ[name] for name in KEPT_OF_THE_ENVIRONMENT if name in os.environ}
    ours = {"DEMONSTRATION": "1", "PORT": str(site.port), "VAR_DIR": str(site.folder)}
    command = [sys.executable, "manage.py", "shell", "-v0", "-c", what]
    subprocess.run(command, cwd=ROOT, env=kept | ours, check=True, capture_output=True, timeout=120)


@pytest.fixture(scope="module")
def signed_in(browser: Browser, site: Site) -> Any:
    """The cookies of an owner who has signed in, once: attempts are counted."""
    context = browser.new_context(base_url=site.url)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.goto("/organise/account/login/?next=/organise/")
    page.fill("[name=login]", "organiser@example.org")
    page.fill("[name=password]", (site.folder / "organiser-password").read_text().strip())
    page.click(".card [type=submit]")
    expect(page.locator("h1")).to_have_text("Your campaigns")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def open_updates(browser: Browser, site: Site, signed_in: Any) -> Iterator[Open]:
    """Organisers have a cookie, so only all else is witnessed."""
    witness = Witness(site)
    contexts: list[BrowserContext] = []

    def opened(path: str, width: int = 1280, **options: Any) -> Page:
        size: Any = {"width": width, "height": 900}
        look: Any = {"viewport": size, "reduced_motion": "reduce", "storage_state": signed_in}
        context = browser.new_context(base_url=site.url, **look, **options)
        context.set_default_timeout(PATIENCE)
        contexts.append(context)
        page = context.new_page()
        witness.watch(page)
        page.goto(path)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert not witness.complaints, "\n".join([*witness.complaints, site.said()[-3000:]])


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
    open_updates: Open, site: Site, screenshots: Path, language: str
) -> None:
    in_the_site(site, ROWS.format(language=language))
    root = "/organise/" if language == "en" else f"/organise/{language}/"
    here = f"{root}campaigns/news-{language}/updates/"
    page = open_updates(here)
    examiner = Examiner(page, language, screenshots)
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
    test = eventually(lambda: site.emails(to="organiser@example.org"), "the test")[0]
    assert test["subject"].startswith("[Test] ") and "List-Unsubscribe" not in test["headers"]
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
    assert not examiner.problems, "\n" + "\n".join(dict.fromkeys(examiner.problems))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_stopping_the_news_is_accessible_and_takes_one_post(
    open_page: Open, site: Site, screenshots: Path, language: str
) -> None:
    """Of those who got it in the test before."""
    got = site.emails(to=f"@news-{language}.example.org")
    assert len(got) == 3 and all(one["headers"]["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click" for one in got)
    email = site.email(to="en-0@news-en" if language == "en" else "ar-2@news-ar")
    (url,) = re.findall("<(http[^<>]+)>", email["headers"]["List-Unsubscribe"])
    page = open_page()
    examiner = Examiner(page, language, screenshots)
    page.goto(url)
    expect(page.locator("main form button")).to_have_count(1)
    examiner.look("news-stop")
    assert provider_posts(url) == 200
    page.goto(url)
    expect(page.locator("main form")).to_have_count(0)
    examiner.look("news-stopped")
    assert not examiner.problems, "\n" + "\n".join(dict.fromkeys(examiner.problems))


def test_an_update_is_written_and_sent_without_a_script(open_updates: Open) -> None:
    page = open_updates("/organise/campaigns/news-en/updates/new/", java_script_enabled=False)
    page.fill("[name=title_en]", "Without a script")
    page.fill("[name=body_en]", "It works.")
    page.click("form.news-form button.btn")
    page.uncheck("[name=by_email]")
    page.click("form[action$='/send/'] button.btn")
    expect(page.locator("#now .state.is-sent")).to_be_visible()
    page.goto("/news-en/")
    expect(page.locator("h3", has_text="Without a script")).to_be_visible()
