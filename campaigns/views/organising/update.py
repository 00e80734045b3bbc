"""One update: how it will look, a test of it, sending it, and how far that is."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from campaigns import desks, languages, mailing, publishing, update_emails, update_numbers, updates
from campaigns.access import Role
from campaigns.desks import CampaignDesk
from campaigns.forms.organising.updates import SendForm
from campaigns.models import Update, UpdateText, User
from config import errors, ratelimit
from config.mailbox_views import MESSAGE_CSP, MESSAGE_SANDBOX
from letters.addresses import BadAddress

from .updates import found, title_of


@require_safe
@never_cache
def update(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language)
    return _page(request, desk, found(desk.campaign, update))


@require_safe
@never_cache
def now(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    """The part of the page that changes, for the script that renews it."""
    desk = desks.of_campaign(request.user, slug, language)
    context = desk.frame(request) | _standing(desk, found(desk.campaign, update))
    return render(request, "campaigns/organising/_update_now.html", context)


def _standing(desk: CampaignDesk, row: Update) -> dict[str, Any]:
    return {
        "update": row,
        "progress": update_numbers.progress(row),
        "at": timezone.now(),
        "zone": _zone(),
        "post_paused": row.state == Update.State.SENDING and bool(desk.sender.pause),
    }


def _zone() -> str:
    return timezone.get_current_timezone_name()


def _page(
    request: HttpRequest, desk: CampaignDesk, row: Update, form: SendForm | None = None, status: int = 200
) -> HttpResponse:
    draft = row.state == Update.State.DRAFT
    waits = draft or row.state == Update.State.SCHEDULED
    people = mailing.readers(row) if waits else []
    context = desk.frame(request, desk.campaign_url("update", update=row.uuid)) | _standing(desk, row)
    context |= {
        "title": title_of(row),
        "texts": [
            {
                "code": text.language,
                "name": languages.name_of(text.language),
                "preview": desk.campaign_url("update_preview", update=row.uuid, text_language=text.language),
            }
            for text in updates.first_language_first(row)
        ],
        "readers": [
            {
                "signed_in": languages.name_of(one.signed_in),
                "read_in": languages.name_of(one.read_in) if one.read_in else "",
                "elsewhere": one.read_in != one.signed_in,
                "people": one.people,
            }
            for one in people
        ],
        "total": sum(one.people for one in people if one.read_in),
        "may_write": updates.may_be_written(row),
        "approved": desk.organisation.approved_at is not None,
        "begun": row.state in Update.BEGUN,
        "live": row.state in Update.UNDER_WAY,
        "postal_address": desk.organisation.postal_address,
    }
    if draft and desk.owns:
        soon = mailing.is_soon_after_another(row, timezone.now())
        context |= {"form": form or SendForm(None, row.revision, _zone(), soon), "soon": soon}
    return render(request, "campaigns/organising/update.html", context, status=status)


@require_safe
@never_cache
def preview(
    request: HttpRequest, slug: str, update: uuid.UUID, text_language: str, language: str | None = None
) -> HttpResponse:
    """As the email will be, both ways, and as the page will show it."""
    desk = desks.of_campaign(request.user, slug, language)
    row = found(desk.campaign, update)
    text = _text(row, text_language)
    shown = update_emails.sample(text)
    where = {"update": row.uuid, "text_language": text.language}
    context = desk.frame(request) | {
        "update": row,
        "text": text,
        "email": shown,
        "from_name": desk.sender.name,
        "reply_to": desk.organisation.contact_email,
        "html_url": desk.campaign_url("update_email", **where),
        "sandbox": MESSAGE_SANDBOX,
        "body": publishing.markdown(text.body),
        "direction": languages.direction(text.language),
        "language_name": languages.name_of(text.language),
    }
    return render(request, "campaigns/organising/update_preview.html", context)


@require_safe
@never_cache
@xframe_options_sameorigin
def email(
    request: HttpRequest, slug: str, update: uuid.UUID, text_language: str, language: str | None = None
) -> HttpResponse:
    """The HTML of it, for the frame in the preview: in a sandbox, as a mail program would show it."""
    desk = desks.of_campaign(request.user, slug, language)
    response = HttpResponse(update_emails.sample(_text(found(desk.campaign, update), text_language)).html)
    response["Content-Security-Policy"] = MESSAGE_CSP
    return response


def _text(row: Update, language: str) -> UpdateText:
    for text in row.texts.all():
        if text.language == language:
            text.update = row
            return text
    raise Http404


@require_POST
@never_cache
def test(
    request: HttpRequest, slug: str, update: uuid.UUID, text_language: str, language: str | None = None
) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = found(desk.campaign, update)
    text = _text(row, text_language)
    back = redirect(desk.campaign_url("update", update=row.uuid))
    if desk.organisation.approved_at is None or not isinstance(desk.user, User):
        messages.warning(request, _("Nothing can be mailed until the operator has approved your organisation."))
        return back
    if not (verdict := ratelimit.allow("update_test", str(desk.user.pk))):
        return errors.too_many(request, verdict.retry_after)
    try:
        update_emails.queue_test(text, desk.user)
    except BadAddress as error:
        messages.warning(request, str(error))
        return back
    said = _("The test is on its way to %(address)s. Nobody else gets it.")
    messages.success(request, said % {"address": desk.user.email})
    return back


@require_POST
@never_cache
def send(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    """Owners alone: what thousands have in their mailboxes cannot be taken back."""
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    row = found(desk.campaign, update)
    ask_again = "again" in request.POST or mailing.is_soon_after_another(row, timezone.now())
    form = SendForm(request.POST, row.revision, _zone(), ask_again)
    if not form.is_valid():
        return _page(request, desk, row, form, 422)
    said = form.cleaned_data
    at = said["at"] if said["when"] == SendForm.LATER else None
    plan = mailing.Plan(said["by_email"], said["on_page"], at, said.get("again", False))
    try:
        mailing.send(row, request.user, plan, said["seen"])
    except mailing.TooSoon as error:
        form = SendForm(request.POST, row.revision, _zone(), ask_again=True)
        form.add_error("again", error)
        return _page(request, desk, row, form, 422)
    except ValidationError as error:
        form.add_error(None, error)
        return _page(request, desk, row, form, 422)
    except updates.Changed:
        messages.warning(request, _("Somebody has changed it meanwhile. Look at it again, then send it."))
        return _page(request, desk, found(desk.campaign, update), None, 409)
    messages.success(request, _("It is on its way.") if at is None else _("It goes out by itself at that time."))
    return redirect(desk.campaign_url("update", update=row.uuid))


def _deed(
    request: HttpRequest, desk: CampaignDesk, update: uuid.UUID, verb: Callable[..., bool], said: str
) -> HttpResponse:
    row = found(desk.campaign, update)
    if verb(row, request.user):
        messages.success(request, said)
    else:
        messages.warning(request, _("It had moved on already. This is how it stands."))
    return redirect(desk.campaign_url("update", update=row.uuid))


@require_POST
@never_cache
def unschedule(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    return _deed(request, desk, update, mailing.unschedule, _("It is a draft again, and goes to nobody by itself."))


@require_POST
@never_cache
def pause(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    """Editors too: to stop does no harm."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    said = _("It is paused. Only what is being handed over this moment still goes out.")
    return _deed(request, desk, update, mailing.pause, said)


@require_POST
@never_cache
def resume(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    return _deed(request, desk, update, mailing.resume, _("It goes on where it was. Nobody gets it twice."))


@require_POST
@never_cache
def cancel(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    desk = desks.of_campaign(request.user, slug, language, Role.OWNER)
    return _deed(request, desk, update, mailing.cancel, _("It is cancelled. Whoever has not got it yet does not."))


@require_POST
@never_cache
def show(request: HttpRequest, slug: str, update: uuid.UUID, language: str | None = None) -> HttpResponse:
    """On the campaign's page, or off it."""
    desk = desks.of_campaign(request.user, slug, language, Role.EDITOR)
    row = found(desk.campaign, update)
    updates.show(row, request.user, "show" in request.POST)
    return redirect(desk.campaign_url("update", update=row.uuid))
