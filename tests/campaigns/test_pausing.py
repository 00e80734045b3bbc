"""A pause keeps new work out: the page says so, what was typed stays with its writer, and what has begun goes on."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import pausing
from campaigns.models import Campaign, Signature
from config import switches
from config.switches import What
from letters import draining, standing
from letters.models.post import Queue, State
from tests.campaigns.factories import (
    emails,
    links_in,
    make_campaign,
    make_facts,
    make_seat,
    make_signature,
    make_user,
    signing_form,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="example")


def paused(what: What = What.SIGNING, campaign: Campaign | None = None) -> None:
    where = pausing.place(campaign) if campaign else switches.EVERYWHERE
    switches.pause(what, "account 1", "secret reason", {"en": "Back <at> four."}, where)


@pytest.mark.parametrize("at_this_campaign", [True, False])
def test_the_page_says_so_in_place_of_the_form(client: Client, campaign: Campaign, at_this_campaign: bool) -> None:
    assert 'name="email"' in client.get("/example/").content.decode()
    paused(campaign=campaign if at_this_campaign else None)
    response = client.get("/example/")
    page = response.content.decode()
    assert response.status_code == 200 and "public" in response["Cache-Control"]
    assert "Back &lt;at&gt; four." in page and 'name="email"' not in page and 'href="#sign"' not in page
    assert "secret" not in page and 'href="#sign-title"' in page  # on a phone, the bar says why it has no button
    response = client.get("/example/sign/")
    assert response.status_code == 200 and 'name="email"' not in response.content.decode()


def test_another_campaign_is_signed_as_ever(client: Client, campaign: Campaign) -> None:
    paused(campaign=make_campaign(slug="other"))
    assert client.post("/example/sign/", signing_form()).status_code == 303


def test_what_was_typed_stays_in_the_form_and_nothing_is_stored(client: Client, campaign: Campaign) -> None:
    paused()
    form = signing_form(name="Zoë Quick", reason="Two\nlines", consent=None, leave_empty="robot", came_from="friends")
    response = client.post("/example/sign/", form)
    page = response.content.decode()
    assert response.status_code == 503 and int(response["Retry-After"]) > 0 and "no-store" in response["Cache-Control"]
    assert 'value="Zoë Quick"' in page and "Two\nlines</textarea>" in page and 'value="robot"' in page
    assert re.search(r'name="came_from" value="friends"', page)
    assert "Something needs another look" not in page and "Back &lt;at&gt; four." in page
    assert not re.search(r'<input[^>]*name="consent"[^>]*checked', page)
    assert not Signature.objects.exists() and not emails()


def test_nobody_is_shown_what_somebody_else_had_typed(client: Client, campaign: Campaign) -> None:
    paused()
    assert "Zoë Quick" in client.post("/example/sign/", signing_form(name="Zoë Quick")).content.decode()
    switches.resume(What.SIGNING, "account 1")
    assert "Zoë Quick" not in client.get("/example/sign/").content.decode()


def test_confirming_goes_on(client: Client, campaign: Campaign) -> None:
    client.post("/example/sign/", signing_form())
    link = links_in(emails()[0])["confirm"]
    paused()
    page = client.get(link).content.decode()
    seen = re.search(r'name="seen" value="([^"]*)"', page)
    assert seen and client.post(link, {"seen": seen[1]}).status_code in (200, 303)
    assert Signature.objects.get().state == Signature.State.CONFIRMED


def test_whoever_writes_keeps_their_letter_and_no_letter_is_begun(client: Client) -> None:
    legislature, _seat, _representative = make_seat("AL1 3FU")
    campaign = make_campaign(
        wording={"letter_body": "Dear {name},\n\nplease."}, legislature=legislature, slug="example"
    )
    make_facts(campaign)
    assert "Begin your letter" in client.get("/example/").content.decode()
    paused(What.WRITING, campaign)
    page = client.get("/example/").content.decode()
    assert "Begin your letter" not in page and "Back &lt;at&gt; four." in page
    letter = "Dear Jane,\n\nI nurse refugees.\n"
    response = client.post("/example/write/", {"stage": "send", "body": letter, "email": "zoe@supporters.example"})
    page = response.content.decode()
    assert response.status_code == 503 and response["Retry-After"]
    assert "Back &lt;at&gt; four." in page and "I nurse refugees." in page and 'name="stage" value="send"' in page
    assert client.get("/example/write/").status_code == 503


def test_no_email_leaves_while_mailing_is_paused_and_all_leave_after(campaign: Campaign) -> None:
    client = Client()
    paused(What.MAILING)
    assert client.post("/example/sign/", signing_form()).status_code == 303
    [email] = emails()
    type(email).objects.update(not_before=timezone.now() - timedelta(hours=2))
    assert draining.drain(Queue.CONFIRMATIONS) == 0 and not draining.nudge_due()
    email.refresh_from_db()
    assert email.state == State.QUEUED
    assert standing.oldest_due()[Queue.CONFIRMATIONS] == 0  # somebody has stopped it: nobody is to be woken for that
    switches.resume(What.MAILING, "account 1")
    assert standing.oldest_due()[Queue.CONFIRMATIONS] > 7000
    assert draining.senders_with_mail(Queue.CONFIRMATIONS, timezone.now()).exists()


def test_the_post_room_says_that_all_mail_is_paused(client: Client, campaign: Campaign) -> None:
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner"))
    address = f"/organise/organisations/{campaign.organisation.slug}/post/"
    assert "has paused all mail" not in client.get(address).content.decode()
    paused(What.MAILING)
    page = client.get(address).content.decode()
    assert "has paused all mail" in page and "mail goes out by itself" not in page


def test_a_signature_made_meanwhile_by_an_organiser_is_no_concern_of_it(campaign: Campaign) -> None:
    paused()
    assert make_signature(campaign).pk
