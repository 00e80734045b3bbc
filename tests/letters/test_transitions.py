"""States change in one place, by the table, and each change is written down."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction

from config.append_only import AppendOnly
from letters.models import DeliveryEvent, OutgoingEmail
from letters.models.post import ENDED, IN_WORK, RESTING, TRANSITIONS, UNSETTLED, State
from letters.transitions import IllegalTransition, move, without_addresses
from tests.letters.posting import history, make_email, state_of

pytestmark = pytest.mark.django_db


def test_the_table_names_every_state_and_each_can_be_reached() -> None:
    assert set(TRANSITIONS) == set(State)
    assert {State.QUEUED}.union(*TRANSITIONS.values()) == set(State)
    assert set(UNSETTLED) | set(RESTING) == set(State)
    assert set(ENDED) < set(RESTING)


@pytest.mark.parametrize("source", State)
@pytest.mark.parametrize("target", State)
def test_only_what_the_table_lists_can_happen(source: State, target: State) -> None:
    email = make_email()
    leased = {"lease_token": "t", "lease_until": "2026-01-01T00:00Z"} if source in IN_WORK else {}
    OutgoingEmail.objects.filter(pk=email.pk).update(state=source, **leased)
    changes = {"lease_token": "t", "lease_until": "2026-01-01T00:00Z"} if target in IN_WORK else {}
    if target in TRANSITIONS[source]:
        assert move([email.pk], source, target, actor="a test", changes=changes) == [email.pk]
        assert state_of(email) == target
        event = email.events.get()
        assert (event.from_state, event.to_state, event.actor) == (source, target, "a test")
        email.refresh_from_db()
        assert (email.settled_at is not None) == (target in RESTING)
    else:
        with pytest.raises(IllegalTransition):
            move([email.pk], source, target, actor="a test", changes=changes)
        assert (state_of(email), email.events.count()) == (source, 0)


def test_what_has_begun_to_be_handed_over_is_never_cancelled_nor_sent_twice_unseen() -> None:
    assert State.CANCELLED not in TRANSITIONS[State.HANDING]
    assert State.QUEUED not in TRANSITIONS[State.SENT]


def test_a_row_that_somebody_moved_first_stays_and_has_no_event() -> None:
    email = make_email()
    assert move([email.pk], State.HELD, State.CANCELLED, actor="late") == []
    assert (state_of(email), email.events.count()) == (State.QUEUED, 0)


def test_many_rows_move_with_an_event_each() -> None:
    emails = [make_email(to=f"p{number}@example.org") for number in range(7)]
    move([emails[0].pk], State.QUEUED, State.CANCELLED, actor="first")
    moved = move([email.pk for email in emails], State.QUEUED, State.HELD, actor="second", detail="why")
    assert sorted(moved) == [email.pk for email in emails[1:]]
    assert DeliveryEvent.objects.filter(actor="second", detail="why").count() == 6


def test_a_worker_whose_lease_is_gone_changes_nothing() -> None:
    email = make_email()
    lease = {"lease_token": "second", "lease_until": "2026-01-01T00:00Z"}
    move([email.pk], State.QUEUED, State.LEASED, actor="second", changes=lease)
    assert move([email.pk], State.LEASED, State.HANDING, actor="first", token="first") == []
    assert history(email) == ["queued", "leased"]


def test_the_database_knows_no_work_without_a_lease_and_no_other_state() -> None:
    email = make_email()
    for wrong in ({"state": State.LEASED}, {"state": "delivered"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            OutgoingEmail.objects.filter(pk=email.pk).update(**wrong)


def test_history_is_only_ever_added_to() -> None:
    email = make_email()
    move([email.pk], State.QUEUED, State.HELD, actor="a test")
    event = email.events.get()
    event.detail = "something else"
    for rewrite in (event.save, event.delete, email.events.all().delete, lambda: email.events.update(detail="")):
        with pytest.raises(AppendOnly):
            rewrite()


@pytest.mark.parametrize(
    "text",
    [
        "550 <alice@example.org>: unknown",
        "550 alice@example.org unknown",
        "550 user Alice unknown",
        "550 5.1.1 mailto:alice@example.org",
    ],
)
def test_a_servers_sentence_is_kept_without_the_address(text: str) -> None:
    kept = without_addresses(text, also="alice@example.org")
    assert "alice" not in kept.lower() and kept.startswith("550")


def test_no_other_code_sets_the_state_of_an_email() -> None:
    """`update(state=…)`, `.state = …` and bulk updates of emails stand in letters/transitions.py alone."""
    found = [
        f"{path.name}: {ast.unparse(node.func)}"
        for app in ("letters", "campaigns")
        for path in Path(settings.BASE_DIR, app).rglob("*.py")
        if path.name != "transitions.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("update", "bulk_update")
        and "state" in [keyword.arg for keyword in node.keywords]
        and (app == "letters" or "mail" in ast.unparse(node.func))
    ]
    assert found == []
