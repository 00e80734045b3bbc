"""Seats as a file names them → constituencies of one boundary set, found by code, else by folded name, else made."""

from collections import Counter
from collections.abc import Iterable
from datetime import date

from django.utils.translation import gettext as _

from letters.models import Constituency, Legislature

from .areas import current_code, held, is_official, known_dates
from .reading.found import Seat, folded


class NotPlaced(ValueError):
    """`str()` says why."""


class Places:
    """One boundary set of a legislature. What is made or renamed is written by save()."""

    def __init__(self, legislature: Legislature, boundary_set: str) -> None:
        self.legislature, self.boundary_set = legislature, boundary_set
        self.by_code: dict[str, Constituency] = {}
        self.by_name: dict[str, list[Constituency]] = {}
        self.made: list[Constituency] = []
        self.changed: dict[int, Constituency] = {}
        self._parents: list[tuple[Constituency, Constituency]] = []
        self._known: dict[int, Constituency] = {}
        for seat in held(legislature, boundary_set).values():
            self._enter(seat)

    def _enter(self, seat: Constituency) -> None:
        self.by_code[seat.code] = seat
        others = (texts.get("name", "") for texts in seat.translations.values())
        for name in {folded(seat.name), *map(folded, others)}:
            if name:
                self.by_name.setdefault(name, []).append(seat)

    def place(self, seat: Seat) -> Constituency:
        """Raises NotPlaced where two seats have that name."""
        if id(seat) not in self._known:
            code = current_code(self.boundary_set, seat.code)
            found = self._found(seat, code) or self._make(seat, code)
            self._learn(found, seat, code)
            self._known[id(seat)] = found
        return self._known[id(seat)]

    def _found(self, seat: Seat, code: str) -> Constituency | None:
        by_code = self.by_code.get(code) if code else None
        if by_code and (is_official(code) or by_code.name == by_code.code or folded(by_code.name) == folded(seat.name)):
            return by_code
        named = self.by_name.get(folded(seat.name), [])
        if is_official(code):  # the same name with another code is another place
            named = [one for one in named if not is_official(one.code)]
        if seat.region:
            named = [one for one in named if not one.region or folded(one.region) == folded(seat.region)]
        if len(named) > 1:
            raise NotPlaced(_("Two constituencies are called %(name)s; their code is needed.") % {"name": seat.name})
        return named[0] if named else None

    def _make(self, seat: Seat, code: str) -> Constituency:
        name = folded(seat.name) or seat.name.casefold()
        free = (
            one[:80] for one in (code, name, f"{name}-{folded(seat.region)}") if one and one[:80] not in self.by_code
        )
        code = next(free, "") or f"{name[:70]}-{len(self.by_code)}"
        made = Constituency(legislature=self.legislature, boundary_set=self.boundary_set, code=code, name=seat.name)
        made.region, made.translations = seat.region, seat.translations
        made.valid_from, made.valid_to = known_dates(self.boundary_set, code)
        self.made.append(made)
        self._enter(made)
        return made

    def _learn(self, held: Constituency, seat: Seat, code: str) -> None:
        """What the directory did not have: an official code, a name in place of one, names in other languages."""
        before = (held.code, held.name, held.region, dict(held.translations))
        if is_official(code) and not is_official(held.code) and code not in self.by_code:
            held.code = code
            self.by_code[code] = held
        if held.name == held.code and seat.name and seat.name != held.name:
            held.name = seat.name
            self.by_name.setdefault(folded(seat.name), []).append(held)
        held.region = held.region or seat.region
        held.translations = {**seat.translations, **held.translations}
        if seat.part_of:
            parent = self.place(seat.part_of)
            if held.part_of_id is None and held.part_of is None:
                self._parents.append((held, parent))
        if held.pk and before != (held.code, held.name, held.region, held.translations):
            self.changed[held.pk] = held

    def save(self) -> None:
        Constituency.objects.bulk_create(self.made, batch_size=500)
        for child, parent in self._parents:
            if child.pk != parent.pk and child.part_of_id is None:
                child.part_of_id = parent.pk
                self.changed[child.pk] = child
        fields = ["code", "name", "region", "translations", "part_of"]
        Constituency.objects.bulk_update(self.changed.values(), fields, batch_size=300)


def set_of(seats: Iterable[Seat], legislature: Legislature, on: date) -> str:
    """The boundary set that a file without a word about it is of: that which has most of its codes and names.

    Where none has half of them, the numbering tells, or the days of the sets, or else it is the set in use.
    """
    wanted = {(seat.code if is_official(seat.code) else "", folded(seat.name)) for seat in seats}
    known: dict[str, set[str]] = {}
    coded: set[str] = set()  # sets whose names do not count beside a code
    of_the_day: set[str] = set()
    for seat in legislature.constituencies.all():
        known.setdefault(seat.boundary_set, set()).update((seat.code, folded(seat.name)))
        coded |= {seat.boundary_set} if is_official(seat.code) else set()
        if seat.valid_from and seat.valid_from <= on < (seat.valid_to or date.max):
            of_the_day.add(seat.boundary_set)
    fits = {
        name: sum((code if code and name in coded else named) in held for code, named in wanted)
        for name, held in known.items()
    }
    best = max(fits, key=lambda name: (fits[name], name == legislature.boundary_set), default="")
    numbers = Counter(_westminster(code) for code, _name in wanted)
    numbered, number = numbers.most_common(1)[0] if numbers else ("", 0)
    numbered = numbered if number * 2 > len(wanted) else ""
    # Before and after a review many names are the same: they say less than a number, if the set has a name.
    if fits and fits[best] * 2 > len(wanted) and (best in coded or not best or not numbered):
        return best
    return numbered or (of_the_day.pop() if len(of_the_day) == 1 else legislature.boundary_set)


def _westminster(code: str) -> str:
    """The set of a seat of the UK Parliament: the register of the Office for National Statistics numbers them on."""
    for prefix, last_of_2010 in (("E14", 1062), ("W07", 80), ("S14", 59), ("N06", 18)):
        if code.startswith(prefix):
            return "2010" if int(code[3:]) <= last_of_2010 else "2024"
    return "2024" if code.startswith("N05") else ""


def distinct(seats: Iterable[Constituency | None]) -> int:
    return len({id(seat) for seat in seats if seat is not None})
