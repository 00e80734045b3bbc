"""How the operator sets up a sender at /admin/: secrets go in and never come out, and what cannot work is refused."""

import json
import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from config.crypto import email_key
from letters.models import Sender, Suppression

from .factories import make_organisation, make_user

pytestmark = pytest.mark.django_db

KEY = {"server_token": "abc-secret"}
SMTP = "smtps://post:pass-word@mail.example.org:465"


@pytest.fixture
def operator() -> Client:
    client = Client(raise_request_exception=True)
    client.force_login(make_user("operator@example.org", is_staff=True, is_superuser=True))
    return client


def page_of(sender: Sender) -> str:
    return reverse("admin:letters_sender_change", args=[sender.pk])


def form(**fields: str) -> dict[str, str]:
    paces = {"mailbox_pace": "6", "domain_pace": "20", "sends_at_weekends": "on"}
    empty = dict.fromkeys(("smtp_url", "provider", "credentials", "sends_from", "sends_until"), "")
    return {"name": "Northtown", "from_address": "post@example.org", "channel": "smtp", **empty, **paces, **fields}


def provider(**fields: str) -> dict[str, str]:
    return form(**{"channel": "provider", "provider": "postmark", **fields})


def postmark(**fields: Any) -> Sender:
    wanted = {"name": "Northtown", "channel": "provider", "provider": "postmark", "credentials": KEY, **fields}
    return Sender.objects.create(**wanted)


def errors(response: Any) -> str:
    assert response.status_code == 200, "it was saved"
    return " ".join(re.findall(r'<ul class="errorlist".*?</ul>', response.content.decode(), re.DOTALL))


def test_a_sender_is_saved_again_as_it_is(operator: Client) -> None:
    sender = postmark(smtp_url=SMTP)
    shown = operator.get(page_of(sender)).context["adminform"].form.initial
    data = provider(**{name: value for name in ("credentials", "smtp_url", "provider") if (value := shown[name])})
    for _ in range(2):
        assert operator.post(page_of(sender), data).status_code == 302
    sender.refresh_from_db()
    assert (sender.credentials, sender.smtp_url) == (KEY, SMTP)


def test_what_is_secret_is_not_shown_again(operator: Client) -> None:
    sender = postmark(smtp_url=SMTP)
    page = operator.get(page_of(sender)).content.decode()
    assert "server_token" in page and "abc-secret" not in page
    assert "pass-word" not in page and sender.webhook_secret not in page
    page = operator.post(page_of(sender), provider(name="")).content.decode()
    assert "abc-secret" not in page and "pass-word" not in page and sender.webhook_secret not in page


def test_a_server_without_a_password_is_shown_and_may_be_emptied(operator: Client) -> None:
    sender = Sender.objects.create(name="Northtown", smtp_url="smtp://mail.example.org:25")
    assert "smtp://mail.example.org:25" in operator.get(page_of(sender)).content.decode()
    operator.post(page_of(sender), form(smtp_url=""))
    sender.refresh_from_db()
    assert sender.smtp_url == ""


def test_what_is_written_replaces_what_is_stored(operator: Client) -> None:
    sender = postmark(smtp_url=SMTP)
    operator.post(page_of(sender), provider(credentials='{"server_token": " new ", "message_stream": "outbound"}'))
    sender.refresh_from_db()
    assert sender.credentials == {"server_token": "new", "message_stream": "outbound"}
    operator.post(page_of(sender), form(smtp_url="smtp://a:b@mail.example.net?tls=starttls", provider="postmark"))
    sender.refresh_from_db()
    assert sender.smtp_url == "smtp://a:b@mail.example.net?tls=starttls" and sender.credentials["server_token"] == "new"


def test_what_is_stored_can_be_forgotten(operator: Client) -> None:
    sender = postmark(smtp_url=SMTP)
    response = operator.post(page_of(sender), form(forget_credentials="on", forget_smtp_url="on"))
    assert response.status_code == 302, errors(response)
    sender.refresh_from_db()
    assert (sender.credentials, sender.smtp_url, sender.provider) == ({}, "", "")


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (provider(provider=""), "Choose which provider"),
        (provider(provider="pigeon"), "pigeon"),
        (provider(), "look at “server_token”"),
        (provider(credentials="notjson"), "cannot be read"),
        (provider(credentials="[1]"), "cannot be read"),
        (provider(credentials='"abc"'), "cannot be read"),
        (provider(credentials="[" * 100_000), "cannot be read"),
        (provider(credentials="{'server_token': 'abc'}"), "cannot be read"),
        (provider(credentials='{"server_token": ""}'), "“server_token” needs a value"),
        (provider(credentials='{"server_token": "a", "message_stream": 7}'), "“message_stream” needs a value"),
        (provider(credentials='{"server_token": "a", "wrong": "x"}'), "look at “wrong”"),
        (provider(credentials='{"server_token": "a", "api_url": "http://mail.example.net/"}'), "https://"),
        (form(credentials='{"server_token": "a"}'), "whose credentials"),
        (form(provider="postmark", credentials='{"server_token": "a"}'), "would not leave by it"),
        (provider(credentials='{"server_token": "a"}', smtp_url=SMTP), "would not leave by this server"),
        (form(channel="capture", smtp_url=SMTP), "would not leave by this server"),
        (form(smtp_url="ftp://x"), "begins with smtp:// or smtps://"),
        (form(smtp_url="mail.example.org:25"), "begins with smtp:// or smtps://"),
        (form(smtp_url="smtp://post:p#w@mail.example.org"), "as %23"),
        (form(smtp_url="smtps://mail.example.org:99999"), "cannot be read"),
        (form(smtp_url="smtp://[::1"), "cannot be read"),
        (form(smtp_url="smtps://mail.example.org?tls=no"), "cannot be read"),
        (form(smtp_url="smtp://post:secret@mail.example.org"), "in the clear"),
        (form(sends_from="08:00"), "both hours"),
    ],
)
def test_what_cannot_work_is_refused_in_one_sentence(operator: Client, data: dict[str, str], said: str) -> None:
    found = errors(operator.post(reverse("admin:letters_sender_add"), data))
    assert said in found and found.count("<li") == 1, found
    assert not Sender.objects.exists()


def test_another_provider_wants_credentials_of_its_own(operator: Client) -> None:
    sender = postmark(provider="brevo", credentials={"api_key": "of-brevo"})
    assert "another provider" in errors(operator.post(page_of(sender), provider(provider="mailgun")))
    changed = provider(provider="mailgun", credentials='{"api_key": "of-mailgun"}')
    assert operator.post(page_of(sender), changed).status_code == 302


def test_a_sender_whose_stored_credentials_are_nonsense_can_still_be_put_right(operator: Client) -> None:
    sender = postmark(credentials=[1])
    assert "look at" in errors(operator.post(page_of(sender), provider()))
    assert operator.post(page_of(sender), provider(credentials=json.dumps(KEY))).status_code == 302


def test_the_secret_for_reports_is_shown_once_when_it_is_made(operator: Client) -> None:
    page = operator.post(reverse("admin:letters_sender_add"), provider(credentials=json.dumps(KEY))).content.decode()
    sender = Sender.objects.get()
    first = sender.webhook_secret
    assert f"countersign:{first}@" in page and f"{sender.uuid}/" in page and "abc-secret" not in page
    assert operator.post(page_of(sender), provider()).status_code == 302
    response = operator.post(page_of(sender), provider(_new_secret="1"))
    sender.refresh_from_db()
    assert sender.webhook_secret != first and sender.credentials == KEY
    assert f"countersign:{sender.webhook_secret}@" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    for path in (page_of(sender), reverse("admin:letters_sender_history", args=[sender.pk])):
        assert sender.webhook_secret not in operator.get(path).content.decode()


def test_the_enter_key_saves_and_makes_no_new_secret(operator: Client) -> None:
    page = operator.get(page_of(postmark())).content.decode()
    found = page[page.index('id="sender_form"') :]
    assert 0 < found.index('name="_save"') < found.index('name="_new_secret"')


def test_no_new_secret_is_made_where_something_is_wrong_or_by_a_stranger(operator: Client) -> None:
    sender = postmark()
    assert errors(operator.post(page_of(sender), provider(name="", _new_secret="1")))
    charlie = Client()
    charlie.force_login(make_user("charlie@example.org", make_organisation(), "owner", is_staff=True))
    assert charlie.post(page_of(sender), provider(_new_secret="1")).status_code == 403
    assert Sender.objects.get(pk=sender.pk).webhook_secret == sender.webhook_secret


def test_a_sender_without_reports_shows_no_secret(operator: Client) -> None:
    assert operator.post(reverse("admin:letters_sender_add"), form()).status_code == 302
    assert "_new_secret" not in operator.get(page_of(Sender.objects.get())).content.decode()


# Suppressions


def test_an_address_is_suppressed_by_its_key_alone(operator: Client) -> None:
    add = reverse("admin:letters_suppression_add")
    assert 'name="address"' in operator.get(add).content.decode()
    assert operator.post(add, {"address": "Alice+x@Example.org", "reason": "asked"}).status_code == 302
    found = Suppression.objects.get()
    assert (found.key, found.reason) == (email_key("alice@example.org"), "asked")
    assert "already" in errors(operator.post(add, {"address": "alice@example.org", "reason": "bounced"}))
    path = reverse("admin:letters_suppression_change", args=[found.pk])
    assert operator.post(path, {"reason": "bounced"}).status_code == 302
    found.refresh_from_db()
    assert (found.key, found.reason) == (email_key("alice@example.org"), "bounced")


@pytest.mark.parametrize("address", ["", "alice", "a@example.org, b@example.org", "a@b", "a\0@example.org"])
def test_what_is_no_address_is_not_suppressed(operator: Client, address: str) -> None:
    assert errors(operator.post(reverse("admin:letters_suppression_add"), {"address": address, "reason": "asked"}))
    assert not Suppression.objects.exists()
