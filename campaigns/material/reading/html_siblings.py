"""Elements within a line that look the same and have nothing between them: names that a style sheet sets apart."""

from dataclasses import dataclass, field

from .runs import Piece, Runs

FEWEST = 5  # of them
LONGEST = 80  # characters of one
BREAK = Piece("\n", frozenset(), "")


@dataclass(slots=True)
class Siblings:
    ended: str = ""  # how the one looked that has just ended
    plain: bool = False  # there is text besides them
    gaps: list[int] = field(default_factory=list)  # the places in the runs where one follows another

    def goes_on(self, signature: str) -> bool:
        """Only those that have a class: programs that write text cut it into many spans that have none."""
        return self.ended == signature and not signature.endswith("[]")

    def break_lines(self, runs: Runs) -> None:
        if self.plain or len(self.gaps) < FEWEST - 1:
            return
        parts = [
            "".join(piece.text for piece in runs.pieces[start:end]).strip()
            for start, end in zip([0, *self.gaps], [*self.gaps, len(runs.pieces)], strict=True)
        ]
        letters = [part[0] for part in parts if part]
        capitals = sum(letter.isupper() or letter.istitle() for letter in letters)
        if capitals >= 0.9 * len(parts) and max(map(len, parts)) <= LONGEST:
            gaps, pieces = set(self.gaps), []
            for place, piece in enumerate(runs.pieces):
                pieces += [BREAK, piece] if place in gaps else [piece]
            runs.pieces = pieces
