"""Whom and what there is to attack: Alice's organisation with one of everything, and Charlie's."""

from typing import Any

from campaigns.models import Campaign, Organisation, Signature
from config import links
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_facts,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
)

NOBODY = "nobody@example.org"


def make() -> None:
    alices, charlies = make_organisation(name="Alice’s", slug="alices"), make_organisation(name="Bo’s", slug="charlies")
    legislature, _, representative = make_seat("SW1A1AA")
    library = make_campaign(slug="library", organisation=alices, legislature=legislature, arabic=True)
    make_facts(library)
    make_campaign(slug="charlies-own", organisation=charlies)
    for number in range(30):
        make_signature(library, name=f"Signatory {number}", email=f"s{number}@example.org")
    make_campaign_letter(library, representative)
    for name, organisation, role in (
        ("alice", alices, "owner"),
        ("bob", alices, "viewer"),
        ("charlie", charlies, "owner"),
        ("dora", alices, "editor"),
    ):
        make_user(f"{name}@example.org", organisation, role, name=name.title())


def library() -> Campaign:
    return Campaign.objects.get(slug="library")


def organisation() -> Organisation:
    return Organisation.objects.get(slug="alices")


def signature(**fields: Any) -> Signature:
    return make_signature(library(), **fields)


def path(purpose: str, page: str, row: Any) -> str:
    return f"/{page}/{links.token(purpose, row.uuid)}/"
