"""The embedded broker: kombu's folder of files, written so that nobody ever reads half of one.

kombu opens a file, then locks it, then writes it. Whoever looks in between reads nothing, and a worker ends with a
JSONDecodeError (celery/kombu#1551; seen here on a busy machine). A writer killed in between leaves an empty exchange
file, at which every later worker would end. So a file is written aside and takes its name when it is whole.
"""

import json
import os
import uuid
from pathlib import Path
from time import monotonic
from typing import Any

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.transport.filesystem import exchange_queue_t
from kombu.utils.json import dumps

NAME = "config.folder_queue:Transport"


def write_whole(path: Path, text: str) -> None:
    """Raises ChannelError when the folder cannot be written to."""
    aside = path.with_name(f"{path.name}.{uuid.uuid4().hex}.part")
    try:
        aside.write_text(text)
        os.replace(aside, path)
    except OSError as error:
        aside.unlink(missing_ok=True)
        raise ChannelError(f"Cannot write to the queue's folder: {error}") from error


class Channel(filesystem.Channel):
    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        name = f"{round(monotonic() * 1000)}_{uuid.uuid4()}.{queue}.msg"  # as kombu's: they are read in this order
        write_whole(Path(self.data_folder_out, name), dumps(payload))

    def get_table(self, exchange: str) -> list[exchange_queue_t]:  # type: ignore[override]
        try:
            return [exchange_queue_t(*row) for row in super().get_table(exchange)]
        except json.JSONDecodeError:
            return []  # cut short by an older version: binding writes it anew

    def _queue_bind(self, exchange: str, routing_key: str, pattern: str | None, queue: str) -> None:
        bound = exchange_queue_t(routing_key or "", pattern or "", queue or "")
        table = self.get_table(exchange)
        if bound not in table:
            Path(self.control_folder).mkdir(parents=True, exist_ok=True, mode=0o700)
            write_whole(self._exchange_file(exchange), dumps([bound, *table]))  # type: ignore[attr-defined]


class Transport(filesystem.Transport):
    Channel = Channel
