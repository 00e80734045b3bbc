"""Tagged PDFs bound into one that is tagged too, written one after the other: never more than one is in memory.

Each comes from letters.pdf. Pages, fonts and pictures are copied as they are. Of the tags, a span that says nothing of
its own gives way to what it holds: a line of text is a third of the objects then. What is no stream is packed into
object streams (PDF 1.5), and the table of objects is one itself.
"""

import io
import struct
import zlib
from array import array
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import IO, Any

import pikepdf

PACKED = 200  # objects in one object stream
SAYS_NOTHING = {"/Type", "/S", "/P", "/Pg", "/K"}  # a Span or NonStruct with no more than these
ANEW = {"/Parent", "/StructParents", "/StructParent"}  # numbered or pointed to anew


@dataclass(frozen=True)
class Mark:
    """A heading, for the outline beside the pages. `page` counts from 0 in the whole."""

    title: str
    page: int


class Bound:
    """The whole, growing in `file`. `bind` as often as there are PDFs, then `finish`."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.pages: list[int] = []  # the numbers of their objects
        self.elements: list[int] = []  # the same of the highest tags
        self.keys = 0  # of the ParentTree, so far
        self._marks: list[Mark] = []
        self._nodes: list[tuple[int, int]] = []  # of the page tree: object and how many pages
        self._parents: list[bytes] = []  # the lines of the ParentTree
        self._places = array("Q", (0, 0, 65535))  # kind, where, index: three numbers an object, as in an xref stream
        self._waiting: list[tuple[int, bytes]] = []
        self._catalog, self._info = b"", 0
        self._page_tree, self._tag_tree, self.document = self.number(), self.number(), self.number()
        file.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")

    def bind(self, pdf: bytes, pages: int | None = None) -> None:
        """Adds the PDF, or its first pages."""
        before = len(self.pages)
        with pikepdf.open(io.BytesIO(pdf)) as source:
            copied = _Copy(self, source, pages)
            node = self.number()
            self._parents += copied.write()
            kids = _references(self.pages[before:])
            count = len(self.pages) - before
            self.put(node, b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self._page_tree, count, kids))
            for page in copied.kept:
                copied.page(page, node)
            copied.what_is_left()
            if not self._catalog:
                self._catalog, self._info = copied.about()
            self._marks += [Mark(one.title, before + one.page) for one in copied.marks()]
        self._nodes.append((node, count))
        self._flush()

    def finish(self) -> None:
        nodes = _references([node for node, _count in self._nodes])
        self.put(self._page_tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(self.pages), nodes))
        document = b"<</Type/StructElem/S/Document/P %d 0 R/K[%b]>>" % (self._tag_tree, _references(self.elements))
        self.put(self.document, document)
        parents = self.add(b"<</Nums[%b]>>" % b" ".join(self._parents))
        tags = b"<</Type/StructTreeRoot/K[%d 0 R]/ParentTree %d 0 R/ParentTreeNextKey %d>>"
        self.put(self._tag_tree, tags % (self.document, parents, self.keys))
        catalog = b"<</Type/Catalog/Pages %d 0 R/StructTreeRoot %d 0 R/MarkInfo<</Marked true>>"
        catalog = catalog % (self._page_tree, self._tag_tree) + b"/ViewerPreferences<</DisplayDocTitle true>>"
        root = self.add(catalog + self._outlines() + self._catalog + b">>")
        self._flush()
        self._table(root)

    # Objects

    def number(self) -> int:
        self._places.extend((0, 0, 0))
        return len(self._places) // 3 - 1

    def put(self, number: int, body: bytes) -> None:
        self._waiting.append((number, body))
        if len(self._waiting) >= PACKED:
            self._flush()

    def add(self, body: bytes) -> int:
        number = self.number()
        self.put(number, body)
        return number

    def stream(self, number: int, entries: bytes, data: bytes) -> None:
        """`entries` of its dictionary, but for the length."""
        self._at(number, 1, self.file.tell())
        self.file.write(b"%d 0 obj\n<<%b/Length %d>>\nstream\n" % (number, entries, len(data)))
        self.file.write(data)
        self.file.write(b"\nendstream\nendobj\n")

    def _at(self, number: int, kind: int, where: int, index: int = 0) -> None:
        self._places[number * 3 : number * 3 + 3] = array("Q", (kind, where, index))

    def _flush(self) -> None:
        if not self._waiting:
            return
        holder, heads, at = self.number(), [], 0
        for index, (number, body) in enumerate(self._waiting):
            self._at(number, 2, holder, index)
            heads.append(b"%d %d" % (number, at))
            at += len(body) + 1
        head = b" ".join(heads) + b"\n"
        entries = b"/Type/ObjStm/N %d/First %d/Filter/FlateDecode" % (len(heads), len(head))
        bodies = b"\n".join(body for _number, body in self._waiting)
        self._waiting = []
        self.stream(holder, entries, zlib.compress(head + bodies))

    def _table(self, root: int) -> None:
        number, start = self.number(), self.file.tell()
        self._at(number, 1, start)
        count = len(self._places) // 3
        rows = b"".join(struct.pack(">BQH", *self._places[at : at + 3]) for at in range(0, count * 3, 3))
        entries = b"/Type/XRef/Size %d/W[1 8 2]/Root %d 0 R/Info %d 0 R/Filter/FlateDecode" % (count, root, self._info)
        self.stream(number, entries, zlib.compress(rows))
        self.file.write(b"startxref\n%d\n%%%%EOF\n" % start)

    def _outlines(self) -> bytes:
        if not self._marks:
            return b""
        root, numbers = self.number(), [self.number() for _mark in self._marks]
        for index, (mark, number) in enumerate(zip(self._marks, numbers, strict=True)):
            before = b"/Prev %d 0 R" % numbers[index - 1] if index else b""
            after = b"/Next %d 0 R" % numbers[index + 1] if index + 1 < len(numbers) else b""
            title = pikepdf.String(mark.title).unparse()
            to = b"/Dest[%d 0 R/Fit]" % self.pages[mark.page]
            self.put(number, b"<</Title %b/Parent %d 0 R%b%b%b>>" % (title, root, before, after, to))
        ends = b"/First %d 0 R/Last %d 0 R/Count %d" % (numbers[0], numbers[-1], len(numbers))
        self.put(root, b"<</Type/Outlines%b>>" % ends)
        return b"/Outlines %d 0 R" % root


class _Copy:
    """One PDF on its way into the whole."""

    def __init__(self, whole: Bound, source: pikepdf.Pdf, pages: int | None) -> None:
        self.whole, self.source = whole, source
        self.kept = [page.obj for page in list(source.pages)[:pages]]
        self.numbers: dict[tuple[int, int], int] = {}
        self.keys: dict[tuple[int, int], int] = {}  # of pages and annotations, in the ParentTree
        self.left: deque[Any] = deque()
        # Of each page, to which element its marked content belongs, by MCID; and to which an annotation does.
        self.owners: dict[tuple[int, int], dict[int, int]] = {page.objgen: {} for page in self.kept}
        self.annotations: dict[tuple[int, int], int] = {}

    def write(self) -> list[bytes]:
        """Writes the tags and numbers the pages. Their lines of the ParentTree."""
        for page in self.kept:
            self.numbers[page.objgen] = self.whole.number()
            self.whole.pages.append(self.numbers[page.objgen])
        for element in self.source.Root.StructTreeRoot.K[0].K:
            # The renderer begins the tree anew on each page, so none of these is on two.
            if "/Pg" not in element or element.Pg.objgen in self.numbers:
                self.whole.elements.append(self._element(element, self.whole.document))
        lines = []
        for page in self.kept:
            owners = self.owners[page.objgen]
            mine = (owners.get(mcid) for mcid in range(max(owners, default=-1) + 1))
            marked = b" ".join(b"%d 0 R" % one if one else b"null" for one in mine)
            lines.append(b"%d %d 0 R" % (self._key(page.objgen), self.whole.add(b"[%b]" % marked)))
        for annotation, owner in self.annotations.items():
            lines.append(b"%d %d 0 R" % (self._key(annotation), owner))
        return lines

    def _key(self, objgen: tuple[int, int]) -> int:
        self.keys[objgen] = self.whole.keys
        self.whole.keys += 1
        return self.keys[objgen]

    def page(self, page: Any, node: int) -> None:
        body = b"%b/Parent %d 0 R/StructParents %d" % (self._entries(page, ANEW), node, self.keys[page.objgen])
        self.whole.put(self.numbers[page.objgen], b"<<%b>>" % body)

    def what_is_left(self) -> None:
        while self.left:
            found = self.left.popleft()
            number = self.numbers[found.objgen]
            if isinstance(found, pikepdf.Stream):
                self.whole.stream(number, self._entries(found, {"/Length"}), found.read_raw_bytes())
            elif found.objgen in self.keys:
                entries = self._entries(found, ANEW)
                self.whole.put(number, b"<<%b/StructParent %d>>" % (entries, self.keys[found.objgen]))
            else:
                self.whole.put(number, self._direct(found))

    def about(self) -> tuple[bytes, int]:
        """What the whole takes over from its first PDF: language and XMP for its catalog, and the Info that agrees."""
        root = self.source.Root
        found = b"".join(key.encode() + b" " + self._value(root[key]) for key in ("/Lang", "/Metadata") if key in root)
        info = self.whole.add(self._direct(self.source.docinfo))
        self.what_is_left()
        return found, info

    def marks(self) -> Iterator[Mark]:
        places = {page.objgen: index for index, page in enumerate(self.kept)}
        with self.source.open_outline() as outline:
            waiting = deque(outline.root)
            while waiting:
                item = waiting.popleft()
                waiting.extendleft(reversed(item.children))
                page = item.destination[0].objgen if isinstance(item.destination, pikepdf.Array) else None
                if page in places:
                    yield Mark(item.title, places[page])

    # Tags

    def _element(self, element: Any, parent: int) -> int:
        number = self.whole.number()
        page = element.get("/Pg")
        where = b"/Pg %d 0 R" % self.numbers[page.objgen] if page is not None else b""
        kids = b" ".join(self._kids(element, number, page))
        body = b"/Type/StructElem/S%b/P %d 0 R%b/K[%b]" % (str(element.S).encode(), parent, where, kids)
        self.whole.put(number, b"<<%b%b>>" % (body, self._entries(element, SAYS_NOTHING)))
        return number

    def _kids(self, element: Any, number: int, page: Any) -> Iterator[bytes]:
        """What `element` holds, as children of the element `number`, which is on `page`."""
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, pikepdf.Array | list) else [kids]:
            if isinstance(kid, int):
                self.owners[page.objgen][kid] = number
                yield b"%d" % kid
            elif kid.get("/Type") == "/OBJR":
                self.annotations[kid.Obj.objgen] = number
                on = self.numbers[(kid.get("/Pg") or page).objgen]
                yield b"<</Type/OBJR/Obj %b/Pg %d 0 R>>" % (self._value(kid.Obj), on)
            elif kid.get("/Type") == "/MCR":
                self.owners[kid.Pg.objgen][int(kid.MCID)] = number
                yield b"<</Type/MCR/Pg %d 0 R/MCID %d>>" % (self.numbers[kid.Pg.objgen], int(kid.MCID))
            elif _says_nothing(kid, page):
                yield from self._kids(kid, number, page)
            else:
                yield b"%d 0 R" % self._element(kid, number)

    # Values

    def _entries(self, dictionary: Any, without: set[str]) -> bytes:
        pairs = ((name, value) for name, value in dictionary.items() if name not in without)
        return b"".join(name.encode() + b" " + self._value(value) for name, value in pairs)

    def _value(self, value: Any) -> bytes:
        """A value as it is written; an object of its own as a reference, and it is still to be written."""
        if isinstance(value, pikepdf.Object) and value.is_indirect:
            if value.objgen not in self.numbers:
                self.numbers[value.objgen] = self.whole.number()
                self.left.append(value)
            return b"%d 0 R" % self.numbers[value.objgen]
        return self._direct(value)

    def _direct(self, value: Any) -> bytes:
        if value is None:
            return b"null"
        if isinstance(value, bool):
            return b"true" if value else b"false"
        if isinstance(value, int | Decimal):
            return str(value).encode()
        if isinstance(value, pikepdf.Dictionary):
            return b"<<" + self._entries(value, set()) + b">>"
        if isinstance(value, pikepdf.Array):
            return b"[" + b" ".join(self._value(one) for one in value) + b"]"
        written: bytes = value.unparse()
        return written


def _references(numbers: list[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def _says_nothing(element: Any, page: Any) -> bool:
    plain = str(element.S) in ("/Span", "/NonStruct") and set(element.keys()) <= SAYS_NOTHING
    return plain and element.get("/Pg") is not None and page is not None and element.Pg.objgen == page.objgen


def entries_on_last_page(pdf: bytes) -> tuple[int, int]:
    """How many pages it has, and how many paragraphs stand on the last of them."""
    with pikepdf.open(io.BytesIO(pdf)) as source:
        last = source.pages[-1].objgen
        document = source.Root.StructTreeRoot.K[0]
        theirs = (element for element in document.K if "/Pg" in element and element.Pg.objgen == last)
        return len(source.pages), sum(_paragraphs(element) for element in theirs)


def _paragraphs(element: Any) -> int:
    if element.S == "/P":
        return 1
    kids = element.get("/K", [])
    found = kids if isinstance(kids, pikepdf.Array) else [kids]
    return sum(_paragraphs(kid) for kid in found if isinstance(kid, pikepdf.Dictionary) and "/S" in kid)
