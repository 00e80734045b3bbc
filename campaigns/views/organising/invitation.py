"""Behind the link of an invitation. Anybody may open it; only the account it names may accept."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from campaigns import desks, joining
from campaigns.models import Invitation, User
from config import errors, links, ratelimit
from config.accounts.adapter import let_sign_up


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def invitation(request: HttpRequest, token: str, language: str | None = None) -> HttpResponse:
    """Looking at it changes nothing, so that a mail scanner accepts nothing."""
    if not (verdict := ratelimit.allow("manage", ratelimit.network(request))):
        return errors.too_many(request, verdict.retry_after)
    try:
        asked = joining.opened(links.read("invitation", token))
        if request.method == "POST" and isinstance(request.user, User):
            joining.accept(asked, request.user)
            return _welcome(request, asked, language)
    except links.BadLink:
        sentence = _("It may have been cut or changed on its way. Please open it again from the email, whole.")
        return errors.problem(request, 404, _("This link does not work"), sentence)
    except joining.Ended as ended:
        return _ended(request, ended.how)
    except joining.NotForThem:
        pass
    return _page(request, asked)


def _welcome(request: HttpRequest, asked: Invitation, language: str | None) -> HttpResponse:
    name = asked.organisation.in_language("name", get_language() or "")
    messages.success(request, _("Welcome: you work for %(name)s now.") % {"name": name})
    where = {"slug": asked.organisation.slug} | ({"language": language} if language else {})
    return redirect(reverse("campaigns:organisation_home", kwargs=where))


def _ended(request: HttpRequest, how: str) -> HttpResponse:
    sentences = {
        "used": _("It works once. If it was you who accepted, sign in: what you work for is on the first page."),
        "revoked": _(
            "Whoever invited you has taken it back. If you think that is a mistake, ask them for another one."
        ),
        "expired": _("It was good for two weeks. Ask whoever invited you to send it again."),
        "gone": _("It is not kept any more. Ask whoever invited you for another one."),
    }
    titles = {
        "used": _("This invitation has been used"),
        "revoked": _("This invitation has been taken back"),
        "expired": _("This invitation is too old"),
        "gone": _("This invitation is too old"),
    }
    return errors.problem(request, 410, titles[how], sentences[how])


def _page(request: HttpRequest, asked: Invitation) -> HttpResponse:
    """Whose address it names is shown to nobody: whoever has a forwarded link would learn it."""
    known = request.user.is_authenticated
    theirs = joining.is_for(asked, request.user)
    if not known:
        let_sign_up(request, asked.email)
    back = urlencode({"next": request.path})
    context = {
        "asked": asked,
        "name": asked.organisation.in_language("name", get_language() or ""),
        "what": joining.WHAT_ROLES_DO[asked.role],
        "theirs": theirs,
        "known": known,
        "sign_in": f"{reverse('account_login')}?{back}",
        "sign_up": f"{reverse('account_signup')}?{back}",
        "page_languages": desks.page_languages(request.path),
    }
    status = 403 if known and not theirs else 200
    return render(request, "campaigns/organising/invitation.html", context, status=status)
