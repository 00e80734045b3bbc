"""Stopping the news: as a mail provider does it (RFC 8058), as a scanner does not, and as a person may."""

import http.client
import re
from collections.abc import Iterator
from email import policy
from email.parser import BytesParser
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

import pytest
from django.test import Client, RequestFactory
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from campaigns import mailing, signing
from campaigns.models import Campaign, Signature, UpdateRecipient
from config import links, ratelimit
from letters import outbox
from letters.models import Sender
from letters.models.post import State
from tests.campaigns.factories import make_campaign, text_of
from tests.campaigns.newsroom import make_reader, make_update, send
from tests.smtp_server import Accepted, SmtpServer, smtp_server

pytestmark = pytest.mark.django_db

ONE_CLICK = "List-Unsubscribe=One-Click"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True)


def path_of(signature: Signature) -> str:
    return f"/news/stop/{links.token('news', signature.uuid)}/"


def wants_news(signature: Signature) -> bool:
    signature.refresh_from_db()
    return signature.updates


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


def received(campaign: Campaign, server: SmtpServer, people: int = 1) -> Accepted:
    """The first of an update's emails, as the mail server got it."""
    Sender.objects.update(smtp_url=server.url, from_address="news@example.org")
    for _number in range(people):
        make_reader(campaign)
    send(make_update(campaign))
    mailing.send_due()
    outbox.drain("updates")
    return server.taken()[0]


def provider_posts(url: str, body: str = ONE_CLICK, content_type: str = FORM) -> tuple[int, dict[str, str]]:
    """A POST with what RFC 8058 has, and nothing that a browser would add."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=10)
    connection.putrequest("POST", parts.path, skip_accept_encoding=True)
    connection.putheader("Content-Type", content_type)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body.encode())
    answer = connection.getresponse()
    answer.read()
    return answer.status, {name.lower(): value for name, value in answer.getheaders()}


@pytest.mark.django_db(transaction=True)
def test_a_mail_provider_stops_it_with_one_post_to_what_the_header_says(
    live_server: LiveServer, settings: Settings, server: SmtpServer
) -> None:
    settings.SITE_URL = live_server.url
    campaign = make_campaign(slug="library")
    email = received(campaign, server, people=2)
    headers = BytesParser(policy=policy.compat32).parsebytes(email.data)
    assert headers["List-Unsubscribe-Post"] == ONE_CLICK
    (url,) = re.findall("<(http[^<>]+)>", headers["List-Unsubscribe"])
    leaver = Signature.objects.order_by("pk")[0]
    assert email.envelope_to == leaver.email and wants_news(leaver)
    status, answered = provider_posts(url)
    assert status == 200 and "set-cookie" not in answered and "location" not in answered
    assert [one.updates for one in Signature.objects.order_by("pk")] == [False, True]
    assert provider_posts(url)[0] == 200, "as often as it likes"
    boundary = "multipart/form-data; boundary=x"
    part = '--x\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--x--\r\n'
    assert provider_posts(url, part, boundary)[0] == 200
    signing.erase(leaver)
    assert provider_posts(url)[0] == 200, "and when nobody is left"


def test_the_headers_are_those_of_the_rfc_and_each_has_its_own_link(campaign: Campaign, server: SmtpServer) -> None:
    received(campaign, server, people=2)
    links_found = set()
    for email in server.taken():
        raw = email.data.decode()
        (line,) = re.findall("(?m)^List-Unsubscribe: (.*)\r$", raw)
        assert re.fullmatch(r"<http://testserver/news/stop/[\w.-]+/>", line), "on one line, in angle brackets"
        assert f"\r\nList-Unsubscribe-Post: {ONE_CLICK}\r\n" in raw
        assert re.search(r"(?m)^List-Id: <library\.[\w.-]+>\r$", raw)
        assert "\r\nReply-To: <friends@example.org>\r\n" in raw
        assert "Auto-Submitted" not in email.message, "it was written by people"
        links_found.add(line.strip("<>"))
        for part in ("plain", "html"):
            body = email.message.get_body((part,))
            assert body is not None and line.strip("<>") in body.get_content()
    assert len(links_found) == 2


def test_a_scanner_that_follows_the_link_stops_nothing(client: Client, campaign: Campaign) -> None:
    reader = make_reader(campaign)
    page = client.get(path_of(reader))
    assert page.status_code == 200 and "Stop the news" in page.content.decode()
    assert client.head(path_of(reader)).status_code == 200
    assert wants_news(reader)
    assert not page.cookies and "no-store" in page["Cache-Control"]


def test_a_person_presses_the_button(client: Client, campaign: Campaign) -> None:
    reader = make_reader(campaign)
    page = client.get(path_of(reader)).content.decode()
    button = re.search(r'<button[^>]* name="([^"]+)" value="([^"]+)"', page)
    assert button is not None
    response = client.post(path_of(reader), {button[1]: button[2]}, headers={"Sec-Fetch-Site": "same-origin"})
    assert response.status_code == 200 and "You get no more news" in response.content.decode()
    assert not wants_news(reader)
    assert reader.updates_consent is None and reader.state == "confirmed"


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": "null"}, {"Origin": "https://mail.example"}, {"Sec-Fetch-Site": "cross-site"}]
)
def test_nobody_is_asked_where_the_post_comes_from(campaign: Campaign, headers: dict[str, str]) -> None:
    reader = make_reader(campaign)
    client = Client(enforce_csrf_checks=True)
    assert client.post(path_of(reader), ONE_CLICK, content_type=FORM, headers=headers).status_code == 200
    assert not wants_news(reader)


@pytest.mark.parametrize("body", ["", "something=else", "\0\xff", "x" * 100_000])
def test_whatever_the_body_says_it_stops(campaign: Campaign, body: str) -> None:
    reader = make_reader(campaign)
    assert Client().post(path_of(reader), body, content_type=FORM).status_code == 200
    assert not wants_news(reader)


def test_what_waits_is_stopped_too_and_another_campaigns_news_is_not(client: Client, campaign: Campaign) -> None:
    other = make_campaign(organisation=campaign.organisation)
    here, there = (make_reader(one, email="alice@example.org") for one in (campaign, other))
    for one in (campaign, other):
        send(make_update(one))
    mailing.send_due()
    client.post(path_of(here))
    became = UpdateRecipient.objects.values_list("signature", "email__state")
    assert dict(became) == {here.pk: State.CANCELLED, there.pk: State.QUEUED}
    assert wants_news(there) and not wants_news(here)


def test_one_s_own_page_says_so_and_turns_it_on_again_with_consent_anew(client: Client, campaign: Campaign) -> None:
    reader = make_reader(campaign)
    before = reader.updates_consent_at
    client.post(path_of(reader))
    page = client.get(path_of(reader)).content.decode()
    (mine,) = re.findall(r'href="http://testserver(/signature/[^"]+)"', page)
    box = re.search(r'<input[^>]*name="updates"[^>]*>', client.get(mine).content.decode())
    assert box is not None and "checked" not in box[0]
    choices = {"name": reader.name, "affiliation": "", "reason": "", "display": "name", "updates": "on", "save": "1"}
    client.post(mine, choices)
    assert wants_news(reader) and reader.updates_consent is not None
    assert before is not None and reader.updates_consent_at is not None and reader.updates_consent_at > before


@pytest.mark.parametrize("token", ["not-a-link", "a.b.c", "%00", "x" * 3000])
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_is_none_of_ours_is_not_found(client: Client, method: str, token: str) -> None:
    assert getattr(client, method)(f"/news/stop/{token}/").status_code == 404


def test_a_link_for_something_else_stops_nothing(client: Client, campaign: Campaign) -> None:
    reader = make_reader(campaign)
    assert client.post(f"/news/stop/{links.token('signature', reader.uuid)}/").status_code == 404
    assert wants_news(reader)


def test_a_provider_is_never_told_to_come_back_later(campaign: Campaign) -> None:
    """Thousands of its readers press the button in an hour, and it asks from one network."""
    readers = [make_reader(campaign) for _number in range(3)]
    few = ratelimit.Limit(1, 600, "network", "open", "")
    with patch.dict(ratelimit.LIMITS, {"news_stop": few}):
        client = Client()
        statuses = [client.post(path_of(reader)).status_code for reader in readers]
        guesses = [client.post("/news/stop/guess/").status_code for _number in range(2)]
        pages = client.get(path_of(readers[0])).status_code
    assert (statuses, guesses, pages) == ([200] * 3, [404, 429], 429)
    assert not Signature.objects.filter(updates=True).exists()


def test_the_page_speaks_the_language_they_signed_in(client: Client, campaign: Campaign) -> None:
    reader = make_reader(campaign, text=text_of(campaign, "ar"))
    page = client.get(path_of(reader)).content.decode()
    assert '<html lang="ar" dir="rtl"' in page


def test_a_name_cannot_break_out_of_the_header(campaign: Campaign, server: SmtpServer) -> None:
    Sender.objects.update(smtp_url=server.url, from_address="news@example.org")
    make_reader(campaign, name="Alice\r\nBcc: charlie@example.org")
    send(make_update(campaign, {"en": ("A title\r\nBcc: charlie@example.org", "Words")}))
    mailing.send_due()
    outbox.drain("updates")
    (email,) = server.taken()
    assert "Bcc" not in email.message and email.envelope_to.startswith("alice")


def test_the_view_is_exempt_from_the_check_that_a_provider_cannot_pass(rf: RequestFactory) -> None:
    from campaigns.views.public import news

    view: Any = news.stop
    assert view.csrf_exempt
