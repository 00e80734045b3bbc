"""Two people who share an address: who of them is meant. A name is all that tells them apart."""

import unicodedata
from collections.abc import Iterable

from config.crypto import email_keys

from .models import Signature

PLACES = frozenset({1, 2})


def bare(name: str) -> str:
    """By which two spellings of a name are one: case, accents, spaces and points do not count."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(letter for letter in letters if letter.isalnum()) or " ".join(name.split())


def same_person(rows: Iterable[Signature], name: str) -> Signature | None:
    wanted = bare(name)
    return next((row for row in rows if bare(row.name) == wanted), None)


def others(signature: Signature) -> list[Signature]:
    """The signatures that other people gave for the same campaign with the same address, wherever they stand."""
    rows = Signature.objects.filter(campaign=signature.campaign_id, email_key__in=email_keys(signature.email))
    mine = bare(signature.name)
    return [row for row in rows.exclude(pk=signature.pk) if bare(row.name) != mine]
