"""Attempts to keep the site busy: with what is large, and with what comes slowly."""

import gzip
import socket
import time
from contextlib import ExitStack

from tests.nginx import shipped
from tests.services import HOST

from .attempts import Broken, attempt, each, hold
from .target import NAME, Target


@attempt("size", "a header of 200 kB, 2,000 headers, an address of 200 kB", "4xx or closed, and the next page works")
def huge_headers(target: Target) -> str:
    start = f"GET / HTTP/1.1\r\nHost: {NAME}\r\n"
    sent = {
        "one header": f"{start}X: {'x' * 200_000}\r\n\r\n",
        "many headers": start + "".join(f"X-{number}: y\r\n" for number in range(2_000)) + "\r\n",
        "address": f"GET /{'x' * 200_000} HTTP/1.1\r\nHost: {NAME}\r\n\r\n",
    }
    found = {what: target.raw(request.encode(), 4)[9:12].decode() or "closed" for what, request in sent.items()}
    hold(target.get("/library/").status == 200 and "200" not in found.values(), str(found))
    return each(found)


@attempt(
    "size",
    "forms of 600 kB, of 3,000 fields and of 50 MB, and one compressed a thousandfold",
    "400, unread beyond the limit",
)
def huge_forms(target: Target) -> str:
    found = {}
    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    packed = gzip.compress(b"name=" + b"x" * 5_000_000)
    for what, body, more in (
        ("600 kB", b"name=" + b"x" * 600_000, {}),
        ("3,000 fields", b"&".join(b"f%d=1" % number for number in range(3_000)), {}),
        ("50 MB", b"name=" + b"x" * 50_000_000, {}),
        ("compressed", packed, {"Content-Encoding": "gzip"}),
    ):
        try:
            answer = target.post("/library/sign/", body=body, headers=kind | more)
        except ConnectionError:
            found[what] = "closed while it came"
            continue
        found[what] = f"{answer.status} in {answer.seconds:.1f} s"
        hold(answer.status in (400, 413, 422), str(found))
    return each(found)


@attempt(
    "slow",
    "300 connections that send a header line now and then (slowloris), with no proxy in front",
    "a page within seconds meanwhile",
)
def slowloris(target: Target) -> str:
    with ExitStack() as stack:
        for _ in range(300):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=5))
            one.sendall(f"GET /library/ HTTP/1.1\r\nHost: {NAME}\r\nX-A: ".encode())
        time.sleep(1)
        answer = target.get("/library/", timeout=30)
    hold(answer.status == 200 and answer.seconds < 10, f"{answer.status} after {answer.seconds:.1f} s")
    return f"the page came in {answer.seconds * 1000:.0f} ms beside them"


SLOW = (
    f"POST /library/sign/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.9.1\r\n"
    "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 400000\r\n\r\nname="
)


@attempt(
    "slow",
    "120 forms of 400 kB of which the body does not come, with no proxy in front",
    "a page within seconds meanwhile",
)
def slow_bodies(target: Target) -> str:
    with ExitStack() as stack:
        for _ in range(120):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=5))
            one.sendall(SLOW.encode())
        time.sleep(1)
        try:
            answer = target.get("/library/", timeout=20)
        except TimeoutError:
            raise Broken("no page came within 20 s: every thread waits for a body") from None
    hold(answer.status == 200 and answer.seconds < 10, f"{answer.status} after {answer.seconds:.1f} s")
    return f"the page came in {answer.seconds * 1000:.0f} ms beside them"


@attempt(
    "slow",
    "90 such forms (nginx takes 100 from one address), with nginx in front as deploy/ has it",
    "a page within seconds meanwhile, which no copy of nginx's answers",
)
def slow_bodies_behind_nginx(target: Target) -> str:
    with ExitStack() as stack:
        nginx = stack.enter_context(shipped.started(target.port, NAME))
        for _ in range(90):
            one = stack.enter_context(socket.create_connection((HOST, nginx.port), timeout=5))
            stack.enter_context(shipped.anybody().wrap_socket(one)).sendall(SLOW.encode())
        time.sleep(1)
        began = time.perf_counter()
        answer = nginx.ask("/library/sign/", Host=NAME)
        seconds = time.perf_counter() - began
    hold(answer.status == 200 and seconds < 10, f"{answer.status} after {seconds:.1f} s")
    return f"the form came in {seconds * 1000:.0f} ms beside them: nginx passes a form on when all of it is there"
