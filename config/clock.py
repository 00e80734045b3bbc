"""Whether this machine's clock was set back: whatever waits for a moment would wait that much longer."""

import time

NOTICEABLE = 2.0  # seconds; corrections below it are the daily work of NTP


class Clock:
    def __init__(self, last_seen: float | None = None) -> None:
        """`last_seen` is the time of the last sign of life before this process, if there is one."""
        now = time.time()
        self.offset = max(now, last_seen or now) - time.monotonic()

    def went_back(self) -> float:
        """By how many seconds since it was last asked; 0.0 if not, or by too little to matter."""
        offset = time.time() - time.monotonic()
        gone, self.offset = self.offset - offset, offset
        if gone < NOTICEABLE:
            self.offset += max(gone, 0.0)  # many small steps back add up
            return 0.0
        return gone
