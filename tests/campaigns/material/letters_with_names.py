"""Made-up letters in the shapes in which people sign them: no name here is anybody's."""

from campaigns.material.document import Block, Cleaned, Kind, placed
from campaigns.material.draft import Draft
from campaigns.material.extraction import signing
from campaigns.material.extraction.parts import Parts

LETTER = (
    "An open letter to the council of Upper Wold. For years the old bridge has been closed, "
    "and the children of two villages walk "
    "four miles to school. We ask you to open it again, and to say by when you will."
)


def blocks(text: str) -> list[Block]:
    """Paragraphs parted by blank lines; "# " a heading, "- " an item, "1. " a numbered one, "| " a row."""
    found: list[Block] = []
    for piece in text.strip().split("\n\n"):
        lines = piece.split("\n")
        if piece.startswith("# "):
            found.append(Block(piece[2:], Kind.HEADING, 2))
        elif piece.startswith(("- ", "+ ")):
            found += [Block(line[2:], Kind.ITEM, 1, ordered=piece[0] == "+") for line in lines]
        elif piece.startswith("| "):
            rows = [tuple(cell.strip() for cell in line[2:].split(" | ")) for line in lines]
            found += [Block(" | ".join(cells), Kind.ROW, cells=cells) for cells in rows]
        else:
            found.append(Block(piece))
    return found


def cleaned(text: str, format: str = "html", letter: str = LETTER) -> Cleaned:
    return placed(format, [*([Block(letter)] if letter else []), *blocks(text)], [])


def read(document: Cleaned) -> tuple[Draft, Parts]:
    draft = Draft(document)
    parts: Parts = [None] * len(document.passages)
    signing.find(draft, parts)
    return draft, parts


def signers(text: str, format: str = "html", letter: str = LETTER) -> list[tuple[str, str | None]]:
    draft, _ = read(cleaned(text, format, letter))
    return [(one.value.name, one.value.affiliation) for one in draft.signatories]
