"""What is accepted, what is claimed, what is stopped, and what is erased."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from config import mailbox
from letters import channels, draining, mime, nudging, outbox, recovering
from letters.delivery import nothing
from letters.models import DeliveryEvent, Message, OutgoingEmail, Sender, Suppression
from letters.models.post import IN_WORK, Kind, Queue, State
from letters.pdf import LetterSheet, RenderingBusy, RenderingError, RenderingTimeout
from letters.transitions import move
from tests.letters.factories import make_letter
from tests.letters.posting import history, make_due, make_email, make_message, make_sender, state_of

pytestmark = pytest.mark.django_db

CAPTURE = "capture"


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The queues that the broker was told of."""
    said: list[str] = []
    assert nudging._publisher.flush(10), "what another test had to say is said"
    monkeypatch.setattr(nudging, "publish", said.append)
    return said


@pytest.fixture(autouse=True)
def _captured(settings: Settings, tmp_path: object) -> Iterator[None]:
    settings.MAILBOX_DIR = tmp_path
    yield


def captured() -> list[str]:
    return sorted(message.to for message in mailbox.messages())


def leased(email: OutgoingEmail, state: State = State.LEASED, *, ago: float = 1) -> None:
    """As a worker leaves it that died when its lease had `ago` seconds behind its end."""
    lease = {"lease_token": "dead", "lease_until": timezone.now() - timedelta(seconds=ago)}
    move([email.pk], State.QUEUED, State.LEASED, actor="worker", changes=lease)
    if state == State.HANDING:
        move([email.pk], State.LEASED, State.HANDING, actor="worker", changes={"attempts": 1})


# Accepting


def test_two_bad_addresses_are_refused_before_anything_is_stored() -> None:
    sender, message = make_sender(), make_message()
    for wrong in ({"to": "a@example.org,b@example.org"}, {"reply_to": "a@example.org\nBcc: b@example.org"}):
        with pytest.raises(outbox.BadAddress):
            make_email(sender=sender, message=message, **wrong)
    assert OutgoingEmail.objects.count() == 0


def test_the_same_words_are_stored_once_and_other_words_apart() -> None:
    assert make_message() == make_message()
    assert make_message() != make_message(subject="Other")
    assert make_message(headers={"List-Id": "x"}) != make_message()
    assert make_message(subject="ab", text="c") != make_message(subject="a", text="bc")


def test_what_is_personal_is_not_readable_in_the_database() -> None:
    make_email(to_name="Alice Secret", reply_to="alice-secret@example.org", values={"name": "Secret"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM letters_outgoingemail")
        assert "secret" not in str(cursor.fetchall()).lower()


def test_an_email_does_not_leave_before_its_time() -> None:
    email = make_email(sender=make_sender(channel=CAPTURE), not_before=timezone.now() + timedelta(hours=1))
    assert outbox.drain("confirmations") == 0
    make_due(email)
    assert outbox.drain("confirmations") == 1


def test_the_sum_of_all_states_is_what_was_accepted() -> None:
    sender = make_sender(channel=CAPTURE)
    emails = [make_email(sender=sender, to=f"p{number}@example.org") for number in range(5)]
    outbox.cancel([emails[0].pk], "Alice")
    outbox.hold([emails[1].pk], "Alice", "why")
    outbox.drain("confirmations")
    counts = outbox.counts()
    assert (counts["cancelled"], counts["held"], counts["sent"], counts["accepted"]) == (1, 1, 3, 5)
    assert set(counts) == {*State.values, "accepted"}


# Telling the workers


@pytest.mark.django_db(transaction=True)
def test_the_broker_is_told_once_and_only_after_the_commit(told: list[str]) -> None:
    with transaction.atomic():
        for number in range(20):
            make_email(to=f"p{number}@example.org")
        nudging._publisher.flush()
        assert told == []
    assert nudging._publisher.flush()
    assert 1 <= len(told) <= 3
    assert set(told) == {"confirmations"}


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_wakes_nobody(told: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        make_email()
        raise ZeroDivisionError
    nudging._publisher.flush()
    assert told == []
    assert OutgoingEmail.objects.count() == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("broken", ["hangs", "fails"])
def test_a_broken_broker_never_reaches_who_accepts_mail(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    over = threading.Event()

    def publish(queue: str) -> None:
        if broken == "fails":
            raise OSError("no broker")
        over.wait(10)

    publisher = nudging.Publisher()
    monkeypatch.setattr(nudging, "_publisher", publisher)
    monkeypatch.setattr(nudging, "publish", publish)
    began = time.monotonic()
    for _ in range(3):
        make_email()
    assert time.monotonic() - began < 1
    assert publisher.flush(0.2) == (broken == "fails")
    over.set()
    assert publisher.flush(2)
    assert OutgoingEmail.objects.count() == 3


def test_a_nudge_says_nothing_about_anybody(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[object] = []
    monkeypatch.setattr("celery.app.base.Celery.send_task", lambda self, *args, **kwargs: sent.append((args, kwargs)))
    nudging.publish("letters")
    assert sent == [(("letters.tasks.drain_letters",), {"expires": 60, "retry": False})]


def test_every_queue_has_a_task_and_a_route() -> None:
    from config.celery import app

    app.loader.import_default_modules()
    for queue in Queue.values:
        name = f"letters.tasks.drain_{queue}"
        assert name in app.tasks
        assert app.conf.task_routes[name] == {"queue": queue}
        app.tasks[name]()


def test_the_sweeper_nudges_while_something_is_due(monkeypatch: pytest.MonkeyPatch) -> None:
    nudged: list[str] = []
    monkeypatch.setattr(draining, "nudge", nudged.append)
    monkeypatch.setattr(draining, "_nudged", {})
    assert not outbox.nudge_due()
    email = make_email(not_before=timezone.now() + timedelta(hours=1))
    assert not outbox.nudge_due()
    make_due(email)
    assert outbox.nudge_due()
    assert nudged == ["confirmations"]


def test_a_worker_that_is_away_is_not_buried_in_nudges(monkeypatch: pytest.MonkeyPatch) -> None:
    nudged: list[str] = []
    clock = [1000.0]
    monkeypatch.setattr(draining, "nudge", nudged.append)
    monkeypatch.setattr(draining, "_nudged", {})
    monkeypatch.setattr(draining.time, "monotonic", lambda: clock[0])
    make_email()
    for _ in range(120):
        outbox.nudge_due()
        clock[0] += 1
    assert 20 < len(nudged) < 30


def test_a_turn_that_leaves_something_asks_for_another(monkeypatch: pytest.MonkeyPatch) -> None:
    nudged: list[str] = []
    monkeypatch.setattr(draining, "nudge", nudged.append)
    sender = make_sender(channel=CAPTURE)
    for number in range(draining.FIRST_BATCH - 1):
        make_email(sender=sender, to=f"p{number}@example.org")
    assert outbox.drain("confirmations", seconds=0) == 0
    assert nudged == ["confirmations"]
    outbox.drain("confirmations")
    assert nudged == ["confirmations"]


def test_a_turn_that_ends_gives_back_what_it_has_not_begun(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make_sender(channel=CAPTURE)
    emails = [make_email(sender=sender, to=f"p{number}@example.org") for number in range(5)]
    monkeypatch.setattr(mailbox, "capture", lambda data, name: time.sleep(0.15))
    handled = outbox.drain("confirmations", seconds=0.2)
    states = [state_of(email) for email in emails]
    assert states == [State.SENT] * handled + [State.QUEUED] * (5 - handled)
    assert 1 <= handled < 5
    assert all(email.attempts == 0 for email in OutgoingEmail.objects.filter(state=State.QUEUED))


# Claiming


def test_a_queue_is_drained_of_its_own_kinds_only() -> None:
    sender = make_sender(channel=CAPTURE)
    emails = {kind: make_email(sender=sender, kind=kind, to=f"{kind}@example.org") for kind in Kind}
    assert outbox.drain("confirmations") == 3
    assert state_of(emails[Kind.LETTER]) == state_of(emails[Kind.UPDATE]) == State.QUEUED
    assert outbox.drain("letters") == outbox.drain("updates") == 1


def test_two_claims_never_get_the_same_email() -> None:
    for number in range(10):
        make_email(to=f"p{number}@example.org")
    first, second = draining.claim("confirmations", 6, "first"), draining.claim("confirmations", 6, "second")
    assert len(first) == 6 and len(second) == 4
    assert {email.pk for email in first}.isdisjoint(email.pk for email in second)


def test_a_claim_takes_the_oldest_first() -> None:
    emails = [make_email(to=f"p{number}@example.org") for number in range(4)]
    make_due(emails[3])
    assert [email.pk for email in draining.claim("confirmations", 2, "t")] == [emails[3].pk, emails[0].pk]


def test_one_process_drains_a_queue_once_at_a_time() -> None:
    make_email(sender=make_sender(channel=CAPTURE))
    with draining._busy["confirmations"]:
        assert outbox.drain("confirmations") == 0
    assert outbox.drain("confirmations") == 1


def test_finding_due_rows_reads_only_what_waits() -> None:
    rows = draining.claimable("letters", 1, timezone.now()).order_by("not_before", "pk")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":  # an empty table it would rather read whole
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = rows.explain()
    assert "email_waiting" in plan
    assert "TEMP B-TREE" not in plan and "Sort" not in plan


def test_expired_leases_are_found_among_what_is_in_work_only() -> None:
    rows = OutgoingEmail.objects.lease_expired(timezone.now())
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    assert "email_in_work" in rows.explain()


# Stopping


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.LETTER])
def test_what_is_cancelled_while_it_is_handed_over_is_not_tried_again(kind: Kind) -> None:
    email = make_email(sender=make_sender(channel=CAPTURE), kind=kind)
    leased(email, State.HANDING)
    assert outbox.cancel([email.pk], "Alice", "changed her mind") == 0
    outbox.recover_expired_leases()
    if kind == Kind.LETTER:
        assert state_of(email) == State.HELD
        assert outbox.resolve_held([email.pk], State.QUEUED, "Bob") == 0
    else:
        assert draining.claim("confirmations", 5, "t") == []
        assert state_of(email) == State.CANCELLED
    assert captured() == []


def test_what_is_cancelled_while_a_worker_prepares_it_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    email = make_email(sender=make_sender(channel=CAPTURE))
    real = draining.parcel

    def prepared(row: OutgoingEmail, *how: Any) -> object:
        assert outbox.cancel([row.pk], "Alice", "changed her mind") == 1
        return real(row, *how)

    monkeypatch.setattr(draining, "parcel", prepared)
    outbox.drain("confirmations")
    assert history(email) == ["queued", "leased", "cancelled"]
    assert captured() == []


def test_what_has_begun_to_leave_cannot_be_cancelled() -> None:
    email = make_email()
    leased(email, State.HANDING)
    assert outbox.cancel([email.pk], "Alice") == 0
    assert state_of(email) == State.HANDING


def test_a_held_letter_waits_for_a_decision_and_each_is_possible() -> None:
    sender = make_sender(channel=CAPTURE)
    letters = [make_email(sender=sender, kind=Kind.LETTER, to=f"p{number}@example.org") for number in range(3)]
    ids = [letter.pk for letter in letters]
    assert outbox.hold(ids, "Alice", "to be looked at") == 3
    assert outbox.drain("letters") == 0
    assert outbox.retry(ids, "Alice") == 0
    outbox.resolve_held(ids[:1], State.SENT, "Alice", "the office has it")
    outbox.resolve_held(ids[1:2], State.CANCELLED, "Alice")
    outbox.resolve_held(ids[2:], State.QUEUED, "Alice")
    outbox.drain("letters")
    assert [state_of(letter) for letter in letters] == [State.SENT, State.CANCELLED, State.SENT]
    assert captured() == ["p2@example.org"]


def test_a_failed_email_can_be_tried_again_with_fresh_attempts() -> None:
    email = make_email(sender=make_sender(channel=CAPTURE))
    leased(email)
    move([email.pk], State.LEASED, State.FAILED, actor="worker", changes={"attempts": 10, "lapses": 3})
    assert outbox.retry([email.pk], "Alice") == 1
    email.refresh_from_db()
    assert (email.state, email.attempts, email.lapses, email.settled_at) == (State.QUEUED, 0, 0, None)
    outbox.drain("confirmations")
    assert state_of(email) == State.SENT


# Suppression


def test_nothing_more_goes_to_a_suppressed_address_however_it_is_spelt() -> None:
    sender = make_sender(channel=CAPTURE)
    outbox.suppress("Alice+petitions@example.org", Suppression.Reason.COMPLAINED)
    email = make_email(sender=sender)
    other = make_email(sender=sender, to="bob@example.org")
    outbox.drain("confirmations")
    assert history(email) == ["queued", "leased", "cancelled"]
    assert state_of(other) == State.SENT
    assert captured() == ["bob@example.org"]


def test_a_letter_to_a_suppressed_address_is_held_not_dropped() -> None:
    outbox.suppress("member@example.org", Suppression.Reason.BOUNCED)
    letter = make_email(sender=make_sender(channel=CAPTURE), kind=Kind.LETTER, to="member@example.org")
    outbox.drain("letters")
    assert history(letter) == ["queued", "leased", "held"]
    assert captured() == []


def test_a_suppression_outlives_a_change_of_keys(settings: Settings) -> None:
    outbox.suppress("alice@example.org", Suppression.Reason.ASKED)
    settings.HASH_KEYS = ["another-key-0-abcdefghijklmnopqrstuvwxyz", *settings.HASH_KEYS]
    email = make_email(sender=make_sender(channel=CAPTURE))
    outbox.drain("confirmations")
    assert state_of(email) == State.CANCELLED


def test_many_suppressed_rows_do_not_end_the_turn_early() -> None:
    sender = make_sender(channel=CAPTURE)
    outbox.suppress("alice@example.org", Suppression.Reason.ASKED)
    for _ in range(12):
        make_email(sender=sender)
    make_email(sender=sender, to="bob@example.org")
    outbox.drain("confirmations")
    assert captured() == ["bob@example.org"]
    assert outbox.counts()["cancelled"] == 12


# What workers die over


@pytest.mark.parametrize("kind", Kind)
def test_what_was_being_prepared_is_queued_again_whatever_it_is(kind: Kind) -> None:
    email = make_email(kind=kind)
    leased(email)
    assert outbox.recover_expired_leases() == 1
    email.refresh_from_db()
    assert (email.state, email.attempts, email.lapses, email.lease_token) == (State.QUEUED, 0, 1, "")


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (Kind.CONFIRMATION, State.QUEUED),
        (Kind.ACCOUNT, State.QUEUED),
        (Kind.NOTICE, State.QUEUED),
        (Kind.LETTER, State.HELD),
        (Kind.UPDATE, State.HELD),
    ],
)
def test_what_was_being_handed_over_is_sent_again_only_where_a_copy_does_no_harm(kind: Kind, state: State) -> None:
    email = make_email(kind=kind)
    leased(email, State.HANDING)
    assert outbox.recover_expired_leases() == 1
    assert history(email) == ["queued", "leased", "handing", state]


def test_a_confirmation_that_workers_die_over_is_looked_at_before_a_fourth_copy_leaves() -> None:
    email = make_email()
    found = []
    for _ in range(draining.MAX_IN_DOUBT):
        leased(email, State.HANDING)
        outbox.recover_expired_leases()
        found.append(state_of(email))
    assert found == [State.QUEUED, State.QUEUED, State.HELD]


def test_while_a_server_takes_its_time_the_whole_batch_stays_this_workers() -> None:
    sender = make_sender(channel=CAPTURE)
    emails = [make_email(sender=sender, to=f"p{number}@example.org") for number in range(3)]

    class Slow(channels.Capture):
        def deliver(
            self, parcel: mime.Parcel, handing: Callable[[], None], waiting: Callable[[], None] = nothing
        ) -> str:
            OutgoingEmail.objects.filter(state__in=IN_WORK).update(lease_until=timezone.now())
            handing()
            waiting()
            assert outbox.recover_expired_leases() == 0
            return "250 OK"

    with channels.Channels() as opened:
        opened.opened["capture"] = Slow()
        draining.Drain("confirmations", time.monotonic() + 5, opened).run()
    assert {tuple(history(email)) for email in emails} == {("queued", "leased", "handing", "sent")}


def test_a_lease_that_has_not_expired_is_left_alone() -> None:
    email = make_email()
    leased(email, ago=-30)
    assert outbox.recover_expired_leases() == 0
    assert state_of(email) == State.LEASED


def test_an_email_that_kills_every_worker_ends_as_failed() -> None:
    email = make_email()
    for _ in range(recovering.MAX_LAPSES):
        leased(email)
        outbox.recover_expired_leases()
    assert state_of(email) == State.FAILED


def test_a_worker_that_comes_back_late_settles_nothing_but_what_it_knows() -> None:
    """The letter was held because the worker was silent for long; then the server's yes arrives after all."""
    sender = make_sender(channel=CAPTURE)
    letter = make_email(sender=sender, kind=Kind.LETTER)

    class Slow(channels.Capture):
        def deliver(self, parcel: object, handing: Callable[[], None], waiting: object = None) -> str:
            handing()
            OutgoingEmail.objects.filter(pk=letter.pk).update(lease_until=timezone.now())
            outbox.recover_expired_leases()
            assert state_of(letter) == State.HELD
            return "250 OK"

    with channels.Channels() as opened:
        opened.opened["capture"] = Slow()
        draining.Drain("letters", time.monotonic() + 1, opened).run()
    assert history(letter) == ["queued", "leased", "handing", "held", "sent"]


def test_a_mistake_of_ours_costs_an_attempt_not_the_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make_sender(channel=CAPTURE)
    bad, good = make_email(sender=sender), make_email(sender=sender, to="bob@example.org")
    real = draining.parcel

    def parcel(email: OutgoingEmail, *how: Any) -> object:
        if email.pk == bad.pk:
            raise KeyError("alice@example.org")
        return real(email, *how)

    monkeypatch.setattr(draining, "parcel", parcel)
    outbox.drain("confirmations")
    bad.refresh_from_db()
    assert (bad.state, bad.attempts) == (State.QUEUED, 1)
    assert "alice" not in bad.last_error
    assert state_of(good) == State.SENT


def test_a_confirmation_is_sent_again_until_three_copies_may_have_arrived() -> None:
    email = make_email(sender=make_sender(channel=CAPTURE))
    busy, silent = channels.DeliveryError("Busy."), channels.DeliveryError("No answer.", uncertain=True)
    said = iter([busy, busy, busy, silent, silent, silent])

    class Wavering(channels.Capture):
        def deliver(self, parcel: object, handing: Callable[[], None], waiting: object = None) -> str:
            error = next(said)
            if error.uncertain:
                handing()
            raise error

    found = []
    for _ in range(6):
        make_due(email)
        with channels.Channels() as opened:
            opened.opened["capture"] = Wavering()
            draining.Drain("confirmations", time.monotonic() + 5, opened).run()
        found.append(state_of(email))
    assert found == [State.QUEUED] * 5 + [State.HELD]


# Senders that cannot send


@pytest.mark.parametrize("wrong", ["sender", "installation"])
def test_a_from_address_that_cannot_be_used_pauses_its_sender_and_fails_no_email(
    wrong: str, settings: Settings
) -> None:
    good = make_sender(channel=CAPTURE)
    bad = make_sender(channel=CAPTURE, from_address="post office" if wrong == "sender" else "")
    if wrong == "installation":
        settings.DEFAULT_FROM_EMAIL = "Countersign"
    stuck = [make_email(sender=bad, to=f"p{number}@example.org") for number in range(3)]
    other = make_email(sender=good, to="bob@example.org")
    for _ in range(draining.MAX_ATTEMPTS + 1):
        make_due(*stuck)
        outbox.drain("confirmations")
    assert state_of(other) == State.SENT
    assert set(OutgoingEmail.objects.filter(sender=bad).values_list("state", "attempts")) == {(State.QUEUED, 0)}
    bad.refresh_from_db()
    assert bad.paused_until is not None and bad.paused_until > timezone.now()
    assert any("From address" in email.last_error for email in OutgoingEmail.objects.filter(sender=bad))
    settings.DEFAULT_FROM_EMAIL = "Countersign <hello@example.org>"
    Sender.objects.filter(pk=bad.pk).update(from_address="")
    make_due(*stuck)
    outbox.drain("confirmations")
    assert {state_of(email) for email in stuck} == {State.SENT}


# Letters whose PDF cannot be made


def make_letter_email(sender: Sender | None = None) -> OutgoingEmail:
    return make_email(
        sender=sender or make_sender(channel=CAPTURE),
        kind=Kind.LETTER,
        letter=make_letter(),
        attach_letter=True,
        message=outbox.letter_message(),
        to="member@example.org",
        reply_to="alice@example.org",
    )


@pytest.mark.parametrize("error", [RenderingError("no such glyph"), RenderingTimeout("stopped after 20 s")])
def test_a_letter_that_cannot_be_made_into_a_pdf_leaves_as_text_and_its_history_says_so(
    error: RenderingError, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(sheet: object, **how: object) -> bytes:
        raise error

    monkeypatch.setattr(mime, "letter_pdf", fail)
    email = make_letter_email()
    outbox.drain("letters")
    assert state_of(email) == State.QUEUED, "once more: the machine may have been at fault"
    make_due(email)
    outbox.drain("letters")
    assert state_of(email) == State.SENT
    detail = email.events.get(to_state="handing").detail
    assert "Without the PDF" in detail and str(error) in detail
    (message,) = mailbox.messages()
    assert not message.attachments
    assert "I write about the bridge." in message.text and message.reply_to == "alice@example.org"


def test_a_letter_waits_for_its_pdf_while_the_machine_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    real = mime.letter_pdf

    def busy(sheet: object, **how: object) -> bytes:
        raise RenderingBusy(retry_after=4)

    email = make_letter_email()
    monkeypatch.setattr(mime, "letter_pdf", busy)
    for _ in range(draining.MAX_ATTEMPTS + 1):
        make_due(email)
        outbox.drain("letters")
    email.refresh_from_db()
    assert (email.state, email.attempts) == (State.QUEUED, 0)
    monkeypatch.setattr(mime, "letter_pdf", real)
    make_due(email)
    outbox.drain("letters")
    (message,) = mailbox.messages()
    assert [attachment.filename for attachment in message.attachments] == ["letter.pdf"]
    assert email.events.get(to_state="handing").detail == ""


# The next letter's PDF is made while this one is on its way


def test_the_next_letter_is_rendered_while_one_is_handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make_sender(channel=CAPTURE)
    emails = [make_letter_email(sender) for _ in range(3)]
    rendered: list[str] = []
    arrived = threading.Semaphore(0)

    def render(sheet: LetterSheet, **how: object) -> bytes:
        rendered.append(sheet.recipient_lines[0])
        arrived.release()
        return b"%PDF " + sheet.recipient_lines[0].encode()

    class Watching(channels.Capture):
        def deliver(self, parcel: mime.Parcel, *steps: Callable[[], None]) -> str:
            if parcel.uuid == str(emails[0].uuid):  # the first was rendered for itself; this is the second
                assert arrived.acquire(timeout=10) and arrived.acquire(timeout=10)
            return super().deliver(parcel, *steps)

    monkeypatch.setattr(mime, "letter_pdf", render)
    with channels.Channels() as opened:
        opened.opened["capture"] = Watching()
        draining.Drain("letters", time.monotonic() + 30, opened).run()
    assert rendered == [email.letter.recipient_name for email in emails if email.letter]


def test_a_letter_that_cannot_be_rendered_ahead_delays_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make_sender(channel=CAPTURE)
    good, bad, last = (make_letter_email(sender) for _ in range(3))

    def render(sheet: LetterSheet, **how: object) -> bytes:
        if bad.letter and sheet.recipient_lines[0] == bad.letter.recipient_name:
            raise RenderingBusy(retry_after=4)
        return b"%PDF"

    monkeypatch.setattr(mime, "letter_pdf", render)
    outbox.drain("letters")
    assert [state_of(email) for email in (good, bad, last)] == [State.SENT, State.QUEUED, State.SENT]


def test_the_first_full_batch_of_a_turn_wakes_another_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    nudged: list[str] = []
    monkeypatch.setattr(draining, "nudge", nudged.append)
    sender = make_sender(channel=CAPTURE)
    for number in range(3 * draining.FIRST_BATCH):
        make_email(sender=sender, to=f"p{number}@example.org")
    outbox.drain("confirmations")
    assert nudged == ["confirmations"]
    assert len(captured()) == 3 * draining.FIRST_BATCH


# Erasing


def test_forgetting_a_person_stops_and_erases_what_is_theirs() -> None:
    sender = make_sender(channel=CAPTURE)
    sent = make_email(sender=sender, to_name="Alice")
    outbox.drain("confirmations")
    waiting, held = make_email(sender=sender), make_email(sender=sender)
    outbox.hold([held.pk], "Bob", "why")
    own = make_email(sender=sender, kind=Kind.LETTER, to="member@example.org", reply_to="alice+x@example.org")
    others = make_email(sender=sender, to="bob@example.org")
    assert outbox.forget("ALICE@example.org", actor="Alice") == 4
    for email, state in [(sent, "sent"), (waiting, "cancelled"), (held, "cancelled"), (own, "cancelled")]:
        email.refresh_from_db()
        assert email.state == state
        assert (email.to_address, email.to_name, email.to_key, email.reply_to, email.values) == ("", "", "", "", {})
        assert email.scrubbed_at is not None and email.message is None
    assert state_of(others) == State.QUEUED
    assert DeliveryEvent.objects.filter(email=sent).count() == 3
    outbox.retry([sent.pk, waiting.pk], "Bob")
    assert outbox.drain("confirmations") == 1  # Bob's


@pytest.mark.parametrize("kind", [Kind.CONFIRMATION, Kind.LETTER])
def test_forgetting_waits_for_the_outcome_of_what_is_just_leaving(kind: Kind) -> None:
    theirs = {"to": "member@example.org", "reply_to": "alice@example.org"} if kind == Kind.LETTER else {}
    email = make_email(kind=kind, **theirs)
    leased(email, State.HANDING)
    outbox.forget("alice@example.org", actor="Alice")
    email.refresh_from_db()
    assert (email.state, email.to_address) == (State.HANDING, theirs.get("to", "alice@example.org"))
    outbox.recover_expired_leases()
    assert state_of(email) == State.FAILED  # the worker died, and nobody is left to send it to
    assert outbox.scrub_old() == 1
    email.refresh_from_db()
    assert email.to_address == ""


def test_a_forgotten_row_that_slipped_through_is_not_sent() -> None:
    email = make_email(sender=make_sender(channel=CAPTURE))
    OutgoingEmail.objects.filter(pk=email.pk).update(forget_at=timezone.now())
    outbox.drain("confirmations")
    assert state_of(email) == State.CANCELLED
    assert captured() == []


def test_what_has_ended_is_erased_after_its_time_and_only_then(settings: Settings) -> None:
    sender = make_sender(channel=CAPTURE)
    sent = make_email(sender=sender, to_name="Alice")
    outbox.drain("confirmations")
    waiting = make_email(sender=sender, not_before=timezone.now() + timedelta(days=400))
    now = timezone.now()
    assert outbox.scrub_old(now + timedelta(days=settings.EMAIL_RETENTION_DAYS - 1)) == 0
    assert outbox.scrub_old(now + timedelta(days=settings.EMAIL_RETENTION_DAYS + 1)) == 1
    assert outbox.scrub_old(now + timedelta(days=settings.EMAIL_RETENTION_DAYS + 1)) == 0
    sent.refresh_from_db()
    waiting.refresh_from_db()
    assert (sent.to_address, sent.values, sent.state) == ("", {}, State.SENT)
    assert waiting.to_address == "alice@example.org"
    assert sent.events.count() == 3


def test_who_is_written_to_stops_nobodys_letter_by_erasing_their_own_signature() -> None:
    sender = make_sender(channel=CAPTURE)
    strangers = make_email(sender=sender, kind=Kind.LETTER, to="member@example.org", reply_to="charlie@example.org")
    password = make_email(sender=sender, kind=Kind.ACCOUNT, to="member@example.org")
    colleagues = make_email(sender=sender, to="bob@example.org", reply_to="member@example.org")
    own = make_email(sender=sender, kind=Kind.LETTER, to="minister@example.org", reply_to="member@example.org")
    confirmation = make_email(sender=sender, to="member@example.org")
    assert outbox.forget("member@example.org", actor="Imogen") == 2
    assert state_of(own) == state_of(confirmation) == State.CANCELLED
    for queue in Queue:
        outbox.drain(queue)
    assert [state_of(email) for email in (strangers, password, colleagues)] == [State.SENT] * 3
    assert captured() == ["bob@example.org", "member@example.org", "member@example.org"]
    strangers.refresh_from_db()
    assert (strangers.forget_at, strangers.reply_to) == (None, "charlie@example.org")


def test_a_letter_that_is_forgotten_while_it_is_handed_over_is_never_held() -> None:
    """The answer never comes, so nobody knows; but nobody is left to decide, either."""
    sender = make_sender(channel=CAPTURE)
    letter = make_email(sender=sender, kind=Kind.LETTER, to="member@example.org", reply_to="alice@example.org")

    class Silent(channels.Capture):
        def deliver(self, parcel: object, handing: Callable[[], None], waiting: object = None) -> str:
            handing()
            assert outbox.forget("alice@example.org", actor="Alice") == 1
            raise channels.DeliveryError("no answer from alice@example.org", uncertain=True)

    with channels.Channels() as opened:
        opened.opened["capture"] = Silent()
        draining.Drain("letters", time.monotonic() + 1, opened).run()
    assert history(letter) == ["queued", "leased", "handing", "failed"]
    outbox.scrub_old()
    letter.refresh_from_db()
    assert (letter.reply_to, letter.reply_key, letter.last_error) == ("", "", "")


@pytest.mark.parametrize("state", [State.HELD, State.QUEUED])
def test_whatever_became_of_a_forgotten_email_the_night_erases_it(state: State) -> None:
    """As two workers leave it that crossed: marked in one, held or given back by the other a moment later."""
    letter = make_email(kind=Kind.LETTER, to="member@example.org", reply_to="alice@example.org")
    if state == State.HELD:
        outbox.hold([letter.pk], "worker", "why")
    OutgoingEmail.objects.update(forget_at=timezone.now())
    assert outbox.scrub_old() == 1
    letter.refresh_from_db()
    assert (letter.state, letter.reply_to, letter.to_address) == (State.CANCELLED, "", "")
    assert letter.scrubbed_at is not None


def test_a_held_letter_nobody_decided_on_is_cancelled_before_it_is_erased(settings: Settings) -> None:
    letter = make_email(kind=Kind.LETTER)
    outbox.hold([letter.pk], "worker", "why")
    outbox.scrub_old()
    assert state_of(letter) == State.HELD
    old = timezone.now() - timedelta(days=settings.EMAIL_RETENTION_DAYS + 1)
    OutgoingEmail.objects.update(settled_at=old)
    outbox.scrub_old()
    letter.refresh_from_db()
    assert (letter.state, letter.to_address) == (State.CANCELLED, "alice@example.org")


def test_wording_that_no_email_needs_any_more_is_deleted_and_can_come_back(settings: Settings) -> None:
    sender = make_sender(channel=CAPTURE)
    make_email(sender=sender)
    outbox.drain("confirmations")
    outbox.scrub_old(timezone.now() + timedelta(days=settings.EMAIL_RETENTION_DAYS + 1))
    assert Message.objects.count() == 0
    again = make_email(sender=sender)
    outbox.drain("confirmations")
    assert state_of(again) == State.SENT


def test_wording_in_use_is_not_deleted_though_its_last_email_is_old(settings: Settings) -> None:
    sender = make_sender(channel=CAPTURE)
    make_email(sender=sender)
    outbox.drain("confirmations")
    old = timezone.now() - timedelta(days=settings.EMAIL_RETENTION_DAYS + 1)
    OutgoingEmail.objects.update(settled_at=old)
    Message.objects.update(used_at=old)
    message = make_message()  # asked for, and not yet used
    outbox.scrub_old()
    assert make_email(sender=sender, message=message).message == message
