"""Cards: elements that look the same, side by side, with a few short lines in each. They are a table without lines."""

from collections import Counter

from campaigns.material.document import Kind

from .html_rows import joined
from .html_tree import Element, Piece

FEWEST = 4  # cards; fewer may be anything
MOST = 4  # lines in one
LONGEST = 100  # characters of a line
UPWARDS = 4  # elements from a line to its card
ENDS = (".", "!", "?", ":", ";", "؟", "…")
LINES = (Kind.PARAGRAPH, Kind.HEADING, Kind.ITEM)


def with_rows(pieces: list[Piece]) -> list[Piece]:
    """The pieces, those of each card as one row."""
    held: dict[int, list[Piece]] = {}  # by element: the pieces in it, as far down as UPWARDS
    elements: dict[int, Element] = {}
    for piece in pieces:
        for element in () if piece.cruft else _upwards(piece.element):
            held.setdefault(id(element), []).append(piece)
            elements[id(element)] = element
    alike = Counter(_look(elements[at]) for at, inside in held.items() if _is_card(inside))
    cards = {at for at, inside in held.items() if _is_card(inside) and alike[_look(elements[at])] >= FEWEST}
    found: list[Piece] = []
    done: set[int] = set()
    for piece in pieces:
        card = next((element for element in _upwards(piece.element) if id(element) in cards), None)
        if card is None or piece.cruft:
            found.append(piece)
        elif id(card) not in done:
            done.add(id(card))
            found.append(joined(card, [[one] for one in held[id(card)]]))
    return found


def _upwards(element: Element) -> list[Element]:
    """Itself and what it is in, without the last that no card could be."""
    chain: list[Element] = []
    at: Element | None = element
    while at and at.parent and len(chain) < UPWARDS:
        if not at.inline:
            chain.append(at)
        at = at.parent
    return chain


def _look(element: Element) -> tuple[int, str]:
    return id(element.parent), element.signature


def _is_card(pieces: list[Piece]) -> bool:
    return 2 <= len(pieces) <= MOST and all(_is_line(piece) for piece in pieces)


def _is_line(piece: Piece) -> bool:
    """Names and what they do. Sentences are demands, or answers to questions; headings of sections stay headings."""
    if piece.kind not in LINES or (piece.kind == Kind.HEADING and piece.level <= 2):
        return False
    return len(piece.text) <= LONGEST and not piece.text.endswith(ENDS)
