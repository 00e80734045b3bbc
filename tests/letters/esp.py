"""A real HTTP server on a free port that plays a provider's API: it answers what it is told and keeps what it got."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HANG_UP = -1  # instead of a status: the request is read, and nothing is answered
STALL = -2
ANSWERS = {
    "postmark": (200, {"To": "alice@example.org", "MessageID": "pm-1", "ErrorCode": 0, "Message": "OK"}),
    "mailgun": (200, {"id": "<mg-1@example.org>", "message": "Queued. Thank you."}),
    "resend": (200, {"id": "re-1"}),
    "sendgrid": (202, ""),
    "brevo": (201, {"messageId": "<br-1@example.org>"}),
    "mailersend": (202, ""),
    "mailjet": (200, {"Messages": [{"Status": "success", "To": [{"Email": "alice@example.org", "MessageID": 1}]}]}),
    "mailtrap": (200, {"success": True, "message_ids": ["mt-1"]}),
    "mandrill": (200, [{"email": "alice@example.org", "status": "sent", "_id": "md-1"}]),
    "postal": (200, {"status": "success", "data": {"messages": {"alice@example.org": {"id": 1}}}}),
    "scaleway": (200, {"emails": [{"mail_rcpt": "alice@example.org", "id": "sw-1", "status": "new"}]}),
    "sparkpost": (200, {"results": {"total_accepted_recipients": 1, "total_rejected_recipients": 0, "id": "sp-1"}}),
    "unisender_go": (200, {"status": "success", "job_id": "ug-1", "emails": ["alice@example.org"]}),
}
CREDENTIALS: dict[str, dict[str, str]] = {
    "postmark": {"server_token": "key-1"},
    "mailersend": {"api_token": "key-1"},
    "mailjet": {"api_key": "key-1", "secret_key": "key-2"},
    "mailtrap": {"api_token": "key-1"},
    "scaleway": {"secret_key": "key-1", "project_id": "project"},
}


@dataclass(frozen=True)
class Asked:
    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def data(self) -> Any:
        return json.loads(self.body)


@dataclass
class Esp:
    port: int = 0
    answers: list[tuple[int, Any]] = field(default_factory=list)  # what to say next
    always: tuple[int, Any] = (200, {})
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0
    location: str = ""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v3.1/"

    def credentials(self, name: str) -> dict[str, str]:
        return {**CREDENTIALS.get(name, {"api_key": "key-1"}), "api_url": self.url}


@contextmanager
def esp(name: str = "postmark") -> Iterator[Esp]:
    """Runs until the block ends; it accepts every email unless `answers` says otherwise."""
    server = Esp(always=ANSWERS[name])
    stopped = threading.Event()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def setup(self) -> None:
            super().setup()
            server.connections += 1

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            server.asked.append(Asked(self.command, self.path, dict(self.headers.items()), body))
            status, answer = server.answers.pop(0) if server.answers else server.always
            if status == STALL:
                stopped.wait(30)
            if status < 0:
                self.close_connection = True
                return
            said = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(said)))
            self.send_header("X-Message-Id", "ms-1")
            if server.location:
                self.send_header("Location", server.location)
            self.end_headers()
            self.wfile.write(said)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    listening.daemon_threads = True
    server.port = listening.server_address[1]
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        stopped.set()
        listening.shutdown()
        listening.server_close()
