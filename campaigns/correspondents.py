"""To whom a campaign's supporters write, whose letters are handed in on paper, and what differs for some of them."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from letters.models import Representative

from . import logbook
from .models import Campaign, HandIn, LetterVariant, User
from .ordering import exchange_numbers, hold
from .seen import Changed, Gone, mark_of

Who = User | AnonymousUser
MOST_VARIANTS = 100


# Handed in on paper


def hand_in(campaign: Campaign, representative: Representative | None, user: Who) -> None:
    """From now on letters to this one, or all (None), wait to be handed in. Those queued before are emailed."""
    with transaction.atomic():
        hold(campaign)
        _row, made = HandIn.objects.get_or_create(campaign=campaign, representative=representative)
        if made:
            logbook.note(
                campaign.organisation, user, "campaign.hand_in", campaign, deed="added", all=not representative
            )


def email_again(campaign: Campaign, pk: int, user: Who) -> bool:
    """From now on they are emailed; what waits already goes on waiting. False: somebody else has said so before."""
    with transaction.atomic():
        hold(campaign)
        row = campaign.hand_ins.filter(pk=pk).first()
        if row is None:
            return False
        everybody = row.representative_id is None
        row.delete()
        logbook.note(campaign.organisation, user, "campaign.hand_in", campaign, deed="removed", all=everybody)
    return True


# Other words for some


def variants(campaign: Campaign) -> models.QuerySet[LetterVariant]:
    return campaign.letter_variants.select_related("representative", "legislature", "instead").order_by("number")


def save_variant(campaign: Campaign, form: Any, user: Who) -> LetterVariant:
    """`form`: an OwnVariantForm, valid. Raises Changed, Gone, or ValidationError with a sentence."""
    row: LetterVariant = form.instance
    with transaction.atomic():
        hold(campaign)
        new = row.pk is None
        if new:
            numbers = list(campaign.letter_variants.values_list("number", flat=True))
            if len(numbers) >= MOST_VARIANTS:
                raise ValidationError(_("These are too many: %(most)d is the most.") % {"most": MOST_VARIANTS})
            row.number = max(numbers, default=0) + 1
        else:
            now = campaign.letter_variants.filter(pk=row.pk).first()
            if now is None:
                raise Gone
            form.check_seen(now)
            row.number = now.number
        form.save()
        _note_variant(campaign, user, "added" if new else "changed", row.number)
    return row


def remove_variant(campaign: Campaign, pk: int, user: Who, seen: str) -> None:
    """Raises Gone and Changed."""
    with transaction.atomic():
        hold(campaign)
        row = campaign.letter_variants.filter(pk=pk).first()
        if row is None:
            raise Gone
        if mark_of(row) != seen:
            raise Changed
        number = row.number
        row.delete()
        _note_variant(campaign, user, "removed", number)


def move_variant(campaign: Campaign, row: LetterVariant, up: bool, user: Who) -> None:
    """One place up or down: the first that fits somebody is theirs. Raises Gone where it stands elsewhere by now."""
    with transaction.atomic():
        hold(campaign)
        rows = list(campaign.letter_variants.order_by("number"))
        at = next((place for place, one in enumerate(rows) if (one.pk, one.number) == (row.pk, row.number)), None)
        if at is None:
            raise Gone
        there = at - 1 if up else at + 1
        if 0 <= there < len(rows):
            exchange_numbers(rows[at], rows[there])
            _note_variant(campaign, user, "moved", row.number)


def _note_variant(campaign: Campaign, user: Who, deed: str, number: int) -> None:
    logbook.note(campaign.organisation, user, "campaign.variants", campaign, deed=deed, number=number)
