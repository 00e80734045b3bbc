"""Sweepers, pauses and people who leave, all at once: nobody gets an update twice, nor after they stopped it."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from django.db import connection

from campaigns import mailing, signing, updates
from campaigns.models import Signature, Update
from letters import outbox
from letters.models.post import State
from tests.campaigns.factories import make_campaign, make_user
from tests.campaigns.newsroom import make_reader, make_update, out, send

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 30


@pytest.fixture
def update() -> Update:
    campaign = make_campaign(slug="library", arabic=True)
    for number in range(PEOPLE):
        make_reader(campaign, email=f"reader{number}@example.org")
    return make_update(campaign)


def at_once(*verbs: Callable[[], object]) -> None:
    """Each over a connection of its own, all begun at the same moment."""
    start = threading.Barrier(len(verbs))

    def alone(verb: Callable[[], object]) -> None:
        try:
            start.wait(20)
            verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        for ended in [pool.submit(alone, verb) for verb in verbs]:
            ended.result(timeout=60)


def sweep() -> None:
    while mailing.send_due():
        pass


def once_each(stopped: int = 0) -> None:
    """Of those that were not stopped, nobody has two and nobody has none."""
    standing = [email.to_key for email in out() if email.state != State.CANCELLED]
    assert len(standing) == len(set(standing)) == PEOPLE - stopped


@pytest.fixture(autouse=True)
def _small_batches() -> Iterator[None]:
    with patch.object(mailing, "BATCH", 4):
        yield


def test_sweepers_at_once_write_to_everybody_once(update: Update) -> None:
    send(update)
    at_once(*[sweep] * 4)
    once_each()


def test_a_button_pressed_twice_at_once_sends_once(update: Update) -> None:
    owner, refused = make_user("owner@example.org", update.campaign.organisation, "owner"), []

    def press() -> None:
        try:
            mailing.send(update, owner, mailing.Plan(True, True), update.revision)
        except updates.Changed:
            refused.append(1)

    at_once(press, press, press)
    assert len(refused) == 2
    sweep()
    once_each()


def test_two_updates_at_once_do_not_both_pass_for_the_only_one(update: Update) -> None:
    other, refused = make_update(update.campaign), []
    owner = make_user("owner@example.org", update.campaign.organisation, "owner")

    def press(one: Update) -> None:
        try:
            mailing.send(one, owner, mailing.Plan(True, True), one.revision)
        except mailing.TooSoon:
            refused.append(1)

    at_once(lambda: press(update), lambda: press(other))
    assert len(refused) == 1


def test_pausing_and_going_on_while_it_is_sent_writes_to_nobody_twice(update: Update) -> None:
    bob = make_user("bob@example.org")
    send(update)

    def now_and_then() -> None:
        for _time in range(5):
            mailing.pause(update, bob)
            mailing.resume(update, bob)

    def worker() -> None:
        for _time in range(8):
            outbox.drain("updates", 0.1)

    at_once(sweep, now_and_then, sweep, worker)
    sweep()
    once_each()


def test_who_leaves_while_it_is_made_is_written_to_by_none_that_still_waits(update: Update) -> None:
    send(update)
    leavers = list(Signature.objects.order_by("pk")[:PEOPLE:3])

    def leave() -> None:
        for number, one in enumerate(leavers):
            (signing.withdraw if number % 2 else lambda it: signing.stop_news(it.uuid))(one)

    # Without the second net, which would have caught them seconds later.
    with patch.object(mailing, "_stop_unwanted"):
        at_once(sweep, leave, sweep)
        sweep()
    gone = {one.email for one in leavers}
    assert not gone & {email.to_address for email in out() if email.state == State.QUEUED}
    once_each(stopped=len(leavers))
