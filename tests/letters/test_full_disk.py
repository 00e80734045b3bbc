"""A disk with no space left: what is said to be kept is kept, nothing by halves, and it goes on when there is space."""

import resource
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.db.backends.signals import connection_created
from django.test import Client
from django.utils import timezone
from kombu import Connection
from kombu.exceptions import ChannelError
from pytest_django import Settings

import config.celery  # noqa: F401  (puts our transport behind filesystem://)
from campaigns import sweeping
from campaigns.models import Signature
from config import heartbeat, mailbox
from letters import outbox
from letters.models import DeliveryEvent, OutgoingEmail
from letters.models.post import Kind, State
from tests.campaigns.factories import make_campaign, signing_form
from tests.letters.factories import make_letter
from tests.letters.posting import history, make_due, make_email, make_message, make_sender, state_of

PLENTY = 1_000_000_000


@contextmanager
def no_space_for_files() -> Iterator[None]:
    """As on a full disk, every write to a file fails, after the file itself could be made."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def database_disk_full(spare: int = 0) -> Iterator[None]:
    """The database may grow by `spare` pages and then says that the disk is full."""
    if connection.vendor != "sqlite":
        with connection.execute_wrapper(_Full(30 * spare)):
            yield
        return

    def limit(pages: int) -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"PRAGMA max_page_count = {pages}")

    with connection.cursor() as cursor:
        if not connection.in_atomic_block:
            cursor.execute("VACUUM")  # or the pages that other tests have left empty are room too
        cursor.execute("PRAGMA page_count")
        pages = cursor.fetchone()[0] + spare

    def again(**_: Any) -> None:  # a new connection knows nothing of it
        limit(pages)

    limit(pages)
    connection_created.connect(again)
    try:
        yield
    finally:
        connection_created.disconnect(again)
        limit(PLENTY)


class _Full:
    """Where no pragma does it: so many rows are written, and no more."""

    def __init__(self, writes: int) -> None:
        self.writes = writes

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith("INSERT"):
            self.writes -= 1
            if self.writes < 0:
                raise OperationalError("could not extend file: No space left on device")
        return execute(sql, params, many, context)


# Signing


@pytest.mark.django_db(transaction=True)
def test_signing_on_a_full_disk_says_so_and_keeps_nothing_by_halves(client: Client) -> None:
    make_campaign(slug="library")
    answers: list[int] = []
    with database_disk_full(spare=4):
        while 503 not in answers and len(answers) < 200:
            form = signing_form(email=f"p{len(answers)}@example.org", reason="Because. " * 50)
            response = client.post("/library/sign/", form)
            answers.append(response.status_code)
        page = response.content.decode()
        kept = Signature.objects.count(), OutgoingEmail.objects.count()
    taken = answers.count(303)
    assert answers == [303] * taken + [503]
    assert kept == (taken, taken), "who was told that it was taken is there with their email, and nobody else"
    assert (
        "What you typed is still in this page" in page
        and "Because. Because." in page
        and int(response["Retry-After"]) > 0
    )
    assert client.post("/library/sign/", signing_form(email="p-again@example.org")).status_code == 303
    assert (Signature.objects.count(), OutgoingEmail.objects.count()) == (taken + 1, taken + 1)


# The worker


@pytest.mark.django_db(transaction=True)
def test_a_worker_whose_database_has_no_space_loses_nothing_and_sends_no_letter_twice(
    settings: Settings, tmp_path: Path
) -> None:
    settings.MAILBOX_DIR = tmp_path
    sender = make_sender(channel="capture")
    letter, shared = make_letter(), outbox.letter_message()
    emails = [make_email(sender=sender, to=f"p{number}@example.org") for number in range(100)]
    emails += [
        make_email(sender=sender, kind=Kind.LETTER, to=f"mp{number}@example.org", letter=letter, message=shared)
        for number in range(100)
    ]
    for queue in ("confirmations", "letters"):
        with database_disk_full(spare=3), pytest.raises(OperationalError):
            outbox.drain(queue, seconds=60)
    left = Counter(OutgoingEmail.objects.values_list("state", flat=True))
    assert 0 < left[State.SENT] < 200 and sum(left.values()) == 200

    OutgoingEmail.objects.filter(lease_until__isnull=False).update(lease_until=timezone.now() - timedelta(seconds=1))
    outbox.recover_expired_leases()
    make_due(*emails)
    outbox.drain("confirmations", seconds=60)
    outbox.drain("letters", seconds=60)
    arrived = Counter(message.to for message in mailbox.messages(limit=1000))
    for email in emails:
        copies = arrived[f"{email.to_address}"]
        if email.kind == Kind.LETTER:
            assert (state_of(email), copies) in [(State.SENT, 1), (State.HELD, 1), (State.HELD, 0)]
        else:
            assert state_of(email) == State.SENT and copies >= 1
        assert history(email)[-1] == state_of(email)
    assert OutgoingEmail.objects.held().count() <= 1, "only what was just being handed over is in doubt"


@pytest.mark.django_db
def test_a_demonstration_whose_mailbox_is_full_tries_again_and_leaves_no_half_letters(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.MAILBOX_DIR = tmp_path / "mailbox"
    email = make_email(sender=make_sender(channel="capture"))
    capture = mailbox.capture

    def full(message: bytes, email_id: str) -> None:
        with no_space_for_files():
            capture(message, email_id)

    with monkeypatch.context() as patch:
        patch.setattr(mailbox, "capture", full)
        outbox.drain("confirmations")
    assert history(email) == ["queued", "leased", "handing", "queued"]
    assert "mailbox cannot be written" in DeliveryEvent.objects.filter(email=email).latest("pk").detail
    assert list(settings.MAILBOX_DIR.iterdir()) == []
    make_due(email)
    outbox.drain("confirmations")
    assert (state_of(email), len(mailbox.messages())) == (State.SENT, 1)


# The embedded queue


def test_a_queue_whose_folder_is_full_refuses_and_leaves_nothing_behind(tmp_path: Path) -> None:
    for folder in ("messages", "control"):
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": f"{tmp_path}/messages",
        "data_folder_out": f"{tmp_path}/messages",
        "control_folder": f"{tmp_path}/control",
    }
    with Connection("filesystem://", transport_options=options) as broker:
        channel: Any = broker.channel()
        with pytest.raises(ChannelError), no_space_for_files():
            channel._put("letters", {"number": 1})
        assert list((tmp_path / "messages").iterdir()) == []
        channel._put("letters", {"number": 2})
        assert channel._get("letters") == {"number": 2}


# The sweeper


class Rounds(threading.Event):
    """A sweeper's stop after so many rounds, and what happens between them."""

    def __init__(self, *between: Callable[[], object]) -> None:
        super().__init__()
        self.between = list(between)

    def wait(self, timeout: float | None = None) -> bool:
        if self.between:
            self.between.pop(0)()
        else:
            self.set()
        return self.is_set()


@pytest.mark.django_db(transaction=True)
def test_the_sweeper_outlives_a_full_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    email = make_email()
    lease = {"lease_token": "dead", "lease_until": timezone.now() - timedelta(seconds=1)}
    OutgoingEmail.objects.filter(pk=email.pk).update(state=State.LEASED, **lease)
    beaten: list[float] = []
    beat, space = heartbeat.beat, [False]

    def write(name: str) -> None:
        if space[0]:
            beat(name)
            beaten.append(1)
        else:
            with no_space_for_files():
                beat(name)

    monkeypatch.setattr(heartbeat, "beat", write)
    deeds = [*sweeping.quick(), *sweeping.slow()]
    for deed in deeds:
        deed.every = 0
    full = database_disk_full()
    full.__enter__()
    with pytest.raises(OperationalError):  # the last free corner of the last pages
        for number in range(10_000):
            make_message(subject=f"filler {number}")

    def space_again() -> None:
        full.__exit__(None, None, None)
        space[0] = True

    sweeping._keep_doing(deeds, Rounds(space_again, lambda: None))
    assert state_of(email) == State.QUEUED
    assert beaten
