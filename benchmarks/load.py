"""The crowd: a process of its own that asks a server on this machine for pages or signs, as fast as it is answered.

It reads one JSON order from stdin and prints one JSON report. Standard library only, one thread, one selector, its
requests made before the clock starts, so that it costs the measured server as little of the machine as Python can. The
report says how much of the time it was at work itself: near 1, it was the crowd that was measured.

Every request comes from another address: X-Forwarded-For names a network that no other request of the run has, until
65,536 are used up. Every form is another person's.
"""

import json
import selectors
import socket
import sys
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from itertools import chain, islice
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

HEAD = 4_096  # bytes read at a time until the head is there
# The rest of a body is counted, and where the kernel can throw it away (Linux) nobody copies it.
UNSEEN = socket.MSG_TRUNC if sys.platform == "linux" else 0
DEAD = 30.0  # seconds without an answer on any connection
READS, FORMS = 20_000, 4_000  # requests made before, for each second; those beyond, when their turn comes
DOMAINS = 40  # among which the people's mailboxes are

Asked = tuple[str, dict[str, str]]  # a path, and what its form sends; nothing is a GET


@dataclass(frozen=True)
class Order:
    """`size` is the body that must come, in bytes, or nearly: a page may say another time. None takes any.

    `first` is the number of the first person. It goes round `asks`, until the time is up; `once`: each but once, and it
    ends when there are no more. With `postcodes` it signs: what people type goes along with the form. What it asks in
    the first `warm` of its seconds is not measured: what is held for a second has gone since its last turn.
    """

    port: int
    asks: list[Asked]
    seconds: float
    statuses: tuple[int, ...]
    once: bool = False
    first: int = 0
    size: int | None = None
    postcodes: list[str] = field(default_factory=list)
    connections: int = 16
    warm: float = 0.0


@dataclass(frozen=True)
class Report:
    requests: int  # all that were answered
    measured: int  # of them
    seconds: float  # which those took
    median_ms: float
    p99_ms: float
    busy: float  # the part of the time for which the crowd itself was at work

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.measured / self.seconds


class WrongAnswer(Exception):
    """A server that answers anything else than expected is not being measured."""


def person(number: int, postcodes: list[str]) -> dict[str, str]:
    """What somebody types."""
    return {
        "name": f"Supporter {number} O’Connell",
        "email": f"supporter.{number}@mail{number % DOMAINS}.example.org",
        "postcode": postcodes[number % len(postcodes)],
        "country": "GB",
        "affiliation": "Teacher, in a personal capacity",
        "reason": "Because whoever keeps silent now will be asked why." if number % 3 == 0 else "",
        "display": ("name", "initials", "none")[number % 3],
        "consent": "on",
        "leave_empty": "",
    }


def request(order: Order, number: int) -> bytes:
    """The one of person `number`."""
    path, sent = order.asks[(number - order.first) % len(order.asks)]
    if order.postcodes:
        sent = sent | person(number, order.postcodes)
    return written(order.port, path, sent, number)


def written(port: int, path: str, sent: dict[str, str], number: int) -> bytes:
    """A GET, or with something to send a POST, from the network of person `number`."""
    body = urlencode(sent)
    lines = [
        f"{'POST' if body else 'GET'} {path} HTTP/1.1",
        f"Host: 127.0.0.1:{port}",
        f"X-Forwarded-For: 10.{number >> 8 & 255}.{number & 255}.7",
        "User-Agent: countersign-benchmark",
        "Accept: text/html",
    ]
    if body:
        lines += ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"]
        lines += [f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


def requests(order: Order) -> Iterator[bytes]:
    numbers = iter(range(order.first, order.first + len(order.asks) if order.once else sys.maxsize))
    most = int(order.seconds * (FORMS if order.postcodes or order.once else READS))
    made = [request(order, number) for number in islice(numbers, most)]
    return chain(made, (request(order, number) for number in numbers))


class Connection:
    """Kept alive from request to request, and opened anew when the server says that it closes it."""

    def __init__(self, port: int, selector: selectors.BaseSelector) -> None:
        self.port, self.selector = port, selector
        self.head = bytearray()  # of the answer, and what came of the body with it
        self.asked = 0.0
        self.status = self.size = 0
        self.missing = -1  # bytes of the body; -1 until the head is here
        self._open()

    def _open(self) -> None:
        self.socket = socket.create_connection(("127.0.0.1", self.port), timeout=DEAD)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.selector.register(self.socket, selectors.EVENT_READ, self)

    def close(self) -> None:
        self.selector.unregister(self.socket)
        self.socket.close()

    def ask(self, message: bytes) -> None:
        if b"\r\nconnection: close" in self.head.lower():  # of the answer before
            self.close()
            self._open()
        self.head.clear()
        self.missing = -1
        self.asked = time.perf_counter()
        self.socket.sendall(message)  # short: it always finds room

    def answered(self, buffer: memoryview) -> bool:
        """Takes what has come; True when the answer is complete."""
        try:
            while self.missing < 0:
                self.head += buffer[: self._take(buffer, HEAD, 0)]
                self._read_the_head()
            while self.missing:
                self.missing -= self._take_of_the_body(buffer, min(self.missing, len(buffer)))
        except BlockingIOError:
            return False
        return True

    def _take_of_the_body(self, buffer: memoryview, most: int) -> int:
        return self._take(buffer, most, UNSEEN)

    def _take(self, buffer: memoryview, most: int, flags: int) -> int:
        if got := self.socket.recv_into(buffer, most, flags):
            return got
        raise WrongAnswer("the server closed the connection")

    def _read_the_head(self) -> None:
        end = self.head.find(b"\r\n\r\n")
        if end < 0:
            return
        self.status, self.size = int(self.head[9:12]), body_size(self.head[:end])
        self.missing = self.size - (len(self.head) - end - 4)
        if self.missing < 0:
            raise WrongAnswer("more came than Content-Length says")

    def hold_to(self, order: Order) -> None:
        another = order.size is not None and abs(self.size - order.size) * 50 > order.size
        if self.status not in order.statuses or another:
            got = bytes(self.head[:1_500])
            raise WrongAnswer(f"expected {order.statuses} with {order.size} bytes, got {got!r}")


def body_size(head: bytes | bytearray) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise WrongAnswer("an answer without Content-Length")


def drive(order: Order) -> Report:
    """Asks on every connection until the time is up, then waits for the answers still on their way."""
    messages, latencies, answered = requests(order), [], 0
    buffer = memoryview(bytearray(1 << 18))
    with selectors.DefaultSelector() as selector:
        connections = [Connection(order.port, selector) for _ in range(order.connections)]
        worked, started = time.process_time(), time.perf_counter()
        warm, busy = started + order.warm, 0
        for connection, message in zip(connections, messages, strict=False):
            connection.ask(message)
            busy += 1
        while busy:
            ready = selector.select(DEAD)
            if not ready:
                raise WrongAnswer(f"no answer for {DEAD:g} s")
            for key, _ in ready:
                if not key.data.answered(buffer):
                    continue
                now = time.perf_counter()
                key.data.hold_to(order)
                answered += 1
                if key.data.asked >= warm:
                    latencies.append((now - key.data.asked) * 1000)
                message = next(messages, b"") if now - started < order.seconds else b""
                if message:
                    key.data.ask(message)
                else:
                    key.data.close()
                    busy -= 1
        took = time.perf_counter() - started
    busy_part = (time.process_time() - worked) / took
    if len(latencies) < 2:
        raise WrongAnswer(f"only {answered} answers came, which is too few to measure")
    p99 = quantiles(latencies, n=100)[98]
    return Report(answered, len(latencies), took - order.warm, median(latencies), p99, busy_part)


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(drive(Order(**order))), sys.stdout)


if __name__ == "__main__":
    main()
