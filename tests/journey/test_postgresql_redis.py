"""The whole journey once more, with the pieces of a big installation: PostgreSQL, and Redis as queue and as cache."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from typing import LiteralString

import psycopg
import pytest
import redis

from tests import services
from tests.journey.visitor import Page, Visitor
from tests.services import Site, eventually

SLUG = "idlib-labour"
BOB = "bob@supporters.example"


@pytest.fixture(scope="module")
def surroundings() -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        server = stack.enter_context(services.redis_server())
        database = stack.enter_context(services.postgresql())
        yield {"DATABASE_URL": database, "BROKER_URL": server, "CACHE_URL": f"{server.removesuffix('0')}1"}


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
