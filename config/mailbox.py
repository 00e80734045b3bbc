"""The demonstration's mailbox: what would have been sent, as a folder of .eml files that every process shares.

A file is written beside its place and renamed into it, so a reader sees the whole of it or nothing. Its name begins
with the time in nanoseconds, so names sort as the messages came. One email captured twice is two files, as two copies
in somebody's real mailbox would be.
"""

import base64
import os
import re
import secrets
import time
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import EmailPolicy, Policy
from email.utils import getaddresses
from functools import cached_property
from pathlib import Path
from typing import Any, cast

from django.conf import settings

ID = re.compile(r"[0-9]{20}-[A-Za-z0-9-]{1,60}-[0-9a-f]{8}")
_ENCODED = r"=\?[\w-]+\?[bq]\?[^?\s]*\?="
_ENCODED_WORDS = re.compile(rf"{_ENCODED}(?:\s+{_ENCODED})+", re.IGNORECASE)


class _Reading(EmailPolicy):
    """Between two encoded words there is no space (RFC 2047, 6.2), but in a name of an address the standard library,
    in the versions we support, reads one. So neighbours become one word first."""

    def header_fetch_parse(self, name: str, value: str) -> Any:
        return super().header_fetch_parse(name, _ENCODED_WORDS.sub(_as_one_word, str(value)))


def _as_one_word(words: re.Match[str]) -> str:
    try:
        text = str(make_header(decode_header(words[0])))
    except (MessageError, LookupError, UnicodeError):
        return words[0]  # of an unknown character set, or broken: shown as it stands
    return f"=?utf-8?b?{base64.b64encode(text.encode()).decode()}?="


READING = cast("Policy[EmailMessage]", _Reading())


class NoSuchMessage(LookupError):
    pass


@dataclass(frozen=True)
class Attachment:
    filename: str
    content_type: str
    content: bytes

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True)
class CapturedMessage:
    id: str
    raw: bytes

    @cached_property
    def _parsed(self) -> EmailMessage:
        return message_from_bytes(self.raw, policy=READING)

    @property
    def captured_at(self) -> datetime:
        return datetime.fromtimestamp(int(self.id[:20]) / 1e9, UTC)

    @property
    def to(self) -> str:
        return self._addresses("To")

    @property
    def from_(self) -> str:
        return self._addresses("From")

    @property
    def reply_to(self) -> str:
        return self._addresses("Reply-To")

    @property
    def subject(self) -> str:
        return str(self._parsed["Subject"] or "")

    @property
    def text(self) -> str:
        return self._body("plain")

    @property
    def html(self) -> str:
        return self._body("html")

    @property
    def headers(self) -> dict[str, str]:
        """By name; a header that comes more than once has a line for each."""
        found: dict[str, str] = {}
        for name, value in self._parsed.items():
            found[name] = f"{found[name]}\n{value}" if name in found else str(value)
        return found

    @cached_property
    def attachments(self) -> list[Attachment]:
        return [
            Attachment(
                part.get_filename() or f"attachment-{number}",
                part.get_content_type(),
                content if isinstance(content := part.get_payload(decode=True), bytes) else b"",
            )
            for number, part in enumerate(self._parsed.iter_attachments(), start=1)
        ]

    def _addresses(self, header: str) -> str:
        """The bare addresses; the header itself, with names, is in `headers`."""
        values = [str(value) for value in self._parsed.get_all(header, [])]
        return ", ".join(address for _, address in getaddresses(values) if address)

    def _body(self, kind: str) -> str:
        part = self._parsed.get_body((kind,))
        return str(part.get_content()).replace("\r\n", "\n") if part else ""


def capture(message: bytes, email_id: str) -> None:
    """Keeps one message. On return it is on the disk."""
    folder = _folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    safe = re.sub(r"[^A-Za-z0-9-]", "-", email_id)[:60] or "none"
    name = f"{time.time_ns():020d}-{safe}-{secrets.token_hex(4)}"
    partial = folder / f".{name}"
    try:
        with open(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(message)
            file.flush()
            os.fsync(file.fileno())
        partial.rename(folder / f"{name}.eml")
    except OSError:
        partial.unlink(missing_ok=True)  # on a full disk half a letter would stay for ever, where nobody looks
        raise


def forget(email_ids: Collection[str]) -> None:
    """Deletes what was captured of these emails, of each as often as it was."""
    wanted = set(email_ids)
    for name in _ids():
        if name[21:-9] in wanted:
            (_folder() / f"{name}.eml").unlink(missing_ok=True)


def messages(limit: int = 100, before: str | None = None) -> list[CapturedMessage]:
    """Newest first, read from the disk; `before` is the id of the last one of the page before."""
    found: list[CapturedMessage] = []
    for name in _ids():
        if len(found) == limit:
            break
        if before is None or name < before:
            try:
                found.append(message(name))
            except NoSuchMessage:
                continue  # cleared away since it was listed
    return found


def message(name: str) -> CapturedMessage:
    """Raises NoSuchMessage."""
    if not ID.fullmatch(name):
        raise NoSuchMessage(name)
    try:
        return CapturedMessage(name, (_folder() / f"{name}.eml").read_bytes())
    except FileNotFoundError as error:
        raise NoSuchMessage(name) from error


def _ids() -> Iterator[str]:
    try:
        names = sorted(os.listdir(_folder()), reverse=True)
    except FileNotFoundError:
        return
    for name in names:
        stem = name.removesuffix(".eml")
        if stem != name and ID.fullmatch(stem):
            yield stem


def _folder() -> Path:
    return Path(settings.MAILBOX_DIR)
