"""A real SMTP server on a free port that does what it is told and remembers what it accepted."""

import asyncio
import ssl
import threading
import warnings
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HANG_UP = "hang up"  # instead of an answer
ACCEPT_AND_HANG_UP = "accept and hang up"  # for DATA: the email is taken, the 250 is never sent
STALL = "stall"  # no answer until the other side gives up


@dataclass(frozen=True)
class Accepted:
    envelope_from: str
    envelope_to: str
    data: bytes
    mail_options: tuple[str, ...]
    connection: int

    @property
    def message(self) -> EmailMessage:
        return BytesParser(policy=policy.default).parsebytes(self.data)

    @property
    def uuid(self) -> str:
        return str(self.message["X-Countersign-Id"])


@dataclass
class SmtpServer:
    """`answers` holds what to say next at each verb (MAIL, RCPT, DATA, RSET); when it is empty, yes."""

    port: int = 0
    delay: float = 0.0  # seconds between taking an email and saying so
    answers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    always: dict[str, str] = field(default_factory=dict)
    accepted: list[Accepted] = field(default_factory=list)
    # The address of every email that began to be handed over, accepted or not.
    began: list[str] = field(default_factory=list)
    connections: int = 0
    resets: int = 0
    pipelining: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def next_answer(self, verb: str) -> str:
        with self.lock:
            return self.answers[verb].pop(0) if self.answers[verb] else self.always.get(verb, "")

    def taken(self) -> list[Accepted]:
        with self.lock:
            return list(self.accepted)


class _Smtp(SMTP):
    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        server: SmtpServer = self.event_handler.server
        with server.lock:
            server.connections += 1
            self.number = server.connections

    def hang_up(self) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()


class _Handler:
    def __init__(self, server: SmtpServer) -> None:
        self.server = server

    async def _said(self, verb: str, smtp: _Smtp) -> str:
        answer = self.server.next_answer(verb)
        if answer == STALL:
            await asyncio.sleep(60)
        if answer in (HANG_UP, STALL):
            smtp.hang_up()
            return "421 gone"
        return answer

    async def handle_EHLO(
        self, smtp: _Smtp, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return ["250-PIPELINING", *responses] if self.server.pipelining else responses

    async def handle_MAIL(
        self, smtp: _Smtp, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._said("MAIL", smtp)
        if answer:
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, smtp: _Smtp, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._said("RCPT", smtp)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_RSET(self, smtp: _Smtp, session: Session, envelope: Envelope) -> str:
        with self.server.lock:
            self.server.resets += 1
        return await self._said("RSET", smtp) or "250 OK"

    async def handle_DATA(self, smtp: _Smtp, session: Session, envelope: Envelope) -> str:
        server = self.server
        with server.lock:
            server.began.append(envelope.rcpt_tos[0])
        answer = server.next_answer("DATA")
        if answer == STALL:
            await asyncio.sleep(60)
        if answer in ("", ACCEPT_AND_HANG_UP) or answer.startswith("keep "):
            assert isinstance(envelope.content, bytes)
            sender, options = str(envelope.mail_from), tuple(envelope.mail_options)
            with server.lock:
                server.accepted += [
                    Accepted(sender, to, envelope.content, options, smtp.number) for to in envelope.rcpt_tos
                ]
        await asyncio.sleep(server.delay)
        if answer in (HANG_UP, ACCEPT_AND_HANG_UP, STALL):
            smtp.hang_up()
        return answer.removeprefix("keep ") or "250 2.0.0 Ok: queued"


@contextmanager
def smtp_server(
    *,
    delay: float = 0.0,
    smtputf8: bool = True,
    tls: ssl.SSLContext | None = None,
    login: tuple[str, str] | None = None,
) -> Iterator[SmtpServer]:
    """Runs until the block ends. `tls` offers STARTTLS; `login` is the name and password it wants."""
    server = SmtpServer(delay=delay)

    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        assert isinstance(given, LoginPassword)
        right = login is not None and (given.login.decode(), given.password.decode()) == login
        return AuthResult(success=right, handled=False)

    loop = asyncio.new_event_loop()

    def protocol() -> _Smtp:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Requiring AUTH while not requiring TLS")  # it is what is tested
            return _Smtp(
                _Handler(server),
                hostname="smtp.test",
                loop=loop,
                enable_SMTPUTF8=smtputf8,
                tls_context=tls,
                authenticator=authenticate,
                auth_required=login is not None,
                auth_require_tls=tls is not None,
                data_size_limit=None,
            )

    async def stop() -> None:
        listening.close()
        loop.stop()

    listening = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        asyncio.run_coroutine_threadsafe(stop(), loop)
        thread.join(5)
