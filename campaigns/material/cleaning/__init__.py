"""Document → Cleaned: what is not the document goes, and is listed; page breaks are mended."""

from campaigns.material.document import Block, Cleaned, Document, Dropped, Kind, Reason, placed


def clean(document: Document) -> Cleaned:
    kept: list[Block] = []
    dropped: list[Dropped] = []
    for block in document.blocks:
        if block.cruft:
            dropped.append(Dropped(block.text, Reason(block.cruft), len(kept)))
        elif block.kind != Kind.RULE:
            kept.append(block)
    return placed(document.format, kept, dropped)
