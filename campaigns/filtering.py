"""Which of a campaign's signatures organisers look for, and how many there are, without reading all of them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q

from config.crypto import domain_key, email_keys

from . import keyset
from .models import Campaign, CampaignText, Signature
from .models.signature import SignatureQuerySet

MOST_COUNTED = 10_000
NONE_KNOWN = "-"  # of a source or an area: those without one
# What a list shows of each: nothing of it is encrypted.
LISTED = (
    *("campaign", "state", "origin", "pinned", "created_at", "public_name", "public_affiliation", "public_place"),
    *("display", "name_check", "reason_check", "anonymised_at"),
)


class Checks:
    NAME_WAITS, REASON_WAITS, HIDDEN = "name", "reason", "hidden"
    MEANS: Mapping[str, Q] = {
        NAME_WAITS: Signature.NAME_WAITS,
        REASON_WAITS: Signature.REASON_WAITS,
        HIDDEN: Signature.HIDDEN,
    }


@dataclass(frozen=True)
class Wanted:
    """Empty means whatever it is. `since` is the first moment, `until` the first after the last; `domain` is a key."""

    state: str = ""
    source: str = ""
    area: str = ""  # a primary key, or NONE_KNOWN
    country: str = ""
    language: str = ""
    updates: str = ""  # "yes" or "no"
    origin: str = ""
    check: str = ""
    since: datetime | None = None
    until: datetime | None = None
    domain: str = ""

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
    for field in ("state", "country", "origin"):
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
    return found


def _texts(campaign: Campaign, language: str) -> list[int]:
    return list(CampaignText.objects.filter(campaign=campaign, language=language).values_list("pk", flat=True))


def page(campaign: Campaign, wanted: Wanted, before: str, size: int) -> keyset.Page[Signature]:
    """Newest first. By their time where it is asked for, so that no day has to be read and sorted whole."""
    if wanted.since or wanted.until:
        return _page_by_time(rows(campaign, wanted).only(*LISTED), before, size)
    if not wanted.language:
        return keyset.page(rows(campaign, wanted).only(*LISTED).order_by("-pk"), before, size)
    # Each wording has its own newest, and no index has those of several in one order.
    other = rows(campaign, replace(wanted, language="")).only(*LISTED).order_by("-pk")
    newest: list[Signature] = []
    for text in _texts(campaign, wanted.language):
        newest += keyset.page(other.filter(text=text), before, size + 1).rows
    newest.sort(key=lambda row: -row.pk)
    return keyset.Page(newest[:size], len(newest) > size)


def _page_by_time(found: SignatureQuerySet, before: str, size: int) -> keyset.Page[Signature]:
    if before.isascii() and before.isdigit() and len(before) < 19:
        last = Signature.objects.filter(pk=int(before)).values_list("created_at", flat=True).first()
        if last is not None:
            earlier = Q(created_at__lt=last) | Q(created_at=last, pk__lt=int(before))
            found = found.filter(earlier, created_at__lte=last)
    shown = list(found.order_by("-created_at", "-pk")[: size + 1])
    return keyset.Page(shown[:size], len(shown) > size)


@dataclass(frozen=True)
class Counted:
    n: int
    more: bool  # there are more than n, and nobody looked how many


def count(found: SignatureQuerySet, most: int = MOST_COUNTED) -> Counted:
    n = found.order_by()[: most + 1].count()
    return Counted(min(n, most), n > most)


def by_state(campaign: Campaign) -> list[tuple[Signature.State, Counted]]:
    """Those that count by the campaign's own number, the others as far as it is cheap."""
    return [
        (
            state,
            Counted(campaign.signature_count, False)
            if state == Signature.State.CONFIRMED
            else count(rows(campaign, Wanted(state=state.value))),
        )
        for state in sorted(Signature.State, key=lambda state: state != Signature.State.CONFIRMED)
    ]


def of_address(campaign: Campaign, address: str) -> list[Signature]:
    """One signs once, and again after withdrawing."""
    found = Signature.objects.filter(campaign=campaign, email_key__in=email_keys(address))
    return list(found.only(*LISTED).order_by("-pk")[:10])


def shown_as(campaign: Campaign, beginning: str, size: int) -> list[Signature]:
    found = Signature.objects.filter(campaign=campaign).exclude(public_name_folded="").shown_name_begins(beginning)
    return list(found.only(*LISTED).order_by("public_name_folded", "-pk")[:size])
