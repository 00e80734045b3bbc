"""The list of those who send a merged letter, and how somebody is taken out of it."""

import re
from collections.abc import Iterable, Iterator

from django.db import models, transaction

from letters.models import Letter
from letters.pdf.sheet import one_line

from .models import CampaignLetter, MergedLetter

CHUNK = 200
# Of Britain, Canada, Portugal and Brazil, Poland, Czechia and Sweden, and those of four to six digits alone.
POSTCODE = re.compile(
    r"\b(?:[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}|[A-Z]\d[A-Z] ?\d[A-Z]\d|\d{4,5}-\d{3,4}|\d{2}-\d{3}|\d{3} \d{2}|\d{4,6})\b",
    re.IGNORECASE,
)


def line(name: str, address: str) -> str:
    """What stands in the list: the name, and the postcode by which an office knows its own constituents.

    Nothing else of the address, for nothing else was agreed to.
    """
    return ", ".join(part for part in (one_line(name), postcode_in(address)) if part)


def postcode_in(address: str) -> str:
    """The last thing in an address that is a postcode, or ""; a house number on the first of its lines is none."""
    lines = [one_line(each) for each in address.splitlines() if each.strip()]
    for each in reversed(lines[1:] or lines):
        if found := POSTCODE.findall(each):
            return str(found[-1])
    return ""


def annex(ids: Iterable[int]) -> str:
    """The list of those who wrote these letters, by name."""
    return "\n".join(sorted(_lines(list(ids)), key=str.casefold))


def _lines(ids: list[int]) -> Iterator[str]:
    for start in range(0, len(ids), CHUNK):
        rows = Letter.objects.filter(pk__in=ids[start : start + CHUNK])
        for name, address in rows.values_list("sender_name", "sender_address"):
            yield line(name, address)


def rewrite(merged: Iterable[int]) -> None:
    """Leaves in the lists of these merged letters only those who still stand in them; one with nobody is blanked."""
    with transaction.atomic():
        for row in MergedLetter.objects.select_for_update().filter(pk__in=set(merged)).order_by("pk"):
            if ids := list(standing(row.pk).values_list("letter", flat=True)):
                Letter.objects.unscrubbed().filter(pk=row.letter_id).update(annex=annex(ids))
            else:
                Letter.objects.filter(pk=row.letter_id).scrub()


def standing(merged: int) -> models.QuerySet[CampaignLetter]:
    return CampaignLetter.objects.filter(
        merged=merged, state=CampaignLetter.State.CONFIRMED, anonymised_at__isnull=True
    ).order_by("pk")
