"""Opening what an operator gives: plain, .gz, .zip or a folder, never more than fits."""

import gzip
import os
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path, PurePosixPath
from typing import IO

from django.utils.translation import gettext as _

from .found import BadFile

Source = Path | str | bytes | IO[bytes]

# Unpacked. The largest directory we know, a country's members since 1800, has 20 MB; reading takes ten times its size.
LARGEST_FILE = 32_000_000
LARGEST_PILE = 64_000_000
MOST_FILES = 20_000

KINDS = {
    ".csv": "csv",
    ".tsv": "csv",
    ".txt": "csv",
    ".json": "popolo",
    ".jsonl": "popolo",
    ".ndjson": "popolo",
    ".yaml": "yaml",
    ".yml": "yaml",
}


@dataclass(slots=True)
class Document:
    """One text. `kind` is a format; `alone` when it was named itself, not found in a folder or an archive."""

    name: str
    text: str
    kind: str
    alone: bool = True
    notes: list[str] = field(default_factory=list)


def name_of(source: Source) -> str:
    if isinstance(source, Path | str):
        return Path(source).name
    return PurePosixPath(str(getattr(source, "name", "") or _("the file"))).name


def documents(sources: list[Source], format: str = "auto") -> Iterator[Document]:
    """One after the other, so that no more than one is held. Raises BadFile."""
    left, number = LARGEST_PILE, 0
    for source in sources:
        for name, data, alone in _contents(source):
            number, left = number + 1, left - len(data)
            if left < 0 or number > MOST_FILES:
                raise BadFile(
                    _("%(name)s: together these are more than %(size)s MB, or more than %(files)s files.")
                    % {"name": name_of(source), "size": LARGEST_PILE // 1_000_000, "files": MOST_FILES}
                )
            yield _document(name, data, format, alone)


def _document(name: str, data: bytes, format: str, alone: bool) -> Document:
    notes: list[str] = []
    suffix = PurePosixPath(name.removesuffix(".gz")).suffix.lower()
    text = _decoded(name, data, notes, tables=KINDS.get(suffix, "csv") == "csv")
    kind = _kind(suffix, text) if format == "auto" else format
    if kind == "markup":
        raise BadFile(_("%(name)s is a web page or XML, which is not read.") % {"name": name})
    return Document(name, text, kind, alone, notes)


def _kind(suffix: str, text: str) -> str:
    start = text[:2000].lstrip()
    if start.startswith("<"):
        return "markup"
    if suffix in (".yaml", ".yml"):
        return "yaml"
    if start.startswith(("{", "[")):
        return "popolo"
    if suffix in (".json", ".csv", ".tsv"):
        return KINDS[suffix]
    return "yaml" if re.match(r"(?:%YAML|---|- |[\w\"']+:(?:\s|$))", start) else "csv"


def _contents(source: Source) -> Iterator[tuple[str, bytes, bool]]:
    name = name_of(source)
    if isinstance(source, Path | str):
        if Path(source).is_dir():
            yield from _folder(Path(source))
            return
        try:
            with Path(source).open("rb") as opened:
                yield from _unpacked(name, opened)
        except OSError as error:
            raise BadFile(_("%(name)s cannot be read: %(why)s.") % {"name": name, "why": error.strerror}) from error
    else:
        yield from _unpacked(name, BytesIO(source) if isinstance(source, bytes) else source)


def _folder(folder: Path) -> Iterator[tuple[str, bytes, bool]]:
    for at, folders, names in os.walk(folder):
        folders.sort()
        folders[:] = [name for name in folders if not name.startswith((".", "_"))]
        for name in sorted(names):
            path = Path(at, name)
            if _belongs(name) and path.is_file() and not path.is_symlink():
                with path.open("rb") as opened:
                    for inner, data, _alone in _unpacked(str(path.relative_to(folder)), opened):
                        yield inner, data, False


def _belongs(name: str) -> bool:
    return not name.startswith((".", "_")) and PurePosixPath(name.removesuffix(".gz")).suffix.lower() in KINDS


def _unpacked(name: str, opened: IO[bytes]) -> Iterator[tuple[str, bytes, bool]]:
    try:
        magic = opened.read(4)
        opened.seek(0)
        if magic[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=opened) as inner:
                yield name, _limited(name, inner), True
        elif magic == b"PK\x03\x04":
            yield from _members(name, opened)
        else:
            yield name, _limited(name, opened), True
    except (EOFError, zlib.error, zipfile.BadZipFile, gzip.BadGzipFile, NotImplementedError, RuntimeError) as error:
        raise BadFile(_("%(name)s is damaged or was cut off: it cannot be unpacked.") % {"name": name}) from error


def _members(name: str, opened: IO[bytes]) -> Iterator[tuple[str, bytes, bool]]:
    with zipfile.ZipFile(opened) as archive:
        if "[Content_Types].xml" in archive.namelist():
            raise BadFile(_("%(name)s is a workbook. Save it as CSV, and give that.") % {"name": name})
        inside = [info for info in archive.infolist() if not info.is_dir() and _wanted(PurePosixPath(info.filename))]
        for info in sorted(inside, key=lambda info: info.filename):
            with archive.open(info) as member:
                data: IO[bytes] | gzip.GzipFile = (
                    gzip.GzipFile(fileobj=member) if info.filename.endswith(".gz") else member
                )
                yield info.filename, _limited(f"{name}, {info.filename}", data), len(inside) == 1


def _wanted(path: PurePosixPath) -> bool:
    return _belongs(path.name) and not any(part.startswith((".", "__")) for part in path.parts)


def _limited(name: str, opened: IO[bytes] | gzip.GzipFile) -> bytes:
    """Not by the size it says it has: an archive may lie."""
    data = opened.read(LARGEST_FILE + 1)
    if len(data) > LARGEST_FILE:
        raise BadFile(
            _("%(name)s is larger than %(size)s MB; a directory of people is not.")
            % {"name": name, "size": LARGEST_FILE // 1_000_000}
        )
    return data


def _decoded(name: str, data: bytes, notes: list[str], tables: bool) -> str:
    """UTF-8, or what its first bytes say; a table may also be in the old code page of a Western Windows."""
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    if encoding != "utf-16" and len(data) % 2 == 0 and data[1:400:2].count(0) > len(data[1:400:2]) / 2:
        encoding = "utf-16-le"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        try:
            if not tables or encoding != "utf-8-sig" or b"\0" in data:
                raise error
            page = _code_page(data)
            text = data.decode(page)
        except UnicodeDecodeError:
            raise BadFile(
                _("%(name)s is not a text in UTF-8: byte %(place)s.") % {"name": name, "place": error.start + 1}
            ) from None
        read_as = page.replace("cp", "Windows-")
        notes.append(
            _("%(name)s is not in UTF-8; it was read as %(encoding)s. Check the accents.")
            % {"name": name, "encoding": read_as}
        )
    if "\0" in text:
        raise BadFile(_("%(name)s is not a text: it holds zero bytes.") % {"name": name})
    return text


def _code_page(data: bytes) -> str:
    """Cyrillic stands in whole words of high bytes; Polish has letters where Western Europe has ³, ¹, ¿, ¯ and £."""
    words = re.findall(rb"(?<![A-Za-z])[\x80-\xff]{3,}(?![A-Za-z])", data)
    if sum(map(len, words)) > 0.8 * sum(byte > 0x7F for byte in data):
        return "cp1251"
    western = data.decode("cp1252", "ignore")
    return "cp1250" if re.search(r"[^\W\d_][³¹¿]|[³¹¿¯£][^\W\d_]", western) else "cp1252"
