"""Which contact details may be used. Columns of addresses also hold sentences, blanks and lists."""

from letters.addresses import BadAddress, one_address

# Reserved by RFC 2606: mail to it reaches nobody.
NOBODY = "example.org"


def usable_address(text: str) -> str:
    """The one email address that `text` is, or "" when it is none ("No email found"), several, or not plain."""
    try:
        return str(one_address(text.strip()))
    except BadAddress:
        return ""


def reaches_nobody(address: str) -> bool:
    return address.lower().endswith(f"@{NOBODY}")
