import re
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.utils import translation
from django.utils.cache import add_never_cache_headers

from . import errors, patience, queueing
from .origin import ORGANISERS, page_of

ACCOUNT = f"{ORGANISERS}account/"
# Whoever has an invitation learns what it is before they are asked to sign in.
OPEN_TO_ALL = re.compile(rf"{ACCOUNT}|{ORGANISERS}(?:[a-z-]+/)?invitations/")
CROWDED_RETRY_SECONDS = 30
OF_MONITORING = ("/healthz/", "/metrics")
LANGUAGE_KEPT_SECONDS = 365 * 24 * 3600


def _named(parts: list[str]) -> str | None:
    known = dict(settings.LANGUAGES)
    return next((part for part in parts if part in known), None)


class LanguageOfTheAddress:
    """The address alone decides the language, no cookie and no header: a page is one page for everybody.

    An account's pages have one address in all languages. They are in the one that is asked for (?language=ar), or that
    of the page one comes from (?next=/organise/ar/…), which a cookie keeps; else in the one that the browser prefers.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = self._chosen(request) if request.path_info.startswith(ACCOUNT) else self._named_in(request.path_info)
        translation.activate(chosen or translation.get_language_from_request(request))
        response = self.get_response(request)
        if chosen and request.path_info.startswith(ACCOUNT):
            self._keep(response, chosen)
        response.headers.setdefault("Content-Language", translation.get_language() or settings.LANGUAGE_CODE)
        return response

    @staticmethod
    def _named_in(path: str) -> str:
        """For an address that leads nowhere too: /ar/… and /campaign/ar/…"""
        return _named(path.split("/")[1:3]) or settings.LANGUAGE_CODE

    @staticmethod
    def _chosen(request: HttpRequest) -> str | None:
        """Asked for now, by name or by where they come from. (A cookie is read by get_language_from_request.)"""
        back = request.GET.get("next", "").partition(ORGANISERS)[2]
        return _named([request.GET.get("language", ""), back.partition("/")[0]])

    @staticmethod
    def _keep(response: HttpResponse, language: str) -> None:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=LANGUAGE_KEPT_SECONDS,
            path=ACCOUNT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

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
        path = request.path_info
        if path.startswith(ORGANISERS) and not OPEN_TO_ALL.match(path) and not request.user.is_authenticated:
            response = redirect_to_login(page_of(request))
            add_never_cache_headers(response)
            return response
        return self.get_response(request)


class NotAfterSoLong:
    """In a rush, whoever has waited too long already is asked to come again, with what they typed (config.queueing)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        written = request.META.get(queueing.HEADER, "") if settings.TRUSTED_PROXIES else ""
        asks_for_health = request.path_info.startswith(OF_MONITORING)
        if written and not asks_for_health and queueing.waited(written) > queueing.LONGEST:
            return errors.too_busy(request, CROWDED_RETRY_SECONDS)
        return self.get_response(request)


class DatabaseInTrouble:
    """A disk that is full, a lock that is held too long, a server that is away: no mistake of ours, and it passes.
    Whatever the view had begun has been rolled back. Nobody waits for it longer than config.patience says."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        organisers = request.path_info.startswith(settings.PATHS_WITH_COOKIES)
        seconds = patience.ORGANISERS if organisers else patience.SUPPORTERS
        with patience.limited(seconds, crowd=not organisers):
            return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Of a view; what another middleware raises comes to config.errors.fault."""
        return errors.database_trouble(request, error)
