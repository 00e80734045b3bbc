"""Attempts with what organisers upload and what is printed."""

# ruff: noqa: E501  (what is sent is easier to read in one line)

import io
import re
import socket
import threading
import time
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager

from .attempts import attempt, hold
from .rows import library
from .target import OWN, Answer, Target

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


@attempt(
    "upload",
    "as a picture: SVG with a script, HTML, a polyglot of GIF and JavaScript, a PNG of 60,000 × 60,000, a file of nothing",
    "refused, or only its pixels kept",
)
def pictures(target: Target) -> str:
    import struct
    import zlib

    from PIL import Image

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    drawn = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(drawn, "GIF")
    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 10_000))
        + chunk(b"IEND", b"")
    )
    plain = io.BytesIO()
    Image.new("RGB", (400, 300), "red").save(plain, "PNG")
    files = {
        "a plain PNG": (plain.getvalue(), "image/png"),
        "SVG": (
            b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
            "image/svg+xml",
        ),
        "HTML": (b"<html><script>alert(1)</script>", "image/png"),
        "polyglot": (drawn.getvalue() + b"*/;alert('MARKED')//<script>alert(1)</script>", "image/gif"),
        "bomb": (bomb, "image/png"),
        "nothing": (b"", "image/png"),
    }
    alice = target.signed_in("alice@example.org")
    field = field_of(alice.get(PICTURE))
    seen = {}
    for what, (content, kind) in files.items():
        answer = uploaded(
            alice, PICTURE, field, f"../../{what}.php", content, kind, alt="A red sheet", alt_en="A red sheet"
        )
        seen[what] = f"{answer.status} in {answer.seconds:.1f} s"
        hold(answer.status < 500 and answer.seconds < 30, str(seen))
    hold(seen["a plain PNG"].startswith("30"), f"no picture is taken at all: {seen}")
    campaign = library()
    if campaign.picture:
        kept = target.get(campaign.picture.get_absolute_url())
        hold(
            b"MARKED" not in kept.body and kept.headers["content-type"] == "image/webp" and kept.body[:4] == b"RIFF",
            "its bytes came through",
        )
    return ", ".join(f"{what}: {told}" for what, told in seen.items())


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
            archive.writestr(name.replace("__", "/"), content)
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
            "bomb.docx": docx(word__document_xml=b"x", **{"word/document.xml": body % (b"<w:p/>" * 30_000_000)}),
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
            seen[name] = f"{answer.status} in {answer.seconds:.1f} s"
            hold(answer.status < 500 and answer.seconds < 60 and "root:x:" not in shown, str(seen))
    hold(not knocks, f"something was fetched: {knocks[:1]}")
    return ", ".join(f"{name}: {told}" for name, told in seen.items()) + "; nothing fetched"


@attempt(
    "printing",
    "a letter whose words are HTML, CSS and addresses of this machine, as a PDF",
    "nothing fetched, no file in it",
)
def printed(target: Target) -> str:
    with listening() as (port, knocks):
        address = f"http://127.0.0.1:{port}/"
        words = f"<img src={address}><link rel=attachment href='file:///etc/passwd'><style>@import '{address}';</style><script>x</script> url({address}) ![x]({address})"
        representative = library().legislature.constituencies.get().representatives.get()  # type: ignore[union-attr]
        given = {
            "stage": "pdf",
            "constituency": str(representative.constituency_id),
            "representative": str(representative.pk),
            "subject": words[:150],
        }
        given |= {
            "body": words,
            "name": words[:100],
            "address": f"1 High Street\n{words[:80]}",
            "postcode": "SW1A 1AA",
            "country": "GB",
            "layout": "none",
        }
        answer = target.post("/library/write/", given)
        others = [target.get(path) for path in ("/library/letter.pdf", "/library/card.png")]
    hold(not knocks and b"root:x" not in answer.body and answer.status in (200, 422), f"{answer.status}, {knocks[:1]}")
    return f"{answer.status} {answer.headers.get('content-type')}, {len(answer.body)} bytes; nothing fetched ({[one.status for one in others]})"


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
