"""Addresses of web pages inside a text that people wrote: where they begin and end, and how they are shown."""

import re
from collections.abc import Callable, Iterator

from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString

# Quotation marks, the Arabic comma, semicolon and question mark and the marks of direction are no part of an address.
_ADDRESS = re.compile(r"https?://[^\s<>\"«»“”‘’„،؛؟\u061c\u200e\u200f\u2066-\u2069]+", re.IGNORECASE)
_AFTER = ".,;:!?'*_"
_BRACKETS = {")": "(", "]": "["}
# A piece as long as a line has to break somewhere.
LONGEST_PIECE = 60


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """The text in order, each piece with whether it is an address."""
    done = 0
    for found in _ADDRESS.finditer(text):
        address = _without_what_follows(found[0])
        yield text[done : found.start()], False
        yield address, True
        done = found.start() + len(address)
    yield text[done:], False


def _without_what_follows(address: str) -> str:
    while address[-1] in _AFTER or (
        address[-1] in _BRACKETS and address.count(address[-1]) > address.count(_BRACKETS[address[-1]])
    ):
        address = address[:-1]
    return address


def isolated(text: str) -> SafeString:
    """The text escaped, every address in it a `<bdi>` from left to right that breaks only after a slash."""
    return _joined(text, lambda address: format_html('<bdi class="web" dir="ltr">{}</bdi>', _unbroken(address)))


def linked(text: str) -> SafeString:
    """The text escaped, every address in it a link."""
    return _joined(text, lambda address: format_html('<a href="{0}" rel="nofollow" dir="ltr">{0}</a>', address))


def _joined(text: str, shown: Callable[[str], SafeString]) -> SafeString:
    return format_html_join("", "{}", ((shown(piece) if is_address else piece,) for piece, is_address in pieces(text)))


def _unbroken(address: str) -> SafeString:
    parts = re.findall(r"[^/]*/+|[^/]+", address)
    return format_html_join(
        "",
        "{}",
        ((format_html("<span>{}</span>", part) if len(part) <= LONGEST_PIECE else escape(part),) for part in parts),
    )
