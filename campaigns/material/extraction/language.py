"""Which language the text is in."""

from campaigns.material.document import Cleaned
from campaigns.material.draft import Finding


def find(cleaned: Cleaned) -> Finding[str] | None:
    """Its ISO 639 code, as in languages/."""
    return None
