import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from campaigns import calendars, counting, publishing
from campaigns.models import Campaign, Event, Organisation, Signature, Source, Update
from letters.models import Representative
from letters.pdf import MissingGlyphs, RenderingBusy, RenderingError
from tests.campaigns.factories import (
    WORDING,
    make_campaign,
    make_facts,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative() -> Representative:
    return make_seat()[2]


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    organisation = make_organisation(slug="friends", about="We *read*.", privacy="We keep little.")
    campaign = make_campaign(
        slug="library", arabic=True, organisation=organisation, legislature=representative.legislature
    )
    make_facts(campaign)
    return campaign


def text(client: Client, path: str) -> str:
    response = client.get(path)
    assert response.status_code == 200, path
    return response.content.decode()


SUPPORTERS_PAGES = [
    *("/", "/ar/", "/?q=library", "/library/", "/library/ar/", "/library/count.json", "/library/signatures/"),
    *("/library/ar/signatures/", "/library/sign/", "/library/signed/", "/library/write/", "/library/written/"),
    *("/organisations/friends/", "/ar/organisations/friends/", "/privacy/", "/ar/privacy/", "/accessibility/"),
    *("/library/events/1.ics", "/robots.txt", "/organisations/friends/8c1d18.css"),
]


# No cookie, nothing varies


@pytest.mark.parametrize("path", SUPPORTERS_PAGES)
def test_no_supporters_page_sets_a_cookie_or_varies(client: Client, campaign: Campaign, path: str) -> None:
    response = client.get(path, headers={"Accept-Language": "ar", "Cookie": "sessionid=x; csrftoken=y"})
    assert response.status_code == 200
    assert not response.cookies
    assert "Set-Cookie" not in response.headers and "Vary" not in response.headers


def test_no_supporters_form_sets_a_cookie_or_varies(client: Client, campaign: Campaign) -> None:
    for path, form in (("/library/sign/", {}), ("/library/write/", {"stage": "find"}), ("/confirm/x/", {})):
        response = client.post(path, form, headers={"Cookie": "sessionid=x; csrftoken=y"})
        assert not response.cookies and "Vary" not in response.headers


def test_an_organiser_who_is_signed_in_gets_the_same_page_as_everybody(client: Client, campaign: Campaign) -> None:
    stranger = client.get("/library/")
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner", is_staff=True))
    hers = client.get("/library/")
    assert hers.content == stranger.content
    assert not hers.cookies and "Vary" not in hers.headers


def test_accept_language_changes_nothing(client: Client, campaign: Campaign) -> None:
    assert client.get("/library/", headers={"Accept-Language": "ar"}).content == client.get("/library/").content


@pytest.mark.parametrize("path", ["/", "/library/", "/library/ar/", "/library/count.json", "/library/signatures/"])
def test_what_everybody_sees_may_be_kept_for_a_moment_by_caches(client: Client, campaign: Campaign, path: str) -> None:
    kept = client.get(path)["Cache-Control"]
    assert "public" in kept and "s-maxage=2" in kept and "stale-while-revalidate" in kept


@pytest.mark.parametrize("path", ["/library/sign/", "/library/signed/", "/library/write/", "/library/written/"])
def test_what_is_one_persons_is_kept_by_nobody(client: Client, campaign: Campaign, path: str) -> None:
    assert "no-store" in client.get(path)["Cache-Control"]


@pytest.mark.parametrize("path", ["/library/", "/library/sign/", "/confirm/x/", "/no-such-page/"])
def test_every_page_says_what_it_may_load_and_to_whom_it_tells_where_one_came_from(
    client: Client, campaign: Campaign, path: str
) -> None:
    headers = client.get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "frame-ancestors 'none'" in policy
    assert headers["Referrer-Policy"] in ("no-referrer", "same-origin"), "links that act stand in addresses"
    assert headers["X-Content-Type-Options"] == "nosniff" and headers["X-Frame-Options"] == "DENY"


def test_nothing_on_a_page_comes_from_elsewhere(client: Client, campaign: Campaign) -> None:
    page = text(client, "/library/")
    loaded = re.findall(r'<(?:script|img|iframe|source)[^>]*\ssrc="([^"]*)"', page)
    loaded += re.findall(r'<link[^>]*rel="(?:stylesheet|icon|preload)"[^>]*href="([^"]*)"', page)
    assert loaded and all(address.startswith("/") and not address.startswith("//") for address in loaded)


# The page


def test_the_page_holds_all_there_is_to_say(client: Client, campaign: Campaign) -> None:
    update = Update.objects.create(campaign=campaign, state="sent", published_at=timezone.now())
    update.texts.create(language="en", title="The council has met", body="It *decided* nothing.")
    page = text(client, "/library/")
    for said in (WORDING["title"], WORDING["summary"], "Northtown council", "Dear councillors,", *WORDING["asks"]):
        assert said in page
    for said in ("Read-in", "The library, upstairs", "We have read it.", "Visitors in 2026", "The council has met"):
        assert said in page
    assert "<em>decided</em>" in page
    assert re.search(r'href="#source-1"', page) and 'id="source-1"' in page


def test_those_addressed_are_named_on_the_page_and_not_twice(client: Client, campaign: Campaign) -> None:
    campaign.targets.all().delete()
    assert 'id="targets"' not in text(client, "/library/")
    campaign.targets.create(number=1, name="Erika Example", role="Mayor", address="The hall, Northtown")
    page = text(client, "/library/")
    assert "Erika Example" in page and "<bdi>Mayor</bdi>" in page and "The hall, Northtown" not in page
    campaign.targets.update(name="Northtown Council", role="")
    assert "Northtown council" in text(client, "/library/") and 'id="targets"' not in text(client, "/library/")
    campaign.targets.create(number=2, role="Librarian", organisation="The library")
    assert "Northtown Council" in text(client, "/library/") and "Librarian" in text(client, "/library/")


@pytest.mark.parametrize(
    ("summary", "body", "shown"),
    [
        ("The library is to close.", "The *library* is to close. We want it open.\n", False),
        ("The library is to close …", "The library is to close in May.\n\nWe want it open.\n", False),
        ("The library is to close.", "We want it open: the library is to close.\n", True),
        ("The library is to close.", "The library is to stay.\n", True),
    ],
)
def test_a_summary_that_is_how_the_text_begins_is_not_read_twice(
    client: Client, summary: str, body: str, shown: bool
) -> None:
    campaign = make_campaign(wording={"summary": summary, "body": body})
    page = client.get(campaign.get_absolute_url()).content.decode()
    assert (f'<p class="standfirst">{summary}</p>' in page) == shown
    assert f'<meta name="description" content="{summary}">' in page, "it still goes with every link"


def test_the_form_may_be_filled_by_the_browser(client: Client, campaign: Campaign) -> None:
    page = text(client, "/library/")
    tokens = {"name": "name", "email": "email", "postcode": "postal-code", "country": "country"}
    for name, token in tokens.items():
        tags = re.findall(rf'<(?:input|select)[^>]*name="{name}"[^>]*>', page)
        assert len(tags) == 1 and f'autocomplete="{token}"' in tags[0]
        assert f'for="id_{name}"' in page, "a visible label"


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_what_is_not_public_is_not_there(client: Client, state: str) -> None:
    make_campaign(slug="library", state=state)
    for path in ("/library/", "/library/count.json", "/library/signatures/", "/library/sign/", "/library/write/"):
        assert client.get(path).status_code == 404
    assert "Keep the library open" not in text(client, "/")


def test_a_campaign_of_an_organisation_that_waits_for_approval_is_not_there(client: Client, campaign: Campaign) -> None:
    Organisation.objects.update(approved_at=None)
    for path in ("/library/", "/library/count.json", "/organisations/friends/"):
        assert client.get(path).status_code == 404
    assert "Keep the library open" not in text(client, "/")


def test_a_closed_campaign_is_still_to_be_read_and_has_no_form(client: Client) -> None:
    make_campaign(slug="library", state="closed")
    page = text(client, "/library/")
    assert "Keep the library open" in page and 'name="consent"' not in page


def test_the_count_is_three_numbers_and_whether_it_may_change(client: Client, campaign: Campaign) -> None:
    make_signature(campaign)
    counting.fold_all()
    response = client.get("/library/count.json")
    assert response["Content-Type"] == "application/json"
    assert response.json() == {"count": 1, "goal": 100, "paper": 0, "open": True}
    Campaign.objects.update(state="closed")
    assert client.get("/library/count.json").json()["open"] is False
    assert "data-count-url" not in text(client, "/library/"), "nobody need ask any more"


def test_areas_are_listed_with_their_counts(client: Client, campaign: Campaign, representative: Representative) -> None:
    for _ in range(3):
        make_signature(campaign, area=representative.constituency)
    counting.fold_all()
    assert re.search(r"Northtown South.{0,80}\b3\b", text(client, "/library/"), re.DOTALL)


# Languages


def test_a_campaign_has_one_address_in_each_of_its_languages(client: Client, campaign: Campaign) -> None:
    english, arabic = text(client, "/library/"), text(client, "/library/ar/")
    assert '<html lang="en" dir="ltr">' in english and '<html lang="ar" dir="rtl">' in arabic
    assert "أبقوا المكتبة مفتوحة" in arabic and 'action="/library/ar/sign/"' in arabic
    for path in ("/library/en/", "/library/fr/", "/library/en/sign/", "/library/ar/ar/", "/en/"):
        assert client.get(path).status_code == 404


def test_the_languages_name_each_other_and_each_is_its_own_canonical_address(
    client: Client, campaign: Campaign
) -> None:
    for path, own in (("/library/", "http://testserver/library/"), ("/library/ar/", "http://testserver/library/ar/")):
        page = text(client, path)
        assert f'<link rel="canonical" href="{own}">' in page
        alternates = dict(re.findall(r'<link rel="alternate" hreflang="([^"]+)" href="([^"]+)">', page))
        assert alternates["en"] == "http://testserver/library/"
        assert alternates["ar"] == "http://testserver/library/ar/"


def test_a_campaign_in_one_language_names_no_other(client: Client) -> None:
    make_campaign(slug="pool")
    assert "hreflang" not in text(client, "/pool/").split("</head>")[0]
    assert client.get("/pool/ar/").status_code == 404


def test_a_campaign_in_a_language_the_software_does_not_speak_has_english_furniture(client: Client) -> None:
    make_campaign(slug="bibliotheque", language="fr", wording={"title": "Gardez la bibliothèque"})
    page = text(client, "/bibliotheque/")
    assert '<html lang="en"' in page and re.search(r'lang="fr"[^>]*>\s*<header', page)
    assert client.get("/bibliotheque/fr/").status_code == 404


def test_one_count_for_all_languages(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, text=text_of(campaign, "en"), name="Alice Ahmed")
    make_signature(campaign, text=text_of(campaign, "ar"), name="آمنة")
    for path in ("/library/", "/library/ar/"):
        assert "Alice Ahmed" in text(client, path) and "آمنة" in text(client, path)


def test_the_answer_names_its_language(client: Client, campaign: Campaign) -> None:
    assert client.get("/library/")["Content-Language"] == "en"
    assert client.get("/library/ar/")["Content-Language"] == "ar"


# For machines


def test_no_text_ends_the_script_element_it_stands_in(client: Client) -> None:
    bad = "</script><script>alert(1)</script>&<!--"
    make_campaign(slug="library", wording={"title": bad, "summary": bad, "addressed_to": bad})
    page = text(client, "/library/")
    blocks = re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)
    assert len(blocks) == 1 and "<script>alert" not in page and "<" not in blocks[0]
    assert json.loads(blocks[0])["name"] == bad


def test_machines_are_told_of_the_campaign_and_of_no_signatory(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, name="Rosalind Quince")
    counting.fold_all()
    page = text(client, "/library/")
    data = json.loads(re.findall(r'<script type="application/ld\+json">(.*?)</script>', page, re.DOTALL)[0])
    assert data["url"] == "http://testserver/library/"
    assert data["mainEntity"]["interactionStatistic"]["userInteractionCount"] == 1
    assert "Rosalind" not in json.dumps(data) and "Rosalind" not in page.split("</head>")[0]


def test_the_networks_are_given_a_card(client: Client, campaign: Campaign) -> None:
    head = text(client, "/library/ar/").split("</head>")[0]
    for name in ("og:title", "og:description", "og:url", "og:image", "og:image:alt"):
        assert re.search(rf'<meta property="{name}" content="[^"]+">', head), name
    assert "http://testserver/library/ar/card.png" in head and 'content="summary_large_image"' in head


def test_the_card_and_the_letters_are_drawn_once(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[str] = []

    def draw(name: str) -> Callable[[object], bytes]:
        return lambda text: drawn.append(name) or b"drawn"  # type: ignore[func-returns-value]

    for name in ("share_card", "campaign_letter", "blank_letter"):
        monkeypatch.setattr(f"campaigns.documents.{name}", draw(name))
    for path in ("card.png", "letter.pdf", "letter-to-sign.pdf"):
        for _ in range(2):
            response = client.get(f"/library/{path}")
            assert response.content == b"drawn" and "public" in response["Cache-Control"]
    assert drawn == ["share_card", "campaign_letter", "blank_letter"]


@pytest.mark.parametrize(
    ("error", "status"), [(RenderingBusy(9), 503), (RenderingError("x"), 500), (MissingGlyphs("漢"), 422)]
)
def test_when_it_cannot_be_drawn_the_page_says_so_and_nothing_is_kept(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    def fail(text: object) -> bytes:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("campaigns.documents.campaign_letter", fail)
        response = client.get("/library/letter.pdf")
        assert response.status_code == status
        assert response.headers.get("Retry-After", "9") == "9" and "no-store" in response["Cache-Control"]
        assert ("漢" in response.content.decode()) is (status == 422)
    monkeypatch.setattr("campaigns.documents.campaign_letter", lambda text: b"%PDF-")
    assert client.get("/library/letter.pdf").status_code == 200


def test_the_campaigns_letter_is_a_pdf(client: Client, campaign: Campaign) -> None:
    response = client.get("/library/letter.pdf")
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF-") and 'filename="library.pdf"' in response["Content-Disposition"]


def test_the_card_is_a_picture(client: Client, campaign: Campaign) -> None:
    response = client.get("/library/card.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response.content.startswith(b"\x89PNG")


def test_robots_are_kept_from_links_that_act(client: Client) -> None:
    lines = text(client, "/robots.txt").splitlines()
    for path in ("confirm", "signature", "letter", "admin", "organise"):
        assert f"Disallow: /{path}/" in lines


# Dates


def lines_of(calendar: str) -> list[str]:
    """The lines as a program reads them: unfolded."""
    assert calendar.endswith("\r\n") and "\n" not in calendar.replace("\r\n", "")
    assert all(len(line.encode()) <= 75 for line in calendar.split("\r\n"))
    return calendar.replace("\r\n ", "").split("\r\n")[:-1]


def test_an_event_is_a_calendar_file(client: Client, campaign: Campaign) -> None:
    response = client.get("/library/events/1.ics")
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    lines = lines_of(response.content.decode())
    assert (lines[0], lines[1], lines[-1]) == ("BEGIN:VCALENDAR", "VERSION:2.0", "END:VCALENDAR")
    assert lines.count("BEGIN:VEVENT") == lines.count("END:VEVENT") == 1
    for line in ("DTSTART;VALUE=DATE:20261205", "DTEND;VALUE=DATE:20261206", "SUMMARY;LANGUAGE=en:Read-in"):
        assert line in lines
    assert "LOCATION:The library\\, upstairs" in lines and "URL:http://testserver/library/" in lines
    for name in ("UID", "DTSTAMP", "PRODID"):
        assert sum(line.startswith(f"{name}:") for line in lines) == 1
    assert client.get("/library/events/2.ics").status_code == 404


def test_no_text_adds_a_line_to_a_calendar(campaign: Campaign) -> None:
    bad = "a\nATTENDEE:b\r\nX:c;d,e\\f" + "ä" * 90
    event = Event(campaign=campaign, number=9, title="x", date=date(2026, 12, 31), place=bad, description=bad)
    lines = lines_of(calendars.event(text_of(campaign), event))
    assert not any(line.startswith(("ATTENDEE", "X:")) for line in lines)
    assert "LOCATION:a\\nATTENDEE:b\\nX:c\\;d\\,e\\\\f" + "ä" * 90 in lines
    assert "DTEND;VALUE=DATE:20270101" in lines


# Lists


@pytest.mark.parametrize(
    ("query", "found"),
    [("library", True), ("LIBRARY", True), ("library council", True), ("library pool", False), ("%", False)]
    + [("lib_ary", False), ("<b>", False), ("", True), ("  ", True), ("open library keep the", True)],
)
def test_campaigns_are_found_by_all_the_words_of_title_and_summary(
    client: Client, campaign: Campaign, query: str, found: bool
) -> None:
    response = client.get("/", {"q": query})
    assert response.status_code == 200
    assert ('href="/library/"' in response.content.decode()) == found


def test_campaigns_are_found_in_other_languages_too(client: Client, campaign: Campaign) -> None:
    assert 'href="/library/ar/"' in client.get("/ar/", {"q": "المكتبة"}).content.decode()


def test_a_wording_that_was_replaced_is_not_searched(client: Client, campaign: Campaign) -> None:
    publishing.publish_text(campaign, "en", WORDING | {"title": "Keep the swimming pool", "summary": "Water."})
    assert 'href="/library/"' not in client.get("/", {"q": "only library"}).content.decode()


def test_the_list_goes_on_without_counting_rows(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("campaigns.views.public.pages.CAMPAIGNS_A_PAGE", 2)
    slugs = [make_campaign(slug=f"campaign-{number}").slug for number in range(5)]
    seen, path = [], "/"
    while path:
        page = text(client, path)
        seen += re.findall(r'<h2[^>]*>\s*<a href="/(campaign-\d)/"', page) or sorted(
            set(re.findall(r'href="/(campaign-\d)/"', page)), reverse=True
        )
        found = re.search(r'href="(\?[^"]*before=\d+)"', page)
        path = f"/{found[1]}" if found else ""
    assert seen == slugs[::-1]


def test_signatories_are_listed_newest_first_and_each_once(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("campaigns.views.public.pages.SIGNATORIES_A_PAGE", 2)
    rows = [make_signature(campaign, name=f"Alice N{number}").pk for number in range(5)]
    make_signature(campaign, display="none")
    make_signature(campaign, state="pending", name="Not Yet")
    seen, path = [], "/library/signatures/"
    while path:
        page = text(client, path)
        assert "Not Yet" not in page
        seen += [int(pk) for pk in re.findall(r'<li id="s(\d+)"', page)]
        found = re.search(r'href="(\?[^"]*before=\d+)"', page)
        path = f"/library/signatures/{found[1]}" if found else ""
    assert seen == rows[::-1]


@pytest.mark.parametrize(
    ("typed", "found"),
    [("alice", True), ("ALICE ah", True), ("  alice   ahmed ", True), ("ahmed", False), ("%", False), ("a_ice", False)],
)
def test_a_name_is_found_by_how_it_begins(client: Client, campaign: Campaign, typed: str, found: bool) -> None:
    make_signature(campaign, name="Alice Ahmed")
    make_signature(campaign, name="Hidden", display="none")
    page = client.get("/library/signatures/", {"name": typed}).content.decode()
    assert ('<li id="s' in page) == found


def test_who_shows_initials_or_nothing_is_not_found_by_name(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, name="Rosalind Quince", display="initials")
    make_signature(campaign, name="Rosalind Quartz", display="none")
    for typed in ("rosalind", "r. q"):
        assert '<li id="s' not in client.get("/library/signatures/", {"name": typed}).content.decode()


@pytest.mark.parametrize("before", ["-1", "abc", "9" * 30, "1.5", "", "%00", "٣"])
def test_a_place_in_a_list_that_is_none_is_the_first_page(client: Client, campaign: Campaign, before: str) -> None:
    make_signature(campaign)
    assert '<li id="s' in text(client, f"/library/signatures/?before={before}")


# The organisation, and what is not there


def test_an_organisation_says_who_answers_and_how_to_reach_them(client: Client, campaign: Campaign) -> None:
    page = text(client, "/organisations/friends/")
    for said in (
        "<em>read</em>",
        "We keep little.",
        "1 High Street, Northtown",
        "friends@example.org",
        'href="/library/"',
    ):
        assert said in page


@pytest.mark.parametrize(
    "path", ["/nothing-here/", "/library/nothing/", "/organisations/nobody/", "/library/events/9.ics"]
)
def test_what_is_not_there_is_said_in_words(client: Client, campaign: Campaign, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 404
    assert "There is no such page" in response.content.decode()


def test_an_error_of_ours_is_said_in_words_and_shows_nothing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    client.raise_request_exception = False

    def broken(*arguments: object) -> None:
        raise RuntimeError("the secret of the house")

    monkeypatch.setattr("campaigns.views.public.pages.cards", broken)
    response = client.get("/")
    assert response.status_code == 500
    assert "the secret of the house" not in response.content.decode() and len(response.content) > 500


# What it costs


def grown(campaign: Campaign, representative: Representative, number: int) -> None:
    for _ in range(number):
        make_signature(campaign, area=representative.constituency)
    counting.fold_all()
    cache.clear()


@pytest.mark.parametrize(
    ("path", "queries"), [("/library/", 11), ("/library/signatures/", 3), ("/library/count.json", 1)]
)
def test_a_page_costs_the_same_with_one_signatory_and_with_twenty(
    client: Client,
    campaign: Campaign,
    representative: Representative,
    django_assert_num_queries: Any,
    path: str,
    queries: int,
) -> None:
    grown(campaign, representative, 1)
    with django_assert_num_queries(queries):
        text(client, path)
    grown(campaign, representative, 19)
    with django_assert_num_queries(queries):
        text(client, path)
    assert Signature.objects.count() == 20


def test_the_list_of_campaigns_costs_the_same_with_one_and_with_twenty(
    client: Client, django_assert_num_queries: Any
) -> None:
    make_campaign()
    with django_assert_num_queries(2):
        text(client, "/")
    for _ in range(19):
        make_campaign()
    with django_assert_num_queries(2):
        assert text(client, "/").count("Keep the library open") >= 20


def test_an_organisation_costs_the_same_with_one_campaign_and_with_twenty(
    client: Client, campaign: Campaign, django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(3):
        text(client, "/organisations/friends/")
    for _ in range(19):
        make_campaign(organisation=campaign.organisation)
    with django_assert_num_queries(3):
        text(client, "/organisations/friends/")


def test_a_page_weighs_little(client: Client, campaign: Campaign, representative: Representative) -> None:
    grown(campaign, representative, 24)
    assert len(client.get("/library/").content) < 40_000


@pytest.mark.parametrize("path", ["/ar/nothing/", "/library/ar/nothing/", "/nowhere/ar/"])
def test_an_address_that_leads_nowhere_answers_in_its_own_language(
    client: Client, campaign: Campaign, path: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert '<html lang="ar" dir="rtl">' in answer.content.decode()


def test_only_who_has_signed_is_given_words_that_say_so(client: Client, campaign: Campaign) -> None:
    assert "I have signed" not in client.get("/library/").content.decode()


def test_a_campaign_is_found_by_whom_it_addresses_and_by_its_sources(client: Client, campaign: Campaign) -> None:
    Source.objects.get_or_create(campaign=campaign, number=9, defaults={"author": "Leila Farouk"})
    for words in ("Northtown council", "farouk"):
        assert "Keep the library open" in client.get("/", {"q": words}).content.decode(), words
