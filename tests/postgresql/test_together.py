"""What happens when several transactions are open at once: SQLite has one writer and cannot show it."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

import pytest
from django.db import connection, transaction
from django.utils import timezone

from campaigns import accepting, counting, offering, retention, signing
from campaigns.models import Campaign, CampaignLetter, Receipt, Signature, SignedAgain
from letters import draining, outbox
from letters.models import OutgoingEmail, Sender
from letters.models.post import Kind
from tests.campaigns.factories import make_campaign, make_campaign_letter, make_seat, make_signature, text_of
from tests.letters.factories import make_letter
from tests.letters.posting import make_email, make_sender

pytestmark = pytest.mark.django_db(transaction=True)
Result = TypeVar("Result")


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign()


def supporter() -> signing.Supporter:
    return signing.Supporter(
        name="Amina Yusuf",
        email="amina@example.org",
        postcode="",
        country="SY",
        affiliation="",
        reason="",
        display="name",
        updates=False,
    )


class AsInProcessesOfTheirOwn(threading.local):
    """In place of the locks that let one process drain a queue once at a time: each thread has its own."""

    def __init__(self) -> None:
        self.lock = threading.Lock()

    def __getitem__(self, queue: str) -> threading.Lock:
        return self.lock


def in_a_thread(verb: Callable[[], Result]) -> Result:
    """What `verb` gives, over a connection of its own; it must not wait for ours."""

    def alone() -> Result:
        try:
            return verb()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(alone).result(timeout=20)


@contextmanager
def an_open_transaction(verb: Callable[[], object]) -> Iterator[None]:
    """`verb` has been done, but is committed only when this is left."""
    done, may_end = threading.Event(), threading.Event()

    def slowly() -> None:
        try:
            with transaction.atomic():
                verb()
                done.set()
                assert may_end.wait(20)
        finally:
            done.set()
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        ended = pool.submit(slowly)
        assert done.wait(20)
        try:
            yield
        finally:
            may_end.set()
            ended.result(timeout=20)


def count_of(campaign: Campaign) -> int:
    return Campaign.objects.get(pk=campaign.pk).signature_count


def balances(campaign: Campaign) -> bool:
    return counting.reconcile(campaign).problems == []


def test_two_who_confirm_in_one_order_and_commit_in_the_other_are_both_counted(campaign: Campaign) -> None:
    first, second = (make_signature(campaign, state="pending") for _ in range(2))
    with an_open_transaction(lambda: signing.confirm(first)):
        assert in_a_thread(lambda: signing.confirm(second))
        counting.fold_all()
        assert count_of(campaign) == 1  # the first has not committed yet, though it came first
    counting.fold_all()
    assert count_of(campaign) == 2
    assert balances(campaign)


def test_a_fold_waits_for_nobody_and_finds_a_withdrawal_the_next_time(campaign: Campaign) -> None:
    leaving, staying = (make_signature(campaign) for _ in range(2))
    with an_open_transaction(lambda: signing.withdraw(leaving)):
        in_a_thread(counting.fold_all)
        assert count_of(campaign) == 1  # the row in somebody's hands is passed over
    counting.fold_all()
    assert count_of(campaign) == 1
    assert Signature.objects.get(pk=staying.pk).counted
    assert balances(campaign)


def test_an_invalidation_that_commits_late_is_taken_off(campaign: Campaign) -> None:
    signatures = [make_signature(campaign) for _ in range(3)]
    counting.fold_all()
    bad = Signature.objects.filter(pk=signatures[0].pk)
    with an_open_transaction(lambda: signing.invalidate(bad)):
        in_a_thread(lambda: signing.withdraw(signatures[1]))
        counting.fold_all()
        assert count_of(campaign) == 2
    counting.fold_all()
    assert count_of(campaign) == 1
    assert balances(campaign)


def test_folds_at_once_count_everybody_once(campaign: Campaign) -> None:
    for _ in range(40):
        make_signature(campaign)
    with ThreadPoolExecutor(6) as pool:
        folds = [pool.submit(in_a_thread, counting.fold_all) for _ in range(6)]
        assert sum(fold.result() for fold in folds) == 40
    assert count_of(campaign) == 40
    assert balances(campaign)


def test_one_address_that_signs_many_times_at_once_has_one_signature(campaign: Campaign) -> None:
    offer = offering.current(text_of(campaign))
    with ThreadPoolExecutor(6) as pool:
        for future in [pool.submit(in_a_thread, lambda: accepting.accept(offer, supporter())) for _ in range(6)]:
            future.result()
    assert Signature.objects.filter(campaign=campaign).count() == 1
    assert SignedAgain.objects.count() == 5, "laid down, each of them, for a moment later"
    assert accepting.take_up() == 5
    assert Signature.objects.filter(campaign=campaign).count() == 1


def test_three_people_who_share_an_address_and_sign_at_once_find_its_two_places(campaign: Campaign) -> None:
    offer = offering.current(text_of(campaign))
    people = [replace(supporter(), name=name) for name in ("Alice Ahmed", "Bob Ahmed", "Charlie Ahmed")]
    with ThreadPoolExecutor(3) as pool:
        # As take_up() calls it, here with nobody before them.
        for future in [pool.submit(in_a_thread, partial(signing.sign, offer, person)) for person in people]:
            future.result()
    rows = Signature.objects.filter(campaign=campaign)
    assert sorted(rows.values_list("place", flat=True)) == [1, 2] and len(set(rows.values_list("pk", flat=True))) == 2
    assert OutgoingEmail.objects.count() == 3, "the third is told that the places are taken"


def test_erasing_oneself_and_taking_up_a_form_just_sent_do_not_wait_for_each_other(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer = offering.current(text_of(campaign))
    for _ in range(2):
        accepting.accept(offer, supporter())
    holds_it, read = threading.Event(), accepting._read

    def slowly(row: SignedAgain) -> tuple[offering.Offer, signing.Supporter]:
        holds_it.set()
        time.sleep(0.3)  # now the erasing waits for this row; what it holds meanwhile, we want next
        return read(row)

    monkeypatch.setattr(accepting, "_read", slowly)
    with ThreadPoolExecutor(1) as pool:
        taking = pool.submit(in_a_thread, accepting.take_up)
        assert holds_it.wait(20)
        signing.erase(Signature.objects.get())
        assert taking.result() == 1
    row = Signature.objects.get()
    assert (row.state, row.name) == ("withdrawn", "") and not SignedAgain.objects.exists()


def test_two_sweepers_at_once_anonymise_each_signature_once(campaign: Campaign) -> None:
    make_signature(campaign, erase_on=timezone.localdate() - timedelta(days=1))
    with ThreadPoolExecutor(1) as pool:
        with an_open_transaction(retention.anonymise_expired):
            second = pool.submit(in_a_thread, retention.anonymise_expired)
            time.sleep(0.5)  # it has found the same row, and waits for the campaign
        assert second.result().signatures_anonymised == 0
    assert [receipt.counts["signatures_anonymised"] for receipt in Receipt.objects.all()] == [1]


def test_two_sweepers_at_once_erase_each_letter_once(campaign: Campaign) -> None:
    kept = make_campaign_letter(campaign, make_seat()[2], state="confirmed")
    CampaignLetter.objects.filter(pk=kept.pk).update(created_at=timezone.now() - timedelta(days=400))
    with ThreadPoolExecutor(1) as pool:
        with an_open_transaction(retention.anonymise_expired):
            second = pool.submit(in_a_thread, retention.anonymise_expired)
            time.sleep(0.5)  # it has found the same letter, and waits for it
        assert second.result().letters_scrubbed == 0
    assert [receipt.counts["letters_scrubbed"] for receipt in Receipt.objects.all()] == [1]


def test_a_signature_asks_a_server_that_was_started_anew() -> None:
    offer = offering.current(text_of(make_campaign()))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        own = cursor.fetchone()[0]

    def end_it() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [own])

    in_a_thread(end_it)
    connection.close_if_unusable_or_obsolete()  # as with each request
    accepting.accept(offer, supporter())
    assert Signature.objects.count() == 1


def test_workers_at_once_send_each_email_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_busy", AsInProcessesOfTheirOwn())
    sender = make_sender(channel=Sender.Channel.CAPTURE)
    for _ in range(30):
        make_email(sender=sender)
    with ThreadPoolExecutor(4) as pool:
        drained = [pool.submit(in_a_thread, lambda: outbox.drain("confirmations")) for _ in range(4)]
        assert sum(worker.result() for worker in drained) == 30
    for email in OutgoingEmail.objects.all():
        assert [event.to_state for event in email.events.all()] == ["leased", "handing", "sent"]


def letter_to(address: str, sender: Sender) -> OutgoingEmail:
    message = outbox.letter_message()
    return make_email(to=address, sender=sender, kind=Kind.LETTER, letter=make_letter(), message=message)


def test_a_worker_does_not_wait_for_another_that_gives_slots_and_takes_what_goes_elsewhere() -> None:
    sender = make_sender(mailbox_pace=6, domain_pace=20)
    for number in range(3):
        letter_to(f"mp{number}@parliament.example.org", sender)
    with an_open_transaction(lambda: draining.claim("letters", 1, "one")):
        council = letter_to("councillor@council.example.org", sender)
        assert in_a_thread(lambda: [email.pk for email in draining.claim("letters", 5, "two")]) == [council.pk]
    assert in_a_thread(lambda: draining.claim("letters", 5, "three")) == []  # the others have their slots to wait for
    assert OutgoingEmail.objects.filter(slots=2).count() == 2


def test_workers_at_once_keep_to_one_pace(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_busy", AsInProcessesOfTheirOwn())
    sender = make_sender(channel=Sender.Channel.CAPTURE, mailbox_pace=6)
    for _ in range(12):
        letter_to("mp@example.org", sender)
    with ThreadPoolExecutor(3) as pool:
        drained = [pool.submit(in_a_thread, lambda: outbox.drain("letters", 1.0)) for _ in range(3)]
        assert sum(worker.result() for worker in drained) == 1
