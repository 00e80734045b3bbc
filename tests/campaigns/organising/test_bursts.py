"""The screen of bursts, and the way from there to declaring them invalid: that key and that hour alone."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from campaigns import bursts
from campaigns.models import Burst, Campaign, Invalidation, Signature
from tests.campaigns.factories import make_campaign, make_signature
from tests.campaigns.organising.signature_rows import bob, campaign, dora, logged, page

pytestmark = pytest.mark.django_db
__all__ = ["bob", "campaign", "dora"]


def burst(campaign: Campaign, **fields: Any) -> Burst:
    hour = timezone.now().replace(minute=0, second=0, microsecond=0) - timedelta(days=1)
    return Burst.objects.create(
        campaign=campaign, **{"of": "network", "key": "flood", "hour": hour, "given": 412, **fields}
    )


def signed(campaign: Campaign, at: Any, **fields: Any) -> Signature:
    row = make_signature(campaign, **fields)
    Signature.objects.filter(pk=row.pk).update(created_at=at)
    return row


def test_each_says_what_it_is_of_and_that_a_hall_is_no_attack(campaign: Campaign, bob: Client) -> None:
    assert "None in the last 14 days" in bob.get(page("bursts")).content.decode()
    burst(campaign)
    burst(campaign, of="domain", key="a", domain="throwaway.example", given=900)
    burst(campaign, of="domain", key="b", given=41)
    shown = bob.get(page("bursts")).content.decode()
    for words in ("412 signatures", "Its address is not kept", "throwaway.example", "fewer than 100", "village hall"):
        assert words in shown
    assert "flood" not in shown


def test_the_numbers_lead_there_for_who_edits(campaign: Campaign, bob: Client, dora: Client) -> None:
    assert page("bursts") in bob.get(page("numbers")).content.decode()
    assert page("bursts") not in dora.get(page("numbers")).content.decode()


def test_one_burst_lists_its_signatures_and_leads_to_striking_them_out(campaign: Campaign, bob: Client) -> None:
    one = burst(campaign)
    inside = [signed(campaign, one.hour + timedelta(minutes=n), network_key="flood", name=f"In {n}") for n in (0, 59)]
    signed(campaign, one.hour + timedelta(minutes=60), network_key="flood", name="Later")
    signed(campaign, one.hour, network_key="hall", name="Elsewhere")
    other = make_campaign(organisation=campaign.organisation)
    signed(other, one.hour, network_key="flood", name="Other campaign")
    shown = bob.get(page("bursts_one", number=one.pk)).content.decode()
    assert "In 0" in shown and "In 59" in shown
    assert not any(name in shown for name in ("Later", "Elsewhere", "Other campaign"))
    seen = bob.post(page("invalidation_look"), {"burst": one.pk})
    assert seen.context["look"].n == 2 and "from one network" in seen.content.decode()
    form = dict(seen.context["again"]) | {"why": "A machine", "newest": seen.context["look"].newest}
    bob.post(page("invalidation_do"), form)
    assert set(Signature.objects.filter(state="invalid").values_list("pk", flat=True)) == {row.pk for row in inside}
    made = Invalidation.objects.get()
    assert made.wanted["network_key"] is True and "flood" not in str(made.wanted)
    bob.post(page("invalidation_undo", number=made.pk))
    assert not Signature.objects.filter(state="invalid").exists()


def test_a_burst_of_another_campaign_strikes_nobody_out(campaign: Campaign, bob: Client) -> None:
    foreign = burst(make_campaign())
    make_signature(campaign, network_key="flood")
    assert bob.get(page("bursts_one", number=foreign.pk)).status_code == 404
    answer = bob.post(page("invalidation_look"), {"burst": foreign.pk})
    assert answer.status_code == 422 and "not kept any more" in answer.content.decode()


def test_a_burst_that_is_called_real_is_folded_away_and_more_of_it_is_not(
    campaign: Campaign, bob: Client, dora: Client
) -> None:
    one = burst(campaign)
    real = page("bursts_real", number=one.pk)
    assert dora.post(real, {"given": "412"}).status_code == 404
    assert "More have signed" in bob.post(real, {"given": "40"}, follow=True).content.decode()
    assert not Burst.objects.exclude(real_at=None).exists()
    shown = bob.post(real, {"given": "412"}, follow=True)
    assert shown.context["bursts"] == [] and shown.context["real"] == [one]
    assert (
        "Seen, and real: 1 burst" in shown.content.decode() and "All of them were looked at" in shown.content.decode()
    )
    assert "already" in bob.post(real, {"given": "412"}, follow=True).content.decode()
    assert logged(campaign) == [("burst.real", {"n": 412})]
    assert "they are real" in bob.get(page("bursts_one", number=one.pk)).content.decode()


def test_that_a_burst_is_real_can_be_taken_back(campaign: Campaign, bob: Client, dora: Client) -> None:
    one = burst(campaign, real_at=timezone.now())
    undo = page("bursts_undo", number=one.pk)
    assert dora.post(undo).status_code == 404
    assert undo in bob.get(page("bursts")).content.decode()
    assert bob.post(undo, follow=True).context["bursts"] == [one]
    assert "taken back already" in bob.post(undo, follow=True).content.decode()
    assert logged(campaign) == [("burst.doubted", {"n": 412})]
    assert page("bursts_real", number=one.pk) in bob.get(page("bursts_one", number=one.pk)).content.decode()


def test_each_says_how_many_are_invalid_already(campaign: Campaign, bob: Client) -> None:
    one = burst(campaign)
    now = timezone.now()
    for state in ("invalid", "invalid", "confirmed"):
        signed(campaign, one.hour, network_key="flood", state=state)
    bursts.count_confirmed(now)
    assert "Invalid already: 2" in bob.get(page("bursts")).content.decode()
    Signature.objects.filter(state="confirmed").update(state="invalid")
    bursts.count_confirmed(now + timedelta(minutes=2))
    assert "Invalid already: 2" in bob.get(page("bursts")).content.decode()  # nobody has struck anything out
    campaign.invalidations.create(reason="A machine")
    bursts.count_confirmed(now + timedelta(minutes=2))
    assert "Invalid already: 3" in bob.get(page("bursts")).content.decode()
    assert "<dd>3</dd>" in bob.get(page("bursts_one", number=one.pk)).content.decode()


def test_twenty_ask_as_much_as_one(campaign: Campaign, bob: Client) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert bob.get(page("bursts")).status_code == 200
        return len(queries)

    burst(campaign)
    asked()
    one = asked()
    for n in range(19):
        burst(campaign, key=f"k{n}", of="domain")
    assert asked() == one
