"""How long a request has waited before anybody took it up, by the time at which the proxy in front passed it on.

A web server of ours takes up one request after the other, however long they have waited. In a rush that is the wrong
end: each waits for a minute, and is answered when nobody is there any more. So whoever has waited LONGEST seconds is
told at once to come again, and those behind them are served in time.

The proxy's clock may be another machine's. What counts is therefore how much longer one has waited than the luckiest of
the last minute: a clock that is wrong moves both. A proxy whose clock is ahead sends all its requests from the future;
one among others that are not was written by whoever sent it, and says nothing: else it alone would make everybody else
look late.
"""

import math
import threading
import time

LONGEST = 5.0  # seconds
WINDOW = 60.0  # seconds
AHEAD = 2.0  # seconds: no two clocks that are kept differ by more
HEADER = "HTTP_X_REQUEST_START"  # as in "t=1700000000.123", which nginx writes as t=${msec}


class Luckiest:
    """The shortest wait of this window and of the one before."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._began, self._now, self._before = -math.inf, math.inf, math.inf

    def longer_than(self, age: float, now: float) -> float:
        with self._lock:
            if now - self._began >= WINDOW:
                recent = now - self._began < 2 * WINDOW
                self._before, self._now, self._began = self._now if recent else math.inf, math.inf, now
            self._now = min(self._now, age)
            return age - min(self._now, self._before)

    def has_seen_any(self, now: float) -> bool:
        return now - self._began < 2 * WINDOW


_luckiest, _from_the_future = Luckiest(), Luckiest()


def waited(written: str) -> float:
    """Seconds, 0.0 where the header says nothing of use."""
    try:
        sent = float(written.removeprefix("t="))
    except ValueError:
        return 0.0
    if not 0 < sent < math.inf:
        return 0.0
    age, now = time.time() - sent, time.monotonic()
    if age >= -AHEAD:
        return _luckiest.longer_than(age, now)
    return 0.0 if _luckiest.has_seen_any(now) else _from_the_future.longer_than(age, now)
