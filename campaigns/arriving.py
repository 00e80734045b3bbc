"""Where a supporter came from, as little of it as is of use: the three words of a link, or the host of a page.

Nothing else of an address is read, and of these nothing that looks made for one person.
"""

import re
import unicodedata
from urllib.parse import parse_qs, urlsplit

WORDS = ("utm_source", "utm_medium", "utm_campaign")
BETWEEN = " / "
LONGEST_WORD, LONGEST = 38, 120  # characters: three such words and what is between them
LONGEST_ADDRESS = 4_000

_WORD = re.compile(r"[^\W_](?:[\w.+-]*[^\W_])?")
_HOST = re.compile(r"(?=.{4,100}\Z)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]")
_SAME_SITE = ("www.", "m.", "l.", "lm.", "mobile.")  # of which none says anything
# Numbers of accounts and mailings, keys, tokens. A year is a number too, but with a word beside it.
_NUMBER = re.compile(r"\d{5,}")
_HEX = re.compile(r"(?=[a-f]*\d)(?=\d*[a-f])[0-9a-f]{8,}")
_TURNS = re.compile(r"\d[^\W\d_]|[^\W\d_]\d")


def came_from(referer: str, typed: str, ours: str) -> str:
    """What to keep. `referer` is the address of our own page that the form was on, `typed` what the form says of the
    page before it, `ours` our host."""
    return of_link(referer, ours) or cleaned(typed, ours)


def of_link(address: str, ours: str) -> str:
    """The utm words of an address of ours; "" when it has none."""
    try:
        parts = urlsplit(address[:LONGEST_ADDRESS])
        asked = parse_qs(parts.query, max_num_fields=50)
    except ValueError:
        return ""
    if parts.netloc != ours:
        return ""
    return _joined([asked.get(name, [""])[0] for name in WORDS])


def cleaned(typed: str, ours: str) -> str:
    """What a form says: a host, or the words of a link that an earlier answer had found."""
    typed = typed[: 2 * LONGEST].strip().lower()
    if BETWEEN not in typed and "." in typed:
        return host(typed, ours)
    return _joined(typed.split(BETWEEN)[: len(WORDS)])


def host(typed: str, ours: str) -> str:
    """“www.news.example.org:443” → “news.example.org”; "" for ours, and for what is none."""
    name = typed.strip().lower().partition(":")[0].rstrip(".")
    ours = _bare(ours.lower().partition(":")[0])
    name = _bare(name)
    # A label that looks made for one person goes, with all before it: what is left is still where they came from.
    labels = name.split(".")
    last = max((at for at, label in enumerate(labels) if is_personal(label)), default=-1)
    name = ".".join(labels[last + 1 :])
    return name if _HOST.fullmatch(name) and name != ours else ""


def _bare(name: str) -> str:
    return next((name.removeprefix(word) for word in _SAME_SITE if name.startswith(word)), name)


def _joined(words: list[str]) -> str:
    return BETWEEN.join(found for word in words if (found := _word(word)))


def _word(typed: str) -> str:
    """One word of a link, or "" where it is none, or not one that many may share."""
    folded = unicodedata.normalize("NFKC", typed[: 4 * LONGEST_WORD]).lower()
    word = "-".join(folded.split())
    if len(word) > LONGEST_WORD or not _WORD.fullmatch(word) or is_personal(word):
        return ""
    return word


def is_personal(word: str) -> bool:
    """Whether it looks like a number or a token, which a link made for one person has. Names nobody can tell from the
    words of a campaign: what fewer than a few share is not shown (numbers.py)."""
    if word.isdigit() or _NUMBER.search(word):
        return True
    # A token goes to and fro between letters and digits; “covid19-2026” does so less.
    pieces = re.split(r"[^\w]|_", word)
    return any(_HEX.fullmatch(piece) or len(_TURNS.findall(piece)) > 3 for piece in pieces)
