"""What every page behind a link that acts has in common: the guard, the limit, and a word when the link is no use."""

from collections.abc import Callable
from functools import wraps

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from config import errors, links, ratelimit
from config.origin import only_from_this_site


class Gone(Exception):
    """The link is ours, but what it named has been erased."""


def acting_link(limit: str) -> Callable[[Callable[[HttpRequest, str], HttpResponse]], Callable[..., HttpResponse]]:
    """`limit` is the name of a limit, counted by network. The view may raise links.BadLink or Gone."""

    def decorate(view: Callable[[HttpRequest, str], HttpResponse]) -> Callable[..., HttpResponse]:
        @only_from_this_site
        @never_cache
        @wraps(view)
        def opened(request: HttpRequest, token: str) -> HttpResponse:
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
