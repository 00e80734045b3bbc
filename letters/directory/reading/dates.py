"""Dates as people write them → half-open bounds."""

import calendar
import re
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import PurePosixPath

from .found import folded

_ISO = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?(?:[T ].*)?")
_COMPACT = re.compile(r"((?:19|20)\d\d)(\d\d)(\d\d)")
_WRITTEN = re.compile(r"(\d{1,2})[./\- ](\d{1,2})[./\- ](\d{4}|\d{2})(?:[T ,].*)?")
# 3 April 2024, 3rd Apr. 2024, 03-Apr-24, May 2022; April 3, 2024; 3 avril 2024, 3. März 2024, 3 de abril de 2024
_DAY_AND_MONTH = re.compile(
    r"(?:(\d{1,2})(?:st|nd|rd|th|er|º)?\.?[\s-]*(?:of |de )?)?([^\W\d]{3,})\.?[\s,-]*(?:de )?(\d{4}|\d\d)"
)
_MONTH_AND_DAY = re.compile(r"([^\W\d]{3,})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})")
_MONTHS_IN_ORDER = (
    ("jan", "ene", "sty", "gen"),
    ("feb", "fev", "lut"),
    ("mar", "mae"),
    ("apr", "avr", "abr", "kwi"),
    ("may", "mai", "maj", "mag"),
    ("jun", "juin", "cze", "giu"),
    ("jul", "juil", "lip", "lug"),
    ("aug", "aou", "ago", "sie"),
    ("sep", "set", "wrz"),
    ("oct", "okt", "out", "paz", "ott"),
    ("nov", "lis"),
    ("dec", "dez", "dic", "gru"),
)
_MONTHS = {word: number for number, words in enumerate(_MONTHS_IN_ORDER, 1) for word in words}
_IN_A_NAME = re.compile(r"(?<!\d)((?:19|20)\d\d)(?:[-_.]?(\d\d)(?:[-_.]?(\d\d))?)?(?!\d)")


class BadDate(ValueError):
    """Not a date."""


def bounds(text: object, month_first: bool = False) -> tuple[date, date] | None:
    """The first and the last day that `text` may mean; None when it says nothing. Raises BadDate.

    >>> bounds("2015-02")
    (datetime.date(2015, 2, 1), datetime.date(2015, 2, 28))
    """
    if isinstance(text, date):  # YAML reads dates
        day = text.date() if isinstance(text, datetime) else text
        return day, day
    written = str(text if text is not None else "").strip()
    if not written or written.startswith("0000"):
        return None
    try:
        if match := _COMPACT.fullmatch(written) or _ISO.fullmatch(written):
            year, month, day_ = (int(part) if part else 0 for part in match.groups())
        elif match := _WRITTEN.fullmatch(written):
            day_, month, year = (int(part) for part in match.groups())
            day_, month = (month, day_) if month_first else (day_, month)
            year = _of_a_century(year)
        else:
            year, month, day_ = _in_words(written)
        return _bounds(year, month, day_)
    except (ValueError, OverflowError):
        raise BadDate(written) from None


def _of_a_century(year: int) -> int:
    return year if year > 99 else year + (2000 if year < 70 else 1900)


def _in_words(written: str) -> tuple[int, int, int]:
    """Raises ValueError."""
    if match := _MONTH_AND_DAY.fullmatch(written):
        name, day, year = match.groups()
    elif match := _DAY_AND_MONTH.fullmatch(written):
        day, name, year = match.groups()
    else:
        raise ValueError
    word = folded(name)
    month = _MONTHS.get(word[:4]) or _MONTHS.get(word[:3])
    if month is None or (len(year) == 2 and not day):
        raise ValueError
    return _of_a_century(int(year)), month, int(day or 0)


def _bounds(year: int, month: int, day: int) -> tuple[date, date]:
    last_month = month or 12
    last_day = day or calendar.monthrange(year, last_month)[1]
    return date(year, month or 1, day or 1), date(year, last_month, last_day)


def first_day(text: object, month_first: bool = False) -> date | None:
    found = bounds(text, month_first)
    return found[0] if found else None


def first_day_no_longer(text: object, month_first: bool = False) -> date | None:
    """Of a last day. The far future, which some write for "still there", is no end."""
    found = bounds(text, month_first)
    return None if found is None or found[1].year >= 2200 else found[1] + timedelta(days=1)


def month_comes_first(values: Iterable[str]) -> bool:
    """Whether a column is written as in the United States. Where both are possible the day comes first."""
    written = [match for value in values if (match := _WRITTEN.fullmatch(value.strip()))]
    return any(int(match[2]) > 12 for match in written) and not any(int(match[1]) > 12 for match in written)


def of_name(name: str) -> date | None:
    """The last day that the date in a file's name may mean: members_2018-06.json is of June 2018."""
    for match in _IN_A_NAME.finditer(PurePosixPath(name).name):
        try:
            return _bounds(*(int(part) if part else 0 for part in match.groups()))[1]
        except ValueError:
            continue
    return None
