"""The row of nginx: a campaign's page out of its cache, by the shipped configuration, against a file of the same size.

Of deploy/nginx/countersign.conf only ports and paths are replaced, and TLS is left away on both sides, for it would
make them more alike. Its limits by address are on: nginx is told to believe X-Forwarded-For, in which each request of
the crowd has another address. The floor is nginx with nothing but a file: no log, no limit. Both have one process.
"""

import os
import re
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests import services

from .harness import Benchmark, Figure, interleaved
from .installation import CAMPAIGN, ROOT
from .server import Server, free_port
from .web import OURS, PAGE, ROUNDS, Turns, figures, names

SHIPPED = ROOT / "deploy" / "nginx" / "countersign.conf"
# What Debian's own file says, with folders of ours in the place of /var.
WHOLE = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log crit;
events {{ worker_connections 1024; }}
http {{
    client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
    sendfile on; tcp_nopush on; types_hash_max_size 2048; default_type text/html;
    {site}
}}
"""
BELIEVED = "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;"

Site = Callable[[Path, int], str]  # in its folder, at its port


def page_nginx() -> Iterable[Figure]:
    path = f"/{CAMPAIGN}/"
    with Server(OURS) as behind:
        page = behind.get(path)
        with nginx(shipped(behind.port)) as ours, nginx(one_file(page)) as floor:
            turns = Turns(floor, ours)
            floors, measured = interleaved(
                ROUNDS,
                lambda: turns.floor(asks=[("/page", {})], statuses=PAGE, size=len(page)),
                lambda: turns.ours(asks=[(path, {})], statuses=PAGE, size=len(page)),
            )
            yield from figures("page-nginx", floors, measured, 0.7)


@contextmanager
def nginx(site: Site) -> Iterator[Server]:
    """As an unprivileged user, whose folder it gets."""
    program = services.program("nginx", "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/bin")
    if program is None:
        raise RuntimeError("nginx is absent: install it (nginx-light is enough)")
    with tempfile.TemporaryDirectory(prefix="countersign-nginx-") as name:
        folder = Path(name)

        def command(_: str, port: int) -> list[str]:
            configuration = folder / "nginx.conf"
            configuration.write_text(WHOLE.format(folder=folder, site=site(folder, port)))
            owner = services.unprivileged_owner(name, *folder.iterdir())
            return [
                *services.as_owner(owner),
                program,
                "-e",
                f"{folder}/error.log",
                "-p",
                name,
                "-c",
                str(configuration),
            ]

        with Server("nginx", os.environ, command) as server:
            yield server


def shipped(behind: int) -> Site:
    """The site that is in front of a web server at this port."""

    def site(folder: Path, port: int) -> str:
        text = re.sub(r"^\s*(ssl_\w+|listen \[::\]|http2) ?.*;.*$", "", SHIPPED.read_text(), flags=re.MULTILINE)
        text = text.replace("127.0.0.1:8000", f"127.0.0.1:{behind}")
        text, encrypted = re.subn(r"listen 443\b.*;", f"listen 127.0.0.1:{port};", text)
        text, plain = re.subn(r"listen 80\b.*;", f"listen 127.0.0.1:{free_port()};", text)
        if (encrypted, plain) != (1, 1):
            raise RuntimeError(f"{SHIPPED.name} listens otherwise than the benchmark knows")
        return f"{BELIEVED}\n{re.sub(r'/var/(log|cache)/nginx/', f'{folder}/', text)}"

    return site


def one_file(page: bytes) -> Site:
    def site(folder: Path, port: int) -> str:
        (folder / "page").write_bytes(page)
        return f"server {{ listen 127.0.0.1:{port}; access_log off; location / {{ root {folder}; }} }}"

    return site


BENCHMARKS = [Benchmark(names("page-nginx", memory=False), page_nginx)]
