"""An OutgoingEmail as the bytes that leave: headers that cannot be broken out of, text with HTML, the letter's PDF.

Written byte by byte. The standard library's parser and folding take five times as long, and in the versions we support
they break long addresses, names with a comma in an encoded word, and long URLs in List-Unsubscribe (as encoded words,
which no mail program reads).
"""

import re
from base64 import encodebytes
from binascii import b2a_qp
from collections.abc import Callable
from dataclasses import dataclass
from email import message_from_string, policy
from email.header import Header
from email.message import EmailMessage
from email.utils import formatdate, parseaddr
from secrets import token_hex

from django.conf import settings
from django.utils.translation import gettext, override

from config.email import CLOSE, OPEN, RenderedMessage, fill, places

from .addresses import Address, BadAddress, display_name, one_address
from .letter_text import letter_text, sheet_for
from .models import OutgoingEmail, Sender
from .models.post import Kind
from .pdf import RenderingBusy, RenderingError, letter_pdf

# The headers a Message may bring; the rest are ours to set.
HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted")
# Sent by a machine because of something somebody did (RFC 3834); letters and updates are written by people.
AUTOMATIC = (Kind.CONFIRMATION, Kind.ACCOUNT, Kind.NOTICE)
# Placeholders that a Message may have and its email's Letter fills.
LETTER_TEXT, LETTER_SUBJECT = "letter", "subject"

CRLF = "\r\n"
FOLD = "\r\n "
LINE_BREAK = re.compile(r"[\r\n]")
LONGEST_LINE = 78  # RFC 5322, 2.1.1
LONGEST_SUBJECT = 900  # on one line; the same has 998 as the most that servers must take
BEYOND_ASCII = bytes(range(128, 256))
# RFC 5322, 2.2.3 and 4.1: no NUL in a body; the other controls do nothing in a mail program that anybody wants.
CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\n\r")


class Unsendable(Exception):
    """This email can never be built; the message is a sentence for an organiser."""


class SenderTrouble(Exception):
    """No email of this sender can leave as it is set up; the message is a sentence for an organiser."""


@dataclass(frozen=True)
class Parcel:
    """What a channel needs to send one email."""

    uuid: str
    envelope_from: str
    envelope_to: Address
    data: bytes  # CRLF line ends
    needs_smtputf8: bool
    note: str = ""  # what its history should say of it, when it is not all that was asked for

    @property
    def built(self) -> EmailMessage:
        """The same, for those who want its parts."""
        return message_from_string(self.data.decode().replace(CRLF, "\n"), policy=policy.default)


def marker_message(subject: str, text: str) -> RenderedMessage:
    """A message of nothing but two placeholders."""
    return RenderedMessage(f"{OPEN}{subject}{CLOSE}", f"{OPEN}{text}{CLOSE}", "")


def letters_pdf(email: OutgoingEmail) -> bytes:
    """Asks the database nothing, if the email's letter was fetched with it. Raises letters.pdf.RenderingError."""
    assert email.letter
    return letter_pdf(sheet_for(email.letter), hurried=False)


def parcel(email: OutgoingEmail, render: Callable[[OutgoingEmail], bytes] = letters_pdf) -> Parcel:
    """Raises SenderTrouble, Unsendable, BadAddress, letters.pdf.RenderingBusy or letters.pdf.RenderingError."""
    to = one_address(email.to_address)
    reply_to = one_address(email.reply_to) if email.reply_to else None
    from_name, from_address = from_of(email.sender)
    headers, body = _wording(email)
    pdf, note = _attached(email, render) if email.attach_letter and email.letter else (b"", "")
    if pdf:
        body = _multipart("mixed", [body, _attachment(pdf)])
    headers += [_mailbox("From", _from_name(email, from_name), from_address), _mailbox("To", email.to_name, to)]
    if reply_to:
        headers.append(_mailbox("Reply-To", email.letter.sender_name if email.letter else "", reply_to))
    if any(LINE_BREAK.search(line.replace(FOLD, " ")) for line in headers):
        raise ValueError("A line break in a header.")
    data = CRLF.join([*headers, "MIME-Version: 1.0", ""]).encode() + body
    needs_smtputf8 = any(address.needs_smtputf8 for address in (to, from_address, reply_to) if address)
    return Parcel(str(email.uuid), str(from_address), to, data, needs_smtputf8, note)


def from_of(sender: Sender) -> tuple[str, Address]:
    """The name and address in From; the installation's own where the sender has none. Raises SenderTrouble."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        return sender.name or name, one_address(sender.from_address or address)
    except BadAddress as error:
        raise SenderTrouble(f"The From address of this sender cannot be used. {error}") from error


def _from_name(email: OutgoingEmail, name: str) -> str:
    # The address must be ours (DMARC), but a representative sees at a glance who writes.
    if email.kind != Kind.LETTER or email.letter is None or email.letter.sender_name in ("", name):
        return name
    with override(email.letter.language):
        return gettext("%(person)s via %(site)s") % {"person": email.letter.sender_name, "site": name}


def _wording(email: OutgoingEmail) -> tuple[list[str], bytes]:
    """The headers but for the addresses, and the body with its own."""
    message = email.message
    if message is None:
        raise Unsendable(gettext("The wording of this email has been erased."))
    values = {name: str(value) for name, value in email.values.items()}
    if email.letter is not None:
        if email.letter.scrubbed_at is not None:
            raise Unsendable(gettext("The letter has been erased."))
        values |= {LETTER_TEXT: letter_text(email.letter), LETTER_SUBJECT: email.letter.subject}
    headers = {
        "Subject": _encoded("Subject", _header_text(fill(message.subject, values))),
        "Date": formatdate(),
        # The same at every attempt, so that a second copy can be known for one. Also under a name no server rewrites.
        "Message-ID": f"<{email.uuid}@{settings.MAIL_DOMAIN}>",
        "X-Countersign-Id": str(email.uuid),
    }
    if email.kind in AUTOMATIC:
        headers["Auto-Submitted"] = "auto-generated"
    for name in HEADERS:
        # An email without a value for one of its places goes without the header: "<>" would be no link.
        if name in message.headers and places(message.headers[name]) <= values.keys():
            headers.setdefault(name, _encoded(name, _header_text(fill(message.headers[name], values))))
    body = _text("plain", fill(message.text, values))
    if message.html:
        body = _multipart("alternative", [body, _text("html", fill(message.html, values, html=True))])
    return [f"{name}: {value}" for name, value in headers.items()], body


def _attached(email: OutgoingEmail, render: Callable[[OutgoingEmail], bytes]) -> tuple[bytes, str]:
    """The PDF; or nothing, and why, for the history. Raises RenderingBusy, and RenderingError at first."""
    try:
        return render(email), ""
    except RenderingBusy:
        raise
    except RenderingError as error:
        if email.attempts == 0:
            raise  # once more, in case the machine and not the letter was to blame
        return b"", f"Without the PDF, for {error}; the whole letter is in the text."


def _mailbox(header: str, name: str, address: Address) -> str:
    name = display_name(name)
    if name.isascii():
        return f'{header}: "{name}" <{address}>' if name else f"{header}: <{address}>"
    return f"{header}: {_encoded(header, name)}{FOLD}<{address}>"


def _encoded(header: str, text: str) -> str:
    """As it is, or as encoded words on lines that are short enough. A link is left as it is, whatever its length."""
    as_it_is = text.isascii() and (header != "Subject" or len(text) < LONGEST_SUBJECT)
    return text if as_it_is else Header(text, "utf-8", header_name=header).encode(linesep=CRLF)


def _header_text(text: str) -> str:
    """Text for a header: no control character, and nothing that a mail program would decode into one."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.replace("=?", "= ?").split())


def _text(subtype: str, text: str) -> bytes:
    """As it is where every line is short and ASCII; else quoted-printable, or base64 where that is shorter."""
    lines = text.encode().translate(None, CONTROLS).splitlines()
    data = b"".join(line + b"\r\n" for line in lines)
    beyond_ascii = len(data) - len(data.translate(None, BEYOND_ASCII))
    if not beyond_ascii and max(map(len, lines), default=0) <= LONGEST_LINE:
        encoding = "7bit"
    elif beyond_ascii * 6 < len(data):
        encoding, data = "quoted-printable", b2a_qp(data)
    else:
        encoding, data = "base64", _base64(data)
    return _part(data, f'text/{subtype}; charset="utf-8"', f"Content-Transfer-Encoding: {encoding}")


def _attachment(pdf: bytes) -> bytes:
    shown = 'Content-Disposition: attachment; filename="letter.pdf"'
    return _part(_base64(pdf), "application/pdf", "Content-Transfer-Encoding: base64", shown)


def _multipart(subtype: str, parts: list[bytes]) -> bytes:
    boundary = f"=_{token_hex(12)}"  # whoever wrote a part cannot have known it
    begin = f"--{boundary}{CRLF}".encode()
    body = b"".join(begin + part + b"\r\n" for part in parts) + f"--{boundary}--{CRLF}".encode()
    return _part(body, f'multipart/{subtype}; boundary="{boundary}"')


def _part(data: bytes, kind: str, *headers: str) -> bytes:
    return CRLF.join([f"Content-Type: {kind}", *headers, CRLF]).encode() + data


def _base64(data: bytes) -> bytes:
    return encodebytes(data).replace(b"\n", b"\r\n")
