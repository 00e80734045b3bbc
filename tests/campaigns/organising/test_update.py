"""One update: as it will look, a test of it, who gets it, sending it, and how far it is."""

import re
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import mailing, update_numbers
from campaigns.models import Campaign, Organisation, Update
from config import ratelimit
from letters.models import OutgoingEmail
from tests.campaigns.factories import make_campaign, make_organisation, make_user, text_of
from tests.campaigns.newsroom import WORDS, WORDS_AR, make_reader, make_update, out, send

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True, organisation=make_organisation())


def client_of(campaign: Campaign, role: str) -> Client:
    client = Client()
    client.force_login(make_user(f"{role}@example.org", campaign.organisation, role, name=role.capitalize()))
    return client


@pytest.fixture
def alice(campaign: Campaign) -> Client:
    return client_of(campaign, "owner")


@pytest.fixture
def bob(campaign: Campaign) -> Client:
    return client_of(campaign, "editor")


def at(update: Update, page: str = "") -> str:
    return f"/organise/campaigns/library/updates/{update.uuid}/{page}"


def form(**fields: Any) -> dict[str, Any]:
    return {"by_email": "on", "on_page": "on", "when": "now", "at": "", "seen": "1"} | fields


def words(html: bytes) -> str:
    return " ".join(re.sub("<[^>]*>", " ", html.decode()).split())


def test_the_page_says_who_would_get_it_before_it_is_sent(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    make_reader(campaign, text=text_of(campaign, "ar"))
    page = words(alice.get(at(make_update(campaign))).content)
    assert "2 supporters have asked for news" in page
    assert "English English 1" in page and "العربيّة English (not translated) 1" in page
    assert "in the language of the text they signed" in page


def test_the_preview_shows_the_email_both_ways_and_the_page(campaign: Campaign, bob: Client) -> None:
    update = make_update(campaign, {**WORDS, **WORDS_AR})
    page = bob.get(at(update, "preview/en/")).content.decode()
    assert "It decided nothing. Read on (https://example.org/minutes)" in page, "as plain text"
    assert "It <em>decided</em> nothing." in page, "as the campaign's page"
    html = bob.get(at(update, "preview/en/email/"))
    assert "<em>decided</em>" in html.content.decode() and html["X-Frame-Options"] == "SAMEORIGIN"
    assert "sandbox" in html["Content-Security-Policy"] and "default-src 'none'" in html["Content-Security-Policy"]
    arabic = bob.get(at(update, "preview/ar/email/")).content.decode()
    assert '<html lang="ar" dir="rtl">' in arabic and "اجتمع المجلس" in arabic
    assert bob.get(at(update, "preview/fr/")).status_code == 404


def test_no_markup_of_an_organiser_runs_in_the_email(campaign: Campaign, bob: Client) -> None:
    evil = "<script>alert(1)</script> [x](javascript:alert(1)) <img src=x onerror=alert(1)> \ue000stop_url\ue001"
    update = make_update(campaign, {"en": ("<b>Title</b>", evil)})
    html = bob.get(at(update, "preview/en/email/")).content.decode()
    assert "<script" not in html and "javascript:" not in html.replace("[x](javascript:", "") and "<img" not in html
    assert "&lt;b&gt;Title" in html


def test_a_test_goes_to_whoever_pressed(campaign: Campaign, bob: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    page = bob.post(at(update, "test/en/"), follow=True).content.decode()
    assert "on its way to editor@example.org" in page
    assert [email.to_address for email in OutgoingEmail.objects.all()] == ["editor@example.org"]
    assert Update.objects.get().state == "draft"
    with patch.dict(ratelimit.LIMITS, {"update_test": ratelimit.Limit(1, 3600, "person", "closed", "")}):
        assert bob.post(at(update, "test/en/")).status_code == 429


def test_nothing_is_mailed_before_the_operator_has_approved(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    Organisation.objects.update(approved_at=None)
    assert "has not approved your organisation" in alice.get(at(update)).content.decode()
    assert alice.post(at(update, "send/"), form()).status_code == 422
    alice.post(at(update, "test/en/"))
    assert not OutgoingEmail.objects.exists() and Update.objects.get().state == "draft"


def test_an_owner_sends_it_now(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    page = alice.post(at(update, "send/"), form(), follow=True).content.decode()
    assert "It is on its way." in page and "0 of 1" in page
    mailing.send_due()
    assert len(out()) == 1
    update_numbers.count(update)
    assert "1" in words(alice.get(at(update, "now/")).content)
    public = Client().get("/library/").content.decode()
    assert WORDS["en"][0] in public and f'id="news-{update.pk}"' in public


def test_an_update_that_is_not_for_the_page_is_not_on_it(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    alice.post(at(update, "send/"), {name: value for name, value in form().items() if name != "on_page"})
    assert WORDS["en"][0] not in Client().get("/library/").content.decode()
    alice.post(at(update, "page/"), {"show": "on"})
    assert WORDS["en"][0] in Client().get("/library/").content.decode()
    alice.post(at(update, "page/"), {"hide": "on"})
    assert WORDS["en"][0] not in Client().get("/library/").content.decode()


def test_a_draft_and_a_scheduled_update_are_not_on_the_page(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    alice.post(at(update, "page/"), {"show": "on"})
    assert WORDS["en"][0] not in Client().get("/library/").content.decode()
    tomorrow = timezone.localtime() + timedelta(days=1)
    alice.post(at(update, "send/"), form(when="later", at=tomorrow.strftime("%Y-%m-%dT%H:%M")))
    assert Update.objects.get().state == "scheduled"
    assert WORDS["en"][0] not in Client().get("/library/").content.decode()


def test_it_is_scheduled_in_the_time_zone_that_is_shown_and_taken_back(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    assert "In the time zone UTC." in alice.get(at(update)).content.decode()
    year = timezone.now().year + 1
    alice.post(at(update, "send/"), form(when="later", at=f"{year}-01-02T09:30"))
    update.refresh_from_db()
    assert update.send_at is not None and update.send_at.isoformat() == f"{year}-01-02T09:30:00+00:00"
    page = words(alice.get(at(update)).content)
    assert "It goes out by itself on" in page and "(UTC)" in page
    alice.post(at(update, "unschedule/"))
    assert Update.objects.get().state == "draft"


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"when": "later"}, "Give the day and the hour."),
        ({"when": "later", "at": "tomorrow"}, "Give the day and the hour, such as"),
        ({"when": "later", "at": "2001-01-01T00:00"}, "That time is past"),
        ({"when": "never"}, "Select a valid choice"),
        ({"when": "later", "at": "9999-12-31T23:59"}, "more than a year"),
        ({"when": "later", "at": "0001-01-01T00:00"}, "That time is past"),
        ({"seen": ""}, ""),
    ],
)
def test_bad_input_is_said(campaign: Campaign, alice: Client, fields: dict[str, str], sentence: str) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    response = alice.post(at(update, "send/"), form(**fields))
    assert response.status_code in (302, 422) if not sentence else response.status_code == 422
    assert sentence in response.content.decode()
    assert not OutgoingEmail.objects.exists()


def test_what_was_refused_leads_to_the_page_in_the_other_language(campaign: Campaign, alice: Client) -> None:
    update = make_update(campaign)
    refused = alice.post(at(update, "send/"), form(when="later"))
    assert refused.status_code == 422
    there = [one["url"] for one in refused.context["page_languages"]]
    assert there == [at(update), at(update).replace("/organise/", "/organise/ar/")]


def test_who_was_written_to_lately_is_written_to_again_only_with_a_tick(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    send(make_update(campaign))
    update = make_update(campaign)
    assert "less than three days before or after" in alice.get(at(update)).content.decode()
    refused = alice.post(at(update, "send/"), form())
    assert refused.status_code == 422 and "Tick the box if it must be" in refused.content.decode()
    assert alice.post(at(update, "send/"), form(again="on")).status_code == 302


def test_what_was_changed_after_the_sender_looked_is_not_sent(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = make_update(campaign)
    Update.objects.update(revision=2)
    response = alice.post(at(update, "send/"), form())
    assert response.status_code == 409 and "Somebody has changed it" in response.content.decode()
    assert Update.objects.get().state == "draft"
    assert alice.post(at(update, "send/"), form(seen="2")).status_code == 302
    again = alice.post(at(update, "send/"), form(seen="2"))
    assert again.status_code == 409, "a button pressed twice sends once"


def test_an_editor_pauses_it_and_an_owner_lets_it_go_on_and_ends_it(
    campaign: Campaign, alice: Client, bob: Client
) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    mailing.send_due()
    assert "It is paused." in bob.post(at(update, "pause/"), follow=True).content.decode()
    assert bob.post(at(update, "resume/")).status_code == 404
    assert "goes on where it was" in alice.post(at(update, "resume/"), follow=True).content.decode()
    assert "had moved on already" in alice.post(at(update, "resume/"), follow=True).content.decode()
    assert "It is cancelled." in alice.post(at(update, "cancel/"), follow=True).content.decode()
    assert Update.objects.get().state == "cancelled"


def test_who_waits_is_counted_as_waiting_also_before_their_email_is_made(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    for deed in ("", "pause/"):
        assert not deed or alice.post(at(update, deed)).status_code == 302
        update.refresh_from_db()
        assert {line.key: line.people for line in update_numbers.progress(update).lines}["waits"] == 1


def test_an_update_that_stands_because_the_post_is_paused_says_so(campaign: Campaign, alice: Client) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    said = "mail is paused in the post room"
    assert said not in alice.get(at(update, "now/")).content.decode()
    sender = campaign.organisation.sender
    type(sender).objects.filter(pk=sender.pk).update(pause="letters")
    for page in ("", "now/"):
        shown = alice.get(at(update, page)).content.decode()
        assert said in shown and "as fast as your mail server takes it" not in shown
    assert alice.post(at(update, "pause/")).status_code == 302
    assert said not in alice.get(at(update)).content.decode(), "it is paused itself"


def test_an_editor_is_told_who_may_send_it(campaign: Campaign, bob: Client) -> None:
    update = make_update(campaign)
    page = bob.get(at(update)).content.decode()
    assert "Only an owner" in page and "send/" not in page


def test_a_viewer_sees_numbers_and_no_button(campaign: Campaign) -> None:
    make_reader(campaign)
    update = send(make_update(campaign))
    viewer = client_of(campaign, "viewer")
    page = viewer.get(at(update)).content.decode()
    assert "0 of 1" in page and "<button" not in page.partition("<main")[2].partition("</main>")[0]


def test_no_page_names_a_reader(campaign: Campaign, alice: Client) -> None:
    reader = make_reader(campaign, name="Rosalind Quill", email="rosalind@example.org")
    update = send(make_update(campaign))
    mailing.send_due()
    for page in ("", "now/", "preview/en/", "preview/en/email/"):
        shown = alice.get(at(update, page)).content.decode()
        assert "Rosalind" not in shown and reader.email not in shown


def test_the_page_asks_no_more_for_twenty_readers_than_for_one(campaign: Campaign, alice: Client) -> None:
    asked = []
    for number in (1, 20):
        for _ in range(number):
            make_reader(campaign)
        update = make_update(campaign)
        pages = []
        for began in (False, True):
            if began:
                send(update, again=True)
                mailing.send_due()
            with CaptureQueriesContext(connection) as queries:
                alice.get(at(update))
            pages.append(len(queries))
        Update.objects.all().update(started_at=timezone.now() - timedelta(days=9))
        asked.append(pages)
    assert asked[0] == asked[1]
