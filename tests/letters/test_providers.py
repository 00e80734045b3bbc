"""Mail through a provider's API, played by a real HTTP server (tests/letters/esp.py)."""

import base64
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.parser import BytesParser
from email.policy import default
from email.utils import getaddresses
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote_plus

import pytest
from anymail.backends.base import BasePayload
from django.utils import timezone
from django.utils.module_loading import import_string
from pytest_django import Settings

from config.email import CLOSE, OPEN
from letters import outbox
from letters.channels import Channels, DeliveryError
from letters.mime import parcel
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind, State
from letters.providers import PROVIDERS, ProviderChannel
from tests.letters.esp import ANSWERS, HANG_UP, STALL, Esp, esp
from tests.letters.factories import make_letter
from tests.letters.posting import history, make_due, make_email, make_message, make_sender, state_of
from tests.letters.test_mime import EVIL
from tests.letters.test_trial import certificate, listening, offering

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:django-anymail has dropped")]


def sender_at(server: Esp, name: str = "postmark", **fields: Any) -> Sender:
    credentials = fields.pop("credentials", server.credentials(name))
    return make_sender(channel=Sender.Channel.PROVIDER, provider=name, credentials=credentials, **fields)


def sent_by(name: str, *answers: tuple[int, Any], **fields: Any) -> tuple[OutgoingEmail, Esp]:
    """One email through that provider, and the provider."""
    with esp(name) as server:
        server.answers = list(answers)
        email = make_email(sender=sender_at(server, name), **fields)
        outbox.drain(email.queue)
    email.refresh_from_db()
    return email, server


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_every_provider_takes_an_email_and_learns_its_id(name: str) -> None:
    email, server = sent_by(name)
    assert history(email) == ["queued", "leased", "handing", "sent"], email.last_error
    (asked,) = server.asked
    sent = unquote_plus(asked.body.decode())
    assert str(email.uuid) in sent and "alice@example.org" in sent and "here is your link" in sent
    assert "key-1" in json.dumps(asked.headers) + sent or "Basic" in asked.headers["Authorization"]


@pytest.mark.parametrize("name", sorted(PROVIDERS))
def test_what_is_said_of_a_provider_is_what_anymail_can_do(name: str) -> None:
    with esp(name) as server:
        channel = ProviderChannel(sender_at(server, name))
    payload = channel.payload(channel.message(parcel(make_email())))
    can = {
        part: getattr(type(payload), f"set_{part}") is not getattr(BasePayload, f"set_{part}")
        for part in ("metadata", "track_opens", "track_clicks")
    }
    provider = PROVIDERS[name]
    assert can == {"metadata": provider.metadata, "track_opens": provider.tracking, "track_clicks": provider.tracking}
    assert not provider.webhook or import_string(f"anymail.webhooks.{provider.webhook}")


def test_a_letter_leaves_whole_with_its_headers_and_its_pdf() -> None:
    fields = {"kind": Kind.LETTER, "letter": make_letter(), "attach_letter": True, "message": outbox.letter_message()}
    email, server = sent_by("postmark", reply_to="alice@example.org", to_name="Bob, MP", **fields)
    data = server.asked[0].data
    assert server.asked[0].headers["X-Postmark-Server-Token"] == "key-1"
    assert data["From"] == "Alice Example via Northtown <post@example.org>"
    assert (data["To"], data["ReplyTo"]) == ('"Bob, MP" <alice@example.org>', "Alice Example <alice@example.org>")
    assert data["Subject"] == "The bridge" and "I write about the bridge." in data["TextBody"]
    headers = {header["Name"]: header["Value"] for header in data["Headers"]}
    assert headers["Message-ID"] == f"<{email.uuid}@example.org>"
    assert headers["X-Countersign-Id"] == str(email.uuid)
    assert "Date" not in headers and "Auto-Submitted" not in headers
    assert data["Metadata"] == {"countersign_id": str(email.uuid)}
    assert (data["TrackOpens"], data["TrackLinks"]) == (False, "None")
    (pdf,) = data["Attachments"]
    assert (pdf["Name"], pdf["ContentType"]) == ("letter.pdf", "application/pdf")
    assert base64.b64decode(pdf["Content"]).startswith(b"%PDF-")
    assert email.events.get(to_state="sent").detail == "Postmark: sent pm-1"


def test_what_else_a_message_brings_is_kept() -> None:
    headers = {"List-Unsubscribe": "<https://example.org/stop>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    _, server = sent_by("sendgrid", kind=Kind.UPDATE, message=make_message(headers=headers))
    data = server.asked[0].data
    assert headers.items() <= data["headers"].items()
    assert [part["type"] for part in data["content"]] == ["text/plain", "text/html"]
    assert data["tracking_settings"] == {"click_tracking": {"enable": False}, "open_tracking": {"enable": False}}
    _, server = sent_by("resend")
    assert server.asked[0].data["headers"]["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("name", ["resend", "brevo"])
def test_a_repeated_request_is_the_same_to_the_byte_and_says_so(name: str) -> None:
    with esp(name) as server:
        server.answers = [(HANG_UP, None)]
        email = make_email(sender=sender_at(server, name))
        outbox.drain("confirmations")
        assert state_of(email) == State.QUEUED
        make_due(email)
        outbox.drain("confirmations")
    assert state_of(email) == State.SENT
    first, second = server.asked
    assert first.body == second.body
    key = first.headers["Idempotency-Key"] if name == "resend" else first.data["headers"]["idempotencyKey"]
    assert key == str(email.uuid)


def test_many_emails_leave_over_one_connection() -> None:
    with esp("postmark") as server:
        sender = sender_at(server)
        server.always = (200, {**ANSWERS["postmark"][1], "To": ""})  # type: ignore[dict-item]
        emails = [make_email(sender=sender, to="alice@example.org") for _ in range(5)]
        server.always = ANSWERS["postmark"]
        outbox.drain("confirmations")
    assert {state_of(email) for email in emails} == {State.SENT}
    assert len(server.asked) == 5 and server.connections == 1


LETTER = {"kind": Kind.LETTER}
IN_DOUBT, LATER, FAILED = "in doubt", "later", "failed"
POSTMARK = {"ErrorCode": 406, "Message": "Found inactive addresses: alice@example.org. Inactive recipients are ones"}


@pytest.mark.parametrize(
    ("name", "answer", "becomes", "pauses"),
    [
        ("postmark", (HANG_UP, None), IN_DOUBT, False),
        ("postmark", (500, "oops"), IN_DOUBT, False),
        ("postmark", (502, "<html>bad gateway"), IN_DOUBT, False),
        ("postmark", (504, "timeout"), IN_DOUBT, False),
        ("postmark", (200, "<html>login to this wifi"), IN_DOUBT, False),
        ("postmark", (200, {"nothing": "we know"}), IN_DOUBT, False),
        ("postmark", (200, [17]), IN_DOUBT, False),
        ("postmark", (200, {}), IN_DOUBT, False),
        (
            "resend",
            (409, {"name": "invalid_idempotent_request", "message": "Same key, other payload"}),
            IN_DOUBT,
            False,
        ),
        ("postmark", (429, {"Message": "Rate limit exceeded"}), LATER, True),
        ("postmark", (503, "busy"), LATER, True),
        ("postmark", (401, {"ErrorCode": 10, "Message": "Bad or missing Server API token."}), LATER, True),
        ("mailgun", (403, {"message": "Domain is not allowed to send"}), LATER, True),
        ("mailgun", (404, {"message": "Domain not found: example.org"}), LATER, True),
        (
            "postmark",
            (422, {"ErrorCode": 400, "Message": "The 'From' address you supplied is not a Sender"}),
            LATER,
            True,
        ),
        ("resend", (400, {"name": "validation_error", "message": "API key is invalid"}), LATER, True),
        ("sparkpost", (400, {"errors": [{"message": "Unconfigured Sending Domain <example.org>"}]}), LATER, True),
        ("mandrill", (500, {"status": "error", "code": -1, "name": "Invalid_Key", "message": "Invalid"}), LATER, True),
        ("mandrill", (500, {"status": "error", "name": "ValidationError", "message": "Bad value"}), FAILED, False),
        ("mandrill", (500, {"status": "error", "name": "GeneralError", "message": "Unknown"}), IN_DOUBT, False),
        ("postmark", (422, POSTMARK), FAILED, False),
        ("postmark", (422, {"ErrorCode": 300, "Message": "Invalid 'To' address: 'alice@example.org'."}), FAILED, False),
        (
            "mailgun",
            (400, {"message": "to parameter is not a valid address. please check documentation"}),
            FAILED,
            False,
        ),
        ("sendgrid", (413, {"errors": [{"message": "Payload too large"}]}), FAILED, False),
        ("mandrill", (200, [{"email": "alice@example.org", "status": "rejected", "_id": "1"}]), FAILED, False),
        ("mandrill", (200, [{"email": "alice@example.org", "status": "invalid", "_id": "1"}]), FAILED, False),
        ("mandrill", (200, [{"email": "alice@example.org", "status": "scheduled", "_id": "1"}]), IN_DOUBT, False),
        (
            "sparkpost",
            (200, {"results": {"total_accepted_recipients": 0, "total_rejected_recipients": 1, "id": "1"}}),
            FAILED,
            False,
        ),
        (
            "mailjet",
            (401, {"StatusCode": 401, "ErrorMessage": "API key authentication/authorization failure."}),
            LATER,
            True,
        ),
    ],
)
def test_an_answer_does_to_a_letter_what_it_says(
    name: str, answer: tuple[int, Any], becomes: str, pauses: bool
) -> None:
    letter, _ = sent_by(name, answer, **LETTER)
    assert letter.state == {IN_DOUBT: State.HELD, LATER: State.QUEUED, FAILED: State.FAILED}[becomes], letter.last_error
    assert (Sender.objects.get().paused_until is not None) == pauses
    assert "provider" in letter.last_error
    assert "handing" in history(letter)
    kept = " ".join(letter.events.values_list("detail", flat=True)) + Sender.objects.get().trouble
    assert "alice@" not in kept and "key-1" not in kept


def test_an_answer_that_repeats_the_key_is_not_kept_with_it() -> None:
    email, _ = sent_by("postmark", (401, {"Message": "The token key-1 is revoked"}))
    assert "is revoked" in email.last_error and "key-1" not in email.last_error


def test_a_provider_that_says_nothing_is_given_up_on(settings: Settings) -> None:
    settings.SMTP_TIMEOUT_SECONDS = 0.3
    letter, _ = sent_by("postmark", (STALL, None), **LETTER)
    assert letter.state == State.HELD
    assert "never said" in letter.last_error


def test_a_provider_that_is_not_there_has_not_got_the_letter() -> None:
    credentials = {"server_token": "key-1", "api_url": "http://127.0.0.1:1/"}
    letter = make_email(sender=sender_at(Esp(), credentials=credentials), **LETTER)
    outbox.drain("letters")
    letter.refresh_from_db()
    assert letter.state == State.QUEUED and "could not be reached" in letter.last_error
    paused = Sender.objects.get().paused_until
    assert paused is not None and paused > timezone.now()


PLAIN = b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n"
ALERT = b"\x15\x03\x03\x00\x02\x02\x28"  # fatal, handshake_failure (RFC 8446, 6)


@contextmanager
def tls_esp(path: Path, says: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """A provider that reads the whole request under TLS, and answers outside of it. Its address, and what it read."""
    read: list[bytes] = []

    def serve(caller: socket.socket) -> None:
        beneath = caller.dup()
        with beneath, suppress(OSError), offering(path).wrap_socket(caller, server_side=True) as tls:
            data = b""
            while not data.endswith(b"}"):  # as Postmark's do
                data += tls.recv(100_000)
            read.append(data)
            beneath.sendall(says)
            tls.recv(1)  # until the other side has had enough

    with listening(serve) as port:
        yield f"https://localhost:{port}/", read


@pytest.mark.parametrize("says", [PLAIN, ALERT])
@pytest.mark.parametrize(("kind", "state"), [(Kind.LETTER, State.HELD), (Kind.CONFIRMATION, State.QUEUED)])
def test_tls_that_breaks_after_the_email_was_read_leaves_a_doubt(
    says: bytes, kind: Kind, state: State, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with tls_esp(path, says) as (url, read):
        email = make_email(sender=sender_at(Esp(), credentials={"server_token": "1", "api_url": url}), kind=kind)
        outbox.drain(email.queue)
        email.refresh_from_db()
        assert len(read) == 1 and str(email.uuid).encode() in read[0]
        assert (email.state, Sender.objects.get().paused_until) == (state, None), email.last_error
        assert "never said" in email.last_error
        make_due(email)
        outbox.drain(email.queue)
        assert len(read) == (2 if kind == Kind.CONFIRMATION else 1)


@pytest.mark.parametrize(("name", "trusted"), [("localhost", False), ("other.example", True)])
def test_a_wrong_certificate_gets_nothing_and_pauses_the_sender(
    name: str, trusted: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, name)
    if trusted:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(path))
    with tls_esp(path, PLAIN) as (url, read):
        letter = make_email(sender=sender_at(Esp(), credentials={"server_token": "1", "api_url": url}), **LETTER)
        outbox.drain("letters")
    letter.refresh_from_db()
    assert (letter.state, read) == (State.QUEUED, []), letter.last_error
    assert "could not be reached" in letter.last_error and Sender.objects.get().paused_until is not None


def test_a_redirect_gets_neither_the_key_nor_the_letter() -> None:
    with esp("postmark") as elsewhere, esp("postmark") as server:
        server.location = elsewhere.url
        server.answers = [(307, "there")]
        letter = make_email(sender=sender_at(server), **LETTER)
        outbox.drain("letters")
    assert (state_of(letter), elsewhere.asked) == (State.QUEUED, [])


@pytest.mark.parametrize(
    ("name", "credentials", "named"),
    [
        ("", {}, "No mail provider"),
        ("pigeon", {"api_key": "1"}, "No mail provider"),
        ("postmark", {}, "server_token"),
        ("postmark", {"server_token": "  "}, "server_token"),
        ("postmark", {"server_token": 17}, "server_token"),
        ("postmark", {"server_token": "1", "debug_api_requests": "1"}, "debug_api_requests"),
        ("postmark", {"server_token": "1", "api_url": "http://mail.example.net/"}, "https://"),
        ("postmark", {"server_token": "1", "api_url": "http://127.0.0.1.example.net/"}, "https://"),
        ("postmark", ["server_token"], "server_token"),
    ],
)
def test_credentials_that_cannot_be_right_are_named_and_nothing_is_tried(
    name: str, credentials: Any, named: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "create_connection", lambda *_: pytest.fail("tried"))
    email = make_email(sender=sender_at(Esp(), name, credentials=credentials))
    outbox.drain("confirmations")
    email.refresh_from_db()
    assert (email.state, email.last_error != "") == (State.QUEUED, True)
    assert named in email.last_error
    assert history(email) == ["queued", "leased", "queued"]


def test_each_sender_has_its_own_key() -> None:
    with esp("postmark") as server:
        for key in ("of-alice", "of-bob"):
            sender = sender_at(server, name="postmark", credentials={"server_token": key, "api_url": server.url})
            make_email(sender=sender)
        outbox.drain("confirmations")
    assert sorted(asked.headers["X-Postmark-Server-Token"] for asked in server.asked) == ["of-alice", "of-bob"]


def test_in_a_demonstration_no_channel_is_a_providers(settings: Settings) -> None:
    sender = sender_at(Esp())
    email = make_email(sender=sender)
    with Channels() as channels:
        assert type(channels.of(email)).__name__ == "ProviderChannel"
        settings.DEMONSTRATION = True
        assert type(channels.of(email)).__name__ == "Capture"
        settings.DEMONSTRATION, email.demonstration = False, True
        assert type(channels.of(email)).__name__ == "Capture"


def addresses_in(name: str, server: Esp) -> tuple[list[str], dict[str, str]]:
    """Every address that the provider would write to or show, and all other headers."""
    asked = server.asked[0]
    if name == "mailgun":
        form = BytesParser(policy=default).parsebytes(
            b"Content-Type: " + asked.headers["Content-Type"].encode() + b"\r\n\r\n" + asked.body
        )
        fields = (
            {part.get_param("name", header="Content-Disposition"): part.get_content() for part in form.iter_parts()}
            if form.is_multipart()
            else {key: value[0] for key, value in parse_qs(asked.body.decode()).items()}
        )
        found = getaddresses([str(fields[key]) for key in ("from", "to", "h:Reply-To")])
        headers = {str(key): str(value) for key, value in fields.items() if str(key).startswith("h:")}
        return [address for _, address in found], {**headers, "Subject": str(fields["subject"])}
    data = asked.data
    if name == "postmark":
        found = getaddresses([data["From"], data["To"], data["ReplyTo"]])
        headers = {header["Name"]: header["Value"] for header in data["Headers"]}
        return [address for _, address in found], {**headers, "Subject": data["Subject"]}
    people = [data["from"], *data["personalizations"][0]["to"], *data["reply_to_list"]]
    return [person["email"] for person in people], {**data["headers"], "Subject": data["subject"]}


@pytest.mark.parametrize("text", EVIL)
@pytest.mark.parametrize("name", ["postmark", "mailgun", "sendgrid"])
def test_nothing_a_person_types_reaches_somebody_else(name: str, text: str) -> None:
    with esp(name) as server:
        sender = sender_at(server, name)
        Sender.objects.filter(pk=sender.pk).update(name=text[:100])
        message = make_message(subject=f"{OPEN}name{CLOSE}", headers={"List-Id": f"{OPEN}name{CLOSE}"})
        email = make_email(
            sender=sender, message=message, to_name=text, reply_to="bob@example.org", values={"name": text}
        )
        outbox.drain("confirmations")
    email.refresh_from_db()
    assert email.state == State.SENT, email.last_error
    addresses, headers = addresses_in(name, server)
    assert addresses == ["post@example.org", "alice@example.org", "bob@example.org"]
    assert {"bcc", "cc", "to", "h:bcc", "h:cc"}.isdisjoint(header.lower() for header in headers)
    assert not any(character in value for value in headers.values() for character in "\r\n\0\u2028\x85")
    assert not any("=?" in value for value in headers.values())


def test_an_address_in_another_script_goes_out_as_one() -> None:
    email, server = sent_by("postmark", to="jörg@exämple.org", to_name="Jörg")
    assert server.asked[0].data["To"] == "Jörg <jörg@xn--exmple-cua.org>"
    assert "jörg" in str(parcel(email).envelope_to)


def test_what_a_provider_cannot_send_fails_in_words_before_it_is_handed_over() -> None:
    message = make_message(headers={"List-Id": "جمعية"})
    email, server = sent_by("brevo", message=message)
    assert (email.state, server.asked) == (State.FAILED, [])
    assert "Brevo does not support non-ASCII" in email.last_error and "handing" not in history(email)


def test_a_channel_can_be_closed_before_it_was_used() -> None:
    ProviderChannel(sender_at(Esp())).close()
    with pytest.raises(DeliveryError):
        ProviderChannel(make_sender(channel=Sender.Channel.PROVIDER))


@pytest.mark.parametrize("pause", [0.05, 0.0], ids=["slowly", "at once"])
def test_an_answer_without_end_is_a_doubt(pause: float, settings: Settings) -> None:
    settings.SMTP_TIMEOUT_SECONDS = 0.3

    def trickle() -> None:
        line, _ = door.accept()
        with suppress(OSError), line:
            line.recv(65536)
            line.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
            while True:
                line.sendall(b"1000\r\n" + b" " * 0x1000 + b"\r\n")
                time.sleep(pause)

    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=trickle, daemon=True).start()
        sender = sender_at(Esp(port=door.getsockname()[1]))
        channel, began = ProviderChannel(sender), time.monotonic()
        with pytest.raises(DeliveryError) as raised:
            channel.deliver(parcel(make_email(sender=sender)), lambda: None)
    assert raised.value.uncertain
    assert time.monotonic() - began < 5
