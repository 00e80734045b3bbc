"""Letters that nobody changed: all with the same words to one representative go as one, with a list of who sends it.

Parliaments hold back identical mail and count it little. Such a letter waits from its confirmation until the oldest of
its pile has waited MERGE_AFTER.
"""

import logging
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import models, transaction
from django.utils import timezone

from config import locks
from config.crypto import keyed_hash
from letters import composing, outbox
from letters.models import Letter, OutgoingEmail, Representative
from letters.models.post import State

from . import annexes, emails, handing_in
from .models import Campaign, CampaignLetter, MergedLetter

log = logging.getLogger(__name__)

MERGE_AFTER = timedelta(hours=24)
MOST_NAMES = 1_000  # in one list: a dozen pages, which are set in a quarter of the time that a letter may take
CHUNK = 200
THE_WRITER = "the supporter"
TAKEN_OUT = "Somebody has withdrawn; it goes without their name."


@dataclass
class Pile:
    """Letters with the same words."""

    oldest: datetime
    ids: list[int] = field(default_factory=list)

    def parts(self) -> Iterator[list[int]]:
        """As few as can be, and about equally long."""
        size = -(-len(self.ids) // -(-len(self.ids) // MOST_NAMES))
        for start in range(0, len(self.ids), size):
            yield self.ids[start : start + size]


def waiting() -> models.QuerySet[CampaignLetter]:
    return CampaignLetter.objects.filter(
        to_merge=True,
        state=CampaignLetter.State.CONFIRMED,
        merged__isnull=True,
        outgoing__isnull=True,
        by_hand=False,
        anonymised_at__isnull=True,
    )


def due(now: datetime | None = None) -> int:
    """A deed of the sweeper: how many emails it queued. Two sweepers at once send every letter once."""
    return _all(waiting_since=(now or timezone.now()) - MERGE_AFTER)


def all_now() -> int:
    """The same with what has not waited long enough."""
    return _all(waiting_since=timezone.now())


def _all(waiting_since: datetime) -> int:
    people = Representative.objects.serving(timezone.localdate()).exclude(email="")
    ripe = waiting().filter(
        confirmed_at__lte=waiting_since, representative__in=people, campaign__organisation__approved_at__isnull=False
    )
    queued = 0
    for campaign, representative in list(ripe.order_by().values_list("campaign", "representative").distinct()):
        try:
            queued += merge(campaign, representative, waiting_since)
        except Exception:  # whatever is wrong with one pile, the others go
            log.exception("Letters of campaign %s to representative %s could not be merged.", campaign, representative)
    return queued


def merge(campaign_id: int, representative_id: int, waiting_since: datetime) -> int:
    """Queues the piles to one representative that have waited for so long; how many emails these are."""
    campaign = Campaign.objects.select_related("organisation__sender").get(pk=campaign_id)
    to = Representative.objects.select_related("legislature", "constituency").get(pk=representative_id)
    if handing_in.is_by_hand(campaign, to):  # decided since they were confirmed: these are not emailed any more
        waiting().filter(campaign=campaign, representative=to).update(by_hand=True, to_merge=False)
        return 0
    queued = 0
    for pile in _piles(campaign, to):
        if pile.oldest <= waiting_since and to.reachable_address:
            for ids in pile.parts():
                queued += _send(campaign, to, ids)
    return queued


def _piles(campaign: Campaign, to: Representative) -> list[Pile]:
    """A few letters in memory at once; of the others only their keys."""
    rows = waiting().filter(campaign=campaign, representative=to).order_by("pk")
    order = list(rows.values_list("pk", "confirmed_at"))
    found: dict[str, Pile] = {}
    for start in range(0, len(order), CHUNK):
        chunk = dict(order[start : start + CHUNK])
        letters = CampaignLetter.objects.filter(pk__in=chunk).order_by("pk")
        for pk, *words in letters.values_list("pk", "letter__language", "letter__subject", "letter__body"):
            confirmed = chunk[pk] or timezone.now()
            pile = found.setdefault(_digest(words), Pile(confirmed))
            pile.oldest = min(pile.oldest, confirmed)
            pile.ids.append(pk)
    return list(found.values())


def _digest(words: Sequence[str]) -> str:
    """The same for words that look the same: white space and the way a letter is encoded make no difference."""
    return keyed_hash("merge", "\0".join(" ".join(unicodedata.normalize("NFC", each).split()) for each in words))


def _send(campaign: Campaign, to: Representative, ids: Sequence[int]) -> int:
    """All of it or nothing, in one transaction: of a worker that dies the letters wait as before."""
    with transaction.atomic():
        locks.hold("merge", campaign.pk, to.pk)
        # Locked, so that nobody withdraws between being listed and being sent; who has meanwhile is not among them.
        rows = waiting().filter(pk__in=ids).select_for_update(of=("self",)).order_by("pk")
        ids = list(rows.values_list("pk", flat=True))
        if not ids:
            return 0
        newest = CampaignLetter.objects.select_related("letter", "campaign__organisation__sender").get(pk=ids[-1])
        if len(ids) == 1:
            newest.outgoing, newest.to_merge = emails.letter(newest, to), False
            newest.save(update_fields=["outgoing", "to_merge"])
            return 1
        letter = _letter(newest.letter, campaign, to)
        letter.annex = annexes.annex(CampaignLetter.objects.filter(pk__in=ids).values_list("letter", flat=True))
        letter.save()
        merged = MergedLetter(campaign=campaign, representative=to, letter=letter, letters=len(ids))
        merged.outgoing = emails.merged_letter(merged, to.reachable_address)
        merged.save()
        CampaignLetter.objects.filter(pk__in=ids).update(merged=merged)
    log.info("%s letters of campaign %s go as one.", len(ids), campaign.pk)
    return 1


def _letter(words: Letter, campaign: Campaign, to: Representative) -> Letter:
    """The words of one of them, from the organisation."""
    organisation = campaign.organisation
    letter = composing.letter_to(
        to,
        language=words.language,
        subject=words.subject,
        body=words.body,
        sender_name=str(organisation.in_language("name", words.language)),
        sender_address=organisation.postal_address,
        sender_email=organisation.contact_email,
        foot_text=words.foot_text,
        foot_url=words.foot_url,
    )
    letter.salutation, letter.closing = words.salutation, words.closing
    return letter


def take_out(kept: CampaignLetter) -> bool:
    """Takes a name out of a merged letter that has not left, by withdrawing that letter. False when it has left.

    What a worker may have in its hands already is stopped, and goes anew by another email.
    """
    with transaction.atomic():
        assert kept.merged_id is not None
        merged = MergedLetter.objects.select_for_update().get(pk=kept.merged_id)
        email = OutgoingEmail.objects.select_for_update(of=("self",)).filter(pk=merged.outgoing_id or 0).first()
        if email is None or email.state not in outbox.CANCELLABLE:
            return False
        CampaignLetter.objects.filter(pk=kept.pk).update(state=CampaignLetter.State.WITHDRAWN)
        others = annexes.standing(merged.pk).count()
        annexes.rewrite([merged.pk])
        if not others:
            outbox.cancel([email.pk], THE_WRITER)
        elif email.state in (State.QUEUED, State.LEASED):
            outbox.cancel([email.pk], THE_WRITER, TAKEN_OUT)
            merged.outgoing = emails.merged_letter(merged, email.to_address)
        merged.letters = max(others, 1)
        merged.save(update_fields=["letters", "outgoing"])
        return True
