"""What a file says of itself, as far as the document says so too.

Programs fill in the title of a template and the name of whoever's computer it is, and nobody looks there.
"""

from campaigns.material.document import Block, Kind

from .runs import normal

BEGINNING = 4_000  # characters in which a title stands
ENOUGH = 0.6  # of a title's words


def properties(title: str | None, author: str | None, blocks: list[Block]) -> list[Block]:
    text = "\n".join(block.text for block in blocks if not block.cruft)
    found = []
    title = " ".join(normal(title or "").split())
    words = _words(title)
    if len(words) > 1 and len(words & _words(text[:BEGINNING])) >= ENOUGH * len(words):
        found.append(Block(title, Kind.META, name="title"))
    author = " ".join(normal(author or "").split())
    if len(_words(author)) > 1 and author.casefold() in text.casefold():
        found.append(Block(author, Kind.META, name="author"))
    return found


def _words(text: str) -> set[str]:
    return set("".join(letter if letter.isalnum() else " " for letter in text.casefold()).split())
