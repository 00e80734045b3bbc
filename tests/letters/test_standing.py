from datetime import UTC, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from config.crypto import domain_key
from letters import outbox, standing
from letters.models import DeliveryEvent, Destination, OutgoingEmail, ProviderEvent, Sender, Stop
from letters.models.post import Kind, State
from letters.transitions import move

from .posting import make_email, make_sender

pytestmark = pytest.mark.django_db


@pytest.fixture
def sender() -> Sender:
    return make_sender(name="Alice's")


@pytest.fixture
def stranger() -> Sender:
    return make_sender(name="Charlie's")


def walk(email: OutgoingEmail, *states: State) -> OutgoingEmail:
    """Takes an email through its states as a worker would."""
    for source, target in zip((State.QUEUED, *states), states, strict=False):
        changes = {"lease_token": "t", "lease_until": timezone.now()} if target == State.LEASED else {}
        assert move([email.pk], source, target, actor="worker", changes=changes) == [email.pk]
    email.refresh_from_db()
    return email


SENT = (State.LEASED, State.HANDING, State.SENT)
FAILED = (State.LEASED, State.FAILED)
HELD = (State.LEASED, State.HANDING, State.HELD)


def due_since(seconds: float, *emails: OutgoingEmail) -> None:
    since = timezone.now() - timedelta(seconds=seconds)
    OutgoingEmail.objects.filter(pk__in=[email.pk for email in emails]).update(not_before=since)


# By state


def test_the_post_is_counted_by_kind_and_state_and_only_ones_own(sender: Sender, stranger: Sender) -> None:
    first = make_email(sender=sender)
    make_email(sender=sender)
    held = walk(make_email(sender=sender, kind=Kind.LETTER), *HELD)
    walk(make_email(sender=sender), *SENT)
    make_email(sender=stranger)
    assert standing.by_state([sender.pk]) == [
        standing.Line("confirmations", "confirmation", "queued", 2, first.created_at),
        standing.Line("confirmations", "confirmation", "sent", 1, None),
        standing.Line("letters", "letter", "held", 1, held.created_at),
    ]
    assert sum(line.count for line in standing.by_state()) == outbox.counts()["accepted"] == 5
    assert standing.by_state([]) == []


# Age


def test_the_age_is_that_of_the_oldest_due_row_of_each_queue(sender: Sender, stranger: Sender) -> None:
    due_since(50, make_email(sender=sender))
    due_since(500, make_email(sender=stranger))
    due_since(70, make_email(sender=sender, kind=Kind.LETTER))
    due_since(-900, make_email(sender=sender, kind=Kind.UPDATE))  # not due yet
    due_since(9_000, walk(make_email(sender=sender), *SENT))
    ages = standing.oldest_due([sender.pk])
    assert ages["confirmations"] == pytest.approx(50, abs=20)
    assert ages["letters"] == pytest.approx(70, abs=20)
    assert ages["updates"] == 0.0
    assert standing.oldest_due()["confirmations"] == pytest.approx(500, abs=20)


def test_what_somebody_stopped_by_hand_is_not_late_and_a_server_in_trouble_is(sender: Sender) -> None:
    due_since(50, make_email(sender=sender), make_email(sender=sender, kind=Kind.LETTER))
    Sender.objects.update(paused_until=timezone.now() + timedelta(hours=1))
    assert all(standing.oldest_due()[queue] > 40 for queue in ("confirmations", "letters"))
    Sender.objects.update(pause=Sender.Pause.LETTERS)
    assert standing.oldest_due()["confirmations"] > 40
    assert standing.oldest_due()["letters"] == 0.0
    Sender.objects.update(pause=Sender.Pause.EVERYTHING)
    assert set(standing.oldest_due().values()) == {0.0}


# Throughput


def test_each_minute_has_its_line_even_the_quiet_ones(sender: Sender, stranger: Sender) -> None:
    walk(make_email(sender=sender), *SENT)
    walk(make_email(sender=sender), *SENT)
    walk(make_email(sender=sender), *FAILED)
    walk(make_email(sender=stranger), *SENT)
    make_email(sender=sender)
    lines = standing.throughput([sender.pk], minutes=5)
    assert len(lines) == 5
    assert [after.at - before.at for before, after in zip(lines, lines[1:], strict=False)] == [timedelta(minutes=1)] * 4
    assert lines[-1].at.tzinfo == UTC and lines[-1].at.second == 0
    assert (sum(line.sent for line in lines), sum(line.failed for line in lines)) == (2, 1)
    assert sum(line.sent for line in standing.throughput(minutes=5)) == 3


def test_what_happened_before_is_in_the_past(sender: Sender) -> None:
    email = walk(make_email(sender=sender), *SENT)
    hour_ago = timezone.now() - timedelta(minutes=60)
    event = DeliveryEvent(email=email, at=hour_ago, from_state="handing", to_state="sent", actor="worker")
    event.save()
    assert sum(line.sent for line in standing.throughput(minutes=60)) == 1


def test_the_last_hour_of_who_sends_much_is_kept_and_what_came_since_is_added(
    sender: Sender, stranger: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "MUCH_AN_HOUR", 3)
    at = timezone.now().replace(second=30)
    with time_machine.travel(at - timedelta(minutes=10)):
        for _ in range(3):
            walk(make_email(sender=sender), *SENT)
        assert standing.reckon_large() == 0  # not more than so many
        walk(make_email(sender=sender), *FAILED)
    with time_machine.travel(at - timedelta(minutes=5)):
        walk(make_email(sender=sender), *SENT)
        assert standing.reckon_large() == 1
        walk(make_email(sender=sender), *SENT)  # in the same minute
    with time_machine.travel(at):
        walk(make_email(sender=sender), *SENT)
        counted = standing.throughput([sender.pk])
        assert standing.last_hour(sender.pk) == counted
        assert [(line.sent, line.failed) for line in counted if line.sent] == [(3, 1), (2, 0), (1, 0)]
        assert standing.reckon_large() == 1
        assert standing.last_hour(sender.pk) == counted
        OutgoingEmail.objects.filter(settled_at__lt=at - timedelta(minutes=8)).update(sender=stranger)
        assert standing.last_hour(sender.pk) == counted  # these are not looked at again
        assert sum(line.sent for line in standing.last_hour(stranger.pk)) == 3
    with time_machine.travel(at + timedelta(minutes=58)):
        assert standing.reckon_large() == 1
        assert standing.last_hour(sender.pk) == standing.throughput([sender.pk])


# Domains


def make_stop(sender: Sender, name: str) -> Stop:
    domain = Destination.objects.create(key=domain_key(name), name=name, answer="550 too many")
    return Stop.objects.create(sender=sender, domain=domain, answer="554 policy")


def test_the_domains_that_most_mail_waits_for_come_first(sender: Sender, stranger: Sender) -> None:
    for number in range(3):
        make_email(sender=sender, to=f"a{number}@Parliament.example.org")
    make_email(sender=sender, to="b@council.example.org")
    walk(make_email(sender=sender, to="c@council.example.org"), State.LEASED)
    walk(make_email(sender=sender, to="d@settled.example.org"), *SENT)
    make_email(sender=stranger, to="e@elsewhere.example.org")
    later = timezone.now() + timedelta(minutes=5)
    Destination.objects.create(
        key=domain_key("council.example.org"), name="council.example.org", backed_off_until=later, answer="451 slow"
    )
    assert standing.domains([sender.pk]) == [
        standing.DomainLine("parliament.example.org", 3, 0, None, "", None),
        standing.DomainLine("council.example.org", 1, 1, later, "451 slow", None),
    ]
    assert [line.name for line in standing.domains([sender.pk], limit=1)] == ["parliament.example.org"]


def test_a_domain_that_has_stopped_a_sender_is_shown_to_it_alone_and_first(sender: Sender, stranger: Sender) -> None:
    stop = make_stop(sender, "council.example.org")
    for _ in range(2):
        make_email(sender=sender, to="a@parliament.example.org")
    make_email(sender=sender, to="a@council.example.org")
    make_email(sender=stranger, to="a@council.example.org")
    first, second = standing.domains([sender.pk])
    assert (first.name, first.waiting, first.stop, first.answer) == ("council.example.org", 1, stop, "554 policy")
    assert (second.name, second.stop) == ("parliament.example.org", None)
    assert [line.stop for line in standing.domains([stranger.pk])] == [None]
    assert standing.domains([sender.pk], limit=1) == [first]
    Stop.objects.update(lifted_at=timezone.now())
    assert [line.stop for line in standing.domains([sender.pk])] == [None, None]


def test_a_back_off_that_is_over_is_not_shown(sender: Sender) -> None:
    make_email(sender=sender, to="a@council.example.org")
    before = timezone.now() - timedelta(seconds=1)
    Destination.objects.create(
        key=domain_key("council.example.org"), name="council.example.org", backed_off_until=before
    )
    assert [line.backed_off_until for line in standing.domains()] == [None]


# What somebody has to look at


def test_held_failed_and_bounced_are_ones_own(sender: Sender, stranger: Sender) -> None:
    held = [walk(make_email(sender=sender, kind=Kind.LETTER), *HELD) for _ in range(2)]
    failed = [walk(make_email(sender=sender), *FAILED) for _ in range(2)]
    bounced = walk(make_email(sender=sender, kind=Kind.LETTER), *SENT, State.BOUNCED)
    walk(make_email(sender=sender), *SENT, State.BOUNCED)  # a supporter's, no representative's
    for states in (HELD, FAILED, (*SENT, State.BOUNCED)):
        walk(make_email(sender=stranger, kind=Kind.LETTER), *states)
    mine = [sender.pk]
    assert list(standing.held(mine)) == held  # the oldest first
    assert list(standing.failed(mine)) == failed[::-1]
    assert list(standing.bounced_letters(mine)) == [bounced]
    assert [rows.count() for rows in (standing.held(), standing.failed(), standing.bounced_letters())] == [3, 3, 2]


# One email


def test_the_history_tells_what_we_did_and_what_the_provider_said(sender: Sender) -> None:
    email = walk(make_email(sender=sender, actor="alice"), *SENT)
    now = timezone.now()
    for minutes, what in ((2, "bounced"), (1, "deferred")):
        at = now + timedelta(minutes=minutes)
        ProviderEvent.objects.create(
            sender=sender, event_id=what, email=email, what=what, occurred_at=at, detail=f"the {what} text"
        )
    entries = standing.history(email)
    assert [(entry.actor, entry.sentence, entry.detail) for entry in entries] == [
        ("alice", "Accepted.", ""),
        ("worker", "A worker took it to send it.", ""),
        ("worker", "It was being handed to the mail server.", ""),
        ("worker", "The mail server accepted it.", ""),
        ("mail provider", "The mail provider reports a delay.", "the deferred text"),
        ("mail provider", "The mail provider reports that it came back.", "the bounced text"),
    ]
    assert entries[0].at == email.created_at and entries[-1].at == now + timedelta(minutes=2)


def test_every_state_and_every_event_has_its_sentence() -> None:
    assert set(standing.SENTENCES) == set(State)
    assert set(standing.SAID_BY_PROVIDER) == set(ProviderEvent.What)


def test_a_very_long_story_is_shortened_at_its_beginning(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "LONGEST_HISTORY", 3)
    email = walk(make_email(sender=sender), State.LEASED, State.QUEUED, *SENT)
    assert [entry.sentence for entry in standing.history(email)] == [
        "Accepted.",
        "A worker took it to send it.",
        "It was being handed to the mail server.",
        "The mail server accepted it.",
    ]


def test_the_last_change_of_each_email_is_known_whether_they_follow_each_other_or_not(sender: Sender) -> None:
    emails = [walk(make_email(sender=sender), *(SENT if number % 2 else FAILED)) for number in range(12)]
    for page in (emails[:5], [emails[0], emails[-1]], []):
        found = standing.last_changes(page)
        assert {pk: found[pk].to_state for pk in found if pk in {one.pk for one in page}} == {
            one.pk: State.SENT if emails.index(one) % 2 else State.FAILED for one in page
        }


# Cost


@pytest.mark.parametrize(
    ("question", "queries"),
    [(standing.by_state, 4), (standing.oldest_due, 3), (standing.throughput, 1), (standing.domains, 4)],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_an_answer_takes_as_many_queries_for_one_row_as_for_many(
    question: object, queries: int, sender: Sender
) -> None:
    for count in (1, 20):
        for _ in range(count):
            walk(make_email(sender=sender), *SENT)
            make_email(sender=sender)
        with CaptureQueriesContext(connection) as taken:
            question([sender.pk])  # type: ignore[operator]
        assert len(taken) == queries


def test_the_last_hour_is_found_by_its_index() -> None:
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        standing.throughput()
    ((sql, params),) = asked
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")  # so short a table it would rather read as it is
        cursor.execute(f"{connection.ops.explain_query_prefix()} {sql}", params)
        assert "event_of_an_end" in str(cursor.fetchall())
