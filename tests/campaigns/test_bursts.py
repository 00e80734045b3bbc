"""Bursts: what is given is folded by the hour, what stands out is shown, and nothing is kept for long."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from campaigns import bursts, noticing
from campaigns.models import Burst, Campaign, Signature, SigningHour, SigningHoursRead
from letters.models import OutgoingEmail
from letters.models.post import Kind
from tests.campaigns.factories import email_text, make_campaign, make_signature, make_user, text_of

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 20, 12, 40, tzinfo=UTC)
NOON = NOW.replace(minute=0)


@pytest.fixture
def campaign() -> Campaign:
    SigningHoursRead.objects.create(pk=1, last=0)
    return make_campaign()


def give(campaign: Campaign, n: int, at: datetime = NOON, domain: str = "freunde.example", **fields: Any) -> None:
    """Rows as a crowd leaves them; many at once, for nothing here depends on what each says."""
    text, number = text_of(campaign), Signature.objects.count()
    fields = {"state": "pending", "display": "name", **fields}
    rows = Signature.objects.bulk_create(
        Signature(campaign=campaign, text=text, name="Z", email=f"{number + i}@{domain}", erase_on=NOW.date(), **fields)
        for i in range(n)
    )
    Signature.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=at)


def hours(**of: Any) -> list[tuple[str, str, int]]:
    return sorted(SigningHour.objects.filter(**of).values_list("of", "key", "given"))


def found() -> list[tuple[str, str, int]]:
    return sorted(Burst.objects.values_list("of", "key", "given"))


def test_what_is_given_is_counted_once_however_often_the_fold_runs(campaign: Campaign) -> None:
    give(campaign, 3, network_key="n", domain_key="d")
    give(campaign, 2, domain_key="d")
    give(campaign, 1, NOON - timedelta(hours=1), network_key="n")
    give(campaign, 4, origin="imported", network_key="n")
    for _ in range(3):
        bursts.fold(NOW)
    assert hours(hour=NOON) == [("all", "", 5), ("domain", "d", 5), ("network", "n", 3)]
    assert hours(hour=NOON - timedelta(hours=1)) == [("all", "", 1), ("network", "n", 1)]
    give(campaign, 2, NOON + timedelta(minutes=30), network_key="n")
    assert bursts.fold(NOW) == 2
    assert ("network", "n", 5) in hours(hour=NOON)


def test_batches_add_up_and_what_is_a_minute_old_waits(campaign: Campaign, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bursts, "BATCH", 2)
    give(campaign, 5, network_key="n")
    give(campaign, 2, NOW - timedelta(seconds=20), network_key="n")
    assert bursts.fold(NOW) == 5 and ("network", "n", 5) in hours()
    assert bursts.fold(NOW + timedelta(minutes=1)) == 2 and ("network", "n", 7) in hours()


def test_an_installation_with_signatures_begins_with_the_next_one() -> None:
    campaign = make_campaign()
    give(campaign, 5, network_key="n")
    assert bursts.fold(NOW) == 0
    give(campaign, 1, network_key="n")
    assert bursts.fold(NOW) == 1


def test_one_network_that_sends_far_more_than_usual_stands_out(campaign: Campaign) -> None:
    for day in range(1, 6):
        give(campaign, 60, NOON - timedelta(days=day))
    give(campaign, 30)
    give(campaign, bursts.FLOOR, network_key="flood", domain_key="d")
    bursts.fold(NOW)
    assert found() == [("domain", "d", 40), ("network", "flood", 40)]
    give(campaign, 5, network_key="flood")
    bursts.fold(NOW)
    assert ("network", "flood", 45) in found()


def test_fewer_than_the_floor_is_nobodys_business(campaign: Campaign) -> None:
    give(campaign, bursts.FLOOR - 1, network_key="hall")
    bursts.fold(NOW)
    assert found() == []


def test_a_network_that_always_sends_many_is_as_usual(campaign: Campaign) -> None:
    for hour in range(1, 7):
        give(campaign, 50, NOON - timedelta(hours=hour), network_key="university")
    give(campaign, 60, network_key="university")
    bursts.fold(NOW)
    assert ("network", "university", 60) not in found()


def test_a_provider_of_half_of_everybody_is_no_burst_when_everybody_comes(campaign: Campaign) -> None:
    for hour in range(1, 5):
        give(campaign, 5, NOON - timedelta(hours=hour), domain_key="g", domain="gmail.com")
        give(campaign, 5, NOON - timedelta(hours=hour))
    give(campaign, 300, domain_key="g", domain="gmail.com")
    give(campaign, 300)
    bursts.fold(NOW)
    assert found() == []
    give(campaign, 2_500, domain_key="g", domain="gmail.com")  # but a machine with addresses of it is one
    bursts.fold(NOW)
    assert found() == [("domain", "g", 2_800)]
    assert Burst.objects.get().domain == "gmail.com"


def test_on_the_first_day_a_known_provider_is_no_burst(campaign: Campaign) -> None:
    give(campaign, 60, domain_key="g", domain="gmail.com")
    give(campaign, 40)
    bursts.fold(NOW)
    assert found() == []


def test_a_domain_is_named_only_where_many_have_it(campaign: Campaign) -> None:
    give(campaign, bursts.NAMED_FROM - 1, domain_key="d")
    bursts.fold(NOW)
    assert Burst.objects.get().domain == ""
    give(campaign, 1, domain_key="d")
    bursts.fold(NOW)
    assert Burst.objects.get().domain == "freunde.example"


def test_what_is_confirmed_is_counted_again_while_it_may_change(campaign: Campaign) -> None:
    give(campaign, 60, network_key="flood")
    bursts.watch(NOW)
    assert Burst.objects.get().confirmed == 0
    Signature.objects.filter(pk__in=list(Signature.objects.values_list("pk", flat=True)[:7])).update(state="confirmed")
    bursts.watch(NOW + timedelta(minutes=5))
    assert Burst.objects.get().confirmed == 0
    bursts.watch(NOW + timedelta(minutes=11))
    assert Burst.objects.get().confirmed == 7
    assert bursts.count_confirmed(NOW + timedelta(days=3)) == 0


def test_however_many_bursts_there_are_their_signatures_are_counted_in_one_question(
    campaign: Campaign, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    other = make_campaign(organisation=campaign.organisation)
    give(campaign, 40, network_key="hall", domain_key="school", state="confirmed")
    give(campaign, 40, NOON - timedelta(hours=1), network_key="club", state="invalid")
    give(campaign, 1, NOON - timedelta(hours=1), network_key="bus", state="confirmed")
    give(campaign, 40, network_key="bus", state="confirmed")
    give(other, 40, domain_key="school")
    bursts.fold(NOW)
    with django_assert_num_queries(2):
        assert bursts.count_confirmed(NOW) == 5
    rows = Burst.objects.order_by("campaign", "hour", "key").values_list("key", "confirmed", "invalid")
    assert list(rows) == [("club", 0, 40), ("bus", 40, 0), ("hall", 40, 0), ("school", 40, 0), ("school", 0, 0)]


def test_small_numbers_go_after_the_hour_and_all_of_it_after_two_weeks(campaign: Campaign) -> None:
    give(campaign, 4, network_key="family")
    give(campaign, 40, network_key="hall")
    bursts.watch(NOW)
    assert ("network", "family", 4) in hours()
    bursts.watch(NOW + timedelta(hours=3))
    assert hours() == [("all", "", 44), ("network", "hall", 40)]
    assert Burst.objects.count() == 1
    bursts.watch(NOW + bursts.KEPT + timedelta(hours=1))
    assert hours() == [] and found() == []


def test_another_campaign_has_a_usual_of_its_own(campaign: Campaign) -> None:
    other = make_campaign(organisation=campaign.organisation)
    for hour in range(1, 5):
        give(other, 15, NOON - timedelta(hours=hour), network_key="university")
    give(campaign, 60, network_key="university")
    bursts.fold(NOW)
    assert Burst.objects.get().campaign == campaign


def test_what_grows_after_it_was_called_real_is_open_again(campaign: Campaign) -> None:
    give(campaign, 60, network_key="hall")
    bursts.fold(NOW)
    assert bursts.call_real(Burst.objects.get(), AnonymousUser())
    bursts.fold(NOW)
    assert Burst.objects.get().real_at and noticing.tell_of_bursts(NOW) == 0
    give(campaign, 1, network_key="hall")
    bursts.fold(NOW + timedelta(minutes=2))
    assert (Burst.objects.get().given, Burst.objects.get().real_at) == (61, None)


# Telling


def told() -> list[str]:
    notices = OutgoingEmail.objects.filter(kind=Kind.NOTICE).order_by("pk")
    return [notice.to_address for notice in notices]


def test_owners_and_who_chose_it_are_told_once_of_each_burst(campaign: Campaign) -> None:
    make_user("alice@example.org", campaign.organisation, "owner")
    for name, role, notices in (("bob", "editor", ["burst"]), ("dora", "viewer", ["burst"]), ("emil", "editor", None)):
        make_user(f"{name}@example.org", campaign.organisation, role)
        campaign.organisation.memberships.filter(user__email=f"{name}@example.org").update(notices=notices)
    give(campaign, 60, network_key="flood")
    bursts.fold(NOW)
    assert noticing.tell_of_bursts(NOW) == 1 and told() == ["alice@example.org", "bob@example.org"]
    body = email_text(OutgoingEmail.objects.latest("pk"))
    assert "1 burst, of 60 signatures" in body and f"/campaigns/{campaign.slug}/bursts/" in body
    assert "flood" not in body
    assert noticing.tell_of_bursts(NOW + timedelta(hours=5)) == 0


def test_never_more_than_one_email_an_hour_and_none_for_what_goes_on(campaign: Campaign) -> None:
    make_user("alice@example.org", campaign.organisation, "owner")
    give(campaign, 60, network_key="flood")
    bursts.fold(NOW)
    noticing.tell_of_bursts(NOW)
    give(campaign, 60, network_key="other")
    bursts.fold(NOW)
    assert noticing.tell_of_bursts(NOW + timedelta(minutes=59)) == 0 and len(told()) == 1
    assert noticing.tell_of_bursts(NOW + timedelta(minutes=60)) == 1 and len(told()) == 2
    give(campaign, 60, NOON + timedelta(hours=1), network_key="flood")
    bursts.fold(NOW + timedelta(hours=2))
    assert Burst.objects.filter(told_at__isnull=True).count() == 1
    assert noticing.tell_of_bursts(NOW + timedelta(hours=3)) == 0 and len(told()) == 2
    assert not Burst.objects.filter(told_at__isnull=True).exists()


def test_the_hours_hold_no_more_than_what_somebody_signed_with(campaign: Campaign) -> None:
    """Keys are not made here: a signature's own are taken as they are, and none is in a burst's name."""
    signature = make_signature(campaign)
    bursts.fold(timezone.now() + timedelta(hours=1))
    keys = set(SigningHour.objects.values_list("key", flat=True))
    assert keys <= {"", signature.network_key, signature.domain_key}
