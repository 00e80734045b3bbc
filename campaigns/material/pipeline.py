"""The whole way from a file's bytes to a draft. Runs in the child process: see sandbox.py."""

from typing import Any

from .cleaning import clean
from .draft import Draft, as_data
from .extraction import extract
from .markdown import markdown_of
from .reading import Unreadable, read

__all__ = ["Unreadable", "data_of", "draft_of"]


def draft_of(content: bytes, filename: str) -> Draft:
    """Raises Unreadable."""
    return extract(clean(read(content, filename)))


def data_of(content: bytes, filename: str) -> dict[str, Any]:
    """The draft as JSON, and what the page needs to show the original beside it. Raises Unreadable."""
    draft = draft_of(content, filename)
    return as_data(draft) | {
        "format": draft.cleaned.format,
        "passages": [
            {"kind": passage.kind.value, "level": passage.block.level, "start": passage.start, "end": passage.end}
            | ({"ordered": True} if passage.block.ordered else {})
            for passage in draft.cleaned.passages
        ],
        "body_markdown": markdown_of(draft.cleaned, draft.body.spans if draft.body else ()),
        "letter_markdown": markdown_of(draft.cleaned, draft.letter.spans if draft.letter else ()),
    }
