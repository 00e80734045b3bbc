"""Attempts with headers that say something false: of whom is asked, of who asks, and to whoever keeps pages."""

import secrets
import time
from collections.abc import Callable

from config.ratelimit import LIMITS

from .attempts import attempt, counted, each, hold
from .rows import path, signature
from .target import NAME, Answer, Target

EVIL = "evil.example.com"
RESET = "/organise/account/password/reset/"


def forgotten(target: Target, email: str = "", network: str = "", headers: dict[str, str] | None = None) -> Answer:
    """A forgotten password; of nobody, unless an address is named."""
    given = {"email": email or f"x{time.monotonic_ns()}@example.org"}
    return target.anonymous().press(RESET, given, headers=headers, network=network)


@attempt("host", "another Host", "400, and no page")
def another_host(target: Target) -> str:
    names = (EVIL, f"{NAME}.{EVIL}", f"{NAME}:80@{EVIL}", "")
    statuses = {host: target.get("/", headers={"Host": host}).status for host in names}
    hold(set(statuses.values()) == {400}, str(statuses))
    return "400 for four names"


@attempt(
    "host", "two Host headers, and an absolute address of another host in the request line", "refused, or ours alone"
)
def two_hosts(target: Target) -> str:
    rest = "X-Forwarded-Proto: https\r\nConnection: close\r\n\r\n"
    ways = {
        "ours first": f"GET / HTTP/1.1\r\nHost: {NAME}\r\nHost: {EVIL}\r\n{rest}",
        "theirs first": f"GET / HTTP/1.1\r\nHost: {EVIL}\r\nHost: {NAME}\r\n{rest}",
        "absolute": f"GET http://{EVIL}/ HTTP/1.1\r\nHost: {NAME}\r\n{rest}",
    }
    answers = {way: target.raw(sent.encode(), 3) for way, sent in ways.items()}
    hold(EVIL.encode() not in b"".join(answers.values()), "the other name stands in an answer")
    return f"{each({way: answer[9:12].decode() or 'closed' for way, answer in answers.items()})}; the name is in none"


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
    forgotten(target, "alice@example.org", headers=false)
    email = OutgoingEmail.objects.latest("pk")
    said = str(email.values) + (email.message.text if email.message else "")
    hold(EVIL not in said and NAME in said, "the link leads elsewhere")
    return "the page and the link in the email are of our own name"


def refused_in_time(ask: Callable[[int], Answer]) -> str:
    """`ask` has a number, to be another one each time."""
    count = LIMITS["password_reset"].count
    statuses = [ask(number).status for number in range(count + 2)]
    hold(statuses[count:] == [429, 429] and 429 not in statuses[:count], str(statuses))
    return f"{count} went through, then 429"


@attempt(
    "limits",
    "X-Forwarded-For with another made-up beginning each time, around the limit of forgotten passwords",
    "refused after five",
)
def spoofed_addresses(target: Target) -> str:
    said = refused_in_time(lambda number: forgotten(target, network=f"203.0.{number}.1, 198.51.100.9"))
    return f"{said}: only what our own proxy wrote is read"


@attempt("limits", "the same with X-Real-IP, True-Client-IP, CF-Connecting-IP and Forwarded", "refused after five")
def other_headers_of_addresses(target: Target) -> str:
    names = ("X-Real-IP", "True-Client-IP", "CF-Connecting-IP", "X-Client-IP")

    def ask(number: int) -> Answer:
        false = dict.fromkeys(names, f"203.1.{number}.1") | {"Forwarded": f"for=203.1.{number}.1"}
        return forgotten(target, network="198.51.101.9", headers=false)

    return refused_in_time(ask)


@attempt("limits", "one network of IPv6 with another address each time", "one network, refused after five")
def many_addresses_of_ipv6(target: Target) -> str:
    said = refused_in_time(lambda number: forgotten(target, network=f"2001:db8:7:{number:x}::{number + 1:x}"))
    return f"{said}: a /48 is one network"


@attempt(
    "cache",
    "the page with forged headers, cookies, languages and odd questions, each twice; then the plain page",
    "the plain page is the same byte for byte, and has nothing of what was sent",
)
def poisoned_cache(target: Target) -> str:
    target.get("/library/")
    time.sleep(6)  # what earlier attempts have changed is on it by then
    before = target.get("/library/")
    mark = f"poison{secrets.token_hex(4)}"
    ways: list[tuple[str, dict[str, str]]] = [
        (f"/library/?utm_source=%3Cscript%3E{mark}%3C/script%3E", {}),
        (f"/library/?cb={mark}&language=ar", {"Accept-Language": "ar", "X-Forwarded-Host": f"{mark}.{EVIL}"}),
        ("/library/", {"X-Forwarded-Scheme": "http", "X-Forwarded-Port": "1337", "Origin": f"https://{mark}.{EVIL}"}),
        ("/library/", {"Cookie": f"__Host-session={mark}; django_language=ar; language=ar", "Authorization": mark}),
        ("/library/", {"X-HTTP-Method-Override": "POST", "X-Original-URL": "/organise/", "Range": "bytes=0-10"}),
        ("/library/", {"Accept-Encoding": "gzip, br, zstd;q=0", "Accept": "application/json", "TE": "trailers"}),
        ("/library/", {"User-Agent": f"<script>{mark}</script>", "Referer": f"https://{mark}.{EVIL}/"}),
        ("/library//", {}),
        (f"/library/%3f{mark}", {}),
        (f"/library/;{mark}", {}),
    ]
    answers = [target.get(address, headers=headers) for address, headers in ways for _ in range(2)]
    target.ask("HEAD", "/library/")
    after = target.get("/library/")
    hold(before.status == after.status == 200 and before.body == after.body, "the page is another one now")
    hold("set-cookie" not in after.headers, "it sets a cookie")
    hold(mark not in after.text + str(after.headers) and EVIL not in after.text, "something of what was sent is in it")
    return f"{counted(answers)}; the page of {len(after.body)} bytes is the same as before"


@attempt("cache", "pages of one person under names that caches keep: …/x.css, …;.js, …%2Ex.png", "no-store on each")
def deceived_cache(target: Target) -> str:
    mine = path("signature", "signature", signature(email="deceived@example.org"))
    ways = [f"{mine}x.css", f"{mine[:-1]};x.js/", f"{mine}data.json?x.png", f"{mine}?x.css", f"{mine}%2Ex.png"]
    ways += ["/library/sign/x.css", "/organise/x.css"]
    answers = [target.get(way) for way in ways]
    kept = [answer for answer in answers if "no-store" not in answer.headers.get("cache-control", "")]
    hold(not kept, f"may be kept: {len(kept)}")
    return f"no-store on {len(ways)}: {counted(answers)}"
