"""The list of attempts. Each says what it tries and what must come of it; it returns what came, or raises Broken."""

from collections.abc import Callable
from dataclasses import dataclass

from .target import Target

Attempt = Callable[[Target], str]


class Broken(Exception):
    """It did not hold. The message says what was seen."""


@dataclass
class Entry:
    kind: str
    tried: str
    must: str
    attempt: Attempt


LIST: list[Entry] = []


def attempt(kind: str, tried: str, must: str) -> Callable[[Attempt], Attempt]:
    def listed(function: Attempt) -> Attempt:
        LIST.append(Entry(kind, tried, must, function))
        return function

    return listed


def hold(true: object, seen: str) -> None:
    if not true:
        raise Broken(seen)


def counted(found: dict[str, int]) -> str:
    return ", ".join(f"{number} × {what}" for what, number in sorted(found.items()))
