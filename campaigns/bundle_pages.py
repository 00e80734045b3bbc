"""The pages of a bundle that are no letters: its list of contents, and the sheet in the place of a letter."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import datetime

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from letters.pdf import LetterSheet, MissingGlyphs, document_pdf
from letters.pdf.many import letters_pdf
from letters.pdf.profiles import PROFILES, for_country

from .models import Campaign
from .printing import Stack, patiently

LISTED_AT_ONCE = 500  # lines laid out together


@dataclass(frozen=True)
class Line:
    """A letter in the list of contents. `page` is the one of its file on which it begins; 0 where it has none.

    `text_file` has the words of a letter that could not be set.
    """

    pk: int
    number: int
    name: str
    page: int
    pages: int
    text_file: str = ""


def contents(campaign: Campaign, made: datetime, lines: list[Line]) -> tuple[bytes, list[Line]]:
    """The list as a PDF to be put before the letters, and the lines with the pages on which they then begin."""
    before = 0
    while True:
        moved = [replace(line, page=line.page + before) for line in lines]
        pdf, pages = _listed(campaign, made, moved)
        if pages <= before:
            return pdf, moved
        before = pages


def _listed(campaign: Campaign, made: datetime, lines: list[Line]) -> tuple[bytes, int]:
    paper = PROFILES[for_country(campaign.legislature.country if campaign.legislature else "")].page
    css = render_to_string("campaigns/organising/bundle_list.css")
    with closing(Stack()) as stack:
        for start in range(0, len(lines), LISTED_AT_ONCE):
            context = {"campaign": campaign, "made": made, "paper": paper, "begins": start == 0}
            some = lines[start : start + LISTED_AT_ONCE]
            stack.add(_settable(lambda text, context=context, some=some: _page(context, some, css, text)))
        return stack.whole(), stack.pages


def _page(context: dict[str, object], lines: list[Line], css: str, written: Callable[[str], str]) -> bytes:
    listed = [replace(line, name=written(line.name)) for line in lines]
    html = render_to_string("campaigns/organising/bundle_list.html", context | {"lines": listed})
    return patiently(lambda: document_pdf(html, css))


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
