"""A prefilled text made into one person's letter.

Placeholders are {name}s from a fixed list, replaced in one pass. It is deliberately no template language: the text
comes from the database, so nothing in it may be evaluated, and nothing that was put in is looked at again.
"""

import re
from collections.abc import Collection, Mapping
from datetime import date

from django.utils import timezone

from letters.models import Letter, Representative
from letters.pdf.profiles import for_country
from letters.pdf.sheet import one_line

from . import forms_of_address

# What every letter knows. Whoever prefills texts may offer more of their own, by passing a value for it.
PLACEHOLDERS = ("name", "representative", "constituency")

_PLACEHOLDER = re.compile(r"\{([a-z][a-z_]{0,39})\}")
# What an author may have meant for one: {Name}, { name }, {first-name}; not {}, and not a sentence in braces.
_MEANT_AS_ONE = re.compile(r"\{\s*([^\W\d][\w-]{0,39})\s*\}")


def compose(text: str, values: Mapping[str, str]) -> str:
    """`text` with each {placeholder} that has a value replaced by it; every other brace stays as it is."""
    return _PLACEHOLDER.sub(lambda found: values.get(found[1], found[0]), text)


def values_for(representative: Representative, language: str) -> dict[str, str]:
    """What the directory knows. The writer's {name} comes later, and stays open until then."""
    seat = representative.constituency
    return {
        "representative": one_line(representative.name),
        "constituency": one_line(seat.name_in(language)) if seat else "",
    }


def unknown_placeholders(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """What looks like a placeholder and would stand in the letter as it is, for its author; each once, in order."""
    return list(dict.fromkeys(found[0] for found in _MEANT_AS_ONE.finditer(text) if found[0][1:-1] not in known))


def open_placeholders(text: str, known: Collection[str] = PLACEHOLDERS) -> list[str]:
    """Placeholders that nothing has filled yet: a letter with one must not leave."""
    return list(dict.fromkeys(found[0] for found in _PLACEHOLDER.finditer(text) if found[1] in known))


def salutation_for(representative: Representative, language: str) -> str:
    return forms_of_address.salutation(representative, language)


def closing_for(representative: Representative, language: str) -> str:
    return forms_of_address.closing(representative, language)


def addressed_as(representative: Representative, language: str) -> str:
    return forms_of_address.addressed_as(representative, language)


def letter_to(
    representative: Representative,
    *,
    language: str,
    subject: str,
    body: str,
    sender_name: str,
    sender_address: str = "",
    sender_email: str = "",
    dated: date | None = None,
    foot_text: str = "",
    foot_url: str = "",
) -> Letter:
    """The letter, with what the directory says today written into it. Not saved: a preview and a PDF need no row."""
    signed = {"name": one_line(sender_name)}
    legislature = representative.legislature
    return Letter(
        representative=representative,
        recipient_name=representative.name,
        recipient_lines="\n".join(representative.postal_lines),
        recipient_time_zone=legislature.time_zone,
        sender_name=signed["name"],
        sender_address=sender_address,
        sender_email=sender_email,
        subject=one_line(compose(subject, signed)),
        salutation=salutation_for(representative, language),
        body=compose(body, signed),
        closing=closing_for(representative, language),
        language=language,
        layout=legislature.layout or for_country(legislature.country),
        dated=dated or timezone.localdate(),
        foot_text=foot_text,
        foot_url=foot_url,
    )
