"""PDF."""

import unicodedata

import pypdfium2 as pdfium

from campaigns.material.document import Block


def read_pdf(content: bytes) -> list[Block]:
    blocks = []
    with pdfium.PdfDocument(content) as document:
        for number, page in enumerate(document, 1):
            text = unicodedata.normalize("NFKC", page.get_textpage().get_text_range()).replace("\r\n", "\n")
            blocks += [Block(line.strip(), page=number) for line in text.split("\n") if line.strip()]
    return blocks
