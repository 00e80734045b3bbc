"""The pages of a bundle that are no letters: its list of contents, and the sheet in the place of a letter."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from letters.pdf import LetterSheet, MissingGlyphs, document_pdf, patiently
from letters.pdf.many import letters_pdf
from letters.pdf.profiles import PROFILES, for_country
from letters.pdf.sheet import direction_of, one_line

from .models import Campaign
from .printing import Stack

# Lines of a list of contents on its first page and on the others, and how many pages are laid out together: even.
FIRST, OTHERS, TOGETHER = 34, 44, 10
LONGEST_NAME = 70  # characters that fit on a line


@dataclass(frozen=True)
class Line:
    """A letter in the list of contents. `page` is the one of its file on which it begins; 0 where it has none.

    `text_file` has the words of a letter that could not be set. One whose address is not `in_window` has a star.
    """

    pk: int
    number: int
    name: str
    page: int
    pages: int
    text_file: str = ""
    in_window: bool = True


def contents(campaign: Campaign, made: datetime, lines: list[Line]) -> tuple[bytes, list[Line]]:
    """The list as a PDF to be put before the letters, and the lines with the pages on which they then begin."""
    pages = len(_paged(lines))
    before = pages + pages % 2
    moved = [replace(line, page=line.page + before) for line in lines]
    pdf, found = _listed(campaign, made, moved)
    if found != before:
        raise RuntimeError(f"A list of contents of {len(lines)} letters has {found} pages, not {before}.")
    return pdf, moved


def _paged(lines: list[Line]) -> list[list[Line]]:
    ends = range(FIRST, len(lines) + OTHERS, OTHERS)
    return [lines[max(0, end - OTHERS) if end > FIRST else 0 : end] for end in ends]


def _listed(campaign: Campaign, made: datetime, lines: list[Line]) -> tuple[bytes, int]:
    paper = PROFILES[for_country(campaign.legislature.country if campaign.legislature else "")].page
    starred = not all(line.in_window for line in lines)
    context = {"campaign": campaign, "made": made, "paper": paper, "starred": starred}
    pages = _paged(lines)
    with closing(Stack()) as stack:
        for start in range(0, len(pages), TOGETHER):
            some = context | {"begins": start == 0}
            stack.add(_settable(_List(some, pages[start : start + TOGETHER])))
        return stack.whole(), stack.pages


@dataclass(frozen=True)
class _List:
    context: dict[str, object]
    pages: list[list[Line]]

    def __call__(self, written: Callable[[str], str]) -> bytes:
        pages = [[_row(line, written) for line in page] for page in self.pages]
        html = render_to_string("campaigns/organising/bundle_list.html", self.context | {"pages": pages})
        css = render_to_string("campaigns/organising/bundle_list.css")
        return patiently(lambda: document_pdf(html, css))


def _row(line: Line, written: Callable[[str], str]) -> tuple[Line, bool]:
    """And whether the name is to be kept apart: from right to left, it would run into the number before it."""
    name = written(_short(line.name))
    return replace(line, name=name), direction_of(name, "ltr") == "rtl"


def _short(name: str) -> str:
    name = one_line(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def in_its_place(number: int, name: str, file: str) -> bytes:
    """A sheet for a letter that could not be set, where it would lie among the others."""
    said = _(
        "Letter %(number)d, to %(name)s, belongs here. It could not be made into a PDF. Its words are in the file "
        "%(file)s, which lies beside this one: print it, and put it in the place of this sheet."
    )

    def sheet(written: Callable[[str], str]) -> bytes:
        language = translation.get_language() or "en"
        body = written(said % {"number": number, "name": name, "file": file})
        title = _("Letter %(number)d is missing") % {"number": number}
        return patiently(lambda: letters_pdf([LetterSheet(title=title, language=language, body=body)])).pdf

    return _settable(sheet)


def _settable(render: Callable[[Callable[[str], str]], bytes]) -> bytes:
    """With a question mark for what no font of ours has: a list with one odd name is better than none."""
    try:
        return render(str)
    except MissingGlyphs as missing:
        table = dict.fromkeys(map(ord, missing.characters), "?")
        return render(lambda text: text.translate(table))
