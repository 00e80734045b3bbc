"""Which emails to supporters tell of their letters or bring them news, so that they go when these are erased."""

from collections.abc import Iterable

from django.db.models import QuerySet

from config.crypto import email_keys
from letters.models import OutgoingEmail
from letters.models.post import Kind

from .models import CampaignLetter, Signature, UpdateRecipient

ABOUT = "about"  # a value of such an email that no template prints: the letters it tells of


def about(letters: Iterable[CampaignLetter]) -> list[int]:
    """The emails to the supporters that tell of these letters: copies, the question whether they were answered, and
    that a second one was not taken."""
    letters = list(letters)
    keys = {key for kept in letters for key in email_keys(kept.email)}
    wanted = {str(kept.uuid) for kept in letters}
    told = OutgoingEmail.objects.unscrubbed().filter(kind__in=(Kind.NOTICE, Kind.CONFIRMATION), to_key__in=keys)
    return [row.pk for row in told if wanted.intersection(str(row.values.get(ABOUT, "")).split())]


def news_to(signatures: Iterable[Signature] | QuerySet[Signature]) -> list[int]:
    """The emails that bring these supporters their campaign's updates."""
    sent = UpdateRecipient.objects.filter(signature__in=signatures, email__scrubbed_at__isnull=True)
    return [pk for pk in sent.values_list("email", flat=True) if pk is not None]
