"""The bytes that leave, read back as a mail program would read them."""

from email import policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesParser
from email.utils import parseaddr
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.email import CLOSE, OPEN
from letters import outbox
from letters.addresses import BadAddress, display_name, one_address
from letters.mime import HEADERS, Unsendable, parcel
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind, Message
from tests.letters.factories import make_letter
from tests.letters.posting import make_email, make_message, make_sender


def read(email: OutgoingEmail) -> EmailMessage:
    data = parcel(email).data
    assert all(len(line) <= 998 for line in data.split(b"\r\n"))
    assert b"\n" not in data.replace(b"\r\n", b"")
    return BytesParser(policy=policy.default).parsebytes(data)


def unsaved(**fields: Any) -> OutgoingEmail:
    message = Message(**{"subject": "S", "text": "T\n", "html": "", "headers": {}, **fields.pop("message", {})})
    sender = Sender(name=fields.pop("sender_name", "Northtown"), from_address="post@example.org")
    defaults = {"kind": Kind.CONFIRMATION, "to_address": "alice@example.org"}
    return OutgoingEmail(sender=sender, message=message, **{**defaults, **fields})


def test_the_headers_of_a_confirmation() -> None:
    email = unsaved(to_name="Alice Example", values={"name": "Alice"}, message={"subject": f"For {OPEN}name{CLOSE}"})
    message = read(email)
    assert message["From"] == '"Northtown" <post@example.org>' or message["From"] == "Northtown <post@example.org>"
    assert message["To"].addresses[0].display_name == "Alice Example"
    assert message["To"].addresses[0].addr_spec == "alice@example.org"
    assert message["Subject"] == "For Alice"
    assert message["Message-ID"] == f"<{email.uuid}@example.org>"
    assert message["X-Countersign-Id"] == str(email.uuid)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"] is not None
    assert {"Reply-To", "List-Unsubscribe", "List-Unsubscribe-Post", "Bcc", "Cc"}.isdisjoint(message.keys())


def test_text_and_html_are_two_ways_to_read_one_email() -> None:
    text, html = f"Hello {OPEN}name{CLOSE}\n", f"<p>Hello {OPEN}name{CLOSE}</p>"
    message = read(unsaved(values={"name": "<Alice> & كلمة"}, message={"text": text, "html": html}))
    assert message.get_content_type() == "multipart/alternative"
    plain, rich = message.iter_parts()
    assert plain.get_content().strip() == "Hello <Alice> & كلمة"
    assert rich.get_content().strip() == "<p>Hello &lt;Alice&gt; &amp; كلمة</p>"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Hello.\n.\n..\n--\nFrom Alice \n\ttab\t\n", "7bit"),
        (f"https://example.org/{'a' * 200}\n", "quoted-printable"),
        ("A paragraph that is one line, ending in a space. " * 60 + "\n.\n", "quoted-printable"),
        ("Zoë = 'é'. Dearest René, the bridge is closed. \n\n.\n", "quoted-printable"),
        ("سكوت العمال عن إدلب لا يليق به\n" * 20, "base64"),
        ("", "7bit"),
    ],
)
def test_every_text_arrives_as_it_was_written(text: str, encoding: str) -> None:
    message = read(unsaved(message={"text": text, "html": f"<p>{text}"}))
    plain, rich = message.iter_parts()
    assert plain["Content-Transfer-Encoding"] == encoding
    assert plain.get_content().replace("\r\n", "\n") == text
    assert rich.get_content().replace("\r\n", "\n").strip() == f"<p>{text}".strip()


@pytest.mark.parametrize("rest", ["", "é", "سكوت العمال عن إدلب لا يليق به"])
def test_no_control_character_reaches_a_body(rest: str) -> None:
    controls = "".join(map(chr, (*range(9), 11, 12, *range(14, 32), 127)))
    message = read(unsaved(message={"text": f"a{controls}b\tc\nd{rest}\n", "html": f"<p>a{controls}b\tc\nd{rest}\n"}))
    plain, rich = message.iter_parts()
    assert plain.get_content().replace("\r\n", "\n") == f"ab\tc\nd{rest}\n"
    assert rich.get_content().replace("\r\n", "\n") == f"<p>ab\tc\nd{rest}\n"


def test_no_line_is_longer_than_mail_may_have() -> None:
    texts = {"text": "The bridge is closed. " * 500, "html": "<p>سكوت العمال " * 500, "subject": "سكوت العمال " * 8}
    lines = parcel(unsaved(to_name="Zoë " * 20, message=texts)).data.split(b"\r\n")
    assert max(map(len, lines)) <= 78


def test_a_parcel_can_be_taken_apart_again() -> None:
    built = parcel(unsaved(to_address="jörg@example.org", to_name="Jörg", message={"html": "<p>T"})).built
    assert built["To"].addresses[0].addr_spec == "jörg@example.org"
    assert built["To"].addresses[0].display_name == "Jörg"
    assert [part.get_content() for part in built.iter_parts()] == ["T\n", "<p>T\n"]


@pytest.mark.django_db
def test_a_letter_is_its_writers_and_its_pdf_comes_with_it() -> None:
    letter = make_letter(sender_name="Alice Example, Dr", subject="The bridge\nis closed")
    email = make_email(
        kind=Kind.LETTER,
        letter=letter,
        attach_letter=True,
        message=outbox.letter_message(),
        to="member@example.org",
        to_name="Imogen Yarborough MP",
        reply_to="alice@example.org",
    )
    message = read(email)
    assert message["From"].addresses[0].display_name == "Alice Example, Dr via Northtown"
    assert message["From"].addresses[0].addr_spec == "post@example.org"
    assert message["Reply-To"].addresses[0].addr_spec == "alice@example.org"
    assert message["Subject"] == "The bridge is closed"
    assert "Auto-Submitted" not in message
    body = message.get_body(("plain",))
    assert body is not None and "I write about the bridge." in body.get_content()
    (attachment,) = message.iter_attachments()
    assert attachment.get_filename() == "letter.pdf"
    assert attachment.get_content().startswith(b"%PDF-")


@pytest.mark.django_db
def test_all_letters_share_one_message() -> None:
    assert outbox.letter_message() == outbox.letter_message()
    assert "bridge" not in outbox.letter_message().text


def test_an_erased_letter_or_wording_is_never_sent() -> None:
    with pytest.raises(Unsendable):
        parcel(OutgoingEmail(sender=Sender(name="N"), kind=Kind.CONFIRMATION, to_address="alice@example.org"))


def test_one_click_unsubscribe_stays_on_one_line_however_long() -> None:
    link = "https://example.org/news/stop/" + "a1b2-" * 60
    headers = {
        "List-Unsubscribe": f"<{OPEN}stop{CLOSE}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }
    data = parcel(unsaved(kind=Kind.UPDATE, values={"stop": link}, message={"headers": headers})).data
    assert f"\r\nList-Unsubscribe: <{link}>\r\n".encode() in data
    assert b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in data
    assert b"Auto-Submitted" not in data


def test_a_header_whose_place_has_no_value_is_left_out() -> None:
    headers = {"List-Unsubscribe": f"<{OPEN}stop{CLOSE}>", "List-Id": "<news.example.org>"}
    message = parcel(unsaved(kind=Kind.UPDATE, values={"name": "Alice"}, message={"headers": headers})).built
    assert "List-Unsubscribe" not in message and message["List-Id"] == "<news.example.org>"


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["Bcc", "To", "X-Anything", "Subject", "list-unsubscribe"])
def test_a_message_may_not_bring_other_headers(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        make_message(headers={name: "x"})


EVIL = [
    "Alice\r\nBcc: charlie@example.org",
    "Alice\nBcc: charlie@example.org\n\nbody",
    "=?utf-8?q?Alice=0D=0ABcc:_charlie=40example.org?=",
    "=?utf-8?b?QWxpY2UNCkJjYzogY2hhcmxpZUBleGFtcGxlLm9yZw==?=",
    'Alice" <charlie@example.org>, "',
    "Alice, charlie@example.org",
    "Alice\u2028Bcc: x\x00\x85y",
    "=SUM(A1)",
    "ش" * 200,
    "é" * 200,
    "x" * 200,
    "\u202eecilA",
]


@pytest.mark.parametrize("text", EVIL)
def test_nothing_a_person_types_breaks_out_of_a_header(text: str) -> None:
    values = {"name": text}
    email = unsaved(
        to_name=text,
        reply_to="bob@example.org",
        values=values,
        sender_name=text,
        message={"subject": f"{OPEN}name{CLOSE}", "headers": {"List-Id": f"{OPEN}name{CLOSE}"}},
    )
    message = read(email)
    assert sorted(message.keys()) == sorted(set(message.keys()))
    assert {"Bcc", "bcc"}.isdisjoint(message.keys())
    for header, address in [("From", "post"), ("To", "alice"), ("Reply-To", "bob")]:
        assert [one.addr_spec for one in message[header].addresses] == [f"{address}@example.org"]
    assert message.get_content().strip() == "T"


@given(text=st.text(max_size=300))
def test_any_name_and_subject_leave_the_addresses_alone(text: str) -> None:
    message = read(unsaved(to_name=text, values={"s": text}, message={"subject": f"{OPEN}s{CLOSE}"}))
    assert [one.addr_spec for one in message["To"].addresses] == ["alice@example.org"]
    assert message["Message-ID"] is not None and "Bcc" not in message
    assert message.get_content().strip() == "T"


@pytest.mark.parametrize("name", ["Zoë, Dr.", "علي حسن", "Ołeksandr Żółć " * 6, "O'Brien-Smith", "محمد\u200cرضا"])
def test_names_arrive_as_they_were_written(name: str) -> None:
    # The older parser: the newer one of some Pythons sets a space between two encoded words (against RFC 2047).
    header = BytesParser(policy=policy.compat32).parsebytes(parcel(unsaved(to_name=name)).data)["To"]
    shown, address = parseaddr(header)
    assert (str(make_header(decode_header(shown))), address) == (
        " ".join(name.split())[:100].strip(),
        "alice@example.org",
    )


def test_a_long_subject_in_any_script_arrives_whole() -> None:
    subject = "سكوت العمال عن إدلب لا يليق به " * 8
    message = read(unsaved(values={"s": subject}, message={"subject": f"{OPEN}s{CLOSE}"}))
    assert message["Subject"] == subject.strip()


def test_the_longest_address_arrives_whole() -> None:
    address = "a" * 64 + "@" + ".".join(["b" * 59] * 3) + ".example"
    assert len(address) == 252
    message = read(unsaved(to_address=address, to_name="Zoë " * 20))
    assert message["To"].addresses[0].addr_spec == address


@pytest.mark.parametrize(
    "address",
    [
        "alice@example.org, charlie@example.org",
        "alice@example.org,charlie@example.org",
        "alice@example.org;charlie@example.org",
        "alice@example.org\nBcc: charlie@example.org",
        "alice@example.org\r\nRCPT TO:<charlie@example.org>",
        "alice\x00@example.org",
        "alice\u202e@example.org",
        "<alice@example.org>",
        "Alice <alice@example.org>",
        "alice@charlie@example.org",
        '"alice charlie"@example.org',
        "alice@localhost",
        "alice@127.0.0.1",
        "alice@[127.0.0.1]",
        "alice@example..org",
        "alice@-example.org",
        ".alice@example.org",
        "alice..x@example.org",
        "alice",
        "@example.org",
        "alice@",
        "",
        "a" * 65 + "@example.org",
        "alice@" + ".".join(["b" * 60] * 4) + ".example",
        "(comment)alice@example.org",
        "alice@exam ple.org",
    ],
)
def test_what_is_not_one_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress) as refused:
        one_address(address)
    assert "alice" not in str(refused.value)


@pytest.mark.parametrize(
    ("address", "sent_to"),
    [
        ("alice+news@example.org", "alice+news@example.org"),
        (" o'brien_1@mail.example.co.uk ", "o'brien_1@mail.example.co.uk"),
        ("Alice@EXAMPLE.org", "Alice@example.org"),
        ("علي@مثال.إختبار", "علي@xn--mgbh0fb.xn--kgbechtv"),
        ("a" * 64 + "@example.org", "a" * 64 + "@example.org"),
    ],
)
def test_one_address_is_taken(address: str, sent_to: str) -> None:
    assert str(one_address(address)) == sent_to


def test_a_name_does_not_look_like_an_address() -> None:
    assert "@" not in display_name("charlie@example.org")


def test_the_headers_a_message_may_bring_reach_nobody_new() -> None:
    assert {"to", "cc", "bcc", "from", "reply-to", "sender"}.isdisjoint(name.lower() for name in HEADERS)


@pytest.mark.django_db
def test_an_empty_sender_writes_from_the_installations_own_address() -> None:
    message = read(make_email(sender=make_sender(name="Northtown", from_address="")))
    assert message["From"].addresses[0].addr_spec == "hello@example.org"
