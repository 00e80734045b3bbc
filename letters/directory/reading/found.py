"""What every dialect is read into."""

import re
import unicodedata
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from letters.addresses import JOINERS

# Letters that have no accent to take off and are still written both ways.
_SAME = str.maketrans({"ß": "ss", "ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i"})
# What the Ordnance Survey writes after the name of a seat.
_KIND_OF_SEAT = re.compile(r"\s+(?:co|boro|burgh) const\.?$", re.IGNORECASE)


# More than any parliament has had members, or any country councillors; and of a table, more than anybody looks at.
MOST_PEOPLE = 200_000
MOST_COLUMNS = 1_000


class BadFile(ValueError):
    """The file cannot be read, or not be trusted; `str()` is a sentence for a person. Nothing of it is stored."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: the line of a text, or the number of an entry in its list."""

    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Rejected:
    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class Column:
    """What a column of a table is taken for; `field` is "" when it is left out."""

    name: str
    field: str
    examples: tuple[str, ...] = ()


@dataclass(slots=True)
class Seat:
    """A constituency as the file knows it."""

    name: str
    code: str = ""
    region: str = ""
    translations: dict[str, dict[str, str]] = field(default_factory=dict)
    part_of: "Seat | None" = None

    @property
    def key(self) -> str:
        return self.code.casefold() or folded(self.name)


@dataclass(slots=True)
class Found:
    """One person in one seat for one time. Dates are half-open, as in the directory."""

    place: Place
    name: str
    person: str = ""  # as the source counts people; "" when it does not
    period: str = ""  # the term of the legislature, when the source has a row for each
    chamber: str = ""  # where one file has several
    given_name: str = ""
    family_name: str = ""
    honorific_prefix: str = ""
    honorific_suffix: str = ""
    gender: str = ""
    office: str = ""
    role: str = ""
    party: str = ""
    email: str = ""
    address: str = ""
    contact_form: str = ""
    salutation: str = ""
    seat: Seat | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    gone: bool = False  # where the source keeps former members, and says only that they are former


@dataclass(slots=True)
class Reading:
    """All of what the files of one import hold."""

    found: list[Found] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    columns: dict[str, list[Column]] = field(default_factory=dict)  # of each table
    addresses: dict[str, str] = field(default_factory=dict)  # postal ones by person, from files that hold nothing else
    legislature: dict[str, Any] = field(default_factory=dict)  # its name and country, where the file says so
    period: date | None = None  # the first day of the latest term, where the file has terms
    spared: set[str] = field(default_factory=set)  # folded names and ids in what was rejected: nobody of them is ended

    def reject(self, found: Found, reason: str) -> None:
        self.rejected.append(Rejected(found.place.line, reason))
        self.spared |= {folded(found.name), folded(found.person)} - {""}


def check_number(name: str, people: int) -> None:
    """Raises BadFile."""
    if people > MOST_PEOPLE:
        raise BadFile(_("%(name)s has more than %(most)s entries.") % {"name": name, "most": MOST_PEOPLE})


def plain(text: str) -> str:
    """On one line, without what cannot be printed or turns the reading direction; a database refuses a NUL."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    kept = (sign if sign.isprintable() or sign in JOINERS else _instead(sign) for sign in text)
    return " ".join("".join(kept).split())


def _instead(sign: str) -> str:
    return "" if unicodedata.category(sign) == "Cf" else " "


def folded(name: str) -> str:
    """For comparing names: without case, accents, punctuation, and what an atlas adds.

    >>> folded("Ynys Môn"), folded("St. Albans"), folded("Ontario (York South—Weston)")
    ('ynysmon', 'stalbans', 'ontarioyorksouthweston')
    """
    bare = unicodedata.normalize("NFKD", _KIND_OF_SEAT.sub("", name).casefold().replace("&", " and "))
    return "".join(sign for sign in bare.translate(_SAME) if unicodedata.category(sign)[0] in "LN")


def without_kind(name: str) -> str:
    return _KIND_OF_SEAT.sub("", name).strip()
