"""Letters to test with, and what can be read back out of a PDF."""

import datetime
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import pikepdf
import pypdfium2

from letters.pdf import LetterSheet

POINTS_PER_MM = 72 / 25.4
PARAGRAPH = (
    "The council’s own engineers put the repair at £48,000 and nine working days. In the same months the road "
    "beside it has seen eleven collisions. None of us needs a new study to know what comes next."
)


def a_letter(**changes: Any) -> LetterSheet:
    return LetterSheet(
        **{
            "title": "Letter to Helen Marsh MP",
            "sender_name": "Charlie Stranger",
            "sender_lines": ("12 Mill Lane", "Eastbridge", "EB4 7QT"),
            "recipient_lines": ("Helen Marsh MP", "House of Commons", "LONDON", "SW1A 0AA"),
            "date": datetime.date(2026, 11, 20),
            "subject": "Reopen the footbridge",
            "salutation": "Dear Ms Marsh,",
            "body": f"I live in Mill Lane.\n\n{PARAGRAPH}",
            "closing": "Yours sincerely,",
            "signature_name": "Charlie Stranger",
            "foot_text": "Let the school walk home safely",
            "foot_url": "https://example.org/footbridge/",
            **changes,
        }
    )


def an_arabic_letter(**changes: Any) -> LetterSheet:
    return a_letter(
        **{
            "language": "ar",
            "title": "رسالة",
            "sender_name": "سمير حداد",
            "subject": "احموا المدنيين",
            "salutation": "السيدة النائبة المحترمة،",
            "body": "أكتب إليكم لأن ما يجري لا يمكن السكوت عنه.\n\nأطلب منكم أن ترفعوا صوتكم داخل البرلمان.",
            "closing": "مع الاحترام،",
            "signature_name": "سمير حداد",
            "foot_text": "لا تصمتوا",
            **changes,
        }
    )


class Box(NamedTuple):
    """Millimetres from the top left corner of the sheet."""

    left: float
    top: float
    right: float
    bottom: float


@contextmanager
def opened(pdf: bytes) -> Iterator[pypdfium2.PdfDocument]:
    document = pypdfium2.PdfDocument(pdf)
    try:
        yield document
    finally:
        document.close()


def texts(pdf: bytes) -> list[str]:
    """The text of each page, in the order in which it was written, with plain line ends."""
    with opened(pdf) as document:
        return [page.get_textpage().get_text_bounded().replace("\r\n", "\n") for page in document]


def lines_as_seen(pdf: bytes) -> list[str]:
    """What stands on the first page from left to right, whatever the order in which it is read."""
    lines: dict[int, list[tuple[float, str]]] = {}
    with opened(pdf) as document:
        textpage = document[0].get_textpage()
        for i in range(textpage.count_chars()):
            left, bottom, _right, top = textpage.get_charbox(i, loose=True)
            lines.setdefault(round((bottom + top) / 2 / 8), []).append((left, textpage.get_text_range(i, 1)))
    return ["".join(character for _left, character in sorted(line)) for line in lines.values()]


def box_of(pdf: bytes, text: str, page_number: int = 0) -> Box:
    with opened(pdf) as document:
        page = document[page_number]
        textpage = page.get_textpage()
        found = textpage.search(text).get_next()
        assert found, f"{text!r} is not on page {page_number + 1}"
        start, count = found
        boxes = [textpage.get_charbox(i) for i in range(start, start + count)]
        height = page.get_height()
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return Box(
        min(lefts) / POINTS_PER_MM,
        (height - max(tops)) / POINTS_PER_MM,
        max(rights) / POINTS_PER_MM,
        (height - min(bottoms)) / POINTS_PER_MM,
    )


def ink(pdf: bytes, box: Box, page_number: int = 0) -> float:
    """The share of dark pixels in a part of the page."""
    with opened(pdf) as document:
        image = document[page_number].render(scale=1).to_pil().convert("L")
    part = image.crop(tuple(round(x * POINTS_PER_MM) for x in box))
    values = part.tobytes()
    return sum(1 for value in values if value < 128) / len(values)


def fonts(pdf: bytes) -> dict[str, bool]:
    """The name of every font without its subset tag, and whether it is embedded."""
    found: dict[str, bool] = {}
    with pikepdf.open(io.BytesIO(pdf)) as document:
        for page in document.pages:
            for font in page.resources.get("/Font", {}).values():
                descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
                name = str(descendant.BaseFont).lstrip("/").split("+")[-1]
                descriptor = descendant.FontDescriptor
                found[name] = any(key in descriptor for key in ("/FontFile", "/FontFile2", "/FontFile3"))
    return found


def read_aloud(pdf: bytes) -> list[str]:
    """The structure's elements in reading order, each as its tag; figures with their alternative text."""
    spoken: list[str] = []

    def walk(element: Any) -> None:
        if not isinstance(element, pikepdf.Dictionary) or "/S" not in element:
            return
        alternative = f": {element.Alt}" if "/Alt" in element else ""
        spoken.append(f"{str(element.S)[1:]}{alternative}")
        kids: Any = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
            walk(kid)

    with pikepdf.open(io.BytesIO(pdf)) as document:
        walk(document.Root.StructTreeRoot.K[0])
    return spoken
