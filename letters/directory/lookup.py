"""A postcode, as a person types it → the constituencies it lies in → who sits for them on a day."""

import re
import unicodedata
from datetime import date

from django.db import models
from django.utils.translation import gettext_lazy as _

from letters.models import Constituency, Legislature, Representative

# The six shapes of BS 7666 and which letters may stand where: no Q, V, X first; no I, J, Z second; no C, I, K, M, O, V
# in the second half, which begins with a digit. GIR 0AA is the odd one out.
_INWARD = r"[0-9][ABD-HJLNP-UW-Z]{2}"
_OUTWARD = r"[A-PR-UWYZ](?:[0-9]{1,2}|[A-HK-Y][0-9]{1,2}|[0-9][A-HJKPSTUW]|[A-HK-Y][0-9][ABEHMNPRVWXY])"
_POSTCODE = re.compile(f"{_OUTWARD}{_INWARD}|GIR0AA")
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


def parse_postcode(text: str) -> str:
    """The postcode in capitals without a space, as the directory keeps it. Raises PostcodeError."""
    if len(text) > 40:
        raise PostcodeError(Reason.MALFORMED)
    plain = _plain(text)
    if not plain:
        raise PostcodeError(Reason.EMPTY)
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


def spaced(postcode: str) -> str:
    """As it is written on an envelope: SW1A 1AA."""
    return f"{postcode[:-3]} {postcode[-3:]}"


def constituencies_for(postcode: str, legislature: Legislature) -> list[Constituency]:
    """Today's, for a postcode as parse_postcode gives it; none when the directory does not hold it."""
    return list(Constituency.objects.current(legislature).filter(postcodes__postcode=postcode))


def locate(text: str, legislature: Legislature) -> list[Constituency]:
    """The constituencies of a postcode as typed, at least one. Raises PostcodeError, and never guesses."""
    postcode = parse_postcode(text)
    found = constituencies_for(postcode, legislature)
    if not found:
        raise PostcodeError(Reason.NORTHERN_IRELAND if postcode.startswith("BT") else Reason.UNKNOWN)
    return found


def representatives_for(constituency: Constituency, on: date) -> list[Representative]:
    """Those who hold the seat on that day; none when it is vacant."""
    serving = Representative.objects.of(constituency).serving(on)
    return list(serving.select_related("legislature", "constituency"))
