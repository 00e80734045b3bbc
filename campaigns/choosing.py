"""To whom somebody may write, and who of them gets the same words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from letters.directory import lookup
from letters.models import Constituency, Legislature, Representative

from .models import Campaign, CampaignText, LetterVariant

Deed = LetterVariant.Deed


@dataclass(frozen=True)
class Approach:
    """Those who get the same words: a variant's, or the campaign's own."""

    representatives: list[Representative]
    variant: LetterVariant | None = None

    @property
    def key(self) -> str:
        """What the names of its fields in a form end in: nothing for the campaign's own words."""
        return f"_{self.variant.pk}" if self.variant else ""

    def among(self, chosen: Collection[int]) -> "Approach":
        return Approach([one for one in self.representatives if one.pk in chosen], self.variant)


@dataclass(frozen=True)
class Left:
    """Somebody who is not written to, why in words for the public, and who is instead."""

    representative: Representative
    reason: str
    instead: Representative | None = None


@dataclass(frozen=True)
class Words:
    subject: str
    opening: str
    points: list[str] = field(default_factory=list)
    ask: str = ""


@dataclass(frozen=True)
class Choice:
    """Everybody whom one supporter may write to, from the places where they live."""

    constituencies: list[Constituency]
    approaches: list[Approach]
    left: list[Left]
    nobody: list[str]  # for each of the places where nobody sits, why

    @property
    def representatives(self) -> list[Representative]:
        return [one for approach in self.approaches for one in approach.representatives]

    def among(self, chosen: Collection[int]) -> list[Approach]:
        return [found for approach in self.approaches if (found := approach.among(chosen)).representatives]


def choice(campaign: Campaign, constituencies: list[Constituency], on: date, language: str) -> Choice:
    people: dict[int, Representative] = {}
    nobody = []
    for seat in constituencies:
        found = lookup.representatives_for(seat, on)
        people |= {one.pk: one for one in found}
        if not found:
            nobody.append(lookup.why_nobody(seat, on))
    for legislature in campaign.legislatures():
        people |= {one.pk: one for one in lookup.everybody(legislature, on)}
    piles, left = approaches(campaign, list(people.values()), on, language)
    return Choice(constituencies, piles, left, nobody)


def by_postcode(campaign: Campaign) -> list[Legislature]:
    """Those of its legislatures whose members one finds by where one lives."""
    return [one for one in campaign.legislatures() if one.kind != Legislature.Kind.LIST]


def approaches(
    campaign: Campaign, representatives: list[Representative], on: date, language: str = ""
) -> tuple[list[Approach], list[Left]]:
    """After exclusions and redirections, in the order in which the representatives come."""
    variants = list(campaign.letter_variants.select_related("instead__legislature", "instead__constituency"))
    serving = _serving({variant.instead_id for variant in variants if variant.instead_id}, on)
    piles: dict[int, Approach] = {}
    left: list[Left] = []
    taken: set[int] = set()
    redirected: list[tuple[LetterVariant, Representative]] = []

    def put(one: Representative, variant: LetterVariant | None) -> None:
        if one.pk not in taken:
            taken.add(one.pk)
            piles.setdefault(variant.pk if variant else 0, Approach([], variant)).representatives.append(one)

    for one in representatives:
        variant = next((variant for variant in variants if _fits(variant, one)), None)
        if variant is None or variant.deed == Deed.OTHER_WORDS:
            put(one, variant)
            continue
        instead = variant.instead if variant.deed == Deed.SOMEBODY_ELSE and variant.instead_id in serving else None
        left.append(Left(one, reason(variant, language or campaign.language), instead))
        if instead is not None:
            redirected.append((variant, instead))
    for variant, instead in redirected:  # after the others: whom one may write to anyway keeps the words meant for them
        put(instead, variant)
    return list(piles.values()), left


def _fits(variant: LetterVariant, one: Representative) -> bool:
    return (
        variant.representative_id in (None, one.pk)
        and variant.legislature_id in (None, one.legislature_id)
        and variant.party.strip().casefold() in ("", one.party.strip().casefold())
    )


def _serving(pks: set[int], on: date) -> set[int]:
    return set(Representative.objects.serving(on).filter(pk__in=pks).values_list("pk", flat=True)) if pks else set()


def reason(variant: LetterVariant, language: str) -> str:
    return str(_said(variant, language).get("reason") or "")


def words(text: CampaignText, variant: LetterVariant | None) -> Words:
    """What a variant does not say is the campaign's own."""
    said = _said(variant, text.language) if variant else {}
    return Words(
        subject=said.get("subject") or text.letter_subject,
        opening=said.get("body") or text.letter_body,
        points=list(said.get("points", text.letter_points)),
        ask=said.get("ask", text.letter_ask),
    )


def _said(variant: LetterVariant, language: str) -> dict[str, Any]:
    said: dict[str, Any] = variant.words.get(language) or {}
    return said


def handed_over(campaign: Campaign, representatives: Iterable[Representative]) -> set[int]:
    """Those whose letters do not go by email, but are collected: one query, however many they are."""
    marked = set(campaign.hand_ins.values_list("representative_id", flat=True))
    return {one.pk for one in representatives if None in marked or one.pk in marked}
