"""What a document demands: a sentence or a list item for each demand, in its own words."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from campaigns.material import phrases
from campaigns.material.document import Kind, Passage
from campaigns.material.draft import Draft, Finding

from .demanding import How, entitles, how, leads
from .parts import Part, Parts
from .sentences import sentences
from .wordings import language_of, level, opening, wording

ITEM = 420  # characters of a list item that are one ask; of a longer one, its first sentences
BARE = 300  # characters of a paragraph without a mark that is an item
MOST = 60  # asks of one document
ABOVE = 4  # passages at the beginning of an article that say what it is about
TOLD = 4  # demands that are only reported
BULLET = re.compile(
    r"\s{0,4}(?:[-–—•*‣▪●◦·✓➢►→]|\(?(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\)|(?:\d{1,2}|[a-zA-Z]|[ivx]{1,4})\.(?=\s))\s{0,4}"
)
PIECE = re.compile(r";\s|\s\(?(?:\d|[a-h]|i{1,3})\)\s")
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w-]{1,64}\.|https?://|www\.")
NOT_TEXT = {Part.SIGNING, Part.NOTE, Part.CLOSING, Part.RESPONSE, Part.ADDRESS, Part.HEAD}
ALIKE = 0.6  # of the longer words of a title that also stand in an ask which then says the same


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
    parts: Parts
    language: str | None
    addressees: tuple[str, ...]
    letter: bool  # the whole text of a letter is there
    asks: list[Ask] = field(default_factory=list)
    listing: bool = False  # the items that follow are demands
    section: int = 0  # level of the heading "Our demands" that one stands under

    def said(self, start: int, end: int) -> str:
        return level(self.draft.cleaned.text[start:end])


def find(draft: Draft, parts: Parts, addressees: tuple[str, ...] = ()) -> list[Finding[str]]:
    """`addressees`: those whom the document names."""
    letter = bool(draft.is_open_letter and draft.is_open_letter.value) and Part.LETTER in parts
    reading = Reading(draft, parts, language_of(draft), addressees, letter)
    places = list(_places(reading))
    for place, at in enumerate(places):
        following = draft.cleaned.passages[places[place + 1]] if place + 1 < len(places) else None
        _read(reading, at, following)
    chosen = _chosen(reading, places)
    chosen = sorted([*chosen, *_above(reading, chosen)], key=lambda ask: ask.start)
    return [draft.quoted(ask.start, ask.end, ask.how.confidence) for ask in chosen][:MOST]


def _places(reading: Reading) -> Iterator[int]:
    """The passages that may hold demands: those of the letter where there is a whole one, else of the text."""
    for at, passage in enumerate(reading.draft.cleaned.passages):
        if passage.kind in (Kind.META, Kind.CAPTION, Kind.FOOTNOTE, Kind.ROW):
            continue
        part = reading.parts[at]
        if part == Part.LETTER or (not reading.letter and part not in NOT_TEXT):
            yield at


def _read(reading: Reading, at: int, following: Passage | None) -> None:
    passage = reading.draft.cleaned.passages[at]
    lines = list(_lines(passage))
    if passage.kind == Kind.HEADING and _heading(reading, at):
        return
    for number, (start, end, item) in enumerate(lines):
        last = number + 1 == len(lines)
        after = _is_item(following) or _is_bare(reading, passage, following) if last else lines[number + 1][2]
        if (item or _is_bare(reading, None, passage)) and (reading.listing or reading.section):
            _item(reading, at, start, end)
        else:
            reading.listing = False
            _prose(reading, at, start, end, before_list=after, item=item)


def _is_bare(reading: Reading, before: Passage | None, passage: Passage | None) -> bool:
    """May a paragraph without a mark be an item, being short and an order or the end of "We ask you to:"?"""
    if passage is None or passage.kind != Kind.PARAGRAPH or len(passage.text) > BARE:
        return False
    order = opening(reading.language, "imperatives").match(level(passage.text))
    return (before is None or before.text.endswith(":")) and bool(passage.text[:1].islower() or order)


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


def _heading(reading: Reading, at: int) -> bool:
    """Whether a heading says no more than that demands follow, or is one of those that do."""
    passage = reading.draft.cleaned.passages[at]
    level_of, reading.listing = passage.block.level or 1, False
    if phrases.everywhere("asking", "demand_headings").match(passage.text):
        reading.section = level_of
        return True
    if reading.section and level_of > reading.section:
        _item(reading, at, passage.start, passage.end)
        return True
    reading.section = 0
    return False


def _item(reading: Reading, at: int, start: int, end: int) -> None:
    text = reading.draft.cleaned.text
    if marker := BULLET.match(text, start, end):
        start = marker.end()
    if end - start > ITEM:
        ends = [start + stop for _begin, stop in sentences(text[start:end], reading.language)]
        end = next((stop for stop in ends if stop - start >= ITEM / 4), end)
    said = text[start:end]
    if len(said.split()) > 1 and not ADDRESS.search(said):
        reading.asks.append(Ask(start, end, How.LISTED, at))


def _prose(reading: Reading, at: int, start: int, end: int, before_list: bool, item: bool) -> None:
    text = reading.draft.cleaned.text[start:end]
    found = [(start + one, start + other) for one, other in sentences(text, reading.language)]
    for number, (first, last) in enumerate(found):
        said = reading.said(first, last)
        told = how(said, reading.language, reading.addressees)
        if number == len(found) - 1 and before_list and leads(said, told, item, reading.language):
            reading.listing = True
            if not (told == How.DEMAND and _says_much(said, reading.language)):
                continue
        if told:
            pieces = list(_pieces(reading.draft.cleaned.text, first, last)) if told >= How.DUTY else []
            reading.asks += [Ask(*piece, How.LISTED, at) for piece in pieces] or [Ask(first, last, told, at)]


def _pieces(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Each of the demands in "We ask you to: reopen the lido; mend the pumps." """
    colon = text.find(":", start, end)
    marks = [found.span() for found in PIECE.finditer(text, colon + 1, end)] if colon >= 0 else []
    for (_before, first), (last, _after) in pairwise([(colon, colon + 1), *marks, (end, end)] if marks else []):
        said = text[first:last]
        if len(said.split()) > 1:
            yield first + len(said) - len(said.lstrip()), first + len(said.rstrip())


def _says_much(said: str, language: str | None) -> bool:
    """Does a sentence before a list demand something by itself: "We urge all leaders to … adopt …, including:"?"""
    verbs = [*wording(language, "demands", "demanding").finditer(said)]
    return bool(verbs) and len(said[verbs[-1].end() :].split()) > 14


def _chosen(reading: Reading, places: list[int]) -> list[Ask]:
    """The surest, in the order of the text: what is said in passing counts where nothing is demanded outright."""
    asks = reading.asks
    told = _reported(reading, places)
    sure = [ask for ask in asks if ask.how >= How.DEMAND]
    if told and not reading.letter:
        quoted = [ask for ask in sure if reading.parts[ask.passage] == Part.LETTER]
        return quoted or told
    if sure:
        near = {ask.passage for ask in sure}
        return [ask for ask in asks if ask.how >= How.DUTY or (ask.how == How.ORDER and ask.passage in near)]
    duties = [ask for ask in asks if ask.how == How.DUTY]
    orders = [ask for ask in asks if ask.how == How.ORDER] if reading.letter else []
    hints = [ask for ask in asks if ask.how == (How.NEED if reading.letter else How.PURPOSE)]
    return duties or orders or told or hints[:TOLD]


def _reported(reading: Reading, places: list[int]) -> list[Ask]:
    """The demands of a letter that an article tells of."""
    words = wording(reading.language, "letter_words")
    above = set(places[:ABOVE])
    told = [ask for ask in reading.asks if ask.how == How.REPORTED]
    if not any(words.search(reading.said(*_passage(reading, at))) for at in above):
        return []
    return [ask for ask in told if ask.passage in above or words.search(reading.said(ask.start, ask.end))][:TOLD]


def _passage(reading: Reading, at: int) -> tuple[int, int]:
    passage = reading.draft.cleaned.passages[at]
    return passage.start, passage.end


def _above(reading: Reading, chosen: list[Ask]) -> list[Ask]:
    """The title and the standfirst, where they say what somebody must do and no ask says the same.

    A petition may say what it wants in its title alone: "Save the lido".
    """
    found = []
    for head, tells in ((reading.draft.title, entitles), (reading.draft.standfirst, _must)):
        for start, end in head.spans if head else ():
            taken = any(one.start < end and start < one.end for one in chosen)
            said = reading.said(start, end)
            orders = not chosen and how(said, reading.language) in (How.ORDER, How.DEMAND)
            if not taken and (orders or tells(said, reading.language)):
                found.append(Ask(start, end, How.DUTY, -1))
    return _apart(reading, found, chosen)


def _must(said: str, language: str | None) -> bool:
    return how(said, language) == How.DUTY


def _apart(reading: Reading, asks: list[Ask], others: list[Ask]) -> list[Ask]:
    """Those that say something else than the others."""
    kept: list[Ask] = []
    for ask in asks:
        mine = _long_words(reading, ask)
        near = (len(mine & _long_words(reading, one)) for one in others if one is not ask)
        if not mine or max(near, default=0) < ALIKE * len(mine):
            kept.append(ask)
    return kept


def _long_words(reading: Reading, ask: Ask) -> set[str]:
    return {word for word in re.findall(r"\w+", reading.said(ask.start, ask.end)) if len(word) > 3}
