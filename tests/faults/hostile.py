"""A mail server that misbehaves at every step it can, and keeps its own record of what it took."""

import asyncio
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Self

# What it may answer instead of yes. BODY is the answer to the email itself.
TEMPORARY = {
    "CONNECT": "421 4.3.2 Come back later",
    "EHLO": "421 4.3.2 Come back later",
    "MAIL": "451 4.3.0 Try again \0",
    "RCPT": "450 4.2.1 This mailbox is busy",
    "DATA": "451 4.3.0 Try again",
    "BODY": "452 4.3.1 No room",
    "RSET": "451 4.3.0 Try again",
    "QUIT": "421 4.3.0 Try again",
}
POLICY = "550 5.7.1 Not wanted here, for reasons of policy"
PERMANENT = {
    "CONNECT": ("554 5.3.2 Not here",),
    "EHLO": ("502 5.5.1 Never heard of it",),
    "MAIL": ("550 5.1.8 Not you",),
    "RCPT": ("550 5.1.1 There is nobody of this name", POLICY),
    "DATA": ("554 5.5.0 No",),
    "BODY": ("554 5.6.0 Not like this", POLICY),
    "RSET": ("502 5.5.1 Never heard of it",),
    "QUIT": ("502 5.5.1 Never heard of it",),
}
GARBAGE = (
    b"\x00\xff\xfe what?\r\n",
    b"hello there\r\n",
    b"2",
    b"250-and more\r\n250-and more\r\nnothing\r\n",
    b"9" * 9000,
)
KINDS = ("4xx", "5xx", "drop", "stall", "garbage")
# Only after the email itself: it was taken, and the sender is not told so; or is, and then nothing more.
AFTER_THE_BODY = ("take and drop", "take and stall", "take and garbage", "answer and drop")
VERBS = tuple(TEMPORARY)
FINAL_NO = ("RCPT", "DATA", "BODY")  # where a 5xx is the last word on this email


@dataclass(frozen=True)
class Taken:
    at: float  # time.monotonic()
    address: str
    uuid: str


@dataclass
class HostileServer:
    chance: random.Random
    rates: Mapping[str, float]  # verb → how often it misbehaves there
    stall: float = 3.0  # seconds: longer than our timeout
    pipelining: float = 0.5  # how often it offers that
    slow: float = 0.03  # seconds at most between taking an email and saying so
    port: int = 0
    refusing: bool = False  # nobody is let in, as if it were down
    misbehaves: bool = True
    taken: list[Taken] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)  # addresses whose email got a last no
    busy: int = 0  # emails taken whose sender has not been told yet
    faults: Counter[str] = field(default_factory=Counter)
    connections: set[asyncio.StreamWriter] = field(default_factory=set)
    loop: asyncio.AbstractEventLoop | None = None

    @classmethod
    def friendly(cls, slow: float = 0.0) -> Self:
        """One that does all it should, for once."""
        return cls(random.Random(0), rates={}, slow=slow, pipelining=0.0)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    def fault(self, verb: str) -> str:
        rate = self.rates.get(verb, 0.0)
        if rate and not any(fault.endswith(f" at {verb}") for fault in self.faults):
            rate = 0.5  # some verbs are rare
        if not self.misbehaves or self.chance.random() >= rate:
            return ""
        kinds = KINDS + AFTER_THE_BODY if verb == "BODY" else KINDS
        return self.chance.choice(kinds)

    def refuse(self, refusing: bool) -> None:
        """From now on nobody is let in, and who is in is thrown out; or the end of that."""
        self.refusing = refusing
        if refusing:
            assert self.loop is not None
            for writer in list(self.connections):
                self.loop.call_soon_threadsafe(writer.transport.abort)


class Gone(Exception):
    """The connection is over."""


class Conversation:
    def __init__(self, server: HostileServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server, self.reader, self.writer = server, reader, writer
        self.address = ""
        self.begun = False  # MAIL was taken

    async def run(self) -> None:
        if self.server.refusing:
            self.server.faults["refused to connect"] += 1
            raise Gone
        await self.answer("CONNECT", "220 hostile.test ESMTP")
        while True:
            verb, _, rest = (await self.line()).partition(" ")
            match verb.upper():
                case "EHLO":
                    offers = self.server.chance.random() < self.server.pipelining
                    pipelining = "250-PIPELINING\r\n" if offers else ""
                    await self.answer("EHLO", f"250-hostile.test\r\n{pipelining}250-SIZE 30000000\r\n250 8BITMIME")
                case "HELO":
                    await self.say("250 hostile.test")
                case "MAIL":
                    self.address, self.begun = "", await self.answer("MAIL", "250 OK")
                case "RCPT" if not self.begun:  # sent with a MAIL that was refused (RFC 2920)
                    await self.say("503 5.5.1 MAIL first")
                case "RCPT":
                    self.address = rest.partition("<")[2].partition(">")[0]
                    await self.answer("RCPT", "250 OK")
                case "DATA":
                    if await self.answer("DATA", "354 Go ahead"):
                        await self.email()
                case "RSET":
                    self.address, self.begun = "", False
                    await self.answer("RSET", "250 OK")
                case "QUIT":
                    await self.answer("QUIT", "221 Bye")
                    raise Gone
                case _:
                    await self.say("500 What?")

    async def line(self) -> str:
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise Gone
        return line.decode("latin-1").strip()

    async def say(self, answer: str) -> None:
        self.writer.write(answer.encode() + b"\r\n")
        await self.writer.drain()

    async def answer(self, verb: str, yes: str) -> bool:
        """Says yes, or misbehaves. False when it said a clear no."""
        kind = self.server.fault(verb)
        if not kind:
            await self.say(yes)
            return True
        self.server.faults[f"{kind} at {verb}"] += 1
        if kind in ("4xx", "5xx"):
            await self.refuse(verb, kind)
        else:
            await self.misbehave(kind)
        return False

    async def refuse(self, verb: str, kind: str) -> None:
        if kind == "4xx":
            await self.say(TEMPORARY[verb])
            return
        if verb in FINAL_NO:
            self.server.refused.add(self.address)
        await self.say(self.server.chance.choice(PERMANENT[verb]))

    async def misbehave(self, kind: str) -> None:
        if kind.endswith("garbage"):
            self.writer.write(self.server.chance.choice(GARBAGE))
            with suppress(OSError):
                await self.writer.drain()
            await asyncio.sleep(self.server.stall)
        elif kind.endswith("stall"):
            await asyncio.sleep(self.server.stall)
        raise Gone

    async def email(self) -> None:
        """Until the lone dot. What breaks off before it is no email."""
        lines: list[bytes] = []
        while (line := await self.reader.readline()) != b".\r\n":
            if not line.endswith(b"\n"):
                raise Gone
            lines.append(line)
        kind = self.server.fault("BODY")
        if not kind or kind in AFTER_THE_BODY:
            self.take(lines)
            self.server.busy += 1
            await asyncio.sleep(self.server.chance.uniform(self.server.slow / 2, self.server.slow))
            self.server.busy -= 1
        if not kind:
            await self.say("250 2.0.0 Ok: queued as \0\x1b")  # which PostgreSQL takes in no text
            return
        self.server.faults[f"{kind} at BODY"] += 1
        if kind == "answer and drop":
            await self.say("250 2.0.0 Ok: queued")
            raise Gone
        if kind in ("4xx", "5xx"):
            await self.refuse("BODY", kind)
        else:
            await self.misbehave(kind)

    def take(self, lines: list[bytes]) -> None:
        [named] = [line for line in lines if line.lower().startswith(b"x-countersign-id:")]
        uuid = named.partition(b":")[2].strip().decode()
        self.server.taken.append(Taken(time.monotonic(), self.address, uuid))


@contextmanager
def hostile_server(server: HostileServer) -> Iterator[HostileServer]:
    """Runs in a thread until the block ends."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.connections.add(writer)
        try:
            await Conversation(server, reader, writer).run()
        except (Gone, OSError, asyncio.LimitOverrunError, ValueError):
            pass
        finally:
            server.connections.discard(writer)
            writer.close()

    server.loop = loop = asyncio.new_event_loop()
    listening = loop.run_until_complete(asyncio.start_server(talk, "127.0.0.1", 0, limit=2**22))
    server.port = listening.sockets[0].getsockname()[1]
    thread = threading.Thread(target=loop.run_forever, name="hostile mail server", daemon=True)
    thread.start()
    try:
        yield server
    finally:
        loop.call_soon_threadsafe(listening.close)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(5)
