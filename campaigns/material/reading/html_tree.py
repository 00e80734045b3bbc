"""What the walk over a page leaves behind: pieces of text, and the elements they stand in."""

from __future__ import annotations

from dataclasses import dataclass, field

from campaigns.material.document import Kind, Mark, Style


@dataclass(slots=True)
class Element:
    """An element that is or was open. What its children inherit is copied to them, so that nothing climbs the tree."""

    tag: str
    parent: Element | None = None
    reason: str = ""  # why its own tag, role or name says that it is not the document
    hidden: bool = False  # by its own attributes
    closed_tab: bool = False
    inline: bool = False
    level: int = 0  # of a heading, and of a list
    used: bool = False  # <li>, <h1>…: its first block has been written; <figure>: holds a quotation or a table
    noted: bool = False  # its text is the number of a footnote
    signature: str = ""  # the same for elements that look the same
    # Inherited
    place: tuple[str, ...] = ()
    styles: frozenset[Style] = frozenset()
    href: str | None = None  # of the link it stands in
    target: str = ""  # the same, where it is an address that may be kept
    heading: Element | None = None
    item: Element | None = None
    form: Element | None = None
    ordered: bool = False
    kind: Kind = Kind.PARAGRAPH
    pressed: bool = False  # in a button
    label: bool = False  # in the label of a field
    told: str = ""  # why it is not the document, where the reader of Markdown has said so
    unseen: bool = False  # its text is no text
    lines: bool = False  # <pre>: its line breaks are breaks
    # Counted when all has been read, with what is in it
    prose: int = 0  # characters that are no link, button or label
    long: int = 0  # … in long paragraphs
    names: int = 0  # short pieces
    titled: bool = False  # the page's own heading is in it
    central: bool = False  # <main> is in it, or what calls itself the body of the article
    inner: bool = False  # it is, or is in, the element with most of the prose
    cruft: str = ""


@dataclass(slots=True)
class Piece:
    """A block before it is known whether it belongs to the document."""

    text: str
    kind: Kind
    element: Element
    level: int = 0
    ordered: bool = False
    marks: tuple[Mark, ...] = ()
    cells: tuple[str, ...] = ()
    linked: int = 0  # characters in links
    pressed: int = 0  # … in buttons
    label: int = 0  # … in labels of fields
    links: list[str] = field(default_factory=list)  # where they lead, as written
    cruft: str = ""

    @property
    def prose(self) -> int:
        return max(0, len(self.text) - self.linked - self.pressed - self.label)


@dataclass(slots=True)
class Page:
    pieces: list[Piece] = field(default_factory=list)
    elements: list[Element] = field(default_factory=list)  # each after its parent
    title: str = ""  # <title>
    language: str = ""
    meta: list[tuple[str, str]] = field(default_factory=list)  # name or property, in lower case, and content
    data: list[list[str]] = field(default_factory=list)  # JSON-LD: the characters of each <script>
    canonical: str = ""
    base: str = ""
    saved_from: str = ""
    times: list[tuple[Element, str, bool]] = field(default_factory=list)  # <time datetime>; whether above the text
