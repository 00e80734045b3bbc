"""What a document demands: a sentence or a list item for each demand, in its own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from campaigns.material import phrases
from campaigns.material.document import Kind, Passage
from campaigns.material.draft import Draft, Finding

from .parts import Part, Parts
from .sentences import sentences
from .wordings import language_of, level, opening, wording

NEAR = 110  # characters between "we, the undersigned …" and "call on"
SENTENCE = 1500  # characters of a sentence that are looked at
ITEM = 420  # characters of a list item that are one ask; of a longer one, its first sentences
MOST = 60  # asks of one document
BULLET = re.compile(r"\s{0,4}(?:[-–—•*‣▪●◦·✓➢►]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})[.)](?=\s))\s{0,4}")
QUESTION = ("?", "؟")
NOT_TEXT = {Part.SIGNING, Part.NOTE, Part.CLOSING, Part.RESPONSE, Part.ADDRESS, Part.HEAD}


class How(IntEnum):
    """How a demand is told from other sentences, the surest last."""

    REPORTED = 1  # "the letter asks the minister to …"
    ORDER = 2  # "Cancel your contract."
    DUTY = 3  # "the council must …"
    DEMAND = 4  # "we ask you to …"
    LISTED = 5  # an item after "we ask you to:"


CONFIDENCE = {How.REPORTED: 0.6, How.ORDER: 0.6, How.DUTY: 0.6, How.DEMAND: 0.85, How.LISTED: 0.85}


@dataclass(frozen=True, slots=True)
class Ask:
    start: int
    end: int
    how: How
    passage: int


@dataclass(slots=True)
class Reading:
    """What is known while the passages are read one after another."""

    draft: Draft
    language: str | None
    asks: list[Ask] = field(default_factory=list)
    listing: bool = False  # the items that follow are demands
    section: int = 0  # level of the heading "Our demands" that one stands under


def find(draft: Draft, parts: Parts) -> list[Finding[str]]:
    reading = Reading(draft, language_of(draft))
    places = list(_places(draft, parts))
    for place, at in enumerate(places):
        following = draft.cleaned.passages[places[place + 1]] if place + 1 < len(places) else None
        _read(reading, at, following)
    return [draft.quoted(ask.start, ask.end, CONFIDENCE[ask.how]) for ask in _chosen(reading, parts)][:MOST]


def _places(draft: Draft, parts: Parts) -> Iterator[int]:
    """The passages that may hold demands: those of the letter where there is a whole one, else of the text."""
    letter = bool(draft.is_open_letter and draft.is_open_letter.value) and Part.LETTER in parts
    for at, passage in enumerate(draft.cleaned.passages):
        if passage.kind in (Kind.META, Kind.CAPTION, Kind.FOOTNOTE, Kind.ROW):
            continue
        if parts[at] == Part.LETTER or (not letter and parts[at] not in NOT_TEXT):
            yield at


def _read(reading: Reading, at: int, following: Passage | None) -> None:
    passage = reading.draft.cleaned.passages[at]
    lines = list(_lines(passage))
    if passage.kind == Kind.HEADING:
        _heading(reading, passage)
    for number, (start, end, item) in enumerate(lines):
        after = lines[number + 1][2] if number + 1 < len(lines) else _is_item(following)
        if item and (reading.listing or reading.section):
            _item(reading, at, start, end)
        else:
            reading.listing = False
            _prose(reading, at, start, end, after)


def _is_item(passage: Passage | None) -> bool:
    return passage is not None and (passage.kind == Kind.ITEM or bool(BULLET.match(passage.text)))


def _lines(passage: Passage) -> Iterator[tuple[int, int, bool]]:
    """Its lines where some are items of a list, otherwise the passage as it is: start, end, whether it is an item."""
    if "\n" not in passage.text or not any(BULLET.match(line) for line in passage.text.split("\n")):
        yield passage.start, passage.end, _is_item(passage)
        return
    start = passage.start
    for line in passage.text.split("\n"):
        if line.strip():
            yield start, start + len(line), passage.kind == Kind.ITEM or bool(BULLET.match(line))
        start += len(line) + 1


def _heading(reading: Reading, passage: Passage) -> None:
    if phrases.everywhere("asking", "demand_headings").match(passage.text):
        reading.section = passage.block.level or 1
    elif reading.section and (passage.block.level or 1) <= reading.section:
        reading.section = 0
    reading.listing = False


def _item(reading: Reading, at: int, start: int, end: int) -> None:
    text = reading.draft.cleaned.text
    if marker := BULLET.match(text, start, end):
        start = marker.end()
    if end - start > ITEM:
        ends = [start + stop for _begin, stop in sentences(text[start:end], reading.language)]
        end = next((stop for stop in ends if stop - start >= ITEM / 4), end)
    if end > start:
        reading.asks.append(Ask(start, end, How.LISTED, at))


def _prose(reading: Reading, at: int, start: int, end: int, before_list: bool) -> None:
    text = reading.draft.cleaned.text
    found = [(start + first, start + last) for first, last in sentences(text[start:end], reading.language)]
    for number, (first, last) in enumerate(found):
        said = level(text[first : min(last, first + SENTENCE)])
        how = _how(said, reading.language)
        if number == len(found) - 1 and before_list and _leads(said, how, reading.language):
            reading.listing = True
        elif how:
            reading.asks.append(Ask(first, last, how, at))


def _leads(said: str, how: How | None, language: str | None) -> bool:
    if how in (How.DEMAND, How.DUTY, How.REPORTED):
        return True
    return said.endswith(":") and phrases.everywhere("asking", "demand_headings").match(said)


def _how(said: str, language: str | None) -> How | None:
    if said.rstrip("\"'”»").endswith(QUESTION):
        return None
    if _demands(said, language):
        return How.DEMAND
    if _duty(said, language):
        return How.DUTY
    if opening(language, "imperatives").match(said):
        return How.ORDER
    return How.REPORTED if wording(language, "reported").search(said) else None


def _demands(said: str, language: str | None) -> bool:
    never = [found.span() for found in wording(language, "no_demands").finditer(said)]
    sure = (*wording(language, "demanding").finditer(said),)
    written = (one for one in wording(language, "demands").finditer(said) if _by_writers(said, one, language))
    return any(not _within(one.span(), never) for one in (*sure, *written))


def _within(span: tuple[int, int], others: list[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _by_writers(said: str, verb: re.Match[str], language: str | None) -> bool:
    """Is it "we … urge", with nothing between that makes it another's, or none, or a noun?"""
    if said[verb.end() : verb.end() + 12].split()[:1] and wording(language, "inverted").match(
        said[verb.end() : verb.end() + 12].lstrip()
    ):
        return True
    before = said[max(0, verb.start() - NEAR) : verb.start()]
    writers = list(wording(language, "writers").finditer(before))
    if not writers:
        return False
    between = before[writers[-1].end() :]
    last = between.split()[-1:] or [""]
    if wording(language, "determiners").fullmatch(last[0]):
        return False
    return not wording(language, "negations").search(between)


def _duty(said: str, language: str | None) -> bool:
    """Is somebody who can act told what they must do?"""
    agents = wording(language, "agents")
    for duty in wording(language, "duties").finditer(said):
        if agents.search(said[max(0, duty.start() - NEAR) : duty.start()]):
            return True
        if agents.search(duty.group()) or agents.match(said[duty.end() : duty.end() + 40].lstrip()):
            return True
    return False


def _chosen(reading: Reading, parts: Parts) -> list[Ask]:
    """The surest, in the order of the text: what is merely said in passing counts where nothing is demanded."""
    asks = reading.asks
    sure = [ask for ask in asks if ask.how >= How.DEMAND]
    near = {ask.passage for ask in sure}
    if sure:
        return [ask for ask in asks if ask.how >= How.DUTY or (ask.how == How.ORDER and ask.passage in near)]
    if duties := [ask for ask in asks if ask.how == How.DUTY]:
        return duties
    return [ask for ask in asks if ask.how == How.REPORTED][:3]
