"""Personal data: until when, what was erased, what is done for somebody who asks; and the record of processing."""

import io
import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import living, processing, promises, retention
from campaigns.models import Campaign, CampaignLetter, LogEntry, Receipt, Signature, SignedAgain
from letters import outbox
from letters.models import Letter, OutgoingEmail, Suppression
from tests.campaigns.factories import (
    make_campaign,
    make_campaign_letter,
    make_organisation,
    make_seat,
    make_signature,
    make_user,
    signing_form,
)
from tests.letters.posting import make_email
from tests.queries import queries_of

pytestmark = pytest.mark.django_db

ZOE = "zoe.quux@example.org"
PASSWORD = "correct horse battery"


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", organisation=make_organisation(slug="friends"))


@pytest.fixture
def alice(campaign: Campaign) -> Client:
    client = Client()
    client.force_login(make_user("alice@example.org", campaign.organisation, "owner"))
    return client


@pytest.fixture
def olga() -> Client:
    client = Client()
    client.force_login(make_user("olga@example.org", is_superuser=True, is_staff=True))
    return client


PAGE = "/organise/organisations/friends/personal-data/"
OF_ALL = "/organise/operator/personal-data/"


def ask(client: Client, do: str = "", page: str = PAGE, address: str = ZOE, **fields: str) -> Any:
    asked = {"do": do, "password": PASSWORD} if do else {}
    return client.post(f"{page}person/", {"address": address, **asked, **fields})


def zoe_signs(campaign: Campaign, **fields: Any) -> Signature:
    return make_signature(campaign, name="Zoe Quux", email=ZOE, **fields)


def zoe_writes(campaign: Campaign) -> CampaignLetter:
    _, _, representative = make_seat()
    kept = make_campaign_letter(campaign, representative, email=ZOE)
    Letter.objects.filter(pk=kept.letter_id).update(sender_name="Zoe Quux")
    return kept


# Somebody asks


def test_somebody_is_found_by_their_whole_address_in_ones_own_organisation_alone(
    alice: Client, campaign: Campaign
) -> None:
    zoe_signs(campaign)
    zoe_writes(campaign)
    zoe_signs(make_campaign(wording={"title": "Charlie’s own"}))
    page = ask(alice).content.decode()
    assert "Keep the library open" in page and "1 signature" in page and "1 letter" in page
    assert "Charlie’s own" not in page
    assert "Nothing is kept" in ask(alice, address="zoe@example.org").content.decode()
    assert ask(alice, address="zoe").status_code == 422


def test_that_one_looked_is_noted_and_not_for_whom(alice: Client, campaign: Campaign) -> None:
    zoe_signs(campaign)
    ask(alice)
    ask(alice, "export")
    ask(alice, "erase", really="on")
    assert [entry.what for entry in LogEntry.objects.order_by("pk")] == [
        *("person.data_found", "person.data_exported", "person.data_erased"),
    ]
    assert "quux" not in str(list(LogEntry.objects.values())).lower()


def test_a_look_is_noted_also_where_a_deed_was_asked_for_and_refused(alice: Client, campaign: Campaign) -> None:
    zoe_signs(campaign)
    response = ask(alice, "erase")  # the box is not ticked
    assert response.status_code == 422 and "1 signature" in response.content.decode()
    assert [entry.what for entry in LogEntry.objects.all()] == ["person.data_found"]


def test_the_file_has_the_emails_of_who_only_wrote_and_none_of_whom_they_share_an_address_with(
    alice: Client, campaign: Campaign
) -> None:
    zoe_writes(campaign)
    email = make_email(sender=campaign.organisation.sender, to=ZOE)
    assert [one["to"] for one in json.loads(ask(alice, "export").content)["emails"]] == [email.to_address]
    zoe_signs(campaign)
    make_signature(campaign, email=ZOE, name="Yves Quux", place=2)
    assert json.loads(ask(alice, "export", whose="Yves Quux").content)["emails"] == []


def test_the_file_holds_all_that_is_kept_of_them(alice: Client, campaign: Campaign) -> None:
    zoe_signs(campaign, reason="I learned to read there.")
    zoe_signs(make_campaign(organisation=campaign.organisation), updates=True)
    zoe_writes(campaign)
    zoe_signs(make_campaign())
    outbox.suppress(ZOE, Suppression.Reason.ASKED)
    response = ask(alice, "export")
    assert response["Content-Type"] == "application/json" and "quux" not in response["Content-Disposition"]
    data = json.loads(response.content)
    assert [one["reason"] for one in data["signatures"]] == ["I learned to read there.", ""]
    assert data["signatures"][0]["erased_by"] and len(data["letters"]) == 1 and data["gets_no_more_email"] is True
    assert Signature.objects.filter(anonymised_at__isnull=True).count() == 3, "nothing was changed"


def test_what_was_sent_a_moment_ago_by_another_name_does_not_bring_an_erased_address_back(
    alice: Client, campaign: Campaign
) -> None:
    zoe_signs(campaign)
    zoe_signs(elsewhere := make_campaign(slug="elsewhere"))
    for slug in (campaign.slug, elsewhere.slug):
        Client().post(f"/{slug}/sign/", signing_form(email=ZOE, name="Z. Quux"))
    assert ask(alice, "erase", really="on").status_code == 302
    assert [row.text.campaign for row in SignedAgain.objects.all()] == [elsewhere]


def test_erasing_takes_all_of_theirs_and_nothing_of_others(alice: Client, campaign: Campaign) -> None:
    client = Client()
    client.post("/library/sign/", signing_form(email=ZOE, name="Zoe Quux"))
    kept = zoe_writes(campaign)
    bob, elsewhere = make_signature(campaign, email="bob@example.org"), zoe_signs(make_campaign())
    assert ask(alice, "erase", really="on").status_code == 302
    signature = Signature.objects.get(campaign=campaign, name="")
    kept.refresh_from_db()
    assert (signature.state, signature.email_key) == ("withdrawn", "") and kept.anonymised_at is not None
    assert not OutgoingEmail.objects.unscrubbed().exists()
    for one in (bob, elsewhere):
        one.refresh_from_db()
        assert one.email
    assert "Nothing is kept" in ask(alice).content.decode()


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"password": "wrong", "really": "on"}, "This is not your password."),
        ({"password": ""}, "required"),
        ({}, "Tick the box first"),
    ],
)
def test_nothing_is_done_without_the_password_and_the_tick(
    alice: Client, campaign: Campaign, fields: dict[str, str], said: str
) -> None:
    zoe_signs(campaign)
    response = ask(alice, "erase", **fields)
    assert response.status_code == 422 and said in response.content.decode()
    assert (
        Signature.objects.get().name == "Zoe Quux" and not LogEntry.objects.filter(what="person.data_erased").exists()
    )


def test_of_two_who_share_an_address_each_may_ask_alone(alice: Client, campaign: Campaign) -> None:
    zoe_signs(campaign)
    make_signature(campaign, name="Yann Quux", email=ZOE, place=2)
    page = ask(alice).content.decode()
    assert "Zoe Quux" in page and "Yann Quux" in page
    assert ask(alice, "erase", really="on").status_code == 422, "whose, one has to say"
    taken = json.loads(ask(alice, "export", whose="Yann Quux").content)
    assert [one["name"] for one in taken["signatures"]] == ["Yann Quux"]
    ask(alice, "erase", really="on", whose="Zoe Quux")
    assert [one.name for one in Signature.objects.filter(anonymised_at__isnull=True)] == ["Yann Quux"]


def test_or_both_of_them_together(alice: Client, campaign: Campaign) -> None:
    zoe_signs(campaign)
    make_signature(campaign, name="Yann Quux", email=ZOE, place=2)
    assert ask(alice, "erase", really="on", whose="*").status_code == 302
    assert not Signature.objects.filter(anonymised_at__isnull=True).exists()


def test_the_operator_does_it_across_all_organisations_and_each_is_told(olga: Client, campaign: Campaign) -> None:
    other = make_campaign()
    for one in (campaign, other):
        zoe_signs(one)
    assert len(json.loads(ask(olga, "export", OF_ALL).content)["signatures"]) == 2
    assert ask(olga, "erase", OF_ALL, really="on").status_code == 302
    assert not Signature.objects.filter(anonymised_at__isnull=True).exists()
    for organisation in (campaign.organisation, other.organisation):
        assert LogEntry.objects.filter(organisation=organisation, what="person.data_erased").count() == 1


# What was erased


def test_the_page_shows_numbers_days_and_receipts_of_ones_own(alice: Client, olga: Client, campaign: Campaign) -> None:
    make_signature(campaign)
    zoe_signs(make_campaign())
    retention.anonymise_expired(timezone.now() + timedelta(days=2000))
    make_signature(campaign)
    living.close(campaign)
    page = " ".join(alice.get(PAGE).content.decode().split())
    day = promises.months_after(timezone.localdate(), 6)
    assert f"Everybody is erased on {day.day} {day:%B %Y}" in page
    assert "Months after it closes: 6." in page
    assert page.count("Signatures, anonymised: 1") == 1 and "Zoe" not in page
    assert olga.get(OF_ALL).content.decode().count("Signatures, anonymised: 1") == 2


def test_the_page_asks_the_database_no_more_for_many_campaigns(alice: Client, campaign: Campaign) -> None:
    alice.get(PAGE)
    one = queries_of(alice, PAGE)
    for number in range(19):
        other = make_campaign(organisation=campaign.organisation)
        Receipt.objects.create(organisation=campaign.organisation, campaign=other, counts={"letters_scrubbed": number})
    assert queries_of(alice, PAGE) <= one + 1


# The record of processing


def test_the_record_says_what_the_settings_in_force_say(campaign: Campaign, settings: Settings) -> None:
    settings.EMAIL_RETENTION_DAYS, settings.WITHDRAWN_SIGNATURE_DAYS = 77, 78
    Campaign.objects.update(months_after_closing=9, retention_months=33, unconfirmed_days=11, letter_days=22)
    record = processing.record(campaign.organisation)
    assert "77 days after the email" in record and "after 78 days" in record
    assert "library: 9 months after it closes, 33 months at the latest; 11 days to confirm; letters 22 days" in record
    assert "Friends of the Library" in record and "letters.Letter (8 columns, 8 of them encrypted)" in record
    assert "NOT reached by HTTPS" in record
    settings.HTTPS = True
    assert "reached by HTTPS alone" in processing.record(campaign.organisation)


def test_the_record_names_the_operator_and_who_carries_the_mail(campaign: Campaign, settings: Settings) -> None:
    settings.DEMONSTRATION, settings.SMTP_URL = False, "smtp://countersign:hush-hush@mail.example.org:587?tls=starttls"
    for record in (processing.record(campaign.organisation), processing.record()):
        assert "Sends its mail by: SMTP server mail.example.org\n" in record and "hush-hush" not in record
        assert "whose settings do not say (OPERATOR_NAME)" in record
    settings.OPERATOR_NAME = "Olga & Co"
    for record in (processing.record(campaign.organisation), processing.record()):
        assert "Processor: Olga & Co (" in record
    settings.DEMONSTRATION = True
    assert "Sends its mail by: demonstration mailbox (reaches nobody)" in processing.record()


def test_the_record_of_one_organisation_says_nothing_of_another(campaign: Campaign) -> None:
    make_campaign(slug="charlies", organisation=make_organisation(controller="Charlie & Sons"))
    assert "charlies" not in (own := processing.record(campaign.organisation)) and "Charlie" not in own
    whole = processing.record()
    assert "- charlies:" in whole and "Charlie & Sons" in whole and "- library:" in whole


def test_the_record_is_a_page_a_file_and_a_command(alice: Client, olga: Client, campaign: Campaign) -> None:
    assert "<h2>Letters to representatives</h2>" in alice.get(f"{PAGE}record/").content.decode()
    file = alice.get(f"{PAGE}record/?download")
    assert file["Content-Type"].startswith("text/markdown") and file.content.decode() == processing.record(
        campaign.organisation
    )
    assert "- library:" in olga.get(f"{OF_ALL}record/?download").content.decode()
    for arguments, said in (([], "for these controllers"), (["--organisation", "friends"], "Controller: Friends")):
        out = io.StringIO()
        call_command("processing_record", *arguments, stdout=out)
        assert said in out.getvalue()
    with pytest.raises(CommandError, match="no organisation 'nobody'"):
        call_command("processing_record", "--organisation", "nobody")
