"""The process in which documents are rendered: it reads requests from stdin and writes results to stdout until EOF.

It is run by its path, isolated (`python -I`), and imports nothing of ours, so it starts fast and knows no setting.
A frame is a 4-byte big-endian length and that many bytes. A request is one JSON frame
`{"kind", "html", "css", "limits", …}` or, for "letters", `{"kind", "sheets": [{"html", "css"}, …]}`; for "pngs" it
is followed by a frame with the PDF. The answer is one JSON frame `{"ok": n}` and n frames of bytes, or
`{"error": kind of exception}`, with "characters" where the fonts lack some.
"""

import contextlib
import gc
import io
import json
import logging
import os
import re
import resource
import select
import struct
import sys
import threading
import time
from collections.abc import Iterator
from typing import IO, Any

LENGTH = struct.Struct(">I")
IDLE_SECONDS = 300  # then the process ends, and the next document starts another
STYLES_KEPT = 32  # parsed style sheets: languages x profiles, with room


def read_frame(stream: IO[bytes]) -> bytes | None:
    """None at the end of the stream, and when it ends in the middle of a frame."""
    head = _read(stream, LENGTH.size)
    return None if head is None else _read(stream, LENGTH.unpack(head)[0])


def _read(stream: IO[bytes], size: int) -> bytes | None:
    parts = []
    while size:
        part = stream.read(size)  # less than asked for, when the stream has no buffer
        if not part:
            return None
        size -= len(part)
        parts.append(part)
    return b"".join(parts)


def write_frame(stream: IO[bytes], body: bytes) -> None:
    stream.write(LENGTH.pack(len(body)))
    stream.write(body)


def limit_memory(megabytes: int) -> None:
    # macOS refuses RLIMIT_AS; the time limits hold there.
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_AS, (megabytes << 20, megabytes << 20))
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_cpu(seconds: int) -> None:
    """So many more seconds of processor time, then SIGXCPU ends the process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    with contextlib.suppress(ValueError, OSError):
        hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
        resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, hard))


def die_with_parent() -> None:
    """PR_SET_PDEATHSIG would fire when the *thread* that started us ends, so we watch for a new parent instead."""
    parent = os.getppid()

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)  # nothing tells a process that its parent is gone; a second late is soon enough
        os._exit(0)

    threading.Thread(target=watch, daemon=True).start()


FORBIDDEN = re.compile(
    r"(socket|subprocess|ftplib|http|shutil|tempfile)\."
    r"|os\.(exec|fork|posix_spawn|spawn|system|link|symlink|remove|rename|rmdir|mkdir|chmod|truncate)"
)


def forbid() -> None:
    """From here on no Python code of this process reaches the network, starts a program, writes a file or reads one
    outside the installation. The fetcher refuses first; this is for the hole that nobody has found yet."""
    readable = tuple(
        {os.path.realpath(p) + os.sep for p in (sys.prefix, sys.base_prefix, *filter(os.path.isdir, sys.path))}
    )

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _mode, flags = arguments
            writes = flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if isinstance(path, int):
                return
            if writes or not os.path.realpath(os.fsdecode(path)).startswith(readable):
                raise PermissionError("the rendering process opens no such file")
        elif FORBIDDEN.match(event):
            raise PermissionError(f"the rendering process does nothing of {event}")

    sys.addaudithook(hook)


class MissingGlyphs(Exception):
    def __init__(self, characters: str) -> None:
        self.characters = characters


class Renderer:
    """WeasyPrint kept warm: the font configuration and the parsed style sheets outlive a document."""

    def __init__(self) -> None:
        # Imported here, for the other end of the pipe imports this module too, and needs none of it.
        import weasyprint  # type: ignore[import-untyped]
        from weasyprint.text.fonts import FontConfiguration  # type: ignore[import-untyped]
        from weasyprint.urls import URLFetcher  # type: ignore[import-untyped]

        class InstalledFonts(FontConfiguration):
            """A document brings no fonts: nobody's font file is parsed here."""

            def add_font_face(self, rule_descriptors: Any, url_fetcher: Any) -> None:
                return None

        logging.getLogger("weasyprint").setLevel(logging.CRITICAL + 1)  # its warnings would quote the letter
        draw_once()
        speak_languages_and_leave_out_what_is_hidden()
        self.weasyprint = weasyprint
        # Nothing is fetched: a document brings along what it shows, as data: addresses.
        self.fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
        self.fonts = InstalledFonts()
        self.styles: dict[str, Any] = {}

    def style(self, css: str) -> Any:
        if css not in self.styles:
            if len(self.styles) >= STYLES_KEPT:
                self.styles.clear()
            self.styles[css] = self.weasyprint.CSS(string=css, url_fetcher=self.fetcher, font_config=self.fonts)
        return self.styles[css]

    def laid_out(self, html: str, css: str, images: dict[str, Any] | None = None) -> Any:
        """The pages; `images` keeps the pictures that letters laid out for one file share."""
        document = self.weasyprint.HTML(string=html, url_fetcher=self.fetcher)
        return document.render(
            font_config=self.fonts,
            stylesheets=[self.style(css)] if css else [],
            presentational_hints=False,
            cache=images,
        )

    def pdf(self, html: str, css: str, variant: str | None, foot_first: bool = False) -> bytes:
        def finish(document: Any, pdf: Any) -> None:
            refuse_boxes(document)
            if variant:
                finish_tags(pdf, foot_first)

        result: bytes = self.laid_out(html, css).write_pdf(pdf_variant=variant, finisher=finish)
        return result

    def letters(self, sheets: list[dict[str, str]]) -> list[bytes]:
        """Letters as one file to be printed on both sides, and how many pages each has.

        Each begins on a right-hand page and counts its own pages: it is laid out alone, and only written together with
        the others, so that they share their fonts. No tags: nobody reads aloud from a pile of other people's letters.
        """
        images: dict[str, Any] = {}
        empty: dict[str, Any] = {}  # by style sheet, which has the size of the paper
        pages, numbers = [], []
        for sheet in sheets:
            letter = self.laid_out(sheet["html"], sheet["css"], images)
            pages += letter.pages
            numbers.append(len(letter.pages))
            if len(letter.pages) % 2:
                if sheet["css"] not in empty:
                    empty[sheet["css"]] = self.laid_out("<!doctype html><html lang=en><title>-</title>", sheet["css"])
                pages += empty[sheet["css"]].pages
        pdf: bytes = letter.copy(pages).write_pdf(finisher=lambda document, _pdf: refuse_boxes(document))
        return [pdf, json.dumps(numbers).encode()]

    def pngs(self, pdf: bytes, scale: float) -> Iterator[bytes]:
        import pypdfium2  # only here: most processes make letters and no picture

        with contextlib.closing(pypdfium2.PdfDocument(pdf)) as document:
            for page in document:
                image = page.render(scale=scale).to_pil()
                buffer = io.BytesIO()
                image.save(buffer, "PNG")
                yield buffer.getvalue()

    def answer(self, request: dict[str, Any], stdin: IO[bytes]) -> list[bytes]:
        if request["kind"] == "pdf":
            return [self.pdf(request["html"], request["css"], "pdf/ua-1", request["foot_first"])]
        if request["kind"] == "letters":
            return self.letters(request["sheets"])
        if request["kind"] == "card":
            # A CSS pixel is 0.75 pt, so this scale gives back the pixels of the card.
            return list(self.pngs(self.pdf(request["html"], request["css"], None), 1 / 0.75))[:1]
        if request["kind"] == "pngs":
            return list(self.pngs(read_frame(stdin) or b"", request["dpi"] / 72))
        raise ValueError("unknown kind")


def refuse_boxes(document: Any) -> None:
    """Raises MissingGlyphs for what no font here has. Pango gives such a character an empty box, and WeasyPrint notes
    which, so that asking costs nothing."""
    missing = {codepoint for font in document.fonts.values() for codepoint in font.missing}
    if missing:
        raise MissingGlyphs("".join(map(chr, sorted(missing))))


PLAIN_SVG = {"svg": {"width", "height", "viewBox", "class"}, "path": {"d", "fill", "stroke", "class", "transform"}}
DRAWINGS_KEPT = 64


def draw_once() -> None:
    """A picture of plain paths is drawn once for its size, and then repeated: a code takes 2 ms of a letter's 33.

    Paths only, for these touch nothing of a document but its states of transparency.
    """
    from weasyprint.images import SVGImage  # type: ignore[import-untyped]

    draw = SVGImage.draw
    kept: dict[tuple[str, float, float], tuple[list[Any], dict[str, Any]]] = {}

    def is_plain(node: Any) -> bool:
        name = node.tag.rpartition("}")[2]
        return name in PLAIN_SVG and PLAIN_SVG[name].issuperset(node.attrib) and "url" not in node.get("fill", "")

    def drawn(image: Any, stream: Any, width: float, height: float, style: Any) -> None:
        key = (image._base_url, width, height)
        states = stream._resources["ExtGState"]
        if key in kept:
            operations, used = kept[key]
            states.update(used)
            stream.stream.extend(operations)
            return
        begin = len(stream.stream)
        draw(image, stream, width, height, style)
        if image._base_url and all(map(is_plain, image._svg.tree._etree_node.iter())):
            if len(kept) >= DRAWINGS_KEPT:
                kept.clear()
            operations = stream.stream[begin:]
            kept[key] = operations, {name: states[name] for name in states if f"/{name} gs".encode() in operations}

    SVGImage.draw = drawn


def speak_languages_and_leave_out_what_is_hidden() -> None:
    """The tags get the `lang` of their elements; an element with aria-hidden gets none, and becomes an artifact."""
    import pydyf  # type: ignore[import-untyped]
    from weasyprint.pdf import tags  # type: ignore[import-untyped]

    build = tags._build_box_tree

    def built(box: Any, *arguments: Any) -> Iterator[Any]:
        made = build(box, *arguments)
        element = getattr(box, "element", None)
        if element is None or element.tag in ("html", "body"):
            yield from made
        elif element.get("aria-hidden") == "true":
            for _ in made:
                pass
        elif language := element.get("lang"):
            for structure in made:
                structure["Lang"] = pydyf.String(language)
                yield structure
        else:
            yield from made

    tags._build_box_tree = built


def finish_tags(pdf: Any, foot_first: bool) -> None:
    """Put right what WeasyPrint's tags leave undone for PDF/UA.

    The foot is the document's first element, to stand on the first page: it is to be read last. And the page
    numbers in the margins are marked as text without a place in the tree: they become artifacts.
    """

    def at(reference: bytes) -> Any:
        return pdf.objects[int(reference.split()[0])]

    root = at(pdf.catalog["StructTreeRoot"])
    top = at(root["K"][0])["K"]
    if foot_first and top:
        top.append(top.pop(0))
    found, waiting = set(), list(top)
    while waiting:
        reference = waiting.pop()
        found.add(reference)
        kids = at(reference).get("K", ())
        waiting += [kid for kid in kids if isinstance(kid, bytes) and kid not in found]
    numbers = at(root["ParentTree"])["Nums"]
    pages = {page["StructParents"]: page for page in map(at, pdf.page_references)}
    for page_number, elements in zip(numbers[::2], numbers[1::2], strict=True):
        if page_number not in pages:
            continue  # an annotation's entry, not a page's
        lost = {mcid for mcid, element in enumerate(elements) if element not in found}
        if lost:
            numbers[numbers.index(elements)] = type(elements)("null" if e not in found else e for e in elements)
            _as_artifacts(at(pages[page_number]["Contents"]).stream, lost)


def _as_artifacts(stream: list[Any], mcids: set[int]) -> None:
    """`/Span <</MCID 7>> BDC` becomes `/Artifact BMC`, in place."""
    for i in range(len(stream) - 1, 1, -1):
        if stream[i] == b"BDC" and stream[i - 1]["MCID"] in mcids:
            stream[i - 2 : i + 1] = ["/Artifact", b"BMC"]


def main() -> None:
    # No buffer on stdin, or select() would wait for what has already been read.
    stdin, stdout = os.fdopen(0, "rb", buffering=0), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever a library prints must not mix with the answers
    die_with_parent()
    limits = json.loads(read_frame(stdin) or b"{}")
    limit_memory(limits["memory_mb"])
    renderer = Renderer()
    with contextlib.suppress(MissingGlyphs):  # not everybody has an Arabic font
        renderer.pdf("<!doctype html><html lang=en><title>-</title><p>warm ك", "", "pdf/ua-1")
    forbid()
    # What is loaded now stays; garbage is collected after an answer, not while somebody waits for it.
    gc.freeze()
    gc.disable()
    while select.select([stdin], [], [], IDLE_SECONDS)[0] and (frame := read_frame(stdin)) is not None:
        request = json.loads(frame)
        limit_cpu(request["seconds"])
        try:
            results = renderer.answer(request, stdin)
            write_frame(stdout, json.dumps({"ok": len(results)}).encode())
            for result in results:
                write_frame(stdout, result)
        except Exception as error:  # every failure of a document is an answer; its text may be personal
            answer = {"error": type(error).__name__, "characters": getattr(error, "characters", "")}
            write_frame(stdout, json.dumps(answer).encode())
            if isinstance(error, MemoryError):
                return
        stdout.flush()
        gc.collect()


if __name__ == "__main__":
    main()
