import html
import re
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError
from django.test import Client

from campaigns import accepting, publishing, signing
from campaigns.forms.public.signing import SignForm
from campaigns.models import Campaign, ConsentWording, Signature
from campaigns.models.signature import SignatureQuerySet
from config import ratelimit
from tests.letters.factories import make_constituency

from .factories import (
    WORDING,
    emails,
    links_in,
    make_campaign,
    make_seat,
    make_signature,
    signing_form,
    subjects,
    text_of,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", arabic=True)


def sign(client: Client, path: str = "/library/sign/", **fields: Any) -> Any:
    """And, as the sweeper does a moment later, what becomes of a form from an address that is known."""
    response = client.post(path, signing_form(**fields))
    accepting.take_up()
    return response


def answer(response: Any) -> tuple[int, str, bytes]:
    """All that somebody outside can tell apart."""
    return response.status_code, response.headers.get("Location", ""), response.content


def test_signing_stores_one_pending_signature_and_one_email(client: Client, campaign: Campaign) -> None:
    response = sign(client, affiliation="Librarian", reason="I learned to read there.", updates="on")
    assert (response.status_code, response["Location"]) == (303, "/library/signed/")
    signature = Signature.objects.get()
    assert (signature.state, signature.name, signature.email) == ("pending", "Alice Ahmed", "alice@example.org")
    assert (signature.affiliation, signature.reason) == ("Librarian", "I learned to read there.")
    assert (signature.display, signature.updates, signature.country) == ("name", True, "FR")
    assert signature.text == text_of(campaign)
    [email] = emails()
    assert (email.to_address, email.kind, email.state) == ("alice@example.org", "confirmation", "queued")
    assert set(links_in(email)) == {"confirm", "signature"}


def test_nothing_is_counted_or_shown_before_it_is_confirmed(client: Client, campaign: Campaign) -> None:
    sign(client)
    assert "Alice Ahmed" not in client.get("/library/").content.decode()
    assert client.get("/library/count.json").json()["count"] == 0


def test_the_address_is_nowhere_in_the_clear(client: Client, campaign: Campaign) -> None:
    sign(client, name="Rosalind Quince", email="rosalind@example.org")
    row = Signature.objects.filter(name__isnull=False).extra(select={"raw": "name || email"}).values_list("raw").get()
    assert "Rosalind" not in row[0] and "rosalind" not in row[0]


def test_how_one_is_shown_is_asked_with_nothing_preselected(client: Client, campaign: Campaign) -> None:
    page = client.get("/library/").content.decode()
    radios = re.findall(r'<input[^>]*name="display"[^>]*>', page)
    assert len(radios) == 3 and not any("checked" in radio for radio in radios)
    assert sign(client, display=None).status_code == 422
    assert not Signature.objects.exists()


def test_neither_consent_nor_news_is_ticked_beforehand(client: Client, campaign: Campaign) -> None:
    page = client.get("/library/").content.decode()
    boxes = re.findall(r'<input[^>]*name="(?:consent|updates)"[^>]*>', page)
    assert len(boxes) == 2 and not any("checked" in box for box in boxes)


def test_without_consent_nothing_is_kept(client: Client, campaign: Campaign) -> None:
    assert sign(client, consent=None).status_code == 422
    assert not Signature.objects.exists() and not emails()


@pytest.mark.parametrize("path", ["/library/", "/library/ar/"])
def test_the_record_of_consent_holds_the_words_that_stood_in_the_form(
    client: Client, campaign: Campaign, path: str
) -> None:
    page = html.unescape(client.get(path).content.decode())
    sign(client, f"{path}sign/", updates="on")
    signature = Signature.objects.get()
    assert signature.consent and signature.updates_consent
    for name, record in (("consent", signature.consent), ("updates", signature.updates_consent)):
        label = re.search(rf'<label[^>]*for="id_{name}"[^>]*>(.*?)</label>', page, re.DOTALL)
        assert label and re.sub(r"<[^>]*>|\*", "", label[1]).strip() == record.text
    assert signature.consent_at and signature.updates_consent_at
    assert "political opinions" in signature.consent.text or path == "/library/ar/"


def test_consent_to_news_is_recorded_only_when_it_was_given(client: Client, campaign: Campaign) -> None:
    sign(client)
    signature = Signature.objects.get()
    assert (signature.updates, signature.updates_consent, signature.updates_consent_at) == (False, None, None)


def test_a_thousand_signatures_share_one_row_of_wording(client: Client, campaign: Campaign) -> None:
    sign(client)
    sign(client, email="bob@example.org")
    assert ConsentWording.objects.count() == 2, "of signing, and of news"
    assert len({row.consent_id for row in Signature.objects.all()}) == 1


def test_a_signature_names_the_wording_of_the_language_it_was_given_in(client: Client, campaign: Campaign) -> None:
    response = sign(client, "/library/ar/sign/")
    assert response["Location"] == "/library/ar/signed/"
    assert Signature.objects.get().text == text_of(campaign, "ar")
    assert "أبقوا المكتبة مفتوحة" in subjects()[0]


def test_a_uk_postcode_gives_the_area_one_is_counted_in(client: Client) -> None:
    legislature, constituency, _ = make_seat("SW1A1AA")
    make_campaign(slug="library", legislature=legislature)
    sign(client, country="GB", postcode="sw1a 1aa")
    signature = Signature.objects.get()
    assert (signature.postcode, signature.area, signature.public_place) == ("SW1A 1AA", constituency, "Northtown South")


def test_a_duplicate_sees_the_same_page_and_gets_the_already_email(client: Client, campaign: Campaign) -> None:
    first = sign(client)
    Signature.objects.update(state="confirmed")
    second = sign(client, name="alice  AHMED")
    assert answer(second) == answer(first)
    assert Signature.objects.get().name == "Alice Ahmed"
    assert subjects() == [
        "Confirm your signature: Keep the library open",
        "You have already signed: Keep the library open",
    ]
    assert set(links_in(emails()[1])) == {"signature"}, "no link to confirm what is confirmed"


def test_a_second_form_while_the_first_waits_replaces_it_and_writes_again(client: Client, campaign: Campaign) -> None:
    first = sign(client, name="Alicé  ahmed", display="none")
    second = sign(client, display="name")
    assert answer(second) == answer(first)
    signature = Signature.objects.get()
    assert (signature.name, signature.display, signature.confirmations_sent) == ("Alice Ahmed", "name", 2)
    assert len(emails()) == 2
    assert links_in(emails()[0])["confirm"].split(".")[0] == links_in(emails()[1])["confirm"].split(".")[0]


@pytest.mark.parametrize("state", ["suspect", "invalid"])
def test_one_held_back_or_struck_out_sees_the_same_page_and_stays_so(
    client: Client, campaign: Campaign, state: str
) -> None:
    first = sign(client)
    Signature.objects.update(state=state)
    assert answer(sign(client)) == answer(first)
    assert Signature.objects.get().state == state


def test_one_held_back_gets_the_same_emails_as_one_that_waits(client: Client, campaign: Campaign) -> None:
    sign(client)
    Signature.objects.update(state="suspect")
    sign(client)
    assert subjects()[0] == subjects()[1]


def test_one_struck_out_is_told_the_truth_by_email(client: Client, campaign: Campaign) -> None:
    sign(client)
    Signature.objects.update(state="invalid")
    sign(client)
    assert "already" not in subjects()[1] and "Confirm" not in subjects()[1]
    assert set(links_in(emails()[1])) == {"signature"}


def test_what_was_signed_is_what_stood_on_the_page(client: Client, campaign: Campaign) -> None:
    """A page kept open while the wording changed is no consent to the new one."""
    found = re.search(r'name="shown" value="([^"]+)"', client.get("/library/").content.decode())
    assert found
    assert sign(client, shown=found[1], email="bob@example.org").status_code == 303
    publishing.publish_text(campaign, "en", WORDING | {"body": "Close the library.\n"})
    response = sign(client, shown=found[1])
    assert response.status_code == 422 and "The wording has changed" in response.content.decode()
    assert Signature.objects.count() == 1
    again = re.search(r'name="shown" value="([^"]+)"', response.content.decode())
    assert again and sign(client, shown=again[1]).status_code == 303


def test_a_postcode_in_two_constituencies_is_counted_in_neither(client: Client) -> None:
    legislature, _, _ = make_seat("SW1A1AA")
    make_constituency(legislature, "SW1A1AA")
    make_campaign(slug="library", legislature=legislature)
    sign(client, country="GB", postcode="SW1A 1AA")
    assert Signature.objects.get().area is None


@pytest.mark.parametrize("again", ["ALICE@example.org", "alice+news@example.org", " alice@EXAMPLE.org "])
def test_another_spelling_of_the_address_is_the_same_person(client: Client, campaign: Campaign, again: str) -> None:
    sign(client)
    sign(client, email=again)
    assert Signature.objects.count() == 1


def test_the_same_person_may_sign_two_campaigns(client: Client, campaign: Campaign) -> None:
    make_campaign(slug="swimming-pool")
    sign(client)
    sign(client, "/swimming-pool/sign/")
    assert Signature.objects.count() == 2


def test_who_has_withdrawn_may_sign_again(client: Client, campaign: Campaign) -> None:
    sign(client)
    signing.withdraw(Signature.objects.get())
    sign(client)
    assert sorted(Signature.objects.values_list("state", flat=True)) == ["pending", "withdrawn"]


def test_two_identical_forms_at_the_same_moment_are_one_signature(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second looks before the first has committed, and its INSERT then breaks on the constraint."""
    sign(client)
    look, looked = SignatureQuerySet.holding_the_place, []

    def at_first_nobody(rows: SignatureQuerySet) -> SignatureQuerySet:
        looked.append(rows)
        return look(rows).none() if len(looked) == 1 else look(rows)

    monkeypatch.setattr(SignatureQuerySet, "holding_the_place", at_first_nobody)
    assert sign(client, name="Alice AHMED").status_code == 303
    assert len(looked) == 2
    assert Signature.objects.get().name == "Alice AHMED"
    assert len(emails()) == 2


def test_the_database_itself_holds_one_signature_for_each_place_of_an_address(campaign: Campaign) -> None:
    make_signature(campaign, email="alice@example.org")
    make_signature(campaign, email="alice@example.org", place=2)
    with pytest.raises(IntegrityError):
        make_signature(campaign, email="Alice@example.org")


def test_one_address_causes_only_so_many_confirmation_emails(campaign: Campaign, client: Client) -> None:
    sign(client)
    signature = Signature.objects.get()
    for _ in range(10):
        signing.resend(signature)
    assert len(emails()) == signing.MOST_CONFIRMATIONS
    assert signing.resend(signature) is False


def test_an_address_that_was_mailed_often_sees_the_same_page_and_gets_no_more(
    client: Client, campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = ratelimit.Limit(1, 3600, "campaign, address", "closed", "a test")
    monkeypatch.setitem(ratelimit.LIMITS, "sign_email", one)
    first = sign(client)
    assert answer(sign(client, name="Alice AHMED")) == answer(first)
    assert len(emails()) == 1
    assert Signature.objects.get().name == "Alice AHMED", "the signature itself is kept"


def test_what_fills_the_hidden_field_is_held_back_and_told_nothing(client: Client, campaign: Campaign) -> None:
    person = sign(client, email="bob@example.org")
    machine = sign(client, leave_empty="https://spam.example.org")
    assert answer(machine) == answer(person)
    assert list(Signature.objects.order_by("pk").values_list("state", flat=True)) == ["pending", "suspect"]
    assert len(emails()) == 2


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("state", [Campaign.State.CLOSED, Campaign.State.ARCHIVED])
def test_a_closed_campaign_takes_no_signature(client: Client, method: str, state: str) -> None:
    make_campaign(slug="library", state=state)
    response = getattr(client, method)("/library/sign/", signing_form())
    assert response.status_code == 409
    page = response.content.decode()
    assert ("not kept" in page) == (method == "post") and 'href="/library/"' in page and 'name="email"' not in page
    assert not Signature.objects.exists() and not emails()


@pytest.mark.parametrize("state", [Campaign.State.DRAFT, Campaign.State.SCHEDULED])
def test_a_campaign_that_is_not_public_cannot_be_signed(client: Client, state: str) -> None:
    make_campaign(slug="library", state=state)
    assert sign(client).status_code == 404
    assert not Signature.objects.exists()


def test_a_campaign_of_an_organisation_that_waits_for_approval_cannot_be_signed(client: Client) -> None:
    campaign = make_campaign(slug="library")
    campaign.organisation.approved_at = None
    campaign.organisation.save()
    assert sign(client).status_code == 404


def test_the_signature_and_its_email_are_stored_together_or_not_at_all(client: Client, campaign: Campaign) -> None:
    client.raise_request_exception = False
    with patch("campaigns.accepting.emails.confirmation", side_effect=OSError):
        assert sign(client).status_code == 500
    assert not Signature.objects.exists() and not emails()


@pytest.mark.django_db(transaction=True)
def test_a_failure_at_the_first_signature_does_not_spoil_the_next(client: Client, campaign: Campaign) -> None:
    """What a transaction wrote that was rolled back must not be remembered."""
    client.raise_request_exception = False
    with patch("campaigns.accepting.append", side_effect=OSError):
        assert sign(client).status_code == 500
    assert sign(client).status_code == 303
    [email] = emails()
    assert email.message is not None and email.message.text


def test_the_page_after_signing_says_what_to_do_next(client: Client, campaign: Campaign) -> None:
    page = client.get("/library/signed/").content.decode()
    assert "Now look in your email" in page and "30 days" in page


def test_initials_are_shown_as_initials_and_nothing_not_at_all(campaign: Campaign) -> None:
    shown = make_signature(campaign, name="Rose O’Connell", display="initials", affiliation="Nurse")
    hidden = make_signature(campaign, display="none", affiliation="Nurse", reason="Because.")
    assert (shown.public_name, shown.public_affiliation, shown.public_name_folded) == ("R. O.", "Nurse", "")
    assert (hidden.public_name, hidden.public_affiliation, hidden.public_reason) == ("", "", "")


def test_words_that_changed_meanwhile_are_not_agreed_to_by_the_old_tick(client: Client, campaign: Campaign) -> None:
    shown = SignForm(campaign, text_of(campaign)).now_shown
    publishing.publish_text(campaign, "en", {**WORDING, "title": "Keep both libraries open"})
    page = sign(client, shown=shown, reason="My own words").content.decode()
    assert "The wording has changed" in page
    assert "My own words" in page
    box = re.search(r"<input[^>]*name=\"consent\"[^>]*>", page)
    assert box is not None and "checked" not in box[0]
    assert not Signature.objects.exists()


def test_a_campaign_that_hands_the_names_to_nobody_asks_for_no_such_consent(client: Client) -> None:
    make_campaign(slug="statement", wording=WORDING | {"recipient": "", "addressed_to": "all who read"})
    page = html.unescape(client.get("/statement/").content.decode())
    assert "It passes my name to nobody" in page
    assert "pass my name to all who read" not in page
