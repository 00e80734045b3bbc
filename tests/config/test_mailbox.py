import json
import time
from concurrent.futures import ProcessPoolExecutor
from email.header import Header
from email.message import EmailMessage
from multiprocessing import get_context
from pathlib import Path

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from config import mailbox
from config.mailbox import NoSuchMessage

HOST = "127.0.0.1:8000"


@pytest.fixture(autouse=True)
def folder(settings: Settings, tmp_path: Path) -> Path:
    settings.DEMONSTRATION = True
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    return tmp_path / "mailbox"


@pytest.fixture
def here() -> Client:
    return Client(SERVER_NAME="127.0.0.1", headers={"Host": HOST})


def _message(subject: str = "Confirm", html: str = "", to: str = "Alice <alice@example.org>") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Countersign <hello@example.org>"
    message["To"] = to
    message["Reply-To"] = '"Bob, the helper" <bob@example.org>'
    message["Subject"] = subject
    message["X-Countersign"] = "42"
    message.set_content("See http://127.0.0.1:8000/confirm/abc/ <b>\n")
    if html:
        message.add_alternative(html, subtype="html")
    return message


def _captured(message: EmailMessage) -> mailbox.CapturedMessage:
    mailbox.capture(bytes(message), "17")
    return mailbox.messages(limit=1)[0]


def test_what_was_captured_can_be_read() -> None:
    message = _message("Bestätige: تأكيد", "<p>Hello</p>")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="Lettre à l'élue.pdf")
    found = _captured(message)
    assert (found.to, found.from_, found.reply_to) == ("alice@example.org", "hello@example.org", "bob@example.org")
    assert found.subject == "Bestätige: تأكيد"
    assert found.text == "See http://127.0.0.1:8000/confirm/abc/ <b>\n"
    assert found.html == "<p>Hello</p>\n"
    assert found.headers["X-Countersign"] == "42" and found.headers["To"] == "Alice <alice@example.org>"
    (attachment,) = found.attachments
    assert (attachment.filename, attachment.content_type, attachment.content, attachment.size) == (
        "Lettre à l'élue.pdf",
        "application/pdf",
        b"%PDF-1.7",
        8,
    )


def test_a_second_copy_is_seen_as_a_second_copy() -> None:
    for _ in range(2):
        mailbox.capture(bytes(_message()), "17")
    assert len(mailbox.messages()) == 2


def test_newest_come_first_page_by_page() -> None:
    for number in range(5):
        mailbox.capture(bytes(_message(f"number {number}")), str(number))
        time.sleep(0.001)
    first = mailbox.messages(limit=2)
    second = mailbox.messages(limit=2, before=first[-1].id)
    assert [message.subject for message in first + second] == ["number 4", "number 3", "number 2", "number 1"]


def test_the_files_are_for_their_owner_alone(folder: Path) -> None:
    _captured(_message())
    (file,) = folder.iterdir()
    assert (folder.stat().st_mode & 0o777, file.stat().st_mode & 0o777) == (0o700, 0o600)


def test_half_written_and_foreign_files_are_not_messages(folder: Path) -> None:
    real = _captured(_message())
    (folder / f".{real.id}").write_bytes(b"half")
    (folder / "notes.txt").write_text("x")
    (folder / "secret.eml").write_text("x")
    assert [message.id for message in mailbox.messages()] == [real.id]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "", "x" * 300, "secret", "a\0b"])
def test_no_other_file_can_be_asked_for(folder: Path, name: str) -> None:
    folder.mkdir()
    (folder / "secret.eml").write_text("x")
    (folder.parent / "secret.eml").write_text("x")
    with pytest.raises(NoSuchMessage):
        mailbox.message(name)


def test_an_email_id_cannot_choose_the_place(folder: Path) -> None:
    mailbox.capture(bytes(_message()), "../../outside\n")
    assert len(mailbox.messages()) == 1
    assert list(folder.parent.iterdir()) == [folder]


def _capture_twenty(settings_folder: str) -> None:
    from django.test import override_settings  # in a process of its own

    with override_settings(MAILBOX_DIR=settings_folder):
        for number in range(20):
            mailbox.capture(bytes(_message(f"{number}")), str(number))


def test_several_processes_share_one_mailbox(folder: Path) -> None:
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        list(pool.map(_capture_twenty, [str(folder)] * 4))
    found = mailbox.messages(limit=1000)
    assert len(found) == 80
    assert all(message.to == "alice@example.org" for message in found)


@pytest.mark.parametrize("name", ["Alice, Bob; (x) <y>", '"\\', "ﷺ" * 60, "a@b", "=?utf-8?q?x?=", "<script>"])
def test_a_strange_name_in_an_address_does_not_break_the_mailbox(here: Client, name: str) -> None:
    from email.headerregistry import Address  # as the outbox builds it

    message = _message()
    del message["To"]
    message["To"] = Address(name, addr_spec="alice@example.org")
    assert _captured(message).to == "alice@example.org"
    assert here.get("/mailbox/").status_code == 200
    assert here.get(f"/mailbox/{mailbox.messages()[0].id}/").status_code == 200


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\0", b"To: <<>>,;:\r\nSubject: =?x?q?y?=\r\n\r\n\xff", b"no header at all"]
)
def test_a_broken_message_does_not_hide_the_others(here: Client, raw: bytes) -> None:
    mailbox.capture(bytes(_message("the good one")), "1")
    mailbox.capture(raw, "2")
    assert "the good one" in here.get("/mailbox/").content.decode()
    assert len(here.get("/mailbox/messages.json").json()) == 2
    assert here.get(f"/mailbox/{mailbox.messages()[0].id}/").status_code == 200


def test_the_pages_show_what_came(here: Client) -> None:
    assert "No email yet" in here.get("/mailbox/").content.decode()
    found = _captured(_message("<i>Confirm</i>", "<p>Hello</p>"))
    page = here.get("/mailbox/").content.decode()
    assert f"/mailbox/{found.id}/" in page and "&lt;i&gt;Confirm&lt;/i&gt;" in page and "alice@example.org" in page
    page = here.get(f"/mailbox/{found.id}/").content.decode()
    assert 'href="http://127.0.0.1:8000/confirm/abc/"' in page, "the link can be followed"
    assert "&lt;b&gt;" in page and "X-Countersign" in page
    assert "allow-scripts" not in page and "allow-same-origin" not in page and 'sandbox="' in page


def test_a_link_ends_where_the_address_does(here: Client) -> None:
    message = _message()
    message.set_content(
        "على http://127.0.0.1:8000/x/ar/، و«http://127.0.0.1:8000/y/» (http://127.0.0.1:8000/z/).\n<b>\n"
    )
    page = here.get(f"/mailbox/{_captured(message).id}/").content.decode()
    for address in ("x/ar", "y", "z"):
        assert f'<a href="http://127.0.0.1:8000/{address}/" rel="nofollow" dir="ltr">' in page
    assert "</a>، و«<a" in page and "</a>» (<a" in page and "</a>).\n&lt;b&gt;" in page


@pytest.mark.parametrize(
    "name", ["Élise Ångström-Świętokrzyska via Countersign Demonstration", "سمير حداد عبر " * 6 + "x"]
)
def test_a_name_that_takes_two_encoded_words_is_read_without_a_gap(name: str) -> None:
    encoded = Header(name, "utf-8", header_name="From").encode(linesep="\r\n")
    assert encoded.count("=?") > 1
    mailbox.capture(f"From: {encoded}\r\n <hello@example.org>\r\nSubject: {encoded}\r\n\r\nx".encode(), "17")
    found = mailbox.messages()[0]
    assert (found.headers["From"], found.subject) == (f"{name} <hello@example.org>", name)
    assert found.from_ == "hello@example.org"


@pytest.mark.parametrize(
    "words", ["=?x-none?q?a?= =?x-none?q?b?=", "=?utf-8?b?_?= =?utf-8?b?a?=", "=?utf-8?q?=ff?= =?utf-8?q?=fe?="]
)
def test_encoded_words_that_cannot_be_read_do_not_break_the_mailbox(here: Client, words: str) -> None:
    mailbox.capture(f"From: {words} <hello@example.org>\r\nSubject: {words}\r\n\r\nx".encode(), "17")
    assert here.get(f"/mailbox/{mailbox.messages()[0].id}/").status_code == 200


def test_older_pages_can_be_reached(here: Client) -> None:
    for number in range(51):
        mailbox.capture(bytes(_message(f"number {number}")), str(number))
    page = here.get("/mailbox/")
    assert page.content.decode().count("number ") == 50
    older = here.get("/mailbox/", {"before": page.context["older"]}).content.decode()
    assert "number 0" in older and "number 1<" not in older


def test_the_html_of_a_message_can_do_nothing_but_be_seen(here: Client) -> None:
    found = _captured(
        _message(html="<html><head><title>x</title></head><script>alert(1)</script><a href='/x'>y</a></html>")
    )
    response = here.get(f"/mailbox/{found.id}/html/")
    policy = response["Content-Security-Policy"]
    assert policy.startswith("sandbox ") and "default-src 'none'" in policy and "form-action 'none'" in policy
    assert "allow-scripts" not in policy and "allow-same-origin" not in policy and "script-src" not in policy
    assert response["X-Frame-Options"] == "SAMEORIGIN"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert '<head><base target="_blank"><title>' in response.content.decode(), "links leave the frame"
    assert here.get(f"/mailbox/{_captured(_message()).id}/html/").status_code == 404


def test_an_attachment_is_saved_and_never_shown(here: Client) -> None:
    message = _message()
    message.add_attachment(b"<script>alert(1)</script>", maintype="text", subtype="html", filename='x"\u00e9.html')
    found = _captured(message)
    response = here.get(f"/mailbox/{found.id}/attachments/1/")
    assert b"".join(response) == b"<script>alert(1)</script>"
    assert response["Content-Disposition"].startswith("attachment; ")
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"].startswith("sandbox;")
    for number in (0, 2):
        assert here.get(f"/mailbox/{found.id}/attachments/{number}/").status_code == 404
    assert here.get(f"/mailbox/{found.id}/source/")["Content-Disposition"] == f'attachment; filename="{found.id}.eml"'


def test_messages_json_lists_them_newest_first(here: Client) -> None:
    mailbox.capture(bytes(_message("older")), "1")
    message = _message("newer", "<p>Hello</p>")
    message.add_attachment(b"%PDF-1.7", maintype="application", subtype="pdf", filename="letter.pdf")
    mailbox.capture(bytes(message), "2")
    response = here.get("/mailbox/messages.json")
    newer, older = json.loads(response.content)
    assert (newer["subject"], older["subject"]) == ("newer", "older")
    assert (newer["to"], newer["from"], newer["reply_to"]) == (
        "alice@example.org",
        "hello@example.org",
        "bob@example.org",
    )
    assert newer["text"].startswith("See ") and newer["html"] == "<p>Hello</p>\n" and older["html"] == ""
    assert newer["headers"]["Subject"] == "newer"
    (attachment,) = newer["attachments"]
    url = attachment.pop("url")
    assert attachment == {"filename": "letter.pdf", "content_type": "application/pdf", "size": 8}
    assert url.startswith(f"http://{HOST}/mailbox/")
    assert b"".join(here.get(url.removeprefix(f"http://{HOST}"))) == b"%PDF-1.7"
    assert "no-store" in response["Cache-Control"]
    assert len(here.get("/mailbox/messages.json?limit=1").json()) == 1
    for odd in ("9" * 5000, "99999999999", "٣", "x", "1.5", "0x1"):
        assert len(here.get("/mailbox/messages.json", {"limit": odd}).json()) == 2
    assert len(here.get("/mailbox/messages.json?limit=-1&before=").json()) in (0, 2)


def _addresses() -> list[str]:
    id = _captured(_message(html="<p>x</p>")).id
    return ["", "messages.json", f"{id}/", f"{id}/html/", f"{id}/source/"]


def test_outside_a_demonstration_there_is_no_mailbox(here: Client, settings: Settings) -> None:
    addresses = _addresses()
    assert [here.get(f"/mailbox/{address}").status_code for address in addresses] == [200] * 5
    settings.DEMONSTRATION = False
    assert [here.get(f"/mailbox/{address}").status_code for address in addresses] == [404] * 5


@pytest.mark.parametrize(
    "host", ["countersign.example.org", "127.0.0.1.example.org", "192.168.1.5:8000", "localhost.evil"]
)
def test_whoever_asks_by_another_name_finds_no_mailbox(settings: Settings, host: str) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    for address in _addresses():
        assert Client(headers={"Host": host}).get(f"/mailbox/{address}").status_code == 404


@pytest.mark.parametrize("host", ["localhost", "localhost:8000", "127.0.0.1", "[::1]:8000"])
def test_every_name_of_this_machine_will_do(settings: Settings, host: str) -> None:
    assert Client(headers={"Host": host}).get("/mailbox/").status_code == 200


def test_a_tunnel_that_rewrites_the_host_does_not_open_the_mailbox(here: Client) -> None:
    assert here.get("/mailbox/", headers={"X-Forwarded-Host": "abc.tunnel.example"}).status_code == 404


def test_the_mailbox_is_only_read(here: Client) -> None:
    assert here.post("/mailbox/").status_code == 405


def test_a_message_that_is_gone_is_not_found(here: Client) -> None:
    id = _captured(_message()).id
    (mailbox._folder() / f"{id}.eml").unlink()
    for address in ("", "html/", "source/", "attachments/1/"):
        assert here.get(f"/mailbox/{id}/{address}").status_code == 404
