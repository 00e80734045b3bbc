"""The demonstration's mailbox in a browser. It shows everybody's links, so it exists on this machine alone."""

import re
from collections.abc import Callable
from functools import wraps
from io import BytesIO
from typing import Any

from django.conf import settings
from django.core.exceptions import DisallowedHost
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.http.request import split_domain_port
from django.shortcuts import render
from django.urls import path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from . import mailbox, web_addresses
from .downloads import locked
from .mailbox import CapturedMessage, NoSuchMessage

PAGE = 50
JSON_LIMIT = 1000

# What a mail program allows a message, and less: its own style and inline pictures, no script, no form, nothing from
# elsewhere. `sandbox` takes it out of our origin. A link opens in a page of its own, as from a mail program.
MESSAGE_SANDBOX = "allow-popups allow-popups-to-escape-sandbox"
MESSAGE_CSP = (
    f"sandbox {MESSAGE_SANDBOX}; default-src 'none'; style-src 'unsafe-inline'; img-src data:; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'self'"
)
OPENS_ELSEWHERE = '<base target="_blank">'

View = Callable[..., HttpResponseBase]


def this_machine_only(view: View) -> View:
    @wraps(view)
    @never_cache
    @require_safe
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not (settings.DEMONSTRATION and _asked_on_loopback(request)):
            raise Http404
        try:
            return view(request, *args, **kwargs)
        except NoSuchMessage as error:
            raise Http404 from error

    return guarded


def _asked_on_loopback(request: HttpRequest) -> bool:
    """By the name asked for, which a page elsewhere cannot choose, nor a tunnel that rewrites Host and says so."""
    try:
        hosts = [request.get_host()]
    except DisallowedHost:
        return False
    hosts += [host.strip() for host in request.headers.get("X-Forwarded-Host", "").split(",") if host.strip()]
    return all(split_domain_port(host)[0] in settings.LOOPBACK_HOSTS for host in hosts)


@this_machine_only
def inbox(request: HttpRequest) -> HttpResponse:
    found = mailbox.messages(limit=PAGE + 1, before=request.GET.get("before"))
    older = found[PAGE - 1].id if len(found) > PAGE else ""
    return render(request, "mailbox/inbox.html", {"captured": found[:PAGE], "older": older})


@this_machine_only
def message(request: HttpRequest, id: str) -> HttpResponse:
    found = mailbox.message(id)
    context = {"message": found, "text": web_addresses.linked(found.text), "sandbox": MESSAGE_SANDBOX}
    return render(request, "mailbox/message.html", context)


@this_machine_only
@xframe_options_sameorigin
def message_html(request: HttpRequest, id: str) -> HttpResponse:
    html = mailbox.message(id).html
    if not html:
        raise Http404
    html, heads = re.subn(r"(<head(?:\s[^>]*)?>)", rf"\1{OPENS_ELSEWHERE}", html, count=1, flags=re.IGNORECASE)
    response = HttpResponse(html if heads else OPENS_ELSEWHERE + html)
    response["Content-Security-Policy"] = MESSAGE_CSP
    return response


@this_machine_only
def source(request: HttpRequest, id: str) -> FileResponse:
    return _saved(mailbox.message(id).raw, "message/rfc822", f"{id}.eml")


@this_machine_only
def attachment(request: HttpRequest, id: str, number: int) -> FileResponse:
    """`number` counts from 1."""
    attachments = mailbox.message(id).attachments
    if not 1 <= number <= len(attachments):
        raise Http404
    wanted = attachments[number - 1]
    return _saved(wanted.content, wanted.content_type, wanted.filename)


@this_machine_only
def messages_json(request: HttpRequest) -> HttpResponse:
    limit = request.GET.get("limit", "")
    few = re.fullmatch("[0-9]{1,9}", limit)  # more digits are more than we give, and thousands are no number to int()
    found = mailbox.messages(limit=min(int(limit), JSON_LIMIT) if few else JSON_LIMIT, before=request.GET.get("before"))
    return JsonResponse([_as_data(request, message) for message in found], safe=False)


def _as_data(request: HttpRequest, message: CapturedMessage) -> dict[str, object]:
    return {
        "id": message.id,
        "captured_at": message.captured_at.isoformat(),
        "to": message.to,
        "from": message.from_,
        "reply_to": message.reply_to,
        "subject": message.subject,
        "text": message.text,
        "html": message.html,
        "headers": message.headers,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "size": attachment.size,
                "url": request.build_absolute_uri(reverse("mailbox-attachment", args=[message.id, number])),
            }
            for number, attachment in enumerate(message.attachments, start=1)
        ],
    }


def _saved(content: bytes, content_type: str, filename: str) -> FileResponse:
    return locked(FileResponse(BytesIO(content), as_attachment=True, filename=filename, content_type=content_type))


urls = [
    path("", inbox, name="mailbox"),
    path("messages.json", messages_json, name="mailbox-json"),
    path("<slug:id>/", message, name="mailbox-message"),
    path("<slug:id>/html/", message_html, name="mailbox-html"),
    path("<slug:id>/source/", source, name="mailbox-source"),
    path("<slug:id>/attachments/<int:number>/", attachment, name="mailbox-attachment"),
]
