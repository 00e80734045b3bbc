"""What is kept, until when, and the nightly deed that ends it. Every step can be repeated at any time."""

import calendar
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from letters import outbox
from letters.models import Letter
from letters.models.post import UNSETTLED, State

from . import annexes, exports, pictures, tallying, telling
from .material import storing
from .models import Campaign, CampaignLetter, Invitation, Signature

BATCH = 500
WAITS_TO_MERGE = timedelta(days=3)  # at most; merging.MERGE_AFTER is one


def months_after(day: date, months: int) -> date:
    """The same day of the month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def kept_until(campaign: Campaign, given: date | None = None) -> date:
    return months_after(given or timezone.localdate(), campaign.retention_months)


def letter_kept_until(letter: CampaignLetter) -> date:
    """The day it is erased after; of a letter that waits for hands, the latest there may be."""
    days = timedelta(days=settings.LETTER_RETENTION_DAYS)
    written = timezone.localdate(letter.created_at)
    if letter.by_hand and letter.state != CampaignLetter.State.WITHDRAWN:
        latest = max(months_after(written, letter.months_kept), written + days)
        return min(latest, timezone.localdate(letter.handed_over_at) + days) if letter.handed_over_at else latest
    queued = timezone.localdate(letter.outgoing.created_at) if letter.outgoing else written
    return (queued if queued > written + days else written) + days  # emailed after all, having waited for hands


@dataclass
class Receipt:
    """What one run did, in rows."""

    pending_deleted: int = 0
    withdrawn_scrubbed: int = 0
    signatures_anonymised: int = 0
    letters_scrubbed: int = 0
    emails_scrubbed: int = 0
    materials_deleted: int = 0
    pictures_deleted: int = 0
    invitations_deleted: int = 0

    def __str__(self) -> str:
        return ", ".join(f"{name.replace('_', ' ')}: {number}" for name, number in asdict(self).items())


def anonymise_expired(now: datetime | None = None, dry_run: bool = False) -> Receipt:
    now = now or timezone.now()
    unconfirmed = Signature.objects.unconfirmed_since(now - timedelta(days=settings.PENDING_SIGNATURE_DAYS))
    withdrawn = Signature.objects.filter(
        state=Signature.State.WITHDRAWN,
        anonymised_at__isnull=True,
        withdrawn_at__lt=now - timedelta(days=settings.WITHDRAWN_SIGNATURE_DAYS),
    )
    # Each row is ended once, whichever of its days has come, so that a dry run counts what a run does.
    expired = Signature.objects.to_anonymise(timezone.localdate(now)).exclude(pk__in=unconfirmed.values("pk"))
    expired = expired.exclude(pk__in=withdrawn.values("pk"))
    letters = letters_due(now)
    if dry_run:
        due = Receipt(unconfirmed.count(), withdrawn.count(), expired.count(), letters.count())
        due.materials_deleted = storing.expired(now).count()
        due.pictures_deleted = pictures.unused(now).count()
        due.invitations_deleted = Invitation.objects.forgettable(now).count()
        return due
    receipt = Receipt(pending_deleted=_delete_pending(unconfirmed))
    receipt.withdrawn_scrubbed = _forget_signatures(withdrawn, now)
    receipt.signatures_anonymised = _forget_signatures(expired, now)
    receipt.letters_scrubbed = forget_letters(letters, now)
    receipt.emails_scrubbed = outbox.scrub_old(now)
    receipt.materials_deleted = storing.expire(now)
    receipt.pictures_deleted = pictures.expire(now)
    receipt.invitations_deleted = Invitation.objects.forgettable(now).delete()[0]
    return receipt


def letters_due(now: datetime) -> models.QuerySet[CampaignLetter]:
    """Those whose letter_kept_until has passed, and that have left. What has not left yet still needs its words."""
    days = timedelta(days=settings.LETTER_RETENTION_DAYS)
    by_hand = models.Q(by_hand=True, state=CampaignLetter.State.CONFIRMED)
    due = ~by_hand & models.Q(created_at__lt=now - days) | by_hand & models.Q(handed_over_at__lt=now - days)
    # Letters that nobody ever hands over end too: after as many months as the campaign kept a signature then.
    waited = CampaignLetter.objects.filter(by_hand, anonymised_at__isnull=True).order_by()
    for months in waited.values_list("months_kept", flat=True).distinct():
        written_before = min(_past_after_months(months, now), now - days)
        due |= by_hand & models.Q(months_kept=months, created_at__lt=written_before)
    kept = CampaignLetter.objects.filter(due, anonymised_at__isnull=True)
    for email in ("outgoing", "merged__outgoing"):
        kept = kept.exclude(**{f"{email}__state__in": (*UNSETTLED, State.HELD)})
    # Confirmed late, it waits to be merged; for those who left their seat meanwhile it waits no longer than that.
    kept = kept.exclude(
        to_merge=True, state=CampaignLetter.State.CONFIRMED, merged__isnull=True, confirmed_at__gte=now - WAITS_TO_MERGE
    )
    # Emailed after all, long after it was written: a failure can be put right as long as with any other.
    return kept.exclude(outgoing__created_at__gte=now - days, created_at__lt=models.F("outgoing__created_at") - days)


def _past_after_months(months: int, now: datetime) -> datetime:
    """What was written before this moment has been kept for so many months, and a day begun since."""
    today = timezone.localdate(now)
    day = months_after(today, -months) + timedelta(days=4)  # the ends of months: not every day has its like
    while months_after(day, months) >= today:
        day -= timedelta(days=1)
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def _delete_pending(due: models.QuerySet[Signature]) -> int:
    done = 0
    while True:
        with transaction.atomic():
            # Under their locks, so that none is confirmed between being found and being deleted.
            batch = list(due.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH])
            Signature.objects.filter(pk__in=[signature.pk for signature in batch]).delete()
        done += len(batch)
        if len(batch) < BATCH:
            return done


def _forget_signatures(due: models.QuerySet[Signature], now: datetime) -> int:
    done = 0
    while batch := list(due.order_by("pk")[:BATCH]):
        campaigns = sorted({signature.campaign_id for signature in batch})
        with transaction.atomic():
            # The campaigns before their signatures, as everywhere, so that nobody and we wait for each other.
            list(Campaign.objects.select_for_update(no_key=True).only("pk").filter(pk__in=campaigns).order_by("pk"))
            for signature in batch:
                signature.forget_the_person(now)
                signature.save(update_fields=[*Signature.PERSONAL, "updates", "anonymised_at"])
            outbox.forget_emails(telling.news_to(batch), "retention")
            for campaign_id in campaigns:
                exports.discard(campaign_id)
                tallying.forget_rare(campaign_id, [signature.pk for signature in batch])
        done += len(batch)
    return done


def forget_letters(due: models.QuerySet[CampaignLetter], now: datetime) -> int:
    done = 0
    due = due.filter(anonymised_at__isnull=True)
    while batch := list(due.order_by("pk")[:BATCH]):
        with transaction.atomic():
            outbox.forget_emails(telling.about(batch), "retention")  # a copy has the whole letter in it
            Letter.objects.filter(pk__in=[kept.letter_id for kept in batch]).scrub()
            CampaignLetter.objects.filter(pk__in=[kept.pk for kept in batch]).update(
                email="", email_key="", anonymised_at=now
            )
            annexes.rewrite(kept.merged_id for kept in batch if kept.merged_id)
            for campaign_id in {kept.campaign_id for kept in batch}:
                exports.discard(campaign_id, exports.KIND)
        done += len(batch)
    return done
