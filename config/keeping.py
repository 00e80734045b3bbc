"""Pages that are the same for everybody, made once for each change and not for each visitor.

A view says of itself that it is one (`for_everybody`). KeptPages stands before all other middleware, so a copy costs no
query, no template and no session: it is in the process, holds for a second, and is then held against the database's
mark (config.marks). Only when that has moved is the page made anew, by one process; the others serve what they have.
Between processes the copies travel through Django's cache. docs/decisions/0028 says why so.
"""

import hashlib
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlsplit

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import DisallowedHost
from django.core.handlers.wsgi import WSGIRequest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.cache import patch_cache_control

from .copies import Copy, answer, as_copy
from .marks import Mark, Marks, Unknown

GOOD = 1.0  # seconds for which a copy is served unasked: how late a change may be seen
MADE_ANEW = 60.0  # seconds after which a page is made anew whatever the mark: what is not in the database changes too
SETTLED = 3.0  # seconds that a mark must have stood when a page is made under it: what a process holds is no older
WHILE_MADE = 3.0  # seconds that a copy may be old and still be served while a new one is made
PATIENCE = 3.0  # seconds that a visitor waits for a page that somebody else is making
LOOKED = 0.05  # seconds after which it is looked whether another process has made the page
LONGEST_MAKING = 10  # seconds after which somebody else may make it
TROUBLE = 1.0  # seconds in which what could not be made is not tried again
STALE_IF_ERROR = 3600  # seconds for which the last copy is served while nothing better can be had
MOST = 256  # pages in one process; the longest are some 60 kB
OUR_RELEASE = (".py", ".html", ".txt", ".mo", ".css", ".js")

GetResponse = Callable[[HttpRequest], HttpResponse]
View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def for_everybody(*reads: str) -> Callable[[View], View]:
    """Marks a view whose page depends on its address alone. `reads` are the parameters of a query for which that is not
    so, as a search: with one of them the page is made for the visitor, all others change nothing and are dropped."""

    def marked(view: View) -> View:
        setattr(view, "reads_of_a_query", reads)  # noqa: B010  (no attribute that mypy knows)
        return view

    return marked


def cached_for_all(response: HttpResponse, seconds: int = 2) -> HttpResponse:
    """What browsers and caches may do: no cookie, nothing varies, and a stale one rather than none."""
    patch_cache_control(
        response,
        public=True,
        max_age=seconds,
        s_maxage=seconds,
        stale_while_revalidate=30,
        stale_if_error=STALE_IF_ERROR,
    )
    return response


class Place:
    """Where a process keeps the copy of one page."""

    def __init__(self, address: str, reads: tuple[str, ...]) -> None:
        self.address, self.reads = address, reads
        self.copy: Copy | None = None
        self.seen = 0.0  # time.monotonic() when it was last known to be right
        self.good_until = 0.0  # time.monotonic()
        self.lock = threading.Lock()

    def hold(self, copy: Copy, seen: float, good_until: float) -> Copy:
        if self.copy is None:
            shelf.keep(self)
        self.copy, self.seen, self.good_until = copy, seen, good_until
        return copy


class Shared:
    """The copies in Django's cache. A cache that is gone is left alone for a while: then each process is on its own."""

    def __init__(self) -> None:
        self._trouble_until = 0.0

    def get(self, address: str) -> Copy | None:
        found: Copy | None = self._do(lambda: cache.get(_key("page", address)), None)
        return found

    def put(self, address: str, copy: Copy) -> None:
        self._do(lambda: cache.set(_key("page", address), copy, STALE_IF_ERROR), None)

    def drop(self, address: str) -> None:
        self._do(lambda: cache.delete(_key("page", address)), None)

    def begin(self, address: str) -> bool:
        """Whether it is ours to make."""
        return bool(self._do(lambda: cache.add(_key("making", address), 1, LONGEST_MAKING), True))

    def end(self, address: str) -> None:
        self._do(lambda: cache.delete(_key("making", address)), None)

    def _do(self, deed: Callable[[], Any], otherwise: Any) -> Any:
        if time.monotonic() < self._trouble_until:
            return otherwise
        try:
            return deed()
        except Exception:  # each cache has errors of its own; without it a page is made more often, and that is all
            self._trouble_until = time.monotonic() + 5 * TROUBLE
            return otherwise

    def forget(self) -> None:
        self._trouble_until = 0.0


def _key(what: str, address: str) -> str:
    return f"{what}:{hashlib.sha256(f'{release()} {address}'.encode()).hexdigest()}"


@lru_cache(maxsize=1)
def release() -> str:
    """A digest of the software as it was when this process began: after an update no page of the old one is served."""
    found = hashlib.sha256(f"{settings.SITE_URL} {settings.SITE_NAME} {settings.DEMONSTRATION}".encode())
    for room in ("config", "letters", "campaigns", "locale"):
        for path in sorted(settings.BASE_DIR.joinpath(room).rglob("*")):
            if path.suffix in OUR_RELEASE:
                found.update(path.read_bytes())
    return found.hexdigest()


class Shelf:
    """All that one process keeps."""

    def __init__(self) -> None:
        self.places: dict[str, Place] = {}  # of pages that there are: addresses made up by somebody push none out
        self.empty: dict[str, Place] = {}  # where the first visitors of a page wait for its first copy
        self.shared, self.marks = Shared(), Marks()
        self.doubted = 0.0  # time.monotonic(): a copy that was right before then may be wrong
        self._lock = threading.Lock()

    def keep(self, place: Place) -> None:
        with self._lock:
            while place.address not in self.places and len(self.places) >= MOST:
                del self.places[next(iter(self.places))]
            self.places[place.address] = place

    def is_good(self, seen: float, seconds: float) -> bool:
        return seen > self.doubted and time.monotonic() - seen < seconds

    def forget(self) -> None:
        self.places.clear()
        self.empty.clear()
        self.marks.forget()
        self.shared.forget()


shelf = Shelf()


class KeptPages:
    """The first middleware: what it answers from a copy goes through no other, and has all that they had added to it.

    What they would have refused is left to them: a host that is not ours, and what must go to HTTPS.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in ("GET", "HEAD"):
            return self._changing(request)
        address = f"{request.scheme} {request.path_info}"
        place = shelf.places.get(address)
        if place is None:
            reads = reads_of(request.path_info)
            if reads is None:
                return self.get_response(request)
            place = shelf.empty.get(address) or Place(address, reads)
        if not is_for_everybody(request, place.reads):
            return self.get_response(request)
        copy = place.copy
        if copy is None or time.monotonic() >= place.good_until or place.seen <= shelf.doubted:
            if connection.in_atomic_block:  # a test's: the mark says nothing of what is not committed
                return self.get_response(request)
            found = self._current(place if copy else shelf.empty.setdefault(address, place), request)
            shelf.empty.pop(address, None)
            if not isinstance(found, Copy):
                return found
            copy = found
        return answer(request, copy)

    def _changing(self, request: HttpRequest) -> HttpResponse:
        """Whoever has changed something sees it in the next page they open from the same process, not a second later.
        Organisers only: in a rush every moment has its signature, and would have the page made anew."""
        response = self.get_response(request)
        if request.path_info.startswith(settings.PATHS_WITH_COOKIES):
            shelf.doubted = time.monotonic()
        return response

    def _current(self, place: Place, request: HttpRequest) -> Copy | HttpResponse:
        if not place.lock.acquire(blocking=False):
            if place.copy and shelf.is_good(place.seen, WHILE_MADE):
                return place.copy
            if not place.lock.acquire(timeout=PATIENCE):
                return last_resort(place, None) or self.get_response(request)
        try:
            if place.copy and time.monotonic() < place.good_until and place.seen > shelf.doubted:
                return place.copy  # made while we waited
            return self._verified(place, request)
        finally:
            place.lock.release()

    def _verified(self, place: Place, request: HttpRequest) -> Copy | HttpResponse:
        try:
            mark = shelf.marks.ask(max(time.monotonic() - GOOD / 2, shelf.doubted))
        except Unknown:
            return last_resort(place, shelf.shared.get(place.address)) or self.get_response(request)
        if place.copy and is_right(place.copy, mark.value):
            return place.hold(place.copy, mark.asked, mark.asked + GOOD)
        deadline = time.monotonic() + PATIENCE
        while True:
            other = shelf.shared.get(place.address)
            if other and is_right(other, mark.value):
                return place.hold(other, mark.asked, mark.asked + GOOD)
            if other and shelf.is_good(seen := seen_at(other), GOOD):
                return place.hold(other, seen, seen + GOOD)
            if shelf.shared.begin(place.address) or time.monotonic() > deadline:
                break
            if place.copy and shelf.is_good(place.seen, WHILE_MADE):
                return place.hold(place.copy, place.seen, time.monotonic() + LOOKED)
            time.sleep(LOOKED)  # another process makes it, and what we have is too old
        try:
            return self._made(place, request, mark, other)
        finally:
            shelf.shared.end(place.address)

    def _made(self, place: Place, request: HttpRequest, mark: Mark, other: Copy | None) -> Copy | HttpResponse:
        response = self.get_response(for_nobody_in_particular(request))
        made = time.time() - (time.monotonic() - mark.asked)
        if copy := as_copy(response, mark.value, made, mark.asked - mark.since >= SETTLED):
            shelf.shared.put(place.address, copy)
            return place.hold(copy, mark.asked, mark.asked + GOOD)
        if response.status_code >= 500 and (copy := last_resort(place, other)):
            return copy
        # It is no longer there, or never was.
        if place.copy or other:
            place.copy = None
            shelf.places.pop(place.address, None)
            shelf.shared.drop(place.address)
        return self.get_response(request) if request.META.get("QUERY_STRING") else response


def reads_of(path: str) -> tuple[str, ...] | None:
    """What the view at an address reads of a query; None where the page is not the same for everybody."""
    try:
        return getattr(resolve(path).func, "reads_of_a_query", None)
    except Resolver404:
        return None


def is_for_everybody(request: HttpRequest, reads: tuple[str, ...]) -> bool:
    query = request.META.get("QUERY_STRING", "")
    if query and reads and any(name in reads for name, _value in parse_qsl(query, keep_blank_values=True)):
        return False
    if settings.SECURE_SSL_REDIRECT and request.scheme != "https":
        return False
    try:
        request.get_host()
    except DisallowedHost:
        return False
    return True


def for_nobody_in_particular(request: HttpRequest) -> HttpRequest:
    """The same address, asked for by nobody: no query, no cookie, no header can get into what everybody is shown."""
    surroundings: dict[str, Any] = {
        name: value
        for name, value in request.META.items()
        if name in ("SCRIPT_NAME", "PATH_INFO", "SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL")
        or name.startswith("wsgi.")
    }
    proxied = settings.SECURE_PROXY_SSL_HEADER
    if proxied and proxied[0] in request.META:
        surroundings[proxied[0]] = request.META[proxied[0]]
    host = urlsplit(settings.SITE_URL).netloc
    return WSGIRequest(
        surroundings | {"REQUEST_METHOD": "GET", "QUERY_STRING": "", "HTTP_HOST": host, "wsgi.input": BytesIO()}
    )


def is_right(copy: Copy, mark: str) -> bool:
    return copy.settled and copy.mark == mark and 0 <= time.time() - copy.made < MADE_ANEW


def is_servable(copy: Copy) -> bool:
    return time.time() - copy.made < STALE_IF_ERROR


def seen_at(copy: Copy) -> float:
    """When it was right, in time.monotonic(); long ago where another machine's clock is ahead of ours."""
    age = time.time() - copy.made
    return time.monotonic() - age if age > -0.5 else 0.0


def last_resort(place: Place, other: Copy | None) -> Copy | None:
    """The newest there is, for a while, when no better one can be had."""
    copy = max((one for one in (place.copy, other) if one and is_servable(one)), key=lambda one: one.made, default=None)
    if copy is None:
        return None
    now = time.monotonic()
    return place.hold(copy, now, now + TROUBLE)
