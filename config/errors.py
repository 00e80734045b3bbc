"""Answers to what cannot be done, each with a sentence for a person and the right status."""

import logging
import random
import sys

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.views.defaults import server_error

log = logging.getLogger(__name__)
DATABASE_RETRY_SECONDS = 20
# A password typed there must not come back in a page, and a provider's report is nobody's to read.
NOT_SHOWN_AGAIN = ("/organise/account/", "/admin/", "/post/")
MOST_TYPED = 256 * 1024  # characters: several times the longest letters that a form takes
LONG = 120  # characters: from there on what was typed is shown, so that it can be read and copied


def problem(request: HttpRequest, status: int, title: str, message: str, retry_after: int = 0) -> HttpResponse:
    context = {"title": title, "message": message, "retry_after": retry_after}
    response = render(request, "refused.html", context, status=status)
    response.headers["Cache-Control"] = "no-store"
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    return response


def refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form that did not come from one of our own pages."""
    return problem(
        request,
        403,
        _("This form did not come from our page"),
        _("For your safety we accept a form only from our own pages. Please open the page here and send it again."),
    )


def too_many(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Many may share a network, at a stall or with one mobile carrier: what somebody typed there comes back to them."""
    title = _("Too many tries")
    message = _("This was tried very often in a short time. Nothing is lost: please wait a little and try again.")
    if request.method == "POST":
        return not_now(request, title, message, retry_after, 429)
    return problem(request, 429, title, message, retry_after)


def too_busy(request: HttpRequest, retry_after: int) -> HttpResponse:
    """Something of ours does not answer, or too many ask at once. Not all are sent back for the same second."""
    seconds = retry_after + random.randrange(retry_after // 2 + 1)
    return not_now(request, _("We cannot take this at the moment"), "", seconds)


def database_trouble(request: HttpRequest, error: BaseException | None) -> HttpResponse | None:
    """The answer, where that was the error."""
    if not isinstance(error, OperationalError | InterfaceError):
        return None
    log.error("The database cannot answer: %s", str(error).partition("\n")[0])
    return too_busy(request, DATABASE_RETRY_SECONDS)


def fault(request: HttpRequest) -> HttpResponse:
    """Django's handler500, within its except block: a middleware that reads the session needs the database too."""
    return database_trouble(request, sys.exc_info()[1]) or server_error(request)


def not_now(request: HttpRequest, title: str, message: str, retry_after: int, status: int = 503) -> HttpResponse:
    """What was typed comes back in the page, in a form with the same address: nothing of it is kept by us.

    The page is made without the database.
    """
    typed, left_out = _typed(request)
    context = {
        "SITE_NAME": settings.SITE_NAME,
        "title": title,
        "message": message,
        "retry_after": retry_after,
        "minutes": retry_after // 60 if retry_after >= 120 else 0,
        "sent": request.method == "POST",
        "typed": typed,
        "left_out": left_out,
        "address": request.get_full_path(),
    }
    response = HttpResponse(render_to_string("not_now.html", context), status=status)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Retry-After"] = str(retry_after)
    return response


def _typed(request: HttpRequest) -> tuple[list[tuple[str, str, bool]], bool]:
    """(name, value, whether it is long) of each field of a form that was sent, and whether any had to be left out."""
    if request.method != "POST" or request.path_info.startswith(NOT_SHOWN_AGAIN):
        return [], request.method == "POST"
    try:
        fields = [(name, value) for name, values in request.POST.lists() for value in values]
    except (BadRequest, SuspiciousOperation, OSError):  # too many fields, or cut off on its way
        return [], True
    secret = [name for name, _value in fields if "password" in name]
    if sum(len(name) + len(value) for name, value in fields) > MOST_TYPED:
        return [], True
    kept = [(name, value, len(value) > LONG or "\n" in value) for name, value in fields if name not in secret]
    return kept, bool(secret or request.FILES)
