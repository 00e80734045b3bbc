import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils.safestring import mark_safe

from letters.pdf import RenderingBusy, RenderingError, RenderingTimeout, card_png, child, letter_pdf, limits
from letters.pdf.sandbox import POOL, Child, Limits, slot

from .sheets import a_letter, texts
from .traps import SECRET, listening, traps


@pytest.fixture
def listener() -> Iterator[tuple[str, list[str]]]:
    with listening() as found:
        yield found


def test_an_address_named_in_the_text_is_never_asked(listener: tuple[str, list[str]]) -> None:
    address, asked = listener
    pdf = letter_pdf(a_letter(body_html=mark_safe(traps(f"{address}/x"))))
    card_png(f"<!doctype html><title>c</title>{traps(f'{address}/y')}", 60, 30)
    assert pdf.startswith(b"%PDF-")
    assert asked == []


def test_the_fetcher_reads_data_addresses_and_no_other(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    fetcher = child.Renderer().fetcher
    assert fetcher.fetch("data:text/plain,hello").read() == b"hello"
    for address in (secret.as_uri(), secret.as_uri().upper(), "http://127.0.0.1:9/", "ftp://127.0.0.1/", str(secret)):
        with pytest.raises(ValueError):
            fetcher.fetch(address)


def test_the_process_itself_opens_no_file_no_socket_and_no_program(tmp_path: Path) -> None:
    """The second wall, behind the fetcher."""
    secret = tmp_path / "secret"
    secret.write_text(SECRET)
    attempts = {
        "read": f"open({str(secret)!r}).read()",
        "write": f"open({str(tmp_path / 'new')!r}, 'w')",
        "connect": "socket.create_connection(('127.0.0.1', 9), 1)",
        "name": "socket.getaddrinfo('localhost', 80)",
        "program": "subprocess.run(['true'])",
        "shell": "os.system('true')",
    }
    script = "import os, socket, subprocess, sys, runpy\nrunpy.run_path(sys.argv[1])['forbid']()\n" + "".join(
        f"try:\n    {attempt}\n    print('{name} was done')\nexcept PermissionError:\n    print('{name} refused')\n"
        for name, attempt in attempts.items()
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-c", script, child.__file__], capture_output=True, text=True, check=True
    )
    assert ran.stdout.split("\n")[:-1] == [f"{name} refused" for name in attempts]


def test_the_child_knows_none_of_our_keys(no_children: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", SECRET)
    lent = Child(1024)
    try:
        lent.ask({"kind": "card", "html": "<p>x", "css": ""}, None, 20)
        if sys.platform == "linux":
            assert SECRET.encode() not in Path(f"/proc/{lent.process.pid}/environ").read_bytes()
    finally:
        lent.end()


def test_one_child_serves_one_letter_after_another(no_children: None) -> None:
    letter_pdf(a_letter())
    (first,) = POOL.idle
    letter_pdf(a_letter())
    assert POOL.idle == [first]
    assert first.renderings == 2


def test_a_child_is_replaced_after_so_many_letters(no_children: None, tmp_path: Path) -> None:
    request = {"kind": "card", "html": "<p>x", "css": ""}
    few = Limits(slots_folder=tmp_path, renderings_per_child=1)
    POOL.render(request, few)
    assert POOL.idle == []


def test_a_killed_child_is_replaced_unnoticed(no_children: None) -> None:
    letter_pdf(a_letter())
    os.kill(POOL.idle[0].process.pid, signal.SIGKILL)
    assert texts(letter_pdf(a_letter(body="Written after the fall.")))[0].count("Written after the fall.") == 1


def test_what_takes_too_long_is_stopped_and_the_next_letter_works(no_children: None, settings: Any) -> None:
    settings.LETTERS_PDF_TIMEOUT_SECONDS = 20
    letter_pdf(a_letter())
    pid = POOL.idle[0].process.pid
    settings.LETTERS_PDF_TIMEOUT_SECONDS = 0.3
    began = time.monotonic()
    with pytest.raises(RenderingTimeout):
        letter_pdf(a_letter(body="word " * 60_000))
    assert time.monotonic() - began < 3
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    settings.LETTERS_PDF_TIMEOUT_SECONDS = 20
    assert letter_pdf(a_letter()).startswith(b"%PDF-")


@pytest.mark.skipif(sys.platform != "linux", reason="macOS refuses RLIMIT_AS")
def test_what_takes_too_much_memory_is_an_error_and_the_next_letter_works(no_children: None, settings: Any) -> None:
    settings.LETTERS_PDF_MEMORY_MB = 420
    huge = "<!doctype html><title>c</title><img alt=x style='width:1px' src=\"{}\">".format(
        "data:image/png;base64," + "A" * 30_000_000
    )
    with pytest.raises(RenderingError):
        card_png(huge, 60, 30)
    assert letter_pdf(a_letter()).startswith(b"%PDF-")


def test_a_document_that_cannot_be_rendered_is_an_error_that_quotes_nothing(no_children: None) -> None:
    with pytest.raises(RenderingError) as raised:
        POOL.render({"kind": "pngs", "dpi": 72}, limits(), payload=b"no PDF, but Charlie's address")
    assert "Charlie" not in str(raised.value)
    assert letter_pdf(a_letter()).startswith(b"%PDF-")


def test_beyond_the_cap_the_caller_hears_when_to_come_back(settings: Any) -> None:
    settings.LETTERS_PDF_SLOTS = 1
    settings.LETTERS_PDF_WAIT_SECONDS = 0.1
    with slot(limits()):
        with pytest.raises(RenderingBusy) as raised:
            letter_pdf(a_letter())
        assert raised.value.retry_after >= 2
    assert letter_pdf(a_letter()).startswith(b"%PDF-")


def test_who_is_not_hurried_lets_those_go_before_who_are(tmp_path: Path) -> None:
    one = Limits(slots=1, slots_folder=tmp_path, wait_seconds=10)
    order: list[str] = []
    busy, ended = threading.Event(), threading.Event()

    def unhurried() -> None:
        while not ended.is_set():
            with slot(one, hurried=False):
                order.append("letters")
                busy.set()
                time.sleep(0.05)

    def visitor() -> None:
        with slot(one):
            order.append("visitor")

    worker = threading.Thread(target=unhurried)
    worker.start()
    assert busy.wait(10)
    for _ in range(5):
        before = len(order)
        visitor()
        assert order[before:].index("visitor") <= 1, "at most the one that was being rendered came before"
    ended.set()
    worker.join()


def test_a_slot_is_free_again_when_another_process_that_held_it_dies(settings: Any) -> None:
    settings.LETTERS_PDF_SLOTS = 1
    settings.LETTERS_PDF_WAIT_SECONDS = 0.1
    folder = limits().slots_folder
    folder.mkdir()
    hold = (
        "import fcntl, sys, time\nheld = open(sys.argv[1], 'w')\nfcntl.flock(held, fcntl.LOCK_EX)\n"
        "print('held', flush=True)\ntime.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(folder / "slot-0")], stdout=subprocess.PIPE) as holder:
        assert holder.stdout and holder.stdout.readline() == b"held\n"
        with pytest.raises(RenderingBusy):
            letter_pdf(a_letter())
        holder.kill()
        holder.wait()
        assert letter_pdf(a_letter()).startswith(b"%PDF-")


def test_threads_render_side_by_side_and_get_their_own_letters(no_children: None, settings: Any) -> None:
    settings.LETTERS_PDF_WAIT_SECONDS = 30
    results: dict[int, str] = {}

    def render(number: int) -> None:
        results[number] = texts_of(number)

    threads = [threading.Thread(target=render, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {number: f"Letter number {number}." in text for number, text in results.items()} == dict.fromkeys(
        range(6), True
    )
    assert len(POOL.idle) <= limits().slots


RENDERED = threading.Lock()


def texts_of(number: int) -> str:
    pdf = letter_pdf(a_letter(body=f"Letter number {number}."))
    with RENDERED:  # pdfium, with which the test reads, is not for two threads
        return texts(pdf)[0]


def test_the_child_ends_with_its_parent_even_if_a_stranger_keeps_the_pipe_open() -> None:
    script = (
        "import os, subprocess, sys\nfrom letters.pdf.sandbox import Child\nc = Child(1024)\n"
        "c.ask({'kind': 'card', 'html': '<p>x', 'css': ''}, None, 20)\n"
        "os.set_inheritable(c.stdin.fileno(), True)\nkeeper = subprocess.Popen(['sleep', '30'], close_fds=False)\n"
        "print(c.process.pid, keeper.pid, flush=True)\nsys.stdin.read()"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid, keeper = map(int, parent.stdout.readline().split())
        parent.kill()
        try:
            assert is_running(keeper)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline and is_running(pid):
                time.sleep(0.05)
            assert not is_running(pid)
        finally:
            os.kill(keeper, signal.SIGKILL)


def is_running(pid: int) -> bool:
    """False also for a zombie that nobody has buried yet."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True).stdout.strip()
    return bool(state) and not state.startswith("Z")


def test_a_card_is_a_picture_of_exactly_the_size_asked_for() -> None:
    picture = card_png("<!doctype html><title>c</title><h1>2,318</h1>", 1200, 630)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"
    assert (int.from_bytes(picture[16:20]), int.from_bytes(picture[20:24])) == (1200, 630)
