"""What a provider posts to a sender's address: believed with the secret, kept once, and only of its own emails."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from config import ratelimit
from letters import webhooks
from letters.models import OutgoingEmail, ProviderEvent, Sender, Suppression
from letters.models.post import Kind, State
from tests.letters.posting import make_email, make_sender, state_of
from tests.letters.test_reports import in_state

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:django-anymail has dropped")]

CREDENTIALS: dict[str, dict[str, str]] = {
    "postmark": {"server_token": "1"},
    "mailjet": {"api_key": "1", "secret_key": "2"},
    "mailtrap": {"api_token": "1"},
    "mailersend": {"api_token": "1", "signing_secret": "signing"},
    "mandrill": {"api_key": "1", "webhook_key": "signing"},
    "mailgun": {"api_key": "1", "webhook_signing_key": "signing"},
    "unisender_go": {"api_key": "1", "api_url": "https://go1.unisender.ru/"},
}


def sender_at(name: str = "postmark", **fields: Any) -> Sender:
    credentials = CREDENTIALS.get(name, {"api_key": "1"})
    return make_sender(channel=Sender.Channel.PROVIDER, provider=name, credentials=credentials, **fields)


def sent(name: str = "postmark", state: State = State.SENT) -> OutgoingEmail:
    return in_state(state, sender=sender_at(name))


def path_of(sender: Sender) -> str:
    return reverse("letters:provider_events", args=[sender.uuid])


def basic(secret: str, name: str = "countersign") -> str:
    return "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()


def post(sender: Sender, data: Any, **extra: Any) -> int:
    """As the provider of that sender would, unless told otherwise; the status of the answer."""
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    headers = {"Authorization": basic(sender.webhook_secret), **extra.pop("headers", {})}
    kind = extra.pop("content_type", "application/json")
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    response = client.post(path_of(sender), body, content_type=kind, headers=headers)
    assert not response.cookies and response.content == b""
    return response.status_code


def bounce(email: OutgoingEmail | None, **fields: Any) -> dict[str, Any]:
    """What Postmark posts of a bounce."""
    return {
        "RecordType": "Bounce",
        "Type": "HardBounce",
        "ID": 4711,
        "MessageID": "pm-1",
        "Metadata": {"countersign_id": str(email.uuid if email else uuid4())},
        "Email": "charlie@example.org",
        "Description": "The server was unable to deliver your message",
        "Details": "smtp;550 5.1.1 <alice@example.org> alice unknown",
        "BouncedAt": "2026-11-20T10:00:00Z",
        **fields,
    }


def delivery(email: OutgoingEmail) -> dict[str, Any]:
    event = {"RecordType": "Delivery", "MessageID": "pm-1", "DeliveredAt": "2026-11-20T09:00:00Z"}
    return {**event, "Metadata": {"countersign_id": str(email.uuid)}, "Recipient": "charlie@example.org"}


def of_brevo(email: OutgoingEmail, kind: str, **fields: Any) -> dict[str, Any]:
    custom = json.dumps({"countersign_id": str(email.uuid)})
    return {"event": kind, "message-id": "<1>", "ts_epoch": 1763630000000, "X-Mailin-custom": custom, **fields}


def of_sendgrid(email: OutgoingEmail, kind: str, number: int = 1, **fields: Any) -> dict[str, Any]:
    event = {"event": kind, "sg_event_id": f"sg-{number}", "timestamp": 1763630000, "email": "charlie@example.org"}
    return {**event, "countersign_id": str(email.uuid), **fields}


def test_a_bounce_is_recorded_and_suppresses_our_own_address() -> None:
    email = sent()
    assert post(email.sender, bounce(email)) == 200
    assert state_of(email) == State.BOUNCED
    assert Suppression.objects.get().key == email.to_key  # not Charlie's, whom the payload names
    event = ProviderEvent.objects.get()
    assert (event.what, event.permanent) == ("bounced", True)
    assert "5.1.1" in event.detail and "alice" not in event.detail and "charlie" not in event.detail
    assert event.occurred_at.isoformat() == "2026-11-20T10:00:00+00:00"


def test_the_same_report_again_changes_nothing() -> None:
    email = sent()
    for _ in range(3):
        assert post(email.sender, bounce(email)) == 200
        assert post(email.sender, delivery(email)) == 200  # Postmark's carry no id
    assert sorted(ProviderEvent.objects.values_list("what", flat=True)) == ["bounced", "delivered"]
    assert email.events.filter(to_state="bounced").count() == 1


def test_the_order_of_reports_does_not_matter() -> None:
    email = sent()
    post(email.sender, bounce(email))
    post(email.sender, delivery(email))
    assert state_of(email) == State.BOUNCED


def test_a_report_sets_a_letter_in_doubt_right() -> None:
    letter = in_state(State.HELD, sender=sender_at(), kind=Kind.LETTER)
    post(letter.sender, delivery(letter))
    assert state_of(letter) == State.SENT


def test_a_stranger_is_not_believed_and_learns_nothing() -> None:
    email = sent()
    sender = email.sender
    plain = make_sender(name="by SMTP")
    Sender.objects.filter(pk=plain.pk).update(channel=Sender.Channel.SMTP)
    unknown = Sender(uuid=uuid4(), webhook_secret="guessed")
    none = sender_at(webhook_secret="")
    wrong = [
        post(sender, bounce(email), headers={"Authorization": basic("guessed")}),
        post(sender, bounce(email), headers={"Authorization": basic(sender.webhook_secret, "admin")}),
        post(sender, bounce(email), headers={"Authorization": basic("")}),
        post(sender, bounce(email), headers={"Authorization": f"Bearer {sender.webhook_secret}"}),
        post(sender, bounce(email), headers={"Authorization": "Basic ÿÿ"}),
        post(sender, bounce(email), headers={"Authorization": ""}),
        post(sender, bounce(email), headers={"Authorization": basic(none.webhook_secret)}),
        post(unknown, bounce(email)),
        post(plain, bounce(email)),
        post(none, bounce(email)),
        post(unknown, b"x" * 600_000),
    ]
    assert wrong == [403] * len(wrong)
    assert state_of(email) == State.SENT and not ProviderEvent.objects.exists()


def test_a_sender_that_has_changed_its_channel_still_hears_of_late_bounces() -> None:
    email = sent()
    Sender.objects.update(channel=Sender.Channel.SMTP, smtp_url="smtp://mail.example.org", credentials={})
    assert post(email.sender, bounce(email), headers={"Authorization": basic("guessed")}) == 403
    assert post(email.sender, bounce(email)) == 200
    assert state_of(email) == State.BOUNCED
    Sender.objects.update(provider="")
    assert post(email.sender, delivery(email)) == 403


def test_reports_of_a_provider_that_we_know_no_more_are_refused() -> None:
    email = sent()
    Sender.objects.update(provider="pigeon")
    assert post(email.sender, bounce(email)) == 403


def test_the_secret_of_one_sender_says_nothing_of_anothers_email() -> None:
    email, charlie = sent(), sender_at(name="postmark")
    assert post(charlie, bounce(email)) == 200  # it is not told whose it is
    assert state_of(email) == State.SENT
    assert not ProviderEvent.objects.exists() and not Suppression.objects.exists()


def test_a_browser_or_a_ping_is_answered_alike_for_everybody() -> None:
    for path in (path_of(sender_at()), reverse("letters:provider_events", args=[uuid4()])):
        assert Client().get(path).status_code == Client().head(path).status_code == 200
        response = Client().put(path)
        assert (response.status_code, response["Allow"]) == (405, "GET, HEAD, POST")


GARBAGE = [
    b"",
    b"{",
    b"null",
    b"17",
    b"[]",
    b'"text"',
    b"\xff\xfe\x00",
    b"[" * 100_000,
    b'{"RecordType": ["Bounce"]}',
    b'{"RecordType": "Bounce", "Metadata": {"countersign_id": {"a": 1}}, "ID": [1]}',
    b'{"RecordType": "Bounce", "Metadata": {"countersign_id": "not a uuid"}, "ID": 1}',
    b'{"RecordType": "Bounce", "Metadata": [1], "ID": 1, "BouncedAt": 17}',
    b'{"FromFull": {}, "RawEmail": "From: charlie@example.org"}',
]


@pytest.mark.parametrize("body", GARBAGE)
@pytest.mark.parametrize("name", ["postmark", "sendgrid", "brevo", "sparkpost", "mailjet", "unisender_go", "mandrill"])
def test_garbage_is_refused_or_ignored_and_leaves_nothing(name: str, body: bytes) -> None:
    assert post(sender_at(name), body) in (200, 400, 403)
    assert not ProviderEvent.objects.exists()


def test_a_batch_with_garbage_in_it_is_not_kept_by_halves() -> None:
    email = sent("sendgrid")
    assert post(email.sender, [of_sendgrid(email, "delivered"), {"event": "bounce"}, 17]) == 400
    assert not ProviderEvent.objects.exists()


def test_text_that_no_column_takes_is_made_fit() -> None:
    email = sent("sendgrid")
    event = of_sendgrid(email, "bounce", type="bounce", reason="550 5.1.1 no\u0000\ud800such\r\nuser", status="5.1.1")
    event |= {"sg_event_id": "\u0000\ud800" * 200}
    assert post(email.sender, [event]) == 200
    assert ProviderEvent.objects.get().detail.startswith("550 5.1.1 no")
    assert state_of(email) == State.BOUNCED


def test_a_batch_larger_than_a_form_is_taken_and_one_without_measure_is_not() -> None:
    email = sent("sendgrid")
    batch = [of_sendgrid(email, "processed", number, pad="x" * 1000) for number in range(900)]
    batch.append(of_sendgrid(email, "delivered", 1000))
    assert len(json.dumps(batch)) > 900_000
    assert post(email.sender, batch) == 200
    assert ProviderEvent.objects.get().what == "delivered"
    assert post(email.sender, b"[" + b" " * webhooks.LARGEST_BODY) == 413


def test_a_flood_is_slowed_down(monkeypatch: pytest.MonkeyPatch) -> None:
    limit = ratelimit.Limit(2, 60, "network", "open", "")
    monkeypatch.setitem(ratelimit.LIMITS, "provider_events", limit)
    sender = sender_at()
    assert [post(sender, delivery(make_email(sender=sender))) for _ in range(3)] == [200, 200, 429]


def test_what_people_open_and_click_is_not_kept_even_when_it_is_told() -> None:
    email = sent("sendgrid")
    kinds = ["open", "click", "processed", "group_resubscribe", "new"]
    assert post(email.sender, [of_sendgrid(email, kind, number) for number, kind in enumerate(kinds)]) == 200
    assert not ProviderEvent.objects.exists()


def test_an_unknown_email_costs_one_question(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    sender = sender_at()
    with django_assert_max_num_queries(4):  # the sender, a savepoint around one look
        assert post(sender, bounce(None)) == 200


def test_a_signature_is_wanted_where_the_provider_signs() -> None:
    email = sent("mailgun")
    stamp, token = str(int(time.time())), "t" * 50
    data = {"event": "failed", "severity": "permanent", "reason": "bounce", "timestamp": time.time()}
    data |= {
        "user-variables": {"countersign_id": str(email.uuid)},
        "delivery-status": {"message": "5.1.1 no such user"},
    }
    for signature, status, state in [
        ("forged", 403, State.SENT),
        (hmac.new(b"signing", f"{stamp}{token}".encode(), hashlib.sha256).hexdigest(), 200, State.BOUNCED),
    ]:
        signed = {"timestamp": stamp, "token": token, "signature": signature}
        assert post(email.sender, {"signature": signed, "event-data": data}) == status
        assert state_of(email) == state


def test_a_signing_key_that_is_missing_lets_nobody_in() -> None:
    email = sent("mailersend")
    Sender.objects.update(credentials={"api_token": "1"})
    assert post(email.sender, {"type": "activity.delivered", "data": {"type": "delivered"}}) == 403


def test_a_provider_without_metadata_names_the_email_by_a_tag() -> None:
    email = sent("mailersend")
    data = {"type": "hard_bounced", "id": "ms-1", "created_at": "2026-11-20T10:00:00Z"}
    body = json.dumps(
        {"type": "activity.hard_bounced", "data": {**data, "email": {"tags": [str(email.uuid)]}}}
    ).encode()
    signature = hmac.new(b"signing", body, hashlib.sha256).hexdigest()
    assert post(email.sender, body, headers={"Signature": signature}) == 200
    assert ProviderEvent.objects.get().permanent


def test_mandrill_signs_its_form_and_the_address_it_posts_to() -> None:
    email = sent("mandrill")
    event = {"event": "hard_bounce", "ts": 1763630000, "_id": "1", "msg": {"email": "charlie@example.org"}}
    event["msg"] |= {"metadata": {"countersign_id": str(email.uuid)}, "diag": "smtp;550 5.1.1 unknown"}  # type: ignore[operator]
    events = json.dumps([event])
    url = f"http://countersign:{email.sender.webhook_secret}@testserver{path_of(email.sender)}"
    digest = hmac.new(b"signing", f"{url}mandrill_events{events}".encode(), hashlib.sha1).digest()
    response = Client().post(
        path_of(email.sender),
        {"mandrill_events": events},
        headers={
            "Authorization": basic(email.sender.webhook_secret),
            "X-Mandrill-Signature": base64.b64encode(digest).decode(),
        },
    )
    assert response.status_code == 200
    assert state_of(email) == State.BOUNCED


SPARK = {"timestamp": "1763630000", "event_id": "1", "transmission_id": "1"}


@pytest.mark.parametrize(
    ("name", "event", "what", "for_good"),
    [
        ("postmark", {"Type": "HardBounce", "Details": ""}, "bounced", True),
        ("postmark", {"Type": "SoftBounce", "Details": "smtp;550 5.7.1 refused"}, "bounced", False),
        ("postmark", {"Type": "Transient", "Details": ""}, "deferred", False),
        ("postmark", {"Type": "HardBounce", "Details": "smtp;552 5.2.2 mailbox full"}, "bounced", False),
        ("postmark", {"Type": "HardBounce", "Details": "smtp;554 5.7.1 spam"}, "bounced", False),
        ("postmark", {"Type": "DMARCPolicy", "Details": ""}, "rejected", False),
        ("postmark", {"Type": "BadEmailAddress", "Details": ""}, "rejected", True),
        ("postmark", {"Type": "SpamComplaint", "RecordType": "SpamComplaint"}, "complained", False),
        ("brevo", {"event": "hard_bounce", "reason": "550 5.1.1 unknown"}, "bounced", True),
        ("brevo", {"event": "soft_bounce", "reason": "mailbox full"}, "bounced", False),
        ("brevo", {"event": "blocked"}, "rejected", False),
        ("brevo", {"event": "deferred"}, "deferred", False),
        ("brevo", {"event": "unsubscribe"}, "other", False),
        ("sendgrid", {"event": "bounce", "type": "bounce", "reason": "550 5.1.1 unknown"}, "bounced", True),
        ("sendgrid", {"event": "bounce", "type": "blocked", "reason": "blocked"}, "bounced", False),
        ("sendgrid", {"event": "dropped", "reason": "Bounced Address"}, "rejected", True),
        ("sparkpost", {"type": "bounce", "bounce_class": "10", "raw_reason": "550 gone"}, "bounced", True),
        ("sparkpost", {"type": "bounce", "bounce_class": "22", "raw_reason": "552 full"}, "bounced", False),
        ("sparkpost", {"type": "bounce", "bounce_class": "51", "raw_reason": "spam"}, "bounced", False),
        ("mailjet", {"event": "bounce", "hard_bounce": True, "error": "user unknown"}, "bounced", True),
        ("mailjet", {"event": "bounce", "hard_bounce": False, "error": "quota exceeded"}, "bounced", False),
        ("mailjet", {"event": "blocked", "error": "preblocked"}, "rejected", False),
        ("resend", {"type": "email.bounced", "bounce": "Permanent"}, "bounced", True),
        ("resend", {"type": "email.bounced", "bounce": "Transient"}, "bounced", False),
        ("resend", {"type": "email.delivered"}, "delivered", False),
    ],
)
def test_a_bounce_is_for_good_when_the_address_is_to_blame(
    name: str, event: dict[str, Any], what: str, for_good: bool
) -> None:
    email = sent(name)
    ours = {"countersign_id": str(email.uuid)}
    data: Any
    if name == "postmark":
        data = bounce(email, **event)
    elif name == "brevo":
        data = of_brevo(email, **{"kind": event["event"], **{k: v for k, v in event.items() if k != "event"}})
    elif name == "sendgrid":
        data = [of_sendgrid(email, event["event"], **{k: v for k, v in event.items() if k != "event"})]
    elif name == "sparkpost":
        data = [{"msys": {"message_event": {**SPARK, **event, "rcpt_meta": ours}}}]
    elif name == "mailjet":
        data = {"time": 1763630000, "MessageID": 1, "Payload": json.dumps(ours), **event}
    else:
        told = {"type": event.get("bounce"), "message": "The recipient's email provider sent a bounce message"}
        headers = [{"name": "X-Metadata", "value": json.dumps(ours)}]
        data = {"type": event["type"], "created_at": "2026-11-20T10:00:00Z"}
        data["data"] = {"email_id": "1", "headers": headers, **({"bounce": told} if "bounce" in event else {})}
    assert post(email.sender, data) == 200
    found = ProviderEvent.objects.get()
    assert (found.what, found.permanent) == (what, for_good)


def test_a_clock_that_is_ahead_puts_no_event_into_the_future() -> None:
    email = sent()
    post(email.sender, bounce(email, BouncedAt="9999-12-31T23:59:59Z"))
    assert ProviderEvent.objects.get().occurred_at.year < 9999


def test_nothing_of_what_was_posted_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    sender = sender_at()
    post(sender, b'{"Email": "alice@example.org"')
    post(sender, {"FromFull": {"Email": "alice@example.org"}})
    post(sender, bounce(None), headers={"Authorization": basic("guessed")})
    assert len(caplog.records) >= 2
    assert "alice" not in caplog.text and "guessed" not in caplog.text and sender.webhook_secret not in caplog.text
