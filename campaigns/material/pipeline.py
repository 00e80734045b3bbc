"""The whole way from a file's bytes to a draft. Runs in the child process: see sandbox.py."""

from .cleaning import clean
from .draft import Draft
from .extraction import extract
from .reading import read


def draft_of(content: bytes, filename: str) -> Draft:
    """Raises reading.Unreadable."""
    return extract(clean(read(content, filename)))
