"""Bursts: far more signatures in an hour from one network, or by one mail domain, than a campaign is used to.

Nothing is done about one here. A village hall, a university or a newsletter looks the same as a machine, so organisers
are shown it, and decide. What is counted is folded from new signatures, each read once, in the order of their ids.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.db.models import Count, Exists, F, Max, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact
from django.utils import timezone

from config.crypto import domain_of

from . import filtering, logbook
from .models import Burst, Campaign, Invalidation, Signature, SigningHour, SigningHoursRead, User
from .models.signature import SignatureQuerySet

Of = SigningHour.Of
HOUR = timedelta(hours=1)
KEPT = timedelta(days=settings.NETWORK_KEPT_DAYS)  # as long as a signature keeps its network
BATCH, MOST_BATCHES = 5_000, 40  # a round: five times what a network of any size has ever sent us in a minute
# Whoever has an id and is not committed yet is passed over for good, so that young rows wait for the next round.
SETTLES_IN = timedelta(minutes=1)
STRIKING_TAKES = timedelta(minutes=10)  # as long as many signatures may take to be struck out

# So many in an hour are looked at at all. Fewer are a school class, an office or a bus, and can be read one by one.
# The petitions of the British parliament list an address from 100 an hour and write to somebody from 200 (alphagov/
# e-petitions, db/schema.sql, rate_limits); theirs are of a whole country, ours may be of a town.
FLOOR = 40
# And of these, what stands out by so much: both by its own number in an hour of the days before, and by its part of all
# that are given (as odds: part to rest). With the second, a campaign that is on the news has no burst of the provider
# that half of everybody uses; with the first, neither has a quiet night in which one network goes on as ever.
TIMES = 5
BEFORE = timedelta(days=7)
FEWEST_HOURS = 24  # over which a usual number is made, or the first hour of a flood would make the second one usual
# Where nothing is known yet, as much as if of a hundred given before one had been of this key; of a provider that
# everybody knows, half.
PRESUMED_OF = 100
PRESUMED, PRESUMED_OF_BIG = 0.01, 0.5
NAMED_FROM = 100  # a domain that fewer have used may be a family's, and is not named
_BIG = """
gmail.com outlook.com hotmail.com live.com msn.com yahoo.com ymail.com aol.com icloud.com me.com mac.com mail.com
proton.me protonmail.com pm.me gmx.de gmx.net gmx.at gmx.ch web.de t-online.de freenet.de posteo.de mailbox.org
hotmail.co.uk outlook.co.uk live.co.uk yahoo.co.uk btinternet.com sky.com talktalk.net virginmedia.com
blueyonder.co.uk ntlworld.com hotmail.fr yahoo.fr orange.fr wanadoo.fr free.fr sfr.fr laposte.net libero.it
virgilio.it hotmail.it hotmail.es yahoo.es telefonica.net ziggo.nl kpnmail.nl telenet.be skynet.be bluewin.ch
seznam.cz wp.pl o2.pl onet.pl interia.pl mail.ru yandex.ru qq.com 163.com 126.com naver.com yahoo.co.jp comcast.net
verizon.net att.net sbcglobal.net cox.net fastmail.com zoho.com tuta.io tutanota.com rediffmail.com bigpond.com
shaw.ca rogers.com uol.com.br bol.com.br
"""
BIG = frozenset(_BIG.split())

Key = tuple[str, str]  # what it is of, and which


def watch(now: datetime | None = None) -> None:
    """A deed of the sweeper."""
    now = now or timezone.now()
    fold(now)
    count_confirmed(now)
    forget(now)


# What is given, by the hour


def fold(now: datetime) -> int:
    """How many signatures were read."""
    if not SigningHoursRead.objects.exists():
        # An installation that has signatures already begins with the next one.
        newest = Signature.objects.aggregate(last=Max("pk"))["last"] or 0
        SigningHoursRead.objects.bulk_create([SigningHoursRead(pk=1, last=newest)], ignore_conflicts=True)
    read = 0
    for _round in range(MOST_BATCHES):
        batch = _fold_batch(now)
        read += batch
        if batch < BATCH:
            break
    return read


@transaction.atomic
def _fold_batch(now: datetime) -> int:
    # Lock: the one row that says how far we are, taken by this fold alone. Where another sweeper has it, it is at work.
    place = SigningHoursRead.objects.select_for_update(skip_locked=True).first()
    if place is None:
        return 0
    columns = ("pk", "campaign_id", "created_at", "origin", "network_key", "domain_key")
    rows = Signature.objects.filter(pk__gt=place.last).order_by("pk").values_list(*columns)
    given: dict[int, Counter[tuple[Key, datetime]]] = {}
    read = 0
    for pk, campaign, at, origin, network, domain in rows[:BATCH]:
        if now - SETTLES_IN < at <= now:
            break
        read, place.last = read + 1, pk
        if origin == Signature.Origin.ONLINE:
            hour = at.replace(minute=0, second=0, microsecond=0)
            keys = [(Of.ALL.value, ""), (Of.NETWORK.value, network), (Of.DOMAIN.value, domain)]
            known = [(key, hour) for key in keys if key[1] or key[0] == Of.ALL]
            given.setdefault(campaign, Counter()).update(known)
    for campaign, counts in given.items():
        _look(campaign, _add(campaign, counts), now)
    place.save(update_fields=["last"])
    return read


def _add(campaign_id: int, counts: Counter[tuple[Key, datetime]]) -> dict[tuple[Key, datetime], int]:
    """What each of them amounts to now."""
    mine = SigningHour.objects.filter(
        campaign=campaign_id, key__in={key for (_of, key), _ in counts}, hour__in={hour for _, hour in counts}
    )
    kept = {((of, key), hour): n for of, key, hour, n in mine.values_list("of", "key", "hour", "given")}
    now = {place: kept.get(place, 0) + n for place, n in counts.items()}
    SigningHour.objects.bulk_create(
        [
            SigningHour(campaign_id=campaign_id, of=of, key=key, hour=hour, given=n)
            for ((of, key), hour), n in now.items()
        ],
        update_conflicts=True,
        unique_fields=["campaign", "of", "key", "hour"],
        update_fields=["given"],
    )
    return now


# What stands out


@dataclass(frozen=True)
class Before:
    """A campaign in the days before an hour."""

    everybody: int
    hours: int  # in which anybody signed
    by_key: Mapping[Key, int]

    def usual(self, key: Key) -> float:
        return self.by_key.get(key, 0) / max(self.hours, FEWEST_HOURS)

    def stands_out(self, key: Key, given: int, everybody: int, big: bool) -> bool:
        if given < FLOOR or given < TIMES * self.usual(key):
            return False
        presumed = PRESUMED_OF_BIG if big else PRESUMED
        of_it = self.by_key.get(key, 0) + PRESUMED_OF * presumed
        of_others = self.everybody - self.by_key.get(key, 0) + PRESUMED_OF * (1 - presumed)
        return given * of_others >= TIMES * of_it * (everybody - given)


def _look(campaign_id: int, counts: Mapping[tuple[Key, datetime], int], now: datetime) -> None:
    many = {place: n for place, n in counts.items() if n >= FLOOR and place[0][0] != Of.ALL}
    for hour in {hour for _key, hour in many}:
        here = {key: n for (key, at), n in many.items() if at == hour}
        before = _before(campaign_id, hour, here)
        # Seen once, it stays; what is given later in the same hour is added whether it still stands out or not. Nobody
        # has called that real.
        for (of, key), n in here.items():
            same = Burst.objects.filter(campaign=campaign_id, hour=hour, of=of, key=key)
            same.filter(given__lt=n).update(given=n, real_at=None)
        found = []
        for (of, key), n in here.items():
            domain = _domain(campaign_id, key, hour) if of == Of.DOMAIN else ""
            if before.stands_out((of, key), n, counts[(Of.ALL.value, ""), hour], domain in BIG):
                named = domain in BIG or n + before.by_key.get((of, key), 0) >= NAMED_FROM
                found.append(
                    Burst(
                        campaign_id=campaign_id,
                        **{"of": of, "key": key, "hour": hour, "given": n, "seen_at": now},
                        usual=round(before.usual((of, key))),
                        domain=domain if named else "",
                    )
                )
        Burst.objects.bulk_create(
            found,
            update_conflicts=True,
            unique_fields=["campaign", "hour", "of", "key"],
            update_fields=["given", "usual", "domain"],
        )


def _before(campaign_id: int, hour: datetime, keys: Mapping[Key, int]) -> Before:
    rows = SigningHour.objects.filter(campaign=campaign_id, hour__gte=hour - BEFORE, hour__lt=hour)
    everybody = rows.filter(of=Of.ALL, key="").aggregate(n=Sum("given"), hours=Count("pk"))
    mine = rows.filter(of__in=(Of.NETWORK, Of.DOMAIN), key__in=[key for _of, key in keys]).order_by()
    by_key = {(of, key): n for of, key, n in mine.values_list("of", "key").annotate(n=Sum("given"))}
    return Before(everybody["n"] or 0, everybody["hours"], by_key)


def _domain(campaign_id: int, key: str, hour: datetime) -> str:
    """Read from one of the addresses; "" where they are erased."""
    rows = Signature.objects.filter(campaign=campaign_id, domain_key=key, created_at__gte=hour)
    row = rows.filter(created_at__lt=hour + HOUR).exclude(email="").order_by("-created_at").only("email")[:1]
    return next((domain_of(signature.email)[:254] for signature in row), "")


# One burst


def wanted(burst: Burst) -> filtering.Wanted:
    """Its signatures."""
    key = {"network_key": burst.key} if burst.of == Of.NETWORK else {"domain_key": burst.key}
    return filtering.Wanted(since=burst.hour, until=burst.hour + HOUR, **key)


def signatures(burst: Burst) -> SignatureQuerySet:
    return filtering.rows(burst.campaign, wanted(burst))


def count_invalid(burst: Burst) -> int:
    return signatures(burst).filter(state=Signature.State.INVALID).order_by().count()


@transaction.atomic
def call_real(burst: Burst, user: User | AnonymousUser) -> bool:
    """Somebody has looked at as many as `burst` says. False: there are more by now, or it was said already."""
    if not Burst.objects.filter(pk=burst.pk, given=burst.given, real_at__isnull=True).update(real_at=timezone.now()):
        return False
    logbook.note(burst.campaign.organisation, user, "burst.real", burst.campaign, n=burst.given)
    return True


@transaction.atomic
def take_back(burst: Burst, user: User | AnonymousUser) -> bool:
    """That it is real. False: nobody says so any more. Who was told of it is not told again."""
    if not Burst.objects.filter(pk=burst.pk, real_at__isnull=False).update(real_at=None):
        return False
    logbook.note(burst.campaign.organisation, user, "burst.doubted", burst.campaign, n=burst.given)
    return True


def count_confirmed(now: datetime, most: int = 20) -> int:
    """Those that are confirmed, and those that are invalid. Confirming comes later, so it is counted again: soon while
    the burst is new, and then for two days; and whenever signatures were struck out or brought back, until that must be
    over. Each time an hour of one campaign is read, by the index of its days."""
    struck = Invalidation.objects.filter(campaign=OuterRef("campaign"))
    lately = Q(at__gt=OuterRef("confirmed_at") - STRIKING_TAKES)
    lately |= Q(undone_at__gt=OuterRef("confirmed_at") - STRIKING_TAKES)
    again = Q(Exists(struck.filter(lately)), confirmed_at__lt=now - timedelta(seconds=50))
    again |= Q(hour__gt=now - timedelta(hours=3), confirmed_at__lt=now - timedelta(minutes=10))
    again |= Q(hour__gt=now - timedelta(days=2), confirmed_at__lt=now - timedelta(hours=3))
    due = Burst.objects.filter(Q(confirmed_at__isnull=True) | again)
    due = due.order_by(F("confirmed_at").asc(nulls_first=True), "-pk")
    found = due.annotate(confirmed_now=_now(Signature.State.CONFIRMED), invalid_now=_now(Signature.State.INVALID))[
        :most
    ]
    counted = [
        Burst(pk=one.pk, confirmed=one.confirmed_now, invalid=one.invalid_now, confirmed_at=now) for one in found
    ]
    Burst.objects.bulk_update(counted, ["confirmed", "invalid", "confirmed_at"])
    return len(counted)


def _now(state: Signature.State) -> Coalesce:
    """How many of a burst's signatures() are in that state; of however many bursts, in their own question."""
    of = OuterRef("of")
    mine = Q(Exact(of, Of.NETWORK), network_key=OuterRef("key")) | Q(Exact(of, Of.DOMAIN), domain_key=OuterRef("key"))
    rows = Signature.objects.filter(mine, campaign=OuterRef("campaign"), state=state)
    rows = rows.filter(created_at__gte=OuterRef("hour"), created_at__lt=OuterRef("hour") + HOUR)
    return Coalesce(Subquery(rows.order_by().values("campaign").annotate(n=Count("pk")).values("n")), 0)


def forget(now: datetime) -> None:
    SigningHour.objects.filter(hour__lt=now - KEPT).delete()
    Burst.objects.filter(hour__lt=now - KEPT).delete()
    # With the limits of the index that finds them.
    few = SigningHour.objects.filter(~Q(of="all"), hour__lt=now - 2 * HOUR, given__lt=SigningHour.FEW)
    few.delete()


# What organisers see


def by_hour(campaign: Campaign, since: datetime, until: datetime) -> list[tuple[datetime, int]]:
    """Every hour, also those in which nobody signed."""
    rows = SigningHour.objects.filter(campaign=campaign, of=Of.ALL, key="", hour__gte=since, hour__lt=until)
    given = dict(rows.values_list("hour", "given"))
    hours = int((until - since) / HOUR)
    return [(at, given.get(at, 0)) for at in (since + n * HOUR for n in range(hours))]
