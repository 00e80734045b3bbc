"""The letter that its writer confirms: how it goes on its way, and is taken back or erased."""

from datetime import timedelta

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from config import locks
from config.crypto import email_key, email_keys
from letters import outbox
from letters.models import OutgoingEmail, Representative

from . import emails, handing_in, retention
from .models import CampaignLetter, Signature

THE_WRITER = "the supporter"


class SentLately(Exception):
    """Another letter of the same person to the same representative has gone out in the last LETTER_REPEAT_DAYS."""


class NobodyThere(Exception):
    """Since the letter was written, the representative has left, or there is no way any more to reach them."""


def one_at_a_time(campaign_id: int, email: str, representative: Representative) -> None:
    """Only the same person, writing to the same representative twice at once, waits for it."""
    locks.hold("letter", campaign_id, email_key(email), representative.pk)


def letters_to(campaign_id: int, email: str, representative: Representative) -> models.QuerySet[CampaignLetter]:
    keys = email_keys(email)
    return CampaignLetter.objects.filter(campaign=campaign_id, email_key__in=keys, representative=representative)


def sent_lately() -> models.Q:
    since = timezone.now() - timedelta(days=settings.LETTER_REPEAT_DAYS)
    return models.Q(state=CampaignLetter.State.CONFIRMED, confirmed_at__gt=since)


def confirm(kept: CampaignLetter) -> bool:
    """Puts the letter in the queue, or among those that wait for hands, once.

    True when it stands, now or before; raises SentLately, or NobodyThere.
    """
    with transaction.atomic():
        if kept.representative is not None:
            one_at_a_time(kept.campaign_id, kept.email, kept.representative)
            others = letters_to(kept.campaign_id, kept.email, kept.representative).exclude(pk=kept.pk)
            if kept.state == CampaignLetter.State.PENDING and others.filter(sent_lately()).exists():
                raise SentLately(kept.letter.recipient_name)
        changed = CampaignLetter.objects.filter(pk=kept.pk, state=CampaignLetter.State.PENDING).update(
            state=CampaignLetter.State.CONFIRMED, confirmed_at=timezone.now()
        )
        kept.refresh_from_db()
        if changed:
            _post(kept)
            kept.save(update_fields=["outgoing", "by_hand"])
    return kept.state == CampaignLetter.State.CONFIRMED


def goes_by_hand(kept: CampaignLetter) -> bool:
    """What its writer was told holds; and what is to be handed in from now on is not emailed any more."""
    if kept.by_hand or kept.state != CampaignLetter.State.PENDING or kept.representative is None:
        return kept.by_hand
    return handing_in.is_by_hand(kept.campaign, kept.representative)


def _post(kept: CampaignLetter) -> None:
    representative = kept.representative
    serving = representative and Representative.objects.serving(timezone.localdate()).filter(pk=representative.pk)
    if representative is None or not serving:
        raise NobodyThere(kept.letter.recipient_name)
    kept.by_hand = kept.by_hand or handing_in.is_by_hand(kept.campaign, representative)
    if not kept.by_hand:
        if not representative.reachable_address:
            raise NobodyThere(kept.letter.recipient_name)
        kept.outgoing = emails.letter(kept, representative)


def letters_of(signature: Signature) -> models.QuerySet[CampaignLetter]:
    """What the same person wrote through the same campaign, signed in or not."""
    return CampaignLetter.objects.filter(campaign=signature.campaign_id, email_key__in=email_keys(signature.email))


def erase(letters: models.QuerySet[CampaignLetter]) -> None:
    """Stops what has not left, and blanks the rest at once: letters, the emails they went by, and who wrote them."""
    with transaction.atomic():
        rows = list(letters.select_for_update(of=("self",)))
        stopped = [kept.pk for kept in rows if _stopped(kept)]
        CampaignLetter.objects.filter(pk__in=stopped).update(state=CampaignLetter.State.WITHDRAWN)
        # A letter that went on to another address has been in more than one email, and its writer's address in each.
        posted = OutgoingEmail.objects.filter(letter__in=[kept.letter_id for kept in rows]).values_list("pk", flat=True)
        asked = [kept.confirmation_id for kept in rows if kept.confirmation_id]
        outbox.forget_emails([*asked, *posted], THE_WRITER)
        retention.forget_letters(CampaignLetter.objects.filter(pk__in=[kept.pk for kept in rows]), timezone.now())
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
        if kept.confirmation_id:
            outbox.cancel([kept.confirmation_id], actor=THE_WRITER)  # nothing is left to confirm
        if _in_a_bundle(kept):
            handing_in.discard(kept.campaign_id)
        return True


def _in_a_bundle(kept: CampaignLetter) -> bool:
    """Perhaps. One that nobody has confirmed is in none, so whoever only types one changes nothing."""
    return kept.by_hand and kept.state == CampaignLetter.State.CONFIRMED


def _stopped(kept: CampaignLetter) -> bool:
    """Whether the letter, whose row is locked, has not left and now will not."""
    if kept.handed_over_at is not None:
        return False
    return not kept.outgoing_id or bool(outbox.cancel([kept.outgoing_id], actor=THE_WRITER))
