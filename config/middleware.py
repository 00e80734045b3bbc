import logging
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from . import errors

log = logging.getLogger(__name__)
DATABASE_RETRY_SECONDS = 30
ORGANISERS = "/organise/"


class LanguageOfTheAddress:
    """The address alone decides the language, no cookie and no header: a page is one page for everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        translation.activate(self._named_in(request.path_info))
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response

    @staticmethod
    def _named_in(path: str) -> str:
        """For an address that leads nowhere too: /ar/… and /campaign/ar/…"""
        known = dict(settings.LANGUAGES)
        return next((part for part in path.split("/")[1:3] if part in known), settings.LANGUAGE_CODE)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        language = kwargs.get("language")
        if language in dict(settings.LANGUAGES):
            translation.activate(language)


class NoCookiesForSupporters:
    """A supporter's page neither reads a cookie nor sets one. Without this a stale or made-up cookie would be answered
    with a new one, and with Vary: Cookie, on a page that is one page for everybody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path_info.startswith(settings.PATHS_WITH_COOKIES):
            request.COOKIES = {}
        return self.get_response(request)


class OrganisersSignIn:
    """Whoever opens an organisers' page without being signed in is asked to, whether there is such a page or not: a
    link in an email must lead somewhere. To those who are signed in, forbidden and unknown look alike."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info.startswith(ORGANISERS) and not request.user.is_authenticated:
            response = redirect_to_login(self._back_to(request))
            add_never_cache_headers(response)
            return response
        return self.get_response(request)

    @staticmethod
    def _back_to(request: HttpRequest) -> str:
        """A button's own address may be no page: then the page it was on."""
        if request.method in ("GET", "HEAD"):
            return request.get_full_path()
        page = urlsplit(request.headers.get("Referer", ""))
        ours = page.netloc == request.get_host() and page.path.startswith(ORGANISERS)
        return page.path if ours else request.path


class DatabaseInTrouble:
    """A disk that is full, a lock that is held too long, a server that is away: no mistake of ours, and it passes.
    Whatever the view had begun has been rolled back."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, OperationalError):
            return None
        log.error("The database cannot answer: %s", str(error).partition("\n")[0])
        return errors.too_busy(request, DATABASE_RETRY_SECONDS)
