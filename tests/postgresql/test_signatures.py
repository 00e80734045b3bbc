"""Organisers who look after signatures while somebody else is at the same ones. SQLite has one writer and cannot show
it."""

import threading
import time
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from campaigns import moderating, receipts, retention, tallying
from campaigns.models import Campaign, Signature
from tests.campaigns.factories import make_campaign, make_signature

from .test_joining import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def reads_first(campaign: Campaign, after: threading.Event) -> None:
    """Ticks the setting once something else has begun, which by then holds what it will hold."""
    assert after.wait(10)
    with transaction.atomic():
        moderating.read_first(Campaign.objects.get(pk=campaign.pk), True)


def test_reasons_that_were_about_to_be_shown_wait_once_they_are_to_be_read_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = make_campaign(moderate_first=True)
    for _number in range(3):
        make_signature(campaign, reason="The bridge is dangerous.")
    Campaign.objects.update(moderate_first=False)
    begun, as_it_was = threading.Event(), moderating._set

    def slowly(signature: Signature, checks: Any) -> None:
        begun.set()
        time.sleep(0.3)
        as_it_was(signature, checks)

    monkeypatch.setattr(moderating, "_set", slowly)
    assert at_once(partial(moderating._show, campaign), partial(reads_first, campaign, begun)) == [None, None]
    assert not Signature.objects.exclude(public_reason="").exists()


def test_forgetting_people_and_a_setting_that_concerns_them_do_not_block_each_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    campaign = make_campaign()
    for _number in range(3):
        make_signature(campaign, reason="The bridge is dangerous.", came_from="poster")
    begun, as_it_was = threading.Event(), tallying.forget_rare

    def slowly(*given: Any) -> None:
        begun.set()
        time.sleep(0.5)
        as_it_was(*given)

    monkeypatch.setattr(retention.tallying, "forget_rare", slowly)
    much_later = timezone.now() + timedelta(days=2000)
    done, ticked = at_once(partial(retention.anonymise_expired, much_later), partial(reads_first, campaign, begun))
    assert isinstance(done, receipts.Run) and done.signatures_anonymised == 3
    assert ticked is None and Campaign.objects.get().moderate_first
