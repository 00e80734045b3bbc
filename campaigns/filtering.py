"""Which of a campaign's signatures organisers look for, and how many there are, without reading all of them."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from config.crypto import domain_key, email_keys

from . import keyset, reckoning
from .models import Campaign, CampaignText, Signature, signature_indexes
from .models.signature import SignatureQuerySet

MOST_COUNTED = 500  # while somebody waits: as many are soon found, however many there are
NONE_KNOWN = "-"  # of a source or an area: those without one
# What a list shows of each: nothing of it is encrypted.
LISTED = (
    *("campaign", "state", "origin", "pinned", "created_at", "public_name", "public_affiliation", "public_place"),
    *("display", "name_check", "reason_check", "anonymised_at", "held_for", "confirmed_at"),
)


class Checks:
    NAME_WAITS, REASON_WAITS, HIDDEN, HELD = "name", "reason", "hidden", "held"
    MEANS: Mapping[str, Q] = {
        NAME_WAITS: signature_indexes.NAME_WAITS,
        REASON_WAITS: signature_indexes.REASON_WAITS,
        HIDDEN: signature_indexes.HIDDEN,
        # Of a name that was hidden nothing is shown: its reason need not be read.
        HELD: signature_indexes.HELD
        & signature_indexes.SHOWN
        & ~Q(name_check="hidden")
        & Q(anonymised_at__isnull=True),
    }


@dataclass(frozen=True)
class Wanted:
    """Empty means whatever it is. `since` is the first moment, `until` the first after the last; `domain` is a key of
    emails. The next two are a signature's own, and `named` is a pattern of the name that everybody reads."""

    state: str = ""
    source: str = ""
    area: str = ""  # a primary key, or NONE_KNOWN
    country: str = ""
    language: str = ""
    updates: str = ""  # "yes" or "no"
    origin: str = ""
    check: str = ""
    held_for: str = ""
    since: datetime | None = None
    until: datetime | None = None
    domain: str = ""
    network_key: str = ""
    domain_key: str = ""
    named: str = ""  # as folded(): words, with * for whatever may stand there

    @classmethod
    def of_domain(cls, domain: str, **wanted: Any) -> "Wanted":
        """`domain`: what stands behind the @ of addresses, as typed."""
        return cls(domain=domain_key(domain) if domain else "", **wanted)

    @property
    def everything(self) -> bool:
        return self == Wanted()

    def as_data(self) -> dict[str, Any]:
        moments = {name: moment.isoformat() for name in ("since", "until") if (moment := getattr(self, name))}
        return {name: value for name, value in asdict(self).items() if value} | moments

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> "Wanted":
        moments = {name: datetime.fromisoformat(data[name]) for name in ("since", "until") if name in data}
        return cls(**{**data, **moments})


def rows(campaign: Campaign, wanted: Wanted) -> SignatureQuerySet:
    found = Signature.objects.filter(campaign=campaign)
    for field in ("state", "country", "origin", "held_for"):
        if value := getattr(wanted, field):
            found = found.filter(**{field: value})
    if wanted.source:
        found = found.filter(came_from="" if wanted.source == NONE_KNOWN else wanted.source)
    if wanted.area:
        found = found.filter(area=None if wanted.area == NONE_KNOWN else int(wanted.area))
    if wanted.language:
        found = found.filter(text__in=_texts(campaign, wanted.language))
    if wanted.updates:
        found = found.filter(updates=wanted.updates == "yes")
    if wanted.check:
        found = found.filter(Checks.MEANS[wanted.check])
    if wanted.since:
        found = found.filter(created_at__gte=wanted.since)
    if wanted.until:
        found = found.filter(created_at__lt=wanted.until)
    if wanted.domain:
        found = found.filter(confirmation__domain_key=wanted.domain)
    for field in ("network_key", "domain_key"):
        if value := getattr(wanted, field):
            found = found.filter(**{field: value})
    if wanted.named:  # with the condition of the index of names
        found = found.exclude(public_name_folded="").filter(public_name_folded__regex=_pattern(wanted.named))
    return found


def _pattern(named: str) -> str:
    """Of a name as folded(), whole, with * for whatever may stand there: the same for PostgreSQL and SQLite."""
    return f"^{'.*'.join(re.escape(part) for part in named.split('*'))}$"


def _texts(campaign: Campaign, language: str) -> list[int]:
    return list(CampaignText.objects.filter(campaign=campaign, language=language).values_list("pk", flat=True))


def page(campaign: Campaign, wanted: Wanted, before: str, size: int) -> keyset.Page[Signature]:
    """Newest first."""
    if not wanted.language:
        unknown = ["area_id"] if wanted.area == NONE_KNOWN else []
        return keyset.page_by_time(rows(campaign, wanted).only(*LISTED), before, size, *unknown)
    # Each wording has its own newest, and no index has those of several in one order.
    other = rows(campaign, replace(wanted, language="")).only(*LISTED)
    newest: list[Signature] = []
    for text in _texts(campaign, wanted.language):
        newest += keyset.page_by_time(other.filter(text=text), before, size + 1).rows
    newest.sort(key=lambda row: (row.created_at, row.pk), reverse=True)
    return keyset.Page(newest[:size], len(newest) > size)


@dataclass(frozen=True)
class Counted:
    n: int
    more: bool  # there are more than n, and nobody looked how many


def count(found: QuerySet[Signature], most: int = MOST_COUNTED) -> Counted:
    n = found.order_by()[: most + 1].count()
    return Counted(min(n, most), n > most)


def how_many(campaign: Campaign, wanted: Wanted) -> Counted:
    """Read from the index that the list is read from. In no order PostgreSQL would rather read the table from its
    beginning, as if this campaign's rows were everywhere in it, and pass all that others had before."""
    found = rows(campaign, replace(wanted, language=""))
    parts = [found.filter(text=text) for text in _texts(campaign, wanted.language)] if wanted.language else [found]
    order = ["area_id"] if wanted.area == NONE_KNOWN else []
    n = sum(part.order_by(*order, "-created_at")[: MOST_COUNTED + 1].count() for part in parts)
    return Counted(min(n, MOST_COUNTED), n > MOST_COUNTED)


def by_state(campaign: Campaign) -> list[tuple[Signature.State, Counted]]:
    """Those that count by the campaign's own number, the others as they were counted last or as far as it is cheap."""
    kept = reckoning.of(campaign)

    def counted(state: Signature.State) -> Counted:
        if state == Signature.State.CONFIRMED:
            return Counted(campaign.signature_count, False)
        if kept:
            return Counted(kept.states.get(state.value, 0), False)
        return count(rows(campaign, Wanted(state=state.value)))

    return [(state, counted(state)) for state in sorted(Signature.State, key=lambda one: one != one.CONFIRMED)]


def of_address(campaign: Campaign, address: str) -> list[Signature]:
    """One signs once, and again after withdrawing."""
    found = Signature.objects.filter(campaign=campaign, email_key__in=email_keys(address))
    return list(found.only(*LISTED).order_by("-pk")[:10])


def shown_as(campaign: Campaign, beginning: str, size: int) -> list[Signature]:
    found = Signature.objects.filter(campaign=campaign).shown_name_begins(beginning)
    return keyset.page_by_name(found.only(*LISTED), "public_name_folded", "", size).rows
