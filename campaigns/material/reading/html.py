"""A saved web page → Blocks: what it says about itself, then all that stands on it, in its order.

What the page itself marks as something else (navigation, comments, a form) is kept as a block that says so.
"""

import re
from itertools import pairwise
from typing import Any

from lxml import etree

from campaigns.material.document import Block, Kind

from . import front_matter
from .html_cards import with_rows
from .html_cruft import judge
from .html_meta import meta_blocks, titles_of
from .html_tree import Page, Piece
from .html_walk import Walk
from .items import typed_items
from .lines import items_in, paragraphs_in
from .markdown_source import without_programs

MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
CHARSET = re.compile(
    rb"<meta[^>]{0,300}?charset\s{0,9}=\s{0,9}[\"']?\s{0,9}([a-zA-Z0-9_.:-]{1,40})"
    rb"|<\?xml[^>]{0,100}?encoding\s{0,9}=\s{0,9}[\"']([a-zA-Z0-9_.:-]{1,40})",
    re.IGNORECASE,
)
# Nothing a page may hold; the parser would end at a NUL, and halves of surrogate pairs cannot be encoded.
IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")


def read_html(text: str) -> list[Block]:
    meta, body = front_matter.split(text) if text.lstrip("\ufeff \n\r\t").startswith("---") else ([], text)
    page = walked(without_programs(body))
    judge(page, titles_of(page) + [block.text for block in meta if block.name == "title"])
    headings = [piece.text for piece in page.pieces if piece.kind == Kind.HEADING and piece.level <= 2]
    return meta + meta_blocks(page, headings) + blocks_of(page)


def blocks_of(page: Page) -> list[Block]:
    blocks = [_block(piece) for piece in with_rows(_without_twins(page.pieces))]
    parts = [part for block in blocks for part in paragraphs_in(block)]
    return typed_items([item for block in parts for item in items_in(block)])


def _without_twins(pieces: list[Piece]) -> list[Piece]:
    """The alternative text of a picture often says its caption once more."""
    is_twin = [piece.kind == Kind.CAPTION and piece.text == before.text for before, piece in pairwise(pieces)]
    return [piece for piece, twin in zip(pieces, [False, *is_twin], strict=False) if not twin]


def walked(text: str, keep_comments: bool = False) -> Page:
    text = IMPOSSIBLE.sub("", text)
    walk: Any = Walk(keep_comments)  # it has the methods that lxml calls, and not those that it never calls for HTML
    parser: Any = etree.HTMLParser(encoding="utf-8", huge_tree=True, target=walk)
    for start in range(0, len(text), 1 << 20):
        parser.feed(text[start : start + (1 << 20)].encode())
    page: Page = parser.close() if text else walk.close()
    return page


def html_encoding(content: bytes) -> str | None:
    """What the page says of itself: a byte order mark, or <meta charset>, among the first 8 kB."""
    for mark, name in MARKS:
        if content.startswith(mark):
            return name
    found = CHARSET.search(content[:8192])
    return (found[1] or found[2]).decode("ascii").lower() if found else None


def _block(piece: Piece) -> Block:
    return Block(
        piece.text,
        piece.kind,
        piece.level,
        piece.ordered,
        place=piece.element.place,
        marks=piece.marks,
        cells=piece.cells,
        cruft=piece.cruft,
    )
