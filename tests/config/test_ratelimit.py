import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.core.cache import cache, caches
from django.http import HttpRequest
from django.test import RequestFactory
from pytest_django.fixtures import Settings
from redis import Redis

from config import ratelimit
from config.ratelimit import LIMITS, Limit, allow, client_address, network
from tests.services import redis_server


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only moves when told; its window of a minute has just begun."""
    now = [60_000_000.0]
    monkeypatch.setattr(ratelimit.time, "time", lambda: now[0])
    return now


@pytest.fixture(autouse=True)
def _three_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "open", Limit(3, 60, "network", "open", "for the test"))
    monkeypatch.setitem(LIMITS, "closed", Limit(3, 60, "network", "closed", "for the test"))


@pytest.fixture(scope="module")
def redis() -> Iterator[str]:
    with redis_server() as address:
        yield address


def _request(peer: str = "192.0.2.1", forwarded: str | None = None) -> HttpRequest:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    return RequestFactory(REMOTE_ADDR=peer).get("/", headers=headers)


def test_the_count_is_exact_and_says_when_to_come_back(clock: list[float]) -> None:
    clock[0] += 15
    assert [allow("open", "a").allowed for _ in range(5)] == [True] * 3 + [False] * 2
    assert allow("open", "a").retry_after == 45
    assert not allow("open", "a"), "a refusal is false by itself"
    clock[0] += 45
    assert allow("open", "a").allowed


def test_keys_and_limits_are_counted_apart(clock: list[float]) -> None:
    for _ in range(3):
        allow("open", "a", "b")
    assert not allow("open", "a", "b")
    assert allow("open", "ab") and allow("open", "a") and allow("open", "b", "a") and allow("closed", "a", "b")
    assert allow("open", 'a", "b')


def test_an_unknown_limit_is_a_mistake_and_not_a_pass() -> None:
    with pytest.raises(KeyError):
        allow("no such limit", "a")


def test_twenty_threads_at_once_get_through_exactly_as_often_as_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(LIMITS, "open", Limit(50, 86_400, "network", "open", "for the test"))
    start = threading.Barrier(20)

    def twenty_times(_: int) -> int:
        start.wait()
        return sum(allow("open", "everybody").allowed for _ in range(20))

    with ThreadPoolExecutor(20) as pool:
        assert sum(pool.map(twenty_times, range(20))) == 50


REDIS_CACHES = ("django.core.cache.backends.redis.RedisCache", "config.counting_cache.CountingRedisCache")


@pytest.mark.parametrize("backend", REDIS_CACHES)
def test_redis_counts_as_exactly_and_keeps_no_counter_for_ever(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, redis: str, backend: str
) -> None:
    settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis}}
    cache.clear()
    monkeypatch.setitem(LIMITS, "open", Limit(50, 86_400, "network", "closed", "for the test"))
    start = threading.Barrier(8)

    def forty_times(_: int) -> int:
        start.wait()
        return sum(allow("open", "everybody").allowed for _ in range(40))

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(forty_times, range(8))) == 50
    client = vars(caches["default"])["_cache"].get_client(write=True)
    (key,) = client.keys()
    assert 86_400 < client.ttl(key) <= 2 * 86_400


def test_a_counter_outlives_its_window(clock: list[float]) -> None:
    allow("open", "a")
    clock[0] += 59.9
    for _ in range(2):
        allow("open", "a")
    assert not allow("open", "a")


def test_a_counter_pushed_out_of_a_full_cache_is_begun_again(monkeypatch: pytest.MonkeyPatch) -> None:
    class Full:
        """Between our add, which finds the counter, and our incr, it is pushed out."""

        def add(self, key: str, value: int, timeout: int) -> bool:
            return bool(cache.add(key, value, timeout=timeout))

        def incr(self, key: str) -> int:
            cache.delete(key)
            return int(cache.incr(key))

    monkeypatch.setattr(ratelimit, "cache", Full())
    assert all(allow("open", "a").allowed for _ in range(5))


def test_when_the_cache_is_down_each_limit_does_what_it_says(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1",
            "OPTIONS": {"socket_connect_timeout": 1},
        }
    }
    assert all(allow("open", "a").allowed for _ in range(5))
    verdict = allow("closed", "a")
    assert (verdict.allowed, verdict.retry_after) == (False, 30)
    caplog.clear()
    assert not ratelimit.allow_each(("open", "a"), ("closed", "a"), ("open", "b"))
    assert [record.getMessage() for record in caplog.records] == [
        "The cache does not answer (ConnectionError): limit open is open, limit closed is closed, limit open is open."
    ], "of one form one line"


def test_whatever_sends_mail_to_a_typed_address_is_closed_when_uncounted() -> None:
    mailing = ("sign_email", "sign_address", "resend", "resend_email", "letter_send", "letter_send_email")
    for name in (*mailing, "password_reset", "password_reset_email", "sign_up", "account_code"):
        assert LIMITS[name].when_down == "closed", name


def test_every_limit_gives_its_reason() -> None:
    for name, limit in LIMITS.items():
        assert limit.count > 0 and limit.seconds > 0 and limit.because, name


def test_without_proxies_the_header_is_only_what_the_client_says() -> None:
    assert client_address(_request("192.0.2.1", "203.0.113.9")) == "192.0.2.1"


@pytest.mark.parametrize(
    "proxies, forwarded, expected",
    [
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "10.0.0.1, 203.0.113.9", "203.0.113.9"),  # the first is a lie
        (2, "10.0.0.1, 203.0.113.9, 198.51.100.7", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # came past one of the proxies: its peer
        (1, None, "192.0.2.1"),
        (1, "", "192.0.2.1"),
        (1, "10.0.0.1, ", "192.0.2.1"),
        (1, "203.0.113.9:4711", "203.0.113.9"),
        (1, "[2001:db8::1]:4711", "2001:db8::1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_trusted_proxies_are_counted_from_the_end(
    settings: Settings, proxies: int, forwarded: str | None, expected: str
) -> None:
    settings.TRUSTED_PROXIES = proxies
    assert client_address(_request("192.0.2.1", forwarded)) == expected


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("192.0.2.1", "192.0.2.254", True),
        ("192.0.2.1", "192.0.3.1", False),
        ("::ffff:192.0.2.1", "192.0.2.9", True),
        ("::ffff:192.0.2.1", "::ffff:198.51.100.1", False),
        ("2001:db8:1::1", "2001:db8:1:ffff::9", True),
        ("2001:db8:1::1", "2001:db8:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("nonsense", "other nonsense", True),
        ("", "unix:", True),
    ],
)
def test_a_network_is_the_first_24_or_48_bits(one: str, other: str, same: bool) -> None:
    assert (network(_request(one)) == network(_request(other))) is same


def test_the_cache_holds_no_address() -> None:
    allow("open", "alice@example.org", network(_request("192.0.2.1")))
    keys = list(vars(caches["default"])["_cache"])
    assert len(keys) == 1
    assert "alice" not in keys[0] and "192.0" not in keys[0]


@pytest.mark.parametrize("backend", [None, "config.counting_cache.CountingRedisCache"])
def test_of_several_limits_the_first_that_refuses_ends_the_counting(
    settings: Settings, redis: str, clock: list[float], backend: str | None
) -> None:
    if backend:
        settings.CACHES = {"default": {"BACKEND": backend, "LOCATION": redis}}
    cache.clear()
    clock[0] += 15
    assert [ratelimit.allow_each(("open", "a"), ("closed", "b")).allowed for _ in range(5)] == [True] * 3 + [False] * 2
    assert ratelimit.allow_each(("open", "a"), ("closed", "b")).retry_after == 45
    assert not allow("closed", "b"), "it was counted three times, and not for those that the first one refused"
    assert ratelimit.allow_each(("open", "c"), ("closed", "d"))


def test_redis_may_be_started_anew_between_two_questions(settings: Settings, redis: str, clock: list[float]) -> None:
    settings.CACHES = {"default": {"BACKEND": "config.counting_cache.CountingRedisCache", "LOCATION": redis}}
    cache.clear()
    assert allow("open", "a")
    other = Redis.from_url(redis)
    assert other.client_kill_filter(_type="normal", skipme=True) > 0, "it has hung up on us"
    other.script_flush()
    assert allow("open", "a") and allow("open", "a")
    assert not allow("open", "a"), "and none was lost"


def test_redis_may_be_away_for_long_and_is_asked_again_when_it_is_back(settings: Settings, clock: list[float]) -> None:
    backend = {"BACKEND": "config.counting_cache.CountingRedisCache", "LOCATION": "redis://127.0.0.1:1"}
    settings.CACHES = {"default": backend}
    for _ in range(150):  # more than redis-py gives out connections
        assert not allow("closed", "a")
    with redis_server() as address:
        port = int(address.rpartition(":")[2].partition("/")[0])
        vars(caches["default"])["_own"].port = port
        assert allow("closed", "a")
