"""An update on its way to those who asked for it: begun, made into emails a few hundred at a time, paused, ended.

Whatever dies in the middle, nobody gets it twice: the row that says who gets it and their email are made in one
transaction, and the database takes only one such row a person. Only so many emails are made ahead of those that leave,
so that a pause has little to take back, and who withdraws meanwhile is not written to.
"""

import logging
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.db.models import Count, Min, Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from config import locks
from letters import outbox
from letters.models import Message, OutgoingEmail
from letters.models.post import UNSETTLED, Queue, State

from . import logbook, reckoning, update_emails, update_numbers, updates
from .models import Campaign, CampaignText, Signature, Update, UpdateRecipient, UpdateText, User
from .models.signature import SignatureQuerySet

log = logging.getLogger(__name__)

BATCH = 200
AHEAD = 1_000  # emails of one sender that are due, before more are made
ROUND_SECONDS = 5.0
TOO_SOON = timedelta(days=3)
A_DAY, MOST_A_DAY = timedelta(days=1), 2
WAITS = (State.QUEUED, State.LEASED)
SWEEPER = "sweeper"

Someone = User | AnonymousUser


@dataclass(frozen=True)
class Plan:
    """How it is to go out. `at`: None is now. `again`: also if the same people have just been written to."""

    by_email: bool
    on_page: bool
    at: datetime | None = None
    again: bool = False


@dataclass(frozen=True)
class Readers:
    """So many signed in one language, and read it in another, or not at all."""

    signed_in: str
    read_in: str
    people: int


class TooSoon(ValidationError):
    """The same people were, or will be, written to a short time before or after."""


def wanting_news(campaign: Campaign) -> SignatureQuerySet:
    return Signature.objects.filter(campaign=campaign).getting_news()


def audience(update: Update) -> SignatureQuerySet:
    """Who still gets it: whoever signed, or asked for news, since it began is not among them."""
    wanted = wanting_news(update.campaign)
    if update.started_at is None:
        return wanted
    signed = Q(confirmed_at__lte=update.started_at) | Q(confirmed_at__isnull=True, created_at__lte=update.started_at)
    return wanted.filter(signed, updates_consent_at__lte=update.started_at)


def readers(update: Update) -> list[Readers]:
    """A dry count, by the language in which they signed; most of them first."""
    texts = list(update.texts.all())
    kept = reckoning.of(update.campaign)
    asked = wanting_news(update.campaign).order_by().values_list("text")
    by_text = kept.news if kept else dict(asked.annotate(people=Count("text")))
    signed: Counter[str] = Counter()
    for pk, language in CampaignText.objects.filter(pk__in=by_text).values_list("pk", "language"):
        signed[language] += by_text[pk]
    found = [
        Readers(language, text.language if text else "", people)
        for language, people in signed.items()
        for text in [updates.text_in(texts, language, update.campaign.language)]
    ]
    return sorted(found, key=lambda one: (-one.people, one.signed_in))


def check(update: Update, plan: Plan, now: datetime) -> int:
    """How many people it would go to. Raises ValidationError with what is in the way, TooSoon where a tick helps."""
    campaign = update.campaign
    if not (plan.by_email or plan.on_page):
        raise ValidationError(_("Choose at least one: by email, or on the campaign’s page."))
    if not update.texts.exists():
        raise ValidationError(_("There is nothing to send yet. Write it first."))
    if not campaign.is_public:
        raise ValidationError(_("The campaign is not public, or your organisation waits for the operator’s approval."))
    if plan.at is not None and plan.at <= now:
        raise ValidationError(_("That time is past. Choose a later one, or send it now."))
    if not plan.by_email:
        return 0
    people = sum(one.people for one in readers(update) if one.read_in)
    if not people:
        raise ValidationError(
            _("Nobody has asked for news in a language you have written. Show it on the page without email.")
        )
    _check_frequency(update, plan, plan.at or now)
    return people


def _others_within(update: Update, moment: datetime, time: timedelta) -> models.QuerySet[Update]:
    """Those that the same people get in that time before or after."""
    others = Update.objects.filter(campaign=update.campaign_id, by_email=True).exclude(pk=update.pk)
    window = (moment - time, moment + time)
    return others.filter(Q(state=Update.State.SCHEDULED, send_at__range=window) | Q(started_at__range=window))


def is_soon_after_another(update: Update, moment: datetime) -> bool:
    return _others_within(update, moment, TOO_SOON).exists()


def _check_frequency(update: Update, plan: Plan, moment: datetime) -> None:
    if _others_within(update, moment, A_DAY).count() >= MOST_A_DAY:
        raise ValidationError(
            _("These people get %(most)d updates within a day already, which is the most. Choose another day.")
            % {"most": MOST_A_DAY}
        )
    if not plan.again and is_soon_after_another(update, moment):
        raise TooSoon(
            _("The same people get another update less than three days before or after. Tick the box if it must be.")
        )


def send(update: Update, user: Someone, plan: Plan, seen: int) -> None:
    """Now, or at its time. Raises ValidationError, or updates.Changed when it is not what the sender saw."""
    with transaction.atomic():
        locks.hold("updates", update.campaign_id)  # or two at once would each be the only one of the day
        row = _held(update)
        if row.state != Update.State.DRAFT or row.revision != seen:
            raise updates.Changed(row)
        now = timezone.now()
        people = check(row, plan, now)
        row.by_email, row.on_page = plan.by_email, plan.on_page
        row.state, row.send_at = Update.State.SCHEDULED, plan.at or now
        row.sent_by = user if isinstance(user, User) else None
        row.save(update_fields=["by_email", "on_page", "state", "send_at", "sent_by"])
        campaign = row.campaign
        if plan.at is not None:
            at = date_format(timezone.localtime(plan.at), "Y-m-d H:i e")
            logbook.note(campaign.organisation, user, "update.scheduled", campaign, at=at)
        else:
            _begin(row, user, now, people)
    update.refresh_from_db()


def unschedule(update: Update, user: Someone) -> bool:
    with transaction.atomic():
        waiting = Update.objects.filter(pk=update.pk, state=Update.State.SCHEDULED)
        stopped = waiting.update(state=Update.State.DRAFT, send_at=None)
        if stopped:
            logbook.note(update.campaign.organisation, user, "update.unscheduled", update.campaign)
    return bool(stopped)


def _begin(row: Update, user: Someone | None, now: datetime, people: int) -> None:
    """Its row is held. `user`: None is the clock."""
    row.started_at = now
    row.published_at = now if row.on_page else None
    row.state = Update.State.SENDING if row.by_email else Update.State.SENT
    row.ended_at = None if row.by_email else now
    row.numbers = {update_numbers.PEOPLE: people} if row.by_email else {}
    row.save(update_fields=["started_at", "published_at", "state", "ended_at", "numbers"])
    if row.by_email:
        logbook.note(row.campaign.organisation, user, "update.sent", row.campaign, people=people)
    else:
        logbook.note(row.campaign.organisation, user, "update.published", row.campaign)


def pause(update: Update, user: Someone) -> bool:
    """At once: what waits is taken back, and made anew when it goes on. What is being handed over still leaves."""
    with transaction.atomic():
        row = _held(update)
        if row.state != Update.State.SENDING:
            return False
        row.state = Update.State.PAUSED
        _take_back(row, _actor(user), "The update was paused.")
        row.save(update_fields=["state", "reached", "made_at"])
        logbook.note(row.campaign.organisation, user, "update.paused", row.campaign)
    update_numbers.count(update)
    return True


def _take_back(row: Update, actor: str, why: str) -> None:
    """Cancels what waits, and forgets that it was made. An email that has begun to leave keeps its row: it is the
    proof that its reader has been written to."""
    theirs = UpdateRecipient.objects.filter(update=row)
    waiting = OutgoingEmail.objects.filter(pk__in=theirs.values("email"), state__in=WAITS).order_by("pk")
    while ids := list(waiting.select_for_update().values_list("pk", flat=True)[:BATCH]):
        outbox.cancel(ids, actor, why)
        back = theirs.filter(email__in=ids)
        first = back.aggregate(first=Min("signature"))["first"]
        row.reached, row.made_at = min(row.reached, first - 1), None
        back.delete()


def resume(update: Update, user: Someone) -> bool:
    return _move(update, user, Update.State.PAUSED, Update.State.SENDING, "update.resumed")


def _move(update: Update, user: Someone, source: Update.State, target: Update.State, deed: str) -> bool:
    with transaction.atomic():
        moved = Update.objects.filter(pk=update.pk, state=source).update(state=target)
        if moved:
            logbook.note(update.campaign.organisation, user, deed, update.campaign)
    return bool(moved)


def cancel(update: Update, user: Someone) -> bool:
    """For good. Whoever has got it has got it."""
    with transaction.atomic():
        row = _held(update)
        if row.state not in Update.UNDER_WAY:
            return False
        row.state, row.ended_at = Update.State.CANCELLED, timezone.now()
        row.save(update_fields=["state", "ended_at"])
        emails = UpdateRecipient.objects.filter(update=row, email__state__in=(*UNSETTLED, State.HELD))
        outbox.cancel(emails.values_list("email", flat=True), _actor(user), "The update was cancelled.")
        logbook.note(row.campaign.organisation, user, "update.cancelled", row.campaign)
    update_numbers.count(update)
    return True


def send_due(now: datetime | None = None) -> int:
    """A deed of the sweeper: begins what is due, makes more emails, ends what is done. How many emails it made."""
    now = now or timezone.now()
    public = Update.objects.filter(campaign__in=Campaign.objects.published()).select_related("campaign__organisation")
    for update in public.filter(state=Update.State.SCHEDULED, send_at__lte=now).order_by("send_at", "pk"):
        with transaction.atomic():
            row = _held(update)
            if row.state == Update.State.SCHEDULED:
                _begin(row, None, now, sum(one.people for one in readers(row) if one.read_in))
    stopped = Q(state=Update.State.PAUSED) | (Q(state=Update.State.SENDING) & ~Q(pk__in=public.values("pk")))
    for update in Update.objects.filter(stopped):
        _take_back_from(update)
    made, until = 0, time.monotonic() + ROUND_SECONDS
    for update in public.filter(state=Update.State.SENDING).order_by("started_at", "pk"):
        try:
            made += _more(update, until)
        except Exception:  # whatever is wrong with one, the others go on
            log.exception("No emails could be made for update %s.", update.pk)
    update_numbers.count_those_under_way(now)
    return made


def _take_back_from(update: Update) -> None:
    """Of one that may not go on: its organisation's approval was withdrawn, or it is paused and the mail server would
    not take what was being handed over just then."""
    with transaction.atomic():
        row = _held(update)
        if row.state in Update.UNDER_WAY:
            _take_back(row, SWEEPER, "The update may not go out at the moment.")
            row.save(update_fields=["reached", "made_at"])


def _more(update: Update, until: float) -> int:
    _stop_unwanted(update)
    sender = update.campaign.organisation.sender_id
    made = 0
    while time.monotonic() < until:
        waiting = OutgoingEmail.objects.in_queue(Queue.UPDATES).due().filter(sender=sender)
        if waiting[:AHEAD].count() >= AHEAD:
            break
        batch = _batch(update)
        made += batch
        if not batch:
            break
    return made


def _batch(update: Update) -> int:
    """All of it or nothing: of a worker that dies in it, the next begins where it began."""
    with transaction.atomic():
        row = _held(update)
        if row.state != Update.State.SENDING or row.made_at is not None:
            return 0
        # Held, so that nobody withdraws between being read and being written to.
        next_ones = audience(row).filter(pk__gt=row.reached).select_for_update(of=("self",)).order_by("pk")
        signatures = list(next_ones.select_related("text")[:BATCH])
        _write_to(row, signatures)
        if len(signatures) < BATCH:
            row.made_at = timezone.now()
        row.reached = signatures[-1].pk if signatures else row.reached
        row.save(update_fields=["reached", "made_at"])
    return len(signatures)


def _write_to(row: Update, signatures: Sequence[Signature]) -> None:
    done = set(UpdateRecipient.objects.filter(update=row, signature__in=signatures).values_list("signature", flat=True))
    texts = list(row.texts.select_related("update__campaign__organisation__sender"))
    shared: dict[int, Message] = {}
    recipients = []
    for signature in signatures:
        text = updates.text_in(texts, signature.text.language, row.campaign.language)
        if text is None or signature.pk in done:
            continue
        if text.pk not in shared:
            shared[text.pk] = update_emails.message(text)
        recipients.append(UpdateRecipient(update=row, signature=signature, email=_email(text, shared, signature)))
    UpdateRecipient.objects.bulk_create(recipients)


def _email(text: UpdateText, shared: dict[int, Message], signature: Signature) -> OutgoingEmail | None:
    try:
        return update_emails.queue(text, shared[text.pk], signature, SWEEPER)
    except outbox.BadAddress:
        return None  # counted, and shown as such


def _stop_unwanted(update: Update) -> None:
    """Those struck out by many at once since their email was made. Who leaves by themselves has stopped theirs."""
    waiting = UpdateRecipient.objects.filter(update=update, email__state__in=WAITS)
    wanted = {"state": Signature.State.CONFIRMED, "updates": True, "updates_consent__isnull": False}
    unwanted = waiting.exclude(**{f"signature__{name}": value for name, value in wanted.items()})
    if ids := list(unwanted.values_list("email", flat=True)):
        outbox.cancel(ids, SWEEPER, "The supporter no longer counts, or wants no more news.")


def _actor(user: Someone) -> str:
    return f"account {user.pk}"


def _held(update: Update) -> Update:
    rows = Update.objects.select_for_update(of=("self",)).select_related("campaign__organisation__sender")
    return rows.get(pk=update.pk)
