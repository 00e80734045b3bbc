"""Telling organisers that their post needs a person: one email an organisation an hour at most, to its owners,
or to who runs the installation where there is none."""

import logging
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q
from django.utils import timezone

from letters.models import OutgoingEmail, Sender, Stop
from letters.models.post import Kind, State

from . import emails
from .models import Campaign, Membership, Organisation, User

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


@dataclass(frozen=True)
class Concerns:
    """What came up in one organisation's post. Numbers only: the post room has the rest, behind a login."""

    stops: int
    bounced: int
    held: int
    failed: int
    confirmations: int  # failed within an hour, when that is not a mistyped address here and there
    trouble: bool

    def __bool__(self) -> bool:
        return any((self.stops, self.bounced, self.held, self.failed, self.confirmations, self.trouble))


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
    owners = list(_owners(organisation))
    # Whoever runs the installation can give it an owner.
    readers = owners or list(User.objects.filter(is_superuser=True, is_active=True).order_by("pk"))
    if not readers:
        return False
    with transaction.atomic():
        # Whoever was first has changed the time; the email and the time are there together or not at all.
        mine = Organisation.objects.filter(pk=organisation.pk, post_told_at=organisation.post_told_at)
        if not mine.update(post_told_at=until):
            return False
        for reader in readers:
            emails.post_notice(organisation, reader, asdict(concerns), _language(organisation), owned=bool(owners))
    return True


def _concerns(organisation: Organisation, until: datetime) -> Concerns:
    since = organisation.post_told_at or until - FIRST_LOOKS_BACK
    sender = organisation.sender
    letters = OutgoingEmail.objects.filter(
        sender=sender, state__in=WANTED, kind=Kind.LETTER, settled_at__gt=since, settled_at__lte=until
    )
    count = dict(letters.order_by().values_list("state").annotate(count=Count("*")))
    return Concerns(
        stops=Stop.objects.filter(sender=sender, lifted_at__isnull=True, at__gt=since, at__lte=until).count(),
        bounced=count.get(State.BOUNCED, 0),
        held=count.get(State.HELD, 0),
        failed=count.get(State.FAILED, 0),
        confirmations=failing_confirmations(sender, until),
        trouble=_in_new_trouble(sender, organisation.post_told_at, until),
    )


def failing_confirmations(sender: Sender, until: datetime) -> int:
    """How many failed in the last hour; 0 while that is as usual: a few, or a small part of all that ended."""
    ended = OutgoingEmail.objects.filter(
        sender=sender,
        state__in=(State.SENT, State.FAILED, State.BOUNCED),
        kind=Kind.CONFIRMATION,
        settled_at__gt=until - FAILING_WITHIN,
        settled_at__lte=until,
    )
    found = ended.aggregate(all=Count("pk"), failed=Count("pk", Q(state=State.FAILED)))
    many = found["failed"] > FAILING_MORE_THAN and found["failed"] * FAILING_ONE_IN > found["all"]
    return int(found["failed"]) if many else 0


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


def _owners(organisation: Organisation) -> Iterator[User]:
    owners = Membership.objects.filter(organisation=organisation, role=Membership.Role.OWNER, user__is_active=True)
    return (membership.user for membership in owners.select_related("user").order_by("pk"))


def _language(organisation: Organisation) -> str:
    """Nobody has told us theirs; who campaigns in one language of ours alone will read it."""
    used = set(Campaign.objects.filter(organisation=organisation).values_list("language", flat=True).distinct())
    known = used & set(dict(settings.LANGUAGES))
    return known.pop() if len(used) == len(known) == 1 else settings.LANGUAGE_CODE
