"""Those who wait for the one who writes share a commit; what becomes of each is as if each had written alone."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

import pytest
from allauth.account.models import EmailAddress
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import timezone

from config import one_commit
from config.models import Reckoned
from config.one_commit import in_one_commit

pytestmark = pytest.mark.django_db(transaction=True)

Write = Callable[[], str]
Became = list["Future[str]"]


def store(key: str) -> Write:
    def write() -> str:
        return Reckoned.objects.create(key=key, numbers={}, at=timezone.now(), took=0).key

    return write


def stored() -> list[str]:
    return sorted(Reckoned.objects.values_list("key", flat=True))


def alone(write: Write) -> str:
    """In a thread, which has a connection of its own."""
    try:
        return in_one_commit(write)
    finally:
        connection.close()


def all_at_once(*writes: Write, became: Became | None = None) -> Became:
    """They all come while somebody else is writing; when all are there it is their turn."""

    became = [] if became is None else became
    with ThreadPoolExecutor(len(writes)) as threads, one_commit._one_writer:
        became += [threads.submit(alone, write) for write in writes]
        while len(one_commit._gathering) < len(writes) and not any(one.done() for one in became):
            time.sleep(0.001)
    return became


@pytest.fixture
def commits(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """For each commit, what was to be seen of the rows just before: by a connection that is none of the writers'."""
    seen: list[list[str]] = []
    commit = BaseDatabaseWrapper.commit

    def told(self: BaseDatabaseWrapper) -> None:
        with ThreadPoolExecutor(1) as another:
            seen.append(another.submit(_seen_from_outside).result())
        commit(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", told)
    return seen


def _seen_from_outside() -> list[str]:
    try:
        return stored()
    finally:
        connection.close()


def test_one_alone_is_written_and_hears_what_its_write_returned() -> None:
    assert in_one_commit(store("a")) == "a" and stored() == ["a"]


def test_those_who_wait_are_written_in_one_commit_and_each_hears_its_own(commits: list[list[str]]) -> None:
    became = all_at_once(*map(store, "abcde"))
    assert [one.result() for one in became] == list("abcde")
    assert commits == [[]], "one commit, and nothing to be seen before it"
    assert stored() == list("abcde")


def test_nobody_hears_of_it_before_the_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    became: Became = []
    heard: list[bool] = []
    commit = BaseDatabaseWrapper.commit

    def looks(self: BaseDatabaseWrapper) -> None:
        heard.extend(one.done() for one in became)
        commit(self)

    monkeypatch.setattr(BaseDatabaseWrapper, "commit", looks)
    all_at_once(*map(store, "abc"), became=became)
    assert heard == [False] * 3


def test_of_two_in_one_commit_the_second_sees_what_the_first_has_written() -> None:
    def unless_there() -> str:
        return "there" if Reckoned.objects.filter(pk="a").exists() else store("a")()

    assert sorted(one.result() for one in all_at_once(unless_there, unless_there)) == ["a", "there"]


def test_one_that_fails_fails_alone() -> None:
    store("taken")()
    a, taken, b = all_at_once(store("a"), store("taken"), store("b"))
    assert (a.result(), b.result()) == ("a", "b")
    with pytest.raises(IntegrityError):
        taken.result()
    assert stored() == ["a", "b", "taken"]


def test_one_that_fails_halfway_leaves_nothing_of_itself() -> None:
    def two() -> str:
        store("first half")()
        raise ValueError("of the second")

    failed, a = all_at_once(two, store("a"))
    with pytest.raises(ValueError, match="of the second"):
        failed.result()
    assert a.result() == "a" and stored() == ["a"]


def test_one_whose_foreign_key_leads_nowhere_fails_alone_though_only_the_commit_finds_it() -> None:
    def of_nobody() -> str:
        return str(EmailAddress.objects.create(user_id=0, email="nobody@example.org"))

    a, failed = all_at_once(store("a"), of_nobody)
    assert a.result() == "a" and stored() == ["a"]
    with pytest.raises(IntegrityError):
        failed.result()


def test_a_commit_that_fails_fails_all_with_the_same_error_and_nothing_is_stored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: BaseDatabaseWrapper) -> None:
        raise OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(BaseDatabaseWrapper, "commit", full)
        became = all_at_once(*map(store, "abc"))
    for one in became:
        with pytest.raises(OperationalError, match="disk is full"):
            one.result()
    assert stored() == []
    assert in_one_commit(store("later")) == "later"


def test_where_the_one_who_writes_is_ended_nobody_waits_for_it_and_the_next_can_write() -> None:
    def ended() -> str:
        raise SystemExit

    became = all_at_once(store("a"), ended, store("b"))
    errors = sorted(type(one.exception()).__name__ for one in became)
    assert errors == ["OperationalError", "OperationalError", "SystemExit"]
    assert stored() == []
    assert in_one_commit(store("later")) == "later"


def test_inside_of_a_transaction_it_is_part_of_it_and_waits_for_nobody() -> None:
    with one_commit._one_writer, transaction.atomic():
        in_one_commit(store("a"))
        transaction.set_rollback(True)
    assert stored() == []


def test_of_a_crowd_each_is_stored_once() -> None:
    keys = [f"{number:03}" for number in range(200)]
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(alone, map(store, keys))) == keys
    assert stored() == keys
