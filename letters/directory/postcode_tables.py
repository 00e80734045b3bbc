"""Tables of postcodes, as publishers write them, row by row: a million of them are never held at once."""

import csv
import gzip
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from operator import itemgetter
from pathlib import Path
from typing import Any, TextIO

from django.utils.translation import gettext as _

from letters.models import Legislature

from .lookup import PostcodeError, Reason, parse_postcode
from .reading.found import BadFile, Rejected

LONGEST_LINE = 20_000
MOST_ROWS = 20_000_000
MOST_PLACES = 20_000  # a country's wards; a column that holds more holds no codes
MOST_TOLD = 50
STEP = 200_000  # rows between two signs of life

POSTCODES = (
    *("postcode", "pcds", "pcd", "pcd7", "pcd8", "pcd2"),
    *("zcta", "zip", "zip_code", "zipcode", "postal_code", "postalcode", "plz", "code_postal"),
)
CODES = ("gss_code", "code", "constituency_code", "constituency", "pcon", "pcon_code", "area_code", "area", "district")
FIRST, LAST = ("first_postcode", "first"), ("last_postcode", "last")
STATES, DISTRICTS = ("state_abbr", "state"), ("cd", "congressional_district")
_WITH_YEAR = re.compile(r"(?:parl_?con|pcon)_?(?:20)?([0-9]{2})(?:_?(?:cd|gss|code|gss_code))?")
_NOWHERE = re.compile(r"[A-Z]9{8}")  # how the Office for National Statistics writes that there is none
# The census writes 98 for a district whose delegate has no vote. It is the only one there, which is numbered 0.
_AT_LARGE = "98"

Say = Callable[[str], None]


class BadRows(BadFile):
    """`rows`: the first of the bad ones, with their lines."""

    def __init__(self, rows: list[Rejected], number: int) -> None:
        super().__init__(_("Rows that are wrong: %(number)s.") % {"number": number})
        self.rows = rows


@dataclass
class Coded:
    """A column of codes, or two that make a code together."""

    boundary_set: str
    cell: Callable[[Sequence[str]], Any]
    code: Callable[[Any], str] = str.strip
    is_sure: bool = True  # that it is of this set
    places: dict[Any, int | None] = field(default_factory=dict)  # what stood in a cell → the number of a place
    without: int = 0  # rows in which it is empty


@dataclass(frozen=True)
class Layout:
    """What stands where in a row."""

    width: int
    postcodes: tuple[int, ...]  # one column, or the first's and the last's
    coded: list[Coded]


@contextmanager
def opened(file: Path) -> Iterator[TextIO]:
    """Packed or not. What is not UTF-8 becomes surrogates, so that it is found in the row where it stands."""
    try:
        with file.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        with (gzip.open if packed else open)(
            file, "rt", encoding="utf-8-sig", errors="surrogateescape", newline=""
        ) as text:
            yield text
    except OSError as error:  # a packed file with a wrong sum is one too
        raise BadFile(_("It cannot be read: %(why)s.") % {"why": error.strerror or error}) from error
    except (EOFError, zlib.error) as error:
        raise BadFile(_("It is damaged or was cut off: it cannot be unpacked.")) from error


class Table:
    def __init__(self, text: TextIO, legislature: Legislature, columns: Mapping[str, str], say: Say) -> None:
        self.country, self.say = legislature.country, say
        self.places: dict[tuple[str, str], int] = {}  # (boundary set, code) → its number, from 0
        self.rows = self.elsewhere = self.wrong = 0
        self.rejected: list[Rejected] = []
        lines = _lines(text)
        head = next(lines, "")
        delimiter = max(",;\t", key=head.count)
        self.reader = csv.reader(lines, delimiter=delimiter, strict=True)
        names = next(csv.reader([head], delimiter=delimiter), [])
        self.layout = layout(names, columns, legislature)

    @property
    def line(self) -> int:
        return self.reader.line_num + 1  # the head was read before

    @property
    def has_ranges(self) -> bool:
        return len(self.layout.postcodes) == 2

    def __iter__(self) -> Iterator[list[str]]:
        """The rows that have all their columns. Raises BadRows, but not before the last, or BadFile at once."""
        width = self.layout.width
        try:
            for row in self.reader:
                if len(row) == width:
                    self.rows += 1
                    if self.rows % STEP == 0:
                        self._show_life()
                    yield row
                elif row:
                    self._reject(_("It has %(number)s columns, not %(width)s.") % {"number": len(row), "width": width})
        except csv.Error as error:
            raise BadFile(_("Line %(line)s: %(why)s.") % {"line": self.line, "why": error}) from error
        if self.rejected:
            raise BadRows(self.rejected, self.wrong)
        if not self.rows:
            raise BadFile(_("It has no rows."))

    def pairs(self) -> Iterator[tuple[str, int]]:
        """Each postcode with the number of a place it lies in."""
        (at,), coded, country = self.layout.postcodes, self.layout.coded, self.country
        for row in self:
            try:
                postcode = parse_postcode(row[at], country)
                for column in coded:
                    cell = column.cell(row)
                    place = column.places[cell] if cell in column.places else self._place(column, cell)
                    if place is None:
                        column.without += 1
                    else:
                        yield postcode, place
            except PostcodeError as error:
                self._refuse(row[at], error)

    def ranges(self) -> dict[tuple[str, int], str]:
        """(first postcode, number of a place) → the last postcode."""
        found: dict[tuple[str, int], str] = {}
        (column,) = self.layout.coded
        for row in self:
            try:
                first, last = (parse_postcode(row[at], self.country) for at in self.layout.postcodes)
            except PostcodeError as error:
                self._refuse(" – ".join(row[at] for at in self.layout.postcodes), error)
                continue
            place = self._place(column, column.cell(row))
            if first > last or len(first) != len(last) or (self.country in ("GB", "") and first[:-3] != last[:-3]):
                self._reject(_("A range begins and ends within the same first half of a postcode."))
            elif place is None:
                column.without += 1
            elif found.setdefault((first, place), last) != last:
                self._reject(_("The range from %(first)s stood before.") % {"first": first})
        return found

    def _place(self, column: Coded, cell: Any) -> int | None:
        """The number of a place, of one not met before too; None where there is none."""
        code = column.code(cell)
        number: int | None = None
        if len(code) > 80 or not code.isprintable():
            self._reject(_("%(text)s is not a code.") % {"text": _shown(code)})
            return None
        if code and not _NOWHERE.fullmatch(code):
            number = self.places.setdefault((column.boundary_set, code), len(self.places))
            if number >= MOST_PLACES:
                raise BadFile(_("It has more than %(number)s codes. Is it the right column?") % {"number": MOST_PLACES})
        column.places[cell] = number
        return number

    def _refuse(self, text: str, error: PostcodeError) -> None:
        if error.reason == Reason.FOREIGN and text[:2].upper() in ("JE", "GY", "IM"):
            self.elsewhere += 1  # in the postal service's list, and in no constituency
        else:
            self._reject(_("%(text)s is not a postcode.") % {"text": _shown(text)})

    def _reject(self, reason: str) -> None:
        self.wrong += 1
        if len(self.rejected) < MOST_TOLD:
            self.rejected.append(Rejected(self.line, reason))

    def _show_life(self) -> None:
        self.say(_("%(number)s rows are read.") % {"number": f"{self.rows:,}"})
        if self.rows > MOST_ROWS:
            raise BadFile(_("It has more than %(number)s rows.") % {"number": f"{MOST_ROWS:,}"})


def layout(names: Sequence[str], columns: Mapping[str, str], legislature: Legislature) -> Layout:
    """From the head of a table. Raises BadFile."""
    bare = [re.sub(r"[\s-]+", "_", name.strip().lower()) for name in names]
    first, last = _find(bare, FIRST), _find(bare, LAST)
    postcode = _find(bare, POSTCODES)
    if postcode is None and (first is None or last is None):
        raise BadFile(_("No column is named postcode. It has: %(names)s.") % {"names": _listed(names)})
    coded = _named(names, columns) if columns else _guessed(bare, legislature.boundary_set, legislature.country)
    if not coded:
        raise BadFile(
            _("Which column holds the codes of constituencies? Say --column NAME=SET. It has: %(names)s.")
            % {"names": _listed(names)}
        )
    places = (first, last) if first is not None and last is not None else (postcode,)
    if len(places) == 2 and len(coded) > 1:
        raise BadFile(_("A table of ranges has one column of codes."))
    return Layout(len(names), tuple(place for place in places if place is not None), coded)


def _named(names: Sequence[str], columns: Mapping[str, str]) -> list[Coded]:
    bare = [name.strip() for name in names]
    for name in columns:
        if name not in bare:
            raise BadFile(
                _("No column is named %(name)s. It has: %(names)s.") % {"name": name, "names": _listed(names)}
            )
    return [Coded(boundary_set, itemgetter(bare.index(name))) for name, boundary_set in columns.items()]


def _guessed(bare: Sequence[str], boundary_set: str, country: str) -> list[Coded]:
    state, district = _find(bare, STATES), _find(bare, DISTRICTS)
    if country == "US" and state is not None and district is not None:
        return [Coded(boundary_set, itemgetter(state, district), _district)]
    years = [(f"20{found[1]}", at) for at, name in enumerate(bare) if (found := _WITH_YEAR.fullmatch(name))]
    if not years and (at := _find(bare, CODES)) is not None:
        return [Coded(boundary_set, itemgetter(at), is_sure=False)]
    return [Coded(of, itemgetter(at)) for of, at in years]


def _district(cell: tuple[str, str]) -> str:
    """CA-12; in a state or territory with one district, AK-0."""
    state, number = (part.strip() for part in cell)
    return (
        f"{state.upper()}-{int(number) if number.isdecimal() and number != _AT_LARGE else 0}"
        if state and number
        else ""
    )


def _find(bare: Sequence[str], names: Sequence[str]) -> int | None:
    return next((bare.index(name) for name in names if name in bare), None)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(_shown(name) for name in names[:30])


def _lines(text: TextIO) -> Iterator[str]:
    for number, line in enumerate(iter(lambda: text.readline(LONGEST_LINE + 1), ""), 1):
        if len(line) > LONGEST_LINE:
            raise BadFile(_("Line %(line)s is too long.") % {"line": number})
        yield line


def _shown(text: str) -> str:
    """As it may be printed; of what is not UTF-8, that it is not."""
    if any("\udc80" <= sign <= "\udcff" for sign in text):
        return _("What is not in UTF-8")
    return repr(text[:40])
