"""One email address, checked alone, so that no comma, newline or bracket can smuggle in a second."""

import re
from dataclasses import dataclass

import idna
from django.utils.translation import gettext as _

# RFC 5321, 4.5.3.1, in octets: 64 before the @, 254 in all (256 with the angle brackets).
LONGEST_LOCAL = 64
LONGEST = 254

ATOM = re.compile(r"[^\s\x00-\x20\x7f()<>\[\]:;,@\\\"]+")
JOINERS = "\u200c\u200d"  # belong to names in Persian and in the scripts of India
LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")


class BadAddress(ValueError):
    """Not one address that mail can be sent to; the message is a sentence for a person, without the address in it."""


@dataclass(frozen=True)
class Address:
    local: str
    domain: str  # in its ASCII form

    def __str__(self) -> str:
        return f"{self.local}@{self.domain}"

    @property
    def needs_smtputf8(self) -> bool:
        return not self.local.isascii()


def one_address(text: str) -> Address:
    """The one address that `text` is, its domain in ASCII. Raises BadAddress."""
    local, at, domain = text.strip(" ").rpartition("@")
    if not at or not local or not domain:
        raise BadAddress(_("This is not an email address: it needs a name, an @ and a domain."))
    # Format and control characters too: a line break, or a mark that turns the reading direction.
    if not text.isprintable() or " " in text.strip(" "):
        raise BadAddress(_("This email address has a space or an invisible character in it."))
    if not all(ATOM.fullmatch(part) for part in local.split(".")):
        raise BadAddress(_("This is not one email address: there is something before the @ that cannot be there."))
    try:
        # IDNA 2008, as crypto.normalised_address has it. What is ASCII already goes out as it was written.
        ascii_domain = domain.lower() if domain.isascii() else idna.encode(domain, uts46=True).decode()
    except UnicodeError:
        ascii_domain = ""
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(LABEL.fullmatch(label) for label in labels) or labels[-1].isdigit():
        raise BadAddress(_("This email address has no such domain as example.org after the @."))
    address = Address(local, ascii_domain)
    if len(local.encode()) > LONGEST_LOCAL or len(str(address).encode()) > LONGEST:
        raise BadAddress(_("This email address is too long."))
    return address


def display_name(text: str, longest: int = 100) -> str:
    """A person's name as it may stand before an address: on one line, and not itself looking like an address."""
    kept = (character if character in JOINERS or character.isprintable() else " " for character in text)
    plain = "".join(kept).translate(str.maketrans("", "", '@<>"\\')).replace("=?", "= ?")
    return " ".join(plain.split())[:longest].strip()
