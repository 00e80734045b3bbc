"""Cleaned → Draft. Each finder fills in its fields and claims the passages that are theirs alone."""

from campaigns.material.document import Cleaned
from campaigns.material.draft import Draft

from . import asking, head, language, letter, signing
from .parts import Parts


def extract(cleaned: Cleaned) -> Draft:
    draft = Draft(cleaned)
    parts: Parts = [None] * len(cleaned.passages)
    draft.language = language.find(cleaned)
    signing.find(draft, parts)
    head.find(draft, parts)
    letter.find(draft, parts)
    asking.find(draft, parts)
    return draft
