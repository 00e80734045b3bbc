"""Popolo 1.0.1 bundles, in the dialects of EveryPolitician, Democratic Commons and TheyWorkForYou.

https://www.popoloproject.com/specs/: persons, organizations, posts, areas, events and memberships; what belongs
together is named by id (`area_id`) or embedded (`area`).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from . import dates, persons
from .found import BadFile, Found, Place, Reading, Rejected, Seat, check_number, folded, plain, without_kind
from .rows import postal_lines, web_address

Thing = dict[str, Any]
_LISTS = ("persons", "organizations", "posts", "areas", "events", "memberships")
_GSS = re.compile(r"(?<![a-z0-9])([ewsnk]\d{8})(?!\d)", re.IGNORECASE)
# What a person may belong to that is no seat.
NO_SEATS = frozenset(
    ("party", "committee", "faction", "political group", "parliamentary group", "cabinet", "ministry", "executive")
)
_SEATS = re.compile(r"legislat|chamber|parliament|house|senate|council|assembly|branch", re.IGNORECASE)
# What a membership refers to, and the kind of it.
_REFERENCES = {
    "person": "persons",
    "organization": "organizations",
    "post": "posts",
    "area": "areas",
    "on_behalf_of": "organizations",
}


def is_bundle(data: Any) -> bool:
    """Persons alone are a bundle when their memberships stand in them, memberships alone when their persons do."""
    if not isinstance(data, dict):
        return False
    nested = [
        held for kind in _LISTS[:3] for thing in things(data.get(kind)) for held in things(thing.get("memberships"))
    ]
    if isinstance(data.get("persons"), list):
        return bool(nested) or isinstance(data.get("memberships"), list)
    return any(is_membership(held) for held in (*nested, *things(data.get("memberships"))))


def is_membership(thing: Any) -> bool:
    """By itself, with the person in it."""
    return (
        isinstance(thing, dict)
        and isinstance(thing.get("person"), dict)
        and any(isinstance(thing.get(name), dict | str) for name in ("organization", "post", "area", "on_behalf_of"))
    )


def read(name: str, data: Thing, reading: Reading, line: int = 0) -> None:
    """`line`: where all of it stands; without it, memberships are numbered."""
    Bundle(name, data, reading, line).read()


def things(value: Any) -> list[Thing]:
    return [thing for thing in value if isinstance(thing, dict)] if isinstance(value, list) else []


def words(value: Any) -> tuple[str, dict[str, str]]:
    """A text, and the same in other languages: it may be {"lang:en": …, "cy": …}."""
    if not isinstance(value, dict):
        return plain(str(value)) if isinstance(value, str | int) else "", {}
    texts = {
        str(key).removeprefix("lang:").lower().replace("_", "-"): plain(text)
        for key, text in value.items()
        if isinstance(text, str) and text.strip()
    }
    first = next((tag for tag in ("en", "en-gb", "mul", *texts) if tag in texts), "")
    return texts.pop(first, ""), texts


def text(thing: Mapping[str, Any], *keys: str) -> str:
    return next((found for key in keys if (found := words(thing.get(key))[0])), "")


class Bundle:
    def __init__(self, name: str, data: Thing, reading: Reading, line: int = 0) -> None:
        self.name, self.data, self.reading, self.line = name, data, reading, line
        check_number(name, len(things(data.get("memberships"))))
        self.by_id = {kind: self._by_id(kind) for kind in _LISTS if kind != "memberships"}
        self.seats: dict[str, Seat] = {}
        self._no_cycles()
        self._take_in_embedded()
        self.has_chamber = any(_SEATS.search(_kind(body)) for body in self.by_id["organizations"].values())
        self.parties = self._parties()

    def _by_id(self, kind: str) -> dict[str, Thing]:
        found: dict[str, Thing] = {}
        for number, thing in enumerate(things(self.data.get(kind)), 1):
            key = str(thing.get("id", ""))
            if key and key in found and found[key] != thing:
                raise BadFile(
                    _("%(name)s: the id %(id)s stands twice among the %(kind)s, the second time as number %(number)s.")
                    % {"name": self.name, "id": key[:80], "kind": kind, "number": number}
                )
            found[key or f"#{number}"] = thing
        return found

    def _no_cycles(self) -> None:
        for kind in ("areas", "organizations"):
            sound: set[str] = set()
            for start in self.by_id[kind]:
                path, at = set[str](), start
                while at and at not in sound:
                    if at in path:
                        raise BadFile(
                            _("%(name)s: the %(kind)s go round in a circle at %(id)s.")
                            % {"name": self.name, "kind": kind, "id": at[:80]}
                        )
                    path.add(at)
                    at = str(self.by_id[kind].get(at, {}).get("parent_id") or "")
                sound |= path

    def _take_in_embedded(self) -> None:
        """Some embed a thing where it comes first, and name it by its id from there on."""
        for held, _nested in self._held():
            for name, kind in _REFERENCES.items():
                thing = held.get(name)
                if isinstance(thing, dict) and thing.get("id"):
                    self.by_id[kind].setdefault(str(thing["id"]), thing)

    def _parties(self) -> dict[str, str]:
        """By person, from memberships of parties that have not ended: where no seat is held on behalf of one."""
        found: dict[str, str] = {}
        for held, _nested in self._held():
            body = self.by_id["organizations"].get(self._key(held, "organization"))
            if body and _kind(body) == "party" and not held.get("end_date"):
                found[self._key(held, "person")] = text(body, "name")
        return found

    @staticmethod
    def _key(held: Thing, name: str) -> str:
        thing = held.get(f"{name}_id", held.get(name))
        return str(thing.get("id") or text(thing, "name", "label") if isinstance(thing, dict) else thing or "")

    def _of(self, thing: Thing, name: str, kind: str) -> Thing | None:
        """What `thing` refers to as `name`; None when it refers to nothing. Raises KeyError for what is not there."""
        embedded, key = thing.get(name), thing.get(f"{name}_id")
        for one in (embedded, key):
            if isinstance(one, dict):
                return one
        if isinstance(embedded, str) and not key:  # an id, or the name itself
            return self.by_id[kind].get(embedded) or {"name": embedded} if embedded else None
        if key is None:
            return None
        try:
            return self.by_id[kind][str(key)]
        except KeyError:
            raise KeyError(f"{name} {str(key)[:60]}") from None

    def read(self) -> None:
        # Half of a count says which people and seats are meant; nothing else does.
        terms = Counter[date]()
        for number, held in enumerate(self._each(), 1):
            number = self.line or number
            try:
                found = self._found(held, number)
            except KeyError as error:
                self._reject(number, _("It refers to %(what)s, which is not in the file.") % {"what": error.args[0]})
            except dates.BadDate as error:
                self._reject(number, _("%(text)s is not a date.") % {"text": str(error)[:40]})
                self.reading.spared.add(folded(str(held.get("person_id") or "")))
            else:
                if found is not None:
                    self.reading.found.append(found)
                    if (event := self._term(held)) and (began := dates.first_day(event.get("start_date"))):
                        terms[began] += 1
        begun = [day for day in terms if day <= timezone.localdate()]
        if begun:
            self.reading.period = max([*begun, *filter(None, [self.reading.period])])
        self._legislature()

    def _reject(self, number: int, reason: str) -> None:
        self.reading.rejected.append(Rejected(number, reason))

    def _each(self) -> Iterator[Thing]:
        """Every membership once: some stand in a list of their own, and in the person and the organization too."""
        ids: dict[str, Thing] = {}
        seen: set[tuple[str, ...]] = set()
        for held, nested in self._held():
            refers = tuple(self._key(held, name) for name in _REFERENCES)
            says = tuple(str(held.get(name) or "") for name in ("start_date", "end_date", "legislative_period_id"))
            key = str(held.get("id") or "")
            first = ids.setdefault(key, held) if key else held
            if first != held and (not nested or self._key(first, "person") != refers[0]):
                raise BadFile(_("%(name)s: two memberships have the id %(id)s.") % {"name": self.name, "id": key[:80]})
            if nested and (first is not held or (*refers, *says) in seen):
                continue
            seen.add((*refers, *says))
            yield held

    def _held(self) -> Iterator[tuple[Thing, bool]]:
        """Every membership, wherever it stands, with what it stands in, and whether it stands in something."""
        for held in things(self.data.get("memberships")):
            yield held, False
        for kind, name in (("persons", "person"), ("organizations", "organization"), ("posts", "post")):
            for thing in self.by_id[kind].values():
                for held in things(thing.get("memberships")):
                    yield ({**held, name: thing} if not {name, f"{name}_id"} & held.keys() else held), True

    def _term(self, held: Thing) -> Thing | None:
        key = held.get("legislative_period_id")
        embedded = held.get("legislative_period")
        return embedded if isinstance(embedded, dict) else self.by_id["events"].get(str(key)) if key else None

    def _found(self, held: Thing, number: int) -> Found | None:
        """None: a membership that is no seat, as of a party."""
        post = self._of(held, "post", "posts")
        body = self._of(held, "organization", "organizations") or (
            post and self._of(post, "organization", "organizations")
        )
        if body and self._is_no_chamber(body, held):
            return None
        holder = self._of(held, "person", "persons") or self._of(held, "member", "persons")
        if holder is None:
            raise KeyError(_("no person"))
        found = self._person(holder, number)
        if not found.name:
            self._reject(number, _("There is no name."))
            return None
        party = self._of(held, "on_behalf_of", "organizations")
        area = self._of(held, "area", "areas") or (post and self._of(post, "area", "areas"))
        found.party = (text(party, "name") if party else self.parties.get(found.person, ""))[:200]
        found.seat = self._seat(area) if area else self._seat_of_label(post) if post else None
        self._role(found, held, post, body)
        self._dates(found, held, post)
        self._contact(found, held, holder, post)
        return found

    def _is_no_chamber(self, body: Thing, held: Thing) -> bool:
        if _kind(body) in NO_SEATS:
            return True
        placed = any(held.get(name) for name in ("area", "area_id", "post", "post_id", "legislative_period_id"))
        return self.has_chamber and not placed and not _SEATS.search(f"{_kind(body)} {text(body, 'name')}")

    def _role(self, found: Found, held: Thing, post: Thing | None, body: Thing | None) -> None:
        _role, others = words(held.get("role"))
        for tag, other in others.items():
            texts = self.reading.legislature.setdefault("translations", {}).setdefault(tag, {})
            texts.setdefault("roles", {}).setdefault(_role, other)
        role = text(held, "role") or (text(post, "role") if post else "") or text(held, "label")
        found.role = "" if role.lower() in persons.EMPTY_ROLES else role[:200]
        found.chamber = text(body, "name") or str(body.get("id") or "") if body else ""
        found.office = persons.office_of(found.role, found.chamber.replace("-", " "))

    def _dates(self, found: Found, held: Thing, post: Thing | None) -> None:
        term = self._term(held) or {}
        period = str(held.get("legislative_period_id") or term.get("id") or "")
        found.period = period.rpartition("/")[2]
        for source in (term, held):
            if source.get("start_date"):
                found.valid_from = dates.first_day(source["start_date"])
            if source.get("end_date"):
                found.valid_to = dates.first_day_no_longer(source["end_date"])

    def _person(self, holder: Thing, number: int) -> Found:
        mains = [name for name in things(holder.get("other_names")) if name.get("note") == "Main"]
        main = max(mains, key=lambda name: str(name.get("start_date") or ""), default={})
        lord = " ".join(filter(None, (text(main, "honorific_prefix"), text(main, "lordname"))))
        place = text(main, "lordofname")
        lord = f"{lord} of {place}" if lord and place else lord
        given = text(holder, "given_name", "first_name") or text(main, "given_name")
        family = text(holder, "family_name", "last_name") or text(main, "family_name")
        whole = text(holder, "name") or (lord if text(main, "lordname") else f"{given} {family}".strip())
        before, whole, after = persons.titles(whole)
        if not (given and family):
            given, family = persons.split_by_sort_name(whole, text(holder, "sort_name"))
        prefix = text(holder, "honorific_prefix") or before
        return Found(
            Place(self.name, number),
            whole[:200],
            person=str(holder.get("id") or "")[:100],
            given_name=given[:100],
            family_name=family[:100],
            honorific_prefix=prefix[:60],
            honorific_suffix=(text(holder, "honorific_suffix") or after)[:60],
            gender=persons.gender_of(text(holder, "gender")) or persons.gender_of_title(prefix),
        )

    def _contact(self, found: Found, held: Thing, holder: Thing, post: Thing | None) -> None:
        """What belongs to the seat goes before what belongs to the person."""
        details = [detail for thing in (held, post or {}, holder) for detail in things(thing.get("contact_details"))]

        def of(*types: str) -> list[str]:
            wanted = (detail for detail in details if str(detail.get("type", "")).lower() in types)
            return [str(detail.get("value") or "") for detail in wanted if not _is_over(detail)]

        emails = [str(thing.get("email") or "") for thing in (held, post or {}, holder)]
        email = persons.email_of(*of("email", "e-mail"), *emails)
        found.email = email.address
        if email.problem:
            self.reading.notes.append(
                _("%(name)s, membership %(number)s: “%(text)s” is not an email address")
                % {"name": self.name, "number": found.place.line, "text": email.problem}
            )
        found.address = "\n".join(next((lines for value in of("address") if (lines := postal_lines(value))), []))
        found.contact_form = next((url for value in of("contact_form", "form") if (url := web_address(value))), "")

    def _seat(self, area: Thing) -> Seat | None:
        key = str(area.get("id") or id(area))
        if key not in self.seats:
            name, others = words(area.get("name"))
            translations = {tag: {"name": without_kind(other)[:200]} for tag, other in others.items()}
            for other in things(area.get("other_names")):
                if (tag := str(other.get("lang") or "").lower()) and text(other, "name"):
                    translations.setdefault(tag, {"name": text(other, "name")[:200]})
            parent = self._of(area, "parent", "areas") if str(area.get("parent_id")) in self.by_id["areas"] else None
            region = text(parent, "name")[:100] if parent else ""
            self.seats[key] = Seat(without_kind(name)[:200], self._code(area), region, translations)
        return self.seats[key] if self.seats[key].name else None

    def _seat_of_label(self, post: Thing) -> Seat | None:
        label = text(post, "label")
        return Seat(without_kind(label)[:200]) if label and label != text(post, "role") else None

    def _code(self, area: Thing) -> str:
        """The official code, where an identifier holds one, else what the source calls it."""
        others = [str(one.get("identifier") or "") for one in things(area.get("identifiers"))]
        for candidate in (str(area.get("identifier") or ""), *others, str(area.get("id") or "")):
            if match := _GSS.search(candidate):
                return match[1].upper()
            if candidate.startswith("ocd-division/"):
                return candidate[:80]
        return plain(str(area.get("identifier") or area.get("id") or ""))[:80]

    def _legislature(self) -> None:
        for body in self.by_id["organizations"].values():
            if text(body, "classification").lower() in ("legislature", "chamber", "branch", "lower chamber", "council"):
                name, others = words(body.get("name"))
                self.reading.legislature.setdefault("name", name)
                for tag, other in others.items():
                    texts = self.reading.legislature.setdefault("translations", {}).setdefault(tag, {})
                    texts.setdefault("name", other)


def _kind(body: Thing) -> str:
    return text(body, "classification").lower()


def _is_over(detail: Thing) -> bool:
    try:
        until = dates.first_day_no_longer(detail.get("valid_until"))
    except dates.BadDate:
        return False
    return until is not None and until <= timezone.localdate()
