"""What becomes of letters that were just written, a moment after the answer: their writer is asked to confirm them.

The request keeps what was typed, whoever typed it, and looks up nothing that is known of the address, so that neither
the page nor its time tells who has written before. That is looked up here.
"""

import logging
from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import OperationalError, models, transaction
from django.utils import timezone

from config import ratelimit
from config.crypto import email_key, email_keys
from letters.models import Letter

from . import emails, posting
from .models import CampaignLetter, ToBeAsked

log = logging.getLogger(__name__)

BATCH = 100  # a round: the count waits for it
TRIED_AGAIN = timedelta(minutes=5)


def take_up() -> int:
    """Asks the writers of what waits, the oldest first; how many were acted on. Safe to do twice at once."""
    due = ToBeAsked.objects.filter(models.Q(not_before__isnull=True) | models.Q(not_before__lte=timezone.now()))
    done = 0
    for pk in list(due.order_by("pk").values_list("pk", flat=True)[:BATCH]):
        try:
            done += _take_up(pk)
        except OperationalError as error:  # the database's trouble, and no fault of the letter: it waits
            log.warning("The writer of a letter (%s) is not asked yet: %s.", pk, type(error).__name__)
        except Exception:  # whatever is wrong with one, the others are asked
            log.exception("The writer of a letter (%s) could not be asked.", pk)
            ToBeAsked.objects.filter(pk=pk).update(not_before=timezone.now() + TRIED_AGAIN)
    return done


@transaction.atomic
def _take_up(pk: int) -> bool:
    # The lock is on the row that says so: of two sweepers at once, the second passes it by.
    row = ToBeAsked.objects.select_for_update(skip_locked=True).filter(pk=pk).first()
    if row is None:
        return False
    if letters := _not_written_again(row.letters):
        verdict = ratelimit.allow("letter_send_email", email_key(letters[0].email))
        if not verdict:  # the address has had its share of mail: they are asked when it may have more
            row.not_before = timezone.now() + timedelta(seconds=verdict.retry_after)
            row.save()
            return False
        if letters := to_go(letters):
            emails.confirm_letters(letters)
    row.delete()
    return True


def _not_written_again(named: UUID) -> list[CampaignLetter]:
    """Those of the letters that still wait. What was written anew before its writer was asked is not kept."""
    written = CampaignLetter.objects.filter(
        models.Q(uuid=named) | models.Q(together=named), state=CampaignLetter.State.PENDING, anonymised_at__isnull=True
    )
    letters = list(written.select_related("letter", "text__campaign__organisation__sender"))
    if not letters:
        return []
    # In the order in which posting.erase() takes them; with those that these replace, see to_go().
    waiting = _of_the_writer(letters).filter(state=CampaignLetter.State.PENDING)
    rows = list(waiting.select_for_update(of=("self",)).order_by("pk"))
    last = {kept.pk for kept in {kept.representative_id or f"nobody: {kept.pk}": kept for kept in rows}.values()}
    _forget([kept for kept in rows if kept.pk not in last and kept.confirmation_id is None])
    return [kept for kept in letters if kept.pk in last]


def to_go(letters: Sequence[CampaignLetter]) -> list[CampaignLetter]:
    """Of letters written at once, those that can go. Of one to somebody to whom its writer has sent another within
    LETTER_REPEAT_DAYS nothing is kept, and an email says so; what waits to be confirmed is replaced."""
    others = _of_the_writer(letters).exclude(pk__in=[kept.pk for kept in letters])
    sent = others.filter(posting.sent_lately()).order_by("-confirmed_at", "pk")
    lately = list(sent.select_related("letter", "text__campaign__organisation__sender"))
    if lately:
        emails.letters_already_sent(lately)
    sent_to = {kept.representative_id for kept in lately}
    _forget([kept for kept in letters if kept.representative_id in sent_to])
    for waiting in others.filter(state=CampaignLetter.State.PENDING).order_by("pk"):
        if waiting.representative_id not in sent_to:
            posting.withdraw(waiting)
    return [kept for kept in letters if kept.representative_id not in sent_to]


def _of_the_writer(letters: Sequence[CampaignLetter]) -> models.QuerySet[CampaignLetter]:
    """These, and all that the same person wrote to the same representatives through the same campaign."""
    to = [kept.representative_id for kept in letters if kept.representative_id]
    keys, campaign = email_keys(letters[0].email), letters[0].campaign_id
    theirs = models.Q(campaign=campaign, email_key__in=keys, representative__in=to)
    return CampaignLetter.objects.filter(theirs | models.Q(pk__in=[kept.pk for kept in letters]))


def _forget(letters: Sequence[CampaignLetter]) -> None:
    CampaignLetter.objects.filter(pk__in=[kept.pk for kept in letters]).delete()
    Letter.objects.filter(pk__in=[kept.letter_id for kept in letters]).delete()
