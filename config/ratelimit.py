"""Every limit of the software, in one table, and the counting behind them.

Counted in Django's cache, in fixed windows: one key for each (limit, keys, window), made by `add` and raised by `incr`,
which Redis and the process's own cache both do in one step, so that two requests never read the same number. At the
turn of a window somebody may get through twice the count in a short time; the counts below allow for it. With no
CACHE_URL each process counts for itself, and a flood of made-up keys can push the oldest out (config.checks says so).

No address is kept: the keys are hashes under HASH_KEYS, and a network is the first 24 bits of an IPv4 address or the
first 48 of an IPv6 one, for whoever holds an IPv6 network holds all of its addresses.
"""

import ipaddress
import json
import logging
import math
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.core.cache import DEFAULT_CACHE_ALIAS, cache, caches
from django.http import HttpRequest

from .counting_cache import Counter, CountingRedisCache
from .crypto import keyed_hash

log = logging.getLogger(__name__)

MINUTE, HOUR, DAY = 60, 3600, 86_400
CLOSED_RETRY_SECONDS = 30  # what a refusal says when the cache cannot tell us more


@dataclass(frozen=True)
class Limit:
    """At most `count` in `seconds` for each value of `per`, which names what the caller passes as keys:
    network(request), the campaign's identifier, crypto.email_key(address).

    `when_down` says what happens while the cache cannot be reached: "open" lets through, "closed" refuses.
    """

    count: int
    seconds: int
    per: str
    when_down: Literal["open", "closed"]
    because: str


@dataclass(frozen=True)
class Verdict:
    allowed: bool
    retry_after: int  # seconds; 0 when allowed
    cache_is_down: bool = False  # refused for want of counting, whoever asks: that may be said
    limit: str = ""  # which refused

    def __bool__(self) -> bool:
        return self.allowed


_SIGN = "A petition that cannot be signed fails at its purpose, and every signature still has to be confirmed by email."
_MAIL = "Each one sends an email to an address that somebody typed; uncounted, we are a tool to flood a stranger."
_READ = "It only reads, or asks for a secret that cannot be guessed."
_TRIAL = "A mail server that is asked too often shuts the door on the letters too."
_REPORT = "It shows nothing and sends nothing; of one thing only so much is kept, and the rest is counted."
_COSTS = "The cap on letters rendered at once protects the machine also without this."

LIMITS: dict[str, Limit] = {
    # A village hall or a mobile carrier signs from one network: the count is for machines, not for neighbours.
    "sign": Limit(300, 10 * MINUTE, "network", "open", _SIGN),
    "sign_email": Limit(5, HOUR, "campaign, address", "closed", _MAIL),
    "sign_address": Limit(20, DAY, "address", "closed", _MAIL),
    "sign_campaign": Limit(settings.SIGNATURES_PER_MINUTE, MINUTE, "campaign", "open", _SIGN),
    "resend": Limit(60, HOUR, "network", "closed", _MAIL),
    "resend_email": Limit(3, DAY, "campaign, address", "closed", _MAIL),
    "confirm": Limit(600, 10 * MINUTE, "network", "open", _READ),
    # For pages and for links that are none of ours. A provider's POST with a link of ours is never counted.
    "news_stop": Limit(600, 10 * MINUTE, "network", "open", _READ),
    "update_test": Limit(20, HOUR, "person", "closed", _MAIL),
    "manage": Limit(600, 10 * MINUTE, "network", "open", _READ),
    "write": Limit(300, 10 * MINUTE, "network", "open", _COSTS),
    "letter_send": Limit(200, HOUR, "network", "closed", _MAIL),
    "letter_send_email": Limit(10, DAY, "address", "closed", _MAIL),
    "pdf": Limit(300, 10 * MINUTE, "network", "open", _COSTS),
    "postcode": Limit(300, 10 * MINUTE, "network", "open", _READ),
    "search": Limit(120, 10 * MINUTE, "network", "open", _READ),
    "report": Limit(30, HOUR, "network", "open", _REPORT),
    "report_campaign": Limit(600, HOUR, "campaign", "open", _REPORT),
    "password_again": Limit(10, HOUR, "account", "closed", "Whoever sits down at an open session could try passwords."),
    # A provider reports several times on each email, in batches and from few networks; refused, it comes again later.
    "provider_events": Limit(6000, MINUTE, "network", "open", _READ),
    # Each press talks to a mail server from this machine, and sends an email to whoever pressed.
    "trial": Limit(10, 10 * MINUTE, "sender", "closed", _TRIAL),
    "trial_person": Limit(10, 10 * MINUTE, "person", "closed", _TRIAL),
    # Of whoever has an account, before anybody has approved anything: tables of 20 MB, and pictures to be made anew.
    "file": Limit(60, HOUR, "person", "open", "Only files by the hundred fill a disk, and it is somebody's work."),
    "organisation_new": Limit(5, DAY, "person", "closed", "Each one is a name for the operator to read."),
    "invite": Limit(40, DAY, "organisation", "closed", _MAIL),
    "invite_email": Limit(3, DAY, "address", "closed", _MAIL),
    # A training for organisers signs in from one network. What stops guessing is the count of each account.
    "login": Limit(100, 15 * MINUTE, "network", "closed", "Passwords must not be guessable while the cache is down."),
    "login_email": Limit(10, 15 * MINUTE, "address", "closed", "As for login: many networks, one account."),
    "passkey": Limit(60, 15 * MINUTE, "network", "closed", "Each one is a row, and none can be guessed."),
    "second_factor": Limit(10, 15 * MINUTE, "person", "closed", "Six digits are guessed in a million tries."),
    "sign_up": Limit(30, HOUR, "network", "closed", _MAIL),
    "account_code": Limit(6, HOUR, "address", "closed", _MAIL),
    "password_reset": Limit(5, HOUR, "network", "closed", _MAIL),
    "password_reset_email": Limit(3, HOUR, "address", "closed", _MAIL),
}


def allow(name: str, *keys: str) -> Verdict:
    """Counts one attempt (a refused one too) against a limit for these keys together. Unknown names are a KeyError."""
    return allow_each((name, *keys))


def against(name: str, *keys: str) -> tuple[str, ...]:
    """One of the limits that allow_each() is asked for."""
    return name, *keys


def allow_each(*asked: tuple[str, ...]) -> Verdict:
    """The same against several limits, until one refuses. Of those behind it nothing is counted."""
    now = time.time()
    counters = [_counter(LIMITS[name], name, keys, now) for name, *keys in asked]
    try:
        counts = _raised(counters)
    except Exception as error:  # each cache has errors of its own, and none may become a page that says 500
        return _uncounted([name for name, *_ in asked], error)
    name, attempts = asked[len(counts) - 1][0], counts[-1]
    limit = LIMITS[name]
    if attempts <= limit.count:
        return Verdict(True, 0)
    return Verdict(False, max(1, math.ceil((now // limit.seconds + 1) * limit.seconds - now)), limit=name)


def _counter(limit: Limit, name: str, keys: Sequence[str], now: float) -> Counter:
    # It lives for two windows and is only touched in the first: it cannot run out between our asking and our counting,
    # which on Redis would leave a counter that never ends.
    key = f"limit:{name}:{int(now // limit.seconds)}:{keyed_hash('limit', json.dumps(keys))}"
    return Counter(key, limit.count, 2 * limit.seconds)


def _uncounted(names: Sequence[str], error: Exception) -> Verdict:
    closed = [name for name in names if LIMITS[name].when_down == "closed"]
    said = ", ".join(f"limit {name} is {LIMITS[name].when_down}" for name in names)
    log.error("The cache does not answer (%s): %s.", type(error).__name__, said)
    retry_after = CLOSED_RETRY_SECONDS if closed else 0
    return Verdict(not closed, retry_after, cache_is_down=bool(closed), limit=closed[0] if closed else "")


def _raised(counters: Sequence[Counter]) -> list[int]:
    """The counts up to the first that is too high; on Redis in one question."""
    backend = caches[DEFAULT_CACHE_ALIAS]
    if isinstance(backend, CountingRedisCache):
        return backend.raised(counters)
    counts: list[int] = []
    for counter in counters:
        counts.append(_raised_alone(counter))
        if counts[-1] > counter.most:
            break
    return counts


def _raised_alone(counter: Counter) -> int:
    for _ in range(3):
        if cache.add(counter.key, 1, timeout=counter.lives):
            return 1
        try:
            return cache.incr(counter.key)
        except ValueError:
            continue  # pushed out of a full cache in between
    return 1


def client_address(request: HttpRequest) -> str:
    """The address that the outermost of our own proxies saw, or the peer's when none stands in front.

    Proxies append to X-Forwarded-For, so only the last TRUSTED_PROXIES entries are ours and the rest is whatever the
    client wrote. Fewer entries than proxies means a request that came past them: it counts as its peer.
    """
    peer: str = request.META.get("REMOTE_ADDR", "")
    proxies: int = settings.TRUSTED_PROXIES
    entries = [entry.strip() for entry in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if proxies < 1 or len(entries) < proxies:
        return peer
    return _without_port(entries[-proxies]) or peer


def network(request: HttpRequest) -> str:
    """A hash of the client's network: what the limits per network count by."""
    return hidden(prefix(request))


def hidden(network: str) -> str:
    """The hash of one that prefix() said."""
    return keyed_hash("network", network)


def prefix(request: HttpRequest) -> str:
    """The client's network, as 192.0.2.0/24; "unknown" for all whose address makes no sense."""
    return _prefix(client_address(request))


def _without_port(entry: str) -> str:
    """Some proxies write 192.0.2.1:4711 or [2001:db8::1]:4711."""
    if entry.startswith("["):
        return entry[1:].partition("]")[0]
    return entry.partition(":")[0] if entry.count(":") == 1 else entry


def _prefix(address: str) -> str:
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return "unknown"  # one shared bucket, rather than one for each way to write nonsense
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped:
        ip = ip.ipv4_mapped
    return str(ipaddress.ip_network((ip, 24 if ip.version == 4 else 48), strict=False))
