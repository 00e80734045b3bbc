"""Telling organisers what they want to be told: that their post, or what readers reported, needs a person, in one email
an organisation an hour at most, what a campaign has reached, and who signs in bursts. Where nobody owns an
organisation, the operator hears of it; and of campaigns that were reported."""

import logging
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Q, TextChoices
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from letters.models import OutgoingEmail, Sender, Stop
from letters.models.post import IN_TROUBLE, Among, Kind, State

from . import emails, emails_to_organisers, reporting
from .counting import GOALS
from .models import Burst, Campaign, Membership, Organisation, Reported, User

log = logging.getLogger(__name__)

AT_MOST_EVERY = timedelta(hours=1)
FIRST_LOOKS_BACK = timedelta(days=7)  # for an organisation that has never been told anything
# What happened so lately may not be committed yet; it is for the next time, or it would be passed over for good.
SETTLES_IN = timedelta(minutes=1)
TROUBLE_LASTS = timedelta(minutes=10)  # before a sender's trouble is worth a message
TROUBLE_AGAIN = timedelta(days=1)  # and how often it is told again while it lasts
# One confirmation fails because somebody mistyped their address. So many do because something is wrong with us.
FAILING_WITHIN, FAILING_MORE_THAN, FAILING_ONE_IN = timedelta(hours=1), 5, 10
WANTED = (State.BOUNCED, State.HELD, State.FAILED)


class Notice(TextChoices):
    """What each member chooses to be written to about."""

    FIRST = "first", _("The first signature of a campaign")
    GOAL = "goal", _("Each goal that a campaign reaches")
    HELD = "held", _("Letters that wait for a decision, and mail that does not leave")
    BOUNCED = "bounced", _("Letters to representatives that came back")
    BURST = "burst", _("Far more signatures than usual from one network or mail domain")
    REPORT = "report", _("Entries of a public list that readers report")


OF_OWNERS = frozenset({Notice.HELD, Notice.BOUNCED, Notice.BURST, Notice.REPORT})  # unless they choose otherwise
OF_EDITORS = frozenset({Notice.BURST, Notice.REPORT})  # nobody else may open those pages


def wanted_by(membership: Membership) -> frozenset[str]:
    """What they chose, or what goes with their role."""
    if membership.notices is None:
        return OF_OWNERS if membership.role == Membership.Role.OWNER else frozenset()
    return frozenset(membership.notices) & frozenset(Notice.values)


def _hears_of(membership: Membership) -> frozenset[str]:
    """What they want, of what they may open."""
    return wanted_by(membership) - (OF_EDITORS if membership.role == Membership.Role.VIEWER else frozenset())


def choose(membership: Membership, notices: Iterable[str], language: str) -> None:
    """`language` is the one in which all of our emails speak to them; empty: as each organisation's campaigns do."""
    with transaction.atomic():
        membership.notices = [notice for notice in Notice.values if notice in notices]
        membership.save(update_fields=["notices"])
        membership.user.language = language
        membership.user.save(update_fields=["language"])


@dataclass(frozen=True)
class Concerns:
    """What came up in one organisation. Numbers only: its pages have the rest, behind a login."""

    stops: int
    bounced: int
    held: int
    failed: int
    confirmations: int  # failed within an hour, when that is not a mistyped address here and there
    trouble: bool
    reported: int  # entries of its public lists, for the first time or for the first time since they were decided on

    def __bool__(self) -> bool:
        return any((self.stops, self.bounced, self.held, self.failed, self.confirmations, self.trouble, self.reported))

    def as_wanted(self, notices: frozenset[str]) -> "Concerns":
        """Those that somebody wants to hear of."""
        left = self if Notice.BOUNCED in notices else replace(self, bounced=0)
        left = left if Notice.REPORT in notices else replace(left, reported=0)
        return left if Notice.HELD in notices else Concerns(0, left.bounced, 0, 0, 0, False, left.reported)


def tell_organisers(now: datetime | None = None) -> int:
    """A deed of the sweeper: how many organisations were told. Two sweepers at once tell each of them once."""
    until = (now or timezone.now()) - SETTLES_IN
    quiet = Q(post_told_at__isnull=True) | Q(post_told_at__lte=until - AT_MOST_EVERY)
    organisations = Organisation.objects.filter(quiet).select_related("sender").order_by("pk")
    told = 0
    for organisation in organisations.iterator():
        try:
            told += _tell(organisation, until)
        except Exception:  # whatever is wrong with one organisation, the others are told
            log.exception("The owners of organisation %s could not be told about its post.", organisation.pk)
    return told


def _tell(organisation: Organisation, until: datetime) -> bool:
    concerns = _concerns(organisation, until)
    if not concerns:
        return False
    members = list(_members(organisation))
    owned = any(membership.role == Membership.Role.OWNER for membership in members)
    readers = [(member.user, concerns.as_wanted(_hears_of(member))) for member in members]
    if not owned:  # whoever runs the installation can give it an owner
        readers = [(operator, concerns) for operator in User.objects.filter(is_superuser=True, is_active=True)]
    if not any(theirs for _reader, theirs in readers):
        return False
    with transaction.atomic():
        # Whoever was first has changed the time; the email and the time are there together or not at all.
        mine = Organisation.objects.filter(pk=organisation.pk, post_told_at=organisation.post_told_at)
        if not mine.update(post_told_at=until):
            return False
        for reader, theirs in readers:
            if theirs:
                language = emails_to_organisers.language_of(reader, organisation)
                emails.post_notice(organisation, reader, asdict(theirs), language, owned)
    return True


def _concerns(organisation: Organisation, until: datetime) -> Concerns:
    since = organisation.post_told_at or until - FIRST_LOOKS_BACK
    sender = organisation.sender
    letters = OutgoingEmail.objects.filter(
        sender=sender, state__in=WANTED, kind=Kind.LETTER, settled_at__gt=since, settled_at__lte=until
    )
    count = dict(letters.order_by().values_list("state").annotate(count=Count("*")))
    entries = Reported.objects.filter(campaign__organisation=organisation, first_at__gt=since, first_at__lte=until)
    return Concerns(
        stops=Stop.objects.filter(sender=sender, lifted_at__isnull=True, at__gt=since, at__lte=until).count(),
        bounced=count.get(State.BOUNCED, 0),
        held=count.get(State.HELD, 0),
        failed=count.get(State.FAILED, 0),
        confirmations=failing_confirmations(sender, until),
        trouble=_in_new_trouble(sender, organisation.post_told_at, until),
        reported=reporting.entries_that_wait(entries).count(),
    )


def failing_confirmations(sender: Sender, until: datetime) -> int:
    """How many failed in the last hour; 0 while that is as usual: a few, or a small part of all that ended."""
    lately = {"settled_at__gt": until - FAILING_WITHIN, "settled_at__lte": until}
    ended = OutgoingEmail.objects.filter(sender=sender, kind=Kind.CONFIRMATION, **lately)
    failed = ended.filter(Among(F("state"), IN_TROUBLE), state=State.FAILED).count()
    if failed <= FAILING_MORE_THAN:  # as ever: then the others need not be counted
        return 0
    all_of_them = ended.unscrubbed().filter(state__in=(State.SENT, State.FAILED, State.BOUNCED)).count()
    return failed if failed * FAILING_ONE_IN > all_of_them else 0


def _in_new_trouble(sender: Sender, told_at: datetime | None, until: datetime) -> bool:
    """Whether its server has failed for long, and its owners do not know that yet."""
    if not sender.server_failures:  # the first email that leaves sets it back
        return False
    tried = Q(not_before__lte=until) | Q(attempts__gt=0)
    stuck = OutgoingEmail.objects.filter(
        tried, sender=sender, state=State.QUEUED, created_at__lte=until - TROUBLE_LASTS
    )
    if told_at is None or told_at <= until - TROUBLE_AGAIN:
        return stuck.exists()
    # Told since: then it is news if mail has left meanwhile, or if none of it was here to be told of.
    left = OutgoingEmail.objects.unscrubbed().filter(sender=sender, state=State.SENT, settled_at__gt=told_at)
    return stuck.exists() and (not stuck.filter(created_at__lte=told_at).exists() or left.exists())


def _members(organisation: Organisation) -> Iterable[Membership]:
    working = Membership.objects.filter(organisation=organisation, user__is_active=True)
    return working.select_related("user").order_by("pk")


def tell_what_was_reached() -> int:
    """A deed of the sweeper: how many campaigns had news. Two sweepers at once tell each of them once, and a number is
    told once, however often signatures are withdrawn and given again."""
    grown = Campaign.objects.published().filter(signature_count__gt=F("told_signatures"))
    told = 0
    for campaign in grown.select_related("organisation").order_by("pk").iterator():
        try:
            told += _tell_reached(campaign)
        except Exception:  # whatever is wrong with one campaign, the others are told of
            log.exception("Nobody could be told what campaign %s has reached.", campaign.pk)
    return told


def _tell_reached(campaign: Campaign) -> bool:
    before, now = campaign.told_signatures, campaign.signature_count
    goals = {campaign.signature_goal, *(goal for goal in GOALS if goal > campaign.signature_goal)}
    reached = [goal for goal in goals if before < goal <= now]
    news = {Notice.GOAL: max(reached)} if reached else {}  # of several at once, the greatest
    if not before:
        news[Notice.FIRST] = 1
    if not news:
        return False
    with transaction.atomic():
        mine = Campaign.objects.filter(pk=campaign.pk, told_signatures=before)
        if not mine.update(told_signatures=now):
            return False
        for member in _members(campaign.organisation):
            for notice in sorted(wanted_by(member) & news.keys()):
                emails_to_organisers.campaign_reached(campaign, member.user, news[Notice(notice)])
    return True


SAME_BURST = timedelta(days=1)  # what goes on for hours is told of once


def tell_of_bursts(now: datetime | None = None) -> int:
    """A deed of the sweeper: how many organisations had one. Each is told of what is new, once an hour at most, and of
    each burst once. Two sweepers at once tell each of them once."""
    now = now or timezone.now()
    untold = Burst.objects.filter(told_at__isnull=True)
    told = 0
    for pk in list(untold.values_list("campaign__organisation", flat=True).distinct().order_by()):
        try:
            told += _tell_of_bursts(Organisation.objects.select_related("sender").get(pk=pk), now)
        except Exception:  # whatever is wrong with one organisation, the others are told
            log.exception("The members of organisation %s could not be told of a burst.", pk)
    return told


def _tell_of_bursts(organisation: Organisation, now: datetime) -> bool:
    of_it = Burst.objects.filter(campaign__organisation=organisation)
    if of_it.filter(told_at__gt=now - AT_MOST_EVERY).exists():
        return False
    news: dict[int, list[Burst]] = {}
    with transaction.atomic():
        # Lock: the bursts that nobody has been told of. Whoever tells of them too waits, and finds none.
        untold = list(of_it.filter(told_at__isnull=True).select_for_update(of=("self",)).order_by("campaign", "-given"))
        for burst in untold:
            same = of_it.filter(campaign=burst.campaign_id, of=burst.of, key=burst.key, told_at__isnull=False)
            if burst.real_at is None and not same.filter(hour__gte=burst.hour - SAME_BURST).exists():
                news.setdefault(burst.campaign_id, []).append(burst)
        Burst.objects.filter(pk__in=[burst.pk for burst in untold]).update(told_at=now)
        campaigns = Campaign.objects.filter(pk__in=news).order_by("pk")
        seen = [(one, len(news[one.pk]), max(burst.given for burst in news[one.pk])) for one in campaigns]
        for member in _members(organisation) if seen else ():
            if Notice.BURST in _hears_of(member):
                emails_to_organisers.bursts_seen(organisation, member.user, seen)
    return bool(seen)


def tell_operator_of_reports(now: datetime | None = None) -> int:
    """A deed of the sweeper: of how many campaigns. Once an hour at most, and of each once until it is decided on."""
    now = now or timezone.now()
    things = Reported.objects.campaigns()
    if things.filter(told_at__gt=now - AT_MOST_EVERY).exists():
        return 0
    operators = User.objects.filter(is_superuser=True, is_active=True).order_by("pk")
    with transaction.atomic():
        # Lock: the campaigns that nobody has been told of. Whoever tells of them too waits, and finds none.
        untold = things.open().filter(Q(told_at__isnull=True) | Q(told_at__lt=F("first_at")), first_at__lte=now)
        found = [thing.pk for thing in untold.select_for_update(of=("self",)).order_by("pk")]
        if not found or not operators:  # then it waits for one
            return 0
        for operator in operators:
            emails_to_organisers.campaigns_reported(operator, len(found))
        Reported.objects.filter(pk__in=found).update(told_at=now)
    return len(found)
