"""Two sweepers that fold at once, and striking out against taking back: each counts, each is done once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from campaigns import bursts, filtering, invalidating, noticing, reporting
from campaigns.models import Burst, Campaign, Report, Reported, Signature, SigningHour, SigningHoursRead
from letters.models import OutgoingEmail
from letters.models.post import Kind
from tests.campaigns.factories import make_campaign, make_signature, make_user

from .test_together import in_a_thread

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign()


def at_once(times: int, deed: Any) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(in_a_thread, deed) for _ in range(times)]]


def test_folds_at_once_count_each_signature_once_and_tell_once(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bursts, "BATCH", 7)
    make_user("alice@example.org", campaign.organisation, "owner")
    SigningHoursRead.objects.create(pk=1, last=0)
    rows = [make_signature(campaign, network_key=f"n{each % 2}", domain_key="d") for each in range(90)]
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    Signature.objects.filter(pk__in=[row.pk for row in rows]).update(created_at=hour)
    now = hour + timedelta(minutes=30)
    while sum(at_once(4, lambda: bursts.fold(now))):
        pass
    kept = {(row.of, row.key): row.given for row in SigningHour.objects.all()}
    assert kept == {("all", ""): 90, ("domain", "d"): 90, ("network", "n0"): 45, ("network", "n1"): 45}
    assert Burst.objects.count() == 3
    assert sorted(at_once(4, lambda: noticing.tell_of_bursts(now))) == [0, 0, 0, 1]
    assert OutgoingEmail.objects.filter(kind=Kind.NOTICE).count() == 1


def test_striking_out_and_taking_back_at_once_leave_nobody_behind(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(invalidating, "BATCH", 3)
    newest = [make_signature(campaign) for _ in range(60)][-1].pk
    made = campaign.invalidations.create(reason="A test")
    found = filtering.rows(campaign, filtering.Wanted(state="confirmed")).filter(pk__lte=newest)
    with ThreadPoolExecutor(2) as pool:
        striking = pool.submit(in_a_thread, lambda: invalidating._strike(made, found))
        while not Signature.objects.filter(state="invalid").exists() and not striking.done():
            pass
        pool.submit(in_a_thread, lambda: invalidating.undo(campaign, None, made.pk)).result()  # type: ignore[arg-type]
        striking.result()
    assert {(row.state, row.invalidation_id) for row in Signature.objects.all()} == {("confirmed", None)}


def test_reports_at_once_are_each_counted(campaign: Campaign) -> None:
    entry = make_signature(campaign)
    at_once(6, lambda: reporting.report(campaign, entry, "hate", "Look"))
    assert Reported.objects.get().times == 6 and Report.objects.count() == 6
