"""Django's cache on Redis, with one thing more: several counters raised in one question.

Signing counts against four limits. By add() and incr() that is up to eight questions to Redis, one after the other.
"""

import hashlib
import os
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import ConnectionError, NoScriptError

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


class CountingRedisCache(RedisCache):
    _own: Any = None  # the connection for these questions: Django makes a cache for each thread

    def raised(self, counters: Sequence[Counter]) -> list[int]:
        """Raises each by one, up to the first that goes beyond its `most`; the counts so far, that one's the last."""
        keys = [self.make_and_validate_key(counter.key) for counter in counters]
        limits = [number for counter in counters for number in (counter.most, counter.lives)]
        given = (len(keys), *keys, *limits)
        try:
            found: list[int] = self._asked("EVALSHA", _SHA, *given)
        except NoScriptError:  # it has been started anew
            found = self._asked("EVAL", _RAISE, *given)
        return found

    def _asked(self, *command: Any) -> Any:
        """Without redis.Redis: what that does around a question takes twice as long as the question. Nor of the pool,
        which counts what it has given out and never gets back. After trouble a connection hangs up, and connects anew
        for the next question."""
        own = self._own
        if own is None or own.pid != os.getpid():
            pool = self._cache.get_client(write=True).connection_pool
            own = self._own = pool.connection_class(**pool.connection_kwargs)
        idle = own.is_connected
        try:
            return self._answered(own, command)
        except ConnectionError:
            if not idle:
                raise
        return self._answered(own, command)  # Redis has been started anew since

    @staticmethod
    def _answered(connection: Any, command: tuple[Any, ...]) -> Any:
        try:
            connection.send_command(*command)
            return connection.read_response()
        except NoScriptError:
            raise
        except Exception:  # whatever it is, a new connection may be to a Redis that is well
            connection.disconnect()
            raise
