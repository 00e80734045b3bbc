"""What is kept, until when, and the nightly deed that ends it. Every step can be repeated at any time."""

import calendar
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from letters import outbox
from letters.models import Letter
from letters.models.post import UNSETTLED, State

from .models import Campaign, CampaignLetter, Signature

BATCH = 500


def months_after(day: date, months: int) -> date:
    """The same day of the month, or its last day where the month is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def kept_until(campaign: Campaign, given: date | None = None) -> date:
    return months_after(given or timezone.localdate(), campaign.retention_months)


def letter_kept_until(letter: CampaignLetter) -> date:
    return timezone.localdate(letter.created_at) + timedelta(days=settings.LETTER_RETENTION_DAYS)


@dataclass
class Receipt:
    """What one run did, in rows."""

    pending_deleted: int = 0
    withdrawn_scrubbed: int = 0
    signatures_anonymised: int = 0
    letters_scrubbed: int = 0
    emails_scrubbed: int = 0

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
    letters = CampaignLetter.objects.filter(
        anonymised_at__isnull=True, created_at__lt=now - timedelta(days=settings.LETTER_RETENTION_DAYS)
    ).exclude(outgoing__state__in=(*UNSETTLED, State.HELD))  # what has not left yet still needs its words
    if dry_run:
        return Receipt(unconfirmed.count(), withdrawn.count(), expired.count(), letters.count())
    receipt = Receipt(pending_deleted=_delete_pending(unconfirmed))
    receipt.withdrawn_scrubbed = _forget_signatures(withdrawn, now)
    receipt.signatures_anonymised = _forget_signatures(expired, now)
    receipt.letters_scrubbed = forget_letters(letters, now)
    receipt.emails_scrubbed = outbox.scrub_old(now)
    return receipt


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
        with transaction.atomic():
            for signature in batch:
                signature.forget_the_person(now)
                signature.save(update_fields=[*Signature.PERSONAL, "updates", "anonymised_at"])
        done += len(batch)
    return done


def forget_letters(due: models.QuerySet[CampaignLetter], now: datetime) -> int:
    done = 0
    due = due.filter(anonymised_at__isnull=True)
    while batch := list(due.order_by("pk").values_list("pk", "letter_id")[:BATCH]):
        with transaction.atomic():
            Letter.objects.filter(pk__in=[letter for _pk, letter in batch]).scrub()
            CampaignLetter.objects.filter(pk__in=[pk for pk, _letter in batch]).update(
                email="", email_key="", anonymised_at=now
            )
        done += len(batch)
    return done
