"""Plain text (.txt), and text that was pasted."""

import unicodedata

from campaigns.material.document import Block


def read_plain(text: str) -> list[Block]:
    text = unicodedata.normalize("NFKC", text.replace("\r\n", "\n").replace("\r", "\n"))
    return [Block(part.strip()) for part in text.split("\n\n") if part.strip()]
