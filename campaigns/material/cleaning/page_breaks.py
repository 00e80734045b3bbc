"""What a page leaves in a text: headers and footers, running titles, sentences cut in two."""

import re
from collections import defaultdict
from dataclasses import replace

from campaigns.material.document import Block, Kind, Reason
from campaigns.material.phrases import normal
from campaigns.material.prose import LONG, begins_small, ends_sentence, is_prose

from .sheet import Sheet, joined

EDGE = 3  # blocks at the head and at the foot of a page
PAGE_NUMBER = re.compile(r"[\W_]{0,4}(?:[^\W\d_]{1,10}\.? )?\d{1,4}(?: ?(?:/|[^\W\d_]{1,4}) ?\d{1,4})?[\W_]{0,4}")
ADDRESS = re.compile(r"(?:https?://|www\.)\S{1,2000}")
BULLET = re.compile(r"[-–—•*▪●◦‣·]|\(?\w{1,3}[.)]\s")
MENDABLE = {
    (Kind.PARAGRAPH, Kind.PARAGRAPH),
    (Kind.ITEM, Kind.PARAGRAPH),
    (Kind.QUOTE, Kind.QUOTE),
    (Kind.QUOTE, Kind.PARAGRAPH),
    (Kind.FOOTNOTE, Kind.FOOTNOTE),
}


def drop_headers(sheet: Sheet) -> None:
    """Lines that come back at the edge of page after page. The first of each says where and when the pages were
    printed: it stays, as something that the file says about itself."""
    pages: dict[int, list[int]] = defaultdict(list)
    for at, block in enumerate(sheet.blocks):
        if block.page and sheet.why[at] is None and block.kind not in (Kind.META, Kind.RULE):
            pages[block.page].append(at)
    if len(pages) < 2:
        return
    edges: dict[str, list[int]] = defaultdict(list)
    for places in pages.values():
        for at in dict.fromkeys(places[:EDGE] + places[-EDGE:]):
            if len(sheet.blocks[at].text) <= LONG * 2:
                edges[normal(sheet.blocks[at].text)].append(at)
    for places in edges.values():
        seen = len({sheet.blocks[at].page for at in places})
        if seen < 2 or seen * 2 < len(pages):
            continue
        for at in places:
            sheet.drop(at, Reason.PAGE_BREAK)
        first = sheet.blocks[places[0]]
        if not PAGE_NUMBER.fullmatch(first.text):
            _tell(sheet, places[0])
    _drop_page_numbers(sheet, list(pages.values()))


def _tell(sheet: Sheet, at: int) -> None:
    block = sheet.blocks[at]
    name = "url" if ADDRESS.search(block.text) else "header"
    sheet.blocks[at], sheet.why[at] = replace(block, kind=Kind.META, name=name, marks=()), None


def _drop_page_numbers(sheet: Sheet, pages: list[list[int]]) -> None:
    edges = [at for places in pages for at in (places[:1] + places[-1:])]
    numbers = [at for at in edges if PAGE_NUMBER.fullmatch(sheet.blocks[at].text)]
    if len(numbers) >= 2 or (numbers and len(pages) == 2):
        for at in numbers:
            sheet.drop(at, Reason.PAGE_BREAK)


def drop_running_titles(sheet: Sheet) -> None:
    """The title again, in the middle of the text."""
    titles: set[str] = set()
    begun = False
    for at, block in enumerate(sheet.blocks):
        line = normal(block.text) if len(block.text) <= LONG * 3 else ""
        if sheet.why[at] is not None:
            continue
        if line and begun and line in titles:
            sheet.drop(at, Reason.PAGE_BREAK)
        elif line and not begun and (block.kind == Kind.HEADING or block.name == "title"):
            titles.add(line)
        begun = begun or (block.kind == Kind.PARAGRAPH and is_prose(block.text) and line not in titles)


def mend_sentences(sheet: Sheet) -> None:
    """A paragraph that stops in the middle of its sentence takes up the one that goes on with it."""
    last = None
    for at in sheet.kept():
        if last is not None and _goes_on(sheet, last, at):
            sheet.blocks[last] = joined(sheet.blocks[last], sheet.blocks[at])
            sheet.swallowed.add(at)
        else:
            last = at


def _goes_on(sheet: Sheet, first: int, second: int) -> bool:
    one, other = sheet.blocks[first], sheet.blocks[second]
    if (one.kind, other.kind) not in MENDABLE or ends_sentence(one.text) or BULLET.match(other.text):
        return False
    if begins_small(other.text):
        # A list may have items in small letters, too: its first one would begin so. "by Jane Roe" is of no sentence.
        whole = len(other.text) >= LONG // 2 or ends_sentence(other.text)
        running = len(one.text) >= LONG // 2 and "\n" not in one.text[-LONG // 2 :]
        return whole and running and not begins_small(one.text)
    torn = sheet.why[first + 1 : second].count(Reason.PAGE_BREAK) or (one.page and one.page != other.page)
    return bool(torn) and _is_running(one) and other.text[:1].isalpha() and len(other.text) >= LONG // 4


def _is_running(block: Block) -> bool:
    """Long enough to be the middle of a paragraph, and no line of a list."""
    cased = block.text[-1:].lower() != block.text[-1:].upper()
    return len(block.text) >= (LONG if cased else LONG * 2 // 3) and "\n" not in block.text[-LONG:]
