"""What kind of thing a short piece of text names: a person, a body, a role, or none of them."""

import re
from enum import IntEnum
from functools import cache, lru_cache

from campaigns.material import words

NUMBERING = re.compile(r"(?:\(?#?\d{1,5}(?:[.)\]:/]{1,2}\s{0,3}|\s?[-–]\s)(?=\D)|[•◦▪●·*‣✓✔➤→►■□–—-]\s{0,3}){1,2}")
PHONE = re.compile(r"\+?\(?\d[\d ()/.-]{6,24}\d")
EDGES = " \t\n,;:.|/&*_~\"'`“”„«»،؛<>"
COMMAS = str.maketrans("،؛，、；", ",;,,;")  # those of other scripts, one for one


class Shape(IntEnum):
    NOTHING = 0  # a date, an address, a label
    PROSE = 1
    PLAIN = 2  # a nickname, a name of one word, a body that no word gives away
    ROLE = 3
    BODY = 4
    PERSON = 5


@cache
def phrases(name: str) -> tuple[str, ...]:
    """The words of all languages under [signing] name, in lower case."""
    return tuple(word.casefold() for word in words.everywhere("signing", name))


@cache
def known(name: str) -> frozenset[str]:
    return frozenset(phrases(name))


@lru_cache(maxsize=8192)
def plain(word: str) -> str:
    return word.strip("()[]{}<>,;:.!?*_\"'`“”„«»‘’…،؛").casefold()


def is_contact(text: str) -> bool:
    lower = text.casefold()
    return "@" in text or "://" in text or "www." in lower or bool(PHONE.search(text))


def is_handle(text: str) -> bool:
    text = text.strip(" `'\"")
    return text.startswith("@") or plain(text.partition(" ")[0]) in known("aliases")


def has_body(tokens: list[str]) -> bool:
    return any(
        token in known("bodies") or (len(token) > 7 and token.endswith(phrases("body_endings"))) for token in tokens
    )


def has_role(tokens: list[str]) -> bool:
    return any(
        token in known("roles") or (len(token) > 7 and token.endswith(phrases("role_endings"))) for token in tokens
    )


def bare(tokens: list[str]) -> list[str]:
    """Without titles before and letters after the name."""
    first, last = 0, len(tokens)
    while first < last and plain(tokens[first]) in known("titles"):
        first += 1
    while last > first and is_letters(tokens[last - 1]):
        last -= 1
    return tokens[first:last]


def is_letters(token: str) -> bool:
    """PhD, MP, QC: letters after a name."""
    return plain(token).replace(".", "") in known("letters")


def _capital(token: str) -> bool:
    """Written as a name is: a capital first, or a script that has none."""
    token = token.strip("\"'“”„«»‘’()")
    if not token or not token[0].isalpha():
        return False
    return not token[0].islower() or _joined(token)


def _joined(token: str) -> bool:
    """al-Shami, d'Alembert, ’t: a small beginning and a capital after a joint."""
    head = token[:5]
    return any(mark in head and token[head.index(mark) + 1 :][:1].isupper() for mark in ("-", "'", "’"))


def words_of(text: str) -> list[str]:
    """Without pictures and marks that stand alone."""
    return [word for word in text.split() if word == "&" or any(letter.isalnum() for letter in word)]


@lru_cache(maxsize=512)
def is_person(text: str) -> bool:
    """Two to six words that are written as names, and no word of bodies or roles."""
    every = words_of(text)
    tokens = bare(every)
    titled = len(tokens) < len(every)
    if not (1 if titled else 2) <= len(tokens) <= 6 or len(text) > 70:
        return False
    seen = 0
    for token in tokens:
        word = plain(token)
        if any(letter.isdigit() for letter in token) or token.endswith((":", "?", "!")):
            return False
        if word in known("particles"):
            continue
        if word in known("prose") and not token[:1].isupper():
            return False
        if not _capital(token):
            return False
        seen += 1
    lower = [plain(token) for token in tokens]
    return seen >= 1 and not has_body(lower) and not has_role(lower)


@lru_cache(maxsize=512)
def shape(text: str) -> Shape:
    text = text.strip(EDGES)
    if not any(letter.isalpha() for letter in text) or plain(text) in known("fields"):
        return Shape.NOTHING
    tokens = words_of(text)
    if is_prose(tokens):
        return Shape.PROSE
    if is_person(text):
        return Shape.PERSON
    lower = [plain(token) for token in tokens]
    if has_role(lower) and not (has_body(lower) and _capital(tokens[0])):
        return Shape.ROLE
    if has_body(lower):
        return Shape.BODY
    return Shape.PLAIN


def is_prose(tokens: list[str]) -> bool:
    """A sentence: words that no name holds, or many words and a full stop."""
    many = len(tokens)
    if many > 25:
        return True
    told = sum(
        (word := plain(token)) in known("prose")
        and word not in known("particles")
        and (number == 0 or not token[:1].isupper())
        for number, token in enumerate(tokens)
    )
    return (
        told >= 2
        or (told == 1 and many > 2)
        or (many > 12 and tokens[-1].endswith("."))
        or (many > 6 and tokens[0][:1].isupper() and _is_mostly_small(tokens))
    )


def _is_mostly_small(tokens: list[str]) -> bool:
    """Words without capitals, no body, and no name before a bracket."""
    lower = [plain(token) for token in tokens]
    if sum(token[:1].islower() for token in tokens) < 0.7 * len(tokens) or has_body(lower) or has_role(lower):
        return False
    return not any(token.startswith("(") or token.endswith(",") for token in tokens[:4])


def is_surname(text: str) -> bool:
    """ "Ana Farmer", "Luis de Mesa": the last word means something, but it is a name."""
    tokens = words_of(text)
    small = [word for token in tokens if (word := plain(token)) not in known("particles")]
    return (
        len(small) == 2
        and all(token[:1].isupper() for token in tokens if plain(token) in small)
        and not (has_role(small[:1]) or has_body(small[:1]))
        and (has_role(small[1:]) or len(tokens) == 3)
    )
