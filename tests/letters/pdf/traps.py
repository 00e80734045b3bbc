"""A file and a server that nobody should ask, and markup that asks them in every way we know of."""

import http.server
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pikepdf

SECRET = "the-secret-in-the-file"


@contextmanager
def listening() -> Iterator[tuple[str, list[str]]]:
    """The address of a web server, and the list of what it was asked for."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET.encode())

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        server.server_close()


def traps(address: str) -> str:
    return (
        f'<link rel=attachment href="{address}"><link rel=stylesheet href="{address}"><base href="{address}">'
        f'<a rel=attachment href="{address}">a</a><img src="{address}" srcset="{address} 2x" alt=i>'
        f'<object data="{address}">o</object><embed src="{address}"><iframe src="{address}"></iframe>'
        f'<video poster="{address}" src="{address}"></video><input type=image src="{address}">'
        f'<style>@import "{address}"; @import url({address}); @page {{ background: url("{address}") }}'
        f'@font-face {{ font-family: x; src: url("{address}") }} p {{ background: url("{address}"); font-family: x }}'
        f'p::before {{ content: url("{address}") }}</style>'
        f"<p style=\"list-style-image: url('{address}'); content: url('{address}')\">p</p>"
        f"<p style=\"border-image: url('{address}')\">p</p>"
        f'<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><image href="{address}"/>'
        f'<image xlink:href="{address}"/><use xlink:href="{address}#a"/><style>@import "{address}";</style></svg>'
        f"<img alt=s src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{address}'/>"
        f"<style>@import '{address}';</style></svg>\">"
        f"<img alt=x src=\"data:image/svg+xml,<!DOCTYPE s [<!ENTITY e SYSTEM '{address}'>]>"
        "<svg xmlns='http://www.w3.org/2000/svg'><text>&amp;e;</text></svg>\">"
    )


def everything_in(pdf: bytes) -> bytes:
    with pikepdf.open(io.BytesIO(pdf)) as document:
        streams = [
            o.read_bytes()
            for o in document.objects
            if isinstance(o, pikepdf.Stream) and o.get("/Filter") != "/DCTDecode"
        ]
    return b"".join([pdf, *streams])
