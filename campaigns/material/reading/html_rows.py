"""Tables: a row of short cells is a row; a table that only lays out the page is its paragraphs."""

from dataclasses import dataclass, field, replace

from campaigns.material.document import Kind

from .html_tree import Element, Piece

DEEPEST = 20  # tables in tables; deeper ones are paragraphs
LONGEST = 600  # characters in a cell of a table that is one
MOST = 6  # paragraphs in such a cell
BETWEEN = " | "


@dataclass(slots=True)
class _Frame:
    element: Element
    sink: list[Piece]  # where what stands in it goes
    is_row: bool
    cells: list[list[Piece]] = field(default_factory=list)  # of a row
    heads: int = 0  # how many of them are <th>


class Rows:
    def __init__(self, pieces: list[Piece]) -> None:
        self.sink = pieces
        self.frames: list[_Frame] = []

    def put(self, piece: Piece) -> None:
        self.sink.append(piece)

    def begin(self, element: Element) -> None:
        """At <tr>, <td> and <th>. Cells that stand in no row are the row of what they stand in."""
        if len(self.frames) >= 2 * DEEPEST:
            return
        is_row = element.tag == "tr"
        if not is_row and element.parent and not (self.frames and self.frames[-1].is_row):
            self.frames.append(_Frame(element.parent, self.sink, True))
        self.frames.append(_Frame(element, self.sink, is_row))
        if not is_row:
            self.sink = []

    def finish(self, element: Element) -> None:
        while self.frames and self.frames[-1].element is element:
            frame = self.frames.pop()
            if frame.is_row:
                frame.sink.extend(_row(frame))
                continue
            pieces, self.sink = self.sink, frame.sink
            self.frames[-1].cells.append(pieces)
            self.frames[-1].heads += element.tag == "th"

    def close(self) -> None:
        while self.frames:
            self.finish(self.frames[-1].element)


def _row(frame: _Frame) -> list[Piece]:
    pieces = [piece for cell in frame.cells for piece in cell]
    if len(frame.cells) < 2 or not pieces or not all(_is_short(cell) for cell in frame.cells):
        return pieces
    row = joined(frame.element, frame.cells)
    row.level = int(frame.heads == len(frame.cells))
    return [row]


def joined(element: Element, inside: list[list[Piece]]) -> Piece:
    """The pieces of each cell as one row."""
    cells, marks, at = [], [], 0
    for cell in inside:
        text = ""
        for piece in cell:
            text += "\n" if text else ""
            shift = at + len(text)
            marks += [replace(mark, start=mark.start + shift, end=mark.end + shift) for mark in piece.marks]
            text += piece.text
        cells.append(text)
        at += len(text) + len(BETWEEN)
    row = Piece(BETWEEN.join(cells), Kind.ROW, element, marks=tuple(marks), cells=tuple(cells))
    for piece in (piece for cell in inside for piece in cell):
        row.linked += piece.linked
        row.pressed += piece.pressed
        row.label += piece.label
        row.links += piece.links
    return row


def _is_short(cell: list[Piece]) -> bool:
    if len(cell) > MOST or sum(len(piece.text) for piece in cell) > LONGEST:
        return False
    return all(piece.kind in (Kind.PARAGRAPH, Kind.CAPTION) for piece in cell)
