"""One row of a table, or one flat object, by what its columns were taken for → one Found."""

import html
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import override
from django_countries import countries

from . import dates, persons
from .found import Found, Place, Rejected, Seat, folded, plain, without_kind

LONGEST = {"name": 200, "given_name": 100, "family_name": 100, "honorific_prefix": 60, "honorific_suffix": 60}


@dataclass(slots=True)
class Habits:
    """What only the whole column shows."""

    name: str  # of the file
    month_first: bool = False
    loud_names: bool = False  # family names in capitals
    loud_given: bool = False
    family_first: bool = False  # "Afriyie, Adam"
    genders: list[str] = field(default_factory=list)
    regions: frozenset[str] = frozenset()  # folded names of those that have members of their own, beside their seats
    note: Callable[[str], None] = lambda said: None


CHAMBERS = {"upper": "Senate", "lower": "House"}
_NUMBER = re.compile(r"(?:[^\W\d]+ )?\d+\w{0,3}|\d+\w{1,3} \w+|\d+ (?:[a-zß-ÿ]\w*|District|Ward|Wahlkreis)")
# Of whom the whole country, or all of the list, is the constituency.
_FORMER = frozenset(
    ("false", "0", "no", "n", "inactive", "ancien", "ancienne", "former", "left", "resigned", "deceased")
)
_NO_PLACE = frozenset(("list", "listmp", "partylist", "nationallist", "atlarge", "none", "na", "landesliste"))
# "222 - Rosenheim (Bundestag 2021 - 2025)", "Ann Bee (Leader)"
_TERM = re.compile(r"\s*\([^()]*\d{4}\s*[-–]\s*(?:\d{4})?\s*\)$")
_AFTER_THE_NAME = re.compile(r"(?<=\w)\s*\([^()]*\)$")
_EUROPEAN = {"EL": "GR", "UK": "GB"}  # as the European Union writes two of the codes of ISO 3166
_POSTCODE = re.compile(r"\d{4,6}")
Cells = Mapping[str, list[str]]  # field → its cells, in the order of the columns


def habits_of(name: str, rows: list[Cells], note: Callable[[str], None]) -> Habits:
    def cells(*fields: str) -> list[str]:
        return [cell for row in rows for wanted in fields for cell in row.get(wanted, []) if cell]

    def loud(names: list[str]) -> bool:
        shouted = sum(any(persons.shouted(word) and len(word) > 2 for word in cell.split()) for cell in names)
        return shouted > 0.7 * len(names) > 0

    def regional(row: Cells) -> Iterator[str]:
        if any(any(row.get(wanted, [])) for wanted in ("constituency", "province", "country")):
            return
        yield from (folded(cell) for cell in row.get("region", []) if cell)

    return Habits(
        name=name,
        month_first=dates.month_comes_first(cells("valid_from", "valid_to")),
        loud_names=loud(cells("family_name") or cells("name")),
        loud_given=loud(cells("given_name")),
        family_first=sum(cell.count(",") == 1 for cell in cells("name")) > 0.7 * len(cells("name")) > 0,
        regions=frozenset(region for row in rows for region in regional(row)),
        genders=list(dict.fromkeys(cells("gender")[:1000]))[:20],
        note=note,
    )


def found(row: Cells, line: int, habits: Habits) -> Found | Rejected:
    """`line`: of the text, or the number of the object in its list."""

    def one(wanted: str) -> str:
        return next((text for cell in row.get(wanted, []) if (text := plain(html.unescape(cell)))), "")

    person = Found(Place(habits.name, line), "")
    _name(person, row, one, habits)
    if not person.name:
        return Rejected(line, _("There is no name."))
    if len(person.name) > LONGEST["name"]:
        return Rejected(line, _("The name is longer than %(most)s characters.") % {"most": LONGEST["name"]})
    try:
        person.valid_from = dates.first_day(one("valid_from"), habits.month_first)
        person.valid_to = dates.first_day_no_longer(one("valid_to"), habits.month_first)
    except dates.BadDate as bad:
        return Rejected(line, _("%(text)s is not a date.") % {"text": str(bad)[:40]})
    person.person, person.period = one("identifier")[:100], one("period")
    person.role, person.party = one("role")[:200], one("party").partition(";")[0].strip()[:200]
    person.chamber = one("chamber")
    person.office = persons.office_of(
        person.role, person.chamber, person.honorific_prefix, person.honorific_suffix, one("titled_name")
    )
    person.gender = persons.gender_of(one("gender"), habits.genders) or persons.gender_of_title(person.honorific_prefix)
    person.contact_form = web_address(one("contact_form"))
    person.salutation = one("salutation")[:200]
    person.address = "\n".join(_address(row.get("address", [])))
    email = persons.email_of(*row.get("email", []))
    person.email = email.address
    if email.problem:
        habits.note(_("line %(line)s: “%(text)s” is not an email address") % {"line": line, "text": email.problem})
    elif email.personal:
        habits.note(_("line %(line)s: the email address is at a mail provider, not of the seat") % {"line": line})
    person.seat = _seat(one, habits)
    person.gone = person.valid_to is None and one("active").casefold() in _FORMER
    if office := _CONGRESS.get(person.chamber):
        person.office = office
    return person


def _name(person: Found, row: Cells, one: Callable[[str], str], habits: Habits) -> None:
    given = " ".join(filter(None, map(plain, row.get("given_name", []))))
    family = " ".join(filter(None, map(plain, row.get("family_name", []))))
    if habits.loud_names:
        family = persons.calmed(family)
    if habits.loud_given:
        given = persons.calmed(given)
    said = _AFTER_THE_NAME.sub("", one("name"))
    first, _comma, last = (part.strip() for part in said.partition(","))
    if habits.family_first and last and persons.titles(f"{last} A B")[1] == "A B":
        said = f"{last} {first}"  # Ann Bee, Smt.
    elif habits.family_first and last and not family:
        family, given = first, last
        family = persons.calmed(family) if habits.loud_names else family
        before, given, after = persons.titles(given) if " " in given else ("", given, "")
        said = f"{before} {given} {family} {after}".strip()
    before, whole, after = persons.titles(said)
    if given and family and any(map(persons.shouted, whole.split())) and folded(f"{given}{family}") == folded(whole):
        whole = f"{given} {family}"  # Ann BEE
    if not (given and family) and whole:
        given, family = _parts(whole, one("sort_name"), habits) if not family else (given, family)
        whole = whole if not habits.loud_names else f"{given} {family}".strip() or persons.calmed(whole)
    if one("titled_name"):
        before, formal, after = persons.titles(one("titled_name"))
        whole = whole or formal
    if not whole:
        more, given, _after = persons.titles(given) if len(given.split()) > 1 else ("", given, "")
        before = before or more
        whole = f"{given} {family}".strip()
    person.name, person.given_name, person.family_name = whole, given[:100], family[:100]
    person.honorific_prefix = (one("honorific_prefix") or before)[:60]
    person.honorific_suffix = (one("honorific_suffix") or after)[:60]


def _parts(name: str, sort_name: str, habits: Habits) -> tuple[str, str]:
    if habits.loud_names:
        return persons.split_by_capitals(name)
    return persons.split_by_sort_name(name, sort_name)


_CONGRESS = {"sen": "senator", "rep": "congress"}


def congress_seat(state: str, chamber: str, district: str) -> Seat:
    """Of the United States: a district, or the state for which its senators sit."""
    whole = Seat(state, state)
    if chamber == "sen" or not district:
        return whole
    name = f"{state} {district}" if district != "0" else f"{state} at large"
    return Seat(name, f"{state}-{district}", region=state, part_of=whole)


def _seat(one: Callable[[str], str], habits: Habits) -> Seat | None:
    province, country = one("province"), one("country")
    if one("chamber") in _CONGRESS and re.fullmatch(r"[A-Z]{2}", province):
        return congress_seat(province, one("chamber"), one("constituency"))
    seat = _place(one, province, country)
    region = one("region")[:100]
    if not region or folded(region) not in habits.regions:
        return seat
    if seat is None:
        return Seat(region)
    seat.part_of = Seat(region)
    return seat


def _place(one: Callable[[str], str], province: str, country: str) -> Seat | None:
    name = _TERM.sub("", without_kind(one("constituency")))
    if folded(name) in _NO_PLACE:
        return None
    if name:
        # Where districts have numbers, they are numbered anew in each part of the country, and for each chamber.
        chamber = CHAMBERS.get(one("chamber").lower(), one("chamber"))
        name = " ".join(filter(None, (province, chamber, name))) if _NUMBER.fullmatch(name) else name
        return Seat(name[:200], one("constituency_code")[:80], (one("region") or province or country)[:100])
    if province:
        return Seat(province[:200], one("constituency_code")[:80], one("region")[:100])
    code = _EUROPEAN.get(country.upper(), country.upper())
    if code in countries:
        with override("en"):
            return Seat(str(countries.name(code)), code)
    return Seat(country[:200]) if country else None


def _address(cells: list[str]) -> Iterator[str]:
    """A postcode stands on the line of its town."""
    before = ""
    for cell in cells:
        if _POSTCODE.fullmatch(cell.strip()) and not before and cell is not cells[-1]:
            before = f"{cell.strip()} "
            continue
        yield from postal_lines(before + cell)
        before = ""


def web_address(text: str) -> str:
    return text if text.startswith(("https://", "http://")) and len(text) <= 500 and " " not in text else ""


def postal_lines(text: str) -> list[str]:
    """Lines as they stand; one line with commas or bars is an address that was written in a row."""
    lines = [
        line for raw in text.replace("|", "\n").replace(";", "\n").splitlines() if (line := plain(raw).strip(" ,"))
    ]
    if len(lines) == 1 and lines[0].count(",") >= 2:
        lines = [part for piece in lines[0].split(",") if (part := piece.strip())]
    return lines[:9]
