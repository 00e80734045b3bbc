"""PDF, as long as it has text and is not only pictures."""

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from campaigns.material.document import Block, Kind

from .pdf_layout import mark_running
from .pdf_page import Line, Page
from .pdf_text import blocks_of
from .properties import properties
from .unreadable import Unreadable, Why

PAGES = 400
LETTERS = 2_000_000  # a list of 10,000 signatories has 400,000
OBJECTS = 300_000  # a page with pictures has some twenty
FEWEST = 20  # letters; with fewer, the text is in the pictures


def read_pdf(content: bytes) -> list[Block]:
    if content.count(b" obj") > OBJECTS:
        raise Unreadable(Why.TOO_MANY)
    try:
        document = pdfium.PdfDocument(content)
    except pdfium.PdfiumError as error:
        encrypted = error.err_code == raw.FPDF_ERR_PASSWORD
        raise Unreadable(Why.ENCRYPTED if encrypted else Why.DAMAGED) from error
    with document:
        return _read(document)


def _read(document: pdfium.PdfDocument) -> list[Block]:
    if len(document) > PAGES:
        raise Unreadable(Why.TOO_MANY)
    pages: list[list[Line]] = []
    heights: list[float] = []
    letters, pictures = 0, False
    for number in range(len(document)):
        try:
            page = Page(document[number], number + 1)
        except pdfium.PdfiumError:
            continue  # one page that cannot be read
        letters += page.count()
        if letters > LETTERS:
            raise Unreadable(Why.TOO_MANY)
        pages.append(page.lines())
        heights.append(page.height)
        pictures = pictures or (letters < FEWEST and page.has_pictures())
        page.close()
    if not pages:
        raise Unreadable(Why.DAMAGED if len(document) else Why.EMPTY)
    if sum(len(line.text) for lines in pages for line in lines) < FEWEST and pictures:
        raise Unreadable(Why.ONLY_PICTURES)
    address = mark_running(pages, heights)
    blocks = blocks_of(pages)
    about = document.get_metadata_dict()
    printed = [Block(address, Kind.META, name="url")] if address else []
    return [*properties(about.get("Title"), about.get("Author"), blocks), *printed, *blocks]
