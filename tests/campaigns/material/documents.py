"""Small documents of each format, as programs write them and as somebody hostile would."""

import io
import zipfile
from collections.abc import Mapping
from typing import Any

import docx
import pikepdf
import weasyprint  # type: ignore[import-untyped]

from campaigns.material.document import Block, Kind
from campaigns.material.reading import Unreadable, read

W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
MORE = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    ' xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing"'
)
TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml"'
    ' ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>'
)
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
ODF = " ".join(
    f'xmlns:{short}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"'
    for short, name in {
        **{name: name for name in ("office", "style", "text", "table", "meta", "manifest")},
        **{"draw": "drawing", "fo": "xsl-fo-compatible", "svg": "svg-compatible"},
    }.items()
)
ODF += ' xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:dc="http://purl.org/dc/elements/1.1/"'


def zipped(parts: Mapping[str, str | bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as package:
        for name, part in parts.items():
            package.writestr(name, part)
    return file.getvalue()


def relations(*of: tuple[str, str, str, bool]) -> str:
    """(id, kind, target, external) each."""
    inside = ""
    for id, kind, target, external in of:
        mode = ' TargetMode="External"' if external else ""
        inside += f'<Relationship Id="{id}" Type="{RELATIONS}/{kind}" Target="{target}"{mode}/>'
    return (
        f'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">{inside}</Relationships>'
    )


def word(body: str, **parts: str) -> bytes:
    """A .docx of this body; `parts` by name, with "." for the ending: styles="<w:style …>"."""
    kinds = [name for name in parts if name not in ("links", "core")]
    links = [(f"p{place}", kind.rstrip("12"), f"{kind}.xml", False) for place, kind in enumerate(kinds)]
    for one in parts.get("links", "").split():
        id, _is, target = one.partition("=")
        links.append((id, "hyperlink", target, True))
    wrapped = {
        "styles": "styles",
        "numbering": "numbering",
        "footnotes": "footnotes",
        "header1": "hdr",
        "footer1": "ftr",
    }
    files: dict[str, str | bytes] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": relations(("d", "officeDocument", "word/document.xml", False)),
        "word/_rels/document.xml.rels": relations(*links),
        "word/document.xml": f"<w:document {W} {R} {MORE}><w:body>{body}</w:body></w:document>",
    }
    for kind in kinds:
        root = wrapped.get(kind, kind)
        files[f"word/{kind}.xml"] = f"<w:{root} {W} {R}>{parts[kind]}</w:{root}>"
    if "core" in parts:
        files["docProps/core.xml"] = parts["core"]
    return zipped(files)


def p(text: str, style: str = "", properties: str = "") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{properties}</w:pPr><w:r><w:t xml:space='preserve'>{text}</w:t></w:r></w:p>"


def real_docx() -> bytes:
    """As a library writes it, with Word's own styles."""
    made = docx.Document()
    made.core_properties.title = "Keep the ferry"
    made.core_properties.author = "python-docx"
    made.add_heading("Keep the ferry", 0)
    made.add_heading("What has happened", 1)
    paragraph = made.add_paragraph("The ferry to Little Holm ")
    paragraph.add_run("stops").bold = True
    paragraph.add_run(" in May.")
    made.add_paragraph("run it in winter", style="List Bullet")
    made.add_paragraph("publish the figures", style="List Number")
    made.add_paragraph("Nobody asked us.", style="Intense Quote")
    table = made.add_table(rows=2, cols=2)
    for place, text in enumerate(("Anna Berg", "teacher", "Karl Lind", "baker")):
        table.cell(place // 2, place % 2).text = text
    made.sections[0].footer.paragraphs[0].text = "Friends of the Ferry"
    file = io.BytesIO()
    made.save(file)
    return file.getvalue()


def odt(body: str, styles: str = "", common: str = "", meta: str = "", manifest: str = "") -> bytes:
    content = (
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:text>{body}</office:text>"
    )
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.text",
            "META-INF/manifest.xml": f"<manifest:manifest {ODF}>{manifest}</manifest:manifest>",
            "content.xml": f"<office:document-content {ODF}>{content}</office:body></office:document-content>",
            "styles.xml": f"<office:document-styles {ODF}>{common}</office:document-styles>",
            "meta.xml": f"<office:document-meta {ODF}><office:meta>{meta}</office:meta></office:document-meta>",
        }
    )


def pdf(html: str, style: str = "@page{size:A5;margin:2cm}", language: str = "en") -> bytes:
    page = f"<html lang={language}><style>body{{font:11pt serif}}{style}</style>{html}</html>"
    return bytes(weasyprint.HTML(string=page).write_pdf())


def changed(content: bytes, **save: Any) -> bytes:
    file = io.BytesIO()
    with pikepdf.open(io.BytesIO(content)) as document:
        document.save(file, **save)
    return file.getvalue()


def blocks(content: bytes, name: str = "document") -> list[Block]:
    return [block for block in read(content, name).blocks if not block.cruft and block.kind != Kind.META]


def texts(content: bytes, name: str = "document") -> list[str]:
    return [block.text for block in blocks(content, name)]


def reason(content: bytes, name: str = "document.docx") -> tuple[str, str]:
    """Why it cannot be read, and what it is; ("", format) if it can."""
    try:
        return "", read(content, name).format
    except Unreadable as unreadable:
        return str(unreadable.reason), unreadable.kind
