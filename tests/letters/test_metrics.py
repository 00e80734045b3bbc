import re
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families
from pytest_django.fixtures import Settings

from config import heartbeat
from letters import metrics, standing
from letters.models import Destination, OutgoingEmail, Sender, Stop
from letters.models.post import Kind, State
from tests.campaigns.factories import make_campaign, make_signature

from .posting import make_email, make_sender
from .test_standing import FAILED, HELD, SENT, due_since, walk

pytestmark = pytest.mark.django_db
TOKEN = "of-the-tests-4-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture(autouse=True)
def _token(settings: Settings) -> None:
    settings.METRICS_TOKEN = TOKEN


def scrape(token: str = TOKEN) -> str:
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/plain")
    assert "no-store" in response.headers["Cache-Control"]
    return response.content.decode()


def figures() -> dict[tuple[str, ...], float]:
    """(name without its beginning, label values…) → value."""
    return {
        (sample.name.removeprefix("countersign_"), *sample.labels.values()): sample.value
        for family in text_string_to_metric_families(scrape())
        for sample in family.samples
    }


def test_without_a_token_in_the_settings_there_is_no_such_page(settings: Settings) -> None:
    settings.METRICS_TOKEN = ""
    for header in ({}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}"}):
        assert Client().get("/metrics", headers=header).status_code == 404


@pytest.mark.parametrize(
    "header", [{}, {"Authorization": TOKEN}, {"Authorization": "Bearer "}, {"Authorization": f"Bearer {TOKEN}x"}]
)
def test_whoever_has_not_the_token_learns_nothing(header: dict[str, str]) -> None:
    response = Client().get("/metrics", headers=header)
    assert response.status_code == 403
    assert b"countersign_" not in response.content


def test_the_age_of_the_oldest_due_email_comes_first() -> None:
    due_since(70, make_email(kind=Kind.LETTER))
    names = re.findall(r"^# HELP (\w+)", scrape(), re.MULTILINE)
    assert names[0] == "countersign_oldest_due_seconds"
    assert figures()["oldest_due_seconds", "letters"] == pytest.approx(70, abs=20)
    assert figures()["oldest_due_seconds", "updates"] == 0


def test_every_figure_is_the_databases(monkeypatch: pytest.MonkeyPatch) -> None:
    sender = make_sender()
    make_email(sender=sender)
    make_email(sender=sender)
    walk(make_email(sender=sender), *SENT)
    walk(make_email(sender=sender), *FAILED)
    walk(make_email(sender=sender, kind=Kind.LETTER), *HELD)
    now = timezone.now()
    domain = Destination.objects.create(key="d", name="example.org", backed_off_until=now + timedelta(hours=1))
    Destination.objects.create(key="mailbox", backed_off_until=now + timedelta(hours=1))
    Destination.objects.create(key="e", name="b.example.org", backed_off_until=now - timedelta(hours=1))
    Stop.objects.create(sender=sender, domain=domain)
    Stop.objects.create(sender=sender, domain=domain, lifted_at=now)
    make_sender(pause=Sender.Pause.LETTERS)
    make_sender(paused_until=now + timedelta(hours=1))
    make_sender(paused_until=now - timedelta(hours=1))
    make_signature(make_campaign())
    heartbeat.beat("sweeper")
    # As if a minute had passed: only whole ones are told.
    later = now + timedelta(minutes=1)
    monkeypatch.setattr(standing.timezone, "now", lambda: later)

    found = figures()
    assert found["emails", "confirmation", "queued"] == 2
    assert found["emails", "confirmation", "sent"] == 1
    assert found["emails", "update", "bounced"] == 0
    assert sum(value for name, value in found.items() if name[0] == "emails") == OutgoingEmail.objects.count()
    assert found["held_letters",] == 1
    assert found["emails_ended_in_5_minutes", "sent"] == 1
    assert found["emails_ended_in_5_minutes", "failed"] == 1
    assert found["stops",] == 1
    assert found["domains_backed_off",] == 1
    assert found["senders_paused", "hand"] == 1
    assert found["senders_paused", "trouble"] == 1
    assert found["jobs_waiting",] == 0
    assert found["signatures_waiting_for_the_fold",] == 1
    assert 0 <= found["sweeper_age_seconds",] < 60


def test_nothing_in_it_says_who_wrote_or_where_to() -> None:
    sender = make_sender(name="Northtown", trouble="a secret of the server")
    domain = Destination.objects.create(key="d", name="parliament.example.org", answer="go away")
    Stop.objects.create(sender=sender, domain=domain, answer="go away")
    make_email(sender=sender, to="alice@parliament.example.org", to_name="Alice Ahmed")
    assert not re.search(r"alice|parliament|example\.org|northtown|go away|secret|@", scrape(), re.IGNORECASE)


def test_a_scrape_asks_as_much_of_a_long_queue_as_of_a_short_one() -> None:
    taken = []
    for count in (1, 20):
        for _ in range(count):
            make_email()
            walk(make_email(), *SENT)
        with CaptureQueriesContext(connection) as queries:
            scrape()
        taken.append(len(queries))
    assert taken[0] == taken[1] <= 17


def test_a_database_that_is_away_is_no_error_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> dict[str, float]:
        raise OperationalError("db.internal is away")

    monkeypatch.setattr(standing, "oldest_due", away)
    response = Client().get("/metrics", headers={"Authorization": f"Bearer {TOKEN}"})
    assert (response.status_code, response.content) == (503, b"The database does not answer.\n")


def test_late_mail_is_trouble_and_a_little_wait_is_not() -> None:
    email = make_email()
    due_since(metrics.LATE_AFTER["confirmations"] - 100, email)
    assert metrics.on_time() == (True, "on time")
    due_since(metrics.LATE_AFTER["confirmations"] + 100, email)
    well, words = metrics.on_time()
    assert not well and words.startswith("late: confirmations ")


def test_every_state_has_its_line_even_when_there_is_nothing() -> None:
    assert {name[1:] for name in figures() if name[0] == "emails"} == {
        (kind, state) for kind in Kind for state in State
    }
