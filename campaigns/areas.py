"""The constituency that a supporter is counted in: their postcode's, where it lies in one alone. We do not guess."""

from config.appending import NOTHING, Found
from letters.directory import lookup
from letters.models import Constituency

from .models import Campaign, Signature


def area_of(campaign: Campaign, country: str, postcode: str) -> Constituency | None:
    """`postcode`: as our form has read it."""
    if country != "GB" or campaign.legislature is None:
        return None
    found = lookup.constituencies_for(lookup.parse_postcode(postcode), campaign.legislature)
    return found[0] if len(found) == 1 else None


def found_as_it_is_written(signature: Signature) -> Found:
    """The same, with what is shown of it, for the statement that inserts a signature."""
    legislature = signature.text.campaign.legislature
    if signature.country != "GB" or legislature is None:
        return NOTHING
    question = lookup.asked_as_it_is_written(lookup.parse_postcode(signature.postcode), legislature)
    shown = "COALESCE(found.name, '')" if signature.public_name else "''"
    return Found(question, (("area", "found.id"), ("public_place", shown)))
