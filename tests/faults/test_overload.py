"""A minute in which the database is frozen and killed again and again while people sign."""

import random
import tempfile
import threading
import time
from collections import Counter
from pathlib import Path

import psycopg
import pytest

from config import patience
from tests import services
from tests.journey.crowd import Answer, asked, frozen, is_well, signs
from tests.services import PostgreSQL, eventually

SLUG = "idlib-labour"
SECONDS, PEOPLE = 60.0, 8


@pytest.mark.faults
def test_nobody_who_was_told_that_they_signed_is_lost_and_nobody_waits_long() -> None:
    with tempfile.TemporaryDirectory(prefix="cs-pg-", dir="/tmp") as folder:
        database = PostgreSQL(Path(folder))  # as durable as in production
        database.start()
        try:
            with services.site(DATABASE_URL=database.url, TRUSTED_PROXIES="1") as site:
                storm(site, database)
        finally:
            database.stop_immediately()


def storm(site: services.Site, database: PostgreSQL) -> None:
    over, answers, pages = threading.Event(), list[Answer](), list[Answer]()
    signed: set[str] = set()

    def person(number: int) -> None:
        turn = 0
        while not over.is_set():
            turn += 1
            answer = signs(site, SLUG, f"person{number}-{turn}@supporters.example", f"10.{number}.{turn % 200}.1")
            answers.append(answer)
            if answer.status == 303:
                signed.add(f"{number}-{turn}")
            over.wait(0.3)

    def reader() -> None:
        while not over.is_set():
            pages.append(asked(site, "GET", f"/{SLUG}/"))
            over.wait(0.2)

    crowd = [threading.Thread(target=person, args=(number,)) for number in range(PEOPLE)]
    crowd.append(threading.Thread(target=reader))
    for one in crowd:
        one.start()
    end, times = time.monotonic() + SECONDS, Counter[str]()
    while time.monotonic() < end:
        time.sleep(random.uniform(3, 6))
        if times["frozen"] <= times["killed"]:
            with frozen(database):
                time.sleep(random.uniform(2, 8))
            times["frozen"] += 1
        else:
            database.server.kill()
            time.sleep(random.uniform(0, 3))
            database.start_again()
            times["killed"] += 1
    time.sleep(3)
    over.set()
    for one in crowd:
        one.join()
    statuses = Counter(answer.status for answer in answers)
    slowest, slowest_page = max(one.seconds for one in answers), max(one.seconds for one in pages)
    print(f"{dict(times)}, signing {dict(statuses)}, slowest {slowest:.1f} s, page {slowest_page:.1f} s", site.log)
    assert set(statuses) == {303, 503} and {page.status for page in pages} == {200}
    assert slowest < patience.SUPPORTERS + 4 and slowest_page < patience.SUPPORTERS
    eventually(lambda: is_well(site), "health, by itself", 30)
    with psycopg.connect(database.url) as connection:
        [(kept,)] = connection.execute("SELECT count(*) FROM campaigns_signature").fetchall()
    # One more may be kept than was said: where the answer to COMMIT was lost, nobody can say.
    assert len(signed) <= kept <= len(signed) + statuses[503]
    site.run("from django.core.management import call_command; call_command('reconcile')")
