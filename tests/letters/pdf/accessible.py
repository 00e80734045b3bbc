"""What PDF/UA-1 (ISO 14289-1) wants, as far as a machine can read it out of the file, with the numbers of its clauses.

`faults` reads the file with pikepdf alone. A validator that knows more of the clauses is asked beside it, see
test_accessible.py; this one looks also at what a validator cannot know of any document: that nothing is read twice or
not at all.
"""

import io
import re
from collections.abc import Iterator
from typing import Any

import pikepdf

from .pieces import pieces

STANDARD = {
    "Document", "Part", "Art", "Sect", "Div", "BlockQuote", "Caption", "P", "H1", "H2", "H3", "H4", "H5", "H6", "L",
    "LI", "Lbl", "LBody", "Table", "TR", "TH", "TD", "THead", "TBody", "TFoot", "Span", "Link", "Figure", "NonStruct",
}  # fmt: skip
PARENTS = {"LI": {"L"}, "Lbl": {"LI"}, "LBody": {"LI"}, "TR": {"Table", "THead", "TBody", "TFoot"}, "TD": {"TR"},
           "TH": {"TR"}, "THead": {"Table"}, "TBody": {"Table"}, "TFoot": {"Table"}}  # fmt: skip
PAINTS = {"Tj", "TJ", "'", '"', "f", "F", "f*", "B", "B*", "b", "b*", "S", "s", "sh", "Do", "EI"}
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")


def kids(element: Any) -> list[Any]:
    found: Any = element.get("/K", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]


def elements(element: Any) -> Iterator[Any]:
    """An element and all below it, in reading order."""
    yield element
    for kid in kids(element):
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from elements(kid)


def faults(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        return [*_of_the_file(document), *_of_the_tree(document), *_of_content(document), *_of_links(document),
                *_of_fonts(document)]  # fmt: skip


def _of_the_file(document: pikepdf.Pdf) -> Iterator[str]:
    root: Any = document.Root
    if not root.get("/MarkInfo", {}).get("/Marked"):
        yield "6.2: not marked as tagged"
    if not LANGUAGE.fullmatch(str(root.get("/Lang", ""))):
        yield "7.2: no language"
    if not root.get("/ViewerPreferences", {}).get("/DisplayDocTitle"):
        yield "7.1: the file's name is shown instead of the title"
    with document.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "5: no identifier"
        if not metadata.get("dc:title") or metadata["dc:title"] != str(document.docinfo.get("/Title", "")):
            yield "7.1: no title, or two"
    if (
        document.is_encrypted
        or document.attachments
        or any(f"/{key}" in root for key in ("AcroForm", "OpenAction", "AA"))
    ):
        yield "7.11, 7.16, 7.18: it holds what a letter does not need"
    for number, page in enumerate(document.pages):
        if page.get("/Tabs") != "/S":
            yield f"7.18.3: page {number + 1} has another order of tabs than of reading"


def _of_the_tree(document: pikepdf.Pdf) -> Iterator[str]:
    level = 0
    for element in elements(document.Root.StructTreeRoot.K[0]):
        tag = str(element.S)[1:]
        above = str(element.P.get("/S", ""))[1:]
        if tag not in STANDARD:
            yield f"7.1: {tag} is no tag of the standard"
        if tag in PARENTS and above not in PARENTS[tag]:
            yield f"7.2: {tag} below {above}"
        if any(isinstance(kid, pikepdf.Dictionary) and "/S" in kid and element != kid.P for kid in kids(element)):
            yield f"7.1: a kid of {tag} has another parent"
        if tag == "Figure" and not str(element.get("/Alt", "")).strip():
            yield "7.3: a figure without words"
        if re.fullmatch("H[1-6]", tag):
            if int(tag[1]) > level + 1:
                yield f"7.4.2: {tag} after level {level}"
            level = int(tag[1])
        if "/Lang" in element and not LANGUAGE.fullmatch(str(element.Lang)):
            yield f"7.2: {element.Lang} is no language"


def _of_content(document: pikepdf.Pdf) -> Iterator[str]:
    """All that is painted is an artifact or belongs to one element, which the page's entry in the tree names."""
    named: dict[tuple[int, int], int] = {}
    numbers: dict[Any, int] = {page.objgen: number for number, page in enumerate(document.pages)}
    for element in elements(document.Root.StructTreeRoot.K[0]):
        for kid in kids(element):
            if isinstance(kid, int):
                place = (numbers[element.Pg.objgen], kid)
                named[place] = named.get(place, 0) + 1
    if any(count > 1 for count in named.values()):
        yield "7.1: something is read twice"
    nums = list(document.Root.StructTreeRoot.ParentTree.Nums)
    parents = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
    painted = set()
    for number, page in enumerate(document.pages):
        entries = parents[int(page.StructParents)]
        inside: list[str | int] = []
        instructions: Any = pikepdf.parse_content_stream(page)
        for operands, operator in instructions:
            name = str(operator)
            if name in ("BMC", "BDC"):
                of = operands[1] if name == "BDC" else {}
                inside.append(int(of["/MCID"]) if "/MCID" in of else str(operands[0]))
            elif name == "EMC":
                inside.pop()
            elif name in PAINTS:
                mcids = [each for each in inside if isinstance(each, int)]
                if not inside or (mcids and "/Artifact" in inside):
                    yield f"7.1: page {number + 1} paints ({name}) what is neither tagged nor an artifact"
                painted |= {(number, mcid) for mcid in mcids}
                if any(entries[mcid] is None for mcid in mcids):
                    yield f"7.1: page {number + 1} paints for an element that is not in the tree"
    if painted - set(named):
        yield "7.1: something is not read at all"


def _of_links(document: pikepdf.Pdf) -> Iterator[str]:
    nums = list(document.Root.StructTreeRoot.ParentTree.Nums)
    parents = dict(zip(map(int, nums[::2]), nums[1::2], strict=True))
    for page in document.pages:
        annotations: Any = page.get("/Annots", [])
        for annotation in annotations:
            if not str(annotation.get("/Contents", "")):
                yield "7.18.5: a link without words"
            if str(parents[int(annotation.StructParent)].S) != "/Link":
                yield "7.18.5: a link without its tag"


def _of_fonts(document: pikepdf.Pdf) -> Iterator[str]:
    for page in document.pages:
        resources: Any = page.resources.get("/Font", {})
        for font in resources.values():
            descendant = font.DescendantFonts[0] if "/DescendantFonts" in font else font
            if not any(key in descendant.FontDescriptor for key in ("/FontFile", "/FontFile2", "/FontFile3")):
                yield f"7.21.4: {descendant.BaseFont} is not embedded"
            if "/ToUnicode" not in font:
                yield f"7.21.7: {descendant.BaseFont} has no letters to its shapes"


def read(pdf: bytes) -> list[tuple[str, str, str]]:
    """(tag, language, text) of every element with words of its own, in reading order, as a screen reader goes."""
    with pikepdf.open(io.BytesIO(pdf)) as document:
        numbers: dict[Any, int] = {page.objgen: number for number, page in enumerate(document.pages)}
        words: dict[tuple[int, int], str] = {}
        for number in range(len(document.pages)):
            for piece in pieces(pdf, number):
                if piece.mcid is not None:
                    words[number, piece.mcid] = words.get((number, piece.mcid), "") + piece.text
        found: list[tuple[str, str, str]] = []

        def walk(element: Any, tag: str, language: str) -> None:
            language = str(element.get("/Lang", language))
            if str(element.S) not in ("/Span", "/NonStruct"):
                tag = str(element.S)[1:]
            for kid in kids(element):
                if isinstance(kid, int):
                    found.append((tag, language, words.get((numbers[element.Pg.objgen], kid), "")))
                elif "/S" in kid:
                    walk(kid, tag, language)

        walk(document.Root.StructTreeRoot.K[0], "Document", str(document.Root.Lang))
        return found
