"""Signs of life that one process leaves for another: a small file each, in VAR_DIR/run/, holding a time."""

import os
import time
from pathlib import Path

from django.conf import settings


def beat(name: str) -> None:
    path = _path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = path.with_suffix(f".{os.getpid()}")
    partial.write_text(f"{time.time():.6f}")
    partial.replace(path)  # a reader sees the old time or the new one, never half of one


def last_beat(name: str) -> float | None:
    """Seconds since the epoch, or None when there has been no beat."""
    try:
        return float(_path(name).read_text())
    except FileNotFoundError:
        return None


def _path(name: str) -> Path:
    return Path(settings.VAR_DIR, "run", f"{name}.beat")
