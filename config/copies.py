"""A page as it was once made, with all its headers, and the answer that is made of it: whole, compressed, or "you have
it"."""

import gzip
import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.http import parse_etags

WORTH_COMPRESSING = 1000  # bytes
OF_A_BODY = ("Content-Length", "Content-Type", "Content-Encoding")

Headers = tuple[tuple[str, str], ...]


class Variant(NamedTuple):
    """A page as it goes over the wire."""

    body: bytes
    headers: Headers  # all of them: those of security, of language, of caching
    not_modified: Headers  # those of the answer that it has not changed


class Copy(NamedTuple):
    plain: Variant
    gzipped: Variant | None  # where it is worth it
    etag: str
    mark: str  # the database's, before it was made
    made: float  # time.time() of that mark
    settled: bool  # made of what the mark speaks for; otherwise right for GOOD seconds, and then made again


def as_copy(response: HttpResponse, mark: str, made: float, settled: bool) -> Copy | None:
    """None of what is not for everybody, whatever the view said."""
    if response.status_code != 200 or response.streaming or response.cookies or response.has_header("Vary"):
        return None
    if "public" not in response.headers.get("Cache-Control", ""):
        return None
    digest = hashlib.sha256(response.content).hexdigest()[:32]
    plain = _variant(response.content, response.items(), {"ETag": f'"{digest}"'})
    gzipped = None
    if len(response.content) >= WORTH_COMPRESSING:
        body = gzip.compress(response.content, mtime=0)
        # Only this one depends on what was asked for: a cache may show the plain one to everybody.
        more = {"ETag": f'"{digest}-gzip"', "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
        gzipped = _variant(body, response.items(), more)
    return Copy(plain, gzipped, digest, mark, made, settled)


def _variant(body: bytes, headers: Iterable[tuple[str, str]], more: dict[str, str]) -> Variant:
    found = (*(dict(headers) | more | {"Content-Length": str(len(body))}).items(),)
    return Variant(body, found, tuple(one for one in found if one[0] not in OF_A_BODY))


def answer(request: HttpRequest, copy: Copy) -> HttpResponse:
    accepted: str = request.META.get("HTTP_ACCEPT_ENCODING", "")
    wants_gzip = "gzip" in accepted and "gzip;q=0" not in accepted
    variant = copy.gzipped if copy.gzipped and wants_gzip else copy.plain
    asked_for: str = request.META.get("HTTP_IF_NONE_MATCH", "")
    if asked_for and matches(asked_for, copy.etag):
        return _response(b"", 304, variant.not_modified)
    return _response(b"" if request.method == "HEAD" else variant.body, 200, variant.headers)


def _response(body: bytes, status: int, headers: Headers) -> HttpResponse:
    response = HttpResponse(body, status=status)
    del response.headers["Content-Type"]
    for name, value in headers:
        response.headers[name] = value
    return response


def matches(asked_for: str, digest: str) -> bool:
    """Either variant, and weakly, as RFC 9110, 13.1.2 says: a proxy that compresses makes "…" into W/"…"."""
    ours = ("*", f'"{digest}"', f'"{digest}-gzip"')
    return any(one.removeprefix("W/") in ours for one in parse_etags(asked_for))
