"""Signatures on paper: a number beside the count, never in it; and the sheets they are collected on."""

import datetime
from contextlib import closing
from typing import Any

import pypdfium2
import pytest
from django.test import Client
from django.utils import timezone

from campaigns import counting, paper, sheets
from campaigns.models import Campaign, PaperCount
from tests.campaigns.factories import make_campaign, make_organisation, make_user, text_of
from tests.letters.pdf.accessible import faults

pytestmark = pytest.mark.django_db

TODAY = {"signatures": "12", "on": "2026-11-20", "note": "The market"}


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation())


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def enter(campaign: Campaign, signatures: int) -> PaperCount:
    day = timezone.localdate() - datetime.timedelta(days=1)
    return paper.enter(campaign, signatures=signatures, on=day, note="", actor="account 1")


def test_entering_and_removing_keeps_the_sum(campaign: Campaign) -> None:
    first, _second = enter(campaign, 12), enter(campaign, 30)
    assert Campaign.objects.get().paper_count == 42
    assert paper.remove(first)
    assert Campaign.objects.get().paper_count == 30
    assert not paper.remove(PaperCount(pk=first.pk or 1, campaign=campaign, signatures=12))
    assert Campaign.objects.get().paper_count == 30
    assert counting.reconcile(campaign).problems == []


def test_paper_is_a_line_of_its_own_in_the_books(campaign: Campaign) -> None:
    enter(campaign, 12)
    books = counting.reconcile(campaign)
    assert (books.paper, sum(books.by_state.values()), books.campaign.signature_count) == (12, 0, 0)
    Campaign.objects.update(paper_count=13)
    assert counting.reconcile(campaign).problems == ["on paper it says 13, the entries add up to 12"]
    counting.reconcile(campaign, repair=True)
    assert Campaign.objects.get().paper_count == 12
    assert counting.reconcile(campaign).problems == []


def test_an_editor_enters_a_number_and_takes_it_back_after_a_question(campaign: Campaign, bob: Client) -> None:
    assert bob.post("/organise/campaigns/library/paper/", TODAY).status_code == 302
    page = bob.get("/organise/campaigns/library/paper/").content.decode()
    assert "12 signatures on paper added." in page and "The market" in page and "by Bob" in page
    entered = PaperCount.objects.get()
    asked = bob.get(f"/organise/campaigns/library/paper/{entered.pk}/remove/")
    assert "Yes, remove it" in asked.content.decode() and PaperCount.objects.exists()
    assert bob.post(f"/organise/campaigns/library/paper/{entered.pk}/remove/").status_code == 302
    assert not PaperCount.objects.exists()
    assert Campaign.objects.get().paper_count == 0
    assert bob.post(f"/organise/campaigns/library/paper/{entered.pk}/remove/").status_code == 404


def test_an_entry_of_another_campaign_is_out_of_reach(campaign: Campaign, bob: Client) -> None:
    theirs = enter(make_campaign(slug="pool"), 5)
    assert bob.post(f"/organise/campaigns/library/paper/{theirs.pk}/remove/").status_code == 404
    assert PaperCount.objects.exists()


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"signatures": "0"}, "at least one"),
        ({"signatures": "-5"}, "at least one"),
        ({"signatures": "many"}, "in digits"),
        ({"signatures": ""}, "Give their number."),
        ({"signatures": "1000001"}, "more than a million"),
        ({"on": "2999-01-01"}, "yet to come"),
        ({"on": "1999-12-31"}, "too long ago"),
        ({"on": "yesterday"}, "year, month and day"),
        ({"note": "x" * 201}, "200"),
    ],
)
def test_a_slip_is_told_and_nothing_is_kept(
    campaign: Campaign, bob: Client, change: dict[str, str], error: str
) -> None:
    response = bob.post("/organise/campaigns/library/paper/", TODAY | change)
    assert response.status_code == 422 and error in response.content.decode()
    assert not PaperCount.objects.exists()


def test_the_list_asks_as_much_for_twenty_entries_as_for_one(
    campaign: Campaign, bob: Client, django_assert_num_queries: Any
) -> None:
    for number in (1, 19):
        for _n in range(number):
            enter(campaign, 1)
        with django_assert_num_queries(8):
            bob.get("/organise/campaigns/library/paper/")


def test_the_page_and_its_count_say_how_many_there_are_on_paper(campaign: Campaign, client: Client) -> None:
    assert "on paper</span>" not in client.get("/library/").content.decode()
    assert client.get("/library/count.json").json() == {"count": 0, "goal": 100, "paper": 0, "open": True}
    enter(campaign, 1_200)
    assert "and 1,200 on paper" in client.get("/library/").content.decode()
    assert client.get("/library/count.json").json() == {"count": 0, "goal": 100, "paper": 1_200, "open": True}


# The sheets


def words_of(pdf: bytes) -> list[str]:
    with closing(pypdfium2.PdfDocument(pdf)) as document:
        return [" ".join(page.get_textpage().get_text_range().split()) for page in document]


def test_a_sheet_is_one_page_with_its_words_and_lines(campaign: Campaign) -> None:
    pdf = sheets.blank_sheet(text_of(campaign))
    [page] = words_of(pdf)
    digest = text_of(campaign).digest
    for words in (
        "Keep the library open",
        "Keep it open. Publish the figures.",
        "testserver/library",
        f"SHA-256 {digest[:8]} {digest[8:16]}",
        "may reveal my political opinions, and hand it to Northtown council.",
        "destroyed after 24 months at the latest",
        "Whoever signs after me can read my line.",
        "Friends of the Library, 1 High Street, Northtown",
        "friends@example.org",
        "No. Name Postcode Signature",
    ):
        assert words in page, words
    assert all(f" {number} " in page for number in range(1, paper.A_SHEET + 1))
    assert faults(pdf) == []


def test_a_sheet_whose_names_go_to_nobody_says_so() -> None:
    [page] = words_of(sheets.blank_sheet(text_of(make_campaign(wording={"recipient": ""}))))
    assert "It gives the sheet to nobody" in page and "hand it to" not in page


@pytest.mark.parametrize("much", [{"title": "A very long title indeed " * 8}, {"asks": ["We ask for this. " * 60]}])
def test_much_text_still_leaves_one_page(much: dict[str, Any]) -> None:
    title = much.get("title", "")[:200]
    campaign = make_campaign(wording={**much, **({"title": title} if title else {})})
    assert len(words_of(sheets.blank_sheet(text_of(campaign)))) == 1


def test_a_sheet_in_arabic_begins_on_the_right() -> None:
    campaign = make_campaign(slug="maktaba", arabic=True)
    text = text_of(campaign, "ar")
    assert '<html lang="ar" dir="rtl">' in sheets.sheet_html(text)
    pdf = sheets.blank_sheet(text)
    assert len(words_of(pdf)) == 1 and faults(pdf) == []


def test_anybody_may_print_a_sheet(campaign: Campaign, client: Client) -> None:
    assert "/library/sheets.pdf" in client.get("/library/").content.decode()
    response = client.get("/library/sheets.pdf")
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF")
    assert not response.cookies
