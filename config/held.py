"""What a crowd asks for and hardly ever changes: kept in this process for a moment, so that it is not asked for again.

A change made by another process is seen when the moment is over. So only for what may be that old, and bounded.
"""

import threading
import time
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from django.conf import settings

T = TypeVar("T")


class Held(Generic[T]):
    """Read again after `seconds`; by one, and for as long again the others go on with what they have. Not more than
    `most` are held. HELD_SECONDS in the settings may make the time less, as tests do.

    What is held is shared by all threads: whoever gets it must not change it. A question that fails is asked again.
    """

    def __init__(self, seconds: float, most: int = 1_000) -> None:
        self.seconds, self.most = seconds, most
        self._kept: dict[Hashable, tuple[float, T]] = {}  # with when it was read
        self._reading = threading.Lock()

    def get(self, key: Hashable, ask: Callable[[], T]) -> T:
        kept = self._kept.get(key)
        if kept is None:
            return self._read(key, ask)
        seconds = min(self.seconds, settings.HELD_SECONDS)
        age = time.monotonic() - kept[0]
        if age < seconds:
            return kept[1]
        if not self._reading.acquire(blocking=False):
            return kept[1] if age < 2 * seconds else self._read(key, ask)
        try:
            return self._read(key, ask)
        finally:
            self._reading.release()

    def _read(self, key: Hashable, ask: Callable[[], T]) -> T:
        value = ask()
        if len(self._kept) >= self.most:
            self._kept = {}  # bounded, and simpler than knowing which of a thousand was used last
        self._kept[key] = (time.monotonic(), value)
        return value
