"""What is asked of whom, when something is to be done, and in figures: addressees, asks, events, key figures."""

from campaigns.material.draft import Draft

from . import addressees, asks, events, figures
from .parts import Parts


def find(draft: Draft, parts: Parts) -> None:
    draft.asks = asks.find(draft, parts)
    draft.addressees = addressees.find(draft, parts)  # whom the asks name, where nobody else is
    draft.events = events.find(draft, parts)
    draft.figures = figures.find(draft, parts)
