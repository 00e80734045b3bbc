"""What a format or a page broke within a text is made whole: escaped signs, words divided at the end of a line."""

import re
from collections import Counter
from collections.abc import Iterable

from campaigns.material import words
from campaigns.material.document import Block

from .sheet import Edit, edited

ESCAPED = re.compile(r"\\(?=[$*_#~`>|.!+\-()\[\]{}<@\"'&%])")
DIVIDED = re.compile(r"([^\W\d_]{1,40}(?:['’][^\W\d_]{1,40})?)-( \n?|\n ?)(?=([^\W\d_]{1,40}))")
WORD = re.compile(r"[^\W\d_]{1,60}(?:['’-][^\W\d_]{1,60}){0,4}")


def mended(blocks: list[Block]) -> list[Block]:
    seen = Counter(_plain(word) for block in blocks for word in WORD.findall(block.text))
    together = _joins(blocks, seen)
    return [edited(block, sorted({*_escapes(block), *_divisions(block, seen, together)})) for block in blocks]


def _escapes(block: Block) -> Iterable[Edit]:
    return ((found.start(), found.end(), "") for found in ESCAPED.finditer(block.text)) if "\\" in block.text else ()


def _divisions(block: Block, seen: Counter[str], together: bool) -> Iterable[Edit]:
    """A word cut in two becomes one where the document has it in one piece elsewhere, or divides its words like that;
    "E-\\ncommerce" keeps its hyphen, and "pre- and post-war" both words."""
    for found in DIVIDED.finditer(block.text) if "-" in block.text else ():
        first, gap, second = found.groups()
        end = found.end() - len(gap)
        if second.lower() in words.everywhere("cleaning", "suspending") or not second[0].islower():
            continue
        if seen[_plain(first + second)]:
            yield end - 1, found.end(), ""
        elif "\n" in gap or seen[_plain(f"{first}-{second}")]:
            hyphenated = len(first) == 1 or seen[_plain(f"{first}-{second}")] or not together
            yield (end, found.end(), "") if hyphenated else (end - 1, found.end(), "")


def _joins(blocks: list[Block], seen: Counter[str]) -> bool:
    """Do this document's lines end in divided words, rather than at a hyphen that was there anyway?"""
    votes = 0
    for block in blocks:
        for found in DIVIDED.finditer(block.text) if "-" in block.text else ():
            if "\n" in found[2]:
                votes += bool(seen[_plain(found[1] + found[3])]) - bool(seen[_plain(f"{found[1]}-{found[3]}")])
    return votes > 0


def _plain(word: str) -> str:
    return word.replace("’", "'").lower()
