"""What the harness does with figures. That they are good ones is for `make bench` to say, never for a test."""

import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from benchmarks.__main__ import BENCHMARKS
from benchmarks.forms import form_to
from benchmarks.harness import Benchmark, Figure, chosen, interleaved, table, words, write
from benchmarks.load import Order, WrongAnswer, drive, person, requests
from benchmarks.server import of_the_unit, of_up
from benchmarks.web import account

ROOT = Path(__file__).parents[2]
FAST = Figure("page", "requests/s", [90, 100, 400], [200, 250, 100], target=0.5)
SLOW = Figure("pdf-one", "ms", [30, 20, 40], [60, 60, 60], target=0.4)
FREE = Figure("sign-memory", "MiB", [150], [100])


def measured(*figures: Figure) -> Benchmark:
    return Benchmark(tuple(figure.name for figure in figures), lambda: figures)


def test_a_ratio_is_that_of_the_medians() -> None:
    assert (FAST.value, FAST.floor, FAST.ratio) == (100, 200, 0.5)


def test_the_ratios_of_single_rounds_show_how_far_to_trust_it() -> None:
    assert FAST.by_round == (0.4, 4.0)


@pytest.mark.parametrize(("target", "met"), [(0.49, True), (0.5, True), (0.51, False), (None, None)])
def test_of_requests_there_must_be_as_many_as_the_target_says(target: float | None, met: bool | None) -> None:
    assert Figure("page", "requests/s", [100], [200], target).met is met


@pytest.mark.parametrize(("target", "met"), [(0.49, False), (0.5, True), (0.51, True), (None, None)])
def test_of_milliseconds_and_memory_there_must_be_no_more(target: float | None, met: bool | None) -> None:
    assert Figure("pdf-one", "ms", [100], [200], target).met is met
    assert Figure("pdf-one", "MiB", [100], [200], target).met is met


def test_the_results_are_a_list_of_rows_with_these_names(tmp_path: Path) -> None:
    write([FAST, FREE], tmp_path / "results.json")
    assert json.loads((tmp_path / "results.json").read_text()) == [
        {"name": "page", "value": 100, "unit": "requests/s", "floor": 200, "ratio": 0.5, "target": 0.5, "met": True},
        {"name": "sign-memory", "value": 150, "unit": "MiB", "floor": 100, "ratio": 1.5, "target": None, "met": None},
    ]


def test_the_table_has_a_ratio_beside_each_figure() -> None:
    head, *lines = table([FAST, SLOW, FREE]).splitlines()
    assert head.split()[:5] == ["row", "unit", "ours", "floor", "ours/floor"]
    cells = [line.split() for line in lines]
    assert cells[0] == ["page", "requests/s", "100", "200", "0.5", "0.4–4", "≥", "0.5", "yes"]
    assert cells[1] == ["pdf-one", "ms", "30", "60", "0.5", "0.333–0.667", "≤", "0.4", "NO"]
    assert cells[2] == ["sign-memory", "MiB", "150", "100", "1.5", "1.5–1.5"]


@pytest.mark.parametrize(("argument", "ends"), [("--help", 0), ("page", 2)])
def test_whoever_asks_how_to_measure_is_told_and_nothing_is_measured(argument: str, ends: int) -> None:
    command = [sys.executable, "-m", "benchmarks", argument]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert ran.returncode == ends and "usage: " in ran.stdout + ran.stderr
    assert "Measuring" not in ran.stdout


def test_only_takes_the_rows_whose_names_begin_so() -> None:
    both, other = measured(FAST, Figure("page-memory", "MiB", [1], [1])), measured(SLOW)
    assert chosen([both, other], words("")) == [both, other]
    assert chosen([both, other], words("pdf")) == [other]
    assert chosen([both, other], words(" page-m , pdf,")) == [both, other]
    assert [figure.name for figure in both.figures(words("page-m"))] == ["page-memory"]
    assert [figure.name for figure in both.figures(words("page"))] == ["page", "page-memory"]


def test_the_name_of_a_benchmark_means_that_one_and_none_that_begins_like_it() -> None:
    plain, longer = measured(FAST, Figure("page-p99", "ms", [1], [1])), measured(Figure("page-nginx", "ms", [1], [1]))
    assert chosen([plain, longer], words("page")) == [plain]
    assert chosen([plain, longer], words("page-n")) == [longer]
    assert chosen([plain, longer], words("page,page-nginx")) == [plain, longer]
    assert chosen([plain, longer], words("pag")) == [plain, longer]
    assert chosen([plain, longer], words("page-p99")) == [plain]


def test_a_word_that_begins_no_row_is_refused() -> None:
    with pytest.raises(ValueError, match="No row begins with sing"):
        chosen([measured(FAST), measured(FREE)], words("page,sing"))


def test_a_benchmark_that_gives_other_rows_than_it_promised_is_refused() -> None:
    def nothing() -> Iterable[Figure]:
        return []

    with pytest.raises(ValueError, match="promised"):
        Benchmark(("page",), nothing).figures([])


def test_floor_and_ours_take_turns_and_the_first_of_each_does_not_count() -> None:
    turns: list[str] = []

    def turn(whose: str) -> int:
        turns.append(whose)
        return len(turns)

    assert interleaved(2, lambda: turn("floor"), lambda: turn("ours")) == ([3, 5], [4, 6])
    assert turns == ["floor", "ours"] * 3


def test_the_rows_that_are_promised_are_there_once() -> None:
    names = [name for benchmark in BENCHMARKS for name in benchmark.rows]
    assert {"page", "sign", "pdf-one"} <= set(names)
    assert len(set(names)) == len(names)


def test_every_request_comes_from_another_network_and_every_form_from_another_person() -> None:
    asks = [("/a/", {"shown": "1"}), ("/b/", {"shown": "2"})]
    order = Order(port=80, asks=asks, seconds=1, statuses=(303,), postcodes=["LS1 4DY"])
    messages = [message.decode() for message in islice(requests(order), 3_000)]
    networks = {line.split()[1].rpartition(".")[0] for m in messages for line in m.split("\r\n") if "Forwarded" in line}
    assert len(networks) == 3_000
    assert len({person(number, ["LS1 4DY"])["email"] for number in range(3_000)}) == 3_000
    assert [message.split()[1] for message in messages[:3]] == ["/a/", "/b/", "/a/"]
    head, body = messages[0].split("\r\n\r\n")
    assert f"Content-Length: {len(body)}" in head
    assert [dict(parse_qsl(message.split("\r\n\r\n")[1]))["shown"] for message in messages[:3]] == ["1", "2", "1"]


def test_what_is_asked_once_is_asked_once_and_by_a_person_of_its_own() -> None:
    order = Order(port=80, asks=[("/a/", {"seen": "x"}), ("/b/", {"seen": "y"})], seconds=1, statuses=(200,), once=True)
    first, second = requests(replace(order, first=700))
    assert first.startswith(b"POST /a/ ") and first.endswith(b"seen=x") and b"10.2.188.7" in first
    assert second.startswith(b"POST /b/ ") and second.endswith(b"seen=y") and b"10.2.189.7" in second


def test_a_crowd_with_nothing_more_to_ask_is_done_before_its_time() -> None:
    order = order_for(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
    report = drive(replace(order, asks=[("/", {}), ("/", {}), ("/", {})], once=True, seconds=60))
    assert report.requests == 3 and report.seconds < 30


def test_the_beginning_of_a_turn_is_answered_and_not_measured() -> None:
    order = order_for(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole")
    report = drive(replace(order, seconds=0.4, warm=0.2))
    assert 2 <= report.measured < report.requests
    assert report.seconds > 0.15
    with pytest.raises(WrongAnswer, match="too few to measure"):
        drive(replace(order_for(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"), warm=60))


PAGE = b"""<form action="/search/"><input type="hidden" name="page" value="2"></form>
<form method="post" action="/a/sign/"><input name="name"><input type="hidden" name="shown" value="5 &lt; 6">
<select name="country"><option value="GB"></select><textarea name="reason"></textarea><button name="send"></form>
<input type="hidden" name="outside" value="1">"""


def test_a_form_is_read_as_a_browser_reads_it() -> None:
    form = form_to("/a/sign/", PAGE)
    assert form.hidden == {"shown": "5 < 6"}
    assert form.names == {"name", "shown", "country", "reason", "send"}
    with pytest.raises(LookupError, match="no form goes to /b/sign/"):
        form_to("/b/sign/", PAGE)


BEFORE = {"pending": 5, "emails": 7, "suspect": 0}


def test_signatures_are_held_against_the_answers() -> None:
    account({"pending": 8, "emails": 10, "suspect": 0}, BEFORE, pending=3, emails=3)


@pytest.mark.parametrize(
    "found",
    [
        {"pending": 7, "emails": 10, "suspect": 0},
        {"pending": 8, "emails": 9, "suspect": 0},
        {"pending": 9, "emails": 10, "suspect": 0},
        {"pending": 8, "emails": 10, "suspect": 1},
    ],
    ids=["lost", "without an email", "one too many", "held back"],
)
def test_a_signature_that_was_answered_and_is_not_there_as_it_should_be_is_told(found: dict[str, int]) -> None:
    with pytest.raises(RuntimeError, match="there should be"):
        account(found, BEFORE, pending=3, emails=3)


def test_the_servers_that_are_measured_are_started_as_the_unit_and_as_up_start_theirs() -> None:
    unit, up = of_the_unit("a:b", 4711), of_up("a:b", 4711)
    assert {"GRANIAN_WORKERS=2", "GRANIAN_BLOCKING_THREADS=8"} <= set(unit)
    for command in (unit, up):
        assert "a:b" in command and "config.wsgi:application" not in command
        assert command[command.index("--port") + 1] == "4711" and command[command.index("--interface") + 1] == "wsgi"
    assert not any("/srv/" in word for word in unit)


def served_once(answer: bytes) -> int:
    """A server for one connection, and its port: it gives `answer`, in two parts, to every request."""
    listener = socket.create_server(("127.0.0.1", 0))
    port: int = listener.getsockname()[1]

    def serve() -> None:
        with listener, listener.accept()[0] as connection:
            while connection.recv(65_536):
                connection.sendall(answer[:20])
                connection.sendall(answer[20:])

    threading.Thread(target=serve, daemon=True).start()
    return port


def order_for(answer: bytes, status: int = 200, size: int | None = 5) -> Order:
    return Order(served_once(answer), [("/", {})], seconds=0.05, statuses=(status,), size=size, connections=1)


def test_the_crowd_counts_the_answers_that_came_whole() -> None:
    report = drive(order_for(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwhole"))
    assert report.requests >= 2
    assert 0 < report.median_ms <= report.p99_ms
    assert report.rate > 0


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 429 Too Many Requests\r\nContent-Length: 5\r\n\r\nlater",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nless",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
    ids=["refused", "another size", "no length"],
)
def test_the_crowd_accepts_no_other_answer_than_it_was_told_to(answer: bytes) -> None:
    with pytest.raises(WrongAnswer):
        drive(order_for(answer))
