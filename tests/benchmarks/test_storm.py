"""The storm's own books: what was lost, doubled or never answered must not look like a good run."""

import io
import json
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest

from benchmarks.sink import Taken
from benchmarks.storm import held_against, mails
from benchmarks.storming import StormOrder, drive

REPORT = {"signed": [0, 1, 2], "confirmed": [1]}
SIGNATURES = [[0, "pending", "sent"], [1, "confirmed", "sent"], [2, "pending", "queued"]]
ROWS = {"signatures": SIGNATURES, "counted": 1_001, "confirmed": 1_001}
MAILED = {0: 1, 1: 1}


def test_books_that_agree_have_nothing_to_say() -> None:
    assert held_against(REPORT, ROWS, Counter(MAILED)) == []


def changed(number: int, *row: Any) -> dict[str, Any]:
    return {"signatures": [list(row) if each == number else old for each, old in enumerate(SIGNATURES)]}


@pytest.mark.parametrize(
    ("report", "rows", "mailed", "told"),
    [
        ({}, {"signatures": SIGNATURES[1:]}, {1: 1}, "1 signatures accepted and not there"),
        ({"signed": [0, 1]}, {}, MAILED, "1 signatures there and never accepted"),
        ({}, {"signatures": [*SIGNATURES, SIGNATURES[0]]}, MAILED, "1 signatures there twice"),
        ({"signed": [0, 1, 2, 2]}, {}, MAILED, "1 people accepted twice"),
        ({"confirmed": [1, 0]}, {}, MAILED, "1 signatures not in the state"),
        ({"confirmed": []}, {}, MAILED, "1 signatures not in the state"),
        ({}, changed(0, 0, "suspect", "sent"), MAILED, "1 signatures not in the state"),
        ({}, changed(2, 2, "pending", None), MAILED, "1 emails neither sent nor waiting"),
        ({}, changed(2, 2, "pending", "held"), MAILED, "1 emails neither sent nor waiting"),
        ({}, {}, {0: 1}, "1 emails that came another number of times"),
        ({}, {}, {0: 1, 1: 2}, "1 emails that came another number of times"),
        ({}, {}, {**MAILED, 2: 1}, "1 emails that came another number of times"),
        ({}, {}, {**MAILED, 9: 1}, "1 emails to nobody who signed"),
        ({}, {"counted": 1_000}, MAILED, "the counts add up to 1000, and 1001 are confirmed"),
    ],
)
def test_books_that_differ_say_where(
    report: dict[str, Any], rows: dict[str, Any], mailed: dict[int, int], told: str
) -> None:
    (said,) = held_against(REPORT | report, ROWS | rows, Counter(mailed))
    assert said.startswith(told)


def test_the_mail_server_notes_to_whom_an_email_was_and_its_link(tmp_path: Path) -> None:
    journal = io.StringIO()
    taken = Taken(journal)
    # A line of quoted-printable ends within the link, and the next one begins with the dot that SMTP doubles.
    taken.email(["supporter.7@mail7.example.org"], b"Please: http://127.0.0.1/confirm/AbC=\r\n..x-9_z.Q.y/\r\n.\r\n")
    taken.email(["supporter.8@mail8.example.org"], b"Nothing to confirm.\r\n.\r\n")
    assert journal.getvalue().splitlines() == [
        "supporter.7@mail7.example.org /confirm/AbC.x-9_z.Q.y/",
        "supporter.8@mail8.example.org -",
    ]
    (tmp_path / "mail").write_text(journal.getvalue() + journal.getvalue())
    assert mails(tmp_path / "mail") == {7: 2, 8: 2}


class Site(BaseHTTPRequestHandler):
    """Takes every signature but each fifth, and mails at once."""

    protocol_version = "HTTP/1.1"
    journal: Path
    confirmed: list[str] = []

    def do_GET(self) -> None:
        self.answer(200, f'<form action="{self.path}"><input type="hidden" name="seen" value="{self.path[9:]}"></form>')

    def do_POST(self) -> None:
        sent = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        if self.path.startswith("/confirm/"):
            assert sent == {"seen": [self.path[9:]]}
            self.confirmed.append(self.path)
            return self.answer(200, "Thank you.")
        number = int(sent["email"][0].split("@")[0].rpartition(".")[2])
        if number % 5 == 0:
            return self.answer(500, "no")
        assert sent["shown"] == ["abc"]
        with self.journal.open("a") as journal:
            print(sent["email"][0], f"/confirm/{number}/", file=journal)
        return self.answer(303, "")

    def answer(self, status: int, text: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def site(journal: Path) -> Iterator[int]:
    handler = type("Here", (Site,), {"journal": journal, "confirmed": []})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server.server_port
        finally:
            server.shutdown()


def test_the_people_sign_and_confirm_what_was_mailed_and_enter_only_what_was_answered(tmp_path: Path) -> None:
    journal = tmp_path / "mail"
    journal.touch()
    with site(journal) as port:
        order = StormOrder(port, 0.6, [("/a/sign/", {"shown": "abc"})], ["LS1 4DY"], str(journal), 2, 1)
        report: dict[str, Any] = json.loads(json.dumps(drive(order)))
    mailed = mails(journal)
    assert report["signed"] and sorted(report["signed"]) == sorted(mailed)
    assert report["confirmed"] and set(report["confirmed"]) <= set(mailed)
    assert not [number for number in report["signed"] if number % 5 == 0]
    assert not [number for number in report["confirmed"] if number % 10 == 0]
    assert report["wrong"] >= 1 and report["errors"][0].startswith("sign: b'HTTP/1.1 500")
    assert report["answers"]["page"]["number"] == 3 * report["answers"]["count"]["number"]
