"""The guard of the supporters' forms, which carry no cookie and so no authority that a foreign page could borrow.

The browser says where a form came from: Sec-Fetch-Site (all current browsers), else Origin. A request with neither is
no browser's, and nothing of anybody's travels with it. docs/decisions/0005 says why there is no token.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from . import errors

View = Callable[..., HttpResponse]
ORGANISERS = "/organise/"


def is_from_this_site(request: HttpRequest) -> bool:
    # Not by request.headers, which reads them all for one: this is asked in every rush.
    site: str | None = request.META.get("HTTP_SEC_FETCH_SITE")
    if site:
        return site in ("same-origin", "none")
    origin: str | None = request.META.get("HTTP_ORIGIN")
    if origin is None:
        return True
    try:
        return urlsplit(origin).netloc == request.get_host()
    except ValueError:  # nothing that a browser would send
        return False


def page_of(request: HttpRequest) -> str:
    """Where to come back to. An organiser's button has an address that may be no page: then the page it was on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    try:
        page = urlsplit(request.headers.get("Referer", ""))
    except ValueError:  # nothing that a browser would send
        return request.path
    ours = page.netloc == request.get_host() and page.path.startswith(ORGANISERS)
    return page.path if ours else request.path


def only_from_this_site(view: View) -> View:
    @csrf_exempt  # guarded by is_from_this_site instead, so that supporters' pages set no cookie
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method not in ("GET", "HEAD") and not is_from_this_site(request):
            return errors.refused(request)
        return view(request, *args, **kwargs)

    return guarded
