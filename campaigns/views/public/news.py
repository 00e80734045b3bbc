"""The end of news by email: for mail programs, which press the button themselves (RFC 8058), and for people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from campaigns import pages, signing, update_emails
from campaigns.models import Signature
from config import errors, links, ratelimit

from .loading import speak

PURPOSE_MINE = "signature"


@csrf_exempt  # RFC 8058: a mail provider posts with no cookie, token or page before; whoever holds the link may
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """GET changes nothing, for scanners follow links. POST stops at once, whatever its body says, and as often."""
    try:
        value = links.read(update_emails.PURPOSE_STOP, token)
        known = True
    except links.BadLink:
        known = False
    uncounted = known and request.method == "POST"
    if not uncounted and not (verdict := ratelimit.allow("news_stop", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    if not known:
        return errors.problem(
            request,
            404,
            _("This link does not work"),
            _("It may have been cut or changed on its way. Please open it again from the email, whole."),
        )
    if request.method == "POST":
        signing.stop_news(value)
    signature = Signature.objects.select_related("text__campaign__organisation__sender").filter(uuid=value).first()
    if signature is None or signature.anonymised_at is not None:
        return _gone(request)
    speak(signature.text)
    context = pages.frame(signature.text) | {
        "wants_news": signature.updates,
        "mine": links.link(PURPOSE_MINE, "campaigns:signature", signature.uuid),
    }
    return render(request, "campaigns/public/news_stop.html", context)


def _gone(request: HttpRequest) -> HttpResponse:
    """Erased: there is nobody to write to, which is what was asked for."""
    return errors.problem(
        request, 200, _("You get no more news"), _("Nothing is kept here any more, and nobody is written to.")
    )
