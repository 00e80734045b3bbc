"""What a Sender's provider tells us later: /post/events/<the sender's uuid>/.

The address to give to the provider has the sender's secret in it: https://countersign:SECRET@host/post/events/…/
Anymail's own views check signatures and read the events; its signals and settings are not used.
"""

import logging
import re
import secrets
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from anymail.exceptions import AnymailConfigurationError, AnymailWebhookValidationFailure
from anymail.signals import AnymailTrackingEvent, EventType, RejectReason
from anymail.utils import get_request_basic_auth
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.crypto import constant_time_compare
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from config.ratelimit import allow, network

from . import outbox
from .answers import printable
from .models import ProviderEvent, Sender
from .provider_table import PROVIDERS, usable
from .providers import OUR_ID

log = logging.getLogger(__name__)

NAME = "countersign"
# The largest batches, SendGrid's and SparkPost's, are a few megabytes. Read only after the secret is known to be right.
LARGEST_BODY = 8 * 1024 * 1024
MOST_EVENTS = 20_000

What = ProviderEvent.What
# Opens and clicks are no business of ours, whoever has left them switched on; that it was queued we know.
MEANING: Mapping[str, What] = {
    EventType.DELIVERED: What.DELIVERED,
    EventType.DEFERRED: What.DEFERRED,
    EventType.BOUNCED: What.BOUNCED,
    EventType.REJECTED: What.REJECTED,
    EventType.FAILED: What.REJECTED,
    EventType.COMPLAINED: What.COMPLAINED,
    EventType.UNSUBSCRIBED: What.OTHER,
    EventType.AUTORESPONDED: What.OTHER,
}
# Reasons that are in the address itself, or in what its owner asked of the provider.
OF_THE_ADDRESS = (RejectReason.INVALID, RejectReason.BOUNCED, RejectReason.SPAM, RejectReason.UNSUBSCRIBED)
_STATUS = re.compile(r"(?<![\d.])([45])\.(\d{1,3})\.(\d{1,3})(?!\.?\d)")
_SOFT = re.compile(r"soft|transient|temporary|blocked|undetermined", re.IGNORECASE)
# Where providers write what kind of bounce it was, each in its own way.
_KINDS = ("event", "type", "bouncetype", "bounce_type", "status", "severity", "recordtype")
_LASTING_CLASSES = ("10", "30", "90")  # SparkPost's: invalid recipient, no such recipient, unsubscribed


@csrf_exempt  # providers have no cookie to be borrowed; the secret is the guard
@never_cache
def provider_events(request: HttpRequest, sender: UUID) -> HttpResponse:
    if request.method in ("GET", "HEAD"):
        return HttpResponse()  # how some ask if there is anybody; the answer is the same for every sender
    if request.method != "POST":
        return HttpResponse(status=405, headers={"Allow": "GET, HEAD, POST"})
    verdict = allow("provider_events", network(request))
    if not verdict:
        return HttpResponse(status=429, headers={"Retry-After": str(verdict.retry_after)})
    # Whatever it sends by today: what left by the provider may still come back.
    found = Sender.objects.filter(uuid=sender).exclude(provider="").first()
    if not _has_the_secret(request, found) or found is None:
        return HttpResponse(status=403)
    if not _read(request):
        return HttpResponse(status=413)
    try:
        events = _events(request, found)
    except AnymailWebhookValidationFailure as refusal:
        log.warning("A report for sender %s was not believed: %s.", found.pk, type(refusal).__name__)
        return HttpResponse(status=403)
    except AnymailConfigurationError:
        log.warning("Sender %s is sent another provider's reports, or ones that are not of sent mail.", found.pk)
        return HttpResponse(status=400)
    except Exception as error:  # anymail reads what comes as if it were well formed: any error there is
        log.warning("A report for sender %s could not be read: %s.", found.pk, type(error).__name__)
        return HttpResponse(status=400)
    for event in events:
        outbox.record_event(found, **event)
    return HttpResponse()


def _has_the_secret(request: HttpRequest, sender: Sender | None) -> bool:
    """An unknown sender takes as long as a known one, and a sender with no secret lets nobody in."""
    secret = (sender.webhook_secret if sender else "") or secrets.token_urlsafe(32)
    return constant_time_compare(get_request_basic_auth(request) or "", f"{NAME}:{secret}")


def _read(request: HttpRequest) -> bool:
    """Reads the body, past the limit for forms that strangers post, up to one of our own."""
    body = request.read(LARGEST_BODY + 1)
    request._body = body  # as HttpRequest.body does
    return len(body) <= LARGEST_BODY


def _events(request: HttpRequest, sender: Sender) -> list[dict[str, Any]]:
    """All that there is to record, before any of it is. Raises whatever anymail does."""
    provider, credentials = PROVIDERS.get(sender.provider), usable(sender.credentials)
    if provider is None:
        raise AnymailWebhookValidationFailure
    missing = [name for name in provider.webhook_required if name not in credentials]
    if not provider.webhook or missing:
        raise AnymailWebhookValidationFailure
    keys = {name: credentials[name] for name in provider.webhook_keys if name in credentials}
    view = import_string(f"anymail.webhooks.{provider.webhook}")(
        webhook_secret=f"{NAME}:{sender.webhook_secret}", **keys
    )
    view.run_validators(request)
    found = view.parse_events(request)
    if len(found) > MOST_EVENTS:
        raise ValueError("too many events")
    return [ready for event in found if (ready := _recordable(event))]


def _recordable(event: AnymailTrackingEvent) -> dict[str, Any] | None:
    what, uuid = MEANING.get(event.event_type), _our_id(event)
    if what is None or uuid is None:
        return None
    said = " ".join(printable(str(text)[:2000]) for text in (event.description, event.mta_response) if text)
    return {
        "event_id": _event_id(event, uuid),
        "uuid": uuid,
        "what": what,
        "permanent": _is_for_good(event, what, said),
        "detail": said[:1000],
        "occurred_at": _time_of(event),
    }


def _our_id(event: AnymailTrackingEvent) -> UUID | None:
    metadata = event.metadata if isinstance(event.metadata, Mapping) else {}
    tags = event.tags if isinstance(event.tags, list) else []
    for candidate in (metadata.get(OUR_ID), *tags[:10]):
        try:
            return UUID(candidate)
        except (ValueError, TypeError, AttributeError):
            continue
    return None


def _event_id(event: AnymailTrackingEvent, uuid: UUID) -> str:
    """The provider's own, or what stays the same when it reports once more. Hashed, so that it is fit for a column."""
    if event.event_id:
        parts = [event.event_type, event.event_id, uuid]
    else:
        parts = [event.event_type, uuid, event.message_id, event.timestamp, event.reject_reason, event.mta_response]
    return sha256("\0".join(map(str, parts)).encode("utf-8", "surrogatepass")).hexdigest()


def _time_of(event: AnymailTrackingEvent) -> datetime:
    """Within reason: a provider's clock, or a forged one, must not put an event before all others or after."""
    now = timezone.now()
    at = event.timestamp if isinstance(event.timestamp, datetime) else now
    at = at if timezone.is_aware(at) else at.replace(tzinfo=UTC)
    return at if at <= now and at.year >= 2000 else now


def _is_for_good(event: AnymailTrackingEvent, what: What, said: str) -> bool:
    """Would the next email to this address come back too? Not for a full mailbox (5.2.2), nor a policy (5.7.x)."""
    if what not in (What.BOUNCED, What.REJECTED) or event.reject_reason not in (*OF_THE_ADDRESS, None):
        return False
    raw = event.esp_event if isinstance(event.esp_event, Mapping) else {}
    if any(_SOFT.search(kind) for kind in _kinds(raw)) or _value(raw, "hard_bounce") is False:
        return False
    if (bounce_class := _value(raw, "bounce_class")) is not None:
        return str(bounce_class) in _LASTING_CLASSES
    if status := _STATUS.search(said):
        return status[1] == "5" and status[2] != "7" and (status[2], status[3]) != ("2", "2")
    return event.reject_reason is not None or what == What.BOUNCED


def _kinds(raw: Mapping[str, Any]) -> list[str]:
    return [value for key, value in _pairs(raw) if key in _KINDS and isinstance(value, str)]


def _value(raw: Mapping[str, Any], wanted: str) -> Any:
    return next((value for key, value in _pairs(raw) if key == wanted), None)


def _pairs(raw: Mapping[str, Any], depth: int = 3) -> Iterable[tuple[str, Any]]:
    for key, value in raw.items():
        yield str(key).lower(), value
        if depth and isinstance(value, Mapping):
            yield from _pairs(value, depth - 1)
