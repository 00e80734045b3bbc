"""Every page of the workspace that a link leads to, held against axe-core: no screen is left out by being forgotten."""

from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, resolve
from playwright.sync_api import Page

from tests.browser.conftest import Examine, OpenPage
from tests.browser.examining import ALL_RULES, AXE_SCRIPT
from tests.services import Site

pytestmark = pytest.mark.browser

# One of everything that a page can be about, so that links lead to all of them.
ROWS = """
from io import BytesIO
from PIL import Image
from campaigns import counting, pictures
from campaigns.models import Campaign, Membership, Organisation, User
from tests.campaigns.factories import make_campaign_letter, make_invitation, make_signature, make_user
from letters.models import Representative
organisation = Organisation.objects.get(slug="demonstration")
campaign = Campaign.objects.get(slug="idlib-labour")
make_signature(campaign, name="Agnes Abbot", reason="Because.", email="agnes@every.example.org")
make_signature(campaign, name="First of all", email="", origin="imported", pinned=1)
make_invitation(organisation)
make_user("another@every.example.org", organisation, "viewer", name="Another")
campaign.invalidations.create(reason="A machine signed", signatures=3)
update = campaign.updates.create()
update.texts.create(language="en", title="It is decided", body="They met.")
if campaign.legislature_id:
    campaign.letter_variants.create(number=1, party="Reform")
counting.fold_all()
drawn = BytesIO()
Image.new("RGB", (40, 30), "red").save(drawn, "PNG")
campaign.picture, campaign.picture_alt = pictures.keep(drawn.getvalue()), {"en": "A red sheet"}
campaign.save()
"""
BEGIN = (
    *("/organise/campaigns/idlib-labour/", "/organise/", "/organise/account/", "/organise/operator/"),
    *("/organise/organisations/new/", "/organise/help/"),
    *(f"/organise/campaigns/idlib-labour/{page}/" for page in ("hand-in/over", "hand-in/email", "picture/remove")),
)
LEAD_AWAY = ("account_logout",)
AT_LEAST = 55  # screens, or the links have been lost


def names_behind(page: Page, site: Site) -> dict[str, str]:
    """The name of each page of ours that this one leads to, with an address of it."""
    found: dict[str, str] = {}
    for address in page.eval_on_selector_all("a[href]", "links => links.filter(a => !a.download).map(a => a.href)"):
        parts = urlsplit(address)
        if f"{parts.scheme}://{parts.netloc}" != site.url or not parts.path.startswith("/organise/"):
            continue
        if not parts.path.endswith("/"):  # a file
            continue
        try:
            match = resolve(parts.path)
        except Resolver404:
            continue
        if match.url_name and "language" not in match.kwargs and match.url_name not in LEAD_AWAY:
            found.setdefault(match.url_name, parts.path)
    return found


def test_every_page_that_a_link_leads_to_is_accessible(open_workspace: OpenPage, site: Site, examine: Examine) -> None:
    site.run(ROWS)
    page = open_workspace("/organise/", width=390)
    examiner = examine(page, "en")
    to_see = dict.fromkeys(BEGIN)
    seen: dict[str, str] = {}
    waiting = list(to_see)
    while waiting:
        path = waiting.pop(0)
        name = resolve(path).url_name or path
        if name in seen:
            continue
        seen[name] = path
        answer = page.goto(path)
        if answer is None or "text/html" not in answer.headers.get("content-type", ""):
            continue
        assert answer.status == 200, (path, answer.status)
        page.evaluate(AXE_SCRIPT)
        examiner._ask_axe(name, ALL_RULES)
        waiting += [where for found, where in names_behind(page, site).items() if found not in seen]
    assert len(seen) >= AT_LEAST, sorted(seen)
