"""The post room, watched: it renews itself without losing what somebody is doing in it, and works without a script."""

import re
from collections.abc import Iterator
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.services import Site

pytestmark = pytest.mark.browser

ADDRESS = "/organise/organisations/demonstration/post/"

MAKE = """
from datetime import timedelta
from django.utils import timezone
from campaigns.models import Organisation
from letters import outbox
from letters.models import Destination, OutgoingEmail, Representative, Stop
from letters.models.post import Kind, State
from letters.transitions import move
from tests.letters.factories import make_letter

sender = Organisation.objects.get(slug="demonstration").sender
later = timezone.now() + timedelta(hours=6)
lease = {"lease_token": "a test", "lease_until": later}

def letter(*states, said=""):
    to = make_letter(Representative.objects.order_by("pk").first())
    email = outbox.queue(sender=sender, message=outbox.letter_message(), to="member@parliament.example.org",
                         kind=Kind.LETTER, letter=to, not_before=later)
    before = State.QUEUED
    for state in states:
        changes = lease | {"attempts": 1} if state in (State.LEASED, State.HANDING) else {}
        move([email.pk], before, state, actor="worker", detail=said if state == states[-1] else "", changes=changes)
        before = state
    return email
"""
HANDED = "State.LEASED, State.HANDING"


def make(site: Site, what: str) -> None:
    site.run(MAKE + what)


@pytest.fixture(scope="module", autouse=True)
def _goes_on_afterwards(site: Site) -> Iterator[None]:
    """Other tests wait for emails, even if one here fails while the post is paused."""
    yield
    make(site, "from letters import pacing; pacing.resume(sender, 'a test')")


@pytest.fixture
def open_post_room(open_workspace: OpenPage) -> OpenPage:
    return partial(open_workspace, ADDRESS)


def number(page: Page, state: str) -> int:
    return int(page.locator(f"tr.is-{state} .sum").inner_text().replace(",", ""))


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_post_room_is_accessible(open_post_room: OpenPage, site: Site, examine: Examine, language: str) -> None:
    make(
        site,
        f"letter({HANDED}, State.HELD, said='The mail server took the whole email, but never said more.')\n"
        f"letter({HANDED}, State.SENT)\nletter({HANDED}, State.FAILED, said='550 No such user')\n"
        f"letter({HANDED}, State.SENT, State.BOUNCED)\nwaiting = letter()\n"
        "known = {'key': waiting.domain_key, 'defaults': {'name': 'parliament.example.org'}}\n"
        "domain = Destination.objects.get_or_create(**known)[0]\n"
        "said = {'defaults': {'answer': '550 5.7.1 No.'}}\n"
        "Stop.objects.get_or_create(sender=sender, domain=domain, lifted_at=None, **said)",
    )
    page = open_post_room()
    examiner = examine(page, language)
    here = ADDRESS if language == "en" else ADDRESS.replace("/organise/", "/organise/ar/")
    for name, path in {"room": "", "held": "held/", "failed": "emails/failed/", "waiting": "emails/queued/"}.items():
        page.goto(here + path)
        examiner.look(f"post-{name}")
    page.goto(f"{here}held/")
    page.locator(".emails p a").first.click()
    examiner.look("post-email")
    page.goto(here)
    page.locator("#minutes summary").click()
    page.locator("#pausing summary").click()
    page.locator("form[action$='/pause/'] button[value=letters]").click()
    examiner.look("post-paused")
    page.locator(".concern[data-key=pause] button").click()
    expect(page.locator(".concern[data-key=pause]")).to_have_count(0)


def test_it_renews_itself_and_leaves_alone_what_somebody_is_doing(open_post_room: OpenPage, site: Site) -> None:
    make(site, f"letter({HANDED}, State.SENT)")
    page = open_post_room()
    expect(page.locator("[data-live-state]")).to_have_attribute("data-now", "live")
    page.locator("#minutes summary").click()
    page.locator("#pausing summary").click()
    page.fill("#q", "half an addr")
    page.locator("#minutes summary").focus()
    page.evaluate("window.getSelection().selectAllChildren(document.getElementById('throughput'))")
    chosen = page.evaluate("String(window.getSelection())")
    page.evaluate("window.unchanged = document.querySelector('#minutes summary')")
    held = number(page, "held")
    make(site, f"letter({HANDED}, State.HELD)\nletter({HANDED}, State.FAILED)")
    expect(page.locator("tr.is-held .sum")).to_have_text(str(held + 1))
    expect(page.locator(".concern[data-key=held]")).to_be_visible()
    assert page.locator("#minutes").get_attribute("open") is not None
    assert page.locator("#pausing").get_attribute("open") is not None
    assert page.evaluate("document.activeElement === window.unchanged")
    assert page.evaluate("String(window.getSelection())") == chosen
    expect(page.locator("#q")).to_have_value("half an addr")
    page.locator("#pausing button[value=letters]").click()  # a form that was renewed is still accepted
    expect(page.locator(".concern[data-key=pause]")).to_be_visible()
    page.locator(".concern[data-key=pause] button").click()
    expect(page.locator(".concern[data-key=pause]")).to_have_count(0)


def test_a_decision_made_elsewhere_takes_what_it_was_about_and_not_the_keyboard(
    open_post_room: OpenPage, site: Site
) -> None:
    page = open_post_room()
    make(site, "from letters import pacing; pacing.pause(sender, 'letters', 'a test')")
    expect(page.locator(".concern[data-key=pause] button")).to_be_visible()
    page.locator(".concern[data-key=pause] button").focus()
    make(site, "from letters import pacing; pacing.resume(sender, 'a test')")
    expect(page.locator(".concern[data-key=pause]")).to_have_count(0)
    assert page.evaluate("document.activeElement.id") == "now"


def test_it_says_when_it_is_not_live_and_comes_back(open_post_room: OpenPage) -> None:
    page = open_post_room()
    state = page.locator("[data-live-state]")
    expect(state).to_have_attribute("data-now", "live")
    page.context.set_offline(True)
    expect(state).to_have_attribute("data-now", "stale")
    expect(state).to_have_text(re.compile(r"Not live since [0-2]\d:\d\d:\d\d \(UTC\)"))  # as all its other times
    assert "is-stale" in (page.locator("[data-live-from]").get_attribute("class") or "")
    page.context.set_offline(False)
    expect(state).to_have_attribute("data-now", "live")
    assert "is-stale" not in (page.locator("[data-live-from]").get_attribute("class") or "")


def test_that_somebody_is_signed_out_is_said_with_the_way_back(open_post_room: OpenPage) -> None:
    page = open_post_room()
    state, sign_in = page.locator("[data-live-state]"), page.locator("[data-live-sign-in]")
    expect(state).to_have_attribute("data-now", "live")
    expect(sign_in).to_be_hidden()
    page.context.clear_cookies()
    expect(state).to_have_text("You are signed out: this page is not renewed.")
    sign_in.click()
    page.wait_for_url(f"**/organise/account/login/?next={ADDRESS}")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_no_column_is_cut_off(open_post_room: OpenPage, site: Site, language: str) -> None:
    old = "OutgoingEmail.objects.filter(pk=letter().pk).update(created_at=timezone.now() - timedelta(minutes=50))"
    make(site, f"letter()\n{old}")
    page = open_post_room(390)
    page.goto(ADDRESS if language == "en" else ADDRESS.replace("/organise/", "/organise/ar/"))
    expect(page.locator(".age .sum")).to_contain_text("50")
    table = page.locator(".scrolls")
    assert table.evaluate("table => table.scrollWidth - table.clientWidth") <= 0


def test_an_answer_that_is_something_else_changes_nothing(open_post_room: OpenPage) -> None:
    page = open_post_room()
    expect(page.locator("[data-live-state]")).to_have_attribute("data-now", "live")
    before = page.locator("tr.is-queued .sum").inner_text()
    page.route("**/post/now/", lambda route: route.fulfill(body="<p>Sign in first.</p>", content_type="text/html"))
    expect(page.locator("[data-live-state]")).to_have_attribute("data-now", "stale")
    assert page.locator("tr.is-queued .sum").inner_text() == before
    page.unroute("**/post/now/")


@pytest.mark.parametrize("width", [390, 1280])
def test_everything_can_be_done_without_a_script(open_post_room: OpenPage, site: Site, width: int) -> None:
    make(site, f"letter({HANDED}, State.HELD)\nletter({HANDED}, State.HELD)")
    page = open_post_room(width, java_script_enabled=False)
    page.goto(ADDRESS)
    held, sent = number(page, "held"), number(page, "sent")
    page.locator("#pausing summary").click()
    page.locator("#pausing button[value=everything]").click()
    expect(page.locator(".concern[data-key=pause]")).to_be_visible()
    page.locator(".concern[data-key=pause] button").click()
    expect(page.locator(".concern[data-key=pause]")).to_have_count(0)
    page.locator(".concern[data-key=held] a").click()
    page.locator("input[name=email]").first.check()
    page.locator("button[value=arrived]").click()
    page.locator(".about a").click()
    assert (number(page, "held"), number(page, "sent")) == (held - 1, sent + 1)
    page.goto(f"{ADDRESS}held/")
    page.locator(".emails p a").first.click()
    reference = page.locator(".facts dd bdi").first.inner_text()
    page.locator("button[value=drop]").click()
    expect(page.locator(".said-so")).to_be_visible()
    expect(page.locator("button[name=do]")).to_have_count(0)
    page.goto(ADDRESS)
    page.fill("[name=q]", reference)
    page.locator("form[action$='/find/'] button").click()
    expect(page.locator(".facts dd bdi").first).to_have_text(reference)
    page.goto(ADDRESS)
    page.locator(".live-line a:visible").click()
    expect(page.locator("h1")).to_have_text("Post room")
