"""What /healthz/ says of the campaigns' own work."""

from datetime import timedelta

import pytest
from django.utils import timezone

from campaigns import accepting, metrics
from campaigns.models import SignedAgain
from config.crypto import email_key

from .factories import make_campaign, text_of

pytestmark = pytest.mark.django_db


def test_forms_that_the_sweeper_has_not_taken_up_for_a_minute_are_told() -> None:
    assert metrics.forms() == (True, "none waits")
    now, text = timezone.now(), text_of(make_campaign())
    sent = {"text": text, "email_key": email_key("alice@example.org"), "supporter": {}, "mail": True}
    SignedAgain.objects.create(**sent, created_at=now - timedelta(hours=2), tries=accepting.MOST_TRIES)
    assert metrics.forms().well, "one that cannot be acted on is in the log, and holds up no other"
    SignedAgain.objects.create(**sent, created_at=now - timedelta(seconds=5))
    assert metrics.forms().well
    SignedAgain.objects.update(created_at=now - timedelta(seconds=75))
    well, words = metrics.forms()
    assert not well and words.startswith("the oldest waits for 75 s")
