"""A mail server that takes everything, as fast as it can, and knows how much and when.

    python -m benchmarks.sink [FILE]

prints its port. Besides SMTP it answers `XTOOK` with the emails and bytes it has taken so far, and `XBETWEEN a b` with
the seconds between taking the a-th and the b-th. It keeps none of them; of each it writes a line into FILE, as soon as
it has said yes to it: to whom it was, and the path of the link by which a signature is confirmed, or "-".
"""

import asyncio
import re
import smtplib
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import TextIO

from .installation import ROOT

EXTENSIONS = ("sink", "PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8")
END = b"\r\n.\r\n"
RECIPIENT = re.compile(rb"RCPT TO:<([^>]*)>", re.IGNORECASE)
CONFIRM = re.compile(rb"/confirm/[\w.-]+/")
PATIENCE = 60.0  # seconds without a single email


class Taken:
    def __init__(self, journal: TextIO | None = None) -> None:
        self.times: list[float] = []
        self.octets = 0
        self.journal = journal

    def email(self, to: list[str], data: bytes | bytearray) -> bytes:
        """Takes one; the answer to it."""
        self.times.append(time.monotonic())
        self.octets += len(data)
        if self.journal:
            # SMTP doubles a dot that begins a line; "=" at its end is quoted-printable, and the line goes on.
            link = CONFIRM.search(data.replace(b"\r\n..", b"\r\n.").replace(b"=\r\n", b""))
            print(*to, link[0].decode() if link else "-", file=self.journal, flush=True)
        return b"250 2.0.0 Ok: queued as %d\r\n" % len(self.times)

    def answer(self, line: bytes) -> bytes:
        """What a verb is answered with; all but our own two are agreed to."""
        verb, *words = line.upper().split() or [b""]
        if verb == b"EHLO":
            *others, last = EXTENSIONS
            return "".join([*(f"250-{other}\r\n" for other in others), f"250 {last}\r\n"]).encode()
        if verb == b"XTOOK":
            return f"250 {len(self.times)} {self.octets}\r\n".encode()
        if verb == b"XBETWEEN":
            a, b = (self.times[int(word) - 1] for word in words)
            return f"250 {b - a:.6f}\r\n".encode()
        return {b"DATA": b"354 go on\r\n", b"QUIT": b"221 bye\r\n"}.get(verb, b"250 2.0.0 ok\r\n")


class Conversation(asyncio.Protocol):
    def __init__(self, taken: Taken) -> None:
        self.taken = taken
        self.waiting = bytearray()
        self.in_data = False
        self.to: list[str] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        transport.write(b"220 sink ESMTP\r\n")

    def data_received(self, data: bytes) -> None:
        looked_at = max(0, len(self.waiting) - len(END))
        self.waiting += data
        answers = []
        while (end := self.waiting.find(END if self.in_data else b"\r\n", looked_at)) >= 0:
            size = end + (len(END) if self.in_data else 2)
            answers.append(self._email(size) if self.in_data else self._line(bytes(self.waiting[:end])))
            del self.waiting[:size]
            looked_at = 0
        self.transport.write(b"".join(answers))

    def _email(self, size: int) -> bytes:
        self.in_data = False
        to, self.to = self.to, []
        return self.taken.email(to, self.waiting[:size])

    def _line(self, line: bytes) -> bytes:
        if recipient := RECIPIENT.match(line):
            self.to.append(recipient[1].decode())
        answer = self.taken.answer(line)
        self.in_data = answer.startswith(b"354")
        return answer


class Sink:
    """One in a process of its own. Use it in a `with`."""

    def __init__(self, journal: Path | None = None) -> None:
        self.journal = journal

    def __enter__(self) -> "Sink":
        command = [sys.executable, "-m", "benchmarks.sink", *([str(self.journal)] if self.journal else [])]
        self.process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )
        assert self.process.stdout
        self.port = int(self.process.stdout.readline())
        self.line = smtplib.SMTP("127.0.0.1", self.port, timeout=30)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.line.close()
        self.process.terminate()
        self.process.wait()

    def took(self) -> tuple[int, int]:
        """How many emails, and how many bytes they were."""
        emails, octets = map(int, self.line.docmd("XTOOK")[1].split())
        return emails, octets

    def rate(self, first: int, last: int) -> float:
        """Emails a second, from the first to the last, both counted from 1."""
        return (last - first) / float(self.line.docmd("XBETWEEN", f"{first} {last}")[1])

    def wait_for(self, number: int) -> None:
        """Until it has taken so many. Raises RuntimeError when for a long time it gets nothing more."""
        so_far, patient_until = -1, 0.0
        while (now := self.took()[0]) < number:
            if now > so_far:
                so_far, patient_until = now, time.monotonic() + PATIENCE
            elif time.monotonic() > patient_until:
                raise RuntimeError(f"only {now} of {number} emails came")
            time.sleep(0.05)  # other processes send them: it can only be asked


async def serve(journal: TextIO | None) -> None:
    taken = Taken(journal)
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Conversation(taken), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)  # until the other end of it is gone


if __name__ == "__main__":
    with ExitStack() as stack:
        asyncio.run(serve(stack.enter_context(open(sys.argv[1], "a")) if sys.argv[1:] else None))
