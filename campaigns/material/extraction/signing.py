"""Who signed already: lists of signatories, and a number that is stated."""

from campaigns.material.draft import Draft

from .parts import Parts


def find(draft: Draft, parts: Parts) -> None:
    pass
