"""What came of a campaign's letters, for each of those whom they are for, and whom nobody can write to."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Count, Exists, OuterRef, Q
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from config.crypto import email_keys
from letters.models import Constituency, Legislature, Representative, Suppression
from letters.models.directory import Dissolution
from letters.models.post import State

from . import choosing
from .models import Campaign, CampaignLetter

NAMED = 60  # vacant seats of one legislature that are named
NUMBERS = ("letters", "emailed", "in_one", "on_paper", "printed", "accepted", "handed", "bounced", "asked", "yes", "no")


@dataclass
class Line:
    """One representative. `numbers` are of confirmed letters, by NUMBERS; `why` says what an organiser should know."""

    name: str
    seat: str = ""
    party: str = ""
    why: list[str] = field(default_factory=list)
    unreachable: bool = False  # nothing goes to them by email as things are
    numbers: Mapping[str, int] = field(default_factory=lambda: dict.fromkeys(NUMBERS, 0))

    def matches(self, words: Iterable[str]) -> bool:
        text = f"{self.name} {self.seat} {self.party}".casefold()
        return all(word in text for word in words)


@dataclass(frozen=True)
class Empty:
    """A legislature with seats in which nobody sits."""

    name: str
    dissolved: str  # since when; "" while it is not
    vacant: list[str]  # the first NAMED
    seats: int


def lines(campaign: Campaign) -> list[Line]:
    """Everybody in office whom its letters may be for, and everybody to whom there are some: most letters first.

    In a fixed number of queries, however many seats there are.
    """
    today = timezone.localdate()
    counted = _counted(campaign)
    by_person = {row["representative"]: row for row in counted if row["representative"] is not None}
    serving = Representative.objects.serving(today)
    wanted = Q(pk__in=by_person) | Q(pk__in=serving.filter(legislature__in=campaign.legislatures()).values("pk"))
    people = list(Representative.objects.filter(wanted).select_related("constituency", "legislature"))
    in_office = set(serving.filter(pk__in=[one.pk for one in people]).values_list("pk", flat=True))
    found = _known(campaign, people, in_office, today)
    for person, line in zip(people, found, strict=True):
        line.numbers = by_person.get(person.pk, line.numbers)
    gone = [_left(row["shown"], row) for row in counted if row["representative"] is None]
    return sorted([*found, *gone], key=lambda line: (-line.numbers["letters"], line.name.casefold()))


def _counted(campaign: Campaign) -> list[dict[str, Any]]:
    """A row a representative: confirmed letters, those too whose writers have been erased since."""

    def went(state: State) -> Q:
        return Q(outgoing__state=state) | Q(merged__outgoing__state=state)

    rows = CampaignLetter.objects.filter(campaign=campaign, state=CampaignLetter.State.CONFIRMED).order_by()
    name = Coalesce("representative__name", "letter__recipient_name")
    return [
        dict(row)
        for row in rows.values("representative", shown=name).annotate(
            letters=Count("pk"),
            emailed=Count("pk", Q(outgoing__isnull=False)),
            in_one=Count("pk", Q(merged__isnull=False)),
            on_paper=Count("pk", Q(by_hand=True)),
            printed=Count("pk", Q(printed_at__isnull=False)),
            accepted=Count("pk", went(State.SENT)),
            handed=Count("pk", Q(handed_over_at__isnull=False)),
            bounced=Count("pk", went(State.BOUNCED)),
            asked=Count("pk", Q(asked_at__isnull=False)),
            yes=Count("pk", Q(answer=CampaignLetter.Answer.YES)),
            no=Count("pk", Q(answer=CampaignLetter.Answer.NO)),
        )
    ]


def _known(campaign: Campaign, people: list[Representative], in_office: Collection[int], today: date) -> list[Line]:
    language = get_language() or settings.LANGUAGE_CODE
    left = {one.representative.pk: one for one in choosing.approaches(campaign, people, today, language)[1]}
    by_hand = choosing.handed_over(campaign, people)
    keys = {one.pk: email_keys(one.reachable_address) for one in people if one.reachable_address}
    refused = set(
        Suppression.objects.values_list("key", flat=True).filter(key__in={k for of in keys.values() for k in of})
    )
    found = []
    for one in people:
        serves, reached = one.pk in in_office, one.pk in keys
        refuses = reached and not refused.isdisjoint(keys[one.pk])
        line = Line(one.name, one.constituency.name_in(language) if one.constituency else "", one.party)
        line.unreachable = one.pk in left or not serves or not reached or refuses
        if not serves:
            line.why.append(_("no longer in office"))
        elif one.pk in left:
            line.why.append(_left_out(left[one.pk]))
        if serves and not reached:
            line.why.append(_("no email address is known: supporters print their letters"))
        elif refuses:
            line.why.append(_("mail to their address came back or is not wanted: letters are held in the post room"))
        if one.pk in by_hand:
            line.why.append(_("letters are handed in on paper"))
        found.append(line)
    return found


def _left_out(left: choosing.Left) -> str:
    if left.instead is not None:
        said = _("not written to; %(name)s is written to instead") % {"name": left.instead.name}
    else:
        said = _("not written to, as you decided")
    return f"{said} ({left.reason})" if left.reason else said


def _left(name: str, row: dict[str, Any]) -> Line:
    return Line(name, why=[_("no longer in the directory")], unreachable=True, numbers=row)


def empty(campaign: Campaign) -> list[Empty]:
    """The legislatures of the campaign that are dissolved, or in which seats are vacant."""
    found = []
    for legislature in campaign.legislatures():
        if legislature.kind == Legislature.Kind.LIST:
            continue
        line = _empty(legislature, timezone.localdate())
        if line.dissolved or line.seats:
            found.append(line)
    return found


def _empty(legislature: Legislature, today: date) -> Empty:
    language = get_language() or settings.LANGUAGE_CODE
    ended = Dissolution.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=today), valid_from__lte=today)
    if (now := ended.filter(legislature=legislature).first()) is not None:
        return Empty(legislature.name_in(language), date_format(now.valid_from), [], 0)
    taken = Representative.objects.serving(today).filter(constituency=OuterRef("pk"))
    within = Constituency.objects.filter(part_of=OuterRef("pk"))  # a region has no seat where its parts have
    seats = Constituency.objects.current(legislature, today).exclude(Exists(taken)).exclude(Exists(within))
    named = [seat.name_in(language) for seat in seats.order_by("name")[:NAMED]]
    return Empty(legislature.name_in(language), "", named, seats.count() if len(named) == NAMED else len(named))


def totals(found: Iterable[Line]) -> dict[str, int]:
    found = list(found)
    return {name: sum(line.numbers[name] for line in found) for name in NUMBERS}
