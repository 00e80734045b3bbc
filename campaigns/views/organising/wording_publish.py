"""A draft becomes the next published version, or the first in its language; or, where it means something else, a new
campaign."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from campaigns import differences, duplicating, languages, wording_drafts, wording_limits
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.wording_publish import CorrectionForm
from campaigns.wording_drafts import Opened, SavedSince

from .wording import found


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def publish(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    desk = found(request, slug, language, text_language)
    if not wording_drafts.is_published(desk.campaign):
        messages.warning(request, _("Its texts are published with the campaign itself."))
        return redirect(desk.campaign_url("wording"))
    now = wording_drafts.opened(desk.campaign, text_language)
    form = CorrectionForm(now.text is not None, request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid() and _published(request, desk, text_language, form):
        return redirect(desk.campaign_url("versions", text_language=text_language))
    if form.is_bound:
        now = wording_drafts.opened(desk.campaign, text_language)
    return _page(request, desk, now, form)


def _published(request: HttpRequest, desk: CampaignDesk, code: str, form: CorrectionForm) -> bool:
    try:
        note = form.cleaned_data.get("change_note", "")
        text = wording_drafts.publish(desk.campaign, code, request.POST.get("mark", ""), desk.account, note)
    except SavedSince:
        form.add_error(None, _("Somebody has saved this text since you opened this page. This is how it differs now."))
    except ValidationError as error:
        form.add_error(None, error)
    else:
        name = languages.name_of(code)
        said = _("Version %(version)s is published (%(language)s).") % {"version": text.version, "language": name}
        messages.success(request, said)
    return not form.errors


def _page(request: HttpRequest, desk: CampaignDesk, now: Opened, form: CorrectionForm) -> HttpResponse:
    before: dict[str, Any] = now.text.wording() if now.text else {}
    context = desk.frame(request) | {
        "form": form,
        "now": now,
        "code": now.language,
        "name": languages.name_of(now.language),
        "direction": languages.direction(now.language),
        "changes": differences.of_wordings(before, now.wording) if now.text else [],
        "missing": [wording_limits.label(name) for name in wording_limits.missing(now.wording)],
        "wrong": {wording_limits.label(name): said for name, said in wording_limits.wrong(now.wording).items()},
        "next": now.text.version + 1 if now.text else 1,
        "slug": duplicating.suggested_slug(desk.campaign),
    }
    status = 422 if form.errors else 200
    return render(request, "campaigns/organising/wording_publish.html", context, status=status)


@require_POST
@never_cache
def follow(request: HttpRequest, slug: str, text_language: str, language: str | None = None) -> HttpResponse:
    """The draft is no correction: it becomes the text of a new campaign that goes on from this one."""
    desk = found(request, slug, language, text_language)
    try:
        mark = request.POST.get("mark", "")
        made = duplicating.follow(desk.campaign, text_language, mark, desk.account)
    except SavedSince:
        messages.warning(request, _("Somebody has saved this text since you opened this page."))
        return redirect(desk.campaign_url("wording_publish", text_language=text_language))
    except IntegrityError:
        messages.warning(request, _("That did not work just now. Please try it once more."))
        return redirect(desk.campaign_url("wording_publish", text_language=text_language))
    messages.success(
        request, _("This is the new campaign, with the text as you had changed it. The old one is as it was.")
    )
    return redirect(desk.at(made).campaign_url("wording_edit", text_language=made.language))
