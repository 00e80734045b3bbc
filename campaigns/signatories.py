"""Who stands in a hand-over pack, and in what order: fixed at one moment, and counted from what was really listed.

A pack of a hundred thousand takes minutes, and people withdraw meanwhile. So the rows are chosen by one query, and each
is looked at again when its turn comes: whoever has withdrawn by then is left out, of the list and of the totals.
"""

import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db import models
from django.utils import timezone

from letters.models import Constituency
from letters.pdf import is_rtl
from letters.pdf.sheet import direction_of

from .models import Campaign, CampaignText, Signature

READ = 5_000  # rows at a time
LAST = "\U0010ffff"  # what has no place or letter comes after all that has

BY_AREA, BY_ALPHABET = "area", "alphabet"
LISTED, NOT_SHOWN, NOT_AGREED, NOT_KEPT = "listed", "not_shown", "not_agreed", "not_kept"
UNPRINTABLE = "unprintable"


def sort_key(name: str, language: str = "en") -> str:
    """As a reader looks it up: without accents, whatever the case, and its own script before others.

    The name as its owner wrote it, first word first: no rule finds the family name in every culture. Letters are NFKD
    without their marks, after str.casefold(), and a few that have no accent to take away by the table below.
    """
    plain = unicodedata.normalize("NFKD", name.casefold()).translate(_PLAIN)
    letters = "".join(c for c in plain if not unicodedata.combining(c))
    words = " ".join("".join(c if c.isalnum() else " " if c.isspace() or c == "-" else "" for c in letters).split())
    own = direction_of(words, "ltr") == ("rtl" if is_rtl(language) else "ltr")
    return ("0" if own else "1") + words


_PLAIN = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h"})


def initial_of(key: str) -> str:
    """The letter under which a sort_key stands; "" for what begins with none of an alphabet."""
    first = key[1:2]
    syllable = unicodedata.name(first, "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA")) if first else True
    return first.upper() if first.isalpha() and not syllable else ""


@dataclass
class Tally:
    """What was counted: every row once under `kinds`, and if it counts, once in each of the others."""

    kinds: Counter[str] = field(default_factory=Counter)
    left: Counter[str] = field(default_factory=Counter)  # chosen, but in another state when their turn came
    origins: Counter[str] = field(default_factory=Counter)
    areas: Counter[int] = field(default_factory=Counter)  # 0 is: not known
    texts: Counter[int] = field(default_factory=Counter)
    days: Counter[str] = field(default_factory=Counter)  # ISO dates
    lacking: Counter[str] = field(
        default_factory=Counter
    )  # of those listed, under UNPRINTABLE: with a letter in no font

    @property
    def confirmed(self) -> int:
        return sum(self.kinds.values())

    def add(self, kind: str, row: "Row") -> None:
        self.kinds[kind] += 1
        self.origins[row.origin] += 1
        self.areas[row.area or 0] += 1
        self.texts[row.text] += 1
        self.days[timezone.localdate(row.confirmed_at or row.created_at).isoformat()] += 1

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in self.__dataclass_fields__})

    def as_data(self) -> dict[str, Any]:
        return {name: dict(getattr(self, name)) for name in self.__dataclass_fields__}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Tally":
        numbered = {name: {int(key): n for key, n in data[name].items()} for name in ("areas", "texts")}
        return cls(**{name: Counter(counts) for name, counts in {**data, **numbered}.items()})


@dataclass(frozen=True, slots=True)
class Row:
    """Of one signature, what a pack needs. Nothing in it is encrypted: it is what its owner chose to show."""

    pk: int
    state: str
    origin: str
    area: int | None
    text: int
    name: str
    affiliation: str
    place: str
    consent: int | None
    confirmed_at: datetime | None
    created_at: datetime
    anonymised_at: datetime | None

    @property
    def kind(self) -> str:
        """As what it counts; "" if it does not."""
        if self.state != Signature.State.CONFIRMED:
            return ""
        if self.anonymised_at is not None:
            return NOT_KEPT
        return LISTED if self.name else NOT_SHOWN


FIELDS = ("pk", "state", "origin", "area_id", "text_id", "public_name", "public_affiliation", "public_place") + (
    "consent_id",
    "confirmed_at",
    "created_at",
    "anonymised_at",
)


@dataclass
class Section:
    """Those who signed one wording: how many under each heading, in order. A heading is an area's id or a letter."""

    text: int
    groups: list[tuple[int | str, int]]

    @property
    def size(self) -> int:
        return sum(n for _heading, n in self.groups)


@dataclass
class Plan:
    """All that is fixed at the moment a pack is begun. Kept as a part of its job, so it holds no names."""

    stamp: str
    moment: str
    listed: list[int]  # ids, in order, section by section
    sections: list[Section]
    others: dict[str, list[int]]  # ids of those who count and are not listed, by why
    states: dict[str, int]  # of all the campaign's signatures
    paper: int
    paper_days: dict[str, int]
    expected: dict[str, Any]  # the Tally, should nobody withdraw meanwhile

    def as_data(self) -> dict[str, Any]:
        sections = [{"text": one.text, "groups": one.groups} for one in self.sections]
        return {**vars(self), "sections": sections}

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> "Plan":
        sections = [Section(one["text"], [(heading, n) for heading, n in one["groups"]]) for one in data["sections"]]
        return cls(**{**data, "sections": sections})


def plan(campaign: Campaign, stamp: str, *, recipients: Collection[str], by: str, language: str) -> Plan:
    """`recipients`: those whom people were told their names go to, and to whom this pack goes."""
    texts = {text.pk: text for text in campaign.texts.all()}
    agreed = {pk for pk, text in texts.items() if text.recipient and text.recipient in recipients}
    order = {pk: number for number, pk in enumerate(in_order(texts.values(), language))}
    places = _place_keys(campaign, language) if by == BY_AREA else {}
    states, tally = Counter(dict.fromkeys(Signature.State.values, 0)), Tally()
    lines: list[str] = []  # one string each, for there may be a hundred thousand: order, group, name, id, heading
    others: dict[str, list[int]] = {NOT_SHOWN: [], NOT_AGREED: [], NOT_KEPT: []}
    moment = timezone.now()
    for row in _all(campaign):
        states[row.state] += 1
        if row.state != Signature.State.CONFIRMED:
            continue
        kind = row.kind
        if kind == LISTED and (row.text not in agreed or row.consent is None):
            kind = NOT_AGREED
        tally.add(kind, row)
        if kind == LISTED:
            key = sort_key(row.name, language)
            group = places.get(row.area or 0, LAST) if by == BY_AREA else key[:2] if initial_of(key) else LAST
            head = row.area or 0 if by == BY_AREA else initial_of(key)
            lines.append(f"{order[row.text]:06}\0{group}\0{key}\0{row.pk:020}\0{head}")
        else:
            others[kind].append(row.pk)
    lines.sort()
    paper = list(campaign.paper_counts.values_list("on", "signatures"))
    return Plan(
        stamp=stamp,
        moment=moment.isoformat(),
        listed=[int(line.rsplit("\0", 2)[1]) for line in lines],
        sections=[_section(list(order)[int(one)], theirs, by) for one, theirs in groupby(lines, lambda line: line[:6])],
        others=others,
        states=dict(states),
        paper=sum(n for _day, n in paper),
        paper_days=dict(sum((Counter({day.isoformat(): n}) for day, n in paper), Counter[str]())),
        expected=tally.as_data(),
    )


def _all(campaign: Campaign) -> Iterator[Row]:
    """One query, so one moment; read in pieces, and nothing is written meanwhile."""
    rows = Signature.objects.filter(campaign=campaign).order_by("pk").values_list(*FIELDS)
    return (Row(*row) for row in rows.iterator(chunk_size=READ))


def _section(text: int, lines: Iterator[str], by: str) -> Section:
    heads = groupby(line.rsplit("\0", 1)[1] for line in lines)
    return Section(text, [(int(head) if by == BY_AREA else head, sum(1 for _line in same)) for head, same in heads])


def _place_keys(campaign: Campaign, language: str) -> dict[int, str]:
    named = campaign.signatures.exclude(area=None).order_by().values("area").distinct()
    areas = Constituency.objects.filter(pk__in=named)
    return {area.pk: f"{sort_key(area.name_in(language), language)}\0{area.pk}" for area in areas}


def in_order(texts: Iterable[CampaignText], language: str) -> list[int]:
    """The wordings: the pack's own language first, the newest first."""
    return [text.pk for text in sorted(texts, key=lambda one: (one.language != language, one.language, -one.version))]


def look_up(ids: list[int]) -> dict[int, Row]:
    return {row[0]: Row(*row) for row in Signature.objects.filter(pk__in=ids).values_list(*FIELDS)}


def tally_of(ids: list[int], found: dict[int, Row], kind: str = "") -> Tally:
    """Each of `ids` as it was found: under `kind`, or what it has become; or, if it counts no more, as left."""
    tally = Tally()
    for pk in ids:
        row = found.get(pk)
        if row is None or row.state != Signature.State.CONFIRMED:
            tally.left[row.state if row else "deleted"] += 1
        else:
            tally.add(kind or row.kind, row)
    return tally


def count_others(others: dict[str, list[int]], said: Callable[[], None]) -> Tally:
    """Those who count and are not listed: each as it was chosen, if it still stands. `said()` after each piece."""
    tally = Tally()
    for kind, ids in others.items():
        for start in range(0, len(ids), READ):
            piece = ids[start : start + READ]
            tally += tally_of(piece, look_up(piece), kind)
            said()
    return tally


def nameable(campaign: Campaign, recipients: Collection[str], until: datetime) -> int:
    """How many of those who had signed by then a pack for these recipients would name now, as `plan` chooses them."""
    then = models.Q(confirmed_at__lte=until) | models.Q(confirmed_at__isnull=True, created_at__lte=until)
    agreed = campaign.signatures.filter(
        then, consent__isnull=False, text__recipient__in=[one for one in recipients if one]
    )
    return agreed.filter(state=Signature.State.CONFIRMED, anonymised_at__isnull=True).exclude(public_name="").count()


def withdrawn_since(campaign: Campaign, moment: datetime) -> int:
    since = models.Q(withdrawn_at__gt=moment)
    return campaign.signatures.filter(since, state=Signature.State.WITHDRAWN).count()
