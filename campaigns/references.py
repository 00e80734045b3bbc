"""Where a campaign's texts refer to its sources: [^1] is source 1."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from .models import Campaign

REFERENCE = re.compile(r"\[\^(\d{1,3})\]")
SHOWN = 70  # characters before it


@dataclass(frozen=True)
class Place:
    """One reference: the language of the text, and the words before it. `draft`: it is not published yet."""

    number: int
    language: str
    words: str
    draft: bool = False


def of_campaign(campaign: Campaign) -> list[Place]:
    """In its current texts, and in what is being written."""
    found: list[Place] = []
    texts = campaign.texts.filter(superseded_at__isnull=True).values_list("language", "body", "published_at")
    published_at = {}
    for language, body, at in texts:
        published_at[language] = at
        found += _places(body, language, False)
    there = {(place.language, place.number, place.words) for place in found}
    for language, wording, at in campaign.wording_drafts.values_list("language", "wording", "changed_at"):
        body = wording.get("body")
        if isinstance(body, str) and (language not in published_at or at > published_at[language]):
            here = _places(body, language, True)
            found += [place for place in here if (place.language, place.number, place.words) not in there]
    return sorted(found, key=lambda place: (place.language != campaign.language, place.language))


def by_number(places: list[Place]) -> dict[int, list[Place]]:
    found: dict[int, list[Place]] = {}
    for place in places:
        found.setdefault(place.number, []).append(place)
    return found


def _places(body: str, language: str, draft: bool) -> Iterator[Place]:
    for mark in REFERENCE.finditer(body):
        before = REFERENCE.sub("", body[max(0, mark.start() - 3 * SHOWN) : mark.start()]).rpartition("\n\n")[2]
        words = " ".join(before.split())
        yield Place(int(mark[1]), language, f"…{words[-SHOWN:]}" if len(words) > SHOWN else words, draft)
