"""Bytes → Document."""

from campaigns.material.document import Document


class Unreadable(Exception):
    """The file cannot be read; `reason` is a word for why, which the page turns into a sentence with what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def read(content: bytes, filename: str) -> Document:
    """What the file is, is seen from its content; the name only helps where several would do. Raises Unreadable."""
    raise NotImplementedError
