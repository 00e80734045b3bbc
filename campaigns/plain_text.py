"""Organisers' Markdown as plain text, for mail programs that show no HTML and people who want none."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from markdown_it import MarkdownIt
from markdown_it.token import Token

from .references import REFERENCE

_markdown = MarkdownIt("commonmark", {"html": False}).enable("table")
RULE = "* * *"


@dataclass
class _Page:
    """What has been read so far. `marks` are what begins the next line of each list or quotation one is in."""

    lines: list[str] = field(default_factory=list)
    marks: list[str] = field(default_factory=list)
    counts: list[int | None] = field(default_factory=list)  # of the lists one is in: the next number, or None
    cells: list[str] | None = None

    def paragraph(self, text: str, close: bool = False) -> None:
        if self.lines and not close:
            self.lines.append("")
        for line in text.split("\n"):
            self.lines.append("".join(self.marks) + line)
            # A bullet stands before its first line only; what follows stands below it.
            self.marks = [mark if mark == "> " else " " * len(mark) for mark in self.marks]


def plain_text(source: str) -> str:
    """Links stand as “words (address)”; what is only for the eye is left out."""
    page = _Page()
    for token in _markdown.parse(REFERENCE.sub("", source)):
        _read(page, token)
    return "\n".join(line.rstrip() for line in page.lines)


def _read(page: _Page, token: Token) -> None:
    kind = token.type
    if kind == "inline":
        text = _inline(token.children or [])
        if page.cells is not None:
            page.cells.append(text)
        else:
            page.paragraph(text, close=_is_tight_item(page, token))
    elif kind == "hr":
        page.paragraph(RULE)
    elif kind in ("fence", "code_block"):
        page.paragraph(token.content.rstrip("\n"))
    elif kind == "blockquote_open":
        page.marks.append("> ")
    elif kind in ("bullet_list_open", "ordered_list_open"):
        page.counts.append(int(token.attrGet("start") or 1) if kind == "ordered_list_open" else None)
    elif kind == "list_item_open":
        page.marks.append(_bullet(page))
    elif kind in ("blockquote_close", "list_item_close"):
        page.marks.pop()
    elif kind in ("bullet_list_close", "ordered_list_close"):
        page.counts.pop()
    elif kind == "tr_open":
        page.cells = []
    elif kind == "tr_close":
        page.paragraph(" | ".join(page.cells or []), close=bool(page.lines) and " | " in page.lines[-1])
        page.cells = None


def _bullet(page: _Page) -> str:
    number = page.counts[-1]
    if number is None:
        return "- "
    page.counts[-1] = number + 1
    return f"{number}. "


def _is_tight_item(page: _Page, token: Token) -> bool:
    """Items follow each other without an empty line, as they do on the page; the first keeps its distance."""
    if not page.counts or not page.lines or page.marks[-1:] == ["> "] or not page.marks[-1].strip():
        return False
    before = page.lines[-1].lstrip()
    return before.startswith("- ") or before[:1].isdigit() or page.lines[-1].startswith("  ")


def _inline(children: Sequence[Token]) -> str:
    return "".join(_pieces(children))


def _pieces(children: Iterable[Token]) -> Iterable[str]:
    links: list[tuple[str, list[str]]] = []
    for child in children:
        if child.type == "link_open":
            links.append((str(child.attrGet("href") or ""), []))
            continue
        if child.type == "link_close":
            address, words = links.pop()
            piece = _link("".join(words), address)
        elif child.type in ("softbreak", "hardbreak"):
            piece = "\n"
        else:
            piece = child.content  # of a picture, the words in its place
        if links:
            links[-1][1].append(piece)
        else:
            yield piece


def _link(words: str, address: str) -> str:
    bare = address.removeprefix("mailto:")
    return words if words in (address, bare) or not address else f"{words} ({bare})"
