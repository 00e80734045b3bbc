from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from campaigns import sweeping
from campaigns.models import User
from config.accounts import forgetting

from .accounts import PASSWORD, code_in, mail_to, sign_in, sign_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _the_real_backend(settings: Settings) -> None:
    settings.EMAIL_BACKEND = "letters.backend.OutboxBackend"


def test_an_account_that_nobody_proved_is_gone_after_a_week_and_no_other() -> None:
    User.objects.create_user("operators@example.org", PASSWORD)
    client = sign_up("proved@example.org")
    client.post("/organise/account/code/", {"code": code_in(mail_to("proved@example.org")[0])})
    sign_up("alice@example.org")
    with time_machine.travel(timezone.now() + timedelta(days=6)):
        sign_up("young@example.org")
        assert forgetting.forget_the_unproved() == 0
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        assert forgetting.forget_the_unproved() == 1
        assert forgetting.forget_the_unproved() == 0
    left = {"operators@example.org", "proved@example.org", "young@example.org"}
    assert {user.email for user in User.objects.all()} == left


def test_its_address_can_then_be_taken_by_whose_it_is() -> None:
    sign_up("alice@example.org", name="Charlie")
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        forgetting.forget_the_unproved()
        sign_up("alice@example.org")
        assert len(mail_to("alice@example.org")) == 2 and code_in(mail_to("alice@example.org")[1])


def test_a_session_that_has_ended_is_forgotten_and_one_that_goes_on_is_not() -> None:
    User.objects.create_user("alice@example.org", PASSWORD)
    old = sign_in("alice@example.org")[0].session.session_key
    Session.objects.filter(pk=old).update(expire_date=timezone.now() - timedelta(days=1))
    new = sign_in("alice@example.org", client=Client())[0].session.session_key
    forgetting.end_old_sessions()
    assert [*Session.objects.values_list("pk", flat=True)] == [new]


def test_the_sweeper_does_both() -> None:
    assert {"unproved accounts", "old sessions"} <= {deed.name for deed in sweeping.slow()}
