"""What is not shown before somebody has read it: addresses of any kind, slurs, and an organisation's own words.

It is held, never refused and never changed: the signature counts all the same, and its owner's page says that the name
or reason is shown once it has been read. So each rule may err on the side of holding; it only must not hold what many
people are called. Words are compared whole, without accents and capitals: Scunthorpe is a town.
"""

import hashlib
import re
import string
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

from .models import Signature

Check = Signature.Check
MOST_WORDS, LONGEST_WORD = 500, 60  # of an organisation's own
LONGEST_PHRASE = 6  # words

# Slurs and strong insults, as hashes, so that nobody has to read them here. Not one is a place, a family name or
# a common word in a language of ours: what is (there are many) is for an organisation's own list. The file says how to
# add one.
_MARKS = frozenset(
    line
    for line in (Path(__file__).parent / "held_words.txt").read_text(encoding="utf-8").split("\n")
    if line and not line.startswith("#")
)
_LONGEST_MARKED = 3  # words


def hold(signature: Signature) -> None:
    """Marks what nobody has looked at yet and holds something of the kind. The caller derives what is shown."""
    own = signature.text.campaign.organisation.held_words
    said = {"name_check": (signature.name, signature.affiliation), "reason_check": (signature.reason,)}
    for check, texts in said.items():
        if getattr(signature, check) == Check.NEW and any(must_be_read(text, own) for text in texts):
            setattr(signature, check, Check.HELD)


def must_be_read(text: str, own_words: str = "") -> bool:
    """`own_words`: an organisation's, one a line."""
    return bool(text) and (has_address(text) or has_held_word(text, own_words))


# Addresses


# Top-level domains; of the many there are, those that people are sent to.
_TLD = (
    "com|org|net|info|biz|eu|io|app|dev|online|site|shop|store|xyz|top|club|live|link|click|blog|news|page|web|wiki|"
    "space|website|tech|icu|vip|pro|fun|gov|edu|uk|ie|de|ch|fr|es|nl|pl|cz|se|dk|fi|pt|gr|ro|hu|ru|ua|tr|il|ir|iq|sa|"
    "ae|eg|dz|tn|jo|lb|sy|ps|in|pk|bd|cn|jp|kr|tw|hk|sg|ph|th|vn|nz|au|ca|br|ar|mx|cl|co|ng|ke|za|ly|gg|cc|tv|ws|nu|li|"
    "lu|lv|lt|ee|sk|si|hr|rs|bg|is|it|at|be|me|us|am|to|so"
)
# “No more.it is time” names no site: these are words, and need a second dot, or a path behind.
_WORDS = frozenset({"in", "is", "it", "at", "be", "me", "us", "am", "to", "so"})
_SITE = re.compile(rf"(?<![\w@.-])((?:[^\W_][\w-]*\.)+)({_TLD})(?![\w-])(/?)", re.IGNORECASE)
_SCHEME = re.compile(r"\b(?:https?|ftp|mailto|tel|tg|whatsapp)\s?:|\bwww\s?\.", re.IGNORECASE)
_PATH = re.compile(r"(?<![\w@])[a-z0-9-]{1,30}\.[a-z]{2,10}/\w", re.IGNORECASE)
_EMAIL = re.compile(r"[^\s@]+\s?@\s?[^\s@]+\.\w{2,}|\b\w+\s?[\[(](?:at|@)[\])]\s?\w+", re.IGNORECASE)
_HANDLE = re.compile(r"(?<![\w.@])@[\w.]{2,}")
# With the 0 or + of a number that is dialled, or three groups as in North America. A year or a sum has neither.
_DIALLED = re.compile(r"(?<![\d.,])(?:\+|00|\(?0)(?:[\s().\-/]{0,2}\d){8,14}(?!\d)")
_GROUPED = re.compile(r"(?<!\d)\(?[2-9]\d\d\)?[\s.-]\d{3}[\s.-]\d{4}(?!\d)")
# Each with the signs of which it has one: most texts have none, and to look for them is quick.
_KINDS = (
    (":.", _SCHEME),
    ("/", _PATH),
    ("@([", _EMAIL),
    ("@", _HANDLE),
    (string.digits, _DIALLED),
    (string.digits, _GROUPED),
)
_SIGNS = re.compile(f"[{re.escape(''.join(signs for signs, _ in _KINDS))}]")  # the dot of a site is among them


def has_address(text: str) -> bool:
    """Of a web site, a mailbox, a telephone or an account somewhere."""
    plain = text
    if not text.isascii():
        folded = unicodedata.normalize("NFKC", text)
        plain = "".join(c if c.isascii() else _digit(c) for c in folded if c.isascii() or not _is_unseen(c))
    if not _SIGNS.search(plain):
        return False
    possible = (pattern for needed, pattern in _KINDS if any(sign in plain for sign in needed))
    if any(pattern.search(plain) for pattern in possible):
        return True
    return "." in plain and any(map(_is_site, _SITE.finditer(plain)))


def _digit(character: str) -> str:
    """Of whatever script, as one that a telephone has."""
    return str(unicodedata.digit(character)) if character.isdigit() else character


def _is_unseen(character: str) -> bool:
    return unicodedata.category(character) == "Cf"


def _is_site(match: re.Match[str]) -> bool:
    before, ending, path = match.groups()
    if path:
        return True
    names = before.rstrip(".").split(".")
    if len(ending) > 2:
        return True
    # “End.It is time”, “Ph.D.in” and “B.Sc” are a sentence and degrees; EXAMPLE.DE is not.
    if ending != ending.lower() and not before.isupper() or max(map(len, names)) < 3:
        return False
    return ending.lower() not in _WORDS or len(names) > 1


# Words

_LOOKS_LIKE = str.maketrans("013457@$!|", "oieastasil")
_LIKE_A_LETTER = re.compile(r"[^\x00-\x7f]|[013457@$!|]")  # a letter of another script may be folded to one
_WORD = re.compile(r"[@$]?[^\W_]+(?:[@$!|][^\W_]+)*(?:[@$]+(?=\W|$))?")
_SPELLED_OUT = re.compile(r"(?<![^\W_])[^\W_](?:[\s._*-][^\W_]){3,}(?![^\W_])")
_ARABIC_STRETCH = "\u0640"
_DRAWN_OUT = re.compile(r"(.)\1{2,}")


def has_held_word(text: str, own_words: str = "") -> bool:
    own = _own(own_words) if own_words else frozenset()
    longest = max((phrase.count(" ") + 1 for phrase in own), default=0)
    for words in _readings(text):
        for size in range(1, max(_LONGEST_MARKED, longest) + 1):
            for start in range(len(words) - size + 1):
                phrase = " ".join(words[start : start + size])
                if own and not own.isdisjoint(_forms(phrase)):
                    return True
                if size <= _LONGEST_MARKED and not _MARKS.isdisjoint(_marks(phrase)):
                    return True
    return False


def mark(phrase: str) -> str:
    """How a word or phrase stands in held_words.txt."""
    return _mark(" ".join(_words(phrase)))


def _forms(phrase: str) -> tuple[str, str]:
    """One of them, or several."""
    return phrase, phrase.rstrip("sz")


@lru_cache(maxsize=4096)
def _marks(phrase: str) -> tuple[str, ...]:
    return tuple(map(_mark, dict.fromkeys(_forms(phrase))))


def _mark(folded: str) -> str:
    return hashlib.sha256(f"held word\0{folded}".encode()).hexdigest()[:20]


@lru_cache(maxsize=64)
def _own(own_words: str) -> frozenset[str]:
    phrases = (" ".join(_words(line)[:LONGEST_PHRASE]) for line in own_words.splitlines()[:MOST_WORDS])
    return frozenset(phrase for phrase in phrases if phrase)


def _readings(text: str) -> Iterator[list[str]]:
    """As it is written; with figures read as the letters they look like; and with letters set apart put together."""
    words = _words(text)
    yield words
    if _LIKE_A_LETTER.search(text):
        read = [_as_letters(word) for word in words]
        if read != words:
            yield read
    for spelled in _SPELLED_OUT.findall(unicodedata.normalize("NFKC", text)):
        yield _words(re.sub(r"[\s._*-]", "", spelled))


def _words(text: str) -> list[str]:
    """Folded: without capitals, accents and marks, and no letter more than twice in a row."""
    kept = text.casefold()
    if not text.isascii():
        split = unicodedata.normalize("NFKD", text.replace("İ", "i").casefold())
        kept = "".join(c for c in split if c.isascii() or not (unicodedata.combining(c) or _is_unseen(c)))
    kept = kept.replace(_ARABIC_STRETCH, "")
    found: Iterable[str] = _WORD.findall(kept)
    if not _DRAWN_OUT.search(kept):
        return list(found)
    return [_DRAWN_OUT.sub(r"\1", word) for word in found]


def _as_letters(word: str) -> str:
    """Only where letters are among them: a number is a number."""
    return word.translate(_LOOKS_LIKE) if any(c.isalpha() for c in word) else word
