"""How the directory's people are addressed: the letter's first and last line, and the first line of the envelope."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the directory asks for its envelopes' first line here
    from letters.models import Representative

_SALUTATIONS = {"en": "Dear {name},", "ar": "حضرة السيد/السيدة {name}،"}
_CLOSINGS = {"en": "Yours sincerely,", "ar": "وتفضلوا بقبول فائق الاحترام والتقدير،"}


def _in(table: dict[str, str], language: str) -> str:
    return table.get(language.lower().split("-")[0], table["en"])


def salutation(representative: "Representative", language: str) -> str:
    return _in(_SALUTATIONS, language).replace("{name}", representative.name)


def closing(representative: "Representative", language: str) -> str:
    return _in(_CLOSINGS, language)


def addressed_as(representative: "Representative", language: str) -> str:
    return representative.name
