import html
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from django.apps import apps
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import asking, posting, writing
from campaigns.models import Campaign, CampaignLetter, Signature
from config import links, ratelimit
from letters.directory.contact import NOBODY
from letters.models import Constituency, Letter, OutgoingEmail, Postcode, Representative
from letters.pdf import RenderingBusy, RenderingError

from .factories import (
    emails,
    links_in,
    make_campaign,
    make_organisation,
    make_seat,
    make_signature,
    subjects,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def representative() -> Representative:
    _, _, representative = make_seat("SW1A1AA", name="Imogen Yarborough", email="imogen@parliament.example.com")
    return representative


@pytest.fixture
def campaign(representative: Representative) -> Campaign:
    return make_campaign(slug="library", legislature=representative.legislature, arabic=True)


@pytest.fixture
def letter(campaign: Campaign, representative: Representative) -> dict[str, str]:
    """What a browser sends when Alice has written her letter."""
    return {
        "constituency": str(representative.constituency_id),
        "representative": str(representative.pk),
        "subject": "The library",
        "body": "I learned to read there.\n\nIt must stay open.",
        "name": "Alice Ahmed",
        "address": "1 High Street\nNORTHTOWN",
        "postcode": "SW1A 1AA",
    }


def post(client: Client, stage: str, path: str = "/library/write/", **fields: Any) -> Any:
    return client.post(path, {"stage": stage, **fields})


def send(client: Client, letter: dict[str, str], path: str = "/library/write/", at: str = "send", **fields: Any) -> Any:
    """And what comes of it a moment later."""
    answer = post(client, at, path, **{**letter, "email": "alice@example.org", "consent": "on", **fields})
    asking.take_up()
    return answer


def rows() -> dict[str, int]:
    """How many rows there are of everything we make."""
    ours = [model for model in apps.get_models() if model._meta.app_label in ("campaigns", "letters", "config")]
    return {model.__name__: model._base_manager.count() for model in ours}


def field(page: Any, name: str) -> str:
    """What a field of the form holds."""
    text = page.content.decode()
    area = re.search(rf'<textarea[^>]*name="{name}"[^>]*>\n?(.*?)</textarea>', text, re.DOTALL)
    line = re.search(rf'<input[^>]*name="{name}"[^>]*value="([^"]*)"', text)
    found = area or line
    assert found, f"no field {name}"
    return html.unescape(found[1])


# From the postcode to the letter


def test_a_postcode_leads_to_ones_own_representative(client: Client, campaign: Campaign) -> None:
    page = post(client, "find", postcode="sw1a1aa")
    assert page.status_code == 200
    assert "Imogen Yarborough" in page.content.decode() and "Northtown South" in page.content.decode()
    assert field(page, "subject") == "The library in Northtown South"
    assert "Please read http://testserver/library/." in field(page, "body")
    assert field(page, "postcode") == "SW1A 1AA"


def test_the_first_page_asks_for_a_postcode_and_offers_a_list(client: Client, campaign: Campaign) -> None:
    assert 'name="postcode"' in client.get("/library/write/").content.decode()
    assert "Northtown South" in client.get("/library/write/?choose").content.decode()


@pytest.mark.parametrize(
    ("postcode", "status", "words"),
    [
        ("", 422, "your postcode"),
        ("hello", 422, "not a UK postcode"),
        ("SW1A", 422, "first half of a postcode"),
        ("x" * 41, 422, "at most 40 characters"),
        ("ZE3 9ZZ", 200, "We do not know this postcode"),
        ("BT1 1AA", 200, "Northern Ireland"),
        ("10115", 200, "not in a UK constituency"),
        ("JE2 3AB", 200, "not in a UK constituency"),
    ],
)
def test_a_postcode_that_leads_nowhere_is_answered_in_words(
    client: Client, campaign: Campaign, postcode: str, status: int, words: str
) -> None:
    page = post(client, "find", postcode=postcode)
    assert page.status_code == status
    assert words in page.content.decode()
    assert ('name="constituency"' in page.content.decode()) == (status == 200), "the list is offered instead"


def test_one_may_choose_the_constituency_oneself(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "choose", constituency=letter["constituency"])
    assert "Imogen Yarborough" in page.content.decode()
    assert post(client, "choose", constituency="").status_code == 422


def test_a_vacant_seat_says_so(client: Client, campaign: Campaign, representative: Representative) -> None:
    Representative.objects.update(valid_to=timezone.localdate())
    page = post(client, "find", postcode="SW1A 1AA")
    assert "vacant" in page.content.decode() and 'name="constituency"' in page.content.decode()


def test_a_seat_of_another_legislature_is_not_offered_nor_taken(client: Client, letter: dict[str, str]) -> None:
    _, elsewhere, somebody = make_seat("EH11AA")
    elsewhere.name = "Elsewhere"
    elsewhere.save()
    assert "Elsewhere" not in client.get("/library/write/?choose").content.decode()
    assert post(client, "choose", constituency=elsewhere.pk).status_code == 422
    foreign = {"constituency": str(elsewhere.pk), "representative": str(somebody.pk)}
    assert send(client, letter | foreign).status_code == 404
    assert not emails()


def test_a_representative_of_another_seat_cannot_be_written_to(client: Client, letter: dict[str, str]) -> None:
    _, _, somebody = make_seat("EH11AA")
    assert send(client, letter, representative=str(somebody.pk)).status_code == 422
    assert not emails()


# The letter


@pytest.mark.parametrize("stage", ["preview", "pdf", "send"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("postcode", ""),
        ("postcode", "p" * 21),
        ("subject", ""),
        ("subject", "s" * 151),
        ("body", ""),
        ("body", "b" * 10_001),
        ("name", "N" * 201),
        ("name", ""),
    ]
    + [("address", ""), ("address", "a" * 401), ("address", "a\n" * 8), ("address", "a" * 81), ("representative", "")]
    + [("body", "I live in {constituency}.")],
)
def test_what_is_missing_or_too_long_is_said_and_the_rest_is_kept(
    client: Client, letter: dict[str, str], stage: str, name: str, value: str
) -> None:
    kept = "subject" if name != "subject" else "name"
    response = send(client, letter, at=stage, **{name: value})
    assert response.status_code == 422
    assert field(response, kept) == letter[kept]
    assert not emails() and not Letter.objects.exists()


def test_the_preview_is_the_letter_itself(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "preview", **letter | {"body": "Yours, {name}.\n\nBraces {stay} {} {Name}."}).content.decode()
    for line in (
        "Alice Ahmed",
        "1 High Street",
        "SW1A 1AA",
        "Dear Imogen Yarborough,",
        "Yours sincerely,",
        "House of Commons",
    ):
        assert line in page
    assert "Yours, Alice Ahmed." in page and "Braces {stay} {} {Name}." in page


def test_what_one_put_in_is_never_looked_at_again(campaign: Campaign, representative: Representative) -> None:
    written = writing.Written([representative], "{name}", "{name}", "{representative} {campaign_url}", "1 High Street")
    assert writing.letter_from(text_of(campaign), written, representative).body == "{representative} {campaign_url}"


def test_html_in_a_letter_is_text(client: Client, letter: dict[str, str]) -> None:
    page = post(
        client, "preview", **letter | {"body": "<script>alert(1)</script>", "name": "<b>Alice"}
    ).content.decode()
    assert "<script>alert" not in page and "<b>Alice" not in page


def test_one_may_go_back_and_change_the_letter(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "edit", **letter)
    assert page.status_code == 200
    assert {name: field(page, name) for name in ("subject", "body", "name")} == {
        name: letter[name] for name in ("subject", "body", "name")
    }


def test_the_stages_carry_what_was_typed(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "preview", **letter)
    assert {name: field(page, name) for name in letter} == letter


@pytest.mark.parametrize("address", ["1 High Street\nNORTHTOWN", "1 High Street\nNORTHTOWN\nsw1a1aa"])
def test_the_postcode_stands_once_under_the_address(client: Client, letter: dict[str, str], address: str) -> None:
    send(client, letter, address=address)
    written = Letter.objects.get().sender_address
    assert written.upper().replace(" ", "").count("SW1A1AA") == 1 and written.startswith("1 High Street\nNORTHTOWN\n")


# What is kept


@pytest.mark.parametrize("stage", ["find", "choose", "edit", "preview", "pdf"])
def test_no_step_before_sending_stores_anything(
    client: Client, letter: dict[str, str], monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", lambda *_, **__: b"%PDF-")
    before = rows()
    assert post(client, stage, **letter).status_code == 200
    assert rows() == before


def test_the_pdf_is_the_letter_and_asks_for_no_email(client: Client, letter: dict[str, str]) -> None:
    before = rows()
    response = post(client, "pdf", **letter)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert response.content.startswith(b"%PDF-")
    assert 'filename="letter-library.pdf"' in response["Content-Disposition"]
    assert "no-store" in response["Cache-Control"]
    assert rows() == before


def test_when_too_many_are_being_made_the_page_says_when_to_come_back(
    client: Client, letter: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object, **__: object) -> bytes:
        raise RenderingBusy(7)

    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", busy)
    response = post(client, "pdf", **letter)
    assert (response.status_code, response["Retry-After"]) == (503, "7")
    assert field(response, "name") == "Alice Ahmed", "nothing is lost"


def test_a_letter_that_cannot_be_set_says_so(
    client: Client, letter: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bytes:
        raise RenderingError("no")

    monkeypatch.setattr("campaigns.views.public.writing.letter_pdf", fail)
    assert "could not be made" in post(client, "pdf", **letter).content.decode()


# Sending


def test_sending_keeps_the_letter_and_asks_its_writer_to_confirm(
    client: Client, campaign: Campaign, letter: dict[str, str], representative: Representative
) -> None:
    response = send(client, letter)
    assert (response.status_code, response["Location"]) == (303, "/library/written/")
    kept = CampaignLetter.objects.get()
    assert (kept.state, kept.email, kept.representative, kept.signature) == (
        "pending",
        "alice@example.org",
        representative,
        None,
    )
    assert (kept.letter.sender_name, kept.letter.subject) == ("Alice Ahmed", "The library")
    [email] = emails()
    assert (email.to_address, email.kind, email.letter) == ("alice@example.org", "confirmation", None)
    assert set(links_in(email)) == {"letter/confirm", "letter"}
    assert not Signature.objects.exists(), "writing is not signing"


def test_the_record_of_consent_to_a_letter_holds_the_words_of_the_form(client: Client, letter: dict[str, str]) -> None:
    page = html.unescape(post(client, "preview", **letter).content.decode())
    send(client, letter)
    label = re.search(r'<label[^>]*for="id_consent"[^>]*>(.*?)</label>', page, re.DOTALL)
    recorded = CampaignLetter.objects.get().consent.text
    assert label and re.sub(r"<[^>]*>|\*", "", label[1]).strip() == recorded
    assert "Imogen Yarborough" in recorded and "political opinions" in recorded


@pytest.mark.parametrize(("name", "value"), [("consent", ""), ("email", ""), ("email", "a@example.org,b@example.org")])
def test_without_consent_or_an_address_nothing_is_sent(
    client: Client, letter: dict[str, str], name: str, value: str
) -> None:
    assert send(client, letter, **{name: value}).status_code == 422
    assert not Letter.objects.exists() and not emails()


def test_a_machine_that_fills_the_hidden_field_sends_nothing(client: Client, letter: dict[str, str]) -> None:
    machine, person = send(client, letter, leave_empty="x"), send(client, letter, email="bob@example.org")
    assert (machine.status_code, machine["Location"]) == (person.status_code, person["Location"])
    assert Letter.objects.count() == 1


@pytest.mark.parametrize("limit", ["letter_send", "pdf"])
def test_who_sends_or_prints_too_often_is_told_when_to_come_back(
    client: Client, letter: dict[str, str], monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setitem(ratelimit.LIMITS, limit, ratelimit.Limit(0, 60, "network", "closed", "a test"))
    response = send(client, letter) if limit == "letter_send" else post(client, "pdf", **letter)
    assert response.status_code == 429 and int(response["Retry-After"]) > 0


def confirmed(client: Client) -> CampaignLetter:
    kept = CampaignLetter.objects.latest("pk")
    posting.confirm(kept)
    return kept


def test_a_second_letter_within_seven_days_is_not_sent(client: Client, letter: dict[str, str]) -> None:
    first = send(client, letter)
    confirmed(client)
    second = send(client, letter, body="Once more.")
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Letter.objects.count() == 1
    assert subjects(email for email in emails() if email.kind == "confirmation")[1] == (
        "You have already sent this letter: Keep the library open"
    )
    assert set(links_in(emails()[-1])) == {"letter"}


def test_another_spelling_of_the_address_makes_no_second_letter(client: Client, letter: dict[str, str]) -> None:
    send(client, letter)
    confirmed(client)
    send(client, letter, email="ALICE+again@example.org")
    assert Letter.objects.count() == 1


def test_after_seven_days_one_may_write_again(client: Client, letter: dict[str, str], settings: Settings) -> None:
    send(client, letter)
    confirmed(client)
    CampaignLetter.objects.update(confirmed_at=timezone.now() - timedelta(days=settings.LETTER_REPEAT_DAYS, minutes=1))
    send(client, letter)
    assert Letter.objects.count() == 2


def test_a_letter_written_again_before_it_was_confirmed_replaces_the_first(
    client: Client, letter: dict[str, str]
) -> None:
    send(client, letter)
    first = CampaignLetter.objects.get()
    send(client, letter, body="Better words.")
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert [email.state for email in emails()] == ["cancelled", "queued"]
    assert CampaignLetter.objects.get(state="pending").letter.body == "Better words."


def test_another_representative_may_be_written_to_at_once(
    client: Client, letter: dict[str, str], representative: Representative
) -> None:
    send(client, letter)
    confirmed(client)
    other = Representative.objects.create(
        legislature=representative.legislature,
        constituency=representative.constituency,
        name="Jonas Quill",
        email="jonas@parliament.example.com",
    )
    send(client, letter, representative=str(other.pk))
    assert Letter.objects.count() == 2


def test_to_somebody_without_an_address_the_letter_goes_by_post_only(
    client: Client, letter: dict[str, str], representative: Representative
) -> None:
    Representative.objects.update(email="")
    page = post(client, "preview", **letter).content.decode()
    assert "goes by post" in page and "mailto:" not in page.split('class="desk"')[1] and 'value="send"' not in page
    assert send(client, letter).status_code == 422
    assert not emails()
    assert post(client, "pdf", **letter).status_code == 200


# Signed writers


@pytest.fixture
def signature(campaign: Campaign) -> Signature:
    return make_signature(campaign, email="alice@example.org", name="Alice Ahmed", postcode="SW1A 1AA")


def door(signature: Signature) -> str:
    return f"/library/write/{links.token('signature', signature.uuid)}/"


def test_a_confirmed_signer_comes_with_name_and_postcode_filled_in(client: Client, signature: Signature) -> None:
    assert field(client.get(door(signature)), "postcode") == "SW1A 1AA"
    assert field(post(client, "find", door(signature), postcode="SW1A 1AA"), "name") == "Alice Ahmed"


def test_a_confirmed_signer_need_not_confirm_twice(
    client: Client, signature: Signature, letter: dict[str, str], representative: Representative
) -> None:
    response = send(client, letter, door(signature))
    kept = CampaignLetter.objects.get()
    page = client.get(response["Location"])
    assert page.status_code == 200 and "Your letter is on its way" in page.content.decode()
    mine = re.search(r'href="([^"]*/letter/[^"]*)"', page.content.decode())
    assert mine and client.get(mine[1]).status_code == 200, "no email leads there, so this page does"
    assert (kept.state, kept.signature) == ("confirmed", signature)
    [email] = emails()
    assert (email.kind, email.to_address, email.reply_to) == ("letter", representative.email, "alice@example.org")


def test_a_signer_who_sent_many_letters_is_told_to_print_or_to_come_back(
    client: Client, signature: Signature, letter: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose address it is has been proved; anybody else is told nothing (test_asking)."""
    monkeypatch.setitem(ratelimit.LIMITS, "letter_send_email", ratelimit.Limit(0, 60, "address", "closed", "a test"))
    response = send(client, letter, door(signature))
    assert response.status_code == 429
    assert "come back tomorrow" in response.content.decode()
    assert field(response, "body") == letter["body"], "nothing that was written is lost"
    assert not emails() and not Letter.objects.exists()


def test_with_another_address_than_the_signatures_it_must_be_confirmed(
    client: Client, signature: Signature, letter: dict[str, str]
) -> None:
    response = send(client, letter, door(signature), email="mallory@example.org")
    assert response["Location"] == "/library/written/"
    assert CampaignLetter.objects.get().state == "pending"
    assert [email.kind for email in emails()] == ["confirmation"]


def test_one_held_back_that_seems_confirmed_has_the_same_short_way(
    client: Client, signature: Signature, letter: dict[str, str]
) -> None:
    """Their address is proved, and another way would tell them."""
    Signature.objects.update(state="suspect")
    send(client, letter, door(signature))
    assert CampaignLetter.objects.get().state == "confirmed"


@pytest.mark.parametrize("state", ["pending", "withdrawn", "invalid"])
def test_a_signature_that_does_not_stand_opens_no_short_way(
    client: Client, signature: Signature, letter: dict[str, str], state: str
) -> None:
    Signature.objects.update(state=state)
    send(client, letter, door(signature))
    assert CampaignLetter.objects.get().state == "pending"


def test_a_link_of_another_campaign_or_of_nobody_opens_no_short_way(client: Client, letter: dict[str, str]) -> None:
    other = make_signature(make_campaign(), email="alice@example.org")
    for path in (door(other), "/library/write/nonsense/"):
        assert send(client, letter, path).status_code == 303
    assert set(CampaignLetter.objects.values_list("state", flat=True)) == {"pending", "withdrawn"}


def test_a_link_to_confirm_is_no_link_to_write(client: Client, signature: Signature, letter: dict[str, str]) -> None:
    send(client, letter, f"/library/write/{links.token('confirm', signature.uuid)}/")
    assert CampaignLetter.objects.get().state == "pending"


# One's own mail program


def mailto(page: Any) -> str:
    found = re.search(r'href="(mailto:[^"]*)"', page.content.decode().split('class="desk"')[1])
    assert found
    return html.unescape(found[1])


def test_ones_own_mail_program_opens_with_the_whole_letter(client: Client, letter: dict[str, str]) -> None:
    body = '50% of us & you = "all" #1? +1 – é 图'
    address = mailto(post(client, "preview", **letter | {"subject": "A & B?", "body": body}))
    parts = urlsplit(address)
    assert unquote(parts.path) == "imogen@parliament.example.com"
    query = parse_qs(parts.query, strict_parsing=True)
    assert query["subject"] == ["A & B?"]
    assert body in query["body"][0] and "Alice Ahmed" in query["body"][0]
    assert "+" not in parts.query, "a mail program takes a plus for a plus (RFC 6068)"
    assert "\r\n" in query["body"][0] and "\n\n" not in query["body"][0].replace("\r\n", "|")


def test_a_letter_too_long_for_a_mail_program_is_offered_to_be_copied(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "preview", **letter | {"body": "Long. " * 600})
    assert "body=" not in mailto(page) and len(mailto(page)) < writing.MAILTO_LIMIT
    assert "Long. Long." in page.content.decode().split("<textarea")[1]


def test_a_representatives_address_smuggles_no_second_one_into_a_mailto(campaign: Campaign) -> None:
    representative = Representative(email="a?bcc=evil&x=y@example.org")
    letter = Letter(sender_name="Alice", subject="s", body="b", language="en")
    address, _whole = writing.mailto(letter, representative)
    assert set(parse_qs(urlsplit(address).query)) <= {"subject", "body"}


# A demonstration reaches nobody


def test_in_a_demonstration_only_example_org_is_written_to_by_every_road(
    client: Client, letter: dict[str, str], settings: Settings, signature: Signature
) -> None:
    settings.DEMONSTRATION = True
    page = post(client, "preview", **letter)
    assert "parliament.example.com" not in page.content.decode()
    assert urlsplit(mailto(page)).path.endswith(f"@{NOBODY}")
    send(client, letter, door(signature))
    [email] = emails()
    assert email.kind == "letter" and email.to_address.endswith(f"@{NOBODY}") and email.demonstration


# Where nobody writes


@pytest.mark.parametrize("how", ["closed", "no legislature", "no letter"])
def test_a_campaign_that_writes_no_letters_says_so(client: Client, how: str, representative: Representative) -> None:
    make_campaign(
        slug="library",
        state="closed" if how == "closed" else "live",
        legislature=None if how == "no legislature" else representative.legislature,
        wording={"letter_body": ""} if how == "no letter" else {},
    )
    for response in (client.get("/library/write/"), post(client, "find", postcode="SW1A 1AA")):
        assert response.status_code == 409
    assert "/library/write/" not in client.get("/library/").content.decode()


def test_one_writes_in_arabic_too(client: Client, letter: dict[str, str]) -> None:
    page = post(client, "find", "/library/ar/write/", postcode="SW1A 1AA")
    assert field(page, "subject") == "المكتبة في Northtown South"
    response = send(client, letter, "/library/ar/write/")
    assert response["Location"] == "/library/ar/written/"
    assert CampaignLetter.objects.get().letter.language == "ar"


def test_a_postcode_of_an_old_boundary_set_leads_nowhere(client: Client, campaign: Campaign) -> None:
    assert campaign.legislature is not None
    old = Constituency.objects.create(legislature=campaign.legislature, boundary_set="2010", code="X", name="Old seat")
    Postcode.objects.create(postcode="EC1A1BB", constituency=old)
    assert "We do not know this postcode" in post(client, "find", postcode="EC1A 1BB").content.decode()


def test_the_letter_is_attached_where_the_organisation_wants_it(
    client: Client, signature: Signature, letter: dict[str, str]
) -> None:
    send(client, letter, door(signature))
    assert OutgoingEmail.objects.get().attach_letter is True
    Campaign.objects.update(attach_pdf=False)
    CampaignLetter.objects.update(confirmed_at=timezone.now() - timedelta(days=8))
    send(client, letter, door(signature))
    assert OutgoingEmail.objects.latest("pk").attach_letter is False


def test_mail_leaves_by_the_sender_of_the_campaigns_organisation(
    client: Client, signature: Signature, letter: dict[str, str], campaign: Campaign
) -> None:
    make_organisation()
    send(client, letter, door(signature))
    assert emails()[0].sender == campaign.organisation.sender
