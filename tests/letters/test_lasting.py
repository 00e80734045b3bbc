"""Which commits wait for the disk, and which may be lost with the database's last moment."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from pytest_django import Settings

from letters import lasting, outbox
from letters.channels import Capture
from letters.models.post import QUEUE_OF, Kind, State
from letters.transitions import RESENT_IN_DOUBT
from tests.letters.posting import make_email, make_sender, state_of

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = {"postgresql": "SHOW synchronous_commit", "sqlite": "PRAGMA synchronous"}
LASTING = {"postgresql": "on", "sqlite": 2}  # FULL
HURRIED = {"postgresql": "off", "sqlite": 1}  # NORMAL


def as_it_is() -> Any:
    with connection.cursor() as cursor:
        cursor.execute(ASKED[connection.vendor])
        return cursor.fetchone()[0]


@pytest.fixture(autouse=True)
def _as_in_production(settings: Settings, tmp_path: object) -> Iterator[None]:
    settings.MAILBOX_DIR = tmp_path
    # The tests' databases themselves wait for no disk.
    name = connection.settings_dict["NAME"]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA synchronous = FULL")
        else:
            cursor.execute(f"ALTER DATABASE {name} SET synchronous_commit = on")
            connection.close()  # it holds for new ones
    yield
    if connection.vendor != "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER DATABASE {name} RESET synchronous_commit")
    connection.close()  # the next test's is as the tests' are


@pytest.fixture
def at_handing(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """How lasting the commits were while each email was handed over."""
    seen: list[Any] = []
    deliver = Capture.deliver

    def looked_at(self: Capture, *arguments: Any) -> str:
        seen.append(as_it_is())
        return deliver(self, *arguments)

    monkeypatch.setattr(Capture, "deliver", looked_at)
    return seen


@pytest.mark.parametrize("kind", Kind.values)
def test_a_commit_waits_for_the_disk_unless_its_email_may_be_sent_twice(kind: Kind, at_handing: list[Any]) -> None:
    email = make_email(sender=make_sender(channel="capture"), kind=kind)
    outbox.drain(QUEUE_OF[kind])
    assert state_of(email) == State.SENT
    expected = HURRIED if kind in RESENT_IN_DOUBT else LASTING
    assert at_handing == [expected[connection.vendor]]


def test_a_letter_after_a_confirmation_in_the_same_worker_is_lasting(at_handing: list[Any]) -> None:
    sender = make_sender(channel="capture")
    make_email(sender=sender)
    make_email(sender=sender, kind=Kind.LETTER)
    outbox.drain("confirmations")
    assert as_it_is() == LASTING[connection.vendor]
    outbox.drain("letters")
    assert at_handing == [HURRIED[connection.vendor], LASTING[connection.vendor]]


def test_a_connection_that_cannot_be_put_back_is_not_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(RuntimeError, match="the drain"), lasting.as_lasting_as_needed("confirmations"):
        before = connection.connection
        wrong = dict.fromkeys(ASKED, ("", "NONSENSE"))
        monkeypatch.setattr(lasting, "HURRIED_AND_BACK", wrong)
        raise RuntimeError("the drain went wrong")
    assert connection.connection is not before or as_it_is() == LASTING[connection.vendor]


def test_no_queue_has_both_kinds() -> None:
    """Or its letters would make its confirmations slow; never the other way round."""
    for queue in set(QUEUE_OF.values()):
        kinds = {kind in RESENT_IN_DOUBT for kind, its_queue in QUEUE_OF.items() if its_queue == queue}
        assert len(kinds) == 1
