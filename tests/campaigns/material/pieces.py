"""Small cleaned documents for the tests of the finders."""

from collections.abc import Callable

from campaigns.material.document import Block, Cleaned, Kind, Mark, Style, placed
from campaigns.material.draft import Draft
from campaigns.material.extraction import head, language
from campaigns.material.extraction.parts import Part, Parts

PROSE = (
    "The footbridge over the canal has been closed since the flood, and the people of the village walk for an hour "
    "to reach the doctor. We have asked three times when the work will begin, and nobody has answered us."
)


def heading(text: str, level: int = 1) -> Block:
    return Block(text, Kind.HEADING, level=level)


def told(name: str, text: str) -> Block:
    return Block(text, Kind.META, name=name)


def styled(text: str, style: Style = Style.BOLD) -> Block:
    return Block(text, marks=(Mark(0, len(text), style),))


def cleaned(*blocks: Block | str, format: str = "txt") -> Cleaned:
    return placed(format, [Block(one) if isinstance(one, str) else one for one in blocks], [])


def head_of(*blocks: Block | str, format: str = "txt", before: Callable[[Draft, Parts], None] | None = None) -> Draft:
    return headed(*blocks, format=format, before=before)[0]


def headed(
    *blocks: Block | str, format: str = "txt", before: Callable[[Draft, Parts], None] | None = None
) -> tuple[Draft, list[Part | None]]:
    """The draft with its head, and whose each passage is; `before` does what other finders would have done."""
    draft = Draft(cleaned(*blocks, format=format))
    parts: Parts = [None] * len(blocks)
    draft.language = language.find(draft.cleaned)
    if before:
        before(draft, parts)
    head.find(draft, parts)
    return draft, parts
