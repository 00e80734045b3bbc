"""Django's cache on Redis, with one thing more: several counters raised in one question.

Signing counts against four limits. By add() and incr() that is up to eight questions to Redis, one after the other.
"""

import hashlib
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import NoScriptError

# KEYS are the counters; ARGV has, for each, how high it may go and how long it lives. It ends with the first that went
# too high: what comes after is not counted, as if one had been asked after the other.
_RAISE = """
local raised = {}
for i, key in ipairs(KEYS) do
  local count = redis.call('INCR', key)
  if count == 1 then redis.call('EXPIRE', key, ARGV[2 * i]) end
  raised[i] = count
  if count > tonumber(ARGV[2 * i - 1]) then break end
end
return raised
"""


class Counter(NamedTuple):
    key: str
    most: int
    lives: int  # seconds, from when it is first raised


_SHA = hashlib.sha1(_RAISE.encode()).hexdigest()  # by which Redis knows a script that it has run


class HeldClient(RedisCacheClient):
    """Django makes a redis.Redis anew for each question, which takes as long as the question; it is made to be held."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._held: dict[Any, Any] = {}  # by their pool of connections

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # unknown to django-stubs
        if pool not in self._held:
            self._held[pool] = super().get_client(key, write=write)
        return self._held[pool]


class CountingRedisCache(RedisCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = HeldClient

    def raised(self, counters: Sequence[Counter]) -> list[int]:
        """Raises each by one, up to the first that goes beyond its `most`; the counts so far, that one's the last."""
        keys = [self.make_and_validate_key(counter.key) for counter in counters]
        limits = [number for counter in counters for number in (counter.most, counter.lives)]
        client: Any = self._cache.get_client(write=True)
        given = (len(keys), *keys, *limits)
        try:
            found: list[int] = client.evalsha(_SHA, *given)
        except NoScriptError:  # it has been started anew
            found = client.eval(_RAISE, *given)
        return found
