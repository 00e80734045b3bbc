"""Whatever is sent: an answer in words, the right status, and nothing stored by halves."""

import io
from typing import Any

import pytest
from django.test import Client

from campaigns import exports
from campaigns.forms.public.signing import SignForm
from campaigns.models import Campaign, CampaignLetter, Signature
from config import links, ratelimit
from config.email import fill
from letters.models import OutgoingEmail

from .factories import (
    email_text,
    emails,
    links_in,
    make_campaign,
    make_facts,
    make_seat,
    make_signature,
    signing_form,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat("SW1A1AA")
    campaign = make_campaign(slug="library", legislature=legislature, arabic=True)
    make_facts(campaign)
    return campaign


def sign(client: Client, **fields: Any) -> Any:
    return client.post("/library/sign/", signing_form(**fields))


def is_refused(response: Any, *typed: str) -> str:
    """422, nothing stored, everything kept in the form. Returns the page."""
    assert response.status_code == 422
    assert not Signature.objects.exists() and not OutgoingEmail.objects.exists()
    page: str = response.content.decode()
    assert 'role="alert"' in page and "<title>Error: " in page
    for text in typed:
        assert text in page
    return page


# Names


@pytest.mark.parametrize(
    "name",
    [
        "N" * 200,
        "آمنة بنت عبد الله",
        "李小龍",
        "Владимир Ёлкин",
        "नीलम वर्मा",
        "Ọláfẹ́mi",
        "יעל כהן",
        "José-María O’Neill",
        "Ng",
    ]
    + ["𝓐lice", "Zoë\u0301", "ﷺ Fatima", "X Æ A-12", "Robert'); DROP TABLE campaigns_signature;--"],
)
def test_a_name_in_any_script_is_kept_as_it_was_written(client: Client, campaign: Campaign, name: str) -> None:
    assert sign(client, name=name).status_code == 303
    signature = Signature.objects.get()
    assert (signature.name, signature.public_name) == (name, name)


def test_a_name_of_201_characters_is_too_long(client: Client, campaign: Campaign) -> None:
    page = is_refused(sign(client, name="N" * 201))
    assert "at most 200 characters (it has 201)" in page


@pytest.mark.parametrize(
    "name", ["", "   ", "12345", "!!!", "😀😀", "\u202e\u202d", "https://spam.example.org", "see WWW.spam.example"]
)
def test_what_is_no_name_is_refused_in_words(client: Client, campaign: Campaign, name: str) -> None:
    is_refused(sign(client, name=name))


def test_html_in_a_name_is_shown_as_text(client: Client, campaign: Campaign) -> None:
    name = '<script>alert(1)</script><b>Alice</b> & "Co"'
    sign(client, name=name, affiliation="<i>Nurse</i>", reason="<img src=x onerror=alert(2)>")
    Signature.objects.update(state="confirmed")
    pages = [client.get(path).content.decode() for path in ("/library/", "/library/signatures/", "/library/ar/")]
    token = links.token("signature", Signature.objects.get().uuid)
    for page in [*pages, client.get(f"/signature/{token}/").content.decode()]:
        assert "<script>alert" not in page and "<b>Alice" not in page and "<img src=x" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_html_in_a_name_is_text_in_the_email_too(client: Client, campaign: Campaign) -> None:
    sign(client, name="<b>Alice</b>")
    [email] = emails()
    assert email.message is not None
    assert "<b>Alice" not in fill(email.message.html, email.values, html=True)
    assert "<b>Alice</b>" in fill(email.message.text, email.values)


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r", "\u2028", "\u2029", "\x0b", "\x85", "\t"])
def test_a_newline_in_a_name_becomes_a_space(client: Client, campaign: Campaign, newline: str) -> None:
    sign(client, name=f"Alice{newline}Bcc: everybody@example.org")
    assert Signature.objects.get().name == "Alice Bcc: everybody@example.org"
    [email] = emails()
    assert "\n" not in email.to_name and "\r" not in email.to_name


def test_marks_that_turn_the_writing_round_are_taken_out(client: Client, campaign: Campaign) -> None:
    sign(client, name="\u202eAlice\u2066 Ahmed", reason="\u202bgnol")
    signature = Signature.objects.get()
    assert (signature.name, signature.reason) == ("Alice Ahmed", "gnol")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "=cmd|' /C calc'!A0 "])
def test_a_name_that_begins_like_a_formula_is_kept_and_exported_as_text(
    client: Client, campaign: Campaign, start: str
) -> None:
    sign(client, name=f"{start}Alice")
    signature = Signature.objects.get()
    assert signature.name == f"{start}Alice"
    assert exports.safe_cell(signature.name) == f"'{start}Alice"


def test_a_marker_of_our_own_in_a_name_opens_nothing(client: Client, campaign: Campaign) -> None:
    sign(client, name="Alice \ue000action_url\ue001")
    [email] = emails()
    assert "Hello Alice action_url," in email_text(email)
    assert email_text(email).count(links_in(email)["confirm"]) == 1


# Addresses


@pytest.mark.parametrize(
    "address",
    [
        "",
        "alice",
        "alice@",
        "@example.org",
        "alice@nodot",
        "alice@example..org",
        "alice@-example.org",
        "a b@example.org",
    ]
    + ["alice@example.org,bob@example.org", "alice@example.org, bob@example.org", "alice@example.org;bob@example.org"]
    + ["alice@example.org\nbob@example.org", "alice@example.org\r\nBcc: bob@example.org", "alice@example.org\0"]
    + ["Alice <alice@example.org>", '"a b"@example.org', "alice@[127.0.0.1]", "alice@127.0.0.1", "alice@example.org>"]
    + ["a" * 65 + "@example.org", "a" * 250 + "@example.org", "alice@" + "b" * 64 + ".org", ".alice@example.org"]
    + ["é" * 64 + "@example.org", "ali\u202ece@example.org", "ali\u200bce@example.org", "alice@exam_ple.org"],
)
def test_what_is_not_one_address_is_refused_in_words(client: Client, campaign: Campaign, address: str) -> None:
    is_refused(sign(client, email=address), "Alice Ahmed")


LONGEST = "a" * 64 + "@" + ".".join(["b" * 63, "c" * 63, "d" * 57]) + ".org"


@pytest.mark.parametrize(
    "address",
    [LONGEST, "o'neil+tag@example.org", "a@b.co", "alice@sub.example.org", "ALICE@EXAMPLE.ORG", "x_y.z-1@example.org"]
    + ["alice@bücher.example.org", "дора@example.org", "用户@例え.example.org", "alice@xn--bcher-kva.example.org"],
)
def test_one_address_of_any_kind_is_taken(client: Client, campaign: Campaign, address: str) -> None:
    assert len(LONGEST) == 254
    assert sign(client, email=address).status_code == 303
    [email] = emails()
    assert email.to_address.isascii() or not address.partition("@")[0].isascii()


def test_one_character_more_than_254_is_too_long(client: Client, campaign: Campaign) -> None:
    is_refused(sign(client, email=LONGEST.replace("d@", "dd@").replace(".org", "x.org")))


# The rest of the form


def test_a_reason_of_10_000_characters_is_refused_and_kept_in_the_form(client: Client, campaign: Campaign) -> None:
    reason = "Because it matters. " * 500
    is_refused(sign(client, reason=reason), reason[:500])


def test_a_reason_of_1000_characters_is_taken(client: Client, campaign: Campaign) -> None:
    assert sign(client, reason="r" * 1000).status_code == 303
    assert len(Signature.objects.get().public_reason) == 1000


@pytest.mark.parametrize(
    ("field", "value"),
    [("display", "everything"), ("display", ""), ("country", "XX"), ("country", ""), ("consent", "")]
    + [("affiliation", "a" * 201), ("postcode", "1" * 21), ("country", "<script>")],
)
def test_a_value_the_form_does_not_offer_is_refused(client: Client, campaign: Campaign, field: str, value: str) -> None:
    is_refused(sign(client, **{field: value}), "Alice Ahmed")


@pytest.mark.parametrize(
    ("postcode", "words"),
    [
        ("", "Enter your postcode"),
        ("hello", "This is not a UK postcode"),
        ("SW1A", "first half of a postcode"),
        ("10115", "not in the United Kingdom"),
        ("K1A 0B1", "not in the United Kingdom"),
        ("JE2 3AB", "not in the United Kingdom"),
    ],
)
def test_a_postcode_that_cannot_be_one_is_refused_with_its_reason(
    client: Client, campaign: Campaign, postcode: str, words: str
) -> None:
    assert words in is_refused(sign(client, country="GB", postcode=postcode))


def test_a_postcode_that_nobody_knows_is_taken_and_counted_nowhere_in_particular(
    client: Client, campaign: Campaign
) -> None:
    assert sign(client, country="GB", postcode="ZE3 9ZZ").status_code == 303
    signature = Signature.objects.get()
    assert (signature.postcode, signature.area) == ("ZE3 9ZZ", None)


def test_from_another_country_any_postcode_or_none_is_taken(client: Client, campaign: Campaign) -> None:
    for number, postcode in enumerate(("10115", "K1A 0B1", "", "〒100-0001")):
        assert sign(client, country="DE", postcode=postcode, email=f"a{number}@example.org").status_code == 303


def test_an_empty_form_says_what_is_missing_in_one_list(client: Client, campaign: Campaign) -> None:
    page = is_refused(client.post("/library/sign/", {}))
    for field in ("name", "email", "display", "consent"):
        assert f'<a href="#id_{field}' in page


# NUL bytes


@pytest.mark.parametrize("field", list(SignForm.base_fields))
def test_a_nul_byte_in_any_field_of_signing_is_refused(client: Client, campaign: Campaign, field: str) -> None:
    response = sign(client, **{field: "a\0b" if field != "email" else "a\0@example.org"})
    assert response.status_code in (400, 422, 303)
    if response.status_code == 303:
        assert field in ("leave_empty", "consent", "updates"), "only boxes and the trap do not look at their value"
    assert not any("\0" in f"{row.name}{row.reason}{row.affiliation}{row.postcode}" for row in Signature.objects.all())


@pytest.mark.parametrize("name", ["a\0b", "\0", "a\0b=1"])
def test_a_nul_byte_in_the_name_of_a_field_does_no_harm(client: Client, campaign: Campaign, name: str) -> None:
    assert sign(client, **{name: "x"}).status_code == 303


@pytest.mark.parametrize(
    "field",
    ["stage", "postcode", "constituency", "representative", "subject", "body", "name", "address", "email", "consent"],
)
@pytest.mark.parametrize("stage", ["find", "choose", "edit", "preview", "pdf", "send"])
def test_a_nul_byte_in_any_field_of_writing_is_refused(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, field: str, stage: str
) -> None:
    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", lambda *_, **__: b"%PDF")
    assert campaign.legislature is not None
    seat = campaign.legislature.constituencies.get()
    form = {
        "stage": stage,
        "postcode": "SW1A 1AA",
        "constituency": str(seat.pk),
        "representative": str(seat.representatives.get().pk),
        "subject": "The library",
        "body": "It must stay.",
        "name": "Alice Ahmed",
        "address": "1 High Street",
        "email": "alice@example.org",
        "consent": "on",
    }
    response = client.post("/library/write/", form | {field: "a\0b"})
    assert response.status_code in (200, 303, 404, 422)
    assert not any("\0" in kept.letter.body + kept.letter.subject for kept in CampaignLetter.objects.all())


@pytest.mark.parametrize(
    "path",
    ["/library/{}", "/{}/", "/library/{}/", "/organisations/{}/", "/confirm/{}/", "/signature/{}/", "/letter/{}/"]
    + ["/signature/{}/data.json", "/letter/confirm/{}/", "/library/write/{}/", "/organisations/friends/{}.css"]
    + ["/library/events/{}.ics", "/?q={}", "/?before={}", "/library/signatures/?name={}", "/mailbox/{}/"]
    + [
        "/library/signatures/?before={}",
        "/library/write/?choose={}",
        "/library/?{}",
        "/organise/campaigns/{}/preview/",
    ],
)
def test_junk_in_an_address_is_a_page_or_none_and_no_error(client: Client, campaign: Campaign, path: str) -> None:
    for junk in ("%00", "a%00b", "%FF%FE", "%ED%A0%80", "9" * 40, "-1", "%2e%2e%2f", "%C2%A0", "'\"><"):
        assert client.get(path.format(junk)).status_code in (200, 302, 404), junk


@pytest.mark.parametrize("value", ["9" * 40, "-1", "1.5", "NaN", "0", "", "[]", "' OR 1=1 --", "９"])
@pytest.mark.parametrize("stage", ["choose", "preview", "send"])
def test_a_made_up_constituency_or_representative_stores_nothing(
    client: Client, campaign: Campaign, stage: str, value: str
) -> None:
    form = {
        "stage": stage,
        "constituency": value,
        "representative": value,
        "subject": "s",
        "body": "b",
        "name": "Alice",
    }
    assert client.post("/library/write/", form).status_code in (404, 422)
    assert not CampaignLetter.objects.exists()


# What is sent as something else than a form


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b'{"name": "Alice"}'),
        ("multipart/form-data; boundary=x", b"--x\r\nnonsense"),
        ("multipart/form-data", b""),
        ("application/x-www-form-urlencoded; charset=nonsense", b"name=Alice"),
        ("application/x-www-form-urlencoded", b"name=%FF%FE&email=%00"),
        ("", b"\xff\xfe\x00"),
    ],
)
def test_what_is_no_form_is_refused(client: Client, campaign: Campaign, content_type: str, body: bytes) -> None:
    client.raise_request_exception = False
    response = client.generic("POST", "/library/sign/", body, content_type=content_type)
    assert response.status_code in (400, 415, 422)
    assert not Signature.objects.exists()


def test_a_flood_of_text_or_of_fields_is_refused(client: Client, campaign: Campaign) -> None:
    assert sign(client, reason="r" * 600_000).status_code == 400
    assert sign(client, **{f"field{number}": "x" for number in range(2_100)}).status_code == 400
    assert not Signature.objects.exists()


def test_a_file_instead_of_a_name_is_refused(client: Client, campaign: Campaign) -> None:
    is_refused(client.post("/library/sign/", signing_form(name=None) | {"name": io.BytesIO(b"Alice")}))


def test_a_field_sent_twice_counts_once(client: Client, campaign: Campaign) -> None:
    client.post("/library/sign/", signing_form() | {"email": ["alice@example.org", "bob@example.org"]})
    assert [email.to_address for email in emails()] == ["bob@example.org"]


def test_a_form_posted_twice_is_one_signature(client: Client, campaign: Campaign) -> None:
    assert sign(client).content == sign(client).content
    assert Signature.objects.count() == 1


# From where, and how often


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "nonsense"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "http://testserver"},
        {"Origin": "https://evil.example.org"},
        {"Origin": "https://testserver.evil.example.org"},
        {"Origin": "http://testserver:8080"},
        {"Origin": "null"},
        {"Origin": "http://["},
        {"Origin": "nonsense"},
        {"Origin": ""},
    ],
)
def test_a_form_from_another_site_is_refused(client: Client, campaign: Campaign, headers: dict[str, str]) -> None:
    signature = make_signature(campaign, state="pending", email="bob@example.org")
    confirm = f"/confirm/{links.token('confirm', signature.uuid)}/"
    mine = f"/signature/{links.token('signature', signature.uuid)}/"
    for path, form in (
        ("/library/sign/", signing_form()),
        (confirm, {}),
        (mine, {"erase": "1", "really": "1"}),
        ("/library/write/", {"stage": "find", "postcode": "SW1A 1AA"}),
    ):
        response = client.post(path, form, headers=headers)
        assert response.status_code == 403
        assert "our own pages" in response.content.decode()
    signature.refresh_from_db()
    assert signature.state == "pending" and Signature.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "same-origin", "Origin": "null"},  # what Referrer-Policy: no-referrer makes of it
        {"Sec-Fetch-Site": "none"},
        {"Origin": "http://testserver"},
        {},
    ],
)
def test_a_form_from_our_own_page_is_taken(client: Client, campaign: Campaign, headers: dict[str, str]) -> None:
    assert client.post("/library/sign/", signing_form(), headers=headers).status_code == 303


def test_reading_from_another_site_is_welcome(client: Client, campaign: Campaign) -> None:
    assert client.get("/library/sign/", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


@pytest.mark.parametrize(
    ("limit", "method", "path", "form"),
    [
        ("sign", "post", "/library/sign/", signing_form()),
        ("sign_campaign", "post", "/library/sign/", signing_form()),
        ("confirm", "get", "/confirm/x/", {}),
        ("confirm", "get", "/letter/confirm/x/", {}),
        ("manage", "get", "/signature/x/", {}),
        ("manage", "get", "/signature/x/data.json", {}),
        ("manage", "get", "/letter/x/", {}),
        ("write", "get", "/library/write/", {}),
        ("postcode", "post", "/library/write/", {"stage": "find", "postcode": "SW1A 1AA"}),
        ("search", "get", "/?q=library", {}),
        ("search", "get", "/library/signatures/?name=alice", {}),
    ],
)
def test_what_is_tried_too_often_is_told_when_to_come_back(
    client: Client,
    campaign: Campaign,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    method: str,
    path: str,
    form: dict[str, str],
) -> None:
    monkeypatch.setitem(ratelimit.LIMITS, limit, ratelimit.Limit(1, 3600, "network", "open", "a test"))
    assert getattr(client, method)(path, form or None).status_code != 429
    response = getattr(client, method)(path, form or None)
    assert response.status_code == 429
    assert 0 < int(response["Retry-After"]) <= 3600
    assert "wait" in response.content.decode().lower()
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("limit", ["sign", "sign_campaign"])
def test_what_was_typed_where_too_many_sign_stays_in_the_page(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setitem(ratelimit.LIMITS, limit, ratelimit.Limit(0, 300, "network", "open", "a test"))
    response = client.post("/library/sign/", signing_form(name="Zoë Ziegler", reason="One\nand two"))
    page = response.content.decode()
    assert response.status_code == 429 and int(response["Retry-After"]) > 0
    assert 'action="/library/sign/"' in page and 'name="name" value="Zoë Ziegler"' in page and "One\nand two" in page
    assert "still in this page" in page and not Signature.objects.exists()
    assert "Very many people are signing just now" in page and "Too many" not in page


def test_reading_the_page_has_no_limit(client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(ratelimit.LIMITS):
        monkeypatch.setitem(ratelimit.LIMITS, name, ratelimit.Limit(0, 3600, "network", "closed", "a test"))
    for path in ("/", "/library/", "/library/ar/", "/library/signatures/", "/library/count.json", "/privacy/"):
        assert client.get(path).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_a_method_that_means_nothing_changes_nothing(client: Client, campaign: Campaign, method: str) -> None:
    token = links.token("signature", make_signature(campaign).uuid)
    for path in ("/library/", "/library/sign/", f"/signature/{token}/", f"/confirm/{token}/", "/library/write/"):
        assert getattr(client, method)(path).status_code in (200, 403, 404, 405)
    assert Signature.objects.get().state == "confirmed"


def test_the_signed_text_is_the_one_of_the_campaign_it_is_sent_to(client: Client, campaign: Campaign) -> None:
    sign(client, text="999", campaign="999", state="confirmed", counted="on", origin="imported")
    signature = Signature.objects.get()
    assert (signature.text, signature.state, signature.origin) == (text_of(campaign), "pending", "online")
