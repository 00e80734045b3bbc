"""What the test button says. The servers are real, and some of them are wrong."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Sink
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pytest_django import Settings

from letters import trial as trials
from letters.models import Sender
from letters.trial import Step, trial
from tests.letters.esp import HANG_UP, STALL, Esp, esp
from tests.letters.posting import make_sender
from tests.services import free_port
from tests.smtp_server import HANG_UP as SMTP_HANGS_UP
from tests.smtp_server import smtp_server

pytestmark = [pytest.mark.django_db, pytest.mark.filterwarnings("ignore:django-anymail has dropped")]

TO = "alice@example.org"


def at(url: str, **fields: Any) -> list[Step]:
    return trial(make_sender(smtp_url=url, **fields), TO)


def went_well(steps: list[Step]) -> list[bool | None]:
    return [step.ok for step in steps]


def certificate(folder: Path, name: str, days: int = 2) -> Path:
    """A self-signed one for `name`, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=9))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def offering(path: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    return context


@contextmanager
def listening(serve: Callable[[socket.socket], None]) -> Iterator[int]:
    """A port where each caller gets `serve`."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def run() -> None:
            while True:
                try:
                    caller = server.accept()[0]
                except OSError:
                    return
                threading.Thread(target=serve, args=(caller,), daemon=True).start()

        threading.Thread(target=run, daemon=True).start()
        yield server.getsockname()[1]


def test_a_server_that_works_is_said_to_and_gets_no_letter() -> None:
    with smtp_server() as server:
        steps = at(server.url)
        assert (server.taken(), server.began, server.connections) == ([], [], 1)
    assert went_well(steps) == [True] * 6
    assert "post@example.org" in steps[4].sentence
    assert TO in steps[5].sentence and "None was sent" in steps[5].sentence


def test_tls_and_a_password_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with smtp_server(tls=offering(path), login=("post", "p@ss word")) as server:
        steps = at(f"smtp://post:p%40ss%20word@localhost:{server.port}?tls=starttls")
        assert went_well(steps) == [True] * 6, steps[-1].sentence
        assert "Encrypted" in steps[2].sentence and "accepted" in steps[3].sentence
        wrong = at(f"smtp://post:wrong@localhost:{server.port}?tls=starttls")
    assert went_well(wrong) == [True, True, True, False]
    assert "password was refused" in wrong[3].sentence and "p@ss" not in wrong[3].sentence


def test_tls_from_the_start_is_tried_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = certificate(tmp_path, "localhost")
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    port = free_port()
    controller = Controller(Sink(), hostname="127.0.0.1", port=port, ssl_context=offering(path))
    controller.start()
    try:
        assert went_well(at(f"smtps://localhost:{port}")) == [True] * 6
        impatient = at(f"smtp://localhost:{port}?tls=starttls")
    finally:
        controller.stop()
    assert went_well(impatient)[-1] is False
    assert "smtps://" in impatient[-1].sentence


@pytest.mark.parametrize(
    ("name", "days", "trusted", "said"),
    [
        ("mail.example.org", 2, True, "for another name"),
        ("localhost", -1, True, "has expired"),
        ("localhost", 2, False, "Nobody we know vouches"),
    ],
)
def test_a_certificate_that_is_wrong_is_told_from_the_others(
    name: str, days: int, trusted: bool, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = certificate(tmp_path, name, days)
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with smtp_server(tls=offering(path), login=("post", "secret")) as server:
        steps = at(f"smtp://post:secret@localhost:{server.port}?tls=starttls")
        assert server.taken() == []
    assert went_well(steps) == [True, True, False]
    assert said in steps[2].sentence


@pytest.mark.parametrize(
    ("url", "step", "said"),
    [
        ("smtp://no-such-host.invalid", 0, "no server of the name"),
        ("smtp://127.0.0.1:1", 1, "Nothing listens on port 1"),
        ("smtp://127.0.0.1:port", 0, "port"),
        ("smtp://127.0.0.1:99999", 0, "port"),
        ("http://127.0.0.1", 0, "cannot be read"),
        ("smtp://post:secret@mail.example.org", 0, "in the clear"),
    ],
)
def test_an_address_that_is_wrong_is_said_in_words(url: str, step: int, said: str) -> None:
    steps = at(url)
    assert went_well(steps) == [*[True] * step, False]
    assert said in steps[-1].sentence and "secret@" not in steps[-1].sentence


def test_a_server_without_what_was_asked_for() -> None:
    with smtp_server() as server:
        assert "no STARTTLS" in at(f"{server.url}?tls=starttls")[-1].sentence
        assert "speak TLS at once" in at(f"smtps://127.0.0.1:{server.port}")[-1].sentence


def test_where_the_installations_own_server_stands_is_not_told(settings: Settings) -> None:
    with smtp_server() as server:
        address = f"smtp://localhost:{server.port}"
        assert "127.0.0.1" in at(address)[0].sentence or "::1" in at(address)[0].sentence
        settings.SMTP_URL = address
        server.answers["RCPT"] = ["554 5.7.1 127.0.0.1 at localhost: Relay access denied"]
        steps = at("")
    assert went_well(steps) == [*[True] * 5, False]
    words = " ".join(step.sentence for step in steps)
    assert "localhost" not in words and "127.0.0.1" not in words and "Relay access denied" in words
    settings.SMTP_URL = "smtp://post:secret@no-such-host.invalid?tls=starttls"
    (step,) = at("")
    assert not step.ok and "no-such-host" not in step.sentence


def test_a_server_that_wants_no_password() -> None:
    def talk(caller: socket.socket) -> None:
        with caller:
            caller.sendall(b"220 mail.test\r\n")
            while caller.recv(1000):
                caller.sendall(b"250 mail.test\r\n")

    with listening(talk) as port:
        steps = at(f"smtp://post:secret@127.0.0.1:{port}")
    assert went_well(steps) == [True, True, True, False]
    assert "takes no password" in steps[-1].sentence


@pytest.mark.parametrize(
    ("verb", "answer", "steps", "said"),
    [
        ("MAIL", "553 5.7.1 not your address", 5, "does not send for post@example.org"),
        ("MAIL", "530 5.7.0 Authentication required", 5, "wants a name and a password"),
        ("MAIL", SMTP_HANGS_UP, 5, "broke"),
        ("RCPT", "554 5.7.1 Relay access denied", 6, "does not pass mail on for us"),
        ("RCPT", "550 5.1.1 no such user", 6, "refuses letters to you"),
        ("RCPT", "450 4.2.0 Greylisted", 6, "try again"),
    ],
)
def test_what_a_server_refuses_is_explained(verb: str, answer: str, steps: int, said: str) -> None:
    with smtp_server() as server:
        server.answers[verb] = [answer]
        found = at(server.url)
    assert went_well(found) == [*[True] * (steps - 1), False]
    assert said in found[-1].sentence


def test_a_server_that_says_nothing_or_nearly_nothing_does_not_keep_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trials, "STEP_SECONDS", 0.5)
    monkeypatch.setattr(trials, "ALL_SECONDS", 2.0)

    def drip(caller: socket.socket) -> None:
        with caller:
            try:
                while True:
                    caller.sendall(b"2")
                    time.sleep(0.1)
            except OSError:
                return

    held: list[socket.socket] = []
    for serve, said in ((held.append, "says nothing"), (drip, "")):
        with listening(serve) as port:
            began = time.monotonic()
            steps = at(f"smtp://127.0.0.1:{port}")
            assert time.monotonic() - began < 10
        assert went_well(steps) == [True, True, False]
        assert said in steps[-1].sentence


def test_what_is_no_mail_server_is_told() -> None:
    with esp() as server:
        steps = at(f"smtp://127.0.0.1:{server.port}")
    assert went_well(steps)[-1] is False


def test_an_address_of_the_tester_that_is_two_is_refused_before_anything() -> None:
    steps = trial(make_sender(smtp_url="smtp://127.0.0.1:1"), "alice@example.org, charlie@example.org")
    assert went_well(steps) == [False]


@pytest.mark.parametrize("fields", [{}, {"channel": "provider", "provider": "postmark"}, {"channel": "capture"}])
def test_a_demonstration_connects_to_nothing(
    fields: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.DEMONSTRATION = fields.get("channel") != "capture"
    for name in ("create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, lambda *_, **__: pytest.fail("connected"))
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("connected"))
    (step,) = at("smtp://mail.example.net", credentials={"server_token": "1"}, **fields)
    assert step.ok and "Nothing was connected to" in step.sentence


def by(server: Esp, name: str, **fields: Any) -> list[Step]:
    credentials = fields.pop("credentials", server.credentials(name))
    return trial(make_sender(channel=Sender.Channel.PROVIDER, provider=name, credentials=credentials), TO)


@pytest.mark.parametrize(
    ("name", "path", "header"),
    [
        ("postmark", "/v3.1/server", ("X-Postmark-Server-Token", "key-1")),
        ("brevo", "/v3.1/account", ("api-key", "key-1")),
        ("sendgrid", "/v3.1/scopes", ("Authorization", "Bearer key-1")),
        ("resend", "/v3.1/domains", ("Authorization", "Bearer key-1")),
        ("mailjet", "/v3/REST/sender", ("Authorization", "Basic a2V5LTE6a2V5LTI=")),
    ],
)
def test_a_providers_key_is_tried_without_sending(name: str, path: str, header: tuple[str, str]) -> None:
    with esp(name) as server:
        server.answers = [(200, {})]
        steps = by(server, name)
    assert went_well(steps) == [True, True]
    (asked,) = server.asked
    assert (asked.method, asked.path, asked.body, asked.headers[header[0]]) == ("GET", path, b"", header[1])


@pytest.mark.parametrize(
    ("answer", "ok", "said"),
    [
        ((401, {"Message": "Bad or missing Server API token key-1."}), False, "refuses the key"),
        ((401, {"name": "restricted_api_key", "message": "restricted to only send emails"}), None, "real test email"),
        ((403, {"message": "forbidden"}), None, "real test email"),
        ((500, "oops"), None, "no clear answer"),
        ((HANG_UP, None), False, "could not be reached"),
        ((STALL, None), False, "could not be reached"),
    ],
)
def test_what_a_provider_says_of_its_key(
    answer: tuple[int, Any], ok: bool | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trials, "STEP_SECONDS", 0.5)
    with esp("resend") as server:
        server.answers = [answer]
        steps = by(server, "resend")
    assert went_well(steps) == [True, ok]
    assert said in steps[1].sentence and "key-1" not in steps[1].sentence


def test_what_cannot_be_tried_is_said_to_be_unknown() -> None:
    with esp("mailgun") as server:
        assert went_well(by(server, "mailgun")) == [True, None]
        assert went_well(by(server, "mailgun", credentials={})) == [False]
        assert server.asked == []
    with esp("scaleway") as server:
        assert "no bounces" in by(server, "scaleway")[-1].sentence
