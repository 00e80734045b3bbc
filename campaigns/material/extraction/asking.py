"""What is asked of whom, when something is to be done, and in figures: addressees, asks, events, key figures."""

from campaigns.material.draft import Draft

from . import addressees, asks
from .parts import Parts


def find(draft: Draft, parts: Parts) -> None:
    draft.asks = asks.find(draft, parts)
    draft.addressees = addressees.find(draft, parts)
