"""Tables that hold data, and tables that only hold a page together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from campaigns.material.document import Block, Kind

NEAR = 2  # paragraphs; a name with nothing beside it may stand between
LONG = 600  # characters; a cell with more is a column of the page


def table_blocks(rows: Iterable[list[list[Block]]]) -> Iterator[Block]:
    """`rows` of cells, each with the blocks in it. They are ROWs where a few words stand beside each other."""
    table = list(rows)
    beside = any(sum(map(bool, row)) > 1 for row in table)
    layout = any(_column(cell) for row in table for cell in row)
    for row in table:
        if beside and not layout and any(row):
            yield row_of(["\n".join(block.text for block in cell if not block.cruft) for cell in row])
        else:
            yield from (block for cell in row for block in cell)


def _column(cell: list[Block]) -> bool:
    kinds = {block.kind for block in cell if not block.cruft}
    return bool(kinds & {Kind.ITEM, Kind.ROW, Kind.QUOTE}) or sum(len(block.text) for block in cell) > LONG


def typed_rows(blocks: list[Block]) -> list[Block]:
    """Paragraphs with tabs in them, which is what their cells say, are rows if another one stands beside."""
    found = []
    for place, block in enumerate(blocks):
        if block.kind == Kind.PARAGRAPH and block.cells:
            around = (*blocks[max(0, place - NEAR) : place], *blocks[place + 1 : place + 1 + NEAR])
            beside = any(len(other.cells) == len(block.cells) for other in around)
            block = row_of(list(block.cells)) if beside else replace(block, cells=())
        found.append(block)
    return found


def row_of(cells: list[str]) -> Block:
    return Block(" | ".join(cells), Kind.ROW, cells=tuple(cells))
