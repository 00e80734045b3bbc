"""Attempts with what organisers upload and what is printed."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import html
import io
import re
import socket
import struct
import threading
import time
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base
from PIL.PngImagePlugin import PngInfo

from .attempts import attempt, counted, each, hold
from .forms import letter
from .rows import library
from .target import OWN, Answer, Target

MARK, RED = "MARKED", (200, 30, 30)
PICTURE = "/organise/campaigns/library/picture/"
MATERIAL = "/organise/organisations/alices/material/"


def uploaded(browser: Target, path: str, field: str, name: str, content: bytes, kind: str, **fields: str) -> Answer:
    page = browser.get(path)
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text)
    parts = b"".join(
        f'--x\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in ({"csrfmiddlewaretoken": browser.token_in(page)} | dict(hidden) | fields).items()
    )
    file = f'--x\r\nContent-Disposition: form-data; name="{field}"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
    body = parts + file.encode() + content + b"\r\n--x--\r\n"
    return browser.post(path, body=body, headers=OWN | {"Content-Type": "multipart/form-data; boundary=x"})


def field_of(page: Answer) -> str:
    found = re.search(r'<input[^>]*type="file"[^>]*name="([^"]+)"|<input[^>]*name="([^"]+)"[^>]*type="file"', page.text)
    return (found[1] or found[2]) if found else "file"


def why_not(answer: Answer) -> str:
    """What the form says of a file that it does not take: the first sentence."""
    found = re.search(r'<a href="#id_file">[^<:]*: ([^<.:]+)', answer.text)
    return html.unescape(found[1]) if found else ""


def outcome(answer: Answer) -> str:
    why = why_not(answer)
    return f"{answer.status} in {answer.seconds:.1f} s" + (f" ({why})" if why else "")


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )


def drawn(kind: str, **more: Any) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (400, 300), RED).save(made, kind, **more)
    return made.getvalue()


def with_metadata() -> dict[str, Any]:
    """Where it was taken, and words."""
    exif = Image.Exif()
    exif[Base.ImageDescription] = MARK
    exif.get_ifd(IFD.GPSInfo)[GPS.GPSProcessingMethod] = MARK.encode()
    words = PngInfo()
    words.add_text("Comment", f"<script>{MARK}</script>")
    return {"exif": exif, "pnginfo": words}


@attempt(
    "upload",
    "as a picture: a PNG and a JPEG with words, a place and a script in and after them, a polyglot of GIF and JavaScript",
    "only the pixels are kept: made anew, nothing else of the file",
)
def pictures_with_more_in_them(target: Target) -> str:
    tail = f"*/;alert('{MARK}')//<script>{MARK}</script><?php {MARK} ?>".encode()
    files = {
        "PNG": drawn("PNG", **with_metadata()) + tail,
        "JPEG": drawn("JPEG", exif=with_metadata()["exif"], comment=MARK) + tail,
        "polyglot": drawn("GIF", comment=MARK) + tail,
    }
    alice, seen = target.signed_in("alice@example.org"), {}
    for what, content in files.items():
        hold(content.count(MARK.encode()) > 2, f"the attempt is wrong: {what} has nothing in it")
        before = library().picture
        answer = picture_given(alice, f"../../{what}.php", content)
        kept = library().picture
        hold(answer.status == 302 and kept is not None and kept != before, f"{what} is not taken: {answer.status}")
        assert kept is not None
        served = target.get(kept.get_absolute_url())
        image = Image.open(io.BytesIO(served.body))
        colour = image.convert("RGB").getpixel((200, 150))
        near = isinstance(colour, tuple) and all(abs(a - b) < 12 for a, b in zip(colour, RED, strict=True))
        hold(served.headers["content-type"] == "image/webp" and image.format == "WEBP" and near, f"{what}: {colour}")
        hold(MARK.encode() not in served.body and not image.getexif(), f"{what}: more than its pixels came through")
        hold("php" not in kept.get_absolute_url(), f"{what}: it is called as it was")
        seen[what] = f"{len(content)} bytes given, {len(served.body)} of WebP kept"
    return each(seen)


@attempt(
    "upload",
    "as a picture: SVG with a script, HTML, a PNG of 60,000 × 60,000, one cut short, a file of nothing",
    "refused, and the picture before stays",
)
def what_is_no_picture(target: Target) -> str:
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    files = {
        "SVG": b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
        "HTML": b"<html><script>alert(1)</script>",
        "bomb": png((b"IHDR", head), (b"IDAT", zlib.compress(b"\0" * 10_000_000)), (b"IEND", b"")),
        "cut short": drawn("PNG")[:-40],
        "nothing": b"",
    }
    alice, seen = target.signed_in("alice@example.org"), {}
    hold(picture_given(alice, "red.png", drawn("PNG")).status == 302, "no picture is taken at all")
    before = library().picture
    for what, content in files.items():
        answer = picture_given(alice, f"{what}.png", content)
        seen[what] = outcome(answer)
        hold(answer.status == 422 and why_not(answer) and answer.seconds < 30, each(seen))
        hold(library().picture == before, f"{what} took its place")
    return each(seen)


def picture_given(browser: Target, name: str, content: bytes) -> Answer:
    said = {"alt_en": "A red sheet", "alt_ar": "A red sheet"}
    return uploaded(browser, PICTURE, "file", name, content, "image/png", **said)


def docx(**parts: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "[Content_Types].xml",
            b'<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>',
        )
        archive.writestr(
            "_rels/.rels",
            b'<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
        )
        for name, content in parts.items():
            archive.writestr(name, content)
    return made.getvalue()


W = b'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'


@contextmanager
def listening() -> Iterator[tuple[int, list[bytes]]]:
    """A port of this machine, and what knocked at it."""
    knocks: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        ended = threading.Event()

        def wait() -> None:
            while not ended.is_set():
                try:
                    connection, _ = server.accept()
                    knocks.append(connection.recv(500))
                    connection.close()
                except TimeoutError:
                    continue

        waiter = threading.Thread(target=wait)
        waiter.start()
        yield server.getsockname()[1], knocks
        time.sleep(0.3)
        ended.set()
        waiter.join()


@attempt(
    "upload",
    "as a document: a zip bomb, an entity of a file of this machine, a picture fetched from elsewhere, ../ in its names, HTML that fetches",
    "refused or read without any of it; nothing fetched",
)
def documents(target: Target) -> str:
    with listening() as (port, knocks):
        address = f"http://127.0.0.1:{port}/fetched".encode()
        body = (
            b"<w:document "
            + W
            + b"><w:body><w:p><w:r><w:t>A letter to the council.</w:t></w:r></w:p>%s</w:body></w:document>"
        )
        files = {
            "bomb.docx": docx(**{"word/document.xml": body % (b"<w:p/>" * 30_000_000)}),
            "entity.docx": docx(
                **{
                    "word/document.xml": b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/hostname"><!ENTITY h SYSTEM "'
                    + address
                    + b'">]>'
                    + body % b"<w:p><w:r><w:t>&f;&h;</w:t></w:r></w:p>"
                }
            ),
            "outside.docx": docx(
                **{
                    "word/document.xml": body % b'<w:p><w:r><w:drawing r:link="r9"/></w:r></w:p>',
                    "word/_rels/document.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image" Target="'
                    + address
                    + b'" TargetMode="External"/></Relationships>',
                }
            ),
            "names.docx": docx(**{"word/document.xml": body % b"", "../../../tmp/evil.txt": b"x"}),
            "page.html": b"<html><head><link rel=stylesheet href='"
            + address
            + b"'><meta http-equiv=refresh content='0;"
            + address
            + b"'></head><img src='"
            + address
            + b"'><iframe src='file:///etc/passwd'></iframe><p>A letter.</p>",
        }
        alice, seen = target.signed_in("alice@example.org"), {}
        field = field_of(alice.get(MATERIAL))
        for name, content in files.items():
            answer = uploaded(alice, MATERIAL, field, name, content, "application/octet-stream")
            shown = alice.get(answer.headers["location"]).text if "location" in answer.headers else answer.text
            seen[name] = outcome(answer)
            hold(answer.status < 500 and answer.seconds < 60 and "root:x:" not in shown, str(seen))
    hold(not knocks, f"something was fetched: {knocks[:1]}")
    return f"{each(seen)}; nothing fetched"


@attempt(
    "printing",
    "a letter whose words are HTML, CSS and addresses of this machine, as a PDF",
    "nothing fetched, no file in it",
)
def printed(target: Target) -> str:
    with listening() as (port, knocks):
        address = f"http://127.0.0.1:{port}/"
        tags = f"<img src={address}><link rel=attachment href='file:///etc/passwd'><style>@import '{address}';</style>"
        words = f"{tags}<script>x</script> url({address}) ![x]({address})"
        given = letter(subject=words[:150], body=words, name="<b>Ada</b>", address="1 <img src=file:///etc/passwd>")
        answer = target.post("/library/write/", given | {"stage": "pdf"})
        others = [target.get(path) for path in ("/library/letter.pdf", "/library/card.png")]
    hold(answer.status == 200 and answer.body.startswith(b"%PDF-"), f"nothing is printed: {answer.status}")
    pages = pypdfium2.PdfDocument(answer.body)
    text = "".join(page.get_textpage().get_text_bounded() for page in pages)
    hold("<script>x</script>" in text.replace("\r\n", "") and "<b>Ada</b>" in text, "it is not printed as typed")
    hold(not knocks and "root:" not in text and pages.count_attachments() == 0, f"{knocks[:1]}")
    return f"{len(answer.body)} bytes of PDF, the words as typed, no attachment; nothing fetched; besides: {counted(others)}"


@attempt(
    "downloads",
    "files of others by number, name and .., a job of another account, an original of another organisation",
    "404",
)
def downloads(target: Target) -> str:
    import uuid

    from config import jobs

    job = jobs.start("campaign-export", {"campaign": library().pk}, owner=f"campaign {library().pk} account 1")
    charlie = target.signed_in("charlie@example.org")
    ways = [
        f"/organise/campaigns/library/exports/{job.uuid}/",
        f"/organise/campaigns/charlies-own/exports/{job.uuid}/",
        f"/organise/campaigns/charlies-own/exports/{job.uuid}/?download",
    ]
    ways += [
        f"/organise/campaigns/charlies-own/hand-in/bundles/{job.uuid}/",
        f"/organise/campaigns/charlies-own/packs/{job.uuid}/",
        f"/organise/organisations/charlies/material/{uuid.uuid4()}/original/",
    ]
    ways += [
        "/organise/campaigns/charlies-own/exports/..%2f..%2fsecrets/",
        "/organise/organisations/charlies/material/../../settings.py/original/",
    ]
    statuses = [charlie.get(way).status for way in ways]
    hold(set(statuses) == {404}, str(statuses))
    return f"404 to {len(statuses)}"
