"""Constituencies by their codes: lists of them read, dates known, missing ones made."""

import csv
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from io import StringIO
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from letters.models import Constituency, Legislature

from .reading.files import Source, documents
from .reading.found import BadFile, Rejected, folded, plain

# The UK Parliament's seats, by the register of the Office for National Statistics: England, Wales, Scotland, and
# Northern Ireland before and since 2024.
_WESTMINSTER = re.compile(r"(?:E14|W07|S14|N05|N06)[0-9]{6}")
# The days of the general elections at which each set came into use; the second by the Parliamentary Constituencies
# Order 2023, article 1.
_WESTMINSTER_DATES: dict[str, tuple[date, date | None]] = {
    "2010": (date(2010, 5, 6), date(2024, 7, 4)),
    "2024": (date(2024, 7, 4), None),
}
# Five seats kept their names in 2024 but not their borders, and got new codes; early lists have the old ones.
_REISSUED = {
    ("2024", "S14000006"): "S14000107",  # Ayr, Carrick and Cumnock
    ("2024", "S14000008"): "S14000108",  # Berwickshire, Roxburgh and Selkirk
    ("2024", "S14000010"): "S14000109",  # Central Ayrshire
    ("2024", "S14000040"): "S14000110",  # Kilmarnock and Loudoun
    ("2024", "S14000058"): "S14000111",  # West Aberdeenshire and Kincardine
}
# Codes that mean the same in everybody's files: of the Office for National Statistics, Open Civic Data, and districts
# of the United States. Any other is a publisher's own, and says something only beside the name.
_OFFICIAL = re.compile(r"[EWSNK]\d{8}|ocd-division/.+|[A-Z]{2}(?:-\d+)?")
# What publishers put before the words below: parlcon_2024_name, PCON24NM.
_BEGINNING = re.compile(
    r"(?:parl_?con|pcon|constituency|ward|wd|ced|spc|spr|area|division|district|riding|electorate|wahlkreis)"
    r"_?(?:[0-9]{4}|[0-9]{2})?_?"
)
_CODE = ("gss_code", "code", "cd", "id", "number", "nr")
_NAME = ("name", "nm", "name_en", "")  # the last of a column that is called no more than "Division"
_REGION = ("region", "region_name", "nation", "country_name")
_IN_A_LANGUAGE = re.compile(r"name_([a-z]{2,3})")


@dataclass
class Summary:
    constituencies: int = 0
    created: int = 0
    renamed: int = 0
    updated: int = 0  # their dates, region, code or names in other languages
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Area:
    line: int
    code: str
    name: str
    region: str = ""
    translations: dict[str, dict[str, str]] = field(default_factory=dict)


def current_code(boundary_set: str, code: str) -> str:
    return _REISSUED.get((boundary_set, code), code)


def is_official(code: str) -> bool:
    return bool(_OFFICIAL.fullmatch(code))


def known_dates(boundary_set: str, code: str) -> tuple[date | None, date | None]:
    """When a seat with this code was in use; nothing for sets that we do not know."""
    return _WESTMINSTER_DATES.get(boundary_set, (None, None)) if _WESTMINSTER.fullmatch(code) else (None, None)


def held(legislature: Legislature, boundary_set: str) -> dict[str, Constituency]:
    """What the directory has of the set, by code. Codes that were reissued are mended, dates that we know filled in."""
    seats = {seat.code: seat for seat in legislature.constituencies.filter(boundary_set=boundary_set)}
    changed = []
    for code, seat in list(seats.items()):
        before = (seat.code, seat.valid_from, seat.valid_to)
        if (now := current_code(boundary_set, code)) not in seats:
            seat.code = now
            seats[now] = seats.pop(code)
        _date(seat, {})
        if before != (seat.code, seat.valid_from, seat.valid_to):
            changed.append(seat)
    Constituency.objects.bulk_update(changed, ["code", "valid_from", "valid_to"], batch_size=500)
    return seats


def with_missing(legislature: Legislature, boundary_set: str, codes: Iterable[str]) -> tuple[dict[str, int], int]:
    """The primary keys of these codes, and how many had to be made; the code of such a one stands for its name.

    A district, CA-12, is part of its state, CA, where the set has that.
    """
    seats = held(legislature, boundary_set)
    wanted = {code: current_code(boundary_set, code) for code in codes}
    missing = sorted({code for code in wanted.values() if code not in seats})
    made = [_new(legislature, boundary_set, code, name=code, part_of=seats.get(code.split("-")[0])) for code in missing]
    seats |= {seat.code: seat for seat in Constituency.objects.bulk_create(made)}
    return {code: seats[now].pk for code, now in wanted.items()}, len(made)


def _new(legislature: Legislature, boundary_set: str, code: str, **fields: Any) -> Constituency:
    seat = Constituency(legislature=legislature, boundary_set=boundary_set, code=code, **fields)
    _date(seat, {})
    return seat


def import_constituencies(
    files: Iterable[Source],
    legislature: Legislature | str,
    boundary_set: str,
    *,
    valid_from: date | None = None,
    valid_to: date | None = None,
) -> Summary:
    """Makes, renames or leaves each as it is; a legislature that is not there is made by its short name.

    Raises BadFile, and then nothing is stored.
    """
    areas, rejected = _read(files, boundary_set)
    summary = Summary(constituencies=len(areas), rejected=rejected)
    said = {"valid_from": valid_from, "valid_to": valid_to}
    dates = {name: day for name, day in said.items() if day is not None}
    with transaction.atomic():
        if isinstance(legislature, str):
            legislature = _made(legislature, areas)
        _use(legislature, boundary_set, areas, valid_to)
        seats = held(legislature, boundary_set)
        coded = {area.code for area in areas}
        # What was read from a file without codes is known by its name, until its code is.
        uncoded = {folded(one.name): one for one in seats.values() if not is_official(one.code)}
        uncoded = {name: one for name, one in uncoded.items() if one.code not in coded}
        made, changed = [], []
        for area in areas:
            seat = seats.get(area.code) or uncoded.pop(folded(area.name), None)
            if seat is None:
                fields = {"name": area.name, "region": area.region, "translations": area.translations}
                made.append(_new(legislature, boundary_set, area.code, **fields))
                _date(made[-1], dates)
            elif _take(seat, area, dates, summary):
                changed.append(seat)
        Constituency.objects.bulk_create(made)
        fields_taken = ["code", "name", "region", "translations", "valid_from", "valid_to"]
        Constituency.objects.bulk_update(changed, fields_taken, batch_size=300)
    summary.created = len(made)
    return summary


def _made(slug: str, areas: list[Area]) -> Legislature:
    british = all(re.fullmatch(r"[EWSNK]\d{8}", area.code) for area in areas)
    country = "GB" if british else ""
    return Legislature.objects.create(slug=slug, name=capfirst(slug.replace("-", " ")), country=country)


def _use(legislature: Legislature, boundary_set: str, areas: list[Area], valid_to: date | None) -> None:
    """The first set that is not over is the one the legislature uses."""
    end = valid_to or known_dates(boundary_set, areas[0].code)[1]
    if not legislature.boundary_set and (end is None or end > timezone.localdate()):
        legislature.boundary_set = boundary_set
        legislature.save(update_fields=["boundary_set"])


def _take(seat: Constituency, area: Area, dates: Mapping[str, date], summary: Summary) -> bool:
    """Whether the row has to be written."""
    before = (seat.code, seat.region, seat.translations, seat.valid_from, seat.valid_to)
    renamed = seat.name != area.name
    seat.code, seat.name, seat.region = area.code, area.name, area.region or seat.region
    translations = {tag: seat.translations.get(tag, {}) | texts for tag, texts in area.translations.items()}
    seat.translations = seat.translations | translations
    _date(seat, dates)
    updated = before != (seat.code, seat.region, seat.translations, seat.valid_from, seat.valid_to)
    summary.renamed += renamed
    summary.updated += updated and not renamed
    summary.unchanged += not (updated or renamed)
    return renamed or updated


def _date(seat: Constituency, dates: Mapping[str, date]) -> None:
    """With the dates that were given; one that has none gets those that we know. Raises BadFile."""
    if seat.valid_from is None and seat.valid_to is None:
        seat.valid_from, seat.valid_to = known_dates(seat.boundary_set, seat.code)
    seat.valid_from = dates.get("valid_from", seat.valid_from)
    seat.valid_to = dates.get("valid_to", seat.valid_to)
    if seat.valid_from and seat.valid_to and seat.valid_from > seat.valid_to:
        raise BadFile(_("%(name)s would end before it begins.") % {"name": seat.name})


def _read(files: Iterable[Source], boundary_set: str) -> tuple[list[Area], list[Rejected]]:
    areas: dict[str, Area] = {}
    rejected: list[Rejected] = []
    for document in documents(list(files)):
        rows = _of_json(document.name, document.text) if document.kind == "popolo" else _of_table(document.text)
        for line, row in rows:
            area = _area(line, row, boundary_set)
            if isinstance(area, Rejected):
                rejected.append(area)
            elif area.code in areas and areas[area.code].name != area.name:
                rejected.append(Rejected(line, _("The code %(code)s stood before.") % {"code": area.code}))
            else:
                areas[area.code] = area
    if not areas:
        raise BadFile(_("No constituency was found: each needs a code and a name.") + _first(rejected))
    return list(areas.values()), rejected


def _first(rejected: list[Rejected]) -> str:
    return f" {_('Line')} {rejected[0].line}: {rejected[0].reason}" if rejected else ""


def _of_table(text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    head = text[: text.find("\n")]
    delimiter = max(",;\t", key=head.count)
    reader = csv.DictReader(StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            yield reader.line_num, {name: cell for name, cell in row.items() if name and isinstance(cell, str)}
    except csv.Error as error:
        raise BadFile(_("Line %(line)s: %(why)s.") % {"line": reader.line_num, "why": error}) from error


def _of_json(name: str, text: str) -> Iterable[tuple[int, dict[str, Any]]]:
    """{code: name}, {key: {…}} or [{…}]; entries are counted from 1."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadFile(_("%(name)s is not JSON: %(why)s.") % {"name": name, "why": error}) from error
    if isinstance(data, dict) and any(isinstance(data.get(key), list) for key in ("areas", "persons")):
        data = data.get("areas", [])
    entries: Iterable[Any] = data if isinstance(data, list) else []
    if isinstance(data, dict):
        entries = ({"code": key, "name": value} if isinstance(value, str) else value for key, value in data.items())
    for number, entry in enumerate(entries, 1):
        yield number, entry if isinstance(entry, dict) else {}


def _area(line: int, row: Mapping[str, Any], boundary_set: str) -> Area | Rejected:
    cells = {
        _BEGINNING.sub("", str(name).strip().lower().replace(" ", "_").replace("-", "_"), count=1): plain(cell)
        for name, cell in row.items()
        if isinstance(cell, str)
    }
    code, name, region = (_one(cells, names) for names in (_CODE, _NAME, _REGION))
    if not code or not name:
        return Rejected(line, _("It has no code.") if not code else _("It has no name."))
    if len(code) > 80 or len(name) > 200 or len(region) > 100:
        return Rejected(line, _("Its code, name or region is too long."))
    texts = {found[1]: cell for key, cell in cells.items() if cell and (found := _IN_A_LANGUAGE.fullmatch(key))}
    texts |= {"cy": cells["nmw"]} if cells.get("nmw") else {}
    texts.pop("en", None)
    return Area(line, current_code(boundary_set, code), name, region, {tag: {"name": t} for tag, t in texts.items()})


def _one(cells: Mapping[str, str], names: Iterable[str]) -> str:
    return next((cells[name] for name in names if cells.get(name)), "")
