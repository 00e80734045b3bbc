"""“Did they answer?”: asked once, some days after a letter went, and what people say to it."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from config import locks
from config.crypto import email_keys
from letters.models.post import State

from . import emails
from .models import Campaign, CampaignLetter

log = logging.getLogger(__name__)

BATCH = 100  # emails in one round, so that the confirmations they share a queue with wait for few of them


def unasked(now: datetime) -> models.QuerySet[CampaignLetter]:
    """Letters that went LETTER_ASK_DAYS ago, and about which nothing was asked or said yet.

    One that came back or failed did not go, unless its writer printed it. The answer to a merged one goes to the
    organisers, so its writers cannot know. Of those written together nobody is asked twice: what went later has its
    question on its own page.
    """
    before = now - timedelta(days=settings.LETTER_ASK_DAYS)
    went = models.Q(outgoing__state=State.SENT, outgoing__settled_at__lte=before)
    went |= models.Q(handed_over_at__lte=before) | models.Q(printed_at__lte=before)
    asked = CampaignLetter.objects.filter(together=models.OuterRef("together"), asked_at__isnull=False)
    return CampaignLetter.objects.filter(
        went,
        ~models.Exists(asked),
        state=CampaignLetter.State.CONFIRMED,
        asked_at__isnull=True,
        answer="",
        anonymised_at__isnull=True,
        confirmed_at__lte=before,
        campaign__organisation__approved_at__isnull=False,
    ).exclude(campaign__state=Campaign.State.ARCHIVED)


def ask(now: datetime | None = None) -> int:
    """A deed of the sweeper: how many people were asked. Two sweepers at once ask each of them once."""
    if not settings.LETTER_ASK_DAYS:
        return 0
    now, asked = now or timezone.now(), 0
    for pk in list(unasked(now).order_by("confirmed_at", "pk").values_list("pk", flat=True)[:BATCH]):
        try:
            asked += _ask(pk, now)
        except Exception:  # whatever is wrong with one, the others are asked
            log.exception("Nobody could be asked about letter %s.", pk)
    return asked


@transaction.atomic
def _ask(pk: int, now: datetime) -> bool:
    """About this letter and all others of the same person through the campaign that are due."""
    campaign, key, email = CampaignLetter.objects.values_list("campaign", "email_key", "email").get(pk=pk)
    locks.hold("ask", campaign, key)
    theirs = unasked(now).filter(campaign=campaign, email_key__in=email_keys(email))
    # Read anew under the lock: whom another round has asked meanwhile is not asked again.
    letters = list(
        theirs.select_for_update(of=("self",))
        .select_related("letter", "outgoing", "text__campaign__organisation__sender", "campaign")
        .order_by("pk")
    )
    if not any(kept.pk == pk for kept in letters):
        return False
    CampaignLetter.objects.filter(pk__in=[kept.pk for kept in letters]).update(asked_at=now)
    emails.ask_for_answers(letters)
    return True


def asked_with(kept: CampaignLetter) -> models.QuerySet[CampaignLetter]:
    """The letters of the same question, but for those that are erased."""
    which = models.Q(pk=kept.pk)
    if kept.asked_at is not None:
        which |= models.Q(asked_at=kept.asked_at, email_key__in=email_keys(kept.email))
    rows = CampaignLetter.objects.filter(which, campaign=kept.campaign_id, anonymised_at__isnull=True)
    return rows.filter(state=CampaignLetter.State.CONFIRMED).select_related("letter").order_by("pk")


def may_answer(kept: CampaignLetter) -> bool:
    """Whether there is anything that could have been answered to its writer."""
    went = kept.outgoing is not None and kept.outgoing.state == State.SENT
    went = went or kept.handed_over_at is not None or kept.printed_at is not None
    return went and kept.state == CampaignLetter.State.CONFIRMED


def say(kept: CampaignLetter, answer: str) -> bool:
    """What the writer says, in place of what they said before. False when it is no answer or the letter has gone."""
    if answer not in CampaignLetter.Answer.values:
        return False
    rows = CampaignLetter.objects.filter(pk=kept.pk, anonymised_at__isnull=True, state=CampaignLetter.State.CONFIRMED)
    return bool(rows.update(answer=answer, answer_said_at=timezone.now()))


def leave_unasked(now: datetime) -> int:
    """After a restore: whoever is due may have been asked since the backup was made."""
    return unasked(now).update(asked_at=now)
