"""How much of a letter its writer wrote themselves."""

from collections.abc import Iterable

SHINGLE = 4  # words that must stand together to count as taken over; the page's script has the same number


def own_share(body: str, given: Iterable[str]) -> int:
    """Percent of the words of `body` that are in no run of SHINGLE words of a given text, rounded up: 0 means none.

    A text shorter than that counts as one run. countersign.js follows the same rule while somebody types.
    """
    words = _words(body)
    if not words:
        return 0
    runs: dict[int, set[tuple[str, ...]]] = {}
    for text in given:
        theirs = _words(text)
        size = min(SHINGLE, len(theirs), len(words))
        starts = range(len(theirs) - size + 1) if size else ()
        runs.setdefault(size, set()).update(tuple(theirs[start : start + size]) for start in starts)
    taken = bytearray(len(words))
    for size, known in runs.items():
        for start in range(len(words) - size + 1):
            if tuple(words[start : start + size]) in known:
                taken[start : start + size] = b"\1" * size
    own = taken.count(0)
    return -(-100 * own // len(words))


def _words(text: str) -> list[str]:
    return text.lower().split()
