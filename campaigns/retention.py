"""The deed that ends what is kept no longer (promises says when). Every step can be repeated at any time, and leaves a
receipt: numbers, and nobody's name."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from letters import outbox
from letters.models import Letter, OutgoingEmail
from letters.models.post import UNSETTLED, State

from . import annexes, exports, pictures, promises, tallying, telling
from .material import storing
from .models import Campaign, CampaignLetter, Invitation, Signature, Term
from .promises import kept_until, letter_kept_until, months_after
from .receipts import Run

__all__ = ["anonymise_expired", "forget_letters", "kept_until", "letter_kept_until", "letters_due", "months_after"]

BATCH = 500
WAITS_TO_MERGE = timedelta(days=3)  # at most; merging.MERGE_AFTER is one


def anonymise_expired(now: datetime | None = None, dry_run: bool = False) -> Run:
    now = now or timezone.now()
    run = Run(now, dry_run)
    unconfirmed = promises.unconfirmed(now)
    withdrawn = Signature.objects.filter(
        state=Signature.State.WITHDRAWN,
        anonymised_at__isnull=True,
        withdrawn_at__lt=now - timedelta(days=settings.WITHDRAWN_SIGNATURE_DAYS),
    )
    today = timezone.localdate(now)
    if dry_run:
        _count(run, now, unconfirmed, withdrawn)
        return run
    promises.write_missing_terms()
    _delete_pending(unconfirmed, run)
    _forget_signatures(withdrawn, "withdrawn_scrubbed", run)
    _forget_signatures(Signature.objects.to_anonymise(today), "signatures_anonymised", run)
    terms = list(promises.due_terms(today))
    for term in terms:
        rows = Signature.objects.filter(promises.covered_by(term), anonymised_at__isnull=True)
        _forget_signatures(rows, "signatures_anonymised", run)
    forget_letters(letters_due(now), now, run)
    Term.objects.filter(pk__in=[term.pk for term in terms]).update(done_at=now)
    run.note("emails_scrubbed", outbox.scrub_old(now))
    run.note("materials_deleted", storing.expire(now))
    run.note("pictures_deleted", pictures.expire(now))
    run.note("invitations_deleted", Invitation.objects.forgettable(now).delete()[0])
    return run


def _count(
    run: Run, now: datetime, unconfirmed: models.QuerySet[Signature], withdrawn: models.QuerySet[Signature]
) -> None:
    """What a run would do. Each row is ended once, whichever of its days has come."""
    today = timezone.localdate(now)
    expired = models.Q(erase_on__lte=today)
    for term in promises.due_terms(today):
        expired |= promises.covered_by(term)
    rest = Signature.objects.filter(expired, anonymised_at__isnull=True)
    rest = rest.exclude(pk__in=unconfirmed.values("pk")).exclude(pk__in=withdrawn.values("pk"))
    by_campaign: tuple[tuple[str, models.QuerySet[Signature] | models.QuerySet[CampaignLetter]], ...] = (
        ("pending_deleted", unconfirmed),
        ("withdrawn_scrubbed", withdrawn),
        ("signatures_anonymised", rest),
        ("letters_scrubbed", letters_due(now)),
    )
    for what, rows in by_campaign:
        counted = rows.order_by().values_list("campaign").annotate(n=models.Count("pk", distinct=True))
        run.note_each(what, Counter(dict(counted)))
    ended = OutgoingEmail.objects.settled_before(now - timedelta(days=settings.EMAIL_RETENTION_DAYS))
    run.note("emails_scrubbed", ended.exclude(state=State.HELD).unscrubbed().count())
    run.note("materials_deleted", storing.expired(now).count())
    run.note("pictures_deleted", pictures.unused(now).count())
    run.note("invitations_deleted", Invitation.objects.forgettable(now).count())


def letters_due(now: datetime) -> models.QuerySet[CampaignLetter]:
    """Those whose letter_kept_until has passed, and that have left. What has not left yet still needs its words."""
    by_hand = models.Q(by_hand=True, state=CampaignLetter.State.CONFIRMED)
    due = models.Q(pk__in=[])
    for days, ago in _days_of_letters(now):
        written = models.Q(days_kept=days) if days else models.Q(days_kept__isnull=True)
        # Emailed after all, long after it was written: a failure can be put right as long as with any other.
        late = models.Q(outgoing__created_at__gte=ago, created_at__lt=models.F("outgoing__created_at") - (now - ago))
        due |= written & ~by_hand & models.Q(created_at__lt=ago) & ~late
        due |= written & by_hand & models.Q(handed_over_at__lt=ago)
        # Letters that nobody ever hands over end too: after as many months as the campaign kept a signature then.
        waited = CampaignLetter.objects.filter(written, by_hand, anonymised_at__isnull=True).order_by()
        for months in waited.values_list("months_kept", flat=True).distinct():
            written_before = min(promises.past_after_months(months, now), ago)
            due |= written & by_hand & models.Q(months_kept=months, created_at__lt=written_before)
    for term in promises.due_terms(timezone.localdate(now)):
        due |= by_hand & models.Q(campaign=term.campaign_id, created_at__lte=term.given_before)
    kept = CampaignLetter.objects.filter(due, anonymised_at__isnull=True)
    for email in ("outgoing", "merged__outgoing"):
        kept = kept.exclude(**{f"{email}__state__in": (*UNSETTLED, State.HELD)})
    # Confirmed late, it waits to be merged; for those who left their seat meanwhile it waits no longer than that.
    return kept.exclude(
        to_merge=True, state=CampaignLetter.State.CONFIRMED, merged__isnull=True, confirmed_at__gte=now - WAITS_TO_MERGE
    )


def _days_of_letters(now: datetime) -> Iterator[tuple[int | None, datetime]]:
    """What was said when they were written, of those that are kept; None: the installation's."""
    kept = CampaignLetter.objects.filter(anonymised_at__isnull=True).order_by()
    for days in kept.values_list("days_kept", flat=True).distinct():
        yield days, now - timedelta(days=days or settings.LETTER_RETENTION_DAYS)


def _delete_pending(due: models.QuerySet[Signature], run: Run) -> None:
    while True:
        with transaction.atomic():
            # Under their locks, so that none is confirmed between being found and being deleted.
            batch = list(due.select_for_update(of=("self",), skip_locked=True).order_by("pk")[:BATCH])
            Signature.objects.filter(pk__in=[signature.pk for signature in batch]).delete()
            run.note_each("pending_deleted", Counter(signature.campaign_id for signature in batch))
        if len(batch) < BATCH:
            return


def _forget_signatures(due: models.QuerySet[Signature], what: str, run: Run) -> None:
    last = 0
    while found := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", "campaign_id")[:BATCH]):
        last = found[-1][0]
        with transaction.atomic():
            # The campaigns before their signatures, as everywhere, so that nobody and we wait for each other.
            locked = Campaign.objects.select_for_update(no_key=True).only("pk").order_by("pk")
            list(locked.filter(pk__in={campaign_id for _pk, campaign_id in found}))
            # Read anew under their locks: another sweeper may have done them, somebody may have signed again.
            still = due.filter(pk__in=[pk for pk, _campaign_id in found]).order_by("pk")
            batch = list(still.select_for_update(of=("self",)))
            campaigns = Counter(signature.campaign_id for signature in batch)
            numbers = [signature.pk for signature in batch]
            blank = dict.fromkeys(Signature.PERSONAL, "")
            Signature.objects.filter(pk__in=numbers).update(**blank, updates=False, anonymised_at=run.at)
            asked = [signature.confirmation_id for signature in batch if signature.confirmation_id]
            run.note("emails_scrubbed", outbox.forget_emails([*telling.news_to(batch), *asked], "retention"))
            for campaign_id in campaigns:
                exports.discard(campaign_id)
                tallying.forget_rare(campaign_id, numbers)
            run.note_each(what, campaigns)


def forget_letters(due: models.QuerySet[CampaignLetter], now: datetime, run: Run | None = None) -> None:
    last, due = 0, due.filter(anonymised_at__isnull=True)
    while found := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        last = found[-1]
        with transaction.atomic():
            # Read anew under their locks, in the order of posting.erase(): another sweeper may have done them.
            batch = list(due.filter(pk__in=found).select_for_update(of=("self",)).order_by("merged", "pk"))
            letters = [kept.letter_id for kept in batch]
            # A copy has the whole letter in it, and the email it went by its writer's address.
            sent = OutgoingEmail.objects.filter(letter__in=letters).unscrubbed().values_list("pk", flat=True)
            outbox.forget_emails([*telling.about(batch), *sent], "retention")
            Letter.objects.filter(pk__in=letters).scrub()
            CampaignLetter.objects.filter(pk__in=[kept.pk for kept in batch]).update(
                email="", email_key="", anonymised_at=now
            )
            annexes.rewrite(kept.merged_id for kept in batch if kept.merged_id)
            campaigns = Counter(kept.campaign_id for kept in batch)
            for campaign_id in campaigns:
                exports.discard(campaign_id, exports.KIND)
            if run is not None:
                run.note_each("letters_scrubbed", campaigns)
