"""Word documents (.docx)."""

import io
import unicodedata
import zipfile

from lxml import etree

from campaigns.material.document import Block, Kind

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read_docx(content: bytes) -> list[Block]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("word/document.xml"), parser)
    blocks = []
    for paragraph in root.iter(f"{W}p"):
        text = "".join({f"{W}t": node.text or "", f"{W}br": "\n"}.get(node.tag, "") for node in paragraph.iter())
        style = paragraph.find(f"{W}pPr/{W}pStyle")
        name = "" if style is None else style.get(f"{W}val", "").lower()
        kind = Kind.PARAGRAPH
        level = 0
        if name == "title" or name.startswith("heading"):
            kind, level = Kind.HEADING, int(name[-1]) if name[-1].isdigit() else 1
        elif name.startswith("list") or paragraph.find(f"{W}pPr/{W}numPr") is not None:
            kind, level = Kind.ITEM, 1
        if text.strip():
            blocks.append(Block(unicodedata.normalize("NFKC", text).strip(), kind, level))
    return blocks
