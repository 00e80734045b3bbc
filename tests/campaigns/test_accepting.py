"""What a request that signs writes at once, and what is done a moment later where the address is known."""

from datetime import timedelta
from unittest.mock import patch
from urllib.parse import urlencode

import pytest
from django.db import OperationalError, connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import accepting, offering, signing
from campaigns.forms.public.signing import SignForm
from campaigns.models import Campaign, Organisation, Signature, SignedAgain
from config import prepared
from config.crypto import email_key

from .factories import emails, make_campaign, make_signature, signing_form, subjects, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


def alice(**said: object) -> signing.Supporter:
    typed = {"name": "Alice Ahmed", "email": "alice@example.org", "postcode": "", "country": "FR"}
    chosen = {"affiliation": "", "reason": "", "display": "name", "updates": False}
    return signing.Supporter(**{**typed, **chosen, **said})  # type: ignore[arg-type]


def accept(campaign: Campaign, mail: bool = True, **said: object) -> None:
    accepting.accept(offering.current(text_of(campaign)), alice(**said), mail)


def test_a_first_signature_is_stored_with_its_email_and_is_all_that_saving_it_would_store(campaign: Campaign) -> None:
    accept(campaign, reason="I learned to read there.", updates=True)
    row, [email] = Signature.objects.get(), emails()
    assert row.confirmation_id == email.pk and row.confirmations_sent == 1
    assert (email.to_address, email.queue, email.state) == ("alice@example.org", "confirmations", "queued")
    assert row.email_key == email.to_key == email_key("alice@example.org")
    before = {field.attname: getattr(row, field.attname) for field in Signature._meta.concrete_fields}
    row.save()
    row.refresh_from_db()
    assert {field.attname: getattr(row, field.attname) for field in Signature._meta.concrete_fields} == before
    assert row.said == row.content_digest()


def test_a_form_is_read_alike_by_the_one_that_shares_its_fields(campaign: Campaign) -> None:
    """The quick way to read it (SignForm.filled), which goes past what Django makes of each field."""
    good = signing_form(name=" Zoe  Ziegler ", reason="Because.\r\nSo.", updates="on", postcode="75011", country="FR")
    bad = (
        {"email": "nobody"},
        {"name": ""},
        {"consent": ""},
        {"display": "shout"},
        {"country": "XX"},
        {"shown": "old"},
    )
    blank = SignForm(campaign, text_of(campaign))
    for change in ({}, *bad, {"country": "GB", "postcode": "75011"}):
        data = QueryDict(urlencode(good | change))
        quick, usual = blank.filled(data), SignForm(campaign, text_of(campaign), data)
        assert quick.is_valid() == usual.is_valid() == (not change)
        assert quick.cleaned_data == usual.cleaned_data and quick.errors == usual.errors


def test_what_was_laid_down_before_an_update_is_taken_up_after_it_and_the_other_way_round(campaign: Campaign) -> None:
    """Then it named the area, which now follows from the postcode; and a sweeper of then still looks for it."""
    make_signature(campaign, name="Alice Ahmed", email="alice@example.org", state="withdrawn", email_key="")
    make_signature(campaign, name="Zoe Ziegler", email="alice@example.org")
    accept(campaign)
    row = SignedAgain.objects.get()
    assert row.supporter["said"]["area"] is None
    row.supporter["said"]["area"] = 4711
    row.save()
    assert accepting.take_up() == 1
    assert Signature.objects.latest("pk").name == "Alice Ahmed"


def test_whatever_is_known_of_the_address_as_many_questions_are_asked(campaign: Campaign) -> None:
    offer, counts = offering.current(text_of(campaign)), []
    for state in ("", "pending", "confirmed", "suspect", "invalid", "withdrawn"):
        Signature.objects.all().delete()
        if state:
            make_signature(campaign, name="Alice Ahmed", email="alice@example.org", state=state)
        with CaptureQueriesContext(connection) as asked:
            accepting.accept(offer, alice())
        counts.append(len(asked))
    assert max(counts) - min(counts) <= 1, "on SQLite the email is a statement of its own; on PostgreSQL all is one"


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL reads so small a table whole")
def test_whether_an_address_is_known_is_read_from_the_index_of_places(campaign: Campaign) -> None:
    with patch.object(prepared, "ask", wraps=prepared.ask) as asked:
        accept(campaign)
    statement, values = asked.call_args.args
    plan = prepared.ask(f"EXPLAIN QUERY PLAN {statement}", values)[-1][-1]
    assert "one_signature_a_place (campaign_id=? AND email_key=?)" in plan, plan


def test_a_form_from_a_known_address_changes_nothing_before_it_is_taken_up(campaign: Campaign) -> None:
    accept(campaign)
    accept(campaign, reason="Said later.")
    assert Signature.objects.get().reason == "" and len(emails()) == 1
    [laid_down] = SignedAgain.objects.all()
    assert laid_down.supporter["said"]["reason"] == "Said later."
    assert accepting.take_up() == 1
    assert Signature.objects.get().reason == "Said later." and len(emails()) == 2
    assert not SignedAgain.objects.exists() and accepting.take_up() == 0


def test_it_is_kept_until_the_day_and_by_the_words_that_its_form_showed(campaign: Campaign) -> None:
    accept(campaign)
    accept(campaign, updates=True)
    shown = offering.current(text_of(campaign))
    Organisation.objects.update(name="Another name")
    Campaign.objects.update(retention_months=1)
    accepting.take_up()
    row = Signature.objects.get()
    assert (row.erase_on, row.consent, row.updates_consent) == (shown.kept_until, shown.agreed, shown.news)


def test_what_is_laid_down_cannot_be_read_in_the_database(campaign: Campaign) -> None:
    accept(campaign)
    accept(campaign, name="Rosalind Quince")
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM campaigns_signedagain")
        assert "Quince" not in str(cursor.fetchall())


def test_one_that_cannot_be_acted_on_stops_no_other_and_is_forgotten_after_a_day(campaign: Campaign) -> None:
    accept(campaign)
    accept(campaign, name="Broken")
    accept(campaign, reason="Said later.")
    real = signing.sign

    def fails(offer: offering.Offer, supporter: signing.Supporter, *more: object) -> None:
        if supporter.name == "Broken":
            raise OSError
        real(offer, supporter, *more)  # type: ignore[arg-type]

    with patch("campaigns.accepting.signing.sign", fails):
        assert [accepting.take_up() for _ in range(7)] == [1, 0, 0, 0, 0, 0, 0]
    assert SignedAgain.objects.get().tries == accepting.MOST_TRIES
    assert Signature.objects.get().reason == "Said later."
    assert accepting.forget_old(timezone.now() + timedelta(hours=23)) == 0
    assert accepting.forget_old(timezone.now() + timedelta(hours=25)) == 1


def test_what_nobody_could_take_up_waits_however_long_the_trouble_lasts(campaign: Campaign) -> None:
    accept(campaign)
    accept(campaign, reason="Said later.")
    with patch("campaigns.accepting.signing.sign", side_effect=OperationalError):
        assert [accepting.take_up() for _ in range(7)] == [0] * 7
    assert accepting.forget_old(timezone.now() + timedelta(days=3)) == 0, "it has not had its tries"
    assert accepting.take_up() == 1
    assert Signature.objects.get().reason == "Said later."


def test_without_an_email_a_known_address_gets_none_later_either(campaign: Campaign) -> None:
    make_signature(campaign, name="Alice Ahmed", email="alice@example.org", state="confirmed")
    accept(campaign, mail=False)
    accepting.take_up()
    assert subjects() == []


def test_an_address_is_known_under_an_older_key_too(campaign: Campaign, settings: object) -> None:
    make_signature(campaign, name="Alice Ahmed", email="alice@example.org", state="pending")
    settings.HASH_KEYS = ["a-new-key-abcdefghijklmnopqrstuvwxyz", *settings.HASH_KEYS]  # type: ignore[attr-defined]
    accept(campaign)
    assert Signature.objects.count() == 1 and SignedAgain.objects.count() == 1
