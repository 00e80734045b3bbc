import io
from datetime import date, timedelta
from typing import Any

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection, models
from django.test import Client
from django.utils import timezone
from pytest_django.fixtures import Settings

from campaigns import counting, exports, invalidating, retention, signing
from campaigns.models import Campaign, CampaignLetter, Signature
from campaigns.retention import kept_until, months_after
from config import jobs
from letters import outbox
from letters.models import Letter, OutgoingEmail
from letters.models.post import State

from .factories import emails, make_campaign, make_campaign_letter, make_seat, make_signature, make_user, signing_form

pytestmark = pytest.mark.django_db

# Words that stand nowhere else, so that every trace of them is a trace of the person.
WORDS = {
    "name": "Zebedee Quux",
    "email": "zebedee.quux@example.org",
    "postcode": "Q9 9QQ",
    "affiliation": "Quuxologist",
    "reason": "Quuxen must be free.",
}


def later(days: int) -> Any:
    return timezone.now() + timedelta(days=days)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


def traces(words: list[str]) -> list[str]:
    """Every text column of every table that holds one of the words, encrypted ones opened first."""
    found = []
    for model in apps.get_models():
        if model._meta.app_label not in ("campaigns", "letters", "config"):
            continue
        for field in model._meta.concrete_fields:
            if isinstance(field, models.CharField | models.TextField | models.JSONField):
                for value in model._base_manager.values_list(field.attname, flat=True):
                    if any(word.casefold() in str(value).casefold() for word in words):
                        found.append(f"{model.__name__}.{field.name}")
    return found


def raw_traces(words: list[str]) -> list[str]:
    """The same without opening anything, in every table whatever made it."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            for row in cursor.fetchall():
                if any(word.casefold() in str(value).casefold() for value in row for word in words):
                    found.append(table)
    return found


def test_before_it_is_erased_the_walk_finds_the_person(client: Client, campaign: Campaign) -> None:
    """Else the tests below could not fail."""
    client.post("/library/sign/", signing_form(**WORDS))
    assert {"Signature.name", "Signature.email", "Signature.reason", "OutgoingEmail.to_address"} <= set(
        traces(list(WORDS.values()))
    )
    assert raw_traces(["zebedee", "quuxen"]) == ["campaigns_signature"], "only what its owner chose to show is plain"


def test_after_its_time_a_signature_holds_no_personal_text_and_still_counts(client: Client, campaign: Campaign) -> None:
    client.post("/library/sign/", signing_form(**WORDS, updates="on"))
    signing.confirm(Signature.objects.get())
    counting.fold_all()
    outbox.cancel([email.pk for email in emails()], actor="a test")
    receipt = retention.anonymise_expired(later(24 * 31 + 30))
    assert (receipt.signatures_anonymised, receipt.emails_scrubbed) == (1, 1)
    assert traces(list(WORDS.values())) == []
    assert raw_traces(["zebedee", "quuxen"]) == []
    signature = Signature.objects.get()
    assert all(getattr(signature, field) == "" for field in Signature.PERSONAL)
    assert (signature.state, signature.updates) == ("confirmed", False)
    counting.fold_all()
    assert client.get("/library/count.json").json()["count"] == 1


def test_an_erased_person_leaves_no_trace(client: Client, campaign: Campaign) -> None:
    client.post("/library/sign/", signing_form(**WORDS))
    signing.erase(Signature.objects.get())
    assert traces(list(WORDS.values())) == []
    assert raw_traces(["zebedee", "quuxen"]) == []


def test_the_day_is_counted_in_the_campaigns_months() -> None:
    campaign = Campaign(retention_months=6)
    assert kept_until(campaign, date(2026, 8, 31)) == date(2027, 2, 28)
    assert months_after(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert months_after(date(2026, 12, 15), 1) == date(2027, 1, 15)
    assert months_after(date(2026, 11, 30), 24) == date(2028, 11, 30)


def test_nothing_is_anonymised_before_its_day(campaign: Campaign) -> None:
    signature = make_signature(campaign)
    day_before = timezone.now() + (signature.erase_on - timezone.localdate() - timedelta(days=1))
    assert retention.anonymise_expired(day_before).signatures_anonymised == 0
    assert retention.anonymise_expired(day_before + timedelta(days=1)).signatures_anonymised == 1


def test_a_list_that_holds_somebody_is_deleted_with_what_it_says_of_them(campaign: Campaign) -> None:
    signature = make_signature(campaign)
    made = jobs.Job.objects.create(
        kind=exports.KIND, owner=exports.owner_of(campaign, make_user("alice@example.org")), state=jobs.State.DONE
    )
    retention.anonymise_expired(timezone.now() + (signature.erase_on - timezone.localdate()))
    made.refresh_from_db()
    assert made.expires_at and made.expires_at <= timezone.now()


def test_what_was_never_confirmed_is_deleted_after_its_days(campaign: Campaign, settings: Settings) -> None:
    make_signature(campaign, state="pending")
    make_signature(campaign)
    assert retention.anonymise_expired(later(settings.PENDING_SIGNATURE_DAYS - 1)).pending_deleted == 0
    assert retention.anonymise_expired(later(settings.PENDING_SIGNATURE_DAYS + 1)).pending_deleted == 1
    assert Signature.objects.get().state == "confirmed"


def test_what_was_struck_out_unconfirmed_is_deleted_like_all_that_was_never_confirmed(
    campaign: Campaign, settings: Settings
) -> None:
    """It may be the address of somebody who knows of nothing, typed by the machine that was struck out."""
    waiting, confirmed = make_signature(campaign, state="pending"), make_signature(campaign)
    invalidating.by_hand(campaign, make_user("bob@example.org"), [waiting.pk, confirmed.pk], "A machine")
    assert retention.anonymise_expired(later(settings.PENDING_SIGNATURE_DAYS - 1)).pending_deleted == 0
    assert retention.anonymise_expired(later(settings.PENDING_SIGNATURE_DAYS + 1)).pending_deleted == 1
    assert Signature.objects.get() == confirmed


def test_a_withdrawn_signature_is_scrubbed_after_its_days(campaign: Campaign, settings: Settings) -> None:
    signature = make_signature(campaign, **WORDS)
    signing.withdraw(signature)
    assert retention.anonymise_expired(later(settings.WITHDRAWN_SIGNATURE_DAYS - 1)).withdrawn_scrubbed == 0
    assert retention.anonymise_expired(later(settings.WITHDRAWN_SIGNATURE_DAYS + 1)).withdrawn_scrubbed == 1
    assert traces(list(WORDS.values())) == []


def test_a_letter_is_scrubbed_after_its_days(campaign: Campaign, settings: Settings) -> None:
    _, _, representative = make_seat()
    kept = make_campaign_letter(campaign, representative)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS - 1)).letters_scrubbed == 0
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 1
    assert traces(["alice", "1 High Street\nNORTHTOWN\nZZ9", "about the bridge"]) == []
    kept.refresh_from_db()
    assert kept.anonymised_at is not None and kept.email_key == ""


@pytest.mark.parametrize("state", [State.QUEUED, State.LEASED, State.HANDING, State.HELD])
def test_a_letter_that_has_not_left_keeps_its_words(campaign: Campaign, settings: Settings, state: str) -> None:
    _, _, representative = make_seat()
    kept = make_campaign_letter(campaign, representative)
    outgoing = outbox.queue(
        sender=campaign.organisation.sender,
        message=outbox.letter_message(),
        to=representative.email,
        kind=outbox.Kind.LETTER,
        letter=kept.letter,
    )
    CampaignLetter.objects.update(state="confirmed", outgoing=outgoing)
    lease = {"lease_until": later(1), "lease_token": "x"} if state in (State.LEASED, State.HANDING) else {}
    OutgoingEmail.objects.update(state=state, **lease)
    assert retention.anonymise_expired(later(settings.LETTER_RETENTION_DAYS + 1)).letters_scrubbed == 0
    assert Letter.objects.get().body != ""


def test_a_dry_run_counts_the_same_rows_and_changes_none(campaign: Campaign, settings: Settings) -> None:
    _, _, representative = make_seat()
    make_signature(campaign)
    make_signature(campaign, state="pending")
    signing.withdraw(make_signature(campaign))
    make_campaign_letter(campaign, representative)
    before = [list(model._base_manager.values()) for model in (Signature, CampaignLetter, Letter)]
    tried = retention.anonymise_expired(later(2000), dry_run=True)
    assert [list(model._base_manager.values()) for model in (Signature, CampaignLetter, Letter)] == before
    done = retention.anonymise_expired(later(2000))
    assert tried.pending_deleted == done.pending_deleted == 1
    assert tried.letters_scrubbed == done.letters_scrubbed == 1
    assert (tried.withdrawn_scrubbed, done.withdrawn_scrubbed) == (1, 1)
    assert tried.signatures_anonymised == done.signatures_anonymised == 1


def test_the_deed_can_be_repeated(campaign: Campaign) -> None:
    make_signature(campaign)
    retention.anonymise_expired(later(2000))
    again = retention.anonymise_expired(later(2000))
    assert again.total == {}


def test_many_are_done_in_batches(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(5):
        make_signature(campaign)
    assert retention.anonymise_expired(later(2000)).signatures_anonymised == 5


def test_an_anonymised_row_no_longer_keeps_the_address_from_signing(client: Client, campaign: Campaign) -> None:
    make_signature(campaign, email="alice@example.org")
    make_signature(campaign, email="bob@example.org")
    retention.anonymise_expired(later(2000))
    client.post("/library/sign/", signing_form())
    assert Signature.objects.filter(state="pending").count() == 1


def test_the_command_tries_and_does_it(campaign: Campaign) -> None:
    make_signature(campaign, state="pending")
    Signature.objects.update(consent_at=later(-40))
    for arguments, left in ((["--dry-run"], 1), ([], 0)):
        out = io.StringIO()
        call_command("anonymise_expired", *arguments, stdout=out)
        assert "pending deleted: 1" in out.getvalue()
        assert Signature.objects.count() == left
