"""The list of updates, and writing one: in several languages, and by two people at once."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns.models import Campaign, LogEntry, Update
from tests.campaigns.factories import make_campaign, make_organisation, make_user
from tests.campaigns.newsroom import WORDS, make_reader, make_update, send

pytestmark = pytest.mark.django_db

HERE = "/organise/campaigns/library/updates/"


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True, organisation=make_organisation())


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("bob@example.org", campaign.organisation, "editor", name="Bob"))
    return client


def form(**fields: Any) -> dict[str, Any]:
    words = {"title_en": "The council has met", "body_en": "It decided.", "title_ar": "", "body_ar": "", "seen": "0"}
    return words | fields


def said(update: Update) -> dict[str, tuple[str, str]]:
    return {text.language: (text.title, text.body) for text in update.texts.all()}


def test_an_editor_writes_an_update(campaign: Campaign, bob: Client) -> None:
    assert "None yet" in bob.get(HERE).content.decode()
    response = bob.post(f"{HERE}new/", form(title_ar="اجتمع المجلس", body_ar="قرر."))
    update = Update.objects.get()
    assert response["Location"] == f"{HERE}{update.uuid}/"
    assert said(update) == {"en": ("The council has met", "It decided."), "ar": ("اجتمع المجلس", "قرر.")}
    assert (update.state, update.created_by.email if update.created_by else "") == ("draft", "bob@example.org")
    page = bob.get(HERE).content.decode()
    assert "The council has met" in page and "Draft" in page
    assert LogEntry.objects.get().what == "update.begun"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"title_en": "", "body_en": ""}, "in at least one language"),
        ({"body_en": ""}, "Write the text too"),
        ({"title_en": ""}, "Give it a title"),
        ({"title_en": "x" * 201}, "at most 200"),
        ({"body_en": "x" * 20_001}, "at most 20000"),
        ({"seen": "x"}, "whole number"),
        ({"title_en": "a\0b"}, "Null characters"),
    ],
)
def test_what_cannot_be_sent_is_said_and_nothing_is_lost(bob: Client, fields: dict[str, str], sentence: str) -> None:
    response = bob.post(f"{HERE}new/", form(**fields))
    assert response.status_code == 422 and sentence in response.content.decode()
    assert not Update.objects.exists()


def test_a_language_left_empty_again_is_taken_out(campaign: Campaign, bob: Client) -> None:
    update = make_update(campaign, {"en": ("One", "1"), "ar": ("واحد", "1")})
    bob.post(f"{HERE}{update.uuid}/write/", form(title_en="Two", body_en="2", seen="1"))
    assert said(update) == {"en": ("Two", "2")}


def test_words_in_a_language_the_campaign_no_longer_has_are_shown_and_kept(campaign: Campaign, bob: Client) -> None:
    update = make_update(campaign, {"en": ("One", "1"), "fr": ("Un", "1")})
    assert 'name="title_fr"' in bob.get(f"{HERE}{update.uuid}/write/").content.decode()


def test_who_saves_second_sees_both_and_overwrites_nothing_unseen(campaign: Campaign, bob: Client) -> None:
    update = make_update(campaign)
    carol = Client()
    carol.force_login(make_user("carol@example.org", campaign.organisation, "editor"))
    address = f"{HERE}{update.uuid}/write/"
    assert carol.post(address, form(title_en="Carol’s", seen="1")).status_code == 302
    late = bob.post(address, form(title_en="Bob’s", seen="1"))
    page = late.content.decode()
    assert late.status_code == 409 and "Carol’s" in page and "Bob’s" in page and "Somebody else has saved" in page
    assert said(update)["en"][0] == "Carol’s"
    assert 'name="seen" value="2"' in page
    assert bob.post(address, form(title_en="Bob’s", seen="2")).status_code == 302
    assert said(update)["en"][0] == "Bob’s"


def test_what_is_on_its_way_is_written_no_more(campaign: Campaign, bob: Client) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    address = f"{HERE}{update.uuid}/write/"
    assert bob.get(address).status_code == 302
    page = bob.post(address, form(seen="1"), follow=True).content.decode()
    assert "was not saved" in page and said(update) == WORDS


def test_what_was_never_mailed_is_corrected_on_the_page(campaign: Campaign, bob: Client) -> None:
    update = send(make_update(campaign), by_email=False)
    bob.post(f"{HERE}{update.uuid}/write/", form(title_en="Corrected", seen="1"))
    assert "Corrected" in Client().get("/library/").content.decode()


def test_a_draft_is_deleted_and_what_went_out_is_not(campaign: Campaign, bob: Client) -> None:
    draft, gone_out = make_update(campaign), send(make_update(campaign), by_email=False)
    for update in (draft, gone_out):
        bob.post(f"{HERE}{update.uuid}/delete/")
    assert list(Update.objects.all()) == [gone_out]


def test_an_update_of_another_campaign_is_not_found(campaign: Campaign, bob: Client) -> None:
    theirs = make_update(make_campaign(slug="other", organisation=make_organisation(slug="others")))
    ours = make_update(make_campaign(slug="sister", organisation=campaign.organisation))
    for update in (theirs, ours):
        for page in ("", "write/", "now/", "preview/en/"):
            assert bob.get(f"{HERE}{update.uuid}/{page}").status_code == 404
        assert bob.post(f"{HERE}{update.uuid}/delete/").status_code == 404
    assert Update.objects.count() == 2


def test_the_list_asks_no_more_for_twenty_than_for_one(campaign: Campaign, bob: Client) -> None:
    asked = []
    for number in (1, 20):
        while Update.objects.count() < number:
            make_update(campaign)
        with CaptureQueriesContext(connection) as queries:
            assert bob.get(HERE).status_code == 200
        asked.append(len(queries))
    assert asked[0] == asked[1]


def test_a_long_list_has_pages(campaign: Campaign, bob: Client) -> None:
    for _number in range(51):
        make_update(campaign)
    page = bob.get(HERE).content.decode()
    assert page.count('class="news-title"') == 50 and "Earlier updates" in page
