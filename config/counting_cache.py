"""Django's cache on Redis, with one thing more: several counters raised in one question.

Signing counts against four limits. By add() and incr() that is up to eight questions to Redis, one after the other.
"""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, NamedTuple

from django.core.cache.backends.redis import RedisCache

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


class CountingRedisCache(RedisCache):
    @cached_property
    def _raise(self) -> Any:
        return self._cache.get_client(write=True).register_script(_RAISE)

    def raised(self, counters: Sequence[Counter]) -> list[int]:
        """Raises each by one, up to the first that goes beyond its `most`; the counts so far, that one's the last."""
        keys = [self.make_and_validate_key(counter.key) for counter in counters]
        limits = [number for counter in counters for number in (counter.most, counter.lives)]
        found: list[int] = self._raise(keys=keys, args=limits)
        return found
