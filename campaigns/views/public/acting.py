"""What every page behind a link that acts has in common: the guard, the limit, and a word when the link is no use."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from config import errors, links, ratelimit
from config.origin import only_from_this_site


class Gone(Exception):
    """The link is ours, but what it named has been erased."""


View = Callable[[HttpRequest, str], HttpResponse]


def acting_link(
    limit: str, once: Callable[[HttpRequest, str], HttpResponse | None] | None = None
) -> Callable[[View], Callable[..., HttpResponse]]:
    """`limit` is the name of a limit, counted by network. The view may raise links.BadLink or Gone.

    `once` comes before the limit and is not counted: it may do what a link does a single time, so that nobody can have
    it done often, and answers None for all else.
    """

    def decorate(view: View) -> Callable[..., HttpResponse]:
        @only_from_this_site
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
            if once is not None and (done := once(request, token)):
                return done
            if not (verdict := ratelimit.allow(limit, ratelimit.network(request))):
                return errors.too_many(request, verdict.retry_after)
            try:
                return view(request, token)
            except links.BadLink:
                return errors.problem(
                    request,
                    404,
                    _("This link does not work"),
                    _("It may have been cut or changed on its way. Please open it again from the email, whole."),
                )
            except Gone:
                return errors.problem(
                    request,
                    410,
                    _("Nothing is kept here any more"),
                    _("What it belonged to is erased. If you want to sign or write after all, begin anew."),
                )

        return opened

    return decorate
