import pytest

from config.crypto import email_key
from letters.addresses import BadAddress, one_address


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("a@straße.de", "xn--strae-oqa.de"),  # strasse.de belongs to somebody else
        ("a@STRASSE.de", "strasse.de"),
        ("a@faß.example.org", "xn--fa-hia.example.org"),
        ("a@βόλος.com", "xn--nxasmm1c.com"),
        ("a@bücher.example", "xn--bcher-kva.example"),
        ("a@xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("a@r3---sn.example.org", "r3---sn.example.org"),
    ],
)
def test_a_domain_is_the_one_that_mail_servers_look_up(typed: str, domain: str) -> None:
    address = one_address(typed)
    assert address.domain == domain
    assert email_key(str(address)) == email_key(typed)


@pytest.mark.parametrize("domain", ["☃.", "-a.org", "a_b.org", "ü" * 64 + ".org", "example", "1.2.3.4", "é..org"])
def test_a_domain_that_cannot_be_looked_up_is_refused(domain: str) -> None:
    with pytest.raises(BadAddress):
        one_address(f"alice@{domain}")
