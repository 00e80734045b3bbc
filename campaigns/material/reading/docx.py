"""Word documents (.docx)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from posixpath import join, normpath
from typing import Any, NamedTuple

from lxml import etree

from campaigns.material.document import Block, Kind, Reason, Style

from .docx_styles import Looks, Styles, W, list_of, number, styles_of, toggled, value
from .items import typed_items
from .package import Package, parsed, tags
from .properties import properties
from .runs import Runs, safe_link
from .tables import table_blocks, typed_rows
from .unreadable import Unreadable, Why

STRICT = re.compile(rb"http://purl\.oclc\.org/ooxml/(\w{1,40})/")
USUAL = rb"http://schemas.openxmlformats.org/\1/2006/"
RELATIONSHIPS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
COMPATIBILITY = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
MATH = "{http://schemas.openxmlformats.org/officeDocument/2006/math}t"
DESCRIBED = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}docPr"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
W_NAMES = ("ins", "moveTo", "smartTag", "fldSimple", "customXml", "sdt", "sdtContent", "dir", "bdo", "ruby", "rubyBase")
INSIDE = tags(W[1:-1], W_NAMES)  # what stands around runs or paragraphs and says nothing itself
BREAKS = tags(W[1:-1], ("br", "cr"))
NOTES = tags(W[1:-1], ("footnoteReference", "endnoteReference"))
PICTURES = tags(W[1:-1], ("drawing", "pict", "object"))


class Relationship(NamedTuple):
    kind: str  # the last word of its type
    target: str
    external: bool


@dataclass(slots=True)
class _Field:
    """A computed field: its instruction, then what it shows."""

    instruction: str = ""
    shown: bool = False

    @property
    def link(self) -> str:
        words = self.instruction.split('"')
        return safe_link(words[1]) if words[0].strip().upper() == "HYPERLINK" and len(words) > 1 else ""


@dataclass(slots=True)
class _Paragraph:
    looks: Looks
    runs: Runs = field(default_factory=Runs)
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes anchored in it
    captions: list[str] = field(default_factory=list)
    fields: list[_Field] = field(default_factory=list)


def read_docx(content: bytes) -> list[Block]:
    package = Package(content)
    main = _main_part(package)
    relations = _relations(package, main)
    parts = {
        relation.kind: _part(package, join(main.rpartition("/")[0], relation.target))
        for relation in relations.values()
        if not relation.external and relation.kind in ("styles", "numbering", "footnotes", "endnotes")
    }
    styles = styles_of(parts.get("styles"), parts.get("numbering"))
    root = _part(package, main)
    body = None if root is None else root.find(f"{W}body")
    if body is None:
        raise Unreadable(Why.DAMAGED)
    reader = _Reader(styles, relations)
    blocks = typed_items(typed_rows(list(reader.blocks(body))))
    for name in ("footnotes", "endnotes"):
        blocks += reader.notes(name, parts.get(name))
    head, foot = (list(_running(package, main, relations, styles, kind)) for kind in ("header", "footer"))
    if not blocks and not head and not foot and any(name.startswith("word/media/") for name in package.names):
        raise Unreadable(Why.ONLY_PICTURES)
    core = package.xml("docProps/core.xml")
    title, author = ((None if core is None else core.findtext(DUBLIN_CORE + name)) for name in ("title", "creator"))
    return [*properties(title, author, blocks), *head, *blocks, *foot]


def _part(package: Package, name: str) -> etree._Element | None:
    """Word may write the strict form of the format: the same words in another namespace."""
    data = package.read(normpath(name).lstrip("/"))
    return parsed(STRICT.sub(USUAL, data)) if data.strip() else None


def _main_part(package: Package) -> str:
    for relation in _relations(package, "").values():
        if relation.kind == "officeDocument" and not relation.external:
            return normpath(relation.target).lstrip("/")
    return "word/document.xml"


def _relations(package: Package, part: str) -> dict[str, Relationship]:
    folder, _slash, name = part.rpartition("/")
    root = package.xml(normpath(join(folder, "_rels", f"{name}.rels")))
    if root is None:
        return {}
    return {
        node.get("Id", ""): Relationship(
            node.get("Type", "").rpartition("/")[2], node.get("Target", ""), node.get("TargetMode") == "External"
        )
        for node in root
    }


def _running(
    package: Package, main: str, relations: dict[str, Relationship], styles: Styles, kind: str
) -> Iterator[Block]:
    """What stands on every page, once."""
    seen = set()
    for relation in relations.values():
        if relation.kind != kind or relation.external:
            continue
        root = _part(package, join(main.rpartition("/")[0], relation.target))
        for block in _Reader(styles, {}).blocks(root) if root is not None else ():
            if block.text not in seen:
                seen.add(block.text)
                yield replace(block, cruft=Reason.PAGE_BREAK)


class _Reader:
    def __init__(self, styles: Styles, relations: dict[str, Relationship]) -> None:
        self._styles = styles
        self._relations = relations
        self._open: _Paragraph | None = None  # its end was deleted, so the next one goes on in it
        self._noted: dict[str, list[str]] = {"footnotes": [], "endnotes": []}

    def blocks(self, parent: etree._Element) -> Iterator[Block]:
        for node in parent:
            if node.tag == f"{W}p":
                yield from self._paragraph(node)
            elif node.tag == f"{W}tbl":
                yield from table_blocks(self._rows(node))
            elif node.tag == f"{W}sdt" and value(node, f"{W}sdtPr/{W}docPartObj/{W}docPartGallery") is not None:
                yield from (replace(block, cruft=block.cruft or Reason.NAVIGATION) for block in self._contents(node))
            elif node.tag in INSIDE:
                yield from self.blocks(node)
            elif node.tag == f"{COMPATIBILITY}AlternateContent":
                yield from self.blocks(_chosen(node))

    def notes(self, name: str, root: etree._Element | None) -> Iterator[Block]:
        """In the order in which the text refers to them."""
        nodes = {} if root is None else {node.get(f"{W}id"): node for node in root}
        for reference in dict.fromkeys(self._noted[name]):
            if reference in nodes:
                for block in self.blocks(nodes[reference]):
                    yield replace(block, kind=Kind.FOOTNOTE, level=0, ordered=False, cells=())

    def _contents(self, node: etree._Element) -> list[Block]:
        return [block for content in node.iterchildren(f"{W}sdtContent") for block in self.blocks(content)]

    def _rows(self, table: etree._Element) -> Iterator[list[list[Block]]]:
        for row in self._within(table, f"{W}tr"):
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            yield [list(self.blocks(cell)) for cell in self._within(row, f"{W}tc")]

    def _within(self, parent: etree._Element, tag: str) -> Iterator[etree._Element]:
        for node in parent:
            if node.tag == tag:
                yield node
            elif node.tag in INSIDE:
                yield from self._within(node, tag)

    def _paragraph(self, node: etree._Element) -> Iterator[Block]:
        properties = node.find(f"{W}pPr")
        paragraph, self._open = self._open, None
        if paragraph is None:
            looks = self._styles.of(value(properties, f"{W}pStyle"))
            paragraph = _Paragraph(replace(looks, list=list_of(properties, looks.list)))
            outline = value(properties, f"{W}outlineLvl")
            if outline is not None and number(outline) < 6 and looks.kind == Kind.PARAGRAPH:
                paragraph.looks = replace(paragraph.looks, kind=Kind.HEADING, level=number(outline) + 1)
        self._collect(node, paragraph, "")
        if properties is not None and properties.find(f"{W}rPr/{W}del") is not None:
            self._open = paragraph
        else:
            yield from self._finished(paragraph)

    def _finished(self, paragraph: _Paragraph) -> Iterator[Block]:
        looks = paragraph.looks
        listed, depth = looks.list
        cruft = Reason.NAVIGATION if looks.contents else ""
        if looks.kind == Kind.PARAGRAPH and listed not in ("", "0"):
            ordered = self._styles.ordered(listed, depth) or listed.startswith("list number")
            about: dict[str, Any] = {"kind": Kind.ITEM, "level": depth + 1, "ordered": ordered}
        else:
            about = {"kind": looks.kind, "level": looks.level}
            if looks.kind == Kind.PARAGRAPH:
                about["cells"] = paragraph.runs.cells()
        yield from paragraph.runs.blocks(cruft=cruft, **about)
        for caption in paragraph.captions:
            for block in _plainly(caption):
                yield replace(block, kind=Kind.CAPTION, cruft=Reason.CAPTION)
        for box in paragraph.boxes:
            yield from self.blocks(box)

    def _collect(self, parent: etree._Element, paragraph: _Paragraph, link: str) -> None:
        for node in parent:
            if node.tag == f"{W}r":
                self._run(node, paragraph, link)
            elif node.tag == f"{W}hyperlink":
                relation = self._relations.get(node.get(f"{RELATIONSHIPS}id", ""))
                self._collect(node, paragraph, safe_link(relation.target) if relation else link)
            elif node.tag in INSIDE:
                self._collect(node, paragraph, link)
            elif node.tag == f"{COMPATIBILITY}AlternateContent":
                self._collect(_chosen(node), paragraph, link)
            elif str(node.tag).startswith(MATH[:-1]):
                paragraph.runs.add("".join(text.text or "" for text in node.iter(MATH)))

    def _run(self, run: etree._Element, paragraph: _Paragraph, link: str) -> None:
        properties = run.find(f"{W}rPr")
        style = value(properties, f"{W}rStyle")
        looks = self._styles.of(style) if style else Looks()
        if toggled(properties, "vanish", looks.hidden or paragraph.looks.hidden):
            return
        heading = paragraph.looks.kind == Kind.HEADING
        bold = toggled(properties, "b", looks.bold or (paragraph.looks.bold and not heading))
        italic = toggled(properties, "i", looks.italic or (paragraph.looks.italic and not heading))
        styles = frozenset(style for style, on in ((Style.BOLD, bold), (Style.ITALIC, italic)) if on)
        for node in run:
            if node.tag == f"{COMPATIBILITY}AlternateContent":
                node = _chosen(node)
                for child in node:
                    self._picture(child, paragraph)
            elif node.tag in PICTURES:
                self._picture(node, paragraph)
            elif node.tag == f"{W}fldChar":
                self._field(node, paragraph)
            elif paragraph.fields and not paragraph.fields[-1].shown:
                if node.tag == f"{W}instrText" and len(paragraph.fields[-1].instruction) < 4000:
                    paragraph.fields[-1].instruction += node.text or ""
            elif node.tag in NOTES:
                kind = "footnotes" if node.tag == f"{W}footnoteReference" else "endnotes"
                self._noted[kind].append(node.get(f"{W}id", ""))
            elif node.tag in INSIDE:
                self._collect(node, paragraph, link)
            else:
                shown = link or (paragraph.fields[-1].link if paragraph.fields else "")
                paragraph.runs.add(_text(node), styles, shown)

    def _field(self, node: etree._Element, paragraph: _Paragraph) -> None:
        match node.get(f"{W}fldCharType"):
            case "begin":
                paragraph.fields.append(_Field())
            case "separate" if paragraph.fields:
                paragraph.fields[-1].shown = True
            case "end" if paragraph.fields:
                paragraph.fields.pop()

    def _picture(self, node: etree._Element, paragraph: _Paragraph) -> None:
        """Its description, and the text boxes in it, but not those in another box, which are read with that one."""
        boxes = [box for box in node.iter(f"{W}txbxContent") if not _shown_twice(box, node)]
        paragraph.boxes += boxes
        if not boxes:
            paragraph.captions += [found.get("descr", "") for found in node.iter(DESCRIBED)]


def _shown_twice(box: etree._Element, until: etree._Element) -> bool:
    """Inside another text box, or the copy for programs that are too old."""
    for ancestor in box.iterancestors():
        if ancestor is until:
            return False
        if ancestor.tag in (f"{W}txbxContent", f"{COMPATIBILITY}Fallback"):
            return True
    return False


def _chosen(node: etree._Element) -> etree._Element:
    """Of a piece in several forms, the first, which is the newest."""
    return node[0] if len(node) else node


def _plainly(text: str) -> list[Block]:
    runs = Runs()
    runs.add(text)
    return runs.blocks()


def _text(node: etree._Element) -> str:
    if node.tag == f"{W}t":
        return node.text or ""
    if node.tag in BREAKS:
        return "\n" if node.get(f"{W}type", "textWrapping") == "textWrapping" else " "
    if node.tag == f"{W}tab":
        return "\t"
    if node.tag == f"{W}noBreakHyphen":
        return "-"
    return ""
