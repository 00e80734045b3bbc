"""Signs of life that one process leaves for another: a small file each, in VAR_DIR/run/, holding a time.

Where processes share a cache on several machines the sign is left there too.
"""

import os
import threading
import time
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.cache import cache

KEPT_IN_CACHE = 86_400  # seconds


def beat(name: str) -> None:
    now = time.time()
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(f".{os.getpid()}.{threading.get_ident()}")  # two threads of a worker may beat at once
    partial.write_text(f"{now:.6f}")
    partial.replace(path)  # a reader sees the old time or the new one, never half of one
    if settings.CACHE_URL:
        with suppress(Exception):  # of redis, of sockets: a sign that is missed is followed by the next
            cache.set(f"beat:{name}", now, KEPT_IN_CACHE)


def last_beat(name: str) -> float | None:
    """Seconds since the epoch, or None when there has been no beat."""
    beats: list[float] = []
    with suppress(FileNotFoundError):
        beats.append(float(_path(name).read_text()))
    if settings.CACHE_URL:
        with suppress(Exception):
            beats.append(float(cache.get(f"beat:{name}") or 0.0))
    return max(beats, default=0.0) or None


def _path(name: str) -> Path:
    return Path(settings.VAR_DIR, "run", f"{name}.beat")
