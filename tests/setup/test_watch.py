"""deploy/watch, with a web server and a mail server that are real and say what they are told to."""

import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from tests.services import ROOT
from tests.smtp_server import SmtpServer, smtp_server

TOKEN = "of-the-tests-2-abcdefghijklmnopqrstuvwxyz"
WELL = "countersign_held_letters 0.0\ncountersign_stops 0.0\n"


@dataclass
class Web:
    health: tuple[int, str] = (200, "ok\n")
    metrics: str = WELL
    asked: list[tuple[str, str | None]] = field(default_factory=list)


@dataclass
class Watch:
    module: ModuleType
    web: Web
    backups: Path

    def __call__(self) -> None:
        self.module.main()

    def back_up(self) -> None:
        (self.backups / "countersign-2026-11-21T030000Z").mkdir()


@pytest.fixture
def web() -> Iterator[tuple[Web, str]]:
    web = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            web.asked.append((self.path, self.headers["Host"]))
            allowed = (
                self.headers["Authorization"] == f"Bearer {TOKEN}" and self.headers["X-Forwarded-Proto"] == "https"
            )
            status, text = (200 if allowed else 403, web.metrics) if self.path == "/metrics" else web.health
            self.send_response(status)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield web, f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture
def post() -> Iterator[SmtpServer]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def watch(web: tuple[Web, str], post: SmtpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Watch:
    backups = tmp_path / "backups"
    backups.mkdir()
    environment = {
        "SITE_URL": "https://campaigns.northtown.net",
        "METRICS_TOKEN": TOKEN,
        "VAR_DIR": str(tmp_path),
        "SMTP_URL": post.url,
        "DEFAULT_FROM_EMAIL": "Countersign <hello@campaigns.northtown.net>",
        "OPERATOR": "operator@northtown.net",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    loader = SourceFileLoader("watch", str(ROOT / "deploy" / "watch"))
    monkeypatch.setattr("sys.dont_write_bytecode", True)
    spec = spec_from_loader("watch", loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    for name, setting in {"WEB": web[1], "BACKUPS": str(backups), "PAUSE": 0.01, "FULL": 1.1}.items():
        monkeypatch.setattr(module, name, setting)
    found = Watch(module, web[0], backups)
    found.back_up()
    return found


def mails(post: SmtpServer) -> list[tuple[str, str]]:
    return [(str(email.message["Subject"]), str(email.message.get_content())) for email in post.taken()]


def test_who_is_well_gets_no_mail(watch: Watch, post: SmtpServer) -> None:
    watch()
    assert mails(post) == []
    assert ("/healthz/?deep", "campaigns.northtown.net") in watch.web.asked


def test_trouble_is_told_once_and_so_is_its_end(watch: Watch, post: SmtpServer) -> None:
    watch.web.health = (503, "trouble: post\npost: late: letters 4000 s\n")
    watch()
    watch()
    [(subject, text)] = mails(post)
    assert subject == "campaigns.northtown.net: not well"
    assert "late: letters 4000 s" in text
    assert post.taken()[0].envelope_to == "operator@northtown.net"
    watch.web.health = (200, "ok\n")
    watch()
    watch()
    assert [subject for subject, _ in mails(post)][1:] == ["campaigns.northtown.net: well again"]


def test_trouble_that_lasts_is_told_again_the_next_day(
    watch: Watch, post: SmtpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    watch.web.metrics = WELL.replace("letters 0.0", "letters 3.0")
    watch()
    monkeypatch.setattr(watch.module, "AGAIN", 0.0)
    watch()
    assert len(mails(post)) == 2


@pytest.mark.parametrize(
    "metrics, word",
    [
        (WELL.replace("held_letters 0.0", "held_letters 3.0"), "3 letters are held"),
        (WELL.replace("stops 0.0", "stops 1.0"), "1 senders are stopped"),
        ("", "letters are held"),  # a figure that is missing is no zero
    ],
)
def test_what_waits_for_a_decision_is_told(watch: Watch, post: SmtpServer, metrics: str, word: str) -> None:
    watch.web.metrics = metrics
    watch()
    assert word in mails(post)[0][1]


def test_a_token_that_is_not_taken_is_told(watch: Watch, post: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", "another")
    watch()
    assert "/metrics answers 403" in mails(post)[0][1]


def test_a_backup_that_was_not_made_is_told(watch: Watch, post: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.module, "BACKUP_HOURS", 0)
    watch()
    assert "no backup" in mails(post)[0][1]


def test_a_full_disk_is_told(watch: Watch, post: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.module, "FULL", 0.0)
    watch()
    assert "The disk of / is" in mails(post)[0][1]


def test_a_web_server_that_is_away_is_told(watch: Watch, post: SmtpServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch.module, "WEB", "http://127.0.0.1:9")
    watch()
    assert "refused" in mails(post)[0][1]


def test_what_could_not_be_told_is_told_the_next_time(watch: Watch, post: SmtpServer) -> None:
    watch.web.health = (503, "trouble: post\n")
    post.answers["MAIL"] = ["451 later"]
    with pytest.raises(OSError, match="451"):
        watch()
    watch()
    assert len(mails(post)) == 1


def test_the_figures_are_named_as_the_site_names_them() -> None:
    metrics = (ROOT / "letters" / "metrics.py").read_text()
    assert '"held_letters"' in metrics and '"stops"' in metrics
