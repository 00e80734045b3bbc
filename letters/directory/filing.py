"""Rows of the directory, found again, changed, made and ended: what a newer file says goes before an older one."""

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from letters.models import Constituency, Legislature, Representative

from .reading.found import Found, Reading, folded, plain

if TYPE_CHECKING:  # which imports this
    from .importing import Summary

_FIELDS_IN_ORDER = (
    "name given_name family_name honorific_prefix honorific_suffix gender office role party email address "
    "contact_form salutation valid_from valid_to"
)
_FIELDS = _FIELDS_IN_ORDER.split()
_WRITTEN = ["constituency", *_FIELDS, "source"]
_SOURCE = re.compile(r" \((\d{4}-\d\d-\d\d)\)$")


@dataclass(frozen=True)
class Edition:
    """Of which day the files are. `known` is compared with other editions; `day` is when those they lack have gone."""

    name: str
    known: date
    day: date

    @property
    def source(self) -> str:
        return f"{self.name} ({self.known})"


def known(row: Representative) -> date:
    """The edition a row was last read from."""
    match = _SOURCE.search(row.source)
    return date.fromisoformat(match[1]) if match else date.min


@dataclass(slots=True)
class Placed:
    found: Found
    seat: Constituency | None
    identifier: str = ""


def in_order(placed: list[Placed], reading: Reading) -> list[Placed]:
    """With their identifiers, and their days put in order; what stands twice or ends before it begins is rejected."""
    stints: dict[str, list[Placed]] = defaultdict(list)
    kept: list[Placed] = []
    for one in sorted(placed, key=lambda one: one.found.valid_from or date.min):
        found = one.found
        if found.valid_from and found.valid_to and found.valid_to < found.valid_from:
            reading.reject(found, _("It ends before it begins."))
            continue
        base = _identifier(found)
        same = next((other for other in stints[base] if _same(other, one)), None)
        if same is not None:
            reading.reject(found, _("It is the same as number %(line)s.") % {"line": same.found.place.line})
            continue
        stints[base].append(one)
        one.identifier = base if len(stints[base]) == 1 else f"{base}|{len(stints[base])}"
        kept.append(one)
    _part_days(kept)
    return kept


def _same(first: Placed, second: Placed) -> bool:
    """Of one identifier. On a list without ids or seats, two people of one name have different addresses."""
    one, other = first.found, second.found
    if (one.valid_from, one.valid_to) != (other.valid_from, other.valid_to):
        return False
    return bool(one.person or one.seat or not one.email or not other.email or one.email == other.email)


def _identifier(found: Found) -> str:
    """The person, the term, and what makes a new row when it changes: the seat and the party."""
    seat = found.seat.key if found.seat else ""
    parts = (found.person or folded(found.name) or found.name, found.period, seat, folded(found.party))
    text = "|".join(plain(part).replace("|", "/") for part in parts)
    return text if len(text) <= 180 else f"{text[:120]}#{hashlib.sha256(text.encode()).hexdigest()[:40]}"


def _part_days(placed: list[Placed]) -> None:
    """Some name the last day, some the first day no longer: a change on one day must not be two people on it."""
    held: dict[tuple[str, int], list[Placed]] = defaultdict(list)
    for one in placed:
        if one.found.person and one.seat is not None:
            held[one.found.person, id(one.seat)].append(one)
    for stints in held.values():
        starts = {one.found.valid_from for one in stints}
        for one in stints:
            last = one.found.valid_to - timedelta(days=1) if one.found.valid_to else None
            if last in starts and last != one.found.valid_from:
                one.found.valid_to = last


@dataclass
class Filing:
    edition: Edition
    held: list[Representative]
    taken: set[int] = field(default_factory=set)  # primary keys of rows that the file has

    def __post_init__(self) -> None:
        self.imported = [row for row in self.held if row.source]
        self.by_identifier = {row.identifier: row for row in self.held}
        self.newest = max(map(known, self.imported), default=date.min)
        self.older = self.edition.known < self.newest
        self.alike: dict[tuple[int | None, str, str], list[Representative]] = defaultdict(list)
        self.followers: dict[int | None, list[date]] = defaultdict(list)
        for row in self.imported:
            self.alike[row.constituency_id, folded(row.name), folded(row.party)].append(row)
            if known(row) > self.edition.known:
                self.followers[row.constituency_id].append(row.valid_from or known(row))

    def match(self, one: Placed, identifiers: set[str]) -> Representative | None:
        """The row of this identifier, or of the same person in the same seat that another publisher calls otherwise."""
        if row := self.by_identifier.get(one.identifier):
            return row
        pk = one.seat.pk if one.seat else None
        alike = [
            row
            for row in self.alike[pk, folded(one.found.name), folded(one.found.party)]
            if row.identifier not in identifiers and row.pk not in self.taken and _may_be(row, one.found)
        ]
        return alike[0] if len(alike) == 1 else None

    def end_of_old(self, one: Placed) -> date | None:
        """When somebody of an older file had left: when who is known to follow came, or when the newer one was made."""
        since = one.found.valid_from or date.min
        pk = one.seat.pk if one.seat else None
        later = [day for day in self.followers[pk] if day > since]
        return min([*later, self.newest]) if self.newest > since else since

    def gone(self, spared: set[str]) -> Iterator[Representative]:
        for row in self.imported:
            is_open = row.valid_to is None or row.valid_to > self.edition.day
            lacking = row.pk not in self.taken and known(row) <= self.edition.known
            if is_open and lacking and not {folded(row.name), _person(row)} & spared:
                yield row


def _person(row: Representative) -> str:
    return folded(row.identifier.partition("|")[0])


def _may_be(row: Representative, found: Found) -> bool:
    """Days that do not contradict each other."""
    starts = {row.valid_from, found.valid_from} - {None}
    ends = {row.valid_to, found.valid_to} - {None}
    return len(starts) < 2 and len(ends) < 2


def file(
    placed: list[Placed], legislature: Legislature, edition: Edition, reading: Reading, summary: "Summary"
) -> None:
    filing = Filing(edition, list(legislature.representatives.all()))
    identifiers = {one.identifier for one in placed}
    written: list[Representative] = []
    renamed: list[Representative] = []
    for one in placed:
        row = filing.match(one, identifiers)
        if row is not None:
            filing.taken.add(row.pk)
        new = _row(one, row, legislature, filing)
        if row is None:
            summary.created += 1
        elif known(row) > edition.known or not _changed(row, new):
            summary.unchanged += 1
            if known(row) > edition.known or (row.source, row.identifier) == (new.source, new.identifier):
                continue
        else:
            summary.updated += 1
        if row is not None and row.identifier != one.identifier:
            row.identifier = one.identifier
            renamed.append(row)
        written.append(new)
    if placed:
        _end(filing, placed, reading, summary)
    Representative.objects.bulk_update(renamed, ["identifier"], batch_size=300)
    Representative.objects.bulk_create(
        written,
        batch_size=500,
        update_conflicts=True,
        unique_fields=["legislature", "identifier"],
        update_fields=_WRITTEN,
    )


def _row(one: Placed, held: Representative | None, legislature: Legislature, filing: Filing) -> Representative:
    found = one.found
    new = Representative(legislature=legislature, constituency=one.seat, identifier=one.identifier)
    for name in _FIELDS:
        setattr(new, name, getattr(found, name))
    new.source = filing.edition.source
    if filing.older and new.valid_to is None:
        new.valid_to = filing.end_of_old(one)
    if held is not None:
        new.valid_from = new.valid_from or held.valid_from
        new.salutation = new.salutation or held.salutation  # often set by hand
    elif new.valid_from is None and filing.imported and not filing.older:
        new.valid_from = min(filing.edition.day, new.valid_to or date.max)
    return new


def _changed(row: Representative, new: Representative) -> bool:
    return row.constituency_id != new.constituency_id or any(
        getattr(row, name) != getattr(new, name) for name in _FIELDS
    )


def _end(filing: Filing, placed: Iterable[Placed], reading: Reading, summary: "Summary") -> None:
    summary.older = filing.older
    if filing.older:
        summary.notes.append(
            _(
                "This is of %(old)s, older than what is here, of %(new)s: nobody was ended, and its people end there. "
                "If it is not older, give --as-of."
            )
            % {"old": filing.edition.known, "new": filing.newest}
        )
        _narrow(filing, summary)
        return
    starts: dict[int, list[date | None]] = defaultdict(list)
    for one in placed:
        if one.seat is not None and one.found.valid_to is None:
            starts[one.seat.pk].append(one.found.valid_from)
    by_day: dict[date, list[int]] = defaultdict(list)
    for row in filing.gone(reading.spared):
        day = filing.edition.day
        # Where one person holds a seat, who came after says when the other had gone.
        follower = starts.get(row.constituency_id or 0, [])
        if len(follower) == 1 and follower[0] and (row.valid_from or date.min) < follower[0] < day:
            day = follower[0]
        by_day[max(day, row.valid_from or date.min)].append(row.pk)
    for day, keys in by_day.items():
        for start in range(0, len(keys), 500):
            Representative.objects.filter(pk__in=keys[start : start + 500]).update(valid_to=day)
        summary.ended += len(keys)


def _narrow(filing: Filing, summary: "Summary") -> None:
    """Rows of newer files of which nobody knew the first day: others sat there before, so it is that of their file."""
    undated = [row for row in filing.imported if row.valid_from is None and known(row) > filing.edition.known]
    for row in undated:
        row.valid_from = min(known(row), row.valid_to or date.max)
    Representative.objects.bulk_update(undated, ["valid_from"], batch_size=300)
    summary.updated += sum(row.pk not in filing.taken for row in undated)
