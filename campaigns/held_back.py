"""What a campaign holds back, as organisers look at it. By what rules: suspecting; letting it through: invalidating."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .filtering import Counted
from .models import Campaign, Signature
from .models.signature import SignatureQuerySet

MOST_COUNTED = 1_000


@dataclass(frozen=True)
class Reason:
    held_for: str
    label: str
    counted: Counted


def held(campaign: Campaign) -> SignatureQuerySet:
    return Signature.objects.filter(campaign=campaign, state=Signature.State.SUSPECT)


def ticked(campaign: Campaign, ids: Sequence[int]) -> SignatureQuerySet:
    return held(campaign).filter(pk__in=ids)


def by_reason(campaign: Campaign) -> list[Reason]:
    """How many there are for each, of the newest MOST_COUNTED: a flood of them must not make its own page slow."""
    newest = held(campaign).order_by("-created_at", "-pk").values_list("held_for", flat=True)[: MOST_COUNTED + 1]
    counts = Counter(newest)
    more = sum(counts.values()) > MOST_COUNTED
    return [
        Reason(why.value, str(why.label), Counted(counts[why.value], more))
        for why in Signature.HeldFor
        if counts[why.value]
    ]
