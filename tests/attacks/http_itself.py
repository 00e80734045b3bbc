"""Attempts on HTTP: hosts, proxies, caches, smuggling, paths, slowness and size."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import re
import socket
import time
from collections import Counter
from contextlib import ExitStack

from config.ratelimit import LIMITS

from .attempts import attempt, counted, hold
from .target import NAME, Target

EVIL = "evil.example.com"
RESET = "/organise/account/password/reset/"


def reset(target: Target, network: str = "", headers: dict[str, str] | None = None) -> int:
    browser = target.anonymous()
    page = browser.get(RESET)
    browser.cookies |= page.cookies
    form = {"email": f"x{time.monotonic_ns()}@example.org", "csrfmiddlewaretoken": browser.token_in(page)}
    return browser.post(RESET, form, headers={"Origin": f"https://{NAME}", **(headers or {})}, network=network).status


@attempt("host", "another Host", "400, and no page")
def another_host(target: Target) -> str:
    statuses = {
        host: target.get("/", headers={"Host": host}).status
        for host in (EVIL, f"{NAME}.{EVIL}", f"{NAME}:80@{EVIL}", "")
    }
    hold(set(statuses.values()) == {400}, str(statuses))
    return "400 for four names"


@attempt(
    "host", "two Host headers, and an absolute address of another host in the request line", "refused, or ours alone"
)
def two_hosts(target: Target) -> str:
    two = target.raw(f"GET / HTTP/1.1\r\nHost: {NAME}\r\nHost: {EVIL}\r\nX-Forwarded-Proto: https\r\n\r\n".encode(), 2)
    absolute = target.raw(
        f"GET http://{EVIL}/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: https\r\nConnection: close\r\n\r\n".encode(),
        3,
    )
    hold(EVIL.encode() not in two + absolute, "the other name stands in an answer")
    return f"{two[9:12].decode() or 'closed'} and {absolute[9:12].decode() or 'closed'}; the name is in neither answer"


@attempt(
    "host",
    "X-Forwarded-Host, Forwarded, X-Host and X-Original-URL on the page and with a forgotten password",
    "ignored",
)
def forwarded_host(target: Target) -> str:
    from letters.models import OutgoingEmail

    false = dict.fromkeys(("X-Forwarded-Host", "X-Host", "X-Forwarded-Server"), EVIL) | {"Forwarded": f"host={EVIL}"}
    rewritten = {"X-Original-URL": "/admin/", "X-Rewrite-URL": "/admin/"}
    page = target.get("/library/", headers=false | rewritten)
    hold(page.status == 200 and EVIL not in page.text, "the other name stands in the page")
    browser = target.anonymous()
    form = browser.get(RESET)
    browser.cookies |= form.cookies
    given = {"email": "alice@example.org", "csrfmiddlewaretoken": browser.token_in(form)}
    browser.post(RESET, given, headers=false | {"Origin": f"https://{NAME}"})
    email = OutgoingEmail.objects.latest("pk")
    said = str(email.values) + (email.message.text if email.message else "")
    hold(EVIL not in said and NAME in said, "the link leads elsewhere")
    return "the page and the link in the email are of our own name"


@attempt(
    "smuggling",
    "Content-Length with Transfer-Encoding, twice, obscured, folded or with a bare line feed",
    "one answer at most, never two",
)
def smuggling(target: Target) -> str:
    inner = f"GET /smuggled-{time.monotonic_ns()}/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n"
    start = f"POST /library/sign/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: https\r\nContent-Type: text/plain\r\n"
    ways = {
        "both": f"{start}Content-Length: {5 + len(inner)}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}",
        "two lengths": f"{start}Content-Length: 0\r\nContent-Length: {len(inner)}\r\n\r\n{inner}",
        "obscured": f"{start}Content-Length: {5 + len(inner)}\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}",
        "xchunked": f"{start}Content-Length: {5 + len(inner)}\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n{inner}",
        "folded": f"{start}Content-Length: {5 + len(inner)}\r\nTransfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n{inner}",
        "bare line feed": f"{start}X: y\nTransfer-Encoding: chunked\r\nContent-Length: {5 + len(inner)}\r\n\r\n0\r\n\r\n{inner}",
        "signed length": f"{start}Content-Length: +{len(inner)}\r\n\r\n{inner}",
    }
    found = {}
    for way, sent in ways.items():
        answers = target.raw(sent.encode(), 2)
        found[way] = b" ".join(re.findall(rb"^HTTP/1\.1 (\d+)", answers, re.MULTILINE)).decode() or "closed"
    # Two answers are smuggling only where a proxy may read one request: it forwards the first two ways as one.
    two = {way: seen for way, seen in found.items() if " " in seen and way not in ("both",)}
    hold(not two, f"two answers: {two}; all: {found}")
    return ", ".join(f"{way}: {seen}" for way, seen in found.items())


@attempt("headers", "a line break in the path, in ?next= and in a name that a file is called by", "no header of theirs")
def response_splitting(target: Target) -> str:
    paths = (
        "/library/%0d%0aX-Evil:%201/",
        "/organise/?next=%0d%0aX-Evil:1",
        "/organise/account/login/?next=/%0d%0aX-Evil:1",
        "/bookshop%0d%0aX-Evil:1",
    )
    answers = [target.get(path) for path in paths]
    hold(all("x-evil" not in answer.headers for answer in answers), "a header of theirs came back")
    return f"{counted(Counter(str(answer.status) for answer in answers))}; no header of theirs"


@attempt(
    "headers",
    "another method by X-HTTP-Method-Override, _method, TRACE and CONNECT",
    "nothing but what the method says",
)
def method_override(target: Target) -> str:
    over = target.post("/library/", {"_method": "DELETE"}, headers={"X-HTTP-Method-Override": "GET"})
    trace, connect = target.ask("TRACE", "/library/", headers={"X-Secret": "seen"}), target.ask("CONNECT", "/library/")
    hold(
        over.status in (403, 405) and b"seen" not in trace.body and trace.status == 405,
        f"{over.status}, {trace.status}",
    )
    return f"{over.status} for the override, {trace.status} for TRACE without an echo, {connect.status} for CONNECT"


@attempt(
    "limits",
    "X-Forwarded-For with another made-up beginning each time, around the limit of forgotten passwords",
    "refused after five",
)
def spoofed_addresses(target: Target) -> str:
    count = LIMITS["password_reset"].count
    statuses = [reset(target, network=f"203.0.{number}.1, 198.51.100.9") for number in range(count + 2)]
    hold(statuses[count:] == [429, 429] and 429 not in statuses[:count], str(statuses))
    return f"{count} went through, then 429: only what our own proxy wrote is read"


@attempt("limits", "the same with X-Real-IP, True-Client-IP, CF-Connecting-IP and Forwarded", "refused after five")
def other_headers_of_addresses(target: Target) -> str:
    count = LIMITS["password_reset"].count
    names = ("X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")
    statuses = [
        reset(
            target,
            network="198.51.101.9",
            headers={**dict.fromkeys(names, f"203.1.{number}.1"), "Forwarded": f"for=203.1.{number}.1"},
        )
        for number in range(count + 2)
    ]
    hold(statuses[count:] == [429, 429], str(statuses))
    return f"{count} went through, then 429"


@attempt("limits", "one network of IPv6 with another address each time", "one network, refused after five")
def many_addresses_of_ipv6(target: Target) -> str:
    count = LIMITS["password_reset"].count
    statuses = [reset(target, network=f"2001:db8:7:{number:x}::{number + 1:x}") for number in range(count + 2)]
    hold(statuses[count:] == [429, 429], str(statuses))
    return f"{count} of a /48 went through, then 429"


@attempt(
    "cache",
    "the page with forged headers, cookies, languages and odd questions; then the plain page",
    "the plain page is the same byte for byte",
)
def poisoned_cache(target: Target) -> str:
    target.get("/library/")
    time.sleep(6)  # what earlier attempts have changed is on it by then
    before = target.get("/library/").body
    ways: list[tuple[str, dict[str, str]]] = [
        ("/library/?utm_source=%3Cscript%3Ealert(1)%3C/script%3E", {}),
        ("/library/?cb=1&language=ar", {"Accept-Language": "ar", "X-Forwarded-Host": EVIL}),
        ("/library/", {"X-Forwarded-Scheme": "http", "X-Forwarded-Port": "1337", "Origin": f"https://{EVIL}"}),
        ("/library/", {"Cookie": "__Host-session=x; django_language=ar; language=ar", "Authorization": "Basic eA=="}),
        ("/library/", {"X-HTTP-Method-Override": "POST", "X-Original-URL": "/organise/", "Range": "bytes=0-10"}),
        ("/library/", {"Accept-Encoding": "gzip, br, zstd;q=0", "Accept": "application/json", "TE": "trailers"}),
        ("/library//", {}),
        ("/library/%3fx", {}),
        ("/library/;x", {}),
    ]
    statuses = [target.get(path, headers=headers).status for path, headers in ways for _ in range(2)]
    target.ask("HEAD", "/library/")
    after = target.get("/library/")
    one, other = (re.sub(rb"\d", b"", body) for body in (before, after.body))  # its numbers may have grown meanwhile
    at = next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )
    hold(
        one == other,
        f"the page is another one now: {one[max(0, at - 60) : at + 60]!r} → {other[max(0, at - 60) : at + 60]!r}",
    )
    hold("set-cookie" not in after.headers and b"<script>alert(1)" not in after.body, "something of ours is in it")
    return f"{counted(Counter(map(str, statuses)))}; HEAD had no body, and GET after it the whole page"


@attempt("cache", "pages of one person under names that caches keep: …/x.css, …;.js, …%2Ex.png", "no-store on each")
def deceived_cache(target: Target) -> str:
    from .rows import path, signature

    mine = path("signature", "signature", signature(email="deceived@example.org"))
    ways = [
        f"{mine}x.css",
        f"{mine[:-1]};x.js/",
        f"{mine}data.json?x.png",
        f"{mine}?x.css",
        "/library/sign/x.css",
        "/organise/x.css",
        f"{mine}%2Ex.png",
    ]
    answers = {way: target.get(way) for way in ways}
    kept = [way for way, answer in answers.items() if "no-store" not in answer.headers.get("cache-control", "")]
    hold(not kept, f"may be kept: {len(kept)}")
    return f"no-store on {len(ways)}: {counted(Counter(str(answer.status) for answer in answers.values()))}"


@attempt(
    "paths",
    "out of /static/, /pictures/ and the mailbox: .., %2e%2e, %5c, %00, //, ….//; .git, .env, the database",
    "404, or a page of ours",
)
def traversal(target: Target) -> str:
    ways = [
        f"/static/{up}config/settings.py"
        for up in ("../", "../" * 5, "%2e%2e/", "..%2f", "..%5c", "....//", "%00/../", "/../")
    ]
    ways += [
        "/static/../../etc/passwd",
        "//etc/passwd",
        "/pictures/..%2f..%2fsecrets.json.webp",
        "/media/",
        "/private/",
        "/var/",
    ]
    ways += [
        "/.git/config",
        "/.env",
        "/countersign.sqlite3",
        "/static/.env",
        "/manage.py",
        "/docs/",
        "/backup.zip",
        "/server-status",
    ]
    answers = {way: target.get(way) for way in ways}
    leaks = [
        way
        for way, answer in answers.items()
        if answer.status == 200 or b"SECRET_KEY" in answer.body or b"root:" in answer.body
    ]
    hold(not leaks, f"{leaks}")
    return counted(Counter(str(answer.status) for answer in answers.values()))


@attempt("paths", "lists of folders: /static/, /static/countersign/, /pictures/, /mailbox/", "no list")
def directory_listing(target: Target) -> str:
    answers = [
        target.get(path) for path in ("/static/", "/static/countersign/", "/pictures/", "/mailbox/", "/admin/static/")
    ]
    hold(all(answer.status in (302, 404) and b"Index of" not in answer.body for answer in answers), "a list came")
    return counted(Counter(str(answer.status) for answer in answers))


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
    return ", ".join(f"{what}: {seen}" for what, seen in found.items())


@attempt(
    "size",
    "forms of 600 kB, of 3,000 fields and of 50 MB, and one compressed a thousandfold",
    "400, unread beyond the limit",
)
def huge_forms(target: Target) -> str:
    import gzip

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
    return ", ".join(f"{what}: {seen}" for what, seen in found.items())


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


@attempt(
    "slow",
    "120 forms of 400 kB of which the body comes a byte at a time, with no proxy in front",
    "a page within seconds meanwhile",
)
def slow_bodies(target: Target) -> str:
    start = f"POST /library/sign/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: https\r\nX-Forwarded-For: 198.51.9.{{}}\r\n"
    start += "Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 400000\r\n\r\nname="
    with ExitStack() as stack:
        for number in range(120):
            one = stack.enter_context(socket.create_connection(("127.0.0.1", target.port), timeout=5))
            one.sendall(start.format(number).encode())
        time.sleep(1)
        try:
            answer = target.get("/library/", timeout=20)
        except TimeoutError:
            hold(
                False,
                "no page came within 20 s: every thread waits for a body. nginx of deploy/ takes bodies whole first (proxy_request_buffering), so it stands only in front of none",
            )
    hold(answer.status == 200 and answer.seconds < 10, f"{answer.status} after {answer.seconds:.1f} s")
    return f"the page came in {answer.seconds * 1000:.0f} ms beside them"


@attempt(
    "leaks",
    "errors of every kind: 400, 403, 404, 405, 413, a link cut short, a method nobody knows",
    "no name of a file, version, setting or trace",
)
def error_pages(target: Target) -> str:
    answers = [
        target.get("/", headers={"Host": EVIL}),
        target.post("/organise/account/login/", {}),
        target.get("/no/such/page/"),
        target.ask("PUT", "/library/"),
        target.get("/confirm/x/"),
        target.ask("BREW", "/library/"),
        target.post("/library/sign/", body=b"\xff", headers={"Content-Type": "multipart/form-data; boundary=x"}),
        target.get("/library/?before=" + "9" * 5_000),
    ]
    words = re.compile(
        rb"Traceback|site-packages|django\.|DJANGO_SETTINGS|config/|psycopg|/work|Python/|granian", re.IGNORECASE
    )
    leaks = [words.search(answer.body) for answer in answers]
    told = {answer.headers.get("server", "nothing") for answer in answers}
    hold(not any(leaks), str([leak[0] for leak in leaks if leak]))
    return f"{counted(Counter(str(answer.status) for answer in answers))}; Server says {', '.join(sorted(told))}"


@attempt(
    "leaks",
    "/metrics without its token, with a wrong one, with a part of it and with it in the address",
    "404 or 401, and no figure",
)
def metrics_token(target: Target) -> str:
    token = target.environment["METRICS_TOKEN"]
    given = [
        {},
        {"Authorization": "Bearer x"},
        {"Authorization": f"Bearer {token[:-1]}"},
        {"Authorization": f"Basic {token}"},
        {"Authorization": f"bearer {token} x"},
    ]
    statuses = [target.get("/metrics", headers=headers).status for headers in given] + [
        target.get(f"/metrics?token={token}").status
    ]
    right = target.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    hold(200 not in statuses and right.status == 200, f"{statuses}, with it {right.status}")
    return f"{counted(Counter(map(str, statuses)))}; 200 with it"


@attempt("leaks", "the mailbox of a demonstration, asked for by every name of this machine", "404")
def mailbox(target: Target) -> str:
    asked = [
        target.get(path, headers={"Host": host})
        for path in ("/mailbox/", "/mailbox/messages.json")
        for host in (NAME, "localhost", "127.0.0.1", "[::1]")
    ]
    hold(all(answer.status in (400, 404) for answer in asked), "it answers")
    return counted(Counter(str(answer.status) for answer in asked))


@attempt("frames", "every kind of page in a frame of another site", "frame-ancestors 'none' and DENY on each")
def clickjacking(target: Target) -> str:
    pages = (
        "/",
        "/library/",
        "/library/sign/",
        "/confirm/x/",
        "/organise/account/login/",
        "/organise/",
        "/admin/",
        "/static/x",
        "/nothing/",
    )
    answers = {path: target.get(path) for path in pages}
    open_ = [
        path
        for path, answer in answers.items()
        if "frame-ancestors 'none'" not in answer.headers.get("content-security-policy", "")
        or answer.headers.get("x-frame-options") != "DENY"
    ]
    hold(not open_, str(open_))
    return f"{len(pages)} pages of {len(pages)}"
