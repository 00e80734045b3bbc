"""Title, standfirst, byline, publication, date and source: what stands above the text, and what the file says."""

from campaigns.material.draft import Draft

from .parts import Parts


def find(draft: Draft, parts: Parts) -> None:
    pass
