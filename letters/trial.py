"""What the test button says: whether a Sender could send, step by step, in words for a volunteer. Nothing is sent."""

import re
import smtplib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

import requests
from django.conf import settings
from django.utils.translation import gettext as _

from .addresses import Address, BadAddress, one_address
from .answers import is_our_setting
from .channels import DeliveryError, Smtp
from .mime import SenderTrouble, from_of
from .models import Sender

STEP_SECONDS, ALL_SECONDS = 5.0, 20.0
# OpenSSL's X509_V_ERR_…: expired, self-signed, self-signed in chain, issuer not found (twice), name.
EXPIRED, UNKNOWN_ISSUER, WRONG_NAME = (10,), (18, 19, 20, 21), (62, 64)


@dataclass(frozen=True)
class Step:
    label: str
    ok: bool | None  # None: there is no way to know without sending
    sentence: str


class Failed(Exception):
    """A step failed; the message says what to do next."""


def trial(sender: Sender, to: str) -> list[Step]:
    """`to` is the tester's own address. The steps up to the first that failed; all of it within ALL_SECONDS."""
    if settings.DEMONSTRATION or sender.channel == Sender.Channel.CAPTURE:
        sentence = _("Nothing was connected to: this sender's mail is captured on this machine and reaches nobody.")
        return [Step(_("Demonstration"), True, sentence)]
    try:
        recipient = one_address(to)
    except BadAddress as error:
        return [Step(_("Your address"), False, str(error))]
    try:
        from_address = from_of(sender)[1]
    except SenderTrouble as error:
        return [Step(_("The From address"), False, str(error))]
    steps = (
        _of_provider(sender) if sender.channel == Sender.Channel.PROVIDER else _of_smtp(sender, from_address, recipient)
    )
    return list(steps)


def _of_smtp(sender: Sender, from_address: Address, to: Address) -> Iterator[Step]:
    label = _("The server's address")
    try:
        known = Smtp(sender.smtp_url or settings.SMTP_URL)
        _port(known)
    except (DeliveryError, ValueError) as error:
        sentence = str(error) if isinstance(error, DeliveryError) else _("The port is not a number up to 65535.")
        yield Step(label, False, sentence)
        return
    attempt = _Attempt(known, ours=not sender.smtp_url)
    watch = threading.Timer(ALL_SECONDS, attempt.give_up)
    watch.daemon = True
    watch.start()
    try:
        for label, does in (
            (_("Find the server"), attempt.find),
            (_("Connect"), attempt.connect),
            (_("Encryption"), attempt.encrypt),
            (_("Log in"), attempt.log_in),
            (_("The From address"), lambda: attempt.offer_from(from_address)),
            (_("A letter to you"), lambda: attempt.offer_to(to)),
        ):
            step = attempt.step(label, does)
            yield step
            if not step.ok:
                return
    finally:
        attempt.close()
        watch.cancel()


def _port(smtp: Smtp) -> int:
    return smtp.url.port or (465 if smtp.url.scheme == "smtps" else 25)


@dataclass
class _Attempt:
    """One conversation with a mail server, which ends before a letter would begin."""

    smtp: Smtp
    ours: bool = False  # the installation's own server: whoever may send through it need not know where it stands
    found: str = ""  # its address
    began: float = field(default_factory=time.monotonic)
    line: socket.socket | None = None
    connection: smtplib.SMTP | None = None

    @property
    def host(self) -> str:
        return str(self.smtp.url.hostname)

    def step(self, label: str, does: Callable[[], str]) -> Step:
        step = self._tried(label, does)
        return replace(step, sentence=self._without_its_names(step.sentence)) if self.ours else step

    def _without_its_names(self, sentence: str) -> str:
        greeted = (getattr(self.connection, "ehlo_resp", None) or b"").decode("utf-8", "replace").split()
        names = {self.host, self.found, unquote(self.smtp.url.username or ""), *greeted[:1]} - {""}
        either = "|".join(re.escape(name) for name in sorted(names, key=len, reverse=True))
        return re.sub(rf"(?<![\w@.-])(?:{either})(?![\w-])", "…", sentence, flags=re.IGNORECASE)

    def _tried(self, label: str, does: Callable[[], str]) -> Step:
        try:
            return Step(label, True, does())
        except Failed as failure:
            return Step(label, False, str(failure))
        except smtplib.SMTPResponseException as error:
            return Step(label, False, _("It answered: %s") % _said(error.smtp_code, error.smtp_error))
        except TimeoutError:
            return Step(label, False, _("It did not answer in time. Is it a mail server, and is the port right?"))
        except (OSError, smtplib.SMTPException, UnicodeError) as error:
            sentence = _("The connection broke: %s. Ask whoever runs the server, and check the port.")
            return Step(label, False, sentence % (getattr(error, "strerror", None) or type(error).__name__))

    def seconds(self) -> float:
        left = ALL_SECONDS - (time.monotonic() - self.began)
        if left <= 0:
            raise TimeoutError
        return min(STEP_SECONDS, left)

    def find(self) -> str:
        finder = ThreadPoolExecutor(1)  # a look-up has no time limit of its own
        try:
            found = finder.submit(socket.getaddrinfo, self.host, _port(self.smtp), type=socket.SOCK_STREAM)
            self.found = str(found.result(self.seconds())[0][4][0])
        except TookTooLong as error:
            raise Failed(
                _("Nobody could say in time where this server is. Try again; check this machine's DNS.")
            ) from error
        except (OSError, UnicodeError) as error:
            raise Failed(_("There is no server of the name “%s”. Look for a typing error.") % self.host) from error
        finally:
            finder.shutdown(wait=False)
        return _("Found.") if self.ours else _("Found: %s") % self.found

    def connect(self) -> str:
        port = _port(self.smtp)
        try:
            self.line = socket.create_connection((self.host, port), self.seconds())
        except ConnectionRefusedError as error:
            sentence = _("Nothing listens on port %d. Usual are 587 (with ?tls=starttls) and 465 (with smtps://).")
            raise Failed(sentence % port) from error
        except TimeoutError as error:
            sentence = _(
                "Port %d does not answer. A firewall may be in between: many hosts close 25 to their customers."
            )
            raise Failed(sentence % port) from error
        return _("Connected to port %d.") % port

    def encrypt(self) -> str:
        assert self.line is not None
        at_once = self.smtp.url.scheme == "smtps"
        context = ssl.create_default_context()
        try:
            self.line.settimeout(self.seconds())
            if at_once:
                self.line = context.wrap_socket(self.line, server_hostname=self.host)
            self.connection = _Conversation(self.line, self.host)
            self._greet(self.connection)
            if self.smtp.starttls:
                if not self.connection.has_extn("starttls"):
                    raise Failed(_("The server has no STARTTLS on this port. Try port 465 with smtps://"))
                self.connection.starttls(context=context)
                self.line = self.connection.sock
                self.connection.ehlo_or_helo_if_needed()  # what it offers now, a password perhaps
        except ssl.SSLCertVerificationError as error:
            raise Failed(self._of_the_certificate(error)) from error
        except ssl.SSLError as error:
            sentence = _("The server does not speak TLS at once on this port. Try smtp:// with ?tls=starttls.")
            raise Failed(sentence) from error
        if at_once or self.smtp.starttls:
            return _("Encrypted, and the certificate is the server's own.")
        return _("Not encrypted: letters can be read on the way to this server. Well on this machine, nowhere else.")

    def _greet(self, connection: smtplib.SMTP) -> None:
        try:
            code, answer = connection.getreply()
        except (TimeoutError, smtplib.SMTPServerDisconnected) as error:
            sentence = _("It says nothing. If this is port 465, it wants smtps:// in its address.")
            raise Failed(sentence) from error
        if code != 220:
            raise Failed(_("It does not greet as a mail server does: %s") % _said(code, answer))
        connection.ehlo_or_helo_if_needed()

    def _of_the_certificate(self, error: ssl.SSLCertVerificationError) -> str:
        if error.verify_code in WRONG_NAME:
            sentence = _("The server's certificate is for another name than “%s”. Use the name that your host gives.")
            return sentence % self.host
        if error.verify_code in EXPIRED:
            return _("The server's certificate has expired. Whoever runs it has to renew it.")
        if error.verify_code in UNKNOWN_ISSUER:
            return _("Nobody we know vouches for the server's certificate: somebody else may be answering for it.")
        return _("The server's certificate is not right: %s") % error.verify_message

    def log_in(self) -> str:
        connection, url = self._ready(), self.smtp.url
        if not url.username:
            return _("No name and password are set, so none were given.")
        if not connection.has_extn("auth"):
            raise Failed(_("The server takes no password here. Try ?tls=starttls, or port 465 with smtps://"))
        try:
            connection.login(unquote(url.username), unquote(url.password or ""))
        except smtplib.SMTPAuthenticationError as error:
            sentence = _(
                "The name or the password was refused. Some hosts want a password of its own for each program. (%s)"
            )
            raise Failed(sentence % _said(error.smtp_code, error.smtp_error)) from error
        except smtplib.SMTPNotSupportedError as error:
            raise Failed(_("The server takes no password in a way that we know.")) from error
        return _("The name and the password were accepted.")

    def offer_from(self, address: Address) -> str:
        connection = self._ready()
        code, answer = connection.mail(str(address), ["SMTPUTF8"] if address.needs_smtputf8 else [])
        if code in (530, 535):
            raise Failed(
                _("It wants a name and a password first: put them into its address. (%s)") % _said(code, answer)
            )
        if code != 250:
            sentence = _("It does not send for %(address)s. Is that an address of this account? (%(said)s)")
            raise Failed(sentence % {"address": address, "said": _said(code, answer)})
        return _("It sends for %s.") % address

    def offer_to(self, address: Address) -> str:
        connection = self._ready()
        code, answer = connection.rcpt(str(address))
        with suppress(OSError, smtplib.SMTPException):
            connection.rset()
        text = _said(code, answer)
        if code in (250, 251):
            return _("It would take a letter to %s. None was sent: only a real one shows that it arrives.") % address
        if is_our_setting(code, text):
            raise Failed(_("It does not pass mail on for us: a name and a password may be missing. (%s)") % text)
        if code < 500:
            raise Failed(_("Not just now; try again in some minutes. (%s)") % text)
        raise Failed(_("It refuses letters to you. Is the address right? (%s)") % text)

    def _ready(self) -> smtplib.SMTP:
        assert self.connection is not None and self.connection.sock is not None
        self.connection.sock.settimeout(self.seconds())
        return self.connection

    def give_up(self) -> None:
        """From another thread: whoever answers a letter a second is cut off too."""
        if self.line is not None:
            with suppress(OSError):
                self.line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        with suppress(OSError, smtplib.SMTPException):
            if self.connection is not None and self.connection.sock is not None:
                self.connection.sock.settimeout(1)
                self.connection.quit()
        if self.line is not None:
            self.line.close()


class _Conversation(smtplib.SMTP):
    """On a socket that is open already, so that each step can be told from the next."""

    def __init__(self, connected: socket.socket, host: str) -> None:
        super().__init__(local_hostname=settings.MAIL_DOMAIN)
        self.sock = connected
        self._host = host  # what starttls() compares the certificate with


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return " ".join(f"{code} {text}".split())[:300]


def _of_provider(sender: Sender) -> Iterator[Step]:
    # As in channels: only where a provider is used.
    from .providers import ProviderChannel

    try:
        channel = ProviderChannel(sender, seconds=STEP_SECONDS)
    except DeliveryError as error:
        yield Step(_("The credentials"), False, str(error))
        return
    try:
        name = channel.provider.label
        yield Step(_("The credentials"), True, _("Everything that %s asks for is filled in.") % name)
        yield _key_step(channel, name)
        if not channel.provider.webhook:
            yield Step(_("Reports"), None, _("%s reports no bounces to us: watch them at the provider.") % name)
    finally:
        channel.close()


def _key_step(channel: Any, name: str) -> Step:
    label = _("The key")
    unknown = _("%s has no way to try a key without sending. Only a real test email shows it.") % name
    if not channel.provider.check:
        return Step(label, None, unknown)
    try:
        response = channel.ask(channel.provider.check)
    except requests.exceptions.RequestException as error:
        sentence = _("%(name)s could not be reached (%(why)s). Is this machine online, and the api_url right?")
        return Step(label, False, sentence % {"name": name, "why": type(error).__name__})
    said = channel.said_in(response)
    if response.ok:
        return Step(label, True, _("%s accepts the key. Only a real test email shows that it sends.") % name)
    if "restricted" in response.text.lower() or response.status_code == 403:
        sentence = _("%s knows the key, which may do little else than send. Only a real test email shows it.")
        return Step(label, None, sentence % name)
    if response.status_code in (400, 401):
        sentence = _("%(name)s refuses the key: copy it anew, whole, from its settings. (%(said)s)")
        return Step(label, False, sentence % {"name": name, "said": f"{response.status_code} {said}"})
    sentence = _("%(name)s gave no clear answer; try again later. (%(said)s)")
    return Step(label, None, sentence % {"name": name, "said": f"{response.status_code} {said}"})
