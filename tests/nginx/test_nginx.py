"""A real nginx as deploy/ has it, before a web server that does as each test says."""

import gzip
import http.client
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.http import HttpResponse
from django.urls import URLPattern, URLResolver, get_resolver

from config.keeping import STALE_IF_ERROR, cached_for_all
from tests.services import HOST, eventually, free_port

from .shipped import SHIPPED, SITE, Nginx, anybody, started

KEPT = cached_for_all(HttpResponse(), 60)["Cache-Control"]  # a page's own, but that a slow machine is no reason to fail
PAGE = b"<p>" + b"Keep the library open. " * 200
TOKEN = "c29tZWJvZHkncyBhdXRob3JpdHk"


class Web:
    """In the place of granian: answers as it is told to, and writes down what it was asked."""

    def __init__(self) -> None:
        self.port = free_port()
        self.forget()
        web = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                web.answer(self)

            do_HEAD = do_POST = do_GET

            def log_message(self, *arguments: object) -> None: ...

        self.handler = Handler
        self.start()

    def forget(self) -> None:
        self.asked: list[tuple[str, str, Message]] = []
        self.begun: list[str] = []  # of which perhaps not all has come
        self.status, self.headers, self.body, self.pause = 200, {"Cache-Control": KEPT}, PAGE, threading.Event()
        self.pause.set()

    def start(self) -> None:
        self.is_down = False
        self.server = ThreadingHTTPServer((HOST, self.port), self.handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def stop(self) -> None:
        self.is_down = True
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        self.begun.append(request.path)
        request.rfile.read(int(request.headers.get("Content-Length") or 0))
        if self.is_down:  # over a connection that was kept open
            request.close_connection = True
            return
        self.asked.append((request.command, request.path, request.headers))
        assert self.pause.wait(10)
        tag = f'"{hash(self.body)}"'
        body, headers, status = self.body, {"ETag": tag} | self.headers, self.status
        if status == 200 and request.headers.get("If-None-Match") == tag:
            body, status = b"", 304
        elif "gzip" in request.headers.get("Accept-Encoding", ""):
            body = gzip.compress(body)
            headers |= {"Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        request.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)


@pytest.fixture(scope="module")
def both() -> Iterator[tuple[Nginx, Web]]:
    web = Web()
    with started(web.port) as nginx:
        yield nginx, web
    web.stop()


@pytest.fixture
def nginx(both: tuple[Nginx, Web]) -> Nginx:
    return both[0]


@pytest.fixture
def web(both: tuple[Nginx, Web]) -> Web:
    both[1].forget()
    return both[1]


@pytest.fixture
def path(request: pytest.FixtureRequest) -> str:
    """Another page for each test."""
    return f"/{request.node.name.partition('[')[0].replace('_', '-')}/"


def test_a_crowd_has_a_page_asked_for_once(nginx: Nginx, web: Web, path: str) -> None:
    web.pause.clear()
    with ThreadPoolExecutor(10) as crowd:
        answers = [crowd.submit(nginx.ask, f"{path}?utm_source=leaflet{number}") for number in range(50)]
        eventually(lambda: web.asked, "the first question")
        web.pause.set()
        assert {(one.result().status, one.result().body) for one in answers} == {(200, PAGE)}
    assert len(web.asked) == 1
    _, asked_for, headers = web.asked[0]
    assert headers["Host"] == SITE and headers["X-Forwarded-Proto"] == "https" and headers["X-Forwarded-For"] == HOST


def test_it_is_kept_compressed_and_plain(nginx: Nginx, web: Web, path: str) -> None:
    for accepted in ("gzip, deflate, br", "gzip;q=1.0, *;q=0", "br, gzip"):
        answer = nginx.ask(path, Accept_Encoding=accepted)
        assert answer.headers["Content-Encoding"] == "gzip" and gzip.decompress(answer.body) == PAGE
        assert answer.headers["Vary"] == "Accept-Encoding"
    for accepted in ("identity", "br", "gzip;q=0"):
        answer = nginx.ask(path, Accept_Encoding=accepted)
        assert answer.headers["Content-Encoding"] is None and answer.body == PAGE
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    ("query", "own"),
    [
        ("utm_source=a&utm_medium=b", False),
        ("fbclid=x%26q=1", False),
        ("names=a&beforehand=1&qq=2", False),
        ("q=pool", True),
        ("utm_source=a&before=3", True),
        ("%71=pool", True),  # the same to Countersign as q=pool
        ("a;q=1", True),
        ("name", True),
    ],
)
def test_only_a_query_that_a_page_reads_has_a_copy_of_its_own(
    nginx: Nginx, web: Web, path: str, query: str, own: bool
) -> None:
    page = f"{path[:-1]}-{hash(query)}/"
    nginx.ask(page)
    web.body = b"for this query"
    assert nginx.ask(f"{page}?{query}").body == (b"for this query" if own else PAGE)
    assert nginx.ask(page).body == PAGE, "nor is it shown to others"


def read_by_pages(patterns: list[URLPattern | URLResolver]) -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from read_by_pages(pattern.url_patterns)
        else:
            yield from getattr(pattern.callback, "reads_of_a_query", ())


def test_it_knows_what_pages_read_of_a_query() -> None:
    [known] = re.findall(r"\(\?!\(\?:([a-z|]+)\)\(\?:\[=&\]", SHIPPED)
    assert sorted(known.split("|")) == sorted(set(read_by_pages(get_resolver().url_patterns)))


def test_whoever_has_the_page_is_told_so_by_nginx_alone(nginx: Nginx, web: Web, path: str) -> None:
    tag = nginx.ask(path).headers["ETag"]
    assert nginx.ask(path, If_None_Match=tag).status == 304 and len(web.asked) == 1


def test_a_form_is_passed_on_each_time(nginx: Nginx, web: Web, path: str) -> None:
    nginx.ask(path)
    for _ in range(3):
        assert nginx.ask(path, "POST", b"name=Alice").status == 200
    assert [method for method, *_ in web.asked] == ["GET", "POST", "POST", "POST"]


def test_a_form_that_comes_slowly_keeps_no_thread_of_ours_waiting(nginx: Nginx, web: Web, path: str) -> None:
    """It is passed on when all of it is there."""
    with closing(http.client.HTTPSConnection(HOST, nginx.port, timeout=20, context=anybody())) as connection:
        connection.putrequest("POST", path, skip_host=True)
        for name, value in (("Host", SITE), ("Content-Length", "10")):
            connection.putheader(name, value)
        connection.endheaders(b"name=")
        assert nginx.ask(f"{path}meanwhile/").status == 200
        assert web.begun == [f"{path}meanwhile/"]
        connection.send(b"Alice")
        assert connection.getresponse().status == 200
    assert web.begun[1:] == [path]


@pytest.mark.parametrize(
    "headers",
    [
        {"Cache-Control": KEPT, "Set-Cookie": "sessionid=x"},
        {"Cache-Control": "private, no-store"},
        {"Cache-Control": "max-age=0, no-cache, no-store, must-revalidate, private"},
        {},
    ],
)
def test_what_is_one_persons_is_not_kept(nginx: Nginx, web: Web, path: str, headers: dict[str, str]) -> None:
    web.headers = headers
    page = f"{path[:-1]}-{len(str(headers))}/"
    for _ in range(2):
        nginx.ask(page)
    assert len(web.asked) == 2


@pytest.mark.parametrize(
    "asked_for",
    ["/confirm/x/", "/signature/x/", "/letter/x/", "/admin/", "/organise/", "/healthz/", "/a/sign/", "/a/ar/written/"],
)
def test_nobody_waits_for_the_answer_to_somebody_else(nginx: Nginx, web: Web, asked_for: str) -> None:
    """Though it said that it may be kept."""
    web.pause.clear()
    with ThreadPoolExecutor(3) as crowd:
        answers = [crowd.submit(nginx.ask, asked_for) for _ in range(3)]
        eventually(lambda: len(web.asked) == 3, "all three at once", 5)
        web.pause.set()
        assert {one.result().status for one in answers} == {200}


@pytest.mark.parametrize("status", [404, 500, 503, 429])
def test_no_error_is_kept(nginx: Nginx, web: Web, path: str, status: int) -> None:
    page = f"{path[:-1]}-{status}/"
    web.status = status
    assert nginx.ask(page).status == status
    web.status = 200
    assert nginx.ask(page).status == 200


def test_a_redirect_is_kept_and_none_with_somebodys_query(nginx: Nginx, web: Web, path: str) -> None:
    web.status = 308
    web.headers |= {"Location": "/new/?utm_source=mine", "Cache-Control": "public, max-age=300"}
    nginx.ask(f"{path}?utm_source=mine")
    web.headers["Location"] = "/new/"
    for _ in range(2):
        assert nginx.ask(path).headers["Location"] == "/new/"
    assert len(web.asked) == 2


def old(nginx: Nginx, web: Web, path: str, more: str = "") -> None:
    """Kept, and past its time."""
    web.headers["Cache-Control"] = f"public, s-maxage=1{more}"
    assert nginx.ask(path).body == PAGE
    time.sleep(2.1)  # nginx counts in whole seconds
    web.body, web.headers["Cache-Control"] = b"the next", KEPT


def test_a_new_page_is_fetched_behind_the_back_of_who_reads_the_old_one(nginx: Nginx, web: Web, path: str) -> None:
    old(nginx, web, path, ", stale-while-revalidate=30")
    web.pause.clear()
    assert nginx.ask(path).body == nginx.ask(path).body == PAGE
    assert len(web.asked) == 2
    web.pause.set()
    eventually(lambda: nginx.ask(path).body == b"the next", "the new page", 5)


def test_what_has_not_changed_is_not_sent_again(nginx: Nginx, web: Web, path: str) -> None:
    old(nginx, web, path)
    web.body = PAGE
    assert nginx.ask(path).body == PAGE
    assert web.asked[1][2]["If-None-Match"]


def test_while_countersign_is_down_the_last_page_is_served(nginx: Nginx, web: Web, path: str) -> None:
    old(nginx, web, path, f", stale-if-error={STALE_IF_ERROR}")
    web.status = 503
    assert nginx.ask(path).body == PAGE
    web.stop()
    try:
        assert nginx.ask(path)[::2] == (200, PAGE)
        assert nginx.ask(path, "POST", b"name=Alice").status == 502
    finally:
        web.start()
    web.status = 404
    assert nginx.ask(path).status == 404, "what is taken away is no error"


def test_the_log_has_neither_links_that_act_nor_what_links_carried(nginx: Nginx, web: Web, path: str) -> None:
    for asked_for in (f"/confirm/{TOKEN}/", f"/signature/{TOKEN}/data.json", f"/a/write/{TOKEN}/", f"/letter/{TOKEN}/"):
        nginx.ask(asked_for)
    nginx.ask(f"{path}?utm_source={TOKEN}", Referer=f"https://{SITE}/{TOKEN}/", User_Agent=TOKEN)
    eventually(lambda: path in nginx.log.read_text(), "a line in the log", 10)
    logged = nginx.log.read_text()
    assert TOKEN not in logged and not re.search(r"/(confirm|signature|write|letter)/", logged)
    assert HOST not in logged and all(line.startswith("127.0.0.0 ") for line in logged.splitlines())


def test_the_site_is_asked_for_over_https(nginx: Nginx) -> None:
    with closing(http.client.HTTPConnection(HOST, nginx.plain_port, timeout=20)) as connection:
        answer = nginx.over(connection, "/library/?a=b")
    assert (answer.status, answer.headers["Location"]) == (301, f"https://{SITE}/library/?a=b")


def test_a_machine_is_told_to_wait(nginx: Nginx, web: Web, path: str) -> None:
    """The last test here: it uses up what one address may ask."""
    with closing(http.client.HTTPSConnection(HOST, nginx.port, timeout=20, context=anybody())) as connection:
        assert nginx.over(connection, path).status == 200
        deadline = time.monotonic() + 20
        while nginx.over(connection, path).status != 429:
            assert time.monotonic() < deadline, "nobody was told to wait"
