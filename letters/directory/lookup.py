"""A postcode, as a person types it → the constituencies it lies in → who sits for them on a day.

What the exact table says goes before what a provider says, and that before the ranges, which are a guess.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from django.db import models
from django.db.models import Max, Q
from django.db.models.functions import Length
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from config import prepared
from config.appending import Sql
from config.held import Held
from letters.models import Constituency, Legislature, Postcode, PostcodeRange, Representative

# The six shapes of BS 7666 and which letters may stand where: no Q, V, X first; no I, J, Z second; no C, I, K, M, O, V
# in the second half, which begins with a digit. GIR 0AA is the odd one out.
# Lists still have NPT and the ends of W1, which nobody is given now.
_INWARD = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_OUTWARD = r"[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])|W1[MNRVXY]|NPT"
_POSTCODE = re.compile(f"(?:{_OUTWARD}){_INWARD}|GIR0AA")
_FIRST_HALF = re.compile(_OUTWARD)

# Well formed like the UK's, but no home in a constituency of its parliament: Jersey, Guernsey, Isle of Man, Gibraltar
# and the forces' post offices.
_NO_CONSTITUENCY = ("JE", "GY", "IM", "GX", "BF")

# Shapes of other countries' postcodes, in capitals and without spaces.
_FOREIGN = re.compile(
    r"[0-9]{3,10}"  # France, Germany, the United States, India …
    r"|[0-9]{2,5}-[0-9]{2,5}"  # Poland, Portugal, Japan, Brazil, ZIP+4
    r"|[A-Z]{1,3}-[0-9]{3,6}"  # a country's letters before the number: D-10115, LV-1010
    r"|[ABCEGHJ-NPRSTVXY][0-9][A-Z]-?[0-9][A-Z][0-9]"  # Canada
    r"|[0-9]{4}[A-Z]{2}"  # the Netherlands
    r"|(?:[AC-FHKNPRTV-Y][0-9]{2}|D6W)[0-9AC-FHKNPRTV-Y]{4}"  # Ireland
    r"|[A-Z][0-9]{4}[A-Z]{3}"  # Argentina
    r"|[A-Z]{3}[0-9]{4}"  # Malta
    r"|[A-Z]{4}1ZZ"  # overseas territories: FIQQ 1ZZ
)

_JOINERS = re.compile(r"[\s.\u2010-\u2015\u2212_-]")
_ZIP = re.compile(r"([0-9]{5})(?:[0-9]{4})?")
_ANY = re.compile(r"((?=.*[0-9])[0-9A-Z]{2,10})")


class Reason(models.TextChoices):
    EMPTY = "empty", _("Enter your postcode.")
    MALFORMED = "malformed", _("This is not a UK postcode. Enter a full one, such as SW1A 1AA.")
    INCOMPLETE = (
        "incomplete",
        _(
            "This is the first half of a postcode, and it covers several constituencies. Enter the full one, such as "
            "SW1A 1AA."
        ),
    )
    FOREIGN = (
        "foreign",
        _(
            "This postcode is not in a UK constituency. If you vote from abroad or serve in the forces, enter the "
            "postcode of your last home in the UK, or choose your constituency from the list."
        ),
    )
    NORTHERN_IRELAND = (
        "northern_ireland",
        _("We cannot look up postcodes in Northern Ireland. Choose your constituency from the list."),
    )
    NO_ZIP = "no_zip", _("This is not a ZIP code. Enter its five digits, such as 20500.")
    NO_POSTCODE = "no_postcode", _("This is not a postcode. Check it, or choose your constituency from the list.")
    UNKNOWN = (
        "unknown",
        _("We do not know this postcode; it may be new. Check it, or choose your constituency from the list."),
    )


class PostcodeError(ValueError):
    """`str()` is a sentence for the person who typed it, in their language."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return str(self.reason.label)


def _plain(text: str) -> str:
    """Capitals and ASCII digits: full-width letters and any script's digits are what a phone's keyboard gives."""
    folded = unicodedata.normalize("NFKC", text).upper()
    kept = (character for character in folded if unicodedata.category(character) != "Cf")
    return "".join(str(unicodedata.digit(character, character)) for character in kept).strip()


def parse_postcode(text: str, country: str = "GB") -> str:
    """The postcode in capitals without a space, as the directory keeps it; of a ZIP+4 the five digits.

    Raises PostcodeError. A country that is not known counts as the United Kingdom.
    """
    british = country in ("GB", "")
    bare = text.replace(" ", "")
    if british and _POSTCODE.fullmatch(bare) and not bare.startswith(_NO_CONSTITUENCY):
        return bare  # nothing to mend, which is so in every row of a table of a million
    malformed = Reason.MALFORMED if british else Reason.NO_ZIP if country == "US" else Reason.NO_POSTCODE
    if len(text) > 40:
        raise PostcodeError(malformed)
    plain = _plain(text)
    if not plain:
        raise PostcodeError(Reason.EMPTY)
    if british:
        return _british(plain)
    found = (_ZIP if country == "US" else _ANY).fullmatch(_JOINERS.sub("", plain))
    if found is None:
        raise PostcodeError(malformed)
    return found[1]


def _british(plain: str) -> str:
    compact = _JOINERS.sub("", plain)
    # The second half begins with a digit, so a letter O there was meant as a nought.
    compact = re.sub(r"O(?=[A-Z]{2}$)", "0", compact) if len(compact) > 4 else compact
    if _POSTCODE.fullmatch(compact):
        if compact.startswith(_NO_CONSTITUENCY):
            raise PostcodeError(Reason.FOREIGN)
        return compact
    if _FOREIGN.fullmatch("".join(plain.split())):
        raise PostcodeError(Reason.FOREIGN)
    raise PostcodeError(Reason.INCOMPLETE if _FIRST_HALF.fullmatch(compact) else Reason.MALFORMED)


def spaced(postcode: str, country: str = "GB") -> str:
    """As it is written on an envelope: SW1A 1AA."""
    return f"{postcode[:-3]} {postcode[-3:]}" if country in ("GB", "") else postcode


@dataclass(frozen=True)
class Place:
    """`constituencies`: at least one; several, where a postcode crosses a border. `guessed`: from the ranges."""

    constituencies: list[Constituency]
    guessed: bool = False


class Provider(Protocol):
    """A look-up that asks somebody else. It is told a postcode, as parse_postcode gives it, and nothing more."""

    def constituencies(self, postcode: str, legislature: Legislature, on: date) -> Sequence[Constituency]:
        """Those it is sure of; none when it does not know, or cannot be reached."""


# Asked in their order, where the table does not hold the postcode.
PROVIDERS: list[Provider] = []


def constituencies_for(postcode: str, legislature: Legislature, on: date | None = None) -> list[Constituency]:
    """Those of the exact table on that day, for a postcode as parse_postcode gives it; none when it is not there."""
    keys = {key for (key,) in prepared.ask(_OF_A_POSTCODE, [postcode])}  # each signature asks for it
    if not keys:
        return []
    known = _held.get((legislature.pk, legislature.boundary_set, on), lambda: _all_seats(legislature, on))
    if known is None:
        return _seats(list(keys), legislature, on)
    return _narrowest(seat for _place, seat in sorted(known[key] for key in keys if key in known))


_OF_A_POSTCODE = f"SELECT constituency_id FROM {Postcode._meta.db_table} WHERE postcode = %s"
MOST_SEATS_HELD = 5_000
_held: Held[dict[int, tuple[int, Constituency]] | None] = Held(seconds=60, most=20)


def _all_seats(legislature: Legislature, on: date | None) -> dict[int, tuple[int, Constituency]] | None:
    """With their places in the order; None where they are too many to be held."""
    seats = Constituency.objects.current(legislature, on).select_related("part_of__part_of")
    found = list(seats[: MOST_SEATS_HELD + 1])
    return None if len(found) > MOST_SEATS_HELD else {seat.pk: (place, seat) for place, seat in enumerate(found)}


def asked_as_it_is_written(postcode: str, legislature: Legislature) -> Sql:
    """Today's one constituency of a postcode, its `id` and `name`, as a question for the statement that writes it down:
    each signature asks for it. No row where there is none, or several."""
    question = _questions.get((legislature.pk, legislature.boundary_set), lambda: _question(legislature))
    if question is None:
        found = constituencies_for(postcode, legislature)
        return Sql(_BY_KEY, (found[0].pk if len(found) == 1 else None,))
    text, before, after = question
    return Sql(text, (*before, postcode, *after))


_BY_KEY = f"SELECT id, name FROM {Constituency._meta.db_table} WHERE id = %s"
Values = tuple[object, ...]
_questions: Held[tuple[str, Values, Values] | None] = Held(seconds=60, most=20)


def _question(legislature: Legislature) -> tuple[str, Values, Values] | None:
    """With the values before the postcode, and those after it. None where constituencies may lie within others, of
    which only constituencies_for() knows the narrowest."""
    seats = Constituency.objects.current(legislature)
    if seats.filter(part_of__isnull=False).exists():
        return None
    here = "\0"  # no value is this, nor ever a postcode
    of_postcode = Postcode.objects.filter(postcode=here).values("constituency")
    text, values = seats.filter(pk__in=of_postcode).values("id", "name").query.sql_with_params()
    place = values.index(here)
    text = f"SELECT min(id) AS id, min(name) AS name FROM ({text}) AS seat HAVING count(*) = 1"
    return text, values[:place], values[place + 1 :]


def locate(text: str, legislature: Legislature, on: date | None = None) -> Place:
    """Where a postcode, as typed, lay on that day (today). Raises PostcodeError."""
    postcode = parse_postcode(text, legislature.country)
    if found := constituencies_for(postcode, legislature, on):
        return Place(found)
    for provider in PROVIDERS:
        if found := _narrowest(provider.constituencies(postcode, legislature, on or timezone.localdate())):
            return Place(found)
    if found := _guessed(postcode, legislature, on):
        return Place(found, guessed=True)
    northern_irish = legislature.country in ("GB", "") and postcode.startswith("BT")
    raise PostcodeError(Reason.NORTHERN_IRELAND if northern_irish else Reason.UNKNOWN)


def _seats(keys: Sequence[int], legislature: Legislature, on: date | None) -> list[Constituency]:
    """The second of two steps, each by its index: a planner that has no figures yet would try all in turn."""
    if not keys:
        return []
    seats = Constituency.objects.current(legislature, on).filter(pk__in=keys)
    return _narrowest(seats.select_related("part_of__part_of"))


def _narrowest(found: Iterable[Constituency]) -> list[Constituency]:
    """Without what contains another of them: a constituency and its region are one place."""
    seats = list(found)
    around = {pk for seat in seats for pk in _within(seat)[1:]}
    return [seat for seat in seats if seat.pk not in around]


def _within(seat: Constituency) -> list[int]:
    """The constituency, what it is part of, what that is part of …; each once, for a circle is easily entered."""
    pks: list[int] = []
    place: Constituency | None = seat
    while place is not None and place.pk not in pks:
        pks.append(place.pk)
        place = place.part_of
    return pks


def _guessed(postcode: str, legislature: Legislature, on: date | None) -> list[Constituency]:
    """By the ranges that hold the postcode. None leaves its first half: AB1 is not between AB10 and AB19."""
    first_half = postcode[:-3] if legislature.country in ("GB", "") else ""
    holding = (
        PostcodeRange.objects.filter(first__gte=first_half, first__lte=postcode, last__gte=postcode)
        .annotate(length=Length("first"))
        .filter(length=len(postcode))
    )
    return _seats(list(holding.values_list("constituency", flat=True)), legislature, on)


def representatives_for(constituency: Constituency, on: date) -> list[Representative]:
    """Those who sit on that day for it, then those for what it is part of; none when the seat is vacant."""
    around = _within(constituency)
    serving = Representative.objects.filter(constituency__in=around).serving(on)
    found = list(serving.select_related("legislature", "constituency"))
    return sorted(found, key=lambda one: around.index(one.constituency_id or 0))


def everybody(legislature: Legislature, on: date) -> list[Representative]:
    """Whom anybody may write to, wherever they live: all of a list; elsewhere those who sit for no constituency."""
    serving = legislature.representatives.serving(on).select_related("legislature", "constituency")
    return list(serving if legislature.kind == Legislature.Kind.LIST else serving.filter(constituency=None))


def why_nobody(constituency: Constituency, on: date) -> str:
    """A sentence for the page, where representatives_for gives nobody. It does not say who held the seat."""
    legislature, language = constituency.legislature, get_language() or "en"
    not_over = Q(valid_to__isnull=True) | Q(valid_to__gt=on)
    if dissolved := legislature.dissolutions.filter(not_over, valid_from__lte=on).first():
        name = legislature.name_in(language)
        if dissolved.valid_to is None:
            return _now("%(legislature)s is dissolved. It has no members until it is elected again.") % {
                "legislature": name
            }
        return _now("%(legislature)s is dissolved. It has members again from %(day)s.") % {
            "legislature": name,
            "day": date_format(dissolved.valid_to),
        }
    place = constituency.name_in(language)
    if constituency.valid_to and constituency.valid_to <= on:
        return _now("There has been no constituency of %(constituency)s since %(day)s.") % {
            "constituency": place,
            "day": date_format(constituency.valid_to),
        }
    since = constituency.representatives.filter(valid_to__lte=on).aggregate(day=Max("valid_to"))["day"]
    if since is None:
        return _now("We do not know who sits for %(constituency)s.") % {"constituency": place}
    return _now("The seat of %(constituency)s has been vacant since %(day)s.") % {
        "constituency": place,
        "day": date_format(since),
    }
