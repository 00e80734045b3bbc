"""Letters as PDF: `letter_pdf` makes one, and everything is rendered in a limited process apart."""

from pathlib import Path

from django.conf import settings

from . import window
from .layout import has_foot, letter_body, letter_css, standalone
from .profiles import DEFAULT_PROFILE, PROFILES, Profile
from .sandbox import POOL, Limits, MissingGlyphs, RenderingBusy, RenderingError, RenderingTimeout, patiently
from .sheet import LetterSheet, clean, is_rtl

__all__ = [
    "PROFILES",
    "LetterSheet",
    "MissingGlyphs",
    "RenderingBusy",
    "RenderingError",
    "RenderingTimeout",
    "card_png",
    "document_pdf",
    "fits_window",
    "is_rtl",
    "letter_html",
    "letter_pdf",
    "limits",
    "page_pngs",
    "patiently",
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


def letter_pdf(sheet: LetterSheet, profile: str | None = None, *, large: bool = False, hurried: bool = True) -> bytes:
    """The letter as PDF/UA-1; hurried, if somebody sits and waits for it. `large` is for who reads large print.

    KeyError for an unknown profile; MissingGlyphs, RenderingBusy and other kinds of RenderingError for the rest.
    """
    place = _profile(sheet, profile)
    request = {
        "kind": "pdf",
        "html": letter_body(sheet, place, large),
        "css": letter_css(sheet.language, place, large),
        "foot_first": has_foot(sheet) and not large,
    }
    return POOL.render(request, limits(), hurried=hurried)[0]


def letter_html(sheet: LetterSheet, profile: str | None = None, *, large: bool = False) -> str:
    """The same letter as one HTML document with its style sheet inside."""
    place = _profile(sheet, profile)
    return standalone(letter_body(sheet, place, large), letter_css(sheet.language, place, large))


def _profile(sheet: LetterSheet, name: str | None) -> Profile:
    return PROFILES[name or sheet.layout or DEFAULT_PROFILE]


def fits_window(sheet: LetterSheet, profile: str | None = None) -> bool:
    """Whether the whole address shows in the window; if not, the letter needs an envelope without one."""
    return window.fits_window(sheet, _profile(sheet, profile))


def document_pdf(html: str, css: str, *, hurried: bool = False) -> bytes:
    """An HTML document of ours, in reading order, as PDF/UA-1. Pictures are data: addresses; nothing is fetched.

    Raises as letter_pdf does. A child keeps the parsed `css`, so what differs between documents belongs in the HTML.
    """
    request = {"kind": "pdf", "html": clean(html), "css": css, "foot_first": False}
    return POOL.render(request, limits(), hurried=hurried)[0]


def card_png(html: str, width: int, height: int) -> bytes:
    """An HTML document as a picture of so many pixels; what does not fit on the first page is cut off.

    Raises as letter_pdf does.
    """
    css = f"@page {{ size: {width}px {height}px; margin: 0 }} html, body {{ margin: 0 }}"
    return POOL.render({"kind": "card", "html": html, "css": css}, limits())[0]


def page_pngs(pdf: bytes, dpi: int = 96) -> list[bytes]:
    """Every page of a PDF as a picture."""
    return POOL.render({"kind": "pngs", "dpi": dpi}, limits(), payload=pdf)
