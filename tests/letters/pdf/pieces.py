"""What lies where on a page, as the finished PDF has it: each piece of text and each drawing, with its tag's number."""

import ctypes
from typing import NamedTuple

import pypdfium2
from pypdfium2 import raw

from letters.pdf.profiles import Zone

from .sheets import POINTS_PER_MM, opened


class Piece(NamedTuple):
    """A drawing has no text; what is no part of the reading has no mcid."""

    text: str
    zone: Zone
    mcid: int | None


def pieces(pdf: bytes, page_number: int = 0) -> list[Piece]:
    with opened(pdf) as document:
        page = document[page_number]
        textpage, height = page.get_textpage(), page.get_height()
        found = []
        for each in page.get_objects():
            left, bottom, right, top = each.get_bounds()
            zone = Zone(*(x / POINTS_PER_MM for x in (left, height - top, right, height - bottom)))
            mcid = raw.FPDFPageObj_GetMarkedContentID(each.raw)
            found.append(Piece(_text(each, textpage), zone, None if mcid < 0 else mcid))
        return [piece for piece in found if piece.text.strip() or not piece.text]


def _text(each: pypdfium2.PdfObject, textpage: pypdfium2.PdfTextPage) -> str:
    if each.type != raw.FPDF_PAGEOBJ_TEXT:
        return ""
    size = raw.FPDFTextObj_GetText(each.raw, textpage.raw, None, 0)
    buffer = ctypes.create_string_buffer(size)
    raw.FPDFTextObj_GetText(each.raw, textpage.raw, ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR)), size)
    return buffer.raw.decode("utf-16-le").rstrip("\0") or " "
