"""OpenDocument texts (.odt)."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from campaigns.material.document import Block, Kind, Reason, Style

from .items import typed_items
from .package import Package, tags
from .properties import properties
from .runs import PLAIN, Runs, safe_link
from .tables import table_blocks, typed_rows
from .unreadable import Unreadable, Why

_SPACE = "urn:oasis:names:tc:opendocument:xmlns:"
TEXT, STYLE, TABLE, DRAW, OFFICE, META, FO = (
    f"{{{_SPACE}{name}:1.0}}" for name in ("text", "style", "table", "drawing", "office", "meta", "xsl-fo-compatible")
)
SVG = f"{{{_SPACE}svg-compatible:1.0}}"
LINK = "{http://www.w3.org/1999/xlink}href"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
# What nobody sees on the page: deleted text, remarks, hidden text, the number of a note, how to say a word.
SILENT = (
    tags(TEXT[1:-1], ("tracked-changes", "hidden-text", "hidden-paragraph", "ruby-text", "note-citation"))
    | tags(TEXT[1:-1], ("bookmark", "variable-decls", "sequence-decls", "user-field-decls"))
    | tags(OFFICE[1:-1], ("annotation", "annotation-end", "forms", "event-listeners"))
)
INDEXES = tags(TEXT[1:-1], ("table-of-content", "illustration-index", "table-index", "alphabetical-index"))
ROWS = tags(TABLE[1:-1], ("table-header-rows", "table-rows", "table-row-group"))
KINDS = {"Title": (Kind.HEADING, 1), "Subtitle": (Kind.HEADING, 2), "Quotations": (Kind.QUOTE, 0)}
ANCESTORS = 12
CELLS = 60  # a sheet may say that an empty cell is repeated a thousand times


@dataclass(frozen=True, slots=True)
class Looks:
    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    styles: frozenset[Style] = PLAIN
    hidden: bool = False


@dataclass(slots=True)
class _Paragraph:
    heading: bool
    runs: Runs = field(default_factory=Runs)
    boxes: list[etree._Element] = field(default_factory=list)
    captions: list[str] = field(default_factory=list)


def read_odt(content: bytes) -> list[Block]:
    package = Package(content)
    if b"encryption-data" in package.read("META-INF/manifest.xml"):
        raise Unreadable(Why.ENCRYPTED)
    root, common = package.xml("content.xml"), package.xml("styles.xml")
    body = None if root is None else root.find(f"{OFFICE}body/{OFFICE}text")
    if root is None or body is None:
        raise Unreadable(Why.DAMAGED)
    reader = _Reader([root] if common is None else [common, root])
    blocks = typed_items(typed_rows(list(reader.blocks(body))))
    blocks += reader.notes
    running = [] if common is None else [*reader.running(common)]
    if not blocks and not running and any(name.startswith("Pictures/") for name in package.names):
        raise Unreadable(Why.ONLY_PICTURES)
    meta = package.xml("meta.xml")
    title, author = (
        (None if meta is None else meta.findtext(f".//{name}"))
        for name in (f"{DUBLIN_CORE}title", f"{META}initial-creator")
    )
    return [*properties(title, author, blocks), *running, *blocks]


class _Reader:
    def __init__(self, roots: list[etree._Element]) -> None:
        self._nodes = {
            (node.get(f"{STYLE}family", ""), node.get(f"{STYLE}name", "")): node
            for root in roots
            for node in root.iter(f"{STYLE}style")
        }
        self._lists = {node.get(f"{STYLE}name", ""): node for root in roots for node in root.iter(f"{TEXT}list-style")}
        self._looks: dict[tuple[str, str], Looks] = {}
        self.notes: list[Block] = []

    def blocks(self, parent: etree._Element, depth: int = 0, style: str = "") -> Iterator[Block]:
        """`depth` and `style` of the list that it is in."""
        for node in parent:
            if node.tag in SILENT or node.get(f"{TEXT}display") in ("none", "condition"):
                continue
            if node.tag in (f"{TEXT}p", f"{TEXT}h"):
                yield from self._paragraph(node, depth, style)
            elif node.tag == f"{TEXT}list":
                yield from self.blocks(node, depth + 1, node.get(f"{TEXT}style-name", style))
            elif node.tag == f"{TABLE}table":
                yield from table_blocks(self._rows(node))
            elif node.tag in INDEXES:
                yield from (replace(block, cruft=Reason.NAVIGATION) for block in self.blocks(node))
            elif node.tag == f"{DRAW}frame" or str(node.tag).startswith(DRAW):
                yield from self.blocks(node)
            else:  # sections, items of lists, bodies of indexes
                yield from self.blocks(node, depth, style)

    def running(self, root: etree._Element) -> Iterator[Block]:
        """What stands on every page, once."""
        seen = set()
        for page in root.iter(f"{STYLE}header", f"{STYLE}footer", f"{STYLE}header-first", f"{STYLE}footer-first"):
            for block in self.blocks(page):
                if block.text not in seen:
                    seen.add(block.text)
                    yield replace(block, cruft=Reason.PAGE_BREAK)

    def _rows(self, table: etree._Element) -> Iterator[list[list[Block]]]:
        for node in table:
            if node.tag in ROWS:
                yield from self._rows(node)
            elif node.tag == f"{TABLE}table-row":
                cells = node.iterchildren(f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
                yield [list(self.blocks(cell)) for cell, _place in zip(cells, range(CELLS), strict=False)]

    def _paragraph(self, node: etree._Element, depth: int, style: str) -> Iterator[Block]:
        looks = self._of("paragraph", node.get(f"{TEXT}style-name", ""))
        heading = node.tag == f"{TEXT}h" or looks.kind == Kind.HEADING
        paragraph = _Paragraph(heading)
        self._collect(node, paragraph, replace(looks, styles=PLAIN if heading else looks.styles), "")
        if node.tag == f"{TEXT}h":
            level = node.get(f"{TEXT}outline-level", "1")
            yield from paragraph.runs.blocks(kind=Kind.HEADING, level=min(int(level) if level.isdecimal() else 1, 6))
        elif depth and looks.kind == Kind.PARAGRAPH:
            yield from paragraph.runs.blocks(kind=Kind.ITEM, level=depth, ordered=self._ordered(style, depth))
        else:
            cells = paragraph.runs.cells() if looks.kind == Kind.PARAGRAPH else ()
            yield from paragraph.runs.blocks(kind=looks.kind, level=looks.level, cells=cells)
        for caption in paragraph.captions:
            runs = Runs()
            runs.add(caption)
            yield from runs.blocks(kind=Kind.CAPTION, cruft=Reason.CAPTION)
        for box in paragraph.boxes:
            yield from self.blocks(box)

    def _collect(self, node: etree._Element, paragraph: _Paragraph, looks: Looks, link: str) -> None:
        self._say(node.text, paragraph, looks, link)
        for child in node:
            self._piece(child, paragraph, looks, link)
            self._say(child.tail, paragraph, looks, link)

    def _say(self, text: str | None, paragraph: _Paragraph, looks: Looks, link: str) -> None:
        if text and not looks.hidden:
            # White space in the file is one space; breaks are elements.
            paragraph.runs.add(text.replace("\n", " ").replace("\r", " "), looks.styles, link)

    def _piece(self, node: etree._Element, paragraph: _Paragraph, looks: Looks, link: str) -> None:
        if node.tag in SILENT:
            return
        if node.tag == f"{TEXT}line-break":
            paragraph.runs.add("\n")
        elif node.tag in (f"{TEXT}s", f"{TEXT}tab"):
            paragraph.runs.add("\t" if node.tag == f"{TEXT}tab" else " ")
        elif node.tag == f"{TEXT}note":
            for body in node.iterchildren(f"{TEXT}note-body"):
                notes = [
                    replace(block, kind=Kind.FOOTNOTE, level=0, ordered=False, cells=()) for block in self.blocks(body)
                ]
                self.notes += notes
        elif str(node.tag).startswith(DRAW):
            for part in node.iter(f"{SVG}desc"):
                paragraph.captions.append(part.text or "")
            paragraph.boxes.append(node)
        elif node.tag == f"{TEXT}a":
            self._collect(node, paragraph, looks, safe_link(node.get(LINK)) or link)
        elif node.tag == f"{TEXT}span":
            own = self._of("text", node.get(f"{TEXT}style-name", ""))
            merged = replace(looks, styles=looks.styles | own.styles, hidden=looks.hidden or own.hidden)
            self._collect(node, paragraph, merged, link)
        else:  # fields, marks of changes, ruby
            self._collect(node, paragraph, looks, link)

    def _ordered(self, style: str, depth: int) -> bool:
        node = self._lists.get(style)
        if node is None:
            return False
        levels = {level.get(f"{TEXT}level"): level for level in node}
        level = levels.get(str(depth))
        return level is not None and level.tag == f"{TEXT}list-level-style-number"

    def _of(self, family: str, name: str) -> Looks:
        if (family, name) not in self._looks:
            line: list[etree._Element] = []
            names, one = [], name
            while len(line) < ANCESTORS and (node := self._nodes.get((family, one))) is not None:
                line.append(node)
                names.append(one)
                one = node.get(f"{STYLE}parent-style-name", "")
            self._looks[family, name] = _looks(line, [*names, one])
        return self._looks[family, name]


def _looks(line: list[etree._Element], names: list[str]) -> Looks:
    """`line` from the style itself to the first it is based on."""
    kind, level = next((KINDS[name] for name in names if name in KINDS), (Kind.PARAGRAPH, 0))
    said: dict[str, str] = {}
    for node in reversed(line):
        for text in node.iterchildren(f"{STYLE}text-properties"):
            said |= {str(name): str(value) for name, value in text.attrib.items()}
    bold = said.get(f"{FO}font-weight", "normal") in ("bold", "600", "700", "800", "900")
    italic = said.get(f"{FO}font-style", "normal") in ("italic", "oblique")
    styles = frozenset(style for style, on in ((Style.BOLD, bold), (Style.ITALIC, italic)) if on)
    return Looks(kind, level, styles, said.get(f"{TEXT}display") == "none")
