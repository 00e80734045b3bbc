"""What a provider reports after an email left: once, in any order, and only of its sender's own."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from letters import draining, outbox
from letters.models import OutgoingEmail, ProviderEvent, Suppression
from letters.models.post import Kind, State
from letters.transitions import move
from tests.letters.factories import make_letter
from tests.letters.posting import history, make_due, make_email, make_sender, state_of

pytestmark = pytest.mark.django_db

What = ProviderEvent.What


def in_state(state: State, *, lease: float = 60, **fields: Any) -> OutgoingEmail:
    """An email that has come as far as `state`; its lease ends in so many seconds."""
    email = make_email(**fields)
    until = timezone.now() + timedelta(seconds=lease)
    path = {
        State.QUEUED: [],
        State.HANDING: [State.LEASED, State.HANDING],
        State.SENT: [State.LEASED, State.HANDING, State.SENT],
        State.HELD: [State.LEASED, State.HANDING, State.HELD],
    }[state]
    before = State.QUEUED
    for after in path:
        changes = {"lease_token": "t", "lease_until": until} if after == State.LEASED else {}
        assert move([email.pk], before, after, actor="worker", changes=changes)
        before = after
    email.refresh_from_db()
    return email


def report(email: OutgoingEmail, what: str, event_id: str = "", **fields: Any) -> ProviderEvent | None:
    return outbox.record_event(
        email.sender, event_id=event_id or uuid4().hex, uuid=email.uuid, what=what, occurred_at=timezone.now(), **fields
    )


def test_a_bounce_for_good_is_recorded_and_its_address_gets_no_more_mail() -> None:
    email = in_state(State.SENT)
    report(email, What.BOUNCED, permanent=True, detail="550 5.1.1 <alice@example.org> alice unknown")
    assert state_of(email) == State.BOUNCED
    assert Suppression.objects.get().key == email.to_key
    kept = [*email.events.values_list("detail", flat=True), ProviderEvent.objects.get().detail]
    assert not any("alice" in detail for detail in kept)
    again = make_email()
    assert draining.claim("confirmations", 5, "t") == []
    assert state_of(again) == State.CANCELLED


def test_a_representatives_bounce_holds_the_next_letter_for_a_decision() -> None:
    sender = make_sender()
    fields: dict[str, Any] = {"to": "mp@example.org", "kind": Kind.LETTER, "sender": sender}
    fields["message"] = outbox.letter_message()
    report(in_state(State.SENT, letter=make_letter(), **fields), What.BOUNCED, permanent=True)
    following = make_email(letter=make_letter(), **fields)
    assert draining.claim("letters", 5, "t") == []
    assert state_of(following) == State.HELD


def test_a_mailbox_that_is_full_today_may_get_mail_tomorrow() -> None:
    email = in_state(State.SENT)
    report(email, What.BOUNCED, permanent=False, detail="452 4.2.2 full")
    assert state_of(email) == State.BOUNCED and not Suppression.objects.exists()


def test_a_delay_is_kept_and_changes_nothing() -> None:
    email = in_state(State.SENT)
    report(email, What.DEFERRED, detail="451 4.7.1 later")
    assert state_of(email) == State.SENT
    assert ProviderEvent.objects.get().applied_at is not None


def test_a_complaint_suppresses_and_the_email_was_accepted_all_the_same() -> None:
    email = in_state(State.SENT)
    report(email, What.COMPLAINED)
    assert state_of(email) == State.SENT
    assert Suppression.objects.get().reason == Suppression.Reason.COMPLAINED


def test_the_same_report_twice_is_one() -> None:
    email = in_state(State.SENT)
    assert report(email, What.BOUNCED, "event-1", permanent=True) is not None
    assert report(email, What.BOUNCED, "event-1", permanent=True) is None
    assert ProviderEvent.objects.count() == 1
    assert history(email).count("bounced") == 1


def test_a_late_delivered_does_not_undo_a_bounce() -> None:
    email = in_state(State.SENT)
    report(email, What.BOUNCED, permanent=True)
    report(email, What.DELIVERED)
    assert state_of(email) == State.BOUNCED


def test_a_report_about_another_senders_email_is_ignored() -> None:
    email, stranger = in_state(State.SENT), make_sender(name="Charlie")
    found = outbox.record_event(
        stranger, event_id="1", uuid=email.uuid, what=What.BOUNCED, permanent=True, occurred_at=timezone.now()
    )
    assert found is None and state_of(email) == State.SENT
    assert not ProviderEvent.objects.exists() and not Suppression.objects.exists()


def test_a_report_that_comes_before_we_have_settled_waits_for_it() -> None:
    email = in_state(State.HANDING)
    report(email, What.BOUNCED, permanent=True)
    assert state_of(email) == State.HANDING
    assert outbox.apply_events() == 0
    move([email.pk], State.HANDING, State.SENT, actor="worker", token="t")
    assert outbox.apply_events() == 1
    assert state_of(email) == State.BOUNCED


@pytest.mark.parametrize(("what", "state"), [(What.DELIVERED, State.SENT), (What.BOUNCED, State.BOUNCED)])
def test_a_letter_in_doubt_is_settled_by_what_its_provider_reports(what: str, state: State) -> None:
    email = in_state(State.HANDING, lease=-1, kind=Kind.LETTER, letter=make_letter(), message=outbox.letter_message())
    report(email, what, permanent=True)
    outbox.recover_expired_leases()
    assert state_of(email) == state
    assert "held" not in history(email)


def test_a_letter_that_was_held_is_released_by_a_later_report() -> None:
    email = in_state(State.HELD, kind=Kind.LETTER, letter=make_letter(), message=outbox.letter_message())
    report(email, What.DELIVERED)
    assert state_of(email) == State.SENT


def test_a_refusal_by_the_provider_leaves_a_held_letter_for_a_person() -> None:
    email = in_state(State.HELD, kind=Kind.LETTER, letter=make_letter(), message=outbox.letter_message())
    report(email, What.REJECTED, permanent=True)
    assert state_of(email) == State.HELD


def test_an_email_that_left_after_the_backup_was_made_is_known_by_its_report_when_it_is_restored() -> None:
    email = make_email(kind=Kind.LETTER, letter=make_letter(), message=outbox.letter_message())
    outbox.hold([email.pk], "restore", "It waited when the backup was made.")
    report(email, What.DELIVERED)
    assert state_of(email) == State.SENT


def test_an_erased_address_is_not_suppressed_from_what_a_report_says() -> None:
    email = in_state(State.SENT)
    outbox.forget("alice@example.org", "Alice")
    report(OutgoingEmail.objects.get(pk=email.pk), What.BOUNCED, permanent=True, detail="alice@example.org unknown")
    assert not Suppression.objects.exists()
    make_due()
