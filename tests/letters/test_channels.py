"""What each answer of a mail server does to an email. The server is a real one."""

import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django import Settings

from letters import outbox
from letters.channels import Smtp
from letters.mime import parcel
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind, State
from tests.letters.posting import history, make_due, make_email, make_message, make_sender, state_of
from tests.smtp_server import ACCEPT_AND_HANG_UP, HANG_UP, STALL, SmtpServer, smtp_server

pytestmark = pytest.mark.django_db


@pytest.fixture(params=[False, True], ids=["", "pipelining"])
def server(request: pytest.FixtureRequest) -> Iterator[SmtpServer]:
    with smtp_server() as running:
        running.pipelining = request.param
        yield running


def test_an_email_that_the_server_accepts_is_sent(server: SmtpServer) -> None:
    email = make_email(url=server.url)
    assert outbox.drain("confirmations") == 1
    assert history(email) == ["queued", "leased", "handing", "sent"]
    (accepted,) = server.accepted
    assert (accepted.envelope_from, accepted.envelope_to) == ("post@example.org", "alice@example.org")
    assert accepted.uuid == str(email.uuid)
    detail = email.events.get(to_state="sent").detail
    assert detail == "250 2.0.0 Ok: queued"


def test_many_emails_leave_over_one_connection(server: SmtpServer) -> None:
    emails = [make_email(url=server.url, to=f"person{number}@example.org") for number in range(12)]
    outbox.drain("confirmations")
    assert {state_of(email) for email in emails} == {State.SENT}
    assert (server.connections, server.resets) == (1, 0)


def test_an_answer_with_what_no_database_takes_is_kept_without_it(server: SmtpServer) -> None:
    server.answers["RCPT"] = ["450 4.2.1 Busy\0\x1b[1m"]
    server.answers["DATA"] = ["250 2.0.0 Ok: queued as \0A1"]
    refused, taken = (make_email(url=server.url, to=f"{name}@example.org") for name in ("alice", "bob"))
    outbox.drain("confirmations")
    assert taken.events.get(to_state="sent").detail == "250 2.0.0 Ok: queued as A1"
    assert "450 4.2.1 Busy [1m" in refused.events.get(from_state="leased", to_state="queued").detail


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA"])
def test_what_a_refused_email_left_behind_is_reset(server: SmtpServer, verb: str) -> None:
    server.answers[verb] = ["552 5.3.4 message size exceeds fixed limit"]
    emails = [make_email(url=server.url, to=f"person{number}@example.org") for number in range(3)]
    outbox.drain("confirmations")
    assert [state_of(email) for email in emails] == [State.FAILED, State.SENT, State.SENT]
    assert (server.connections, server.resets) == (1, 1)


def test_data_is_not_said_before_the_handing_is_recorded(server: SmtpServer) -> None:
    lost = make_email(url=server.url)

    def somebody_else_took_it() -> None:
        raise ValueError("its lease is gone")

    channel = Smtp(server.url)
    with pytest.raises(ValueError, match="its lease"):
        channel.deliver(parcel(lost), somebody_else_took_it)
    channel.close()
    assert server.began == []


@pytest.mark.parametrize("verb", ["RCPT", "DATA"])
def test_a_permanent_refusal_fails_with_the_servers_sentence(server: SmtpServer, verb: str) -> None:
    server.answers[verb] = ["550 5.1.1 <alice@example.org>: no such user alice here"]
    refused, other = make_email(url=server.url), make_email(to="bob@example.org")
    outbox.drain("confirmations")
    refused.refresh_from_db()
    assert refused.state == State.FAILED
    assert "no such user alice here" in refused.last_error
    assert state_of(other) == State.SENT
    assert server.connections == 1


def test_the_history_keeps_no_address_that_a_server_repeats(server: SmtpServer) -> None:
    server.answers["RCPT"] = ["550 5.1.1 <alice@example.org>: user ALICE unknown at mail.example.net"]
    email = make_email(url=server.url)
    outbox.drain("confirmations")
    detail = email.events.get(to_state="failed").detail
    assert "550 5.1.1" in detail and "unknown at mail.example.net" in detail
    assert "alice" not in detail.lower()


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.LETTER])
@pytest.mark.parametrize(("verb", "answer"), [("RCPT", "450 later"), ("DATA", "451 later")])
def test_a_temporary_refusal_waits_and_is_tried_again(server: SmtpServer, verb: str, answer: str, kind: Kind) -> None:
    server.answers[verb] = [answer]
    email = make_email(url=server.url, kind=kind)
    outbox.drain(email.queue)
    email.refresh_from_db()
    assert (email.state, email.attempts) == (State.QUEUED, 1)
    assert 10 < (email.not_before - timezone.now()).total_seconds() < 30
    assert outbox.drain(email.queue) == 0  # not yet
    make_due(email)
    outbox.drain(email.queue)
    assert state_of(email) == State.SENT
    assert len(server.accepted) == 1


def test_attempts_are_spent_one_day(server: SmtpServer) -> None:
    server.always["RCPT"] = "450 later"
    email = make_email(url=server.url)
    waited = 0.0
    for _ in range(20):
        outbox.drain("confirmations")
        email.refresh_from_db()
        if email.state == State.FAILED:
            break
        waited += (email.not_before - timezone.now()).total_seconds()
        make_due(email)
    assert (email.state, email.attempts) == (State.FAILED, 10)
    assert 12 * 3600 < waited < 36 * 3600


@pytest.mark.parametrize("answer", ["550 5.1.8 domain not found", "451 hourly quota", "553 not logged in"])
def test_a_refused_sender_is_paused_for_it_is_a_setting_and_no_email_is_charged(
    server: SmtpServer, answer: str
) -> None:
    server.answers["MAIL"] = [answer]
    email = make_email(url=server.url)
    outbox.drain("confirmations")
    email.refresh_from_db()
    assert (email.state, email.attempts) == (State.QUEUED, 0)
    email.sender.refresh_from_db()
    assert email.sender.paused_until is not None and answer in email.sender.trouble
    make_due(email)
    outbox.drain("confirmations")
    email.sender.refresh_from_db()
    assert state_of(email) == State.SENT and email.sender.trouble == ""


def test_an_email_that_is_too_large_fails_alone(server: SmtpServer) -> None:
    server.answers["MAIL"] = ["552 5.3.4 message size exceeds fixed limit"]
    large, other = make_email(url=server.url), make_email(to="bob@example.org")
    outbox.drain("confirmations")
    assert [state_of(large), state_of(other)] == [State.FAILED, State.SENT]


def test_a_server_that_is_down_pauses_its_sender_and_nobody_else(server: SmtpServer) -> None:
    down = make_sender(smtp_url="smtp://127.0.0.1:1")
    stuck = [make_email(sender=down) for _ in range(8)]
    other = make_email(sender=make_sender(smtp_url=server.url))
    outbox.drain("confirmations")
    assert state_of(other) == State.SENT
    assert {state_of(email) for email in stuck} == {State.QUEUED}
    down.refresh_from_db()
    assert down.paused_until is not None and down.paused_until > timezone.now()
    # However long that takes, no email is charged with it.
    assert set(OutgoingEmail.objects.filter(sender=down).values_list("attempts", flat=True)) == {0}
    assert outbox.drain("confirmations") == 0
    Sender.objects.filter(pk=down.pk).update(smtp_url="")
    down.smtp_url = server.url
    down.save(update_fields=["smtp_url"])
    make_due(*stuck)
    outbox.drain("confirmations")
    assert {state_of(email) for email in stuck} == {State.SENT}
    down.refresh_from_db()
    assert down.server_failures == 0


@pytest.mark.parametrize("answer", ["421 too many messages", HANG_UP])
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "RSET"])
def test_a_connection_that_ends_between_emails_is_opened_again(server: SmtpServer, verb: str, answer: str) -> None:
    emails = [make_email(url=server.url, to=f"person{number}@example.org") for number in range(3)]
    server.answers[verb] = [answer] if verb == "RSET" else ["", answer]
    if verb == "RSET":
        server.answers["DATA"] = ["554 5.6.0 not like this"]  # or there is nothing to reset
    outbox.drain("confirmations")
    refused = verb == "RSET"
    assert [state_of(email) for email in emails] == [State.FAILED if refused else State.SENT, State.SENT, State.SENT]
    assert len(server.accepted) == 3 - refused
    assert server.connections == 2


def test_a_letter_whose_answer_never_came_is_held(server: SmtpServer) -> None:
    server.answers["DATA"] = [ACCEPT_AND_HANG_UP]
    letter = make_email(url=server.url, kind=Kind.LETTER)
    outbox.drain("letters")
    assert history(letter) == ["queued", "leased", "handing", "held"]
    assert len(server.accepted) == 1


def test_a_confirmation_whose_answer_never_came_is_sent_again(server: SmtpServer) -> None:
    server.answers["DATA"] = [ACCEPT_AND_HANG_UP]
    email = make_email(url=server.url)
    outbox.drain("confirmations")
    assert state_of(email) == State.QUEUED
    make_due(email)
    outbox.drain("confirmations")
    assert state_of(email) == State.SENT
    first, second = server.accepted
    assert first.message["Message-ID"] == second.message["Message-ID"] == f"<{email.uuid}@example.org>"


def test_a_confirmation_is_not_sent_into_doubt_for_ever(server: SmtpServer) -> None:
    server.answers["DATA"] = [ACCEPT_AND_HANG_UP] * 9
    email = make_email(url=server.url)
    for _ in range(5):
        outbox.drain("confirmations")
        make_due(email)
    assert state_of(email) == State.HELD
    assert len(server.accepted) == 3


def test_a_server_that_looks_at_an_email_for_long_is_waited_for_and_the_lease_is_kept(
    server: SmtpServer, settings: Settings
) -> None:
    settings.SMTP_TIMEOUT_SECONDS = 0.1
    settings.OUTBOX_LEASE_SECONDS = 0
    server.delay = 1.0
    letter = make_email(url=server.url, kind=Kind.LETTER)
    outbox.drain("letters")
    assert history(letter) == ["queued", "leased", "handing", "sent"]
    letter.refresh_from_db()
    handed = letter.events.get(to_state="handing").at
    assert letter.settled_at is not None and letter.settled_at - handed > timedelta(seconds=0.9)


def test_a_server_that_never_says_whether_it_accepts_is_given_up_on(server: SmtpServer, settings: Settings) -> None:
    settings.SMTP_TIMEOUT_SECONDS, settings.SMTP_ACCEPT_SECONDS = 0.1, 0.4
    server.delay = 2.0
    letter = make_email(url=server.url, kind=Kind.LETTER)
    outbox.drain("letters")
    assert state_of(letter) == State.HELD


def test_a_server_that_says_a_little_more_for_ever_is_cut_off(settings: Settings) -> None:
    settings.SMTP_TIMEOUT_SECONDS, settings.SMTP_ACCEPT_SECONDS = 0.2, 0
    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=_drip, args=(listening,), daemon=True).start()
        email = make_email(url=f"smtp://127.0.0.1:{listening.getsockname()[1]}")
        began = time.monotonic()
        outbox.drain("confirmations", 0.5)
    assert state_of(email) == State.QUEUED
    assert time.monotonic() - began < 20


def _drip(listening: socket.socket) -> None:
    connection = listening.accept()[0]
    with suppress(OSError):
        for _ in range(1000):
            connection.sendall(b"220-wait\r\n")
            time.sleep(0.05)


def test_an_answer_that_is_neither_yes_nor_no_is_a_doubt(server: SmtpServer) -> None:
    server.answers["DATA"] = ["keep what a nice day"]
    letter = make_email(url=server.url, kind=Kind.LETTER)
    outbox.drain("letters")
    assert state_of(letter) == State.HELD


def test_a_server_that_says_nothing_is_given_up_on(server: SmtpServer, settings: Settings) -> None:
    settings.SMTP_TIMEOUT_SECONDS = 0.3
    server.answers["MAIL"] = [STALL]
    email = make_email(url=server.url)
    outbox.drain("confirmations")
    assert state_of(email) == State.QUEUED
    assert server.accepted == []


def test_an_international_address_is_sent_where_the_server_can(server: SmtpServer) -> None:
    email = make_email(url=server.url, to="jörg@exämple.org", to_name="Jörg")
    outbox.drain("confirmations")
    assert state_of(email) == State.SENT
    (accepted,) = server.accepted
    assert accepted.envelope_to == "jörg@xn--exmple-cua.org"
    assert "SMTPUTF8" in accepted.mail_options


def test_an_international_address_fails_in_words_where_the_server_cannot() -> None:
    with smtp_server(smtputf8=False) as server:
        international = make_email(url=server.url, to="jörg@example.org")
        other = make_email(to="joerg@exämple.org")
        outbox.drain("confirmations")
    international.refresh_from_db()
    assert international.state == State.FAILED
    assert "SMTPUTF8" in international.last_error
    assert state_of(other) == State.SENT


def test_a_dot_alone_on_a_line_does_not_end_an_email(server: SmtpServer) -> None:
    text = "one\n.\n..two\n.QUIT\nthree\n"
    make_email(url=server.url, message=make_message(text=text, html=""))
    outbox.drain("confirmations")
    assert server.accepted[0].message.get_content().replace("\r\n", "\n") == text


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
        + ["-addext", "subjectAltName=DNS:localhost", "-keyout", str(key), "-out", str(cert)],
        check=True,
        capture_output=True,
    )
    return key, cert


def test_starttls_and_a_password_from_the_url(certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    key, cert = certificate
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(cert, key)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    with smtp_server(tls=offered, login=("post", "p@ss word")) as server:
        email = make_email(url=f"smtp://post:p%40ss%20word@localhost:{server.port}?tls=starttls")
        outbox.drain("confirmations")
        assert state_of(email) == State.SENT


def test_a_certificate_nobody_vouches_for_is_refused(certificate: tuple[Path, Path]) -> None:
    key, cert = certificate
    offered = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    offered.load_cert_chain(cert, key)
    with smtp_server(tls=offered) as server:
        email = make_email(url=f"smtp://localhost:{server.port}?tls=starttls")
        outbox.drain("confirmations")
        email.refresh_from_db()
        assert email.state == State.QUEUED
        assert "certificate verify failed" in email.last_error
        assert server.accepted == []


def test_a_wrong_password_pauses_the_sender_and_fails_no_email() -> None:
    with smtp_server(login=("post", "right")) as server:
        email = make_email(url=f"smtp://post:wrong@127.0.0.1:{server.port}")
        outbox.drain("confirmations")
    email.refresh_from_db()
    assert email.state == State.QUEUED
    assert "did not let us in: 535" in email.last_error
    assert Sender.objects.get(pk=email.sender_id).paused_until is not None


@pytest.mark.parametrize(
    "url",
    ["", "http://127.0.0.1", "smtp://", "smtp://127.0.0.1:port"]
    + ["smtp://mail.example.org?tls=yes", "smtp://mail.example.org?starttls", "smtp://post:secret@mail.example.org"],
)
def test_an_address_of_a_server_that_cannot_be_read_is_said_in_words(url: str, settings: Settings) -> None:
    settings.SMTP_URL = ""
    email = make_email(url=url)
    outbox.drain("confirmations")
    email.refresh_from_db()
    assert email.state == State.QUEUED
    assert "mail server" in email.last_error and "secret" not in email.last_error
