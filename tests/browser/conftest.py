"""One site, one Chromium and one owner who has signed in for this folder's tests, a witness that watches every page
they open, and axe-core, held against what they look at.

Of the package and not of the session: while Playwright's loop runs, Django refuses to ask the database, which tests
elsewhere must. One worker runs them all (tests/scheduling.py), so both start once.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    expect,
    sync_playwright,
)

from tests import services
from tests.browser.examining import Examiner

PATIENCE = 30_000  # milliseconds
NAMES_OF_CHROMIUM = (
    "chromium",
    "chromium-browser",
    "google-chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
QUIET = [
    "--no-sandbox",  # it refuses root with one
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-sync",
    "--metrics-recording-only",
    "--mute-audio",
]


class Witness:
    """What no page of ours may ever do, whatever a test looks at."""

    def __init__(self, site: services.Site) -> None:
        self.site = site
        self.complaints: list[str] = []
        self.meant: set[int] = set()  # statuses a script is to be answered with

    def watch(self, page: Page) -> None:
        page.on("console", self._said)
        page.on("pageerror", lambda error: self.complaints.append(f"script error on {page.url}: {error}"))
        page.on("request", self._asked)
        page.on("response", self._answered)

    def _said(self, message: ConsoleMessage) -> None:
        # That a page's own status is an error is said in the console too, and is meant.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.complaints.append(f"{message.type} in the console: {message.text}")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme in ("http", "https", "ws", "wss") and parts.netloc != urlsplit(self.site.url).netloc:
            self.complaints.append(f"a request to elsewhere: {request.url}")

    def _answered(self, response: Response) -> None:
        if response.status in self.meant:
            return
        if response.status >= 500 or (response.status >= 400 and response.request.resource_type != "document"):
            self.complaints.append(f"{response.status} for {response.url}")

    def testify(self) -> None:
        assert not self.complaints, "\n".join([*self.complaints, "The site's log:", self.site.said()[-3000:]])


@pytest.fixture(scope="package")
def site() -> Iterator[services.Site]:
    with services.site() as running:
        yield running


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    found = next((path for name in NAMES_OF_CHROMIUM if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("Chromium is absent")
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=found, args=QUIET, timeout=PATIENCE)
        yield started
        started.close()


OpenPage = Callable[..., Page]


@contextmanager
def watched(browser: Browser, site: services.Site, may_have_cookies: bool = True) -> Iterator[OpenPage]:
    """Opens pages, each in a browser context of its own; options are those of Browser.new_context."""
    witness = Witness(site)
    contexts: list[BrowserContext] = []

    def opened(
        path: str = "", width: int = 1280, height: int = 900, meant: tuple[int, ...] = (), **options: Any
    ) -> Page:
        witness.meant |= set(meant)
        size: Any = {"width": width, "height": height}
        context = browser.new_context(base_url=site.url, viewport=size, reduced_motion="reduce", **options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        witness.watch(page)
        if path:
            page.goto(path)
        return page

    yield opened
    if not may_have_cookies:
        witness.complaints += [f"a cookie: {cookie}" for context in contexts for cookie in context.cookies()]
    for context in contexts:
        context.close()
    witness.testify()


@pytest.fixture
def open_page(browser: Browser, site: services.Site) -> Iterator[OpenPage]:
    """As a supporter, whom we give no cookie."""
    with watched(browser, site, may_have_cookies=False) as opened:
        yield opened


@pytest.fixture(scope="package")
def signed_in(browser: Browser, site: services.Site) -> Any:
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
def open_workspace(browser: Browser, site: services.Site, signed_in: Any) -> Iterator[OpenPage]:
    """As an owner of the demonstration's organisation."""
    with watched(browser, site) as opened:
        yield partial(opened, storage_state=signed_in)


Examine = Callable[[Page, str], Examiner]


@pytest.fixture
def examine(screenshots: Path) -> Iterator[Examine]:
    """Whoever looks at pages in a language; what they find wrong fails the test in the end."""
    examiners: list[Examiner] = []

    def begun(page: Page, language: str) -> Examiner:
        examiners.append(Examiner(page, language, screenshots))
        return examiners[-1]

    yield begun
    problems = [problem for examiner in examiners for problem in examiner.problems]
    assert not problems, "\n" + "\n".join(dict.fromkeys(problems))


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Looked at by people, never compared: build output."""
    folder = services.ROOT / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
