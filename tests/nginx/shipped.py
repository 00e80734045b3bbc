"""A real nginx with the file that deploy/ ships, of which only names, ports and paths are replaced."""

import http.client
import re
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.services import (
    HOST,
    ROOT,
    accepts_connections,
    as_owner,
    free_port,
    program,
    running,
    unprivileged_owner,
    wait_until,
)

SHIPPED = (ROOT / "deploy" / "nginx" / "countersign.conf").read_text()
SITE = "countersign.example.org"


def anybody() -> ssl.SSLContext:
    """Who asks does not look at the certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


class Answer(NamedTuple):
    status: int
    headers: http.client.HTTPMessage
    body: bytes


class Nginx:
    """The shipped site, run by nobody of note, with a certificate of its own, before the web server at a port."""

    def __init__(self, folder: Path, web: int, name: str = SITE) -> None:
        self.folder, self.port, self.plain_port = folder, free_port(), free_port()
        self.log = folder / "countersign.log"
        command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={name}"]
        command += ["-keyout", str(folder / "privkey.pem"), "-out", str(folder / "fullchain.pem")]
        subprocess.run(command, check=True, capture_output=True)
        site = SHIPPED.replace("/etc/countersign/tls", str(folder)).replace("127.0.0.1:8000", f"{HOST}:{web}")
        site = site.replace(SITE, name)
        site = re.sub(r"/var/(log|cache)/nginx/", f"{folder}/", site)
        site = re.sub(r"^\s*listen \[::\].*$", "", site, flags=re.MULTILINE)  # a machine may know no IPv6
        site = site.replace("listen 443 ", f"listen {HOST}:{self.port} ").replace("80;", f"{HOST}:{self.plain_port};")
        kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
        paths = "".join(f"{kind}_temp_path {folder}/{kind};\n" for kind in kinds)
        whole = f"daemon off;\npid {folder}/pid;\nevents {{}}\nhttp {{\n{paths}{site}\n}}\n"
        (folder / "nginx.conf").write_text(whole)

    def ask(self, path: str, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        with closing(http.client.HTTPSConnection(HOST, self.port, timeout=20, context=anybody())) as connection:
            return self.over(connection, path, method, body, **headers)

    @staticmethod
    def over(
        connection: http.client.HTTPConnection, path: str, method: str = "GET", body: bytes | None = None, **more: str
    ) -> Answer:
        headers = {"Host": SITE} | {name.replace("_", "-"): value for name, value in more.items()}
        connection.request(method, path, body, headers)
        response = connection.getresponse()
        return Answer(response.status, response.headers, response.read())


@contextmanager
def started(web: int, name: str = SITE) -> Iterator[Nginx]:
    """Skips the test where there is no nginx."""
    command = program("nginx", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
    if command is None:
        pytest.skip("nginx is absent")
    with tempfile.TemporaryDirectory(prefix="cs-nginx-", dir="/tmp") as path:
        folder = Path(path)
        nginx = Nginx(folder, web, name)
        owner = unprivileged_owner(path, *folder.iterdir())
        options = ["-e", str(folder / "error.log"), "-p", path, "-c", str(folder / "nginx.conf")]
        with running([*as_owner(owner), command, *options], folder / "said", cwd=folder) as process:
            wait_until(lambda: accepts_connections(nginx.port), process, folder / "said")
            yield nginx
