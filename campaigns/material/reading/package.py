"""Zip files of XML, as .docx and .odt are: unpacked within bounds and without following anything."""

import io
import zipfile
import zlib
from collections.abc import Iterable

from lxml import etree

from .unreadable import Unreadable, Why

MEMBERS = 5_000
UNPACKED = 60_000_000  # bytes, of all parts that are read
RATIO = 250  # Word's XML packs 10 to 60 times smaller; deflate cannot do more than 1032
SMALL = 1_000_000  # bytes; packed ever so well, this much does no harm
TAGS = 2_500_000  # in one part; a thousand bytes of memory for ten of them
DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))


class Package:
    """The parts of a zip file by name. Parts that nobody asks for are never unpacked."""

    def __init__(self, content: bytes) -> None:
        if content.count(b"PK\x01\x02") > MEMBERS:  # before zipfile makes objects of them
            raise Unreadable(Why.TOO_MANY)
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
        except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, EOFError) as error:
            raise Unreadable(Why.DAMAGED) from error
        self.names = frozenset(self._zip.namelist())
        self._room = UNPACKED

    def read(self, name: str) -> bytes:
        """Empty for a part that is not there."""
        if name not in self.names:
            return b""
        info = self._zip.getinfo(name)
        if info.flag_bits & 1:
            raise Unreadable(Why.ENCRYPTED)
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Unreadable(Why.DAMAGED)
        if info.file_size > self._room or info.file_size > max(SMALL, info.compress_size * RATIO):
            raise Unreadable(Why.TOO_LARGE)
        try:
            with self._zip.open(info) as part:
                data = part.read(self._room + 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
            raise Unreadable(Why.DAMAGED) from error
        self._room -= len(data)
        if self._room < 0:
            raise Unreadable(Why.TOO_LARGE)
        return data

    def xml(self, name: str) -> etree._Element | None:
        data = self.read(name)
        return parsed(data) if data.strip() else None


def parsed(data: bytes) -> etree._Element:
    """Refuses every DTD, for it could name other files, or entities that grow; neither program writes one."""
    if any(doctype in data for doctype in DOCTYPES):
        raise Unreadable(Why.DAMAGED)
    if data.count(b"<") > TAGS:
        raise Unreadable(Why.TOO_MANY)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True)
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise Unreadable(Why.DAMAGED) from error


def tags(namespace: str, names: Iterable[str]) -> frozenset[str]:
    return frozenset(f"{{{namespace}}}{name}" for name in names)
