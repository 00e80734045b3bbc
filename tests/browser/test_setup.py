"""What a campaign is made of beside its text, set up in a browser: accessible, by keyboard, and without a script."""

import io

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.conftest import Examine, OpenPage
from tests.browser.test_weight import BUDGET
from tests.browser.test_workspace import enter, tab_to
from tests.services import Site

pytestmark = pytest.mark.browser

# A campaign in two languages, with everything that can be set up.
ROWS = """
from django.utils import timezone
from campaigns import publishing
from campaigns.models import Campaign, Organisation
from letters.models import Representative

model = Campaign.objects.get(slug="aleppo-day-of-action")
if not Campaign.objects.filter(slug="{slug}").exists():
    made = Campaign.objects.create(slug="{slug}", organisation=model.organisation, legislature=model.legislature,
        state="live", published_at=timezone.now())
    for language in ("en", "ar"):
        words = model.texts.get(language=language, superseded_at=None).wording()
        publishing.publish_text(made, language, words | {{"body": "It is so.[^1]\\n\\nAnd so.[^3]\\n"}})
    made.targets.create(number=1, name="Agnes Moor", role="Mayor", organisation="Northtown council")
    made.targets.create(number=2, role="Clerk", organisation="Northtown council", address="1 High Street")
    made.sources.create(number=1, title="Visitors in 2026", publication="Northtown Post", date="2026-09")
    source = made.sources.create(number=2, title="A title that goes on and on, as titles of reports do, to its end")
    made.events.create(number=1, title="The vote", date="2026-12-05", place="Town hall")
    made.responses.create(number=1, author="Agnes Moor", text="We think about it. " * 20, source=source)
    people = Representative.objects.filter(legislature=model.legislature).order_by("pk")
    made.hand_ins.create(representative=people[0])
    made.letter_variants.create(number=1, representative=people[1], deed="nobody")
    made.letter_variants.create(number=2, legislature=model.legislature)
    made.former_slugs.create(slug="{slug}-once")
"""


def pages(slug: str, language: str) -> dict[str, str]:
    root = f"/organise/{'' if language == 'en' else 'ar/'}campaigns/{slug}/"
    return {
        "facts": f"{root}facts/",
        "facts-new-target": f"{root}facts/targets/new/",
        "facts-new-source": f"{root}facts/sources/new/",
        "facts-new-event": f"{root}facts/events/new/",
        "facts-new-response": f"{root}facts/responses/new/",
        "letters": f"{root}letters/",
        "letters-variant": f"{root}letters/variants/new/",
        "picture": f"{root}picture/",
        "settings": f"{root}settings/",
    }


def picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((1600, 900), 90).save(out, "JPEG")
    return out.getvalue()


def choose_picture(page: Page) -> None:
    page.set_input_files("[name=file]", {"name": "crowd.jpg", "mimeType": "image/jpeg", "buffer": picture()})
    page.fill("[name=alt_en]", "Forty people before a closed door")
    page.fill("[name=alt_ar]", "أربعون شخصًا أمام باب مغلق")
    page.click("form.panel .btn")
    expect(page.locator("img")).to_be_visible()


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_pages_that_set_a_campaign_up_are_accessible(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    slug = f"setup-{language}"
    site.run(ROWS.format(slug=slug))
    page = open_workspace()
    examiner = examine(page, language)
    here = pages(slug, language)
    for name, path in here.items():
        answer = page.goto(path)
        assert answer is not None and answer.status == 200, path
        examiner.look(f"setup-{name}")
    page.goto(here["facts-new-source"])
    page.fill("[name=number]", "1")
    page.click("form.panel .btn")
    examiner.look("setup-facts-errors")
    page.goto(here["facts"])
    page.locator("#sources + * a[href$='/remove/'], a[href*='/sources/'][href$='/remove/']").first.click()
    examiner.look("setup-facts-remove")
    page.goto(here["facts"])
    page.locator("form[action*='/sources/'] button[value=down]").first.click()
    examiner.look("setup-facts-move")
    page.goto(here["letters"])
    page.locator(".hand-in-more button").click()
    examiner.look("setup-letters-errors")
    page.goto(here["picture"])
    choose_picture(page)
    examiner.look("setup-picture-chosen")
    page.goto(f"/{slug}/" if language == "en" else f"/{slug}/ar/")
    examiner.look("page-with-a-picture")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_later_of_two_sees_what_the_other_has_saved(
    open_workspace: OpenPage, site: Site, examine: Examine, language: str
) -> None:
    slug = f"two-{language}"
    site.run(ROWS.format(slug=slug))
    address = pages(slug, language)["settings"]
    page, other = open_workspace(address), open_workspace(address)
    for one, goal in ((other, "500"), (page, "700")):
        one.fill("[name=signature_goal]", goal)
        one.click("form.panel .btn")
    expect(page.locator(".said-meanwhile dd")).to_have_text("500")
    expect(page.locator("[name=signature_goal]")).to_have_value("700")
    examiner = examine(page, language)
    examiner.look("setup-meanwhile")
    page.click("form.panel .btn")
    expect(page.locator(".said-so")).to_be_visible()
    expect(page.locator("[name=signature_goal]")).to_have_value("700")


@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_adds_puts_in_order_and_removes(open_workspace: OpenPage, site: Site, width: int) -> None:
    slug = f"keys-{width}"
    site.run(ROWS.format(slug=slug))
    page = open_workspace(f"/organise/campaigns/{slug}/facts/", width)
    tab_to(page, "a[href$='/facts/targets/new/']", 80)
    enter(page)
    tab_to(page, "[name=name]")
    page.keyboard.type("The bishop")
    page.keyboard.press("Enter")
    expect(page.locator(".said-so")).to_be_visible()
    bishop = page.locator(".fact-rows").first.locator("li").last
    expect(bishop).to_contain_text("The bishop")
    row = bishop.get_attribute("id")
    # Where the row stands that was saved, the next Tab goes on.
    tab_to(page, f"#{row} button[value=up]", 4)
    enter(page)
    expect(page.locator(".fact-rows").first.locator("li").nth(1)).to_have_attribute("id", str(row))
    tab_to(page, f"#{row} a[href$='/remove/']", 4)
    enter(page)
    tab_to(page, "main form button")
    enter(page)
    expect(page.locator(f"#{row}")).to_have_count(0)


def test_everything_works_without_a_script(open_workspace: OpenPage, site: Site) -> None:
    site.run(ROWS.format(slug="bare"))
    page = open_workspace("/organise/campaigns/bare/facts/", java_script_enabled=False)
    first = page.locator(".fact-rows").first.locator("li b")
    expect(first.first).to_have_text("Agnes Moor")
    page.locator(".fact-rows").first.locator("button[value=down]").first.click()
    expect(first.first).to_have_text("Clerk")
    page.goto("/organise/campaigns/bare/letters/")
    page.locator("button[value=all]").click()
    expect(page.locator(".all-well")).to_be_visible()
    page.goto("/organise/campaigns/bare/picture/")
    choose_picture(page)
    page.goto("/organise/campaigns/bare/settings/")
    page.fill("[name=slug]", "bare-no-more")
    page.click("form.panel .btn")
    expect(page.locator(".said-so")).to_be_visible()
    page.goto("/bare/ar/?utm_source=poster")
    assert page.url.endswith("/bare-no-more/ar/?utm_source=poster")


def test_a_picture_moves_nothing_and_the_page_stays_light_without_it(open_workspace: OpenPage, site: Site) -> None:
    site.run(ROWS.format(slug="pictured"))
    page = open_workspace("/organise/campaigns/pictured/picture/")
    choose_picture(page)
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        weight: dict[str, int] = {}

        def weigh(answer: object, weight: dict[str, int] = weight) -> None:
            sizes = answer.request.sizes()  # type: ignore[attr-defined]
            weight[answer.url] = sizes["responseBodySize"] + sizes["responseHeadersSize"]  # type: ignore[attr-defined]

        page.on("response", weigh)
        page.goto("/pictured/", wait_until="networkidle")
        page.locator(".picture img").scroll_into_view_if_needed()
        expect(page.locator(".picture img")).to_have_js_property("complete", True)
        seen = page.locator(".picture img").bounding_box()
        page.remove_listener("response", weigh)
        assert sum(size for url, size in weight.items() if "/pictures/" not in url) < BUDGET, weight
        page.route("**/pictures/**", lambda route: route.abort())
        page.goto("/pictured/")
        page.locator(".picture img").scroll_into_view_if_needed()
        without = page.locator(".picture img").bounding_box()
        page.unroute("**/pictures/**")
        assert seen is not None and without is not None
        assert (seen["width"], seen["height"]) == (without["width"], without["height"])
        assert seen["height"] > 100 and seen["width"] <= width
