"""Whatever is typed into any field that reaches a header: exactly our headers leave, for exactly our addresses.

The bytes are read back with the standard library, by its older parser and by its newer one. Single cases are in
test_mime.py.
"""

from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.utils import getaddresses
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pytest_django import Settings

from config.email import CLOSE, OPEN
from letters import mime, outbox
from letters.addresses import BadAddress, one_address
from letters.mime import HEADERS, Parcel, parcel
from letters.models import Letter, OutgoingEmail, Sender
from letters.models import Message as Wording
from letters.models.post import Kind
from tests.letters.posting import make_email

ALWAYS = {"Subject", "Date", "Message-ID", "X-Countersign-Id", "From", "To", "MIME-Version", "Content-Type"}
TRANSFER = {"Content-Transfer-Encoding"}
PIECES = [
    *("\r\n", "\n", "\r", "\n\n", "\r\n ", "\0", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\x7f", "\x85"),
    *("\u2028", "\u2029", "\u202e", "\u200b", "\ufeff", "\ud7ff", "\U0010ffff", "\u00ad", "\t"),
    *(",", ";", ":", "<", ">", "(", ")", "[", "]", '"', "\\", "@", "'", "=", "?", "%0d%0a", "&#10;"),
    *("=?utf-8?q?", "=?utf-8?b?", "?=", "=0D=0A", "=?utf-8?b?DQpCY2M6IGNoYXJsaWVAZXhhbXBsZS5vcmc=?="),
    *("Bcc: charlie@example.org", "<charlie@example.org>", ", charlie@example.org", "To:", "Content-Type: text/html"),
    *("--", "From ", ".", "\r\n.\r\n", "RCPT TO:<charlie@example.org>", f"{OPEN}name{CLOSE}", "{name}", "%(name)s"),
    *("x" * 80, "x" * 1200, "é" * 90, "ع" * 90, "Alice", "علي حسن", " "),
]
evil = st.lists(st.sampled_from(PIECES) | st.text(max_size=10), max_size=8).map("".join)


def both_ways(data: bytes) -> tuple[EmailMessage, Message]:
    assert b"\n" not in data.replace(b"\r\n", b"") and b"\r" not in data.replace(b"\r\n", b"")
    assert max(map(len, data.split(b"\r\n"))) <= 998, "a line that mail servers cut (RFC 5322, 2.1.1)"
    newer = BytesParser(policy=policy.default).parsebytes(data)
    return newer, BytesParser(policy=policy.compat32).parsebytes(data)


def shown(header: Any) -> str:
    """As a mail program shows it."""
    return str(make_header(decode_header(str(header))))


def check(ready: Parcel, expected: set[str], addresses: dict[str, str]) -> Message:
    newer, older = both_ways(ready.data)
    assert sorted(newer.keys()) == sorted(older.keys()) == sorted(expected), "a header too many, or too few"
    assert not newer.defects and not older.defects
    for name, address in addresses.items():
        assert [one.addr_spec for one in newer[name].addresses] == [address]
        assert [found for _, found in getaddresses([older[name]])] == [address]
        # Some programs decode first and look for addresses then.
        assert {found for _, found in getaddresses([shown(older[name])]) if "@" in found} <= {address}
    for name in expected - {"Content-Type"}:
        text = shown(older[name]).replace("\n ", " ")
        assert all(character.isprintable() or character in "\u200c\u200d" for character in text), (name, text)
        assert "=?" not in text, "decoded twice, it would say something else"
    assert str(ready.envelope_to) == addresses["To"] and ready.envelope_from == addresses["From"]
    return older


@given(subject=evil, name=evil, sender=evil, header=evil)
@example(subject="\r\nBcc: charlie@example.org", name="\n\nbody", sender=PIECES[0], header="x\r\n y")
@example(subject="x" * 1200, name="x" * 1200, sender="x" * 1200, header="")
def test_mail_to_a_supporter_has_our_headers_and_nobody_elses_address(
    subject: str, name: str, sender: str, header: str
) -> None:
    headers = dict.fromkeys(HEADERS, f"<https://example.org/{OPEN}stop{CLOSE}>")
    wording = Wording(subject=f"For {OPEN}subject{CLOSE}", text=f"Hello {OPEN}name{CLOSE}\n", headers=headers)
    email = OutgoingEmail(
        sender=Sender(name=sender, from_address="post@example.org"),
        message=wording,
        kind=Kind.UPDATE,
        to_address="alice@example.org",
        to_name=name,
        reply_to="bob@example.org",
        values={"subject": subject, "name": name, "stop": header[:500]},
    )
    addresses = {"From": "post@example.org", "To": "alice@example.org", "Reply-To": "bob@example.org"}
    older = check(parcel(email), ALWAYS | TRANSFER | {"Reply-To", *HEADERS}, addresses)
    assert older["Message-ID"] == f"<{email.uuid}@example.org>" and older["X-Countersign-Id"] == str(email.uuid)


@given(subject=evil, name=evil, office=evil, site=evil, body=evil)
def test_a_letter_has_our_headers_and_one_attachment_whatever_its_writer_typed(
    subject: str, name: str, office: str, site: str, body: str
) -> None:
    letter = Letter(
        recipient_name=office,
        recipient_lines=office,
        sender_name=name,
        sender_address=body,
        sender_email="alice@example.org",
        subject=subject,
        salutation=office,
        body=body,
        closing="Yours sincerely,",
        foot_text=site,
    )
    email = OutgoingEmail(
        sender=Sender(name=site, from_address="post@example.org"),
        message=Wording(subject=f"{OPEN}subject{CLOSE}", text=f"{OPEN}letter{CLOSE}", headers={}),
        letter=letter,
        attach_letter=True,
        kind=Kind.LETTER,
        to_address="member@example.org",
        to_name=office,
        reply_to="alice@example.org",
    )
    with patch.object(mime, "letter_pdf", return_value=b"%PDF-1.7 \r\nBcc: charlie@example.org\r\n"):
        ready = parcel(email)
    addresses = {"From": "post@example.org", "To": "member@example.org", "Reply-To": "alice@example.org"}
    older = check(ready, ALWAYS | {"Reply-To"}, addresses)
    text, attached = (part for part in older.walk() if not part.is_multipart())
    assert (text.get_content_type(), attached.get_content_type()) == ("text/plain", "application/pdf")
    assert attached.get_filename() == "letter.pdf"
    assert set(attached.keys()) == {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition"}


@given(evil)
def test_an_address_is_refused_or_is_the_only_one(typed: str) -> None:
    for text in (typed, f"alice@example.org{typed}", f"{typed}@example.org", f"alice{typed}@example.org"):
        try:
            address = one_address(text)
        except BadAddress:
            continue
        email = OutgoingEmail(
            sender=Sender(name="Northtown", from_address="post@example.org"),
            message=Wording(subject="S", text="T\n", headers={}),
            kind=Kind.NOTICE,
            to_address=text,
            reply_to=text,
        )
        expected = {"From": "post@example.org", "To": str(address), "Reply-To": str(address)}
        ready = parcel(email)
        assert sorted(BytesParser().parsebytes(ready.data).keys()) == sorted(
            ALWAYS | TRANSFER | {"Reply-To", "Auto-Submitted"}
        )
        assert str(ready.envelope_to) == expected["To"]
        assert not set(str(ready.envelope_to)) & set(' \t\r\n\0<>,;:()[]"\\')


@pytest.mark.django_db
@given(evil.filter(lambda text: text.strip(" ") != ""))
def test_the_outbox_takes_one_recipient_and_one_to_answer_to(typed: str) -> None:
    for wrong in ({"to": f"alice@example.org,{typed}"}, {"reply_to": f"{typed}\nbob@example.org"}):
        with pytest.raises(outbox.BadAddress):
            make_email(**wrong)
    assert not OutgoingEmail.objects.exists()


@pytest.mark.parametrize("broken", ["example.org\r\nBcc: charlie@example.org", "example.org\nX: y", "example.org\r"])
def test_a_mail_domain_with_a_line_break_sends_nothing(broken: str, settings: Settings) -> None:
    settings.MAIL_DOMAIN = broken
    email = OutgoingEmail(
        sender=Sender(name="Northtown", from_address="post@example.org"),
        message=Wording(subject="S", text="T\n", headers={}),
        kind=Kind.NOTICE,
        to_address="alice@example.org",
    )
    with pytest.raises(ValueError, match="line break"):
        parcel(email)
