"""What is to be done, or attended, or answered by a day that the text names: not its history, nor its own date."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from campaigns.material.document import Kind
from campaigns.material.draft import Draft, Event, Finding, Span

from .dates import FoundDate, FoundTime, dates_in, times_in
from .parts import Part, Parts
from .sentences import sentences
from .wordings import language_of, level, wording

AHEAD = timedelta(days=400)  # a day that lies farther ahead is a goal, not an appointment
PROSE = 400  # characters: a longer passage is no entry of a programme
CLAUSE = ",;:—–()"
NEITHER = {Part.SIGNING, Part.NOTE, Part.RESPONSE, Part.CLOSING}


class Sentence(NamedTuple):
    start: int
    end: int
    heading: bool


def find(draft: Draft, parts: Parts) -> list[Finding[Event]]:
    language = language_of(draft)
    found: list[Finding[Event]] = []
    programme: str | None = None  # the day that times without a day belong to
    for sentence in _sentences(draft, parts, language):
        said = draft.cleaned.text[sentence.start : sentence.end]
        days = dates_in(said, language, times=True)
        ahead = [told for day in days if (told := _ahead(draft, said, day, days, language))]
        for day, inferred in ahead:
            found.append(_event(draft, sentence, day, inferred))
        if ahead:
            programme = ahead[-1][0].split("T")[0].split("/")[0] if said.rstrip().endswith(":") else None
        elif days or len(said) > PROSE:
            programme = None
        elif (times := times_in(said, language)) and (one := programme or _today(draft, said, sentence, language)):
            found.append(_event(draft, sentence, _at(one, times[0]), not programme))
    return _distinct(found)


def _sentences(draft: Draft, parts: Parts, language: str | None) -> Iterator[Sentence]:
    for at, passage in enumerate(draft.cleaned.passages):
        if parts[at] in NEITHER or passage.kind in (Kind.META, Kind.CAPTION, Kind.FOOTNOTE):
            continue
        for first, last in sentences(passage.text, language):
            yield Sentence(passage.start + first, passage.start + last, passage.kind == Kind.HEADING)


def _event(draft: Draft, sentence: Sentence, day: str, inferred: bool) -> Finding[Event]:
    said = draft.cleaned.text[sentence.start : sentence.end]
    return Finding(Event(day, said), (Span(sentence.start, sentence.end),), 0.6 if inferred else 0.75, inferred)


def _ahead(
    draft: Draft, said: str, day: FoundDate, days: list[FoundDate], language: str | None
) -> tuple[str, bool] | None:
    """The day as ISO 8601 where it is one of an event still to come, and whether its year is inferred."""
    low = level(said)
    clause = low if len(days) == 1 else _clause(low, day)
    if not wording(language, "events", "deadlines").search(clause):
        return None
    own = date.fromisoformat(draft.date.value) if draft.date and len(draft.date.value) == 10 else None
    coming, gone = wording(language, "future").search(low), wording(language, "past").search(low)
    if own is None:
        return (day.iso, False) if coming and not gone else None
    if not day.has_year:
        return _with_year(day, own, bool(coming and not gone))
    first, last = date.fromisoformat(day.first), date.fromisoformat(day.last)
    return (day.iso, False) if own < last and first <= own + AHEAD else None


def _clause(low: str, day: FoundDate) -> str:
    """What is said around the day, between the commas: one sentence may name several days."""
    start = max((low.rfind(sign, 0, day.start) for sign in CLAUSE), default=-1) + 1
    end = min((at for sign in CLAUSE if (at := low.find(sign, day.end)) >= 0), default=len(low))
    return low[start:end]


def _with_year(day: FoundDate, own: date, coming: bool) -> tuple[str, bool] | None:
    """With the year of the document, or the next one; a day before the document's is history unless it is announced."""
    for year in (own.year, own.year + 1):
        try:
            last = date.fromisoformat(f"{year}{day.last[1:]}")
        except ValueError:
            continue
        if own <= last <= own + AHEAD / 2 and (year == own.year or coming):
            return day.iso.replace("--", f"{year}-"), True
    return None


def _today(draft: Draft, said: str, sentence: Sentence, language: str | None) -> str | None:
    """The document's own day, for a time of a programme: "Rally 10.00-11.00" as a heading, "tonight at 19:00"."""
    low = level(said)
    todays = wording(language, "today")
    titles = [found.value for found in (draft.title, draft.standfirst) if found]
    today = any(todays.search(level(title)) for title in titles)
    coming = wording(language, "events").search(low) and wording(language, "future").search(low)
    if draft.date and (todays.search(low) or (today and (sentence.heading or coming))):
        return draft.date.value
    return None


def _at(day: str, time: FoundTime) -> str:
    return f"{day}T{time.time}/{day}T{time.until}" if time.until else f"{day}T{time.time}"


def _distinct(found: list[Finding[Event]]) -> list[Finding[Event]]:
    """Each day told of once, but for the entries of a programme, which differ in place or time."""
    kept: list[Finding[Event]] = []
    for one in found:
        day, timed = one.value.date, "T" in one.value.date
        if any(other.value.text == one.value.text and other.value.date == day for other in kept):
            continue
        same = [other for other in kept if other.value.date[:10] == day[:10]]
        if timed or not same:
            kept.append(one)
    return kept
