"""What was reported, before those who decide: entries before the campaign's editors, campaigns before the operator."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import counting, reporting, retention, signing
from campaigns.models import Campaign, LogEntry, Report, Reported, Signature
from letters.models import OutgoingEmail
from tests.campaigns.factories import email_text, make_campaign, make_signature, make_user
from tests.campaigns.organising.signature_rows import bob, campaign, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "dora"]


@pytest.fixture
def entry(campaign: Campaign) -> Signature:
    return make_signature(campaign, name="Zoe Ziegler", reason="Because I say so")


@pytest.fixture
def operator() -> Client:
    client = Client()
    client.force_login(make_user("operator@example.org", is_superuser=True, is_staff=True))
    return client


WITHHOLD = {"library-do": "withhold", "library-why": "It names a clerk."}


def report(thing: Signature | Campaign, wrong: str = "hate", words: str = "Look at it") -> None:
    if isinstance(thing, Campaign):
        reporting.report(thing, None, wrong, words)
    else:
        reporting.report(thing.campaign, thing, wrong, words)


def decide(client: Client, entry: Signature, deed: str, **form: str) -> Any:
    entry.refresh_from_db()
    sent = {f"do-{entry.pk}": deed, f"seen-{entry.pk}": entry.content_digest(), **form}
    return client.post(page("moderation_reports"), sent)


def test_reports_are_grouped_with_their_numbers(campaign: Campaign, bob: Client, entry: Signature) -> None:
    other = make_signature(campaign, name="Yan Young")
    report(other)
    for wrong, words in (("hate", "One"), ("hate", ""), ("advert", "Three")):
        report(entry, wrong, words)
    report(campaign, words="Of the campaign")
    shown = bob.get(page("moderation_reports")).content.decode()
    assert shown.index("Zoe Ziegler") < shown.index("Yan Young")
    for words in ("Reported 3 times", "It incites to hatred or violence: 2", "It is advertising: 1", "One", "Three"):
        assert words in shown
    assert "Of the campaign" not in shown
    assert page("moderation_reports") in bob.get(page("signatures_list")).content.decode()
    assert "Reported (2)" in bob.get(page("moderation")).content.decode()


@pytest.mark.parametrize(
    ("deed", "name", "reason", "decision"),
    [
        ("pass", "Zoe Ziegler", "Because I say so", "kept"),
        ("hide_reason", "Zoe Ziegler", "", "hidden"),
        ("hide_name", "", "", "hidden"),
    ],
)
def test_a_decision_shows_or_hides_and_the_words_go(
    campaign: Campaign, bob: Client, entry: Signature, deed: str, name: str, reason: str, decision: str
) -> None:
    report(entry)
    assert decide(bob, entry, deed).status_code == 302
    entry.refresh_from_db()
    assert (entry.public_name, entry.public_reason) == (name, reason)
    assert Reported.objects.get().decision == decision and not Report.objects.exists()
    assert logged(campaign) == [("signatures.moderated", {"n": 1})]
    assert "Nothing that was reported waits" in bob.get(page("moderation_reports")).content.decode()


def test_what_is_nobodys_is_declared_invalid_with_a_reason(campaign: Campaign, bob: Client, entry: Signature) -> None:
    report(entry)
    assert decide(bob, entry, "invalidate").status_code == 422
    assert decide(bob, entry, "invalidate", why="Not Zoe").status_code == 302
    counting.fold_all()
    entry.refresh_from_db()
    assert entry.state == "invalid" and Reported.objects.get().decision == "hidden"


def test_what_was_kept_is_only_counted_until_it_says_something_else(
    campaign: Campaign, bob: Client, entry: Signature
) -> None:
    report(entry)
    decide(bob, entry, "pass")
    report(entry)
    thing = Reported.objects.get()
    assert (thing.times, thing.decision) == (2, "kept") and not Report.objects.exists()
    choices = {"name": "Zoe Ziegler", "affiliation": "", "display": "name", "updates": False, "reason": "Worse words"}
    signing.change(entry, choices)
    entry.refresh_from_db()
    report(entry)
    thing = Reported.objects.get()
    assert (thing.times, thing.decision) == (1, "") and Report.objects.count() == 1


def test_what_changed_since_it_was_read_is_left_and_waits(campaign: Campaign, bob: Client, entry: Signature) -> None:
    report(entry)
    sent = {f"do-{entry.pk}": "hide_name", f"seen-{entry.pk}": "what it said before"}
    bob.post(page("moderation_reports"), sent)
    entry.refresh_from_db()
    assert entry.public_name and Reported.objects.get().decision == ""


def test_nobody_decides_on_what_was_not_reported_or_is_anothers(campaign: Campaign, bob: Client) -> None:
    quiet, foreign = make_signature(campaign), make_signature(make_campaign())
    report(foreign)
    for one in (quiet, foreign):
        decide(bob, one, "hide_name")
        one.refresh_from_db()
        assert one.public_name


def test_who_withdraws_is_no_longer_before_anybody(campaign: Campaign, bob: Client, entry: Signature) -> None:
    report(entry)
    signing.withdraw(entry)
    assert "Zoe" not in bob.get(page("moderation_reports")).content.decode()


def test_twenty_ask_as_much_as_one(campaign: Campaign, bob: Client, operator: Client) -> None:
    def asked(client: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(address).status_code == 200
        return len(queries)

    def more() -> None:
        report(make_signature(campaign, reason="So"))
        report(make_campaign(organisation=campaign.organisation))
        make_campaign(organisation=campaign.organisation, withheld_at=timezone.now())

    pages = ((bob, page("moderation_reports")), (operator, "/organise/operator/reports/"))
    more()
    for client, address in pages:
        asked(client, address)
    before = [asked(client, address) for client, address in pages]
    for _ in range(19):
        more()
    assert [asked(client, address) for client, address in pages] == before


# A campaign itself


def test_the_operator_keeps_a_campaign_or_takes_it_off_and_puts_it_back(
    campaign: Campaign, operator: Client, bob: Client, client: Client
) -> None:
    report(campaign, words="It is a lie")
    shown = operator.get("/organise/operator/reports/").content.decode()
    assert "It is a lie" in shown and "Keep the library open" in shown
    assert "1 campaign was reported" in operator.get("/organise/").content.decode()
    operator.post(page("reports_decide"), {"library-do": "keep"})
    assert client.get("/library/").status_code == 200 and Reported.objects.get().decision == "kept"
    report(campaign)
    assert "None waits" in operator.get("/organise/operator/reports/").content.decode()
    Reported.objects.update(decision="")
    operator.post(page("reports_decide"), WITHHOLD)
    for address in ("/library/", "/library/signatures/", "/library/count.json", "/library/sign/", "/library/report/"):
        assert client.get(address).status_code == 404, address
    assert "library" not in client.get("/").content.decode()
    assert "the operator took this campaign off the site" in bob.get(page("campaign")).content.decode()
    assert "Taken off the site by the operator" in bob.get("/organise/").content.decode()
    operator.post(page("reports_put_back"))
    assert client.get("/library/").status_code == 200 and Campaign.objects.get().withheld_why == ""
    what = list(LogEntry.objects.order_by("pk").values_list("what", flat=True))
    assert what == ["campaign.withheld", "campaign.put_back"]


def test_somebody_else_has_decided(campaign: Campaign, operator: Client, client: Client) -> None:
    report(campaign)
    operator.post(page("reports_decide"), {"library-do": "keep"})
    said = operator.post(page("reports_decide"), WITHHOLD, follow=True).content.decode()
    assert "Nothing was changed" in said and client.get("/library/").status_code == 200
    assert operator.post(page("reports_decide"), {"library-do": "x"}).status_code == 302


def test_its_owners_read_why_it_was_taken_off_and_nobody_else(
    campaign: Campaign, operator: Client, bob: Client, dora: Client
) -> None:
    owner = Client()
    owner.force_login(make_user("alice@example.org", campaign.organisation, "owner", name="Alice"))
    report(campaign, words="Said by a reader")
    refused = operator.post(page("reports_decide"), WITHHOLD | {"library-why": " "})
    assert refused.status_code == 422 and "tells its owners why" in refused.content.decode()
    assert not Campaign.objects.withheld().exists() and not OutgoingEmail.objects.exists()
    assert operator.post(page("reports_decide"), WITHHOLD).status_code == 302
    assert "It names a clerk." in owner.get(page("campaign")).content.decode()
    for other in (bob, dora):
        shown = other.get(page("campaign")).content.decode()
        assert "owners were told why" in shown and "It names a clerk." not in shown
    email = OutgoingEmail.objects.get()
    assert email.to_address == "alice@example.org" and "It names a clerk." in email_text(email)
    assert "Said by a reader" not in email_text(email) and email.message and "clerk" not in email.message.text
    assert "clerk" not in str(LogEntry.objects.values_list("details", flat=True))
    operator.post(page("reports_put_back"))
    assert Campaign.objects.get(pk=campaign.pk).withheld_why == ""


# How long it is kept


def test_reports_end_and_go_with_who_is_erased(campaign: Campaign, entry: Signature) -> None:
    now = timezone.now()
    report(entry)
    report(campaign)
    assert reporting.forget_old(now + reporting.KEPT - timedelta(days=1)) == 0
    signing.erase(entry)
    assert reporting.forget_old(now) > 0
    assert Reported.objects.get().signature is None and Report.objects.count() == 1
    assert reporting.forget_old(now + reporting.KEPT + timedelta(minutes=1)) > 0
    assert not Reported.objects.exists() and not Report.objects.exists()


def test_a_signature_that_was_reported_can_be_deleted(campaign: Campaign) -> None:
    entry = make_signature(campaign)
    report(entry)
    Signature.objects.filter(pk=entry.pk).update(state="pending", consent_at=timezone.now() - timedelta(days=400))
    retention.anonymise_expired()
    assert not Signature.objects.exists() and not Reported.objects.exists()
