"""How a campaign stands, in numbers alone: what is folded is read from the books, what is not by its own index, so that
a hundred thousand signatures cost hardly more to look at than ten."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from letters.models.post import State as Mail

from .languages import name_of
from .models import Campaign, CampaignLetter, Signature, Tally
from .pages import LANGUAGE_NAMES
from .quarters import QuarterHour
from .reckoning import Kept
from .tallying import DIRECT, FEW, OTHER

AREAS_SHOWN = 20
SOURCES_SHOWN = 20
MOST_DUE = 5_000  # that are looked at for the fold, which takes a second or two for so many
DAYS_OF_WAITING = 30  # at most: whoever has not confirmed after PENDING_SIGNATURE_DAYS is gone, and all others have

Found = tuple[str, int, bool | None]  # a label, how many, whether it is somebody's own word; None: the others together


@dataclass(frozen=True)
class Line:
    label: str
    count: int
    of: int  # all that the lines of its table are shares of
    most: int  # the longest bar of its table
    typed: bool = False  # somebody's own word, in whatever script
    rest: bool = False  # the others together: no bar, which would dwarf the bars of those named

    @property
    def percent(self) -> int:
        return round(100 * self.count / self.of) if self.of else 0

    @property
    def bar(self) -> str:
        return f"{100 * self.count / self.most:.2f}" if self.most and self.count > 0 and not self.rest else "0"


@dataclass(frozen=True)
class Books:
    """Every signature there is, in one of five states; those on paper are beside them."""

    confirmed: int
    waiting: int
    withdrawn: int
    held_back: int
    invalid: int
    to_count: int  # of those confirmed, not in the count yet, and those in it that should be no more
    paper: int
    others_at: datetime | None = None  # of when all but those confirmed are, if they are many; None: of this moment

    @property
    def all(self) -> int:
        return self.confirmed + self.waiting + self.withdrawn + self.held_back + self.invalid


@dataclass(frozen=True)
class Given:
    """Of those who signed on one day: how many have confirmed, and count, and how many still wait."""

    day: date
    confirmed: int
    waiting: int

    @property
    def percent(self) -> int | None:
        asked = self.confirmed + self.waiting
        return round(100 * self.confirmed / asked) if asked else None


@dataclass(frozen=True)
class Waiting:
    """Those asked to confirm who have not."""

    by_day: Mapping[date, int]
    oldest: datetime | None

    @property
    def all(self) -> int:
        return sum(self.by_day.values())

    @property
    def today(self) -> int:
        return self._for(0, 0)

    @property
    def this_week(self) -> int:
        return self._for(1, 6)

    @property
    def longer(self) -> int:
        return self.all - self.today - self.this_week

    def _for(self, least: int, most: int) -> int:
        """Those who signed so many days ago."""
        today = timezone.localdate()
        return sum(n for day, n in self.by_day.items() if least <= (today - day).days <= most)


def books(campaign: Campaign, kept: Kept | None = None) -> Books:
    """`kept`: reckoning.of the campaign."""
    S = Signature.State
    rows = Signature.objects.filter(campaign=campaign).order_by()
    others = kept.states if kept else dict(rows.exclude(state=S.CONFIRMED).values_list("state").annotate(n=Count("*")))
    # As the fold asks: what is due has an index of its own, which PostgreSQL would not believe to be short otherwise.
    due = Counter(rows.uncounted().order_by("pk").values_list("counted", flat=True)[:MOST_DUE])
    return Books(
        confirmed=campaign.signature_count + due[False] - due[True],
        waiting=others.get(S.PENDING, 0),
        withdrawn=others.get(S.WITHDRAWN, 0),
        held_back=others.get(S.SUSPECT, 0),
        invalid=others.get(S.INVALID, 0),
        to_count=due.total(),
        paper=campaign.paper_count,
        others_at=kept.at if kept else None,
    )


def waiting(campaign: Campaign, kept: Kept | None = None) -> Waiting:
    if kept:
        return _by_day(kept.quarters, kept.oldest)
    # Both terms name the index that holds nobody who has confirmed.
    rows = Signature.objects.filter(campaign=campaign, state=Signature.State.PENDING).exclude(state="confirmed")
    rows = rows.order_by()
    oldest = rows.aggregate(first=Min("consent_at"))["first"]
    if oldest is None:
        return Waiting({}, None)
    # Not by the database's days: SQLite would ask us for that of each row.
    return _by_day(dict(rows.values_list(QuarterHour("consent_at")).annotate(n=Count("*"))), oldest)


def _by_day(quarters: Mapping[int, int], oldest: datetime | None) -> Waiting:
    if oldest is None:
        return Waiting({}, None)
    today = timezone.localdate()
    days = [
        timezone.localdate(oldest) + timedelta(days=n) for n in range((today - timezone.localdate(oldest)).days + 1)
    ]
    ends = [_quarters_until(day + timedelta(days=1)) for day in days[:-1]]
    by_day: Counter[date] = Counter()
    for quarter, n in quarters.items():
        by_day[days[bisect_right(ends, quarter)]] += n
    return Waiting(by_day, oldest)


def _quarters_until(day: date) -> int:
    midnight = timezone.make_aware(datetime.combine(day, time.min))
    return int(midnight.timestamp()) // 900


def tallies(campaign: Campaign) -> dict[str, dict[str, int]]:
    """What it is a tally of → key → count. Of the days on which people signed, the last ones alone."""
    found: dict[str, dict[str, int]] = {of: {} for of in Tally.Of.values}
    begin = timezone.localdate() - timedelta(days=_days_of_waiting() - 1)
    wanted = ~Q(of=Tally.Of.GIVEN) | Q(key__gte=begin.isoformat())
    for of, key, count in campaign.tallies.filter(wanted).order_by().values_list("of", "key", "count"):
        if count:
            found[of][key] = count
    return found


def confirmation(given: Mapping[str, int], wait: Waiting) -> list[Given]:
    """A line for each of the last days, the newest last."""
    today = timezone.localdate()
    days = [today - timedelta(days=ago) for ago in reversed(range(_days_of_waiting()))]
    return [Given(day, given.get(day.isoformat(), 0), wait.by_day.get(day, 0)) for day in days]


def _days_of_waiting() -> int:
    return min(DAYS_OF_WAITING, settings.PENDING_SIGNATURE_DAYS)


def rate(given: Iterable[Given]) -> int | None:
    """Of all of them, in percent; None when nobody signed."""
    given = list(given)
    return Given(timezone.localdate(), sum(one.confirmed for one in given), sum(one.waiting for one in given)).percent


def sources(found: Mapping[str, int]) -> list[Line]:
    """The most first. Those that fewer than FEW share are one line, and so are those beyond SOURCES_SHOWN."""
    named = {key: n for key, n in found.items() if n >= FEW and key not in (DIRECT, OTHER)}
    rare = [n for key, n in found.items() if n < FEW and key not in (DIRECT, OTHER)]
    order = sorted(named.items(), key=lambda one: (-one[1], one[0]))
    shown: list[Found] = [(key, n, True) for key, n in order[:SOURCES_SHOWN]]
    if direct := found.get(DIRECT, 0):
        shown.append((_("directly, or not known"), direct, False))
    shown.sort(key=lambda one: -one[1])
    rest = sum(n for _key, n in order[SOURCES_SHOWN:]) + found.get(OTHER, 0)
    if rest:
        shown.append((_("others"), rest, None))
    if rare:
        said = ngettext(
            "%(n)s other, which fewer than %(few)s share", "%(n)s others, each shared by fewer than %(few)s", len(rare)
        )
        shown.append((said % {"n": len(rare), "few": FEW}, sum(rare), None))
    return _lines(shown)


def areas(campaign: Campaign, shown: int | None = AREAS_SHOWN) -> list[Line]:
    """The most first, then those of the other constituencies together, and those whose constituency is not known."""
    language = get_language() or settings.LANGUAGE_CODE
    rows = campaign.area_counts.filter(count__gt=0)
    most = rows.select_related("area").order_by("-count", "area__name", "pk")[:shown]
    listed: list[Found] = [(one.area.name_in(language), one.count, True) for one in most]
    known, number = rows.aggregate(known=Sum("count"), number=Count("pk")).values()
    if rest := (known or 0) - sum(n for _label, n, _typed in listed):
        more = number - len(listed)
        listed.append((ngettext("%(n)s more", "%(n)s more", more) % {"n": more}, rest, None))
    if unknown := campaign.signature_count - (known or 0):
        listed.append((_("not known, or elsewhere"), unknown, None))
    return _lines(listed)


def languages(found: Mapping[str, int]) -> list[Line]:
    order = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return _lines([(LANGUAGE_NAMES.get(code) or name_of(code), n, True) for code, n in order])


# What became of a letter, in the order in which it happens.
FATES: Mapping[str, Promise] = {
    "pending": gettext_lazy("wait for their writers to confirm"),
    "to_merge": gettext_lazy("wait to be merged into one"),
    "by_hand": gettext_lazy("wait to be handed in"),
    "on_its_way": gettext_lazy("on their way"),
    "held": gettext_lazy("held: somebody has to decide"),
    "sent": gettext_lazy("accepted by the mail server"),
    "handed_over": gettext_lazy("handed over"),
    "printed": gettext_lazy("printed by their writers"),
    "bounced": gettext_lazy("came back"),
    "failed": gettext_lazy("could not be sent"),
    "cancelled": gettext_lazy("cancelled"),
    "otherwise": gettext_lazy("sent otherwise"),
    "withdrawn": gettext_lazy("withdrawn by their writers"),
}
ON_ITS_WAY = {Mail.QUEUED, Mail.LEASED, Mail.HANDING}


def letters(campaign: Campaign) -> list[Line]:
    """Each letter once, by what became of it last."""
    rows = CampaignLetter.objects.filter(campaign=campaign).order_by()
    mail = Coalesce("outgoing__state", "merged__outgoing__state")
    handed, printed = Q(handed_over_at__isnull=False), Q(printed_at__isnull=False)
    alone = rows.annotate(mail=mail, handed=handed, printed=printed, waits=Q(to_merge=True, merged__isnull=True))
    grouped = alone.values_list("state", "mail", "handed", "printed", "by_hand", "waits").annotate(n=Count("*"))
    found: Counter[str] = Counter()
    for state, mail_state, was_handed, was_printed, by_hand, waits, n in grouped:
        found[_fate(state, mail_state, was_handed, was_printed, by_hand, waits)] += n
    return _lines([(str(said), found[fate], False) for fate, said in FATES.items() if found[fate]])


def _fate(state: str, mail: str | None, handed: bool, printed: bool, by_hand: bool, to_merge: bool) -> str:
    if state != CampaignLetter.State.CONFIRMED:
        return state
    if handed:
        return "handed_over"
    if mail is not None:
        return "on_its_way" if mail in ON_ITS_WAY else mail
    if printed:
        return "printed"
    if by_hand:
        return "by_hand"
    return "to_merge" if to_merge else "otherwise"


def _lines(found: Sequence[Found]) -> list[Line]:
    total = sum(n for _label, n, _typed in found)
    most = max((n for _label, n, typed in found if typed is not None), default=0)
    return [Line(label, n, total, most, typed=bool(typed), rest=typed is None) for label, n, typed in found]
