"""Attempts on HTTP: smuggling, headers, paths, and what errors and frames give away."""

import re
import time

from .attempts import attempt, counted, each, hold
from .forged import EVIL
from .target import NAME, Target

SECRETS = re.compile(rb"SECRET_KEY|root:")


@attempt(
    "smuggling",
    "Content-Length with Transfer-Encoding, twice, obscured, folded or with a bare line feed",
    "one answer at most, never two",
)
def smuggling(target: Target) -> str:
    inner = f"GET /smuggled-{time.monotonic_ns()}/ HTTP/1.1\r\nHost: {NAME}\r\n\r\n"
    start = f"POST /library/sign/ HTTP/1.1\r\nHost: {NAME}\r\nX-Forwarded-Proto: https\r\nContent-Type: text/plain\r\n"
    length, chunked = f"Content-Length: {5 + len(inner)}\r\n", "Transfer-Encoding: chunked\r\n"
    body = f"\r\n0\r\n\r\n{inner}"
    ways = {
        "both": f"{start}{length}{chunked}{body}",
        "two lengths": f"{start}Content-Length: 0\r\nContent-Length: {len(inner)}\r\n\r\n{inner}",
        "obscured": f"{start}{length}Transfer-Encoding : chunked\r\n{body}",
        "xchunked": f"{start}{length}Transfer-Encoding: xchunked\r\n{body}",
        "folded": f"{start}{length}Transfer-Encoding:\r\n chunked\r\n{body}",
        "bare line feed": f"{start}X: y\n{chunked}{length}{body}",
        "signed length": f"{start}Content-Length: +{len(inner)}\r\n\r\n{inner}",
    }
    found = {}
    for way, sent in ways.items():
        answers = target.raw(sent.encode(), 2)
        found[way] = b" ".join(re.findall(rb"^HTTP/1\.1 (\d+)", answers, re.MULTILINE)).decode() or "closed"
    hold(not [way for way, seen in found.items() if " " in seen], f"two answers: {found}")
    return each(found)


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
    return f"{counted(answers)}; no header of theirs"


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
    "paths",
    "out of /static/, /pictures/ and the mailbox: .., %2e%2e, %5c, %00, //, ….//; .git, .env, the database",
    "404, or a page of ours",
)
def traversal(target: Target) -> str:
    ups = ("../", "../" * 5, "%2e%2e/", "..%2f", "..%5c", "....//", "%00/../", "/../")
    ways = [f"/static/{up}config/settings.py" for up in ups]
    ways += ["/static/../../etc/passwd", "//etc/passwd", "/pictures/..%2f..%2fsecrets.json.webp", "/static/.env"]
    ways += ["/media/", "/private/", "/var/", "/docs/", "/.git/config", "/.env", "/countersign.sqlite3"]
    ways += ["/manage.py", "/backup.zip", "/server-status"]
    answers = {way: target.get(way) for way in ways}
    leaks = [way for way, answer in answers.items() if answer.status == 200 or SECRETS.search(answer.body)]
    hold(not leaks, f"{leaks}")
    return counted(answers.values())


@attempt("paths", "lists of folders: /static/, /static/countersign/, /pictures/, /mailbox/", "no list")
def directory_listing(target: Target) -> str:
    folders = ("/static/", "/static/countersign/", "/pictures/", "/mailbox/", "/admin/static/")
    answers = [target.get(folder) for folder in folders]
    hold(all(answer.status in (302, 404) and b"Index of" not in answer.body for answer in answers), "a list came")
    return counted(answers)


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
    return f"{counted(answers)}; Server says {', '.join(sorted(told))}"


@attempt(
    "leaks",
    "/metrics without its token, with a wrong one, with a part of it and with it in the address",
    "refused, and no figure",
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
    answers = [target.get("/metrics", headers=headers) for headers in given] + [target.get(f"/metrics?token={token}")]
    right = target.get("/metrics", headers={"Authorization": f"Bearer {token}"})
    told = [answer for answer in answers if answer.status not in (401, 403, 404) or b"countersign_" in answer.body]
    hold(not told and right.status == 200, f"{counted(answers)}, with it {right.status}")
    return f"{counted(answers)}; 200 with it"


@attempt("leaks", "the mailbox of a demonstration, asked for by every name of this machine", "404")
def mailbox(target: Target) -> str:
    asked = [
        target.get(path, headers={"Host": host})
        for path in ("/mailbox/", "/mailbox/messages.json")
        for host in (NAME, "localhost", "127.0.0.1", "[::1]")
    ]
    hold(all(answer.status in (400, 404) for answer in asked), "it answers")
    return counted(asked)


@attempt("frames", "every kind of page in a frame of another site", "frame-ancestors 'none' and DENY on each")
def clickjacking(target: Target) -> str:
    pages = ("/", "/library/", "/library/sign/", "/confirm/x/", "/organise/account/login/", "/organise/", "/admin/")
    answers = {path: target.get(path) for path in (*pages, "/static/x", "/nothing/")}
    open_ = [
        path
        for path, answer in answers.items()
        if "frame-ancestors 'none'" not in answer.headers.get("content-security-policy", "")
        or answer.headers.get("x-frame-options") != "DENY"
    ]
    hold(not open_, str(open_))
    return f"{len(answers)} pages of {len(answers)}"
