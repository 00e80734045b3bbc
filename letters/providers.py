"""How an email leaves through a mail provider's HTTP API, by the backends of django-anymail (docs/decisions/0011).

Each Sender has its own credentials, which reach the backend as arguments and never through settings.
"""

import io
import re
import ssl
import time
from collections.abc import Callable
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from typing import Any, cast
from urllib.parse import urljoin

import requests
import urllib3
from anymail.backends.base_requests import AnymailRequestsBackend, RequestsPayload
from anymail.exceptions import AnymailConfigurationError, AnymailError, AnymailRequestsAPIError
from anymail.message import AnymailMessage
from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from requests.adapters import HTTPAdapter

from .answers import printable
from .delivery import DeliveryError, nothing
from .mime import HEADERS, Parcel
from .models import Sender
from .provider_table import PROVIDERS, Provider, WrongCredentials, checked

__all__ = ["PROVIDERS", "Provider", "ProviderChannel", "provider_of"]

CONNECT_SECONDS = 5.0
LONGEST_ANSWER = 1 << 20  # bytes
OUR_ID = "countersign_id"
OUR_HEADERS = ("Message-ID", "X-Countersign-Id", *HEADERS)


def provider_of(sender: Sender) -> tuple[Provider, dict[str, str]]:
    """Its provider, and its credentials checked. Raises DeliveryError with a sentence that names the field."""
    try:
        return checked(sender.provider, sender.credentials)
    except WrongCredentials as error:
        raise DeliveryError(str(error), server=True) from error


class _WithAnEnd(HTTPAdapter):
    """requests' time limit is one for each read: a body that trickles would be read for ever."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        super().__init__()

    def send(self, *request: Any, **options: Any) -> requests.Response:
        response = super().send(*request, **{**options, "stream": True})
        deadline, body = time.monotonic() + self.seconds, b""
        try:
            while part := response.raw.read1(LONGEST_ANSWER, decode_content=True):
                body += part
                if len(body) > LONGEST_ANSWER or time.monotonic() > deadline:
                    raise requests.exceptions.ReadTimeout("its answer has no end")
        except urllib3.exceptions.HTTPError as error:
            raise requests.exceptions.ReadTimeout("its answer broke off") from error
        except requests.exceptions.ReadTimeout:
            response.close()
            raise
        response.raw = io.BytesIO(body)
        return response


class ProviderChannel:
    """One session of one sender, kept for the turn of a drain."""

    def __init__(self, sender: Sender, seconds: float | None = None) -> None:
        """Raises DeliveryError for credentials that cannot be right. `seconds`: how long to wait for an answer."""
        self.provider, self.credentials = provider_of(sender)
        names = (*self.provider.required, *self.provider.optional, "api_url")
        options = {name: self.credentials[name] for name in names if name in self.credentials}
        backend = import_string(f"anymail.backends.{self.provider.module}.EmailBackend")
        timeout = (CONNECT_SECONDS, seconds or settings.SMTP_TIMEOUT_SECONDS)
        try:
            self.backend = cast(AnymailRequestsBackend, backend(timeout=timeout, **options))
            self.backend.open()
        except (AnymailConfigurationError, UnicodeError, KeyError) as error:
            raise DeliveryError(_("The provider's credentials cannot be used as they are."), server=True) from error
        for scheme in ("https://", "http://"):
            self.backend.session.mount(scheme, _WithAnEnd(timeout[1]))
        # Followed, a redirect would take the key and the email to wherever it leads.
        self.backend.session.max_redirects = 0

    def close(self) -> None:
        self.backend.close()

    def abort(self) -> None:
        pass  # requests ends by its own time limits

    def deliver(self, parcel: Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing) -> str:
        message = self.message(parcel)
        payload = self.payload(message)
        if self.provider.module == "resend":
            payload.headers["Idempotency-Key"] = parcel.uuid  # for 24 hours
        handing()
        try:
            response = self.backend.post_to_esp(payload, message)
            statuses = self.backend.parse_recipient_status(response, payload, message)
        except requests.exceptions.RequestException as error:  # AnymailRequestsAPIError is one of them
            raise self._not_accepted(error) from error
        except (AnymailError, LookupError, AttributeError, TypeError, ValueError) as error:
            raise _no_answer(_("its answer could not be read")) from error
        found = {recipient.status for recipient in statuses.values()}
        if found and found <= {"sent", "queued"}:
            ids = sorted({str(recipient.message_id) for recipient in statuses.values() if recipient.message_id})
            return " ".join([f"{self.backend.esp_name}:", *sorted(found), *ids])[:200]
        if found and found <= {"rejected", "invalid"}:
            raise self._refusal(_("it does not send to this address"), permanent=True)
        if response.status_code >= 400:
            raise self._refused(response)
        if found == {"failed"}:
            raise self._refusal(_("it could not send it"))
        raise _no_answer(_("its answer was neither yes nor no"))

    def ask(self, path: str) -> requests.Response:
        """A GET with the key, which sends nothing. Raises requests' errors."""
        params = self.payload(AnymailMessage(from_email="nobody@example.org", to=["nobody@example.org"]))
        known = params.get_request_params(self.backend.api_url)
        url = urljoin(self.backend.api_url, path)
        headers = {name: value for name, value in (known["headers"] or {}).items() if name != "Content-Type"}
        session: requests.Session = self.backend.session
        return session.get(url, headers=headers, auth=known["auth"], timeout=self.backend.timeout)

    def message(self, parcel: Parcel) -> AnymailMessage:
        """The email as anymail wants it, from the parts of what would leave by SMTP."""
        built, provider = parcel.built, self.provider
        headers = {name: str(built[name]) for name in OUR_HEADERS if name in built and name not in provider.withheld}
        if not provider.headers:
            headers = {}
        headers |= provider.added or {}
        if provider.module == "brevo":
            headers["idempotencyKey"] = parcel.uuid  # taken out of the email by Brevo, which keeps it for 15 minutes
        options: dict[str, Any] = {"metadata": {OUR_ID: parcel.uuid}} if provider.metadata else {"tags": [parcel.uuid]}
        if provider.tracking:
            options |= {"track_opens": False, "track_clicks": False}
        message = AnymailMessage(
            subject=str(built["Subject"]),
            body=_text(built, "plain"),
            from_email=_address(built, "From"),
            to=[_address(built, "To")],
            reply_to=[_address(built, "Reply-To")] if "Reply-To" in built else None,
            headers=headers,
            **options,
        )
        if html := _text(built, "html"):
            message.attach_alternative(html, "text/html")
        for part in built.iter_attachments():
            message.attach(part.get_filename(), part.get_content(), part.get_content_type())
        return message

    def payload(self, message: AnymailMessage) -> RequestsPayload:
        """What will be posted, whole, so that nothing can fail after `handing` but the provider."""
        try:
            payload = cast(RequestsPayload, self.backend.build_message_payload(message, {}))
            payload.get_api_endpoint()
        except AnymailConfigurationError as error:
            raise DeliveryError(_("The provider's credentials cannot be used as they are."), server=True) from error
        except AnymailError as error:
            # Its first words are anymail's own; what follows may repeat the email.
            reason = str(error.args[0] if error.args else "").splitlines()[0][:200]
            sentence = _("%(provider)s cannot send this email: %(reason)s")
            raise DeliveryError(
                sentence % {"provider": self.backend.esp_name, "reason": reason}, permanent=True
            ) from error
        return payload

    def _not_accepted(self, error: requests.exceptions.RequestException) -> DeliveryError:
        response = error.response
        if response is None:
            return _broken(error)
        if response.status_code < 300:  # it said yes, to something that anymail does not know
            return _no_answer(_("its answer could not be read"))
        return self._refused(response)

    def _refused(self, response: requests.Response) -> DeliveryError:
        """What an HTTP status says. 500, 502, 504 and their like may come after the email was taken."""
        status, said = response.status_code, self.said_in(response)
        reason = f"{status} {said}".strip()
        if self.provider.module == "mandrill" and status == 500 and '"error"' in response.text:
            # Its errors are all 500, with a name; GeneralError and the unknown remain a doubt.
            named = re.search(
                r'"name":\s*"(Invalid_Key|PaymentRequired|Unknown_Subaccount|ValidationError)"', response.text
            )
            if named:
                return self._refusal(
                    reason, permanent=named[1] == "ValidationError", server=named[1] != "ValidationError"
                )
        if status in (429, 503):
            return self._refusal(reason, server=True)
        if status == 409 or status >= 500:  # 409: it has had an email with this key before, or has it in hand
            return _no_answer(reason)
        if status == 408:
            return self._refusal(reason)
        of_the_email = status in (400, 413, 415, 422) and not _is_about_our_account(said)
        return self._refusal(reason, permanent=of_the_email, server=not of_the_email)

    def _refusal(self, reason: str, **flags: bool) -> DeliveryError:
        return DeliveryError(_("The mail provider answered: %s") % reason, **flags)

    def said_in(self, response: requests.Response) -> str:
        """The sentence in an answer, without our keys if it repeats them."""
        try:
            text = _sentence(response.json()) or response.text
        except ValueError:
            text = response.text
        for secret in self.credentials.values():
            text = text.replace(secret, "…")
        return printable(text)[:300]


def _broken(error: requests.exceptions.RequestException) -> DeliveryError:
    """The connection failed: before anything was sent, or in the middle."""
    inner = error.__cause__ if isinstance(error, AnymailRequestsAPIError) else error
    cause = inner.args[0] if inner is not None and inner.args else None
    reason = getattr(cause, "reason", None)  # urllib3's, inside its MaxRetryError
    never_sent = (
        requests.exceptions.ConnectTimeout,
        requests.exceptions.ProxyError,
        requests.exceptions.TooManyRedirects,
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
        requests.exceptions.InvalidHeader,
    )
    # Of TLS only the certificate is looked at before anything is sent; any other failure of it may come after.
    bad_certificate = any(isinstance(part, ssl.SSLCertVerificationError) for part in getattr(reason, "args", ()))
    new = urllib3.exceptions.NewConnectionError
    if isinstance(error, never_sent) or isinstance(reason, new) or bad_certificate:
        sentence = _("The mail provider could not be reached: %s") % type(reason or inner or error).__name__
        return DeliveryError(sentence, server=True)
    return _no_answer(type(inner or error).__name__)


def _no_answer(reason: str) -> DeliveryError:
    sentence = _("The mail provider may have taken the email, but never said whether it accepted it: %s") % reason
    return DeliveryError(sentence, uncertain=True)


# A refusal of the same status as that of a bad recipient, but for what somebody has to set right at the provider.
_OUR_ACCOUNT = re.compile(
    r"api.?key|token|unauthori[sz]ed|sender|'?\bfrom'?\b.{0,20}(address|parameter|field|domain|email)|sending domain"
    r"|(domain|address).{0,40}(not|un).{0,3}(verified|confirmed|configured)|pending approval|suspended|deactivated"
    r"|credit|quota|subscription|message ?stream|not allowed to send",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(r"'?\bto\b'?.{0,12}(address|parameter|field|email)|'to'|recipient", re.IGNORECASE)


def _is_about_our_account(said: str) -> bool:
    return bool(_OUR_ACCOUNT.search(said)) and not _RECIPIENT.search(said)


def _sentence(answer: Any, depth: int = 0) -> str:
    """The first text under a key that providers use for one."""
    if depth > 4:
        return ""
    if isinstance(answer, list):
        return next((found for item in answer if (found := _sentence(item, depth + 1))), "")
    if not isinstance(answer, dict):
        return ""
    lower = {str(key).lower(): value for key, value in answer.items()}
    for key in ("message", "errormessage", "error_message", "description", "detail", "error"):
        if isinstance(lower.get(key), str) and lower[key]:
            return str(lower[key])
    return next((found for value in answer.values() if (found := _sentence(value, depth + 1))), "")


def _address(built: EmailMessage, header: str) -> str:
    """Quoted as a header wants it, for anymail reads it as one; `mime` has seen to it that it is one address."""
    (mailbox,) = built[header].addresses
    return str(cast(Mailbox, mailbox))


def _text(built: EmailMessage, kind: str) -> str:
    part = built.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""
