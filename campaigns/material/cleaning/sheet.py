"""A document on its way to be cleaned: its blocks, and why some of them go."""

from bisect import bisect_right
from dataclasses import dataclass, field, replace

from campaigns.material.document import Block, Kind, Mark, Reason, Style

Edit = tuple[int, int, str]  # [start, end) of a text, and what stands there instead


@dataclass
class Sheet:
    blocks: list[Block]
    why: list[Reason | None]  # for each block: why it goes
    cuts: dict[int, list[tuple[str, Reason]]] = field(default_factory=dict)  # lines taken out of a block that stays
    swallowed: set[int] = field(default_factory=set)  # blocks that became part of an earlier one
    incomplete: bool = False  # the document says that it goes on elsewhere

    @classmethod
    def of(cls, blocks: list[Block]) -> "Sheet":
        return cls(blocks, [Reason(block.cruft) if block.cruft else None for block in blocks])

    def drop(self, at: int, reason: Reason) -> None:
        self.why[at] = self.why[at] or reason

    def cut(self, at: int, start: int, end: int, reason: Reason) -> None:
        """Takes a piece out of a block's text."""
        self.cuts.setdefault(at, []).append((self.blocks[at].text[start:end].strip(), reason))
        self.blocks[at] = edited(self.blocks[at], [(start, end, "")])

    def kept(self) -> list[int]:
        """The places of what stays and has words of the document itself."""
        return [
            at
            for at, block in enumerate(self.blocks)
            if self.why[at] is None and at not in self.swallowed and block.kind not in (Kind.META, Kind.RULE)
        ]


def edited(block: Block, edits: list[Edit]) -> Block:
    """The block with pieces of its text replaced. `edits` are in order and do not overlap."""
    if not edits:
        return block
    parts, at, steps, shift = [], 0, [(0, 0)], 0
    for start, end, new in edits:
        parts += [block.text[at:start], new]
        at = end
        shift += len(new) - (end - start)
        steps.append((end, shift))
    text = "".join([*parts, block.text[at:]])
    lead = len(text) - len(text.lstrip())
    text = text.strip()
    starts = [start for start, _shift in steps]

    def moved(place: int) -> int:
        return min(max(place + steps[bisect_right(starts, place) - 1][1] - lead, 0), len(text))

    marks = (replace(mark, start=moved(mark.start), end=moved(mark.end)) for mark in block.marks)
    cells = tuple(text.split(" | ")) if len(block.cells) == text.count(" | ") + 1 else block.cells
    return replace(block, text=text, marks=tuple(mark for mark in marks if mark.end > mark.start), cells=cells)


def piece(block: Block, start: int, end: int) -> Block:
    """A part of a block's text, with its marks."""
    marks = (
        replace(mark, start=max(mark.start - start, 0), end=min(mark.end, end) - start)
        for mark in block.marks
        if mark.start < end and mark.end > start
    )
    return replace(block, text=block.text[start:end], marks=tuple(marks))


def joined(first: Block, second: Block, between: str = " ") -> Block:
    shift = len(first.text) + len(between)
    marks = tuple(Mark(m.start + shift, m.end + shift, m.style, m.target) for m in second.marks)
    return replace(first, text=f"{first.text}{between}{second.text}", marks=first.marks + marks)


def linked(block: Block) -> float:
    """The share of a block's characters that are links."""
    length = sum(mark.end - mark.start for mark in block.marks if mark.style == Style.LINK)
    return length / len(block.text) if block.text else 0.0
