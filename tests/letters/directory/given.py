"""Files as people publish them, in memory."""

import json
from io import BytesIO
from typing import Any

from letters.directory.reading import anything
from letters.directory.reading.found import Found, Reading


def file(name: str, content: str | bytes | list[Any] | dict[str, Any]) -> BytesIO:
    if isinstance(content, list | dict):
        content = json.dumps(content)
    opened = BytesIO(content.encode() if isinstance(content, str) else content)
    opened.name = name
    return opened


def table(*lines: str, name: str = "people.csv") -> BytesIO:
    return file(name, "\n".join(lines) + "\n")


def read(*files: BytesIO, **mapping: str) -> Reading:
    return anything.read(list(files), "auto", mapping)


def only(reading: Reading) -> Found:
    (one,) = reading.found
    return one
