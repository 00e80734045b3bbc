"""The letter's own text apart from the news around it, its salutation and closing; what was answered."""

from campaigns.material.draft import Draft

from .parts import Parts


def find(draft: Draft, parts: Parts) -> None:
    pass
