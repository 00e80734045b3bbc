"""A saved web page → Blocks."""

import re

import lxml.html

from campaigns.material.document import Block, Kind


def read_html(text: str) -> list[Block]:
    if not text.strip():
        return []
    root = lxml.html.document_fromstring(text)
    blocks = []
    for element in root.iter("h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "figcaption"):
        words = " ".join(element.text_content().split())
        if not words:
            continue
        tag = str(element.tag)
        if tag.startswith("h"):
            blocks.append(Block(words, Kind.HEADING, level=int(tag[1])))
        else:
            kind = {"p": Kind.PARAGRAPH, "li": Kind.ITEM}.get(tag, Kind.CAPTION)
            blocks.append(Block(words, kind))
    return blocks


def html_encoding(content: bytes) -> str | None:
    """What the page says of itself: a byte order mark, or <meta charset>."""
    for mark, name in ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        if content.startswith(mark):
            return name
    found = re.search(rb"<meta[^>]{0,200}charset\s{0,9}=\s{0,9}[\"']?([a-zA-Z0-9_.:-]{1,40})", content[:4096], re.I)
    return found[1].decode("ascii").lower() if found else None
