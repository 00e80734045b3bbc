"""Which contact details may be used. Columns of addresses also hold sentences, blanks and lists."""

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator

# Reserved by RFC 2606: mail to it reaches nobody.
NOBODY = "example.org"

_valid = EmailValidator(allowlist=[])


def usable_address(text: str) -> str:
    """The one email address that `text` is, or "" when it is none ("No email found"), several, or not plain."""
    address = text.strip()
    # RFC 5321 4.5.3.1.3 leaves 254 characters for an address; quoted local parts may hide commas and newlines.
    if len(address) > 254 or '"' in address or "[" in address:
        return ""
    try:
        _valid(address)
    except ValidationError:
        return ""
    return address


def reaches_nobody(address: str) -> bool:
    return address.lower().endswith(f"@{NOBODY}") and address.count("@") == 1
