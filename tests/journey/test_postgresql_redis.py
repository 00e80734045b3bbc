"""The whole journey once more, with the pieces of a big installation: PostgreSQL, and Redis as queue and as cache."""

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest
import redis

from config import patience
from tests import services
from tests.journey.crowd import asked, frozen, has_what_was_typed, is_well, signs
from tests.journey.visitor import Page, Visitor
from tests.services import NOT_DURABLE, PostgreSQL, Redis, Site, eventually

SLUG = "idlib-labour"
BOB = "bob@supporters.example"


@pytest.fixture(scope="module")
def database() -> Iterator[PostgreSQL]:
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        server = PostgreSQL(Path(folder), **NOT_DURABLE)
        server.start()
        yield server
        server.stop_immediately()


@pytest.fixture(scope="module")
def cache() -> Iterator[Redis]:
    with tempfile.TemporaryDirectory(prefix="countersign-redis-") as folder:
        server = Redis(Path(folder))
        server.start()
        yield server
        server.server.kill()


@pytest.fixture(scope="module")
def surroundings(database: PostgreSQL, cache: Redis) -> dict[str, str]:
    return {"DATABASE_URL": database.url, "BROKER_URL": cache.url, "CACHE_URL": f"{cache.url.removesuffix('0')}1"}


@pytest.fixture(scope="module")
def site(surroundings: dict[str, str]) -> Iterator[Site]:
    with services.site(**surroundings) as running:
        yield running


def signed_by_bob(visitor: Visitor) -> Page:
    page = visitor.get(f"/{SLUG}/")
    form = page.form("name", "email", "postcode", "display", "consent", "updates")
    typed = {"name": "Bob Marsh", "email": BOB, "postcode": "AL1 3FU", "affiliation": "Nurse", "display": "name"}
    visitor.send(page, form, typed, status=422)  # without consent nothing is kept
    return visitor.send(page, form, typed | {"consent": "on"})


def confirmed_by_bob(visitor: Visitor, site: Site) -> Page:
    email = site.email(to=BOB, text=f"{site.url}/confirm/")
    page = visitor.get(site.link(email["text"], "/confirm/"))
    return visitor.send(page, page.form())


def letter_by_bob(visitor: Visitor, thanks: Page) -> Page:
    """By the link of a confirmed signature, so that his address needs no second proof."""
    path = re.search(rf'href="(/{SLUG}/write/[^"]+)"', thanks.text)
    assert path, thanks.text
    page = visitor.get(path[1])
    page = visitor.send(page, page.form("postcode"), {"postcode": "AL1 3FU", "stage": "find"})
    page = visitor.send(page, page.form("own_words"), {"own_words": "I nurse refugees.", "stage": "points"})
    form = page.form("subject", "body", "name", "address")
    assert form.fields["name"] == "Bob Marsh" and form.fields["own_words"] == "I nurse refugees."
    page = visitor.send(page, form, {"address": "3 Mill Lane\nSt Albans\nAL1 3FU", "stage": "preview"})
    assert "I nurse refugees." in page.text
    assert visitor.send(page, page.form("body"), {"stage": "pdf"}).body.startswith(b"%PDF-")
    return visitor.send(page, page.form("email", "consent"), {"consent": "on", "stage": "send"})


def only_state(surroundings: dict[str, str], table: LiteralString) -> str:
    """What every row of it says, read from PostgreSQL itself."""
    with psycopg.connect(surroundings["DATABASE_URL"]) as connection:
        [(state,)] = connection.execute(f"SELECT DISTINCT state FROM {table}").fetchall()
    return str(state)


def nothing_went_past_redis(site: Site, surroundings: dict[str, str]) -> None:
    assert not (site.folder / "countersign.sqlite3").exists()
    assert not (site.folder / "queue").exists()
    with redis.Redis.from_url(surroundings["BROKER_URL"]) as server:
        calls = server.info("commandstats")
        assert calls["cmdstat_lpush"]["calls"] > 1, "nothing was put in the queue"
        assert server.info("keyspace").get("db1", {}).get("keys", 0) > 0, "nothing was counted or kept in the cache"


def the_books_balance(site: Site, surroundings: dict[str, str]) -> None:
    environment = {"DEMONSTRATION": "1", "PORT": str(site.port), "VAR_DIR": str(site.folder), **surroundings}
    ran = subprocess.run(
        [sys.executable, "manage.py", "reconcile"],
        cwd=services.ROOT,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert SLUG in ran.stdout


def test_a_supporter_signs_writes_and_withdraws_on_postgresql_and_redis(
    site: Site, surroundings: dict[str, str]
) -> None:
    visitor = Visitor(site)
    signed_by_bob(visitor)
    assert site.count(SLUG) == 0
    thanks = confirmed_by_bob(visitor, site)
    eventually(lambda: site.count(SLUG) == 1, "the fold")
    assert "Bob Marsh" in visitor.get(f"/{SLUG}/").text

    letter_by_bob(visitor, thanks)
    letter = site.email(reply_to=BOB)
    assert letter["to"] == "e14001507@example.org"
    assert "I nurse refugees." in letter["text"]
    [attached] = letter["attachments"]
    assert attached["content_type"] == "application/pdf"
    assert site.attachment(letter).startswith(b"%PDF-")

    mine = visitor.get(site.link(site.email(to=BOB)["text"], "/signature/"))
    visitor.send(mine, mine.form("withdraw"), {"withdraw": "1"})
    eventually(lambda: site.count(SLUG) == 0, "the fold after a withdrawal")
    assert "Bob Marsh" not in visitor.get(f"/{SLUG}/signatures/").text

    assert only_state(surroundings, "campaigns_signature") == "withdrawn"
    assert only_state(surroundings, "letters_outgoingemail") == "sent"
    nothing_went_past_redis(site, surroundings)
    the_books_balance(site, surroundings)


def test_a_frozen_database_costs_nobody_the_page_and_nobody_what_they_typed(site: Site, database: PostgreSQL) -> None:
    assert signs(site, SLUG, "before@supporters.example").status == 303
    time.sleep(1.5)  # the page that shows it is made, and nothing else changes it
    page = asked(site, "GET", f"/{SLUG}/")
    emails = [f"person{number}@supporters.example" for number in range(12)]
    with frozen(database), ThreadPoolExecutor(20) as crowd:
        signing = [crowd.submit(signs, site, SLUG, email) for email in emails]
        time.sleep(patience.SILENCE + 1.5)  # from now on it is known
        for answer in [crowd.submit(asked, site, "GET", f"/{SLUG}/") for _ in range(4)]:
            assert (answer.result().status, answer.result().text) == (200, page.text)
            assert answer.result().seconds < 3
        health = asked(site, "GET", "/healthz/")
        assert (health.status, health.text.splitlines()[0]) == (503, "down: database") and health.seconds < 3
        for email, answer in zip(emails, signing, strict=True):
            has_what_was_typed(answer.result(), SLUG, email)
            assert answer.result().seconds < patience.SUPPORTERS + 2
        at_once = sorted(signs(site, SLUG, email).seconds for email in emails[:4])
        assert at_once[2] < 1, at_once  # one of them may have been the one that tries
    eventually(lambda: signs(site, SLUG, "after@supporters.example").status == 303, "signing, by itself", 20)
    eventually(lambda: is_well(site), "health, by itself", 10)


def test_a_dead_database_costs_no_more_and_the_books_balance(
    site: Site, database: PostgreSQL, surroundings: dict[str, str]
) -> None:
    page = asked(site, "GET", f"/{SLUG}/")
    database.server.kill()
    try:
        has_what_was_typed(signs(site, SLUG, "dead@supporters.example"), SLUG, "dead@supporters.example")
        assert asked(site, "GET", f"/{SLUG}/").text == page.text
        assert asked(site, "GET", "/organise/").status == 302
        assert asked(site, "GET", "/healthz/").status == 503
    finally:
        database.start_again()
    eventually(lambda: signs(site, SLUG, "alive@supporters.example").status == 303, "signing, by itself", 20)
    the_books_balance(site, surroundings)
    assert "Quick" not in site.said() and "@supporters.example" not in site.said()


def test_a_dead_cache_sends_no_email_uncounted_and_keeps_what_was_typed(site: Site, cache: Redis) -> None:
    cache.server.kill()
    try:
        has_what_was_typed(signs(site, SLUG, "uncounted@supporters.example"), SLUG, "uncounted@supporters.example")
        assert asked(site, "GET", f"/{SLUG}/").status == 200
        health = asked(site, "GET", "/healthz/")
        assert health.status == 200 and "cache: does not answer" in health.text
    finally:
        cache.start()
    eventually(lambda: signs(site, SLUG, "counted@supporters.example").status == 303, "signing, by itself", 20)
