"""Answers to what cannot be done, each with a sentence for a person and the right status."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _


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
    return problem(
        request,
        429,
        _("Too many tries"),
        _("This was tried very often in a short time. Nothing is lost: please wait a little and try again."),
        retry_after,
    )


def too_busy(request: HttpRequest, retry_after: int) -> HttpResponse:
    return problem(
        request,
        503,
        _("We cannot take this at the moment"),
        _("Something of ours does not answer. What you typed was not kept: please go back and send it again soon."),
        retry_after,
    )
