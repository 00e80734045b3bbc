"""The days and times that a text names, wherever they stand. What they are dates of is for others to say.

Found by pattern, with the month names and the order of day and month that Unicode's CLDR (babel) has for the
language; nothing is guessed: a year that is not there stays away, and 5/6/2020 is no day where both orders are used.
"""

import re
import sys
import unicodedata
from datetime import date
from functools import cache
from typing import NamedTuple

from babel import Locale, UnknownLocaleError

from campaigns.material import words

DIGIT = re.compile(r"\d")
YEAR = r"(?P<year>(?:1[89]|20)\d\d)(?!\d)"
DASH = r"\s?[-–—]\s?"


class FoundDate(NamedTuple):
    """A day, or the first and last of several, at [start, end) of the text.

    `first` and `last` are ISO 8601: "2015-04-17", or "--02-23" where no year is given; one day has the same in both.
    `time` and `until` are times of day ("13:30"), only where they were asked for and stand with the date.
    """

    start: int
    end: int
    first: str
    last: str
    has_year: bool
    time: str | None = None
    until: str | None = None

    @property
    def iso(self) -> str:
        """One day, a day and time, or an interval."""
        if self.first != self.last:
            return f"{self.first}/{self.last}"
        if self.time and self.until:
            return f"{self.first}T{self.time}/{self.first}T{self.until}"
        return f"{self.first}T{self.time}" if self.time else self.first


class FoundTime(NamedTuple):
    start: int
    end: int
    time: str
    until: str | None


class Calendar(NamedTuple):
    """How one language writes days."""

    months: dict[str, int]  # every spelling, folded
    short: frozenset[str]  # those that are abbreviations
    capitals: bool  # months begin with a capital letter
    month_first: bool  # "May 2" without a year is a day
    weekdays: frozenset[str]
    numbers: str  # the order in 5/6/2020: "dmy", "mdy", or "" where both are used
    day_patterns: tuple[re.Pattern[str], ...]


def dates_in(text: str, language: str | None = None, times: bool = False) -> list[FoundDate]:
    """All days in the order of the text, none overlapping. `language` is a code such as "en" or "en-GB"."""
    folded = fold(text)
    if not DIGIT.search(folded):
        return []
    calendar = calendar_of(language or "")
    found = [
        one
        for pattern in (*calendar.day_patterns, *NUMERIC)
        for match in pattern.finditer(folded)
        if (one := _day(match, calendar, text))
    ]
    found = _joined(_apart(found), folded, language or "")
    if not times:
        return found
    following = [*(one.start for one in found), len(text)][1:]
    return [_timed(one, end, text, language or "") for one, end in zip(found, following, strict=True)]


def fold(text: str) -> str:
    """The same text, character by character, with digits 0 to 9 and one spelling of Arabic letters."""
    return text.translate(_folding())


@cache
def _folding() -> dict[int, str]:
    digits = {
        code: str(unicodedata.decimal(chr(code)))
        for code in range(0x660, sys.maxunicode)
        if unicodedata.decimal(chr(code), None) is not None
    }
    letters = zip("أإآٱیىکەۆ\u200f\u200e\u202f\u00a0’", "ااااييكهو    '", strict=True)
    return digits | {ord(one): other for one, other in letters}


@cache
def calendar_of(language: str) -> Calendar:
    code = language.replace("_", "-")
    locales = _locales(code)
    months: dict[str, int] = {}
    short: set[str] = set()
    for locale in (*locales, Locale("en")):
        for width in ("wide", "abbreviated"):
            for context in ("format", "stand-alone"):
                for number, name in locale.months[context][width].items():
                    for spelling in _spellings(name.rstrip(".")):
                        if spelling not in months and len(spelling) > 1 and not spelling[0].isdigit():
                            months[spelling] = number
                            short |= {spelling} if width == "abbreviated" else set()
    for number, names in enumerate(words.of(code, "head", "months"), 1):
        months |= {spelling: number for name in names.split("|") if name for spelling in _spellings(name)}
    first = locales[0] if locales else Locale("en")
    return Calendar(
        months,
        frozenset(short),
        first.months["format"]["wide"][1][0].isupper(),
        first.date_formats["long"].pattern.startswith("M"),
        frozenset(
            spelling
            for locale in (*locales, Locale("en"))
            for name in _day_names(locale)
            for spelling in _spellings(name)
        ),
        _order(first, code),
        _named(months, code),
    )


def _day_names(locale: Locale) -> list[str]:
    return [name for width in ("wide", "abbreviated") for name in locale.days["format"][width].values()]


def _locales(code: str) -> list[Locale]:
    """The language's own, those of its regions that name months otherwise, or every one we know."""
    names = words.of(code, "head", "locales") or ((code,) if code else words.languages())
    found = []
    for name in (code, *names) if "-" in code else names:
        try:
            found.append(Locale.parse(name.replace("-", "_")))
        except (UnknownLocaleError, ValueError):
            continue
    return found


def _order(locale: Locale, code: str) -> str:
    if not code or (locale.language == "en" and not locale.territory):
        return ""  # English is written on both sides of the Atlantic
    pattern = locale.date_formats["short"].pattern
    if pattern.startswith("y"):
        pattern = locale.date_formats["long"].pattern
    return "mdy" if pattern.startswith("M") else "dmy"


def _spellings(name: str) -> set[str]:
    """As it is, and without accents, as capitals are often written."""
    plain = "".join(one for one in unicodedata.normalize("NFD", name) if not unicodedata.combining(one))
    return {fold(one.replace("\u00a0", " ").strip()).lower() for one in (name, plain)}


def _any(phrases: list[str] | tuple[str, ...] | dict[str, int]) -> str:
    """Any of them, the longest first; never the empty one."""
    return "|".join(re.escape(fold(one)) for one in sorted(phrases, key=len, reverse=True)) or r"(?!)"


def _said(code: str, name: str) -> tuple[str, ...]:
    """In one language; in all of them for a language that is not among ours."""
    return words.of(code, "head", name) if words.of(code, "head", "until") else words.everywhere("head", name)


@cache
def _until(code: str) -> str:
    return rf"(?:{DASH}|\s(?:{_any((*_said(code, 'until'), '&'))})\s)"


def _named(months: dict[str, int], code: str) -> tuple[re.Pattern[str], ...]:
    after = words.of(code, "head", "month_endings")
    ending, joint = rf"(?:\.|(?:{_any(_said(code, 'day_endings'))})\b)?", rf"(?:(?:{_any(_said(code, 'of'))})\s?)?"
    name = rf"(?P<month>{_any(months)})(?:{_any(after)})?(?!\w)\.?(?:\s?[/(]\s?(?:{_any(months)})\b\)?)?"
    second = rf"(?:{_until(code)}(?P<last>\d{{1,2}})(?!\d){ending})?"
    days = rf"(?P<day>\d{{1,2}})(?!\d){ending}{second}"
    free = r"(?<!\d)(?<!\d[.,:/–-])"
    tail = rf"(?:[,.]?\s?{joint}{YEAR})?"
    return tuple(
        re.compile(pattern, re.IGNORECASE)
        for pattern in (
            rf"{free}{days}[\s,-]{{0,2}}{joint}{name}[-\s]?{tail}",
            rf"(?<!\w){name}\s{joint}{days}(?![:.,]?\d){tail}",
            rf"(?<!\d){YEAR}\.?(?:\s\w)?\.?\s{{1,2}}{name}\s{days}(?![:.]?\d)",
            rf"(?<!\w)(?:{_any(words.of(code, 'head', 'on'))})\s(?P<day>\d{{1,2}})\.\s?(?P<month>\d{{1,2}})\.(?!\s?\d)",
        )
    )


NUMERIC = tuple(
    re.compile(pattern)
    for pattern in (
        rf"(?<![\d.,/-]){YEAR}(?P<mark>[-./])(?P<month>\d{{1,2}})(?P=mark)(?P<day>\d{{1,2}})(?!\d|[-./]\d)",
        rf"(?<!\d)(?<!\d[./-])(?:(?P<before>\d{{1,2}})\.?\s?[-–/]\s?)?(?P<day>\d{{1,2}})(?P<mark>[./-])\s?"
        rf"(?P<month>\d{{1,2}})(?P=mark)\s?{YEAR}(?![./-]\d)",
        rf"(?<!\d){YEAR}\s?[年년]\s?(?P<month>\d{{1,2}})\s?[月월]\s?(?P<day>\d{{1,2}})\s?[日일]",
    )
)


def _day(match: re.Match[str], calendar: Calendar, text: str) -> FoundDate | None:
    said = match.groupdict()
    year = int(said["year"]) if said.get("year") else None
    day, month = int(said["day"]), said["month"]
    if month.isdigit():
        number = int(month)
        if said.get("mark") in ("/", "-") and match.start("day") < match.start("month"):
            if number > 12 >= day or (calendar.numbers == "mdy" and day <= 12):
                day, number = number, day
            elif not (day > 12 or calendar.numbers == "dmy" or day == number):
                return None
    else:
        number = calendar.months[month.lower()]
        if year is None and not _surely_month(match, calendar, text):
            return None
    last = int(said.get("last") or day)
    first = int(said.get("before") or day)
    if first > last or not _exists(year, number, first) or not _exists(year, number, last):
        return None
    start, end = match.span()
    return FoundDate(start, end, _iso(year, number, first), _iso(year, number, last), year is not None)


def _surely_month(match: re.Match[str], calendar: Calendar, text: str) -> bool:
    """Without a year, "may 2" and "mar" need more to be a month than their letters."""
    capital = text[match.start("month")].isupper() or not text[match.start("month")].lower().isascii()
    if calendar.capitals and not capital:
        return False
    if match["month"].lower() in calendar.short and not calendar.capitals:
        return False
    return calendar.month_first or match.start("day") < match.start("month")


def _exists(year: int | None, month: int, day: int) -> bool:
    try:
        date(year or 2000, month, day)
    except ValueError:
        return False
    return True


def _iso(year: int | None, month: int, day: int) -> str:
    return f"{year:04}-{month:02}-{day:02}" if year else f"--{month:02}-{day:02}"


def _apart(found: list[FoundDate]) -> list[FoundDate]:
    """In their order, the longer where two overlap."""
    kept: list[FoundDate] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
        elif one.end - one.start > kept[-1].end - kept[-1].start:
            kept[-1] = one
    return kept


def _joined(found: list[FoundDate], folded: str, code: str) -> list[FoundDate]:
    """ "28 April – 2 May 2015" is one: the first day has the year of the last."""
    between = re.compile(rf"(?:{_until(code)})", re.IGNORECASE)
    kept: list[FoundDate] = []
    for one in found:
        before = kept[-1] if kept else None
        if before and before.first == before.last and one.first == one.last and one.start - before.end < 12:
            first = before.first if before.has_year or not one.has_year else one.first[:4] + before.first[1:]
            same = before.has_year <= one.has_year
            if same and between.fullmatch(folded, before.end, one.start) and first < one.first:
                kept[-1] = FoundDate(before.start, one.end, first, one.last, one.has_year)
                continue
        kept.append(one)
    return kept


def month_in(text: str, language: str = "") -> tuple[int, int] | None:
    """Where a month and its year stand, without a day: "May 2020"."""
    match = _month(language).search(fold(text))
    return match.span() if match else None


@cache
def _month(code: str) -> re.Pattern[str]:
    joint = rf"(?:(?:{_any(_said(code, 'of'))})\s)?"
    return re.compile(rf"(?<!\w)(?:{_any(calendar_of(code).months)})\.?\s{joint}{YEAR}", re.IGNORECASE)


def times_in(text: str, language: str | None = None) -> list[FoundTime]:
    """Times of day: "13:30", "4 pm", "10.00-11.00", "18 Uhr", "20h30"."""
    return [found for match in _clock(language or "").finditer(fold(text)) if (found := _time(match, language or ""))]


@cache
def _clock(code: str) -> re.Pattern[str]:
    after, before = _said(code, "oclock"), _said(code, "at")
    half = rf"(?:\s?(?P<half{{0}}>[ap]\.?m\b\.?|(?:{_any(_halves(code, 0) + _halves(code, 1))})(?!\w)))?"
    until = _until(code)
    return re.compile(
        rf"(?:(?P<at>(?<!\w)(?:{_any(before)}))\s)?"
        + r"(?<![\d.,:/$€£])(?P<hour>\d{1,2})(?:(?P<mark>[:.hH])(?P<minute>[0-5]\d)(?::[0-5]\d)?(?!\d))?"
        + half.format("")
        + rf"(?:{until}(?P<hour2>\d{{1,2}})(?:[:.hH](?P<minute2>[0-5]\d)(?!\d))?{half.format('2')})?"
        + rf"(?P<after>\s?(?:{_any(after)})(?!\w))?(?!\d|[.,:/]\d|\s?[%€])",
        re.IGNORECASE,
    )


def _halves(code: str, which: int) -> tuple[str, ...]:
    return _said(code, ("morning", "afternoon")[which])


def _time(match: re.Match[str], code: str) -> FoundTime | None:
    said = match.groupdict()
    clear = said["half"] or said["half2"] or said["after"] or (said["mark"] and said["mark"] in ":hH")
    dotted = said["mark"] == "." and (said["at"] or said["minute2"])
    if not clear and not dotted and not (said["at"] and said["after"]):
        return None
    half, half2 = said["half"] or said["half2"], said["half2"]
    first = _hour(said["hour"], said["minute"], half, code)
    last = _hour(said["hour2"], said["minute2"], half2, code) if said["hour2"] else None
    if first is None or (said["hour2"] and last is None):
        return None
    return FoundTime(match.start("hour"), match.end(), first, last)


def _hour(hour: str, minute: str | None, half: str | None, code: str) -> str | None:
    number = int(hour)
    if half:
        if not 1 <= number <= 12:
            return None
        late = half.lower().startswith("p") or fold(half).lower() in {fold(one) for one in _halves(code, 1)}
        number = number % 12 + (12 if late else 0)
    return f"{number:02}:{minute or '00'}" if number < 24 else None


def _timed(one: FoundDate, end: int, text: str, code: str) -> FoundDate:
    """With the time that follows it closely, before `end`, where the next date begins, and the end of the line."""
    after = text[one.end : min(end, one.end + 60)].split("\n")[0]
    times = times_in(after, code)
    if not times or one.first != one.last:
        return one
    return one._replace(time=times[0].time, until=times[0].until, end=one.end + times[0].end)
