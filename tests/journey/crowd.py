"""Many people at once at a site whose database or cache is away."""

import http.client
import os
import re
import signal
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from email.message import Message
from typing import NamedTuple
from urllib.parse import urlencode

import psycopg

from tests.services import HOST, PostgreSQL, Site

TYPED = {
    "name": "Zoë <Quick> & Sons",
    "postcode": "AL1 3FU",
    "country": "GB",
    "display": "name",
    "reason": "I have written a long and careful reason.\nIt has a second line, and is lost to nobody."
    + " Really." * 9,
    "consent": "on",
    "leave_empty": "",
}


class Answer(NamedTuple):
    status: int
    text: str
    headers: Message
    seconds: float


def asked(site: Site, method: str, path: str, form: Mapping[str, str] | None = None, of: str = "") -> Answer:
    """`of`: the address that a proxy of ours would name."""
    connection = http.client.HTTPConnection(HOST, site.port, timeout=60)
    began = time.monotonic()
    headers = {"Content-Type": "application/x-www-form-urlencoded"} if form else {}
    if of:
        headers["X-Forwarded-For"] = of
    try:
        connection.request(method, path, urlencode(form) if form else None, headers)
        response = connection.getresponse()
        text = response.read().decode()
    finally:
        connection.close()
    return Answer(response.status, text, response.headers, time.monotonic() - began)


def signs(site: Site, slug: str, email: str, of: str = "") -> Answer:
    return asked(site, "POST", f"/{slug}/sign/", TYPED | {"email": email}, of)


def is_well(site: Site) -> bool:
    try:
        return asked(site, "GET", "/healthz/").status == 200
    except OSError:
        return False


def has_what_was_typed(answer: Answer, slug: str, email: str) -> None:
    assert answer.status == 503, answer.text
    assert int(answer.headers["Retry-After"]) > 0 and "no-store" in answer.headers["Cache-Control"]
    assert f'<form method="post" action="/{slug}/sign/">' in answer.text
    assert f'name="email" value="{email}"' in answer.text
    assert 'name="name" value="Zoë &lt;Quick&gt; &amp; Sons"' in answer.text
    assert re.search(r'<textarea[^>]* name="reason"[^>]*>\nI have written a long and careful reason.\r?\n', answer.text)
    assert 'name="leave_empty" value=""' in answer.text


@contextmanager
def frozen(database: PostgreSQL) -> Iterator[None]:
    """Every process of it stands still: its connections stay, and nobody answers on them."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        found = connection.execute("SELECT pid FROM pg_stat_activity WHERE pid <> pg_backend_pid()").fetchall()
    pids = [int((database.data / "postmaster.pid").read_text().split()[0]), *(pid for (pid,) in found)]
    for pid in pids:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in pids:
            os.kill(pid, signal.SIGCONT)
