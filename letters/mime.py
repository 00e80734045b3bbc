"""An OutgoingEmail as the bytes that leave: headers that cannot be broken out of, text with HTML, the letter's PDF."""

import re
from dataclasses import dataclass
from email.header import Header
from email.headerregistry import Address as Mailbox
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, parseaddr
from typing import Any

from django.conf import settings
from django.utils.translation import gettext, override

from config.email import CLOSE, OPEN, RenderedMessage, fill

from .addresses import Address, BadAddress, display_name, one_address
from .letter_text import letter_text, sheet_for
from .models import Letter, Sender
from .models.post import Kind, OutgoingEmail
from .pdf import RenderingBusy, RenderingError, letter_pdf

# The headers a Message may bring; the rest are ours to set.
HEADERS = ("List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Auto-Submitted")
# Sent by a machine because of something somebody did (RFC 3834); letters and updates are written by people.
AUTOMATIC = (Kind.CONFIRMATION, Kind.ACCOUNT, Kind.NOTICE)
# Placeholders that a Message may have and its email's Letter fills.
LETTER_TEXT, LETTER_SUBJECT = "letter", "subject"


LINE_BREAK = re.compile(r"[\r\n]")


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
    built: EmailMessage  # the same, for those who want its parts
    note: str = ""  # what its history should say of it, when it is not all that was asked for


class _Headers(EmailPolicy):
    """Folding that does not depend on the Python at hand.

    The standard library's, in the versions we support, breaks long addresses, names with a comma in an encoded word,
    and long URLs in List-Unsubscribe (it writes them as encoded words, which no mail program reads).
    """

    def _line(self, name: str, value: Any) -> str | None:
        if name in ("From", "To", "Reply-To"):
            (address,) = value.addresses
            return f"{name}: {self._named(name, address.display_name)}<{address.addr_spec}>\r\n"
        if name in ("Subject", "Message-ID", *HEADERS):
            text = str(value)
            shown = text if text.isascii() else Header(text, "utf-8", header_name=name).encode(linesep=self.linesep)
            return f"{name}: {shown}\r\n"
        return None

    def _named(self, header: str, name: str) -> str:
        if not name:
            return ""
        if name.isascii():
            return f'"{name}" '
        return Header(name, "utf-8", header_name=header).encode(linesep=self.linesep) + "\r\n "

    def _checked(self, name: str, value: Any) -> str | None:
        line = self._line(name, value)
        if line and LINE_BREAK.search(line.removesuffix("\r\n").replace("\r\n ", " ")):
            raise ValueError(f"A line break in {name}.")
        return line

    def fold(self, name: str, value: Any) -> str:
        return self._checked(name, value) or super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        line = self._checked(name, value)
        return line.encode("utf-8" if self.utf8 else "ascii") if line else super().fold_binary(name, value)


PLAIN = _Headers(linesep="\r\n", cte_type="7bit", raise_on_defect=False)
INTERNATIONAL = PLAIN.clone(utf8=True)


def marker_message(subject: str, text: str) -> RenderedMessage:
    """A message of nothing but two placeholders."""
    return RenderedMessage(f"{OPEN}{subject}{CLOSE}", f"{OPEN}{text}{CLOSE}", "")


def parcel(email: OutgoingEmail) -> Parcel:
    """Raises SenderTrouble, Unsendable, BadAddress, letters.pdf.RenderingBusy or letters.pdf.RenderingError."""
    to = one_address(email.to_address)
    reply_to = one_address(email.reply_to) if email.reply_to else None
    from_name, from_address = from_of(email.sender)
    needs_smtputf8 = any(address.needs_smtputf8 for address in (to, from_address, reply_to) if address)
    built = _built(email, INTERNATIONAL if needs_smtputf8 else PLAIN)
    note = _attach_letter(email, email.letter, built) if email.attach_letter and email.letter else ""
    built["From"] = _mailbox(_from_name(email, from_name), from_address)
    built["To"] = _mailbox(email.to_name, to)
    if reply_to:
        built["Reply-To"] = _mailbox(email.letter.sender_name if email.letter else "", reply_to)
    return Parcel(str(email.uuid), str(from_address), to, built.as_bytes(), needs_smtputf8, built, note)


def from_of(sender: Sender) -> tuple[str, Address]:
    """The name and address in From; the installation's own where the sender has none. Raises SenderTrouble."""
    name, address = parseaddr(settings.DEFAULT_FROM_EMAIL)
    try:
        return sender.name or name, one_address(sender.from_address or address)
    except BadAddress as error:
        raise SenderTrouble(f"The From address of this sender cannot be used. {error}") from error


def _from_name(email: OutgoingEmail, name: str) -> str:
    # The address must be ours (DMARC), but a representative sees at a glance who writes.
    if email.letter is None or not email.letter.sender_name:
        return name
    with override(email.letter.language):
        return gettext("%(person)s via %(site)s") % {"person": email.letter.sender_name, "site": name}


def _mailbox(name: str, address: Address) -> Mailbox:
    # Not a string: parsing one would decode whatever encoded words a person put into their name.
    return Mailbox(display_name(name), address.local, address.domain)


def _built(email: OutgoingEmail, policy: EmailPolicy) -> EmailMessage:
    message = email.message
    if message is None:
        raise Unsendable(gettext("The wording of this email has been erased."))
    values = {name: str(value) for name, value in email.values.items()}
    if email.letter is not None:
        if email.letter.scrubbed_at is not None:
            raise Unsendable(gettext("The letter has been erased."))
        values |= {LETTER_TEXT: letter_text(email.letter), LETTER_SUBJECT: email.letter.subject}
    built = EmailMessage(policy)
    built["Subject"] = _header_text(fill(message.subject, values))
    built["Date"] = formatdate()
    # The same at every attempt, so that a second copy can be known for one. Also under a name no server rewrites.
    built["Message-ID"] = f"<{email.uuid}@{settings.MAIL_DOMAIN}>"
    built["X-Countersign-Id"] = str(email.uuid)
    if email.kind in AUTOMATIC:
        built["Auto-Submitted"] = "auto-generated"
    for name in HEADERS:
        if name in message.headers and name not in built:
            built[name] = _header_text(fill(message.headers[name], values))
    built.set_content(fill(message.text, values))
    if message.html:
        built.add_alternative(fill(message.html, values, html=True), subtype="html")
    return built


def _attach_letter(email: OutgoingEmail, letter: Letter, built: EmailMessage) -> str:
    """Adds the PDF, or says for the history why it is not there. Raises RenderingBusy, and RenderingError at first."""
    try:
        pdf = letter_pdf(sheet_for(letter))
    except RenderingBusy:
        raise
    except RenderingError as error:
        if email.attempts == 0:
            raise  # once more, in case the machine and not the letter was to blame
        return f"Without the PDF, for {error}; the whole letter is in the text."
    built.add_attachment(pdf, maintype="application", subtype="pdf", filename="letter.pdf")
    return ""


def _header_text(text: str) -> str:
    """Text for a header: no control character, and nothing that a mail program would decode into one."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.replace("=?", "= ?").split())
