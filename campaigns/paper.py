"""Signatures on paper: how many there are. Their names stay on the sheets."""

from datetime import date

from django.db import transaction
from django.db.models import F

from .models import Campaign, PaperCount

A_SHEET = 12  # lines to sign on
MOST = 1_000_000  # in one entry: more is a slip


def enter(campaign: Campaign, *, signatures: int, on: date, note: str, actor: str) -> PaperCount:
    with transaction.atomic():
        _hold(campaign)
        entered = PaperCount.objects.create(campaign=campaign, signatures=signatures, on=on, note=note, actor=actor)
        Campaign.objects.filter(pk=campaign.pk).update(paper_count=F("paper_count") + signatures)
    return entered


def remove(entered: PaperCount) -> bool:
    """False when somebody else has removed it meanwhile."""
    with transaction.atomic():
        _hold(entered.campaign)
        gone, _each = PaperCount.objects.filter(pk=entered.pk).delete()
        if gone:
            fewer = F("paper_count") - entered.signatures
            Campaign.objects.filter(pk=entered.campaign_id).update(paper_count=fewer)
    return bool(gone)


def _hold(campaign: Campaign) -> None:
    """The row that holds the sum, before the rows it is the sum of: in this order everywhere."""
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)
