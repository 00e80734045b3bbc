"""By day, source and language: down as well as up, whatever has become of the row meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import counting, retention, signing, tallying
from campaigns.models import Campaign, Signature, Tally

from .factories import make_campaign, make_signature, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(arabic=True)


def fold(campaign: Campaign) -> None:
    counting.fold_all()
    assert counting.reconcile(campaign).problems == []


def tallies(campaign: Campaign, of: str) -> dict[str, int]:
    return dict(campaign.tallies.filter(of=of).values_list("key", "count"))


def test_three_signatures_by_hand(campaign: Campaign) -> None:
    first, second = datetime(2026, 6, 1, 12, tzinfo=UTC), datetime(2026, 6, 2, 12, tzinfo=UTC)
    make_signature(campaign, came_from="newsletter", consent_at=first, confirmed_at=first)
    make_signature(campaign, came_from="newsletter", consent_at=first, confirmed_at=second)
    make_signature(campaign, text=text_of(campaign, "ar"), consent_at=second, confirmed_at=second)
    fold(campaign)
    assert tallies(campaign, "day") == {"2026-06-01": 1, "2026-06-02": 2}
    assert tallies(campaign, "given") == {"2026-06-01": 2, "2026-06-02": 1}
    assert tallies(campaign, "source") == {"newsletter": 2, "direct": 1}
    assert tallies(campaign, "language") == {"en": 2, "ar": 1}


def test_a_day_is_the_day_where_we_are(campaign: Campaign, settings: Any) -> None:
    settings.TIME_ZONE = "Europe/London"
    late = datetime(2026, 6, 1, 23, 30, tzinfo=UTC)  # half past midnight of the second
    make_signature(campaign, confirmed_at=late, consent_at=late)
    fold(campaign)
    assert tallies(campaign, "day") == tallies(campaign, "given") == {"2026-06-02": 1}


def test_one_entered_for_somebody_has_the_day_it_was_entered_and_left_nothing_to_confirm(campaign: Campaign) -> None:
    make_signature(campaign, origin="imported", confirmed_at=None)
    fold(campaign)
    assert tallies(campaign, "day") == {timezone.localdate().isoformat(): 1}
    assert tallies(campaign, "given") == {}


def test_whatever_goes_is_taken_off_everywhere_and_comes_back_everywhere(campaign: Campaign) -> None:
    for _ in range(3):
        make_signature(campaign, came_from="newsletter")
    fold(campaign)
    before = {of: tallies(campaign, of) for of in Tally.Of.values}
    signing.invalidate(Signature.objects.all())
    fold(campaign)
    assert not Tally.objects.exists()
    signing.restore(Signature.objects.all())
    fold(campaign)
    assert {of: tallies(campaign, of) for of in Tally.Of.values} == before
    signing.withdraw(Signature.objects.all()[0])
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": 2}


def test_one_anonymised_stays_under_its_source_and_is_taken_off_there_when_it_is_struck_out(campaign: Campaign) -> None:
    for source in (*["newsletter"] * tallying.FEW, *["poster"] * tallying.FEW, ""):
        make_signature(campaign, came_from=source, erase_on=timezone.localdate() - timedelta(days=1))
    fold(campaign)
    assert retention.anonymise_expired().signatures_anonymised == 2 * tallying.FEW + 1
    assert set(Signature.objects.values_list("came_from", flat=True)) == {""}
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": tallying.FEW, "poster": tallying.FEW, "direct": 1}
    signing.invalidate(Signature.objects.filter(counted_from="poster"))
    signing.invalidate(Signature.objects.filter(pk=Signature.objects.filter(counted_from="newsletter")[0].pk))
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": tallying.FEW - 1, "direct": 1}


def test_a_link_made_for_one_is_forgotten_with_the_one(campaign: Campaign) -> None:
    for number in range(tallying.FEW):
        make_signature(campaign, came_from="newsletter", erase_on=timezone.localdate() - timedelta(days=number < 2))
    make_signature(campaign, came_from="for rose", erase_on=timezone.localdate() - timedelta(days=1))
    make_signature(campaign, came_from="for hugo", erase_on=timezone.localdate() + timedelta(days=9))
    fold(campaign)
    retention.anonymise_expired()
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": tallying.FEW, "for hugo": 1, "other": 1}
    assert not Signature.objects.filter(counted_from="for rose").exists()
    signing.invalidate(Signature.objects.filter(counted_from="other"))
    fold(campaign)
    assert "other" not in tallies(campaign, "source")


def test_one_erased_at_its_owners_wish_leaves_no_source_behind(campaign: Campaign) -> None:
    signature = make_signature(campaign, came_from="newsletter")
    fold(campaign)
    signing.erase(signature)
    fold(campaign)
    signature.refresh_from_db()
    assert (signature.came_from, signature.counted_from, signature.counted_on) == ("", "", None)
    assert not Tally.objects.exists()


def test_made_up_sources_do_not_fill_the_table(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tallying, "MOST_SOURCES", 3)
    for number in range(5):
        make_signature(campaign, came_from=f"made-up-{number}")
    make_signature(campaign)
    fold(campaign)
    found = tallies(campaign, "source")
    assert (len(found), found["other"], found["direct"]) == (5, 2, 1)
    make_signature(campaign, came_from="made-up-0")
    make_signature(campaign, came_from="made-up-9")
    fold(campaign)
    assert tallies(campaign, "source") | {"made-up-0": 2, "other": 3} == tallies(campaign, "source")
    signing.invalidate(Signature.objects.filter(came_from__startswith="made-up"))
    fold(campaign)
    assert tallies(campaign, "source") == {"direct": 1}, "and what is gone makes room again"
    make_signature(campaign, came_from="newsletter")
    fold(campaign)
    assert tallies(campaign, "source") == {"direct": 1, "newsletter": 1}


def test_those_counted_before_there_were_tallies_are_tallied_some_at_a_time(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(5):
        make_signature(campaign, came_from="newsletter")
    Signature.objects.update(counted=True)  # as an installation had them before
    Campaign.objects.update(signature_count=5)
    monkeypatch.setattr(counting, "BATCH", 2)
    assert counting.reconcile(campaign).untallied == 5
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": 2}
    signing.invalidate(Signature.objects.filter(pk__in=Signature.objects.order_by("-pk")[:1]))
    make_signature(campaign, came_from="poster")
    fold(campaign)
    assert tallies(campaign, "source") == {"newsletter": 4, "poster": 1}
    fold(campaign)
    campaign.refresh_from_db()
    assert tallies(campaign, "source") == {"newsletter": 4, "poster": 1}
    assert (campaign.signature_count, counting.reconcile(campaign).untallied) == (5, 0)


def test_tallies_of_one_campaign_leave_the_others_alone(campaign: Campaign) -> None:
    other = make_campaign()
    for one in (campaign, other, other):
        make_signature(one, came_from="newsletter")
    fold(campaign)
    signing.invalidate(campaign.signatures.all())
    fold(campaign)
    assert (tallies(campaign, "source"), tallies(other, "source")) == ({}, {"newsletter": 2})


@pytest.mark.parametrize("of", Tally.Of.values)
def test_a_wrong_tally_is_found_and_written_anew(campaign: Campaign, of: str) -> None:
    make_signature(campaign, came_from="newsletter")
    fold(campaign)
    said = [f"the tallies by {of} are wrong in 1 places"]
    Tally.objects.filter(of=of).update(count=7)
    assert counting.reconcile(campaign).problems == said
    Tally.objects.filter(of=of).delete()
    assert counting.reconcile(campaign, repair=True).problems == said
    assert counting.reconcile(campaign).problems == []
    Tally.objects.create(campaign=campaign, of=of, key="2020-01-01", count=1)
    assert counting.reconcile(campaign, repair=True).problems == said
    assert counting.reconcile(campaign).problems == []
