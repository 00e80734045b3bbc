"""The mark of a real PostgreSQL, and a PostgreSQL that lets nobody in any more."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest
from django.db import connection, transaction
from django.test import Client

from campaigns.models import Campaign, Organisation
from config import keeping, patience
from config.keeping import shelf
from tests.campaigns.factories import make_campaign
from tests.services import eventually

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def campaign() -> Campaign:
    return make_campaign(slug="library")


@contextmanager
def taken_away() -> Iterator[None]:
    """Nobody is let into the database, and who is inside is put out."""
    own = connection.settings_dict
    address = {"host": own["HOST"], "port": own["PORT"], "user": own["USER"], "password": own["PASSWORD"]}
    with psycopg.connect(**address, dbname="postgres", autocommit=True) as server:
        name = psycopg.sql.Identifier(own["NAME"])
        server.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS false").format(name))
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [own["NAME"]])
        try:
            yield
        finally:
            server.execute(psycopg.sql.SQL("ALTER DATABASE {} ALLOW_CONNECTIONS true").format(name))
            connection.close()


def mark() -> str:
    return shelf.marks.ask(time.monotonic()).value


def test_a_mark_stands_while_nothing_is_written_and_moves_with_every_commit(campaign: Campaign) -> None:
    def stands() -> bool:
        before = mark()
        return Campaign.objects.count() == 1 and mark() == before

    eventually(stands, "a moment in which only we are here, and read")  # the server tidies up now and then
    before = mark()
    Organisation.objects.update(name="Readers")
    assert mark() != before


def test_what_was_begun_before_the_mark_and_committed_after_it_moves_it_too(campaign: Campaign) -> None:
    with transaction.atomic():
        Organisation.objects.update(name="Readers")
        while_it_is_open = mark()
    assert mark() != while_it_is_open


def test_a_connection_that_the_server_has_ended_is_made_anew_at_once(campaign: Campaign) -> None:
    mark()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    assert mark()


def test_without_postgresql_the_pages_are_served_as_they_were_last(
    campaign: Campaign, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "GOOD", 0.0)
    client = Client()
    paths = ("/", "/library/", "/library/count.json")
    before = {path: client.get(path).content for path in paths}
    with taken_away():
        for path in paths:
            answer = client.get(path)
            assert (answer.status_code, answer.content) == (200, before[path])
        assert client.get("/library/changes/").status_code == 503, "that one nobody had opened"
    Organisation.objects.update(name="Readers")
    shelf.marks.forget()
    patience.answered()
    shelf.places["http /library/"].good_until = 0.0
    assert b"Readers" in client.get("/library/").content
