"""What is attacked: this site with production's settings, on PostgreSQL and Redis where they are, behind one proxy.

The proxy is played by whoever asks: it appends the address that it sees to X-Forwarded-For and says that it was HTTPS.
"""

import http.client
import os
import re
import secrets
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from cryptography.fernet import Fernet

from tests import services

ROOT = Path(__file__).parents[2]
NAME = "campaigns.example.net"
PASSWORD = "correct horse battery"
KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "LD_LIBRARY_PATH")


@dataclass
class Answer:
    status: int
    headers: dict[str, str]  # names in lower case
    cookies: dict[str, str]
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode(errors="replace")


@dataclass
class Target:
    port: int
    environment: dict[str, str]
    stands_on: str  # in words
    cookies: dict[str, str] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)  # each 500: whatever was tried, that is none of the right answers

    def ask(
        self,
        method: str,
        path: str,
        form: Mapping[str, Any] | list[tuple[str, str]] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        network: str = "",
        timeout: float = 60,
    ) -> Answer:
        """One request on a connection of its own; from a network of its own, unless one is named."""
        sent = {
            "Host": NAME,
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": network or f"198.{secrets.randbelow(256)}.{secrets.randbelow(256)}.7",
        }
        if form is not None:
            body = urlencode(form, doseq=True).encode()
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        sent |= headers or {}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        started = time.perf_counter()
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None or method == "POST":
                connection.putheader("Content-Length", str(len(body or b"")))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        cookies = dict(
            line.partition(";")[0].split("=", 1) for name, line in response.getheaders() if name.lower() == "set-cookie"
        )
        found = {name.lower(): value for name, value in response.getheaders()}
        if response.status == 500:
            self.errors.append(f"{method} {path}")
        return Answer(response.status, found, cookies, content, time.perf_counter() - started)

    def get(self, path: str, **more: Any) -> Answer:
        return self.ask("GET", path, **more)

    def post(self, path: str, form: Any = None, **more: Any) -> Answer:
        return self.ask("POST", path, form={} if form is None and "body" not in more else form, **more)

    def raw(self, sent: bytes, seconds: float = 4) -> bytes:
        """Bytes on a connection of their own, and all that comes back until it closes or is silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as connection:
            connection.sendall(sent)
            found = b""
            try:
                while part := connection.recv(65_536):
                    found += part
            except (TimeoutError, ConnectionError):
                pass
            return found

    def anonymous(self) -> "Target":
        return Target(self.port, self.environment, self.stands_on, errors=self.errors)

    def signed_in(self, email: str, password: str = PASSWORD) -> "Target":
        browser = self.anonymous()
        answer = browser.press("/organise/account/login/", {"login": email, "password": password})
        browser.cookies |= answer.cookies
        if answer.status != 302:
            raise RuntimeError(f"{email} could not sign in: {answer.status}")
        return browser

    def token_in(self, page: Answer) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page.text)
        return found[1] if found else ""

    def press(
        self,
        path: str,
        form: Mapping[str, Any] | None = None,
        page: str = "",
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> Answer:
        """Sends a form with the token of its page, and the cookies that came with it."""
        shown = self.get(page or path)
        self.cookies |= shown.cookies
        sent = {**(form or {}), "csrfmiddlewaretoken": self.token_in(shown)}
        return self.post(path, sent, headers={**OWN, **(headers or {})}, **more)


# What a browser says of a form of our own page.
OWN = {"Origin": f"https://{NAME}", "Referer": f"https://{NAME}/organise/", "Sec-Fetch-Site": "same-origin"}


@contextmanager
def running() -> Iterator[Target]:
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-attack-"))
        environment = {name: os.environ[name] for name in KEPT if name in os.environ} | {
            "PYTHONPATH": str(ROOT),
            "VAR_DIR": folder,
            "SECRET_KEY": secrets.token_urlsafe(48),
            "HASH_KEYS": secrets.token_urlsafe(48),
            "FIELD_ENCRYPTION_KEYS": Fernet.generate_key().decode(),
            "METRICS_TOKEN": secrets.token_urlsafe(48),
            "SITE_URL": f"https://{NAME}",
            "ALLOWED_HOSTS": NAME,
            "TRUSTED_PROXIES": "1",
        }
        stands_on = "SQLite and a cache in the process"
        try:
            environment["DATABASE_URL"] = stack.enter_context(services.postgresql())
            redis = stack.enter_context(services.redis_server())
            environment |= {"BROKER_URL": redis, "CACHE_URL": f"{redis[:-1]}1"}
            stands_on = "PostgreSQL and Redis"
        except pytest.skip.Exception:  # not installed; then the embedded installation is attacked
            environment.pop("DATABASE_URL", None)
        os.environ.clear()
        os.environ |= environment | {"DJANGO_SETTINGS_MODULE": "config.settings"}
        prepare()
        from benchmarks.server import Server  # which reads the surroundings just set

        server = stack.enter_context(Server("config.wsgi:application"))
        yield Target(server.port, environment, stands_on)
        print(server.said())


def prepare() -> None:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    from . import rows

    rows.make()
