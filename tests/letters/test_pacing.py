"""When an email may leave: hours, paces, domains at rest, stops, and a clock that is set back."""

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
import time_machine
from django.utils import timezone
from pytest_django import Settings

from config import jobs
from config.clock import Clock
from config.crypto import domain_key
from config.management.commands.rotate_keys import rotate
from letters import draining, outbox, pacing
from letters.models import Destination, OutgoingEmail, Sender, Stop
from letters.models.post import Kind, State
from tests.letters.factories import make_letter
from tests.letters.posting import history, make_due, make_email, make_sender, state_of
from tests.smtp_server import SmtpServer, smtp_server

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    with smtp_server() as running:
        yield running


def letter_to(address: str, sender: Sender, **fields: Any) -> OutgoingEmail:
    letter = make_letter(**fields)
    return make_email(to=address, sender=sender, kind=Kind.LETTER, letter=letter, message=outbox.letter_message())


def claimed(limit: int = 50, queue: str = "letters") -> list[int]:
    """One claim's emails, put back as a worker puts them that had no time."""
    emails = draining.claim(queue, limit, "t")
    OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails]).update(state=State.CANCELLED)
    return [email.pk for email in emails]


# Pace


def test_letters_to_one_mailbox_leave_one_after_another_at_its_pace() -> None:
    sender = make_sender(mailbox_pace=6)
    letters = [letter_to("mp@example.org", sender) for _ in range(10)]
    went: list[tuple[int, int]] = []
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        for second in range(0, 130):
            went += [(second, pk) for pk in claimed()]
            clock.shift(1)
    assert [pk for _, pk in went] == [letter.pk for letter in letters]
    gaps = [after[0] - before[0] for before, after in zip(went, went[1:], strict=False)]
    assert all(7 <= gap <= 14 for gap in gaps), gaps


def test_a_domain_has_a_pace_of_its_own_whatever_the_mailbox() -> None:
    sender = make_sender(domain_pace=20)
    for number in range(12):
        letter_to(f"mp{number}@example.org", sender)
    other = letter_to("mp@elsewhere.example.net", sender)
    went: list[int] = []
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        first = claimed()
        assert other.pk in first and len(first) == 2
        for _ in range(29):
            clock.shift(1)
            went += claimed()
    assert 7 <= len(went) <= 11  # thirty seconds at twenty a minute


def test_a_slow_mailbox_does_not_use_up_its_domains_pace() -> None:
    sender = make_sender(mailbox_pace=6, domain_pace=20)
    for _ in range(30):
        letter_to("flooded@example.org", sender)
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        assert len(claimed()) == 1
        clock.shift(10)
        quiet = letter_to("quiet@example.org", sender)
        went: list[int] = []
        for _ in range(8):
            clock.shift(1)
            went += claimed()
    assert quiet.pk in went


def test_a_letter_that_waits_for_its_slot_is_met_once_and_its_state_does_not_change(
    django_assert_max_num_queries: Any,
) -> None:
    sender = make_sender(mailbox_pace=6)
    letters = [letter_to("mp@example.org", sender) for _ in range(40)]
    assert len(claimed()) == 1
    with django_assert_max_num_queries(1):
        assert claimed() == []
    assert history(letters[-1]) == ["queued"]
    last = OutgoingEmail.objects.get(pk=letters[-1].pk)
    assert timedelta(seconds=300) < last.not_before - timezone.now() < timedelta(seconds=480)


def test_after_an_outage_what_is_overdue_keeps_to_the_pace() -> None:
    sender = make_sender(mailbox_pace=6)
    for _ in range(20):
        letter_to("mp@example.org", sender)
    with time_machine.travel(timezone.now() + timedelta(seconds=1), tick=False) as clock:
        assert len(claimed()) == 1
        clock.shift(3600)
        went = [len(claimed())]
        for _ in range(60):
            clock.shift(1)
            went.append(len(claimed()))
    assert went[0] == 1 and 5 <= sum(went) <= 9


def test_slots_are_given_no_further_ahead_than_an_hour_so_that_another_senders_letter_comes_in_between() -> None:
    many, other = make_sender(mailbox_pace=1), make_sender(name="Southtown", mailbox_pace=1)
    letters = [letter_to("mp@example.org", many) for _ in range(150)]
    assert len(claimed()) == 1
    far = [OutgoingEmail.objects.get(pk=letter.pk) for letter in letters[1:]]
    with_a_slot = [letter for letter in far if letter.slots]
    assert 45 <= len(with_a_slot) <= 80
    limit = timezone.now() + timedelta(minutes=63)
    assert all(letter.not_before < limit for letter in far)
    outbox.cancel([letter.pk for letter in far], "Alice")
    theirs = letter_to("mp@example.org", other)
    assert claimed() == []
    theirs.refresh_from_db()
    assert theirs.not_before < limit


def test_a_letter_refused_for_now_keeps_its_place(server: SmtpServer) -> None:
    sender = make_sender(smtp_url=server.url, mailbox_pace=6)
    server.answers["RCPT"] = ["450 4.2.0 greylisted"]
    first, *others = (letter_to("mp@example.org", sender) for _ in range(30))
    outbox.drain("letters")
    first.refresh_from_db()
    assert (first.state, first.attempts) == (State.QUEUED, 1)
    with time_machine.travel(first.not_before + timedelta(seconds=1), tick=False):
        assert first.pk in claimed()


def test_confirmations_know_no_pace() -> None:
    sender = make_sender(mailbox_pace=1, domain_pace=1)
    for number in range(20):
        make_email(to=f"alice+{number}@example.org", sender=sender)
    assert len(claimed(queue="confirmations")) == 20


def test_a_sender_with_thousands_waiting_does_not_keep_another_waiting() -> None:
    busy, other = make_sender(), make_sender(name="Southtown")
    for _ in range(60):
        make_email(sender=busy)
    mine = make_email(sender=other)
    found: list[int] = []
    for _ in range(40):
        found += claimed(1, "confirmations")
        if mine.pk in found:
            break
    assert mine.pk in found


# Hours


@pytest.mark.parametrize(
    ("zone", "at", "opens"),
    [
        ("Europe/London", "2026-11-23T08:59", "2026-11-23T09:00"),
        ("Europe/London", "2026-11-23T09:00", "2026-11-23T09:00"),
        ("Europe/London", "2026-11-23T16:59", "2026-11-23T16:59"),
        ("Europe/London", "2026-11-23T17:00", "2026-11-24T09:00"),
        ("Europe/London", "2026-11-27T17:00", "2026-11-30T09:00"),  # a Friday evening
        ("Europe/London", "2026-11-28T12:00", "2026-11-30T09:00"),
        ("America/New_York", "2026-11-23T12:00", "2026-11-23T14:00"),
        ("Australia/Sydney", "2026-11-22T21:00", "2026-11-22T22:00"),  # already Monday there
        ("Europe/London", "2026-03-27T17:00", "2026-03-30T08:00"),  # the clocks go forward that Sunday
    ],
)
def test_letters_leave_in_the_recipients_working_hours(zone: str, at: str, opens: str) -> None:
    sender = Sender(sends_from=time(9), sends_until=time(17), sends_at_weekends=False)
    now = datetime.fromisoformat(at).replace(tzinfo=UTC)
    assert pacing.next_opening(sender, zone, now) == datetime.fromisoformat(opens).replace(tzinfo=UTC)


@pytest.mark.parametrize(("at", "opens"), [("03:00", "03:00"), ("12:00", "22:00"), ("23:00", "23:00")])
def test_hours_may_go_over_midnight(at: str, opens: str) -> None:
    sender = Sender(sends_from=time(22), sends_until=time(6))
    now = datetime.fromisoformat(f"2026-11-23T{at}").replace(tzinfo=UTC)
    assert pacing.next_opening(sender, "UTC", now) == datetime.fromisoformat(f"2026-11-23T{opens}").replace(tzinfo=UTC)


def test_a_letter_out_of_hours_waits_and_a_confirmation_does_not() -> None:
    sender = make_sender(sends_from=time(9), sends_until=time(17))
    letter = letter_to("mp@example.org", sender, recipient_time_zone="Europe/London")
    confirmation = make_email(sender=sender)
    with time_machine.travel(MONDAY.replace(hour=20), tick=False):
        make_due(letter, confirmation)
        assert claimed() == []
        assert claimed(queue="confirmations") == [confirmation.pk]
        letter.refresh_from_db()
    assert MONDAY.replace(day=24, hour=9) <= letter.not_before <= MONDAY.replace(day=24, hour=9, minute=1)


# Domains at rest


def test_a_refusal_that_may_pass_rests_the_whole_domain_on_all_workers(server: SmtpServer) -> None:
    sender = make_sender(smtp_url=server.url)
    emails = [make_email(to=f"p{number}@busy.example.org", sender=sender) for number in range(3)]
    elsewhere = make_email(to="p@calm.example.org", sender=sender)
    server.answers["RCPT"] = ["451 4.7.1 try later"]
    outbox.drain("confirmations")
    assert state_of(elsewhere) == State.SENT
    assert [state_of(email) for email in emails] == [State.QUEUED] * 3
    assert sorted(OutgoingEmail.objects.filter(pk__in=[e.pk for e in emails]).values_list("attempts", flat=True)) == [
        0,
        0,
        1,
    ]
    late = make_email(to="late@busy.example.org", sender=sender)
    OutgoingEmail.objects.filter(state=State.QUEUED).update(not_before=timezone.now())
    assert claimed(queue="confirmations") == []
    resting = Destination.objects.get(key=domain_key("busy.example.org"))
    late.refresh_from_db()
    assert resting.backed_off_until and late.not_before >= resting.backed_off_until > timezone.now()


def test_each_refusal_rests_a_domain_longer_and_an_accepted_email_ends_it(
    server: SmtpServer, settings: Settings
) -> None:
    settings.BACKOFF_SECONDS = 10
    email = make_email(url=server.url)
    rests = [(pacing.back_off(email, "451 later") - timezone.now()).total_seconds() for _ in range(12)]
    assert all(7.5 * 2**n < rest < 12.5 * 2**n for n, rest in enumerate(rests[:8]))
    assert rests[-1] < 1.25 * 3600
    Destination.objects.update(backed_off_until=None)
    outbox.drain("confirmations")
    assert state_of(email) == State.SENT
    assert Destination.objects.get().refusals == 0


def test_a_full_mailbox_says_nothing_of_its_domain(server: SmtpServer) -> None:
    sender = make_sender(smtp_url=server.url)
    full, fine = (make_email(to=f"{name}@example.org", sender=sender) for name in ("full", "fine"))
    server.answers["RCPT"] = ["452 4.2.2 mailbox full"]
    outbox.drain("confirmations")
    assert {state_of(full), state_of(fine)} == {State.QUEUED, State.SENT}
    assert not Destination.objects.filter(backed_off_until__isnull=False).exists()


# Stops


def test_a_letter_refused_for_a_reason_of_policy_stops_its_sender_at_that_domain_until_somebody_lifts_it(
    server: SmtpServer,
) -> None:
    sender, other = make_sender(smtp_url=server.url), make_sender(name="Southtown", smtp_url=server.url)
    letters = [letter_to(f"mp{number}@parliament.example.org", sender) for number in range(3)]
    server.answers["DATA"] = ["554 5.7.1 message looks like bulk mail"]
    outbox.drain("letters")
    assert sorted(state_of(letter) for letter in letters) == [State.FAILED, State.QUEUED, State.QUEUED]
    stop = Stop.objects.get()
    assert stop.sender == sender and stop.domain.name == "parliament.example.org" and "5.7.1" in stop.answer
    OutgoingEmail.objects.filter(state=State.QUEUED).update(not_before=timezone.now())
    theirs = letter_to("mp0@parliament.example.org", other)
    outbox.drain("letters")
    assert state_of(theirs) == State.SENT  # another sender is not to blame
    assert sorted(state_of(letter) for letter in letters) == [State.FAILED, State.QUEUED, State.QUEUED]

    Destination.objects.update(free_at=timezone.now() + timedelta(minutes=50))  # as slots given before leave it
    assert pacing.lift(stop, "Alice") == 2
    assert pacing.lift(stop, "Bob") == 0
    outbox.drain("letters")
    assert sorted(state_of(letter) for letter in letters) == [State.FAILED, State.SENT, State.SENT]


def test_all_that_waits_for_a_stopped_domain_is_moved_out_of_the_way_at_once(server: SmtpServer) -> None:
    sender = make_sender()
    for number in range(120):
        make_email(to=f"p{number}@closed.example.org", sender=sender)
    open_one = make_email(to="p@open.example.org", sender=sender)
    pacing.refused_by_policy(letter_to("mp@closed.example.org", sender), "554 5.7.1 spam")
    assert claimed(5, "confirmations") == [open_one.pk]
    assert not OutgoingEmail.objects.due().filter(queue="confirmations").exists()


def test_a_stop_holds_while_the_hash_keys_are_changed(settings: Settings) -> None:
    sender = make_sender()
    pacing.refused_by_policy(letter_to("mp@closed.example.org", sender), "554 5.7.1 spam")
    settings.HASH_KEYS = ["another-key-abcdefghijklmnopqrstuvwxyz-0123", *settings.HASH_KEYS]
    letter_to("mp@closed.example.org", sender)
    assert claimed() == []
    rotate(Destination, 10)
    assert Destination.objects.get(name__isnull=False, stops__isnull=False).key == domain_key("closed.example.org")


def test_refusals_of_one_sender_do_not_stop_another() -> None:
    sender, other = make_sender(), make_sender(name="Southtown")
    for _ in range(2):
        assert not pacing.refused_by_policy(make_email(sender=sender), "550 5.7.1 blocked")
    assert not pacing.refused_by_policy(make_email(sender=other), "550 5.7.1 blocked")
    assert pacing.refused_by_policy(make_email(sender=sender), "550 5.7.1 blocked")
    assert [stop.sender for stop in Stop.objects.all()] == [sender]


def test_destinations_and_lifted_stops_are_forgotten_in_time() -> None:
    sender = make_sender()
    pacing.refused_by_policy(letter_to("mp@closed.example.org", sender), "554 5.7.1 spam")
    later = timezone.now() + timedelta(days=1)
    pacing.forget_unused(later)
    assert Stop.objects.count() == 1
    pacing.lift(Stop.objects.get(), "Alice")
    pacing.forget_unused(timezone.now() + timedelta(days=1))
    assert not Stop.objects.exists() and not Destination.objects.exists()


def test_one_supporters_own_filter_does_not_stop_everybodys_confirmations(server: SmtpServer) -> None:
    sender = make_sender(smtp_url=server.url)
    refused = [make_email(to=f"p{number}@example.org", sender=sender) for number in range(2)]
    server.answers["RCPT"] = ["550 5.7.1 blocked"] * 2
    outbox.drain("confirmations")
    assert [state_of(email) for email in refused] == [State.FAILED] * 2
    assert not Stop.objects.exists()
    make_email(to="p9@example.org", sender=sender)
    server.answers["RCPT"] = ["550 5.7.1 blocked"]
    outbox.drain("confirmations")
    assert Stop.objects.count() == 1


# Pauses by hand


def test_letters_can_be_paused_while_confirmations_go_on() -> None:
    sender = make_sender()
    letter, confirmation = letter_to("mp@example.org", sender), make_email(sender=sender)
    pacing.pause(sender, Sender.Pause.LETTERS, "Alice")
    assert claimed() == []
    assert claimed(queue="confirmations") == [confirmation.pk]
    pacing.resume(sender, "Alice")
    assert claimed() == [letter.pk]


def test_everything_can_be_paused() -> None:
    sender = make_sender()
    make_email(sender=sender)
    pacing.pause(sender, Sender.Pause.EVERYTHING, "Alice")
    assert claimed(queue="confirmations") == []
    assert not draining.nudge_due()


# The clock


def test_a_clock_set_back_an_hour_delays_nothing(settings: Settings) -> None:
    sender = make_sender(smtp_url="")
    now = timezone.now()
    waiting, dying = make_email(sender=sender), make_email(to="bob@example.org", sender=sender)
    lease = {"lease_token": "dead", "lease_until": now + timedelta(seconds=30)}
    draining.move([dying.pk], State.QUEUED, State.LEASED, actor="worker", changes=lease)
    Sender.objects.update(paused_until=now + timedelta(seconds=5))
    job = jobs.Job.objects.create(kind="export", not_before=now)
    with time_machine.travel(now - timedelta(hours=1), tick=False) as clock:
        assert claimed(queue="confirmations") == []
        pacing.clock_went_back(3600)
        jobs.clock_went_back(3600)
        clock.shift(35)
        assert outbox.recover_expired_leases() == 1
        clock.shift(2)
        assert sorted(claimed(queue="confirmations")) == sorted([waiting.pk, dying.pk])
        assert jobs.Job.objects.due(timezone.now()).filter(pk=job.pk).exists()


def test_the_clock_is_seen_to_go_back_and_only_then(monkeypatch: pytest.MonkeyPatch) -> None:
    wall, steady = [1000.0], [50.0]
    monkeypatch.setattr("config.clock.time.time", lambda: wall[0])
    monkeypatch.setattr("config.clock.time.monotonic", lambda: steady[0])
    clock = Clock()

    def later(seconds: float, by_the_wall: float) -> float:
        steady[0] += seconds
        wall[0] += by_the_wall
        return clock.went_back()

    assert later(10, 10) == 0
    assert later(1, 3601) == 0  # forward: leases end early, which the tokens bear
    assert later(1, -3599) == 3600
    assert later(1, 1) == 0
    assert [later(60, 59) for _ in range(2)] == [0, 2]  # small steps add up


def test_a_clock_that_went_back_while_the_sweeper_was_away_is_seen_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.clock.time.time", lambda: 1000.0)
    assert Clock(last_seen=4600.0).went_back() == pytest.approx(3600)
    assert Clock(last_seen=900.0).went_back() == 0
    assert Clock(None).went_back() == 0
