import json
import re
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from campaigns import counting, exports, signing
from campaigns.models import Campaign, CampaignLetter, Signature
from config import jobs, links
from letters import outbox
from letters.models import Letter, OutgoingEmail
from tests.campaigns.factories import (
    emails,
    make_campaign,
    make_campaign_letter,
    make_seat,
    make_signature,
    signing_form,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    legislature, _, _ = make_seat()
    return make_campaign(slug="library", legislature=legislature)


@pytest.fixture
def signature(client: Client, campaign: Campaign) -> Signature:
    client.post(
        "/library/sign/", signing_form(affiliation="Librarian", reason="I learned to read there.", updates="on")
    )
    signature = Signature.objects.get()
    signing.confirm(signature)
    counting.fold_all()
    return signature


def path_of(signature: Signature) -> str:
    return f"/signature/{links.token('signature', signature.uuid)}/"


def choices(**fields: Any) -> dict[str, Any]:
    return {"name": "Alice Ahmed", "affiliation": "", "reason": "", "display": "name", "save": "1"} | fields


def count(client: Client) -> int:
    counting.fold_all()
    found: int = client.get("/library/count.json").json()["count"]
    return found


def test_what_is_not_confirmed_goes_sooner_and_after_the_end_cannot_be_confirmed(
    client: Client, signature: Signature
) -> None:
    sooner = "What is not confirmed is erased after 30 days."
    assert sooner not in client.get(path_of(signature)).content.decode()
    Signature.objects.update(state="pending", confirmed_at=None)
    page = client.get(path_of(signature)).content.decode()
    assert sooner in page and "waits for you to confirm" in page
    Campaign.objects.update(state="closed", closed_at=timezone.now())
    page = client.get(path_of(signature)).content.decode()
    assert sooner in page and "waits for you to confirm" not in page and "It closed before you confirmed" in page


def test_the_page_says_what_is_kept_and_until_when(client: Client, signature: Signature) -> None:
    page = client.get(path_of(signature)).content.decode()
    for kept in ("alice@example.org", "Librarian", "I learned to read there.", f"{signature.erase_on:%B %Y}"):
        assert kept in page
    assert signature.consent and signature.consent.text[:60] in page


def test_the_form_says_until_when_too(client: Client, signature: Signature) -> None:
    assert f"{signature.erase_on.day} {signature.erase_on:%B %Y}" in client.get("/library/").content.decode()


def test_one_may_change_how_one_is_shown(client: Client, signature: Signature) -> None:
    path = path_of(signature)
    response = client.post(path, choices(display="initials", affiliation="Reader"))
    assert (response.status_code, response["Location"]) == (303, f"{path}?saved")
    signature.refresh_from_db()
    assert (signature.public_name, signature.public_affiliation) == ("A. A.", "Reader")
    assert "Alice Ahmed" not in client.get("/library/").content.decode()
    client.post(path_of(signature), choices(display="none"))
    assert "A. A." not in client.get("/library/").content.decode()
    assert count(client) == 1, "not to be shown is still to be counted"


def test_changing_how_one_is_shown_confirms_nothing(client: Client, signature: Signature) -> None:
    Signature.objects.update(state="pending")
    client.post(path_of(signature), choices())
    assert Signature.objects.get().state == "pending"


def test_a_mistake_in_the_change_is_said_and_nothing_is_lost(client: Client, signature: Signature) -> None:
    response = client.post(path_of(signature), choices(name="12345", reason="New reason."))
    assert response.status_code == 422
    assert "New reason." in response.content.decode()
    assert Signature.objects.get().name == "Alice Ahmed"


def test_one_may_stop_news_and_start_them_again(client: Client, signature: Signature) -> None:
    client.post(path_of(signature), choices())
    signature.refresh_from_db()
    assert (signature.updates, signature.updates_consent) == (False, None)
    client.post(path_of(signature), choices(updates="on"))
    signature.refresh_from_db()
    assert signature.updates and signature.updates_consent and signature.updates_consent_at


def test_a_withdrawn_signature_leaves_the_count_and_the_list(client: Client, signature: Signature) -> None:
    assert count(client) == 1
    response = client.post(path_of(signature), {"withdraw": "1"})
    assert response.status_code == 303
    assert count(client) == 0
    assert "Alice Ahmed" not in client.get("/library/").content.decode()
    signature.refresh_from_db()
    assert (signature.state, signature.updates) == ("withdrawn", False)
    assert signature.withdrawn_at is not None


def test_withdrawing_twice_does_no_harm(client: Client, signature: Signature) -> None:
    client.post(path_of(signature), {"withdraw": "1"})
    first = Signature.objects.get().withdrawn_at
    client.post(path_of(signature), {"withdraw": "1"})
    assert Signature.objects.get().withdrawn_at == first
    assert count(client) == 0


def test_who_was_struck_out_may_still_withdraw_and_no_undo_brings_them_back(
    client: Client, signature: Signature
) -> None:
    signing.invalidate(Signature.objects.all())
    client.post(path_of(signature), {"withdraw": "1"})
    signing.restore(Signature.objects.all())
    assert Signature.objects.get().state == "withdrawn"
    assert count(client) == 0


def test_a_get_changes_nothing(client: Client, signature: Signature) -> None:
    for query in ("withdraw=1", "erase=1&really=1", "save=1&display=none"):
        client.get(f"{path_of(signature)}?{query}")
    signature.refresh_from_db()
    assert (signature.state, signature.display, signature.name) == ("confirmed", "name", "Alice Ahmed")


def test_erasing_wants_to_be_meant(client: Client, signature: Signature) -> None:
    response = client.post(path_of(signature), {"erase": "1"})
    assert response.status_code == 422
    assert "Nothing has been erased" in response.content.decode()
    assert Signature.objects.get().name == "Alice Ahmed"


def test_erasing_takes_the_signature_from_the_count_and_blanks_the_person(client: Client, signature: Signature) -> None:
    assert count(client) == 1
    response = client.post(path_of(signature), {"erase": "1", "really": "1"})
    assert response.status_code == 200 and "erased" in response.content.decode()
    signature.refresh_from_db()
    assert all(getattr(signature, field) == "" for field in Signature.PERSONAL)
    assert (signature.updates, signature.state) == (False, "withdrawn")
    assert signature.anonymised_at is not None
    assert count(client) == 0


def test_after_erasing_no_link_leads_anywhere(client: Client, signature: Signature) -> None:
    client.post(path_of(signature), {"erase": "1", "really": "1"})
    confirm = f"/confirm/{links.token('confirm', signature.uuid)}/"
    for path in (path_of(signature), f"{path_of(signature)}data.json", confirm):
        assert client.get(path).status_code == 410
    assert client.post(path_of(signature), {"erase": "1", "really": "1"}).status_code == 410


def test_erasing_reaches_the_outbox_too(client: Client, signature: Signature) -> None:
    client.post(path_of(signature), {"erase": "1", "really": "1"})
    [email] = emails()
    assert email.state == "cancelled" and email.scrubbed_at is not None
    assert (email.to_address, email.to_name, email.to_key, email.values) == ("", "", "", {})


def test_erasing_takes_ones_letters_of_the_campaign_along(
    client: Client, campaign: Campaign, signature: Signature
) -> None:
    _, _, representative = make_seat("SW1A2AA")
    kept = make_campaign_letter(campaign, representative, signature=signature, email="alice@example.org")
    outgoing = outbox.queue(
        sender=campaign.organisation.sender,
        message=outbox.letter_message(),
        to=representative.email,
        reply_to="alice@example.org",
        kind=outbox.Kind.LETTER,
        letter=kept.letter,
    )
    CampaignLetter.objects.update(state="confirmed", outgoing=outgoing)
    client.post(path_of(signature), {"erase": "1", "really": "1"})
    letter = Letter.objects.get()
    assert (letter.sender_name, letter.sender_address, letter.sender_email, letter.body) == ("", "", "", "")
    kept.refresh_from_db()
    assert (kept.email, kept.email_key) == ("", "") and kept.anonymised_at is not None
    assert OutgoingEmail.objects.get(pk=outgoing.pk).state == "cancelled"


def test_erasing_twice_at_the_same_moment_ends(campaign: Campaign, signature: Signature) -> None:
    """The second waits for the first, then finds nobody: other people's erased letters are not this person's."""
    _, _, representative = make_seat("SW1A2AA")
    other = make_campaign_letter(campaign, representative)
    CampaignLetter.objects.filter(pk=other.pk).update(email="", email_key="")
    second = Signature.objects.get()
    signing.erase(signature)
    signing.erase(second)
    other.refresh_from_db()
    assert other.anonymised_at is None


def test_erasing_one_signature_leaves_the_other_campaigns_alone(
    client: Client, campaign: Campaign, signature: Signature
) -> None:
    other = make_signature(make_campaign(), email="alice@example.org")
    client.post(path_of(signature), {"erase": "1", "really": "1"})
    other.refresh_from_db()
    assert (other.state, other.email) == ("confirmed", "alice@example.org")


def test_who_erased_may_sign_again(client: Client, signature: Signature) -> None:
    client.post(path_of(signature), {"erase": "1", "really": "1"})
    client.post("/library/sign/", signing_form())
    assert Signature.objects.filter(state="pending").count() == 1


def test_ones_data_comes_as_json_and_is_complete(client: Client, signature: Signature) -> None:
    response = client.get(f"{path_of(signature)}data.json")
    assert response["Content-Type"] == "application/json"
    assert "attachment" in response["Content-Disposition"]
    data = json.loads(response.content)
    assert (data["name"], data["email"], data["affiliation"]) == ("Alice Ahmed", "alice@example.org", "Librarian")
    assert data["consent"] == signature.consent.text if signature.consent else False
    assert data["wording_sha256"] == signature.text.digest
    assert data["kept_until"] == signature.erase_on.isoformat()
    personal = {field for field in Signature.PERSONAL if not field.startswith("public_")} - {"email_key", "said"}
    assert personal <= set(data)


@time_machine.travel("2026-11-20", tick=False)  # the links on the page hold the second they were made in
@pytest.mark.parametrize("seen", ["confirmed", "pending"])
def test_nothing_gives_a_hint_that_one_is_held_back(client: Client, signature: Signature, seen: str) -> None:
    Signature.objects.update(state=seen, confirmed_at=signature.confirmed_at if seen == "confirmed" else None)
    page, data = (client.get(path_of(signature) + more) for more in ("", "data.json"))
    Signature.objects.update(state="suspect")
    assert client.get(path_of(signature)).content == page.content
    assert client.get(f"{path_of(signature)}data.json").content == data.content
    assert data.json()["state"] == seen


def test_ones_data_holds_ones_letters_too(client: Client, campaign: Campaign, signature: Signature) -> None:
    _, _, representative = make_seat("SW1A2AA")
    make_campaign_letter(campaign, representative, email="alice@example.org")
    make_campaign_letter(campaign, representative, email="bob@example.org")
    [letter] = client.get(f"{path_of(signature)}data.json").json()["letters"]
    assert letter["email"] == "alice@example.org" and "about the bridge" in letter["body"]


def test_a_list_that_holds_somebody_erased_is_deleted(campaign: Campaign, signature: Signature) -> None:
    job = exports.start(campaign, f"campaign {campaign.pk} account 1", exports.Order("signatures", "csv", ("name",)))
    jobs.drain()
    job.refresh_from_db()
    assert job.state == "done"
    signing.erase(signature)
    jobs.expire(timezone.now())
    job.refresh_from_db()
    assert (job.state, job.result) == ("expired", "")


def test_what_is_saved_in_another_window_after_withdrawing_comes_to_nothing(
    client: Client, signature: Signature
) -> None:
    signing.withdraw(signature)
    client.post(path_of(signature), choices(updates="on", display="initials"))
    signature.refresh_from_db()
    assert (signature.updates, signature.display, signature.state) == (False, "name", "withdrawn")


def test_the_page_is_in_the_language_one_signed_in(client: Client) -> None:
    campaign = make_campaign(arabic=True)
    text = campaign.texts.get(language="ar")
    page = client.get(path_of(make_signature(campaign, text=text))).content.decode()
    assert re.search(r'<html lang="ar" dir="rtl">', page)


def test_the_file_of_a_signature_holds_every_column_that_is_about_the_person() -> None:
    """A new column has to be told, or to be named here as one that says nothing of them."""
    other_names = {"text": "wording_sha256", "origin": "given_by", "pinned": "place_on_top", "created_at": "given_at"}
    other_names |= {"public_name": "shown_as", "erase_on": "kept_until"}
    other_names |= {f"public_{part}": f"shown_{part}" for part in ("affiliation", "place", "reason")}
    of_ours = {"id", "uuid", "email_key", "public_name_folded", "confirmation", "confirmations_sent", "anonymised_at"}
    of_ours |= {"counted", "counted_on", "counted_from", "state_before_invalid", "invalidation"}
    of_ours |= {"said", "place"}  # a digest of the others; which of two at one address
    of_ours |= {"held_for"}  # would tell a machine how it was found out
    told = make_signature(make_campaign()).as_data()
    columns = {field.name for field in Signature._meta.concrete_fields} - of_ours
    assert [name for name in sorted(columns) if other_names.get(name, name) not in told] == []
