"""Why a file cannot be read."""

from enum import StrEnum


class Why(StrEnum):
    EMPTY = "empty"
    TOO_LARGE = "too large"  # the file, or what it unpacks to
    ENCRYPTED = "encrypted"
    ONLY_PICTURES = "only pictures"
    NOT_A_DOCUMENT = "not a document"  # binary noise
    WRONG_KIND = "wrong kind"  # see Unreadable.kind
    TOO_MANY = "too many"  # pages, members, objects
    DAMAGED = "damaged"


class Unreadable(Exception):
    """The file cannot be read; `reason` is a word of Why, which the page turns into a sentence with what to do.

    `kind` names what the file is where that helps (doc, pages, rtf, xlsx, image …).
    """

    def __init__(self, reason: str, kind: str = "") -> None:
        super().__init__(reason, kind)
        self.reason = reason
        self.kind = kind
