"""Pausing: what stands still, since when, by whom; and how a process knows it, with a database or without."""

import threading
from collections.abc import Iterator
from io import StringIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import translation

from config import switches
from config.switches import Pause, What

pytestmark = pytest.mark.django_db


def test_what_is_paused_everywhere_is_paused_at_every_place() -> None:
    assert switches.on(What.SIGNING) is None
    switches.pause(What.SIGNING, "account 1", "Too many at once")
    assert switches.on(What.SIGNING) and switches.on(What.SIGNING, "campaign 7")
    assert switches.on(What.WRITING) is None
    assert switches.resume(What.SIGNING, "account 2")
    assert switches.on(What.SIGNING, "campaign 7") is None
    [row] = Pause.objects.all()
    assert (row.by, row.why, row.ended_by) == ("account 1", "Too many at once", "account 2")
    assert row.ended_at and row.ended_at >= row.began_at


def test_what_is_paused_at_one_place_goes_on_at_all_others() -> None:
    switches.pause(What.WRITING, "account 1", "A mistake in the letter", where="campaign 7")
    assert switches.on(What.WRITING, "campaign 7")
    assert switches.on(What.WRITING, "campaign 8") is None and switches.on(What.WRITING) is None
    assert not switches.resume(What.WRITING, "account 1", "campaign 8")


def test_nothing_is_paused_twice_and_only_what_is_paused_goes_on() -> None:
    switches.pause(What.MAILING, "account 1", "First")
    with pytest.raises(switches.Paused):
        switches.pause(What.MAILING, "account 2", "Second")
    assert Pause.objects.get().why == "First"
    assert switches.resume(What.MAILING, "account 1") and not switches.resume(What.MAILING, "account 1")
    switches.pause(What.MAILING, "account 1", "Again")
    assert Pause.objects.count() == 2


def test_supporters_are_told_in_their_language_what_was_written_in_it() -> None:
    both = switches.pause(What.SIGNING, "x", "y", {"en": "Back at four.", "ar": "نعود في الرابعة."})
    assert both.sentence == "Back at four."
    with translation.override("ar"):
        assert both.sentence == "نعود في الرابعة."
        assert Pause(what=What.SIGNING, said={"en": "Back at four."}).sentence == "Back at four."
    assert Pause(what=What.SIGNING).sentence.startswith("Signing is paused")


class Elsewhere:
    """Another process: it pauses without this one's being told."""

    def pauses(self) -> None:
        Pause.objects.create(what=What.SIGNING, why="x", by="account 1")

    def resumes(self) -> None:
        Pause.objects.all().delete()


@pytest.fixture
def elsewhere(transactional_db: None) -> Iterator[Elsewhere]:
    switches.forget()
    yield Elsewhere()
    switches.hold()


def a_clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The module's own, in its one element."""
    now = [1000.0]
    monkeypatch.setattr(switches, "time", SimpleNamespace(monotonic=lambda: now[0]))
    return now


def test_another_process_is_heard_within_moments_and_asked_no_more_often(
    elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = a_clock(monkeypatch)
    assert switches.on(What.SIGNING) is None
    elsewhere.pauses()
    with CaptureQueriesContext(connection) as asked:
        assert switches.on(What.SIGNING) is None
    assert not asked.captured_queries
    now[0] += switches.FRESH
    assert switches.on(What.SIGNING)
    elsewhere.resumes()
    switches.look()
    assert switches.on(What.SIGNING) is None


def test_without_a_database_the_last_known_stands(elsewhere: Elsewhere, monkeypatch: pytest.MonkeyPatch) -> None:
    elsewhere.pauses()
    now = a_clock(monkeypatch)
    assert switches.on(What.SIGNING)
    asked: list[int] = []

    def gone(*arguments: Any) -> None:
        asked.append(1)
        raise OperationalError("gone")

    with connection.execute_wrapper(gone):
        now[0] += switches.FRESH
        assert switches.on(What.SIGNING) and switches.on(What.SIGNING)
    assert asked == [1]  # and it is not asked by everybody
    elsewhere.resumes()
    now[0] += switches.FRESH
    assert switches.on(What.SIGNING) is None


def test_while_one_reads_the_others_go_on_with_what_is_known(elsewhere: Elsewhere) -> None:
    elsewhere.pauses()
    found: list[object] = []
    with switches._copy.reading:
        thread = threading.Thread(target=lambda: found.append(switches.on(What.SIGNING)))
        thread.start()
        thread.join(5)
    assert found == [None]
    assert switches.on(What.SIGNING)


def test_a_transaction_of_somebody_elses_is_left_alone() -> None:
    switches.forget()
    assert connection.in_atomic_block
    with CaptureQueriesContext(connection) as asked:
        assert switches.on(What.SIGNING) is None
    assert not asked.captured_queries


def said_by(command: str, *arguments: str) -> str:
    out = StringIO()
    call_command(command, *arguments, stdout=out)
    return out.getvalue()


def test_the_command_line_pauses_shows_and_resumes() -> None:
    assert said_by("switches") == "Nothing is paused.\n"
    assert "Supporters are told: Back at four." in said_by(
        "pause", "signing", "--why", "Moving house", "--say-en", "Back at four.", "--say-ar", "نعود"
    )
    shown = said_by("switches")
    assert "signing (everywhere)" in shown and "Moving house" in shown
    assert Pause.objects.get().said == {"en": "Back at four.", "ar": "نعود"}
    with pytest.raises(CommandError, match="paused already"):
        said_by("pause", "signing", "--why", "Again")
    assert said_by("resume", "signing") == "signing goes on.\n"
    with pytest.raises(CommandError, match="was not paused"):
        said_by("resume", "signing")


@pytest.mark.django_db(transaction=True)
def test_health_says_what_is_paused_and_is_well() -> None:
    switches.pause(What.MAILING, "account 1", "secret reason")
    switches.pause(What.SIGNING, "account 1", "secret reason", where="campaign 7")
    found = Client().get("/healthz/").content.decode()
    [line] = [line for line in found.splitlines() if line.startswith("paused: ")]
    assert line.startswith("paused: mailing since 20") and line.endswith("; 1 at single campaigns")
    assert "secret" not in found
