"""The letter that its writer confirms: how it goes on its way, and is taken back or erased."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from config import locks
from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import OutgoingEmail, Representative

from . import emails, exports, handing_in, merging, retention, sharing, telling
from .models import CampaignLetter, Signature

THE_WRITER = "the supporter"
NOBODY, LATELY, WITHDRAWN = "nobody", "lately", "withdrawn"


@dataclass(frozen=True)
class Fate:
    """What came of confirming one letter. `problem` says why it does not go; "": it stands, now or before."""

    kept: CampaignLetter
    problem: str = ""
    new: bool = False


def one_at_a_time(campaign_id: int, email: str, representative: Representative) -> None:
    """Only the same person, writing to the same representative twice at once, waits for it."""
    locks.hold("letter", campaign_id, email_key(email), representative.pk)


def letters_to(campaign_id: int, email: str, representative: Representative) -> models.QuerySet[CampaignLetter]:
    keys = email_keys(email)
    return CampaignLetter.objects.filter(campaign=campaign_id, email_key__in=keys, representative=representative)


def sent_lately() -> models.Q:
    since = timezone.now() - timedelta(days=settings.LETTER_REPEAT_DAYS)
    return models.Q(state=CampaignLetter.State.CONFIRMED, confirmed_at__gt=since)


def written_together(kept: CampaignLetter) -> models.QuerySet[CampaignLetter]:
    """The letter and all that were written with it, but for those that are erased."""
    which = models.Q(together=kept.together) if kept.together else models.Q(pk=kept.pk)
    rows = CampaignLetter.objects.filter(which, anonymised_at__isnull=True)
    rows = rows.select_related("letter", "outgoing", "merged__outgoing", "representative__legislature")
    rows = rows.select_related("text__campaign__organisation__sender", "campaign__organisation__sender")
    return rows.order_by("representative_id", "pk")  # as writing.send_all takes its locks; not by name


def confirm(kept: CampaignLetter) -> list[Fate]:
    """Puts the letter and all that were written with it in the queue, or among those that wait, each of them once.

    One that cannot go stays as it is, and keeps none of the others back. Says of each what came of it.
    """
    with transaction.atomic():
        # By representative, so that two of these that hold some of the same locks take them in one order.
        fates = [_confirm(one) for one in written_together(kept)]
        emails.copies([fate.kept for fate in fates if fate.new and fate.kept.copy_wanted])
    kept.refresh_from_db()
    return fates


def _confirm(kept: CampaignLetter) -> Fate:
    if kept.representative is not None:
        one_at_a_time(kept.campaign_id, kept.email, kept.representative)
    problem = _in_the_way(kept) if kept.state == CampaignLetter.State.PENDING else ""
    now = timezone.now()
    waiting = CampaignLetter.objects.filter(pk=kept.pk, state=CampaignLetter.State.PENDING)
    if problem or not waiting.update(state=CampaignLetter.State.CONFIRMED, confirmed_at=now):
        kept.refresh_from_db(fields=["state"])
        return Fate(kept, WITHDRAWN if kept.state == CampaignLetter.State.WITHDRAWN else problem)
    kept.state, kept.confirmed_at = CampaignLetter.State.CONFIRMED, now
    _post(kept)
    return Fate(kept, new=True)


def _in_the_way(kept: CampaignLetter) -> str:
    """Why the letter cannot go: since it was written, the representative has left, or nothing reaches them any more;
    or another of the same person to them has gone out in the last LETTER_REPEAT_DAYS."""
    to = kept.representative
    if to is None or not Representative.objects.serving(timezone.localdate()).filter(pk=to.pk).exists():
        return NOBODY
    if not goes_by_hand(kept) and not to.reachable_address:
        return NOBODY
    others = letters_to(kept.campaign_id, kept.email, to).exclude(pk=kept.pk)
    return LATELY if others.filter(sent_lately()).exists() else ""


def goes_by_hand(kept: CampaignLetter) -> bool:
    """What its writer was told holds; and what is to be handed in from now on is not emailed any more."""
    if kept.by_hand or kept.state != CampaignLetter.State.PENDING or kept.representative is None:
        return kept.by_hand
    return handing_in.is_by_hand(kept.campaign, kept.representative)


def _post(kept: CampaignLetter) -> None:
    to = kept.representative
    assert to is not None
    kept.by_hand = kept.by_hand or handing_in.is_by_hand(kept.campaign, to)
    if kept.by_hand:
        kept.to_merge = False
    if not kept.by_hand and not kept.to_merge:  # merging.py sends those, a day later
        kept.outgoing = emails.letter(kept, to)
    kept.save(update_fields=["outgoing", "by_hand", "to_merge"])


def letters_of(signature: Signature) -> models.QuerySet[CampaignLetter]:
    """What the same person wrote through the same campaign, signed in or not; not what somebody else wrote who has
    signed it with the same address."""
    letters = CampaignLetter.objects.filter(campaign=signature.campaign_id, email_key__in=email_keys(signature.email))
    others = {sharing.bare(one.name): one.pk for one in sharing.others(signature)}
    if not others:
        return letters
    theirs = [
        kept.pk
        for kept in letters.select_related("letter").exclude(signature=signature)
        if kept.signature_id in others.values() or sharing.bare(kept.letter.sender_name) in others
    ]
    return letters.exclude(pk__in=theirs)


def erase(letters: models.QuerySet[CampaignLetter]) -> None:
    """Stops what has not left, and blanks the rest at once: letters, the emails they went by, and who wrote them."""
    with transaction.atomic():
        # Those of one merged letter in one order, so that two who erase several at once never deadlock.
        rows = list(letters.select_for_update(of=("self",)).order_by("merged", "pk"))
        stopped = [kept.pk for kept in rows if _stopped(kept)]
        CampaignLetter.objects.filter(pk__in=stopped).update(state=CampaignLetter.State.WITHDRAWN)
        # A letter that went on to another address has been in more than one email, and its writer's address in each.
        posted = OutgoingEmail.objects.filter(letter__in=[kept.letter_id for kept in rows]).values_list("pk", flat=True)
        told = [*_asked_for_no_other(rows), *telling.about(rows)]
        outbox.forget_emails([*told, *posted], THE_WRITER)
        retention.forget_letters(CampaignLetter.objects.filter(pk__in=[kept.pk for kept in rows]), timezone.now())
        for campaign_id in {kept.campaign_id for kept in rows}:
            exports.discard(campaign_id, exports.KIND)
        for campaign_id in {kept.campaign_id for kept in rows if _in_a_bundle(kept)}:
            handing_in.discard(campaign_id)


def withdraw(kept: CampaignLetter) -> bool:
    """Takes back a letter that has not left yet. False when it has."""
    with transaction.atomic():
        kept = CampaignLetter.objects.select_for_update(of=("self",)).get(pk=kept.pk)
        if kept.state == CampaignLetter.State.WITHDRAWN:
            return True
        if not _stopped(kept):
            return False
        CampaignLetter.objects.filter(pk=kept.pk).update(state=CampaignLetter.State.WITHDRAWN)
        outbox.cancel(_asked_for_no_other([kept]), actor=THE_WRITER)  # nothing is left to confirm
        if _in_a_bundle(kept):
            handing_in.discard(kept.campaign_id)
        return True


def _asked_for_no_other(letters: Sequence[CampaignLetter]) -> list[int]:
    """The emails that ask to confirm these letters, but for those by which another can still be confirmed."""
    asked = {kept.confirmation_id for kept in letters if kept.confirmation_id}
    waiting = CampaignLetter.objects.filter(confirmation__in=asked, state=CampaignLetter.State.PENDING)
    return list(
        asked - set(waiting.exclude(pk__in=[kept.pk for kept in letters]).values_list("confirmation", flat=True))
    )


def note_printed(kept: CampaignLetter, printed: bool) -> None:
    """Its writer has posted it on paper, or says that this was a slip."""
    rows = CampaignLetter.objects.filter(pk=kept.pk, printed_at__isnull=printed, anonymised_at__isnull=True)
    rows.update(printed_at=timezone.now() if printed else None)


def _in_a_bundle(kept: CampaignLetter) -> bool:
    """Perhaps. One that nobody has confirmed is in none, so whoever only types one changes nothing."""
    return kept.by_hand and kept.state == CampaignLetter.State.CONFIRMED


def _stopped(kept: CampaignLetter) -> bool:
    """Whether the letter, whose row is locked, has not left and now will not."""
    if kept.handed_over_at is not None:
        return False
    if kept.merged_id:
        return merging.take_out(kept)
    return not kept.outgoing_id or bool(outbox.cancel([kept.outgoing_id], actor=THE_WRITER))
