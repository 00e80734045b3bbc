"""The crowd: a process of its own that asks a server on this machine for pages or signs, as fast as it is answered.

It reads one JSON order from stdin and prints one JSON report. Standard library only, one thread, one selector, so that
it costs the measured server as little of the machine as Python can.

Every request comes from another address: X-Forwarded-For names a network that no other request of the run has, until
65,536 are used up. Every form is another person's.
"""

import json
import selectors
import socket
import sys
import time
from dataclasses import asdict, dataclass, field
from statistics import median, quantiles
from typing import Any
from urllib.parse import urlencode

DEAD = 30.0  # seconds without an answer on any connection


@dataclass(frozen=True)
class Order:
    """`size` is the body that must come, in bytes; None takes any. `first` is the number of the first person."""

    port: int
    paths: list[str]
    seconds: float
    status: int
    first: int = 0
    size: int | None = None
    postcodes: list[str] = field(default_factory=list)  # with them it signs; without, it reads
    connections: int = 16


@dataclass(frozen=True)
class Report:
    requests: int
    rate: float  # requests/s
    median_ms: float
    p99_ms: float


class WrongAnswer(Exception):
    """A server that answers anything else than expected is not being measured."""


def person(number: int, postcodes: list[str]) -> dict[str, str]:
    return {
        "name": f"Supporter {number} O’Connell",
        "email": f"supporter.{number}@example.org",
        "postcode": postcodes[number % len(postcodes)],
        "country": "GB",
        "affiliation": "Teacher, in a personal capacity",
        "reason": "Because whoever keeps silent now will be asked why." if number % 3 == 0 else "",
        "display": ("name", "initials", "none")[number % 3],
        "consent": "on",
        "leave_empty": "",
    }


def request(order: Order, number: int) -> bytes:
    body = urlencode(person(number, order.postcodes)) if order.postcodes else ""
    lines = [
        f"{'POST' if body else 'GET'} {order.paths[number % len(order.paths)]} HTTP/1.1",
        f"Host: 127.0.0.1:{order.port}",
        f"X-Forwarded-For: 10.{number >> 8 & 255}.{number & 255}.7",
        "User-Agent: countersign-benchmark",
        "Accept: text/html",
    ]
    if body:
        lines += ["Sec-Fetch-Site: same-origin", "Content-Type: application/x-www-form-urlencoded"]
        lines += [f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


class Connection:
    """Kept alive from request to request."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=DEAD)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received = bytearray()
        self.asked = 0.0
        self.expected = 0  # bytes of the whole answer; 0 until its head is here

    def ask(self, message: bytes) -> None:
        self.received.clear()
        self.expected = 0
        self.asked = time.perf_counter()
        self.socket.sendall(message)

    def answered(self, order: Order) -> bool:
        """Takes what has come; True when the answer is complete and as expected."""
        part = self.socket.recv(1 << 18)
        if not part:
            raise WrongAnswer("the server closed the connection")
        self.received += part
        if not self.expected:
            head, found, _ = bytes(self.received).partition(b"\r\n\r\n")
            if not found:
                return False
            size = body_size(head)
            if int(head[9:12]) != order.status or order.size not in (None, size):
                raise WrongAnswer(f"expected {order.status} with {order.size} bytes, got {head.decode('latin-1')!r}")
            self.expected = len(head) + 4 + size
        return len(self.received) >= self.expected


def body_size(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    raise WrongAnswer("an answer without Content-Length")


def drive(order: Order) -> Report:
    """Asks on every connection until the time is up, then waits for the answers still on their way."""
    number, latencies = order.first, []
    with selectors.DefaultSelector() as selector:
        connections = [Connection(order.port) for _ in range(order.connections)]
        started = time.perf_counter()
        for connection in connections:
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.ask(request(order, number))
            number += 1
        busy = len(connections)
        while busy:
            ready = selector.select(DEAD)
            if not ready:
                raise WrongAnswer(f"no answer for {DEAD:g} s")
            for key, _ in ready:
                if not key.data.answered(order):
                    continue
                now = time.perf_counter()
                latencies.append((now - key.data.asked) * 1000)
                if now - started < order.seconds:
                    key.data.ask(request(order, number))
                    number += 1
                else:
                    selector.unregister(key.data.socket)
                    key.data.socket.close()
                    busy -= 1
        took = time.perf_counter() - started
    return Report(len(latencies), len(latencies) / took, median(latencies), quantiles(latencies, n=100)[98])


def main() -> None:
    order: dict[str, Any] = json.load(sys.stdin)
    json.dump(asdict(drive(Order(**order))), sys.stdout)


if __name__ == "__main__":
    main()
