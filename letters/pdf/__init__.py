"""Letters as PDF: `letter_pdf` makes one, and everything is rendered in a limited process apart."""

from pathlib import Path

from django.conf import settings

from .layout import has_foot, letter_body, letter_css, standalone
from .profiles import DEFAULT_PROFILE, PROFILES
from .sandbox import POOL, Limits, RenderingBusy, RenderingError, RenderingTimeout
from .sheet import LetterSheet, is_rtl

__all__ = [
    "PROFILES",
    "LetterSheet",
    "RenderingBusy",
    "RenderingError",
    "RenderingTimeout",
    "card_png",
    "is_rtl",
    "letter_html",
    "letter_pdf",
    "limits",
    "page_pngs",
]


def limits() -> Limits:
    """The settings' limits, where Django is configured; else the defaults."""
    if not settings.configured:
        return Limits()
    default = Limits()
    var = getattr(settings, "VAR_DIR", None)
    return Limits(
        slots=getattr(settings, "LETTERS_PDF_SLOTS", default.slots),
        slots_folder=Path(var) / "pdf-slots" if var else default.slots_folder,
        wait_seconds=getattr(settings, "LETTERS_PDF_WAIT_SECONDS", default.wait_seconds),
        timeout_seconds=getattr(settings, "LETTERS_PDF_TIMEOUT_SECONDS", default.timeout_seconds),
        memory_mb=getattr(settings, "LETTERS_PDF_MEMORY_MB", default.memory_mb),
    )


def letter_pdf(sheet: LetterSheet, profile: str = DEFAULT_PROFILE, *, hurried: bool = True) -> bytes:
    """The letter as PDF/UA-1; hurried, if somebody sits and waits for it.

    KeyError for an unknown profile; RenderingError and its kinds for the rest.
    """
    place = PROFILES[profile]
    request = {
        "kind": "pdf",
        "html": letter_body(sheet, place),
        "css": letter_css(sheet.language, place),
        "foot_first": has_foot(sheet),
    }
    return POOL.render(request, limits(), hurried=hurried)[0]


def letter_html(sheet: LetterSheet, profile: str = DEFAULT_PROFILE) -> str:
    """The same letter as one HTML document with its style sheet inside."""
    place = PROFILES[profile]
    return standalone(letter_body(sheet, place), letter_css(sheet.language, place))


def card_png(html: str, width: int, height: int) -> bytes:
    """An HTML document as a picture of so many pixels; what does not fit on the first page is cut off."""
    css = f"@page {{ size: {width}px {height}px; margin: 0 }} html, body {{ margin: 0 }}"
    return POOL.render({"kind": "card", "html": html, "css": css}, limits())[0]


def page_pngs(pdf: bytes, dpi: int = 96) -> list[bytes]:
    """Every page of a PDF as a picture."""
    return POOL.render({"kind": "pngs", "dpi": dpi}, limits(), payload=pdf)
