"""Rows of a campaign that have numbers, no two the same."""

from typing import Any

from .models import Campaign

NOBODYS = 32_767  # the largest that the columns hold


def hold(campaign: Campaign) -> None:
    """One at a time: what follows in this transaction is not changed by anybody else who holds it."""
    Campaign.objects.select_for_update(no_key=True).only("pk").get(pk=campaign.pk)


def exchange_numbers(one: Any, other: Any) -> None:
    """Through a number that nobody has, since no two may have the same, not even for a moment."""
    rows = type(one)._default_manager
    rows.filter(pk=one.pk).update(number=NOBODYS)
    rows.filter(pk=other.pk).update(number=one.number)
    rows.filter(pk=one.pk).update(number=other.number)
