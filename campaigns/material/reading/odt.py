"""OpenDocument texts (.odt)."""

import io
import unicodedata
import zipfile

from lxml import etree

from campaigns.material.document import Block, Kind

TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"


def read_odt(content: bytes) -> list[Block]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True)
    root = etree.fromstring(zipfile.ZipFile(io.BytesIO(content)).read("content.xml"), parser)
    blocks = []
    for node in root.iter(f"{TEXT}p", f"{TEXT}h"):
        text = unicodedata.normalize("NFKC", "".join(node.itertext())).strip()
        kind, level = Kind.PARAGRAPH, 0
        if node.tag == f"{TEXT}h":
            kind, level = Kind.HEADING, int(node.get(f"{TEXT}outline-level", "1"))
        elif node.getparent().tag == f"{TEXT}list-item":
            kind, level = Kind.ITEM, 1
        if text:
            blocks.append(Block(text, kind, level))
    return blocks
