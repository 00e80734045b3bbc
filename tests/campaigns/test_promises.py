"""What people were promised never gets later for them, whatever the campaign says since."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from campaigns import campaign_settings, living, promises, retention, signing
from campaigns.forms.organising.campaign_settings import SettingsForm
from campaigns.models import Campaign, CampaignLetter, Receipt, Signature, Term
from config import links
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_seat, make_signature, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library", months_after_closing=6, retention_months=24)


def noon(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(12)))


def set_to(campaign: Campaign, **fields: Any) -> None:
    """As the organisers' page does it."""
    form = SettingsForm(instance=Campaign.objects.get(pk=campaign.pk))
    said = {name: form[name].value() for name in form.fields} | fields
    sent = {name: str(value) for name, value in said.items() if value not in (None, False)}
    form = SettingsForm(sent, instance=Campaign.objects.get(pk=campaign.pk))
    assert form.is_valid(), form.errors
    campaign_settings.save(
        campaign, form, make_user(f"bob{timezone.now().timestamp()}@example.org"), "campaign.settings"
    )
    campaign.refresh_from_db()


def closing_day(campaign: Campaign) -> date:
    assert campaign.closed_at is not None
    return timezone.localdate(campaign.closed_at)


def test_closing_brings_the_day_forward(campaign: Campaign) -> None:
    signature = make_signature(campaign)
    assert promises.erased_by(signature) == (signature.erase_on, 6)
    living.close(campaign)
    day = promises.months_after(closing_day(campaign), 6)
    assert promises.erased_by(Signature.objects.get()) == (day, None)
    assert day < signature.erase_on
    assert retention.anonymise_expired(noon(day - timedelta(days=1))).signatures_anonymised == 0
    assert retention.anonymise_expired(noon(day)).signatures_anonymised == 1
    assert Term.objects.get().done_at is not None


def test_opening_it_again_does_not_put_the_day_off_for_those_before(campaign: Campaign) -> None:
    before = make_signature(campaign)
    living.close(campaign)
    day, _ = promises.erased_by(before)
    living.reopen(campaign)
    later = make_signature(campaign)
    assert promises.erased_by(Signature.objects.get(pk=before.pk)) == (day, 6)
    assert promises.erased_by(later)[0] == later.erase_on > day
    assert retention.anonymise_expired(noon(day)).signatures_anonymised == 1
    assert Signature.objects.get(anonymised_at__isnull=True) == later


def test_more_months_count_for_those_alone_who_sign_later(campaign: Campaign) -> None:
    before = make_signature(campaign, consent_at=timezone.now() - timedelta(days=3))
    set_to(campaign, months_after_closing=12)
    later = make_signature(campaign, consent_at=timezone.now() + timedelta(days=3))
    assert promises.erased_by(Signature.objects.get(pk=before.pk))[1] == 6
    assert promises.erased_by(later)[1] == 12
    living.close(campaign)
    Campaign.objects.update(closed_at=timezone.now() + timedelta(days=4))
    Term.objects.filter(length=12).update(given_before=timezone.now() + timedelta(days=4))
    day = promises.months_after(timezone.localdate(), 6)
    assert promises.erased_by(Signature.objects.get(pk=before.pk))[0] == day
    assert promises.erased_by(Signature.objects.get(pk=later.pk))[0] == promises.months_after(timezone.localdate(), 12)
    retention.anonymise_expired(noon(day))
    assert Signature.objects.get(anonymised_at__isnull=True) == later


def test_who_signed_on_a_page_that_was_still_open_has_what_it_said(campaign: Campaign) -> None:
    set_to(campaign, months_after_closing=12)
    assert promises.erased_by(make_signature(campaign))[1] == 6


def test_fewer_months_count_for_all(campaign: Campaign) -> None:
    before = make_signature(campaign)
    set_to(campaign, months_after_closing=2)
    assert promises.erased_by(Signature.objects.get(pk=before.pk))[1] == 2


def test_once_it_has_closed_more_months_change_nothing_and_fewer_leave_time_to_see_it(campaign: Campaign) -> None:
    signature = make_signature(campaign, consent_at=timezone.now() - timedelta(days=200))
    living.close(campaign)
    day, _ = promises.erased_by(signature)
    set_to(campaign, months_after_closing=12)
    assert promises.erased_by(signature)[0] == day
    Campaign.objects.update(closed_at=timezone.now() - timedelta(days=100))
    set_to(campaign, months_after_closing=1)
    assert promises.erased_by(signature)[0] == timezone.localdate() + promises.NOTICE


def test_a_campaign_that_closed_long_ago_is_not_emptied_without_notice(campaign: Campaign) -> None:
    """Before there were terms it said how long after signing, and nothing of its closing."""
    make_signature(campaign, consent_at=timezone.now() - timedelta(days=400))
    Campaign.objects.update(state="closed", closed_at=timezone.now() - timedelta(days=300))
    for _ in range(2):
        assert retention.anonymise_expired().signatures_anonymised == 0
        assert Term.objects.get().erase_on == timezone.localdate() + promises.NOTICE
    assert retention.anonymise_expired(timezone.now() + promises.NOTICE).signatures_anonymised == 1


def test_what_is_added_after_the_end_goes_with_the_others_but_not_at_once(campaign: Campaign) -> None:
    living.close(campaign)
    campaign.refresh_from_db()
    assert promises.kept_until(campaign) == promises.months_after(closing_day(campaign), 6)
    campaign.closed_at = timezone.now() - timedelta(days=900)
    assert promises.kept_until(campaign) == timezone.localdate() + promises.NOTICE


def test_letters_that_nobody_handed_over_go_with_the_campaign(campaign: Campaign) -> None:
    _, _, representative = make_seat()
    make_campaign_letter(campaign, representative, by_hand=True, state=CampaignLetter.State.CONFIRMED)
    living.close(campaign)
    day = promises.months_after(closing_day(campaign), 6)
    assert retention.anonymise_expired(noon(day - timedelta(days=1))).letters_scrubbed == 0
    assert retention.anonymise_expired(noon(day)).letters_scrubbed == 1


def test_a_campaign_has_days_of_its_own_to_confirm(campaign: Campaign) -> None:
    set_to(campaign, unconfirmed_days=10)
    make_signature(campaign, state="pending", confirmed_at=None)
    other = make_signature(make_campaign(), state="pending", confirmed_at=None)
    assert retention.anonymise_expired(timezone.now() + timedelta(days=9)).pending_deleted == 0
    assert retention.anonymise_expired(timezone.now() + timedelta(days=11), dry_run=True).pending_deleted == 1
    assert retention.anonymise_expired(timezone.now() + timedelta(days=11)).pending_deleted == 1
    assert Signature.objects.get() == other


def test_more_days_to_confirm_count_for_those_alone_who_sign_later(campaign: Campaign) -> None:
    set_to(campaign, unconfirmed_days=10)
    make_signature(campaign, state="pending", confirmed_at=None)
    set_to(campaign, unconfirmed_days=60)
    later = make_signature(campaign, state="pending", confirmed_at=None, consent_at=timezone.now() + timedelta(days=2))
    assert retention.anonymise_expired(timezone.now() + timedelta(days=11)).pending_deleted == 1
    assert retention.anonymise_expired(timezone.now() + timedelta(days=60)).pending_deleted == 0
    assert Signature.objects.get() == later


def test_a_letter_is_kept_as_many_days_as_its_campaign_said_when_it_was_written(campaign: Campaign) -> None:
    _, _, representative = make_seat()
    set_to(campaign, letter_days=10)
    make_campaign_letter(campaign, representative, days_kept=campaign.days_of_letters)
    set_to(campaign, letter_days=100)
    assert retention.letter_kept_until(CampaignLetter.objects.get()) == timezone.localdate() + timedelta(days=10)
    assert retention.anonymise_expired(timezone.now() + timedelta(days=9)).letters_scrubbed == 0
    assert retention.anonymise_expired(timezone.now() + timedelta(days=11)).letters_scrubbed == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"months_after_closing": 0},
        {"months_after_closing": 61},
        {"retention_months": 121},
        {"unconfirmed_days": 6},
        {"unconfirmed_days": 91},
        {"letter_days": 6},
        {"letter_days": 181},
        {"letter_days": "many"},
    ],
)
def test_what_is_out_of_bounds_is_said(campaign: Campaign, wrong: dict[str, Any]) -> None:
    form = SettingsForm({name: str(value) for name, value in wrong.items()}, instance=campaign)
    assert not form.is_valid() and set(wrong) <= set(form.errors)


def test_the_form_and_ones_own_page_say_what_is_promised(client: Client, campaign: Campaign) -> None:
    page = " ".join(client.get("/library/").content.decode().split())
    latest = promises.kept_until(campaign)
    assert f"erased 6 months after the campaign closes, and on {latest.day} {latest:%B %Y} at the latest" in page
    signature = make_signature(campaign)
    mine = f"/signature/{links.token('signature', signature.uuid)}/"
    page = " ".join(client.get(mine).content.decode().split())
    assert f"erased 6 months after the campaign has closed, and on {latest.day} {latest:%B %Y} at the latest" in page
    living.close(campaign)
    day, _ = promises.erased_by(signature)
    assert f"All of it is erased on {day.day} {day:%B %Y}" in client.get(mine).content.decode()


# Receipts


def test_a_run_leaves_a_receipt_of_numbers_for_each_campaign(campaign: Campaign) -> None:
    other = make_campaign()
    for one in (campaign, campaign, other):
        make_signature(one)
    signing.withdraw(make_signature(campaign, name="Zebedee Quux"))
    retention.anonymise_expired(timezone.now() + timedelta(days=2000))
    mine = Receipt.objects.get(campaign=campaign)
    assert mine.counts == {"signatures_anonymised": 2, "withdrawn_scrubbed": 1}
    assert mine.organisation == campaign.organisation
    assert Receipt.objects.get(campaign=other).counts == {"signatures_anonymised": 1}
    assert not any("Quux" in str(value) for row in Receipt.objects.values() for value in row.values())


def test_a_run_that_finds_nothing_leaves_none_and_a_dry_run_neither(campaign: Campaign) -> None:
    make_signature(campaign)
    retention.anonymise_expired()
    retention.anonymise_expired(timezone.now() + timedelta(days=2000), dry_run=True)
    assert not Receipt.objects.exists()


def test_a_dry_run_says_what_a_run_does_by_campaign(campaign: Campaign) -> None:
    make_signature(campaign)
    make_signature(campaign, state="pending", confirmed_at=None)
    living.close(campaign)
    day, _ = promises.erased_by(Signature.objects.filter(state="confirmed").get())
    tried = retention.anonymise_expired(noon(day), dry_run=True)
    done = retention.anonymise_expired(noon(day))
    assert tried.by_campaign == done.by_campaign == {campaign.pk: {"pending_deleted": 1, "signatures_anonymised": 1}}


def test_a_run_that_is_killed_has_a_receipt_of_what_it_did(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH", 2)
    for _ in range(4):
        make_signature(campaign)
    real, calls = retention.tallying.forget_rare, []

    def killed(*given: Any) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        real(*given)

    monkeypatch.setattr(retention.tallying, "forget_rare", killed)
    with pytest.raises(KeyboardInterrupt):
        retention.anonymise_expired(timezone.now() + timedelta(days=2000))
    assert Signature.objects.filter(anonymised_at__isnull=False).count() == 2
    assert Receipt.objects.get().counts == {"signatures_anonymised": 2}
