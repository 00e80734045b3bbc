"""One entry a person: congress-legislators' terms, openstates' roles, ParlTrack's seats; and their district offices."""

from collections.abc import Callable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from . import dates, persons
from .found import Found, Place, Reading, Rejected, Seat, plain
from .popolo import Thing, text, things
from .rows import CHAMBERS, congress_seat, postal_lines, web_address


def dialect(one: Any) -> str:
    """ "" when it is no person of these."""
    if not isinstance(one, dict):
        return ""
    if isinstance(one.get("terms"), list) and isinstance(one.get("name"), dict):
        return "congress"
    if isinstance(one.get("offices"), list) and isinstance(one.get("id"), dict):
        return "offices"
    if isinstance(one.get("roles"), list) and isinstance(one.get("name"), str):
        return "openstates"
    if isinstance(one.get("memberships"), list) and isinstance(one.get("memberCode"), str):
        return "oireachtas"
    if isinstance(one.get("Constituencies"), list) and isinstance(one.get("Name"), dict):
        return "parltrack"
    return ""


def read(name: str, one: Thing, line: int, reading: Reading) -> None:
    try:
        found = list(_READERS[dialect(one)](Place(name, line), one, reading))
    except dates.BadDate as bad:
        reading.rejected.append(Rejected(line, _("%(text)s is not a date.") % {"text": str(bad)[:40]}))
        return
    if found and not found[0].name:
        reading.rejected.append(Rejected(line, _("There is no name.")))
        return
    reading.found += found


def _congress(place: Place, one: Thing, reading: Reading) -> Iterator[Found]:
    reading.legislature.setdefault("country", "US")
    name, ids, bio = one["name"], one.get("id"), one.get("bio") or {}
    given, family = text(name, "first"), text(name, "last")
    whole = text(name, "official_full") or " ".join(filter(None, (given, family, text(name, "suffix"))))
    for term in things(one.get("terms")):
        for party, start, end in _parties(term):
            role = {"sen": "Senator", "rep": "Representative"}.get(text(term, "type"), plain(text(term, "type")))
            yield Found(
                place,
                whole[:200],
                person=bioguide(ids),
                given_name=given[:100],
                family_name=family[:100],
                honorific_suffix=text(name, "suffix")[:60],
                gender=persons.gender_of(text(bio, "gender")),
                office={"sen": "senator", "rep": "congress"}.get(text(term, "type"), ""),
                role=role[:200],
                party=party[:200],
                period=str(term.get("start") or ""),
                chamber=text(term, "type"),
                address="\n".join(_capitol(text(term, "address"), text(term, "office"))),
                contact_form=web_address(text(term, "contact_form")),
                email=persons.email_of(text(term, "email")).address,
                seat=_district(term),
                valid_from=dates.first_day(start),
                # A term ends on the day, at noon, on which the next begins.
                valid_to=(bounds := dates.bounds(end)) and bounds[0],
            )


def _parties(term: Thing) -> Iterator[tuple[str, Any, Any]]:
    """Who changes party within a term has a list of them; its days do not overlap."""
    held = things(term.get("party_affiliations"))
    for index, party in enumerate(held):
        end = held[index + 1].get("start") if index + 1 < len(held) else term.get("end")
        yield text(party, "party"), party.get("start"), end
    if not held:
        yield text(term, "party"), term.get("start"), term.get("end")


def bioguide(ids: Any) -> str:
    return str(ids.get("bioguide") or ids.get("govtrack") or "")[:100] if isinstance(ids, dict) else str(ids or "")


def _district(term: Thing) -> Seat:
    district = term.get("district")
    return congress_seat(text(term, "state").upper(), text(term, "type"), "" if district is None else str(district))


def _capitol(address: str, office: str) -> list[str]:
    """ "511 Hart Senate Office Building Washington DC 20510" in two lines."""
    street, city, rest = address.rpartition(" Washington DC ")
    return [street.strip(" ,"), f"WASHINGTON DC {rest}"] if city else postal_lines(address or office)


def _offices(place: Place, one: Thing, reading: Reading) -> Iterator[Found]:
    """No seat is in it: the first complete address, for those whose own entry has none."""
    for office in things(one.get("offices")):
        lines = [text(office, "building"), " ".join(filter(None, (text(office, "address"), text(office, "suite"))))]
        town = " ".join(filter(None, (text(office, "city"), text(office, "state"), text(office, "zip"))))
        if text(office, "address") and text(office, "zip"):
            reading.addresses.setdefault(bioguide(one.get("id")), "\n".join(filter(None, (*lines, town))))
    reading.addresses.setdefault(bioguide(one.get("id")), "")
    yield from ()


def _openstates(place: Place, one: Thing, reading: Reading) -> Iterator[Found]:
    details = [*things(one.get("contact_details")), *things(one.get("offices"))]
    email = persons.email_of(text(one, "email"), *(text(detail, "email") for detail in details))
    before, whole, after = persons.titles(text(one, "name"))
    for role in things(one.get("roles")):
        title = text(role, "title") or _OPENSTATES.get(text(role, "type"), text(role, "type"))
        for party in things(one.get("party"))[-1:] or [{}]:
            yield Found(
                place,
                whole[:200],
                person=text(one, "id")[:100],
                given_name=text(one, "given_name")[:100],
                family_name=text(one, "family_name")[:100],
                honorific_prefix=before[:60],
                honorific_suffix=(text(one, "suffix") or after)[:60],
                gender=persons.gender_of(text(one, "gender")),
                office="senator" if title == "State Senator" else persons.office_of(title),
                role=title[:200],
                chamber=text(role, "type"),
                party=text(party, "name")[:200],
                email=email.address,
                address=next(("\n".join(lines) for d in details if (lines := postal_lines(text(d, "address")))), ""),
                contact_form=_form(one),
                seat=_openstates_seat(role),
                valid_from=dates.first_day(role.get("start_date")),
                valid_to=dates.first_day_no_longer(role.get("end_date")),
            )


_OPENSTATES = {"upper": "State Senator", "lower": "State Representative", "legislature": "Legislator"}


def _openstates_seat(role: Thing) -> Seat | None:
    """Both chambers number their districts."""
    district = text(role, "district")
    chamber = CHAMBERS.get(text(role, "type"), "")
    return Seat(f"{chamber} {district}".strip()[:200]) if district else None


def _form(one: Thing) -> str:
    links = [link for link in things(one.get("links")) if "contact" in f"{link.get('note')} {link.get('url')}".lower()]
    return next((url for link in links if (url := web_address(text(link, "url")))), "")


def _parltrack(place: Place, one: Thing, reading: Reading) -> Iterator[Found]:
    """https://parltrack.org/dumps: one seat a term of the European Parliament."""
    reading.legislature.setdefault("country", "EU")
    name = one["Name"]
    given, family = text(name, "sur"), persons.calmed(text(name, "family"))
    mail = one.get("Mail")
    for seat in things(one.get("Constituencies")):
        party = text(seat, "party")
        country = text(seat, "country")
        yield Found(
            place,
            (f"{given} {family}".strip() or persons.calmed(text(name, "full")))[:200],
            person=str(one.get("UserID") or "")[:100],
            given_name=given[:100],
            family_name=family[:100],
            gender=persons.gender_of(text(one, "Gender")),
            office="mep",
            party=party[:200] if party != "-" else "",
            email=persons.email_of(*map(str, mail) if isinstance(mail, list) else [str(mail or "")]).address,
            seat=Seat(country[:200]) if country else None,
            valid_from=dates.first_day(text(seat, "start")),
            valid_to=dates.first_day_no_longer(text(seat, "end")),
            period=text(seat, "term"),
        )


def _oireachtas(place: Place, one: Thing, reading: Reading) -> Iterator[Found]:
    """https://api.oireachtas.ie/v1/members: everything in a list is wrapped once more."""
    reading.legislature.setdefault("country", "IE")
    for held in _wrapped(one.get("memberships"), "membership"):
        days, house = held.get("dateRange") or {}, held.get("house") or {}
        seat = next((text(area, "showAs") for area in _wrapped(held.get("represents"), "represent")), "")
        parties = _wrapped(held.get("parties"), "party")
        yield Found(
            place,
            text(one, "fullName")[:200],
            person=text(one, "memberCode")[:100],
            given_name=text(one, "firstName")[:100],
            family_name=text(one, "lastName")[:100],
            gender=persons.gender_of(text(one, "gender")),
            office={"dail": "deputy", "seanad": "senator"}.get(text(house, "houseCode"), ""),
            role={"dail": "Teachta Dála", "seanad": "Senator"}.get(text(house, "houseCode"), ""),
            chamber=text(house, "houseCode"),
            party=text(parties[-1], "showAs")[:200] if parties else "",
            seat=Seat(seat[:200]) if seat else None,
            valid_from=dates.first_day(days.get("start")),
            valid_to=dates.first_day_no_longer(days.get("end")),
            period=text(house, "houseNo"),
        )


def _wrapped(listed: Any, name: str) -> list[Thing]:
    return [one[name] for one in things(listed) if isinstance(one.get(name), dict)]


_READERS: dict[str, Callable[[Place, Thing, Reading], Iterator[Found]]] = {
    "congress": _congress,
    "offices": _offices,
    "openstates": _openstates,
    "parltrack": _parltrack,
    "oireachtas": _oireachtas,
}
