"""The list of attempts. Each says what it tries and what must come of it; it returns what came, or raises Broken."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from .target import Answer, Target

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


def counted(found: Mapping[str, int] | Iterable[Answer]) -> str:
    """So many of each; of answers, of each status."""
    numbers = found if isinstance(found, Mapping) else Counter(str(answer.status) for answer in found)
    return ", ".join(f"{number} × {what}" for what, number in sorted(numbers.items()))


def each(found: Mapping[str, object]) -> str:
    return ", ".join(f"{what}: {seen}" for what, seen in found.items())
