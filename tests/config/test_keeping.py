"""Pages that are made once for everybody, by a view of the test's own and a mark that the test sets."""

import gzip
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path
from pytest_django.fixtures import Settings

from config import keeping
from config.keeping import cached_for_all, for_everybody, shelf
from config.marks import Mark, Unknown
from config.urls import urlpatterns as ours

pytestmark = pytest.mark.urls(__name__)


class Page:
    """What the view shows, and how often it was asked."""

    def __init__(self) -> None:
        self.made, self.status, self.body = 0, 200, "one"
        self.begun, self.may_end = threading.Event(), threading.Event()
        self.may_end.set()
        self.asked: list[HttpRequest] = []


shown = Page()


@for_everybody("search")
def kept(request: HttpRequest) -> HttpResponse:
    shown.made += 1
    shown.asked.append(request)
    shown.begun.set()
    assert shown.may_end.wait(10)
    said = f"{shown.body} {request.GET.urlencode()} {request.COOKIES} {request.headers.get('X-Odd', '')}"
    response = cached_for_all(HttpResponse(said, status=shown.status))
    if "search" in request.GET:
        response.headers["X-Search"] = request.GET["search"]
    return response


@for_everybody()
def personal(request: HttpRequest) -> HttpResponse:
    shown.made += 1
    response = HttpResponse("for one", headers={"Cache-Control": "no-store"})
    return response


@for_everybody()
def with_a_cookie(request: HttpRequest) -> HttpResponse:
    shown.made += 1
    response = cached_for_all(HttpResponse("hello"))
    response.set_cookie("who", "you")
    return response


def other(request: HttpRequest) -> HttpResponse:
    shown.made += 1
    return cached_for_all(HttpResponse("not kept"))


urlpatterns = [
    path("kept/", kept),
    path("personal/", personal),
    path("cookie/", with_a_cookie),
    path("other/", other),
    path("organise/deed/", other),
    *ours,
]


class Marks:
    def __init__(self) -> None:
        self.value, self.gone, self.asked = "1", False, 0

    def ask(self, since: float) -> Mark:
        self.asked += 1
        if self.gone:
            raise Unknown
        return Mark(self.value, time.monotonic(), 0.0)

    def forget(self) -> None:
        pass


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Marks]:
    """A database that says what the test says, asked for every page."""
    marks = Marks()
    monkeypatch.setattr(shelf, "marks", marks)
    monkeypatch.setattr(keeping, "GOOD", 0.0)
    monkeypatch.setattr(keeping, "TROUBLE", 0.0)
    monkeypatch.setattr(keeping, "LOOKED", 0.0)
    shown.__init__()  # type: ignore[misc]
    yield marks
    shown.may_end.set()


def said(client: Client, path: str = "/kept/", **headers: str) -> str:
    response = client.get(path, headers=headers)
    assert response.status_code == 200
    return response.content.decode().split()[0]


# Once for a change


def test_a_page_is_made_once_while_nothing_changes(client: Client, marks: Marks) -> None:
    assert [said(client) for _ in range(5)] == ["one"] * 5
    assert shown.made == 1


def test_a_page_is_made_anew_when_the_database_has_moved(client: Client, marks: Marks) -> None:
    said(client)
    shown.body, marks.value = "two", "2"
    assert said(client) == "two" and shown.made == 2


def test_a_copy_is_not_even_asked_about_for_a_moment(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "GOOD", 30.0)
    said(client)
    shown.body, marks.value = "two", "2"
    assert said(client) == "one" and marks.asked == 1


def test_whoever_organises_sees_at_once_what_they_have_changed(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "GOOD", 30.0)
    said(client)
    shown.body, marks.value = "two", "2"
    client.post("/other/")
    assert said(client) == "one", "what a supporter sends makes no page anew"
    client.post("/organise/deed/")
    assert said(client) == "two"


def test_what_was_made_while_the_database_was_moving_is_made_again_when_it_has_settled(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Something in the process may have held what was true a moment before."""
    monkeypatch.setattr(marks, "ask", lambda since: Mark("1", time.monotonic(), time.monotonic()))
    said(client)
    said(client)
    assert shown.made == 2


def test_a_page_is_made_anew_now_and_then_whatever_the_database_says(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(client)
    monkeypatch.setattr(keeping, "MADE_ANEW", 0.0)
    said(client)
    assert shown.made == 2


def test_a_page_that_is_gone_is_gone_at_once(client: Client, marks: Marks) -> None:
    said(client)
    shown.status, marks.value = 404, "2"
    assert client.get("/kept/").status_code == 404
    marks.gone = True
    shelf.places.clear()
    assert client.get("/kept/").status_code == 404, "nor is a copy left that another process could fall back on"


# One for everybody


def test_no_query_cookie_or_header_gets_into_what_everybody_is_shown(client: Client, marks: Marks) -> None:
    client.cookies["who"] = "me"
    asked = client.get("/kept/?utm_source=leaflet&x=<script>", headers={"X-Odd": "odd", "Accept-Language": "ar"})
    assert asked.content == client.get("/kept/").content == b"one  {} "
    assert shown.made == 1
    [request] = shown.asked
    assert not [name for name in request.META if name.startswith("HTTP_") and name != "HTTP_HOST"]


def test_a_query_that_the_page_reads_is_answered_for_the_visitor_and_not_kept(client: Client, marks: Marks) -> None:
    assert client.get("/kept/?search=x").headers["X-Search"] == "x"
    assert client.get("/kept/?utm_source=a&search=").headers["X-Search"] == ""
    assert "X-Search" not in client.get("/kept/").headers and shown.made == 3


def test_a_page_that_is_not_there_keeps_the_query_it_was_asked_with(client: Client, marks: Marks) -> None:
    shown.status = 404
    client.get("/kept/?utm_source=leaflet")
    assert shown.asked[-1].GET["utm_source"] == "leaflet"


@pytest.mark.parametrize("path", ["/personal/", "/cookie/", "/other/"])
def test_only_what_says_that_everybody_may_have_it_is_kept(client: Client, marks: Marks, path: str) -> None:
    for _ in range(2):
        assert client.get(path).status_code == 200
    assert shown.made == 2 and not shelf.places


def test_nothing_but_reading_is_answered_from_a_copy(client: Client, marks: Marks) -> None:
    said(client)
    client.post("/kept/")
    client.put("/kept/")
    assert shown.made == 3


def test_a_host_that_is_not_ours_is_refused_though_there_is_a_copy(client: Client, marks: Marks) -> None:
    said(client)
    assert client.get("/kept/", headers={"Host": "elsewhere.example"}).status_code == 400


def test_what_must_go_to_https_is_sent_there_though_there_is_a_copy(marks: Marks, settings: Settings) -> None:
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_HSTS_SECONDS = 100
    client = Client()
    secure = client.get("/kept/", secure=True)
    again = client.get("/kept/", secure=True)
    assert again.headers == secure.headers and "Strict-Transport-Security" in again.headers and shown.made == 1
    asked = marks.asked
    assert client.get("/kept/").status_code == 301 and marks.asked == asked


def test_a_copy_carries_every_header_that_the_page_had(client: Client, marks: Marks) -> None:
    first, second = client.get("/kept/"), client.get("/kept/")
    assert shown.made == 1 and first.headers == second.headers
    for name in ("Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"):
        assert name in second.headers
    assert {"Content-Language", "Content-Length", "Cache-Control", "ETag"} <= set(second.headers)
    assert "Vary" not in second.headers and not second.cookies


# Conditional requests


@pytest.mark.parametrize("tag", ["{}", "W/{}", '"other", {}', "*"])
def test_whoever_has_the_page_is_told_so(client: Client, marks: Marks, tag: str) -> None:
    whole = client.get("/kept/")
    answer = client.get("/kept/", headers={"If-None-Match": tag.format(whole["ETag"])})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", whole["ETag"])
    assert answer["Cache-Control"] == whole["Cache-Control"] and answer["Content-Security-Policy"]
    assert "Content-Length" not in answer.headers and shown.made == 1


def test_a_page_that_has_changed_is_sent_whole(client: Client, marks: Marks) -> None:
    tag = client.get("/kept/")["ETag"]
    shown.body, marks.value = "two", "2"
    answer = client.get("/kept/", headers={"If-None-Match": tag})
    assert answer.status_code == 200 and answer["ETag"] != tag


def test_the_head_of_a_page_says_how_long_it_is_and_no_more(client: Client, marks: Marks) -> None:
    whole, head = client.get("/kept/"), client.head("/kept/")
    assert head.headers == whole.headers and head.content == b"" and shown.made == 1


# Compressed once, not for each visitor


def test_whoever_takes_gzip_is_sent_what_was_compressed_once(client: Client, marks: Marks) -> None:
    shown.body = "one" * 1000
    plain, gzipped = client.get("/kept/"), client.get("/kept/", headers={"Accept-Encoding": "br, gzip"})
    assert gzip.decompress(gzipped.content) == plain.content and len(gzipped.content) < 200 and shown.made == 1
    assert (gzipped["Content-Encoding"], gzipped["Vary"]) == ("gzip", "Accept-Encoding")
    assert int(gzipped["Content-Length"]) == len(gzipped.content) and gzipped["ETag"] != plain["ETag"]
    assert "Vary" not in plain.headers and "Content-Encoding" not in plain.headers, "that one is for everybody"
    assert "Content-Encoding" not in client.get("/kept/", headers={"Accept-Encoding": "gzip;q=0"}).headers
    for tag in (plain["ETag"], gzipped["ETag"]):
        headers = {"Accept-Encoding": "gzip", "If-None-Match": tag}
        answer = client.get("/kept/", headers=headers)
        assert answer.status_code == 304 and "Content-Encoding" not in answer.headers


def test_what_is_short_is_not_compressed(client: Client, marks: Marks) -> None:
    assert "Vary" not in client.get("/kept/", headers={"Accept-Encoding": "gzip"}).headers


# Many at once, and other processes


@pytest.mark.parametrize("shared_until", [0.0, float("inf")])
def test_many_who_come_at_once_have_the_page_made_once(
    marks: Marks, monkeypatch: pytest.MonkeyPatch, shared_until: float
) -> None:
    """With a cache to share, and without."""
    monkeypatch.setattr(shelf.shared, "_trouble_until", shared_until)
    monkeypatch.setattr(keeping, "GOOD", 30.0)
    shown.may_end.clear()
    with ThreadPoolExecutor(8) as crowd:
        first = crowd.submit(said, Client())
        assert shown.begun.wait(5)
        others = [crowd.submit(said, Client()) for _ in range(7)]
        shown.may_end.set()
        assert {one.result() for one in (first, *others)} == {"one"}
    assert shown.made == 1


def test_while_a_page_is_made_anew_others_are_served_what_there_is(
    marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(Client())
    shown.body, marks.value = "two", "2"
    monkeypatch.setattr(keeping, "last_resort", None)  # which is for those who have waited long
    shown.begun.clear()
    shown.may_end.clear()
    with ThreadPoolExecutor(2) as crowd:
        first = crowd.submit(said, Client())
        assert shown.begun.wait(5)
        assert said(Client()) == "one"
        shown.may_end.set()
        assert first.result() == "two"
    assert shown.made == 2


def test_a_copy_that_is_too_old_is_waited_for(marks: Marks, monkeypatch: pytest.MonkeyPatch) -> None:
    said(Client())
    shown.body, marks.value = "two", "2"
    monkeypatch.setattr(keeping, "WHILE_MADE", 0.0)
    shown.begun.clear()
    shown.may_end.clear()
    with ThreadPoolExecutor(2) as crowd:
        first = crowd.submit(said, Client())
        assert shown.begun.wait(5)
        second = crowd.submit(said, Client())
        shown.may_end.set()
        assert first.result() == second.result() == "two"


def test_processes_share_what_one_of_them_has_made(client: Client, marks: Marks) -> None:
    said(client)
    shelf.places.clear()  # as another process begins
    assert said(client) == "one" and shown.made == 1


def test_only_one_process_makes_a_page_and_the_others_serve_what_they_have(client: Client, marks: Marks) -> None:
    said(client)
    shown.body, marks.value = "two", "2"
    making = keeping._key("making", "http /kept/")
    cache.set(making, 1)  # by another process
    assert said(client) == "one" and shown.made == 1
    cache.delete(making)
    assert said(client) == "two" and shown.made == 2
    assert cache.get(making) is None


def test_a_process_without_a_copy_waits_for_the_one_that_makes_it(
    marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(Client())
    copy = cache.get(keeping._key("page", "http /kept/"))
    cache.clear()
    shelf.places.clear()
    cache.set(keeping._key("making", "http /kept/"), 1)
    with ThreadPoolExecutor(1) as crowd:
        waiting = crowd.submit(said, Client())
        shelf.shared.put("http /kept/", copy)
        assert waiting.result() == "one"
    assert shown.made == 1


def test_a_process_that_died_making_a_page_keeps_nobody_waiting_for_long(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "PATIENCE", 0.1)
    cache.set(keeping._key("making", "http /kept/"), 1)
    assert said(client) == "one"


def test_a_newer_software_shows_no_page_of_the_older(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(client)
    shelf.places.clear()
    monkeypatch.setattr(keeping, "release", lambda: "the next")
    shown.body = "two"
    assert said(client) == "two"


def test_addresses_that_somebody_makes_up_push_no_page_out(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST", 1)
    said(client)
    for _ in range(3):
        assert client.get("/personal/").status_code == 200
    assert list(shelf.places) == ["http /kept/"] and not shelf.empty


# In trouble


def test_without_the_database_the_last_page_is_served(client: Client, marks: Marks) -> None:
    said(client)
    marks.gone = True
    assert said(client) == "one"
    shelf.places.clear()
    assert said(client) == "one", "also by a process that has begun since"
    assert shown.made == 1


def test_an_error_of_ours_is_not_shown_where_there_is_a_page(client: Client, marks: Marks) -> None:
    said(client)
    shown.status, marks.value = 503, "2"
    assert said(client) == "one"
    shown.status, shown.body = 200, "two"
    assert said(client) == "two", "and it is tried again"


def test_a_page_of_long_ago_is_not_served_for_today_s(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    said(client)
    monkeypatch.setattr(keeping, "STALE_IF_ERROR", 0)
    shown.status, marks.value = 503, "2"
    assert client.get("/kept/").status_code == 503


def test_without_the_shared_cache_a_page_is_made_and_kept_all_the_same(
    client: Client, marks: Marks, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*arguments: object, **more: object) -> None:
        raise ConnectionError

    for name in ("get", "set", "add", "delete"):
        monkeypatch.setattr(keeping.cache, name, gone, raising=False)
    assert said(client) == said(client) == "one" and shown.made == 1
    shown.body, marks.value = "two", "2"
    assert said(client) == "two" and shown.made == 2
