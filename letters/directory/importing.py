"""A directory file → constituencies and representatives, all of it or nothing."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import override

from letters.models import Legislature, Representative

from . import filing
from .placing import NotPlaced, Places, distinct, set_of
from .reading import anything, dates, persons
from .reading.anything import guess
from .reading.files import Source, name_of
from .reading.found import BadFile, Column, Found, Reading, Rejected, folded
from .reading.rows import LONGEST

__all__ = ["BadFile", "Column", "Rejected", "Source", "Summary", "guess", "import_representatives"]

_KEYS_IN_ORDER = "people memberships constituencies with_email created updated ended unchanged"
_KEYS = _KEYS_IN_ORDER.split()


@dataclass
class Summary:
    """`memberships` are rows: one person in one seat for one time. `with_email` counts those with a usable address."""

    people: int = 0
    memberships: int = 0
    constituencies: int = 0
    with_email: int = 0
    created: int = 0
    updated: int = 0
    ended: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    # For the operator's eyes, beside the counts.
    older: bool = False  # than what the directory has
    notes: list[str] = field(default_factory=list)
    columns: dict[str, list[Column]] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        rejected = [{"line": one.line, "reason": one.reason} for one in self.rejected]
        return {**{key: getattr(self, key) for key in _KEYS}, "rejected": rejected}


def import_representatives(
    files: Iterable[Source],
    legislature: Legislature | str,
    *,
    format: str = "auto",
    mapping: Mapping[str, str] | None = None,
    boundary_set: str = "",
    as_of: date | None = None,
    dry_run: bool = False,
    chamber: str = "",
) -> Summary:
    """Raises BadFile, and then nothing is stored. A legislature that is new is made; it may be given unsaved.

    `mapping`: {column: field}, for columns that are not to be guessed. `as_of`: the day on which the files were right;
    without it, the date in their names, or today. `chamber`: of files that hold several, only this one.
    """
    sources = list(files)
    reading = anything.read(sources, format, mapping or {}, chamber)
    return store(reading, sources, legislature, boundary_set=boundary_set, as_of=as_of, dry_run=dry_run)


def store(
    reading: Reading,
    sources: list[Source],
    legislature: Legislature | str,
    *,
    boundary_set: str = "",
    as_of: date | None = None,
    dry_run: bool = False,
) -> Summary:
    """What was read of these sources, all of it or nothing. Raises BadFile."""
    with transaction.atomic():
        where = _legislature(legislature, reading)
        edition = _edition(sources, reading, as_of)
        seats = [one.seat for one in reading.found if one.seat]
        boundary_set = boundary_set or set_of(seats, where, edition.known)
        summary = _store(reading, where, boundary_set, edition)
        if dry_run:
            transaction.set_rollback(True)
    return summary


def _legislature(given: Legislature | str, reading: Reading) -> Legislature:
    """Locked, so that two imports do not make the same rows."""
    slug = given.slug if isinstance(given, Legislature) else given
    held = Legislature.objects.select_for_update().filter(slug=slug).first()
    if held is not None:
        return held
    new = given if isinstance(given, Legislature) else Legislature(slug=slug)
    known = reading.legislature
    new.translations = new.translations or known.get("translations", {})
    new.name = new.name or known.get("name", "") or capfirst(slug.replace("-", " "))
    codes = Counter(bool(one.seat and re.fullmatch(r"[EWSNK]\d{8}", one.seat.code)) for one in reading.found)
    new.country = new.country or known.get("country", "") or ("GB" if codes[True] > codes[False] else "")
    new.save()
    return new


def _edition(sources: list[Source], reading: Reading, as_of: date | None) -> filing.Edition:
    named = max((day for source in sources if (day := dates.of_name(name_of(source)))), default=None)
    today = timezone.localdate()
    named = min(named, today) if named else None
    name = name_of(sources[0]) if len(sources) == 1 else ", ".join(map(name_of, sources))
    # A file with terms and no date is as old as its last term; who it lacks has gone by today.
    return filing.Edition(name[:180], as_of or named or reading.period or today, as_of or named or today)


def _store(reading: Reading, legislature: Legislature, boundary_set: str, edition: filing.Edition) -> Summary:
    summary = Summary(rejected=reading.rejected, notes=reading.notes, columns=reading.columns)
    _fill_addresses(reading, legislature, summary)
    _check_ids(reading.found)
    places = Places(legislature, boundary_set)
    placed = filing.in_order(list(_placed(reading, places)), reading)
    if not placed and not reading.addresses:
        raise BadFile(_("Nobody could be placed.") + f" {reading.rejected[0].reason}")
    places.save()
    for one in placed:
        _complete(one.found, legislature)
    filing.file(placed, legislature, edition, reading, summary)
    _take_set(legislature, boundary_set, placed, edition, summary)
    _count(placed, summary)
    summary.rejected = sorted(reading.rejected, key=lambda one: one.line)
    return summary


def _placed(reading: Reading, places: Places) -> Iterator[filing.Placed]:
    for one in reading.found:
        try:
            yield filing.Placed(one, places.place(one.seat) if one.seat else None)
        except NotPlaced as error:
            reading.reject(one, str(error))


def _take_set(
    legislature: Legislature, boundary_set: str, placed: list[filing.Placed], edition: filing.Edition, summary: Summary
) -> None:
    """Postcodes are looked up in the set in use: that of the people who sit now."""
    if legislature.boundary_set == boundary_set or summary.older:
        return
    if any(one.seat and (one.found.valid_to or date.max) > edition.day for one in placed):
        if legislature.boundary_set:
            summary.notes.append(_("%(set)s is now the boundary set in use") % {"set": boundary_set})
        legislature.boundary_set = boundary_set
        legislature.save(update_fields=["boundary_set"])


def _count(placed: list[filing.Placed], summary: Summary) -> None:
    summary.people += len({(one.found.person, folded(one.found.name)) for one in placed})
    summary.memberships += len(placed)
    summary.with_email += sum(bool(one.found.email) for one in placed)
    summary.constituencies += distinct(one.seat for one in placed)
    at_large = sum(one.seat is None for one in placed)
    if at_large and summary.constituencies:
        summary.notes.append(_("%(number)s have no constituency: anybody may write to them") % {"number": at_large})


def _complete(found: Found, legislature: Legislature) -> None:
    """What only the legislature says. The role is kept in English; the legislature translates it."""
    european = "european parliament" if legislature.country == "EU" else ""
    texts = (found.role, found.honorific_prefix, found.honorific_suffix, legislature.name, european)
    office = found.office or persons.office_of(*texts, country=legislature.country, kind=legislature.kind)
    found.office = office
    if found.role.lower() in persons.EMPTY_ROLES:
        with override("en"):
            found.role = str(Representative.Office(office).label) if office else ""
    for name, longest in LONGEST.items():
        setattr(found, name, getattr(found, name)[:longest].strip())


def _check_ids(found: list[Found]) -> None:
    """An id that stands for two people would mix their letters up."""
    names: dict[tuple[str, str], Found] = {}
    for one in found:
        first = names.setdefault((one.place.file, one.person), one) if one.person else one
        if folded(first.name) != folded(one.name):
            raise BadFile(
                _("%(file)s: lines %(first)s and %(second)s are different people with the same id %(id)s.")
                % {
                    "file": one.place.file,
                    "first": first.place.line,
                    "second": one.place.line,
                    "id": one.person[:60],
                }
            )


def _fill_addresses(reading: Reading, legislature: Legislature, summary: Summary) -> None:
    """From files of offices: for people of the other files, or, where there are none, of the directory."""
    if not reading.addresses:
        return
    for one in reading.found:
        one.address = one.address or reading.addresses.get(one.person, "")
    if reading.found:
        return
    held = [row for row in legislature.representatives.exclude(source="") if _person(row) in reading.addresses]
    without = [row for row in held if not row.address and reading.addresses[_person(row)]]
    for row in without:
        row.address = reading.addresses[_person(row)]
    Representative.objects.bulk_update(without, ["address"], batch_size=300)
    if not held:
        raise BadFile(_("These are offices of people who are not in the directory. Import the people first."))
    summary.people = len({_person(row) for row in held})
    summary.memberships, summary.updated = len(held), len(without)
    summary.unchanged = len(held) - len(without)


def _person(row: Representative) -> str:
    return row.identifier.partition("|")[0]
