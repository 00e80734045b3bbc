"""Until when something is kept, as it is said to whoever gives it. What was said never gets later for them.

A signature goes so many months after its campaign has closed, and on its `erase_on` at the latest. Neither a longer
setting nor an opening anew moves that: a Term holds what those before it were told.
"""

import calendar
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone

from .models import Campaign, CampaignLetter, Signature, Term

# Between knowing the day and its coming: organisers have to see it come.
NOTICE = timedelta(days=28)
# A page with the former promise may have been open, or in some cache, when the setting was changed.
STILL_OPEN = timedelta(days=1)


def months_after(day: date, months: int) -> date:
    """The same day of the month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def past_after_months(months: int, now: datetime) -> datetime:
    """What was written before this moment has been kept for so many months, and a day begun since."""
    today = timezone.localdate(now)
    day = months_after(today, -months) + timedelta(days=4)  # the ends of months: not every day has its like
    while months_after(day, months) >= today:
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def kept_until(campaign: Campaign, given: date | None = None) -> date:
    """At the latest, of what is given that day."""
    given = given or timezone.localdate()
    latest = months_after(given, campaign.retention_months)
    if campaign.closed_at is None:
        return latest
    return min(latest, _after_closing(campaign.closed_at, campaign.months_after_closing, given))


def _after_closing(closed_at: datetime, months: int, today: date) -> date:
    return max(months_after(timezone.localdate(closed_at), months), today + NOTICE)


def letter_kept_until(letter: CampaignLetter) -> date:
    """The day it is erased after; of a letter that waits for hands, the latest there may be."""
    days = timedelta(days=days_of(letter))
    written = timezone.localdate(letter.created_at)
    if letter.by_hand and letter.state != CampaignLetter.State.WITHDRAWN:
        latest = max(months_after(written, letter.months_kept), written + days)
        return min(latest, timezone.localdate(letter.handed_over_at) + days) if letter.handed_over_at else latest
    queued = timezone.localdate(letter.outgoing.created_at) if letter.outgoing else written
    return (queued if queued > written + days else written) + days  # emailed after all, having waited for hands


def days_of(letter: CampaignLetter) -> int:
    return letter.days_kept or int(settings.LETTER_RETENTION_DAYS)


def erased_by(signature: Signature) -> tuple[date, int | None]:
    """The day on which it goes at the latest, as it is known today; and so many months after the campaign closes, where
    that has still to come."""
    campaign = signature.campaign
    terms = [term for term in campaign.terms.filter(of=Term.Of.CLOSING) if term.given_before >= given_at(signature)]
    latest = min([signature.erase_on, *(term.erase_on for term in terms if term.erase_on)])
    if campaign.closed_at is not None:
        return latest, None
    return latest, min([campaign.months_after_closing, *(term.length for term in terms)])


def given_at(signature: Signature) -> datetime:
    return signature.consent_at or signature.created_at


def covered_by(term: Term) -> models.Q:
    """Of signatures: those to whom this was promised."""
    given = models.Q(consent_at__lte=term.given_before)
    given |= models.Q(consent_at__isnull=True, created_at__lte=term.given_before)
    return models.Q(campaign=term.campaign_id) & given


def closed(campaign: Campaign) -> None:
    """It has closed, or says otherwise of the months now that it has: for all who gave something, the day is known.
    Within the caller's transaction."""
    if campaign.closed_at is None:
        return
    today = timezone.localdate()
    open_terms = campaign.terms.filter(of=Term.Of.CLOSING, erase_on__isnull=True)
    for term in open_terms:
        Term.objects.filter(pk=term.pk).update(erase_on=_after_closing(campaign.closed_at, term.length, today))
    months = campaign.months_after_closing
    Term.objects.create(
        campaign=campaign,
        of=Term.Of.CLOSING,
        given_before=campaign.closed_at,
        length=months,
        erase_on=_after_closing(campaign.closed_at, months, today),
    )


def changed(before: Campaign, now: Campaign) -> None:
    """The campaign keeps things otherwise from now on; to those before, what they were told holds. `before`: as it was.
    Within the caller's transaction."""
    if before.months_after_closing != now.months_after_closing:
        if now.closed_at is not None:
            closed(now)
        elif before.months_after_closing < now.months_after_closing:
            _hold(now, Term.Of.CLOSING, before.months_after_closing)
    if before.days_to_confirm < now.days_to_confirm:
        _hold(now, Term.Of.UNCONFIRMED, before.days_to_confirm)


def _hold(campaign: Campaign, of: str, length: int) -> None:
    Term.objects.create(campaign=campaign, of=of, given_before=timezone.now() + STILL_OPEN, length=length)


def write_missing_terms() -> int:
    """Of campaigns that closed before this was written down at once."""
    written = Term.objects.filter(campaign=models.OuterRef("pk"), of=Term.Of.CLOSING, erase_on__isnull=False)
    written = written.filter(given_before__gte=models.OuterRef("closed_at"))
    missing = Campaign.objects.filter(~models.Exists(written), closed_at__isnull=False)
    for campaign in (found := list(missing)):
        closed(campaign)
    return len(found)


def due_terms(today: date) -> models.QuerySet[Term]:
    """Campaigns that closed so long ago that all goes."""
    return Term.objects.filter(of=Term.Of.CLOSING, done_at__isnull=True, erase_on__lte=today).order_by("pk")


def unconfirmed(now: datetime) -> models.QuerySet[Signature]:
    """Those never confirmed whose days are over, by what their campaign says and what it said when they signed."""
    ago = {days: now - timedelta(days=days) for days in _days_in_use()}
    standard = int(settings.PENDING_SIGNATURE_DAYS)
    own = models.Q(campaign__unconfirmed_days__isnull=False)
    over = ~own & models.Q(consent_at__lt=now - timedelta(days=standard))
    for days, moment in ago.items():
        over |= models.Q(campaign__unconfirmed_days=days, consent_at__lt=moment)
    youngest = [now - timedelta(days=standard), *ago.values()]
    for term in Term.objects.filter(of=Term.Of.UNCONFIRMED):
        moment = min(term.given_before, now - timedelta(days=term.length))
        over |= models.Q(campaign=term.campaign_id, consent_at__lt=moment)
        youngest.append(moment)
    return Signature.objects.unconfirmed_since(max(youngest)).filter(over)


def _days_in_use() -> list[int]:
    kept = Campaign.objects.filter(unconfirmed_days__isnull=False).order_by()
    return [days for days in kept.values_list("unconfirmed_days", flat=True).distinct() if days]
