"""How an email leaves: through an SMTP server, or into the demonstration mailbox, which reaches nobody."""

import selectors
import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.utils.translation import gettext as _

from config import mailbox

from .answers import is_our_setting, printable, speaks_of_policy, speaks_of_the_domain
from .delivery import Channel, DeliveryError, nothing
from .mime import LINE_BREAK, Parcel
from .models import OutgoingEmail, Sender

Reply = tuple[int, bytes]

LONGEST_REPLY = 100  # lines; a server's list of what it can do has some twenty
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Capture:
    def deliver(self, parcel: Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing) -> str:
        handing()
        try:
            mailbox.capture(parcel.data, parcel.uuid)
        except OSError as error:
            raise DeliveryError(_("The demonstration mailbox cannot be written: %s") % error.strerror) from error
        return _("Captured in the demonstration mailbox; it reached nobody.")

    def close(self) -> None:
        pass

    def abort(self) -> None:
        pass


class _Reply:
    """What a server says, read by line. An answer has an end: smtplib would read its lines for ever."""

    def __init__(self, sock: socket.socket) -> None:
        self.file = sock.makefile("rb")
        self.begin()

    def begin(self) -> None:
        self.lines, self.deadline = 0, time.monotonic() + settings.SMTP_TIMEOUT_SECONDS

    def readline(self, size: int) -> bytes:
        self.lines += 1
        if self.lines > LONGEST_REPLY or time.monotonic() > self.deadline:
            raise TimeoutError("its answer has no end")
        return self.file.readline(size)

    def peek(self, size: int) -> bytes:
        return self.file.peek(size)

    def close(self) -> None:
        self.file.close()


class _Plain(smtplib.SMTP):
    """Whoever opens it knows it before the server has said a word: the greeting is read while it is made."""

    def __init__(self, known: Callable[[smtplib.SMTP], None], *args: Any, **options: Any) -> None:
        known(self)
        super().__init__(*args, **options)

    def getreply(self) -> Reply:
        if self.file is None and self.sock is not None:
            self.file = _Reply(self.sock)  # anew after STARTTLS
        if self.file is not None:
            self.file.begin()
        return super().getreply()


class _Tls(_Plain, smtplib.SMTP_SSL):
    pass


class Smtp:
    """One connection, opened for the first email and kept for the next ones."""

    def __init__(self, url: str) -> None:
        """Raises DeliveryError for a URL that says something we do not know: a typing error must not cost the TLS."""
        self.url = urlsplit(url)
        options = parse_qs(self.url.query, keep_blank_values=True)
        self.starttls = options == {"tls": ["starttls"]}
        if self.url.scheme not in ("smtp", "smtps") or not self.url.hostname or (options and not self.starttls):
            raise DeliveryError(_("The address of the mail server cannot be read."), server=True)
        encrypted = self.starttls or self.url.scheme == "smtps" or self.url.hostname in LOOPBACK
        if self.url.username and not encrypted:
            raise DeliveryError(
                _("The mail server's password would travel in the clear: its address needs ?tls=starttls or smtps://"),
                server=True,
            )
        self.connection: smtplib.SMTP | None = None  # ready for use
        self.talking: smtplib.SMTP | None = None  # the same, or what may become it
        self.between_emails = False  # has it just accepted one? Then there is nothing to reset
        self.aborted = False

    def deliver(self, parcel: Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing) -> str:
        connection = self._addressed(parcel)
        handing()
        try:
            return self._data(connection, parcel.data, waiting)
        except DeliveryError as error:
            if error.server or error.uncertain:
                self._drop()
            raise

    def close(self) -> None:
        if self.connection is not None:
            connection, self.connection = self.connection, None
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()

    def abort(self) -> None:
        self.aborted = True
        if self.talking is not None and self.talking.sock is not None:
            with suppress(OSError):
                self.talking.sock.shutdown(socket.SHUT_RDWR)

    def _talks(self, connection: smtplib.SMTP) -> None:
        self.talking = connection

    def _addressed(self, parcel: Parcel) -> smtplib.SMTP:
        """A connection whose server has taken the envelope. A connection that went stale is replaced, once."""
        kept = self.connection is not None
        try:
            return self._envelope(parcel)
        except DeliveryError as error:
            if self.aborted or not (kept and error.server):
                raise
        return self._envelope(parcel)

    def _envelope(self, parcel: Parcel) -> smtplib.SMTP:
        connection = self._open()
        self.between_emails = False
        try:
            options = self._mail_options(connection, parcel)
            ask = _pipelined if connection.has_extn("pipelining") else _one_by_one
            (code, answer), recipient = ask(connection, parcel.envelope_from, options, str(parcel.envelope_to))
            if code != 250:
                raise _refused_sender(code, answer)
            code, answer = recipient
            if code not in (250, 251):
                raise _refusal(code, answer)
        except DeliveryError as error:
            if error.server:
                self._drop()
            raise
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise DeliveryError(_("The mail server broke off: %s") % _reason(error), server=True) from error
        return connection

    def _mail_options(self, connection: smtplib.SMTP, parcel: Parcel) -> list[str]:
        options = []
        if connection.has_extn("size"):
            options.append(f"SIZE={len(parcel.data)}")
        if parcel.needs_smtputf8:
            if not connection.has_extn("smtputf8"):
                raise DeliveryError(
                    _("The mail server cannot send to addresses with letters like these before the @ (SMTPUTF8)."),
                    permanent=True,
                )
            options += ["SMTPUTF8", "BODY=8BITMIME"]
        return options

    def _data(self, connection: smtplib.SMTP, data: bytes, waiting: Callable[[], None]) -> str:
        """DATA itself, step by step, for each step leaves us knowing something else."""
        try:
            code, answer = connection.docmd("DATA")
            if code != 354:
                raise _refusal(code, answer)
            # Dots are doubled at line starts (RFC 5321, 4.5.2). The end mark goes in the same call: an error here means
            # that the server has not seen the end, so that it cannot have taken the email.
            body = (b"\n" + data).replace(b"\n.", b"\n..")[1:]
            connection.send(body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n")
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise DeliveryError(_("The mail server broke off: %s") % _reason(error)) from error
        try:
            _wait_for_answer(connection, waiting)
            code, answer = connection.getreply()
        except (OSError, smtplib.SMTPException) as error:
            raise _no_answer(_reason(error)) from error
        if 200 <= code < 300:
            self.between_emails = True
            return _answer(code, answer)
        if 400 <= code < 600:
            raise _refusal(code, answer)
        raise _no_answer(_answer(code, answer))  # it said something, but neither yes nor no

    def _open(self) -> smtplib.SMTP:
        """The connection, ready for MAIL."""
        if self.connection is not None and self.between_emails:
            return self.connection
        if self.connection is not None:
            try:
                code, answer = self.connection.rset()
                if code != 250:
                    raise _refusal(code, answer)
                return self.connection
            except (OSError, smtplib.SMTPException, DeliveryError) as error:
                self._drop()
                raise DeliveryError(_("The mail server broke off: %s") % _reason(error), server=True) from error
        try:
            self.connection = self._connect()
        except smtplib.SMTPResponseException as error:
            sentence = _("The mail server did not let us in: %s") % _answer(error.smtp_code, error.smtp_error)
            raise DeliveryError(sentence, server=True) from error
        except (OSError, ValueError, smtplib.SMTPException) as error:
            sentence = _("The mail server could not be reached: %s") % _reason(error)
            raise DeliveryError(sentence, server=True) from error
        return self.connection

    def _connect(self) -> smtplib.SMTP:
        host, timeout = str(self.url.hostname), settings.SMTP_TIMEOUT_SECONDS
        connection: smtplib.SMTP
        if self.url.scheme == "smtps":
            context = ssl.create_default_context()
            port = self.url.port or 465
            connection = _Tls(self._talks, host, port, settings.MAIL_DOMAIN, timeout=timeout, context=context)
        else:
            connection = _Plain(self._talks, host, self.url.port or 25, settings.MAIL_DOMAIN, timeout=timeout)
        try:
            # Everything is said in whole commands: the end of an email must not wait for the word on its beginning.
            connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # type: ignore[union-attr]
            if self.starttls:
                connection.starttls(context=ssl.create_default_context())
            connection.ehlo_or_helo_if_needed()
            if self.url.username:
                connection.login(unquote(self.url.username), unquote(self.url.password or ""))
        except BaseException:
            connection.close()
            raise
        return connection

    def _drop(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def _one_by_one(connection: smtplib.SMTP, sender: str, options: list[str], to: str) -> tuple[Reply, Reply]:
    answer = connection.mail(sender, options)
    return answer, connection.rcpt(to) if answer[0] == 250 else answer


def _pipelined(connection: smtplib.SMTP, sender: str, options: list[str], to: str) -> tuple[Reply, Reply]:
    """MAIL and RCPT without waiting in between (RFC 2920). Never DATA: what is sent with it has begun to leave."""
    mail = " ".join([f"MAIL FROM:{smtplib.quoteaddr(sender)}", *options])
    rcpt = f"RCPT TO:{smtplib.quoteaddr(to)}"
    if LINE_BREAK.search(mail + rcpt):
        raise ValueError("A line break in an address.")
    connection.send(f"{mail}\r\n{rcpt}\r\n".encode())
    answer = connection.getreply()
    # Both are answered, unless the server hangs up.
    return answer, answer if answer[0] == 421 else connection.getreply()


def _wait_for_answer(connection: smtplib.SMTP, waiting: Callable[[], None]) -> None:
    """A server may look at the whole email before it answers, for longer than at any other step.

    Whoever gives up before, and sends it again, sends it twice (RFC 5321, 4.5.3.2.6). Raises TimeoutError.
    """
    sock = connection.sock
    assert sock is not None
    patience = time.monotonic() + settings.SMTP_ACCEPT_SECONDS
    if _has_answered(connection, sock):
        return
    with selectors.DefaultSelector() as selector:
        selector.register(sock, selectors.EVENT_READ)
        while not selector.select(min(settings.SMTP_TIMEOUT_SECONDS, max(0, patience - time.monotonic()))):
            if time.monotonic() >= patience:
                raise TimeoutError(f"no answer for {settings.SMTP_ACCEPT_SECONDS} seconds")
            waiting()


def _has_answered(connection: smtplib.SMTP, sock: socket.socket) -> bool:
    """Is there something that was read already, or decrypted? The operating system would not tell of it."""
    sock.settimeout(0)
    try:
        return connection.file is not None and bool(connection.file.peek(1))
    except ssl.SSLWantReadError:
        return False
    finally:
        sock.settimeout(settings.SMTP_TIMEOUT_SECONDS)


def _refused_sender(code: int, answer: bytes) -> DeliveryError:
    """Said before it knew the recipient: our sender's fault, and its settings', but for an email that is too large."""
    too_large = code == 552 or b"5.3.4" in answer
    sentence = _("The mail server refused the sender: %s") % _answer(code, answer)
    return DeliveryError(sentence, permanent=too_large, server=not too_large)


def _refusal(code: int, answer: bytes) -> DeliveryError:
    said = answer.decode("utf-8", "replace")
    server = is_our_setting(code, said)
    return DeliveryError(
        _("The mail server answered: %s") % _answer(code, answer),
        permanent=not server and code >= 500,
        server=server,
        domain=not server and speaks_of_the_domain(code, said),
        policy=not server and speaks_of_policy(code, said),
    )


def _no_answer(reason: str) -> DeliveryError:
    sentence = _("The mail server took the whole email, but never said whether it accepted it: %s") % reason
    return DeliveryError(sentence, uncertain=True)


def _answer(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return printable(f"{code} {text}")[:400]


def _reason(error: Exception) -> str:
    return printable(str(getattr(error, "strerror", None) or error or type(error).__name__))[:200]


class Channels:
    """The open channels of one drain: one a mail server, closed together."""

    def __init__(self) -> None:
        self.opened: dict[str, Channel] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for channel in self.opened.values():
            channel.close()

    def abort(self) -> None:
        for channel in list(self.opened.values()):
            channel.abort()

    def of(self, email: OutgoingEmail) -> Channel:
        # Whatever its row says: in demonstration mode there is one channel, and a stamped row knows no other.
        if settings.DEMONSTRATION or email.demonstration or email.sender.channel == Sender.Channel.CAPTURE:
            return self.opened.setdefault("capture", Capture())
        if email.sender.channel == Sender.Channel.PROVIDER:
            return self._provider(email.sender)
        url = email.sender.smtp_url or settings.SMTP_URL
        if url not in self.opened:
            self.opened[url] = Smtp(url)
        return self.opened[url]

    def _provider(self, sender: Sender) -> Channel:
        # Not before one is used: anymail and requests are 5 MB more in every process that sends by SMTP.
        from .providers import ProviderChannel

        key = f"provider {sender.pk}"
        if key not in self.opened:
            self.opened[key] = ProviderChannel(sender)
        return self.opened[key]
