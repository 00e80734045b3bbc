"""The first page, a campaign's overview, its life and the help, in a browser: accessible, by keyboard alone, without a
script, and counting live."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.services import Site

pytestmark = pytest.mark.browser

# One campaign in each state, of the demonstration's organisation and in the site's own process.
ROWS = """
from datetime import timedelta
from django.utils import timezone
from campaigns import living, logbook, publishing
from campaigns.models import Campaign, Organisation, User

organisation = Organisation.objects.get(slug="demonstration")
alice = User.objects.get(email="organiser@example.org")
words = Campaign.objects.get(slug="aleppo-day-of-action").texts.get(language="en", superseded_at=None).wording()
now = timezone.now()
for state, title in (("draft", "A bench for the bus stop"), ("scheduled", "Free meals at every school of the county"),
        ("live", "Keep the swimming pool of Easton open until a new one stands"), ("closed", "A crossing for the mill"),
        ("archived", "Keep the reading room warm")):
    slug = f"life-{state}"
    if Campaign.objects.filter(slug=slug).exists():
        continue
    day = None if state in ("draft", "scheduled") else now
    made = Campaign.objects.create(slug=slug, organisation=organisation, state=state, published_at=day,
        closed_at=day if state in ("closed", "archived") else None,
        outcome={"en": "Won."} if state == "archived" else {},
        publish_at=now + timedelta(days=3) if state == "scheduled" else None)
    publishing.publish_text(made, "en", words | {"title": title})
    logbook.note(organisation, alice, "campaign.settings", made)
"""


@pytest.fixture(scope="module", autouse=True)
def _one_campaign_in_each_state(site: Site) -> None:
    site.run(ROWS)


def pages(language: str) -> dict[str, str]:
    root = "/organise/" if language == "en" else f"/organise/{language}/"
    campaign = f"{root}campaigns/life-"
    return {
        "workspace": root,
        "help": f"{root}help/",
        **{f"overview-{state}": f"{campaign}{state}/" for state in ("draft", "live", "closed")},
        **{f"life-{state}": f"{campaign}{state}/life/" for state in ("draft", "live", "closed")},
        "life-outcome": f"{campaign}archived/life/outcome/",
        "life-duplicate": f"{campaign}closed/life/duplicate/",
        "life-transfer": f"{campaign}draft/life/transfer/",
    }


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_workspace_is_accessible(open_workspace: OpenPage, examine: Examine, language: str) -> None:
    page = open_workspace()
    examiner = examine(page, language)
    for name, path in pages(language).items():
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        examiner.look(f"organising-{name}")
    page.goto(pages(language)["life-draft"])
    page.locator("form[action$='/schedule/'] button").click()
    examiner.look("organising-life-errors")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_on_a_phone_the_menus_are_folded_and_open_with_a_script_and_without(
    open_workspace: OpenPage, language: str
) -> None:
    for script in (True, False):
        page = open_workspace(pages(language)["overview-live"], 390, java_script_enabled=script)
        menu, doors = page.locator(".masthead .doors"), page.locator(".campaign-bar")
        expect(menu.locator("a").first).to_be_hidden()
        expect(doors.locator("li a").first).to_be_hidden()
        menu.locator("summary").click()
        expect(menu.locator("a[href*='/help/']")).to_be_visible()
        doors.locator("summary").click()
        doors.locator("a[href$='/life/']").click()
        expect(page.locator(".stages [aria-current]")).to_be_visible()


def test_on_a_wide_screen_the_menus_stand_open(open_workspace: OpenPage) -> None:
    page = open_workspace(pages("en")["overview-live"])
    expect(page.locator(".masthead .doors a[href*='/help/']")).to_be_visible()
    expect(page.locator(".masthead .doors summary")).to_be_hidden()
    expect(page.locator(".campaign-bar a[href$='/life/']")).to_be_visible()


def tab_to(page: Page, selector: str, most: int = 60) -> None:
    """By keyboard alone, and what has the focus is seen to have it."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            seen = "() => { const s = getComputedStyle(document.activeElement); return s.outlineStyle !== 'none' }"
            assert page.evaluate(seen), f"the focus is not to be seen on {selector}"
            return
    raise AssertionError(f"the keyboard does not reach {selector}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_publishes_closes_and_tells_what_came_of_it(
    open_workspace: OpenPage, site: Site, width: int
) -> None:
    slug = f"draft-{width}"
    site.run(ROWS.replace("life-{state}", f"{{state}}-{width}"))
    page = open_workspace("/organise/", width)
    tab_to(page, f"a[href$='/campaigns/{slug}/']", 120)
    enter(page)
    tab_to(page, ".checklist a[href$='/life/']")
    enter(page)
    tab_to(page, "form[action$='/life/publish/'] button")
    enter(page)
    expect(page.locator(".campaign-bar .state")).to_have_text("Live")
    page.goto(f"/organise/campaigns/{slug}/life/")
    tab_to(page, "a[href$='/life/close/']")
    enter(page)
    tab_to(page, "main form button")
    enter(page)
    expect(page.locator(".campaign-bar .state")).to_have_text("Closed")
    tab_to(page, "textarea")
    page.keyboard.type("Won.")
    tab_to(page, "main form button")
    enter(page)
    page.goto(f"/{slug}/")
    expect(page.locator(".over")).to_contain_text("Won.")
    expect(page.locator(".card form")).to_have_count(0)


def test_the_count_renews_itself(open_workspace: OpenPage, site: Site) -> None:
    page = open_workspace(pages("en")["overview-live"])
    counted = page.locator(".numbers .main b")
    expect(counted).not_to_have_text("4,321")
    rows = "from campaigns.models import Campaign; Campaign.objects.filter(slug='life-live')"
    site.run(f"{rows}.update(signature_count=4321)")
    expect(counted).to_have_text("4,321")
    expect(page.locator("[data-live-state]")).to_have_attribute("data-now", "live")
