"""The language of a document's prose: not of the names in it, nor of the buttons around it."""

import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path

from campaigns.material.document import Cleaned, Kind
from campaigns.material.draft import Finding, Span

from .dates import fold

DATA = Path(__file__).parents[1] / "common_words.toml"
ENOUGH = 20_000  # characters that are looked at
SENTENCE = 60  # characters from which a passage is prose, not a name or a button
LETTER = 0.5  # what a letter tells that few languages have, against a word that only one has
WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")
CODE = re.compile(r"(?:^|\b)([a-z]{2,3})(?:[-_][a-z]{2,4})*\b", re.IGNORECASE)


def find(cleaned: Cleaned) -> Finding[str] | None:
    prose = [one for one in cleaned.passages if one.kind != Kind.META and len(one.text) >= SENTENCE]
    if sum(len(one.text) for one in prose) < SENTENCE:
        prose = [one for one in cleaned.passages if one.kind != Kind.META]
    votes: Counter[str] = Counter()
    read = 0
    for passage in prose:
        code, margin = language_of(passage.text[:2000])
        if code:
            votes[code] += int(margin * min(len(passage.text), 2000))
        read += len(passage.text)
        if read > ENOUGH:
            break
    stated = _stated(cleaned)
    if not votes:
        return Finding(stated[0], stated[1], 0.5) if stated else None
    code, most = votes.most_common(1)[0]
    share = most / (sum(votes.values()) or 1)
    if stated and stated[0] != code and votes[stated[0]] > most / 2:
        return Finding(stated[0], stated[1], 0.6)
    return Finding(code, stated[1] if stated and stated[0] == code else (), min(0.99, 0.4 + 0.6 * share))


def language_of(text: str) -> tuple[str | None, float]:
    """The likeliest language of a text and how far it is ahead, from 0 to 1; None where nothing tells."""
    by_script = Counter({code: len(script.findall(text)) for code, script in _scripts()})
    code, letters = by_script.most_common(1)[0]
    if letters * 3 > sum(map(str.isalpha, text)):
        japanese = code == "zh" and by_script["ja"] * 20 > letters
        return ("ja" if japanese else code), 1.0
    scores: dict[str, float] = {}
    lowered = text.lower()
    words = WORD.findall(fold(lowered))
    table, rare = _words(), _letters()
    for word in words:
        for code, weight in table.get(word, ()):
            scores[code] = scores.get(code, 0.0) + weight
    for letter, count in Counter(one for one in lowered if one in rare).items():
        scores[rare[letter]] = scores.get(rare[letter], 0.0) + LETTER * count
    ranked = sorted(scores.items(), key=lambda one: -one[1])
    if not ranked or ranked[0][1] < 0.3:
        return None, 0.0
    second = ranked[1][1] if len(ranked) > 1 else 0.0
    return ranked[0][0], (ranked[0][1] - second) / ranked[0][1]


def _stated(cleaned: Cleaned) -> tuple[str, tuple[Span, ...]] | None:
    """What the file says of itself: lang="fr-FR", og:locale, "lang: ar"."""
    for passage in cleaned.passages:
        told = passage.kind == Kind.META and passage.block.name == "language"
        if told and (match := CODE.search(passage.text.rpartition(":")[2].strip())):
            return match[1].lower(), (Span(passage.start, passage.end),)
    return None


@cache
def _data() -> dict[str, dict[str, str]]:
    data: dict[str, dict[str, str]] = tomllib.loads(DATA.read_text(encoding="utf-8"))
    return data


@cache
def _words() -> dict[str, list[tuple[str, float]]]:
    """For each word the languages that have it, each with its weight: a word of many tells little."""
    having: dict[str, list[str]] = {}
    for code, said in _data()["words"].items():
        for word in dict.fromkeys(fold(said.lower()).split()):
            having.setdefault(word, []).append(code)
    return {word: [(code, len(codes) ** -0.5) for code in codes] for word, codes in having.items()}


@cache
def _letters() -> dict[str, str]:
    return {letter: code for code, letters in _data()["letters"].items() for letter in letters}


@cache
def _scripts() -> list[tuple[str, re.Pattern[str]]]:
    return [(code, re.compile(f"[{span}]")) for code, span in _data()["scripts"].items()]
