"""A server may begin an answer and never end it, each line in time: nobody waits for it for ever."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

import pytest
from pytest_django import Settings

from letters import outbox
from letters.models import OutgoingEmail
from letters.models.post import State
from letters.trial import trial
from tests.letters.posting import make_email, make_sender, state_of

pytestmark = pytest.mark.django_db


@dataclass
class Endless:
    """Says yes to everything, but has no end at `verb` from its `nth` use on."""

    verb: str
    nth: int
    pause: float
    more: bytes
    port: int = 0
    used: int = 0

    def talk(self, line: socket.socket) -> None:
        file = line.makefile("rb")
        line.sendall(b"220 hello\r\n")
        while said := file.readline():
            verb = said.split()[0].decode().upper()
            self.used += verb == self.verb
            while verb == self.verb and self.used >= self.nth:
                line.sendall(self.more)
                time.sleep(self.pause)
            if verb == "DATA":
                line.sendall(b"354 go ahead\r\n")
                while file.readline() != b".\r\n":
                    pass
            line.sendall(b"250 OK\r\n")


@contextmanager
def endless(verb: str, nth: int = 1, pause: float = 0.05, more: bytes = b"250-and more\r\n") -> Iterator[Endless]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Endless(verb, nth, pause, more, listening.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    line, _ = listening.accept()
                    threading.Thread(target=talk, args=(line,), daemon=True).start()

        def talk(line: socket.socket) -> None:
            with suppress(OSError), line:
                server.talk(line)

        threading.Thread(target=serve, daemon=True).start()
        yield server


@pytest.mark.parametrize("pause", [0.05, 0.0], ids=["slowly", "at once"])
@pytest.mark.parametrize(
    ("verb", "nth", "states"),
    [
        ("EHLO", 1, [State.QUEUED, State.QUEUED]),
        ("MAIL", 1, [State.QUEUED, State.QUEUED]),
        ("MAIL", 2, [State.SENT, State.QUEUED]),  # on a connection that was kept
        ("QUIT", 1, [State.SENT, State.SENT]),
    ],
)
def test_an_answer_without_end_is_cut_off(
    verb: str, nth: int, states: list[State], pause: float, settings: Settings
) -> None:
    settings.SMTP_TIMEOUT_SECONDS = 0.3
    with endless(verb, nth, pause) as server:
        url = f"smtp://127.0.0.1:{server.port}"
        emails = [make_email(url=url, to=f"person{number}@example.org") for number in range(2)]
        began = time.monotonic()
        outbox.drain("confirmations")
    assert time.monotonic() - began < 5
    assert [state_of(email) for email in emails] == states


def test_a_turn_that_was_cut_off_opens_no_other_connection(settings: Settings) -> None:
    """Bytes without a line's end: only the watch over the whole turn sees them."""
    settings.SMTP_TIMEOUT_SECONDS, settings.SMTP_ACCEPT_SECONDS = 0.2, 0.1
    with endless("MAIL", 2, 0.1, more=b"2") as server:
        url = f"smtp://127.0.0.1:{server.port}"
        emails = [make_email(url=url, to=f"person{number}@example.org") for number in range(2)]
        began = time.monotonic()
        outbox.drain("confirmations", seconds=0.5)
    assert time.monotonic() - began < 6
    assert [state_of(email) for email in emails] == [State.SENT, State.QUEUED]


def test_the_test_button_ends_too(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("letters.trial.ALL_SECONDS", 1.0)
    with endless("QUIT") as server:
        began = time.monotonic()
        assert list(trial(make_sender(smtp_url=f"smtp://127.0.0.1:{server.port}"), "me@example.org"))
    assert time.monotonic() - began < 5
    assert not OutgoingEmail.objects.exists()
