"""Cleaned → Draft. Each finder fills in its fields and claims the passages that are theirs alone."""

from ..document import Cleaned
from ..draft import Draft
from . import head, language, letter, requests, signing
from .parts import Parts


def extract(cleaned: Cleaned) -> Draft:
    draft = Draft(cleaned)
    parts: Parts = [None] * len(cleaned.passages)
    draft.language = language.find(cleaned)
    signing.find(draft, parts)
    head.find(draft, parts)
    letter.find(draft, parts)
    requests.find(draft, parts)
    return draft
