"""The mail server that the rows of the post are measured at: it must miss nothing and add nothing."""

import smtplib
import socket
from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from benchmarks import mail, sink
from benchmarks.harness import Figure
from benchmarks.sink import Conversation, Sink, Taken


@pytest.fixture
def server() -> Iterator[Sink]:
    with Sink() as started:
        yield started


class Wire:
    """What a conversation would write."""

    def __init__(self) -> None:
        self.written = b""
        self.conversation = Conversation(Taken())
        self.conversation.transport = self  # type: ignore[assignment]

    def write(self, data: bytes) -> None:
        self.written += data

    @property
    def codes(self) -> list[bytes]:
        return [line[:3] for line in self.written.splitlines()]


HELLO = b"MAIL FROM:<a@example.org>\r\nRCPT TO:<b@example.org>\r\nDATA\r\n"
EMAIL = b"Subject: dots\r\n\r\nA line.\r\n..\r\n. not the end\r\n.\r\n"


@pytest.mark.parametrize("size", [1, 2, 3, 7, 1_000])
def test_the_sink_counts_an_email_once_in_whatever_pieces_it_comes(size: int) -> None:
    wire = Wire()
    sent = (HELLO + EMAIL) * 2 + b"QUIT\r\n"
    for start in range(0, len(sent), size):
        wire.conversation.data_received(sent[start : start + size])
    assert wire.codes == [b"250", b"250", b"354", b"250"] * 2 + [b"221"]
    assert len(wire.conversation.taken.times) == 2
    assert wire.conversation.taken.octets == 2 * len(EMAIL)


def test_the_sink_takes_no_email_whose_end_has_not_come() -> None:
    wire = Wire()
    wire.conversation.data_received(HELLO + EMAIL[:-2])
    assert wire.conversation.taken.times == []


def test_the_sink_is_a_mail_server_to_any_client(server: Sink) -> None:
    message = EmailMessage()
    message["From"], message["To"] = "alice@example.org", "bob@example.org"
    message.set_content("Hello.\n.\nGood bye.\n")
    with smtplib.SMTP("127.0.0.1", server.port) as client:
        assert all(client.send_message(message) == {} for _ in range(3))
        assert client.has_extn("pipelining") and client.has_extn("smtputf8")
    emails, octets = server.took()
    assert emails == 3 and octets > 3 * 50
    assert server.rate(1, 3) > 0


def test_whoever_waits_for_an_email_that_does_not_come_is_told(server: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sink, "PATIENCE", 0.2)
    with pytest.raises(RuntimeError, match="only 0 of 1 emails came"):
        server.wait_for(1)


def test_the_sink_ends_with_whoever_started_it() -> None:
    with Sink() as started:
        port = started.port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))


def test_of_emails_there_must_be_as_many_as_the_target_says() -> None:
    assert Figure("mail", "emails/s", [50], [100], 0.5).met is True
    assert Figure("mail", "emails/s", [49], [100], 0.5).met is False


def test_every_row_of_the_post_is_there() -> None:
    names = [name for benchmark in mail.BENCHMARKS for name in benchmark.rows]
    assert {"mail", "mail-pdf", "mail-embedded", "drain-growth"} <= set(names)
