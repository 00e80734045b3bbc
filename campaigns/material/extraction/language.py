"""Which language the text is in."""

from ..document import Cleaned
from ..draft import Finding


def find(cleaned: Cleaned) -> Finding[str] | None:
    """Its ISO 639 code, as in languages/."""
    return None
