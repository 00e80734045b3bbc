"""What the styles and lists of a Word document say, by their ids. The ids are in the language of the program, and so
may be the names; what a style does is not."""

from dataclasses import dataclass, field, replace

from lxml import etree

from campaigns.material.document import Kind

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
VAL = f"{W}val"
# The names of Word's own styles are English in the file, whatever the language of the program.
KINDS = {
    "title": (Kind.HEADING, 1),
    "subtitle": (Kind.HEADING, 2),
    "quote": (Kind.QUOTE, 0),
    "intense quote": (Kind.QUOTE, 0),
    "block text": (Kind.QUOTE, 0),
    "caption": (Kind.CAPTION, 0),
    "footnote text": (Kind.FOOTNOTE, 0),
    "endnote text": (Kind.FOOTNOTE, 0),
}
ANCESTORS = 12
LEVELS = 6


@dataclass(frozen=True, slots=True)
class Looks:
    """Of a style, with all that it is based on."""

    kind: Kind = Kind.PARAGRAPH
    level: int = 0
    list: tuple[str, int] = ("", 0)  # numId and depth from 0
    bold: bool = False
    italic: bool = False
    hidden: bool = False
    contents: bool = False  # of a table of contents


@dataclass(slots=True)
class Styles:
    looks: dict[str, Looks] = field(default_factory=dict)
    default: Looks = field(default_factory=Looks)
    formats: dict[tuple[str, int], str] = field(default_factory=dict)  # (numId, depth) → bullet, decimal …

    def of(self, style: str | None) -> Looks:
        return self.default if style is None else self.looks.get(style, Looks())

    def ordered(self, number: str, depth: int) -> bool:
        return self.formats.get((number, depth), "bullet") not in ("bullet", "none")


def styles_of(styles: etree._Element | None, numbering: etree._Element | None) -> Styles:
    known = Styles(formats=_formats(numbering))
    nodes = {} if styles is None else {node.get(f"{W}styleId", ""): node for node in styles.iter(f"{W}style")}
    for style, node in nodes.items():
        looks = Looks()
        for ancestor in reversed(_line(node, nodes)):
            looks = _over(looks, ancestor)
        known.looks[style] = looks
        if node.get(f"{W}type") == "paragraph" and is_on(node.get(f"{W}default", "0")):
            known.default = looks
    return known


def is_on(value: str | None) -> bool:
    return value is None or value not in ("0", "false", "off", "none")


def toggled(properties: etree._Element | None, name: str, before: bool) -> bool:
    node = None if properties is None else properties.find(f"{W}{name}")
    return before if node is None else is_on(node.get(VAL))


def value(node: etree._Element | None, path: str) -> str | None:
    found = None if node is None else node.find(path)
    return None if found is None else found.get(VAL)


def number(text: str | None) -> int:
    return int(text) if text and text.isdecimal() and len(text) < 4 else 0


def list_of(properties: etree._Element | None, before: tuple[str, int]) -> tuple[str, int]:
    node = None if properties is None else properties.find(f"{W}numPr")
    if node is None:
        return before
    return value(node, f"{W}numId") or before[0], number(value(node, f"{W}ilvl"))


def _line(node: etree._Element, nodes: dict[str, etree._Element]) -> list[etree._Element]:
    """A style and those it is based on, itself first."""
    line = [node]
    while len(line) < ANCESTORS and (base := nodes.get(value(line[-1], f"{W}basedOn") or "")) is not None:
        line.append(base)
    return line


def _over(looks: Looks, node: etree._Element) -> Looks:
    paragraph, run = node.find(f"{W}pPr"), node.find(f"{W}rPr")
    name = (value(node, f"{W}name") or "").lower()
    kind, level = KINDS.get(name, (looks.kind, looks.level))
    outline = value(paragraph, f"{W}outlineLvl")
    if name.startswith("heading ") and name[8:].isdecimal():
        outline = str(number(name[8:]) - 1)
    if outline is not None and name not in KINDS:
        deep = number(outline)
        kind, level = (Kind.HEADING, min(deep + 1, LEVELS)) if deep < 9 else (Kind.PARAGRAPH, 0)
    listed = list_of(paragraph, looks.list)
    if name.startswith("list ") and not listed[0] and name not in ("list paragraph",):
        listed = (name, 0)
    return replace(
        looks,
        kind=kind,
        level=level,
        list=listed,
        bold=toggled(run, "b", looks.bold),
        italic=toggled(run, "i", looks.italic),
        hidden=toggled(run, "vanish", looks.hidden),
        contents=looks.contents or name.startswith("toc "),
    )


def _formats(numbering: etree._Element | None) -> dict[tuple[str, int], str]:
    if numbering is None:
        return {}
    abstract = {node.get(f"{W}abstractNumId"): _levels(node) for node in numbering.iter(f"{W}abstractNum")}
    formats: dict[tuple[str, int], str] = {}
    for node in numbering.iter(f"{W}num"):
        own = node.get(f"{W}numId", "")
        levels = dict(abstract.get(value(node, f"{W}abstractNumId"), {}))
        for override in node.iter(f"{W}lvlOverride"):
            levels |= _levels(override)
        formats |= {(own, depth): format for depth, format in levels.items()}
    return formats


def _levels(node: etree._Element) -> dict[int, str]:
    return {number(one.get(f"{W}ilvl")): value(one, f"{W}numFmt") or "decimal" for one in node.iter(f"{W}lvl")}
