"""A directory file → constituencies and representatives, all of it or nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import IO, Any

from letters.models import Legislature

from .reading.found import BadFile, Column, Rejected

__all__ = ["BadFile", "Column", "Rejected", "Source", "Summary", "guess", "import_representatives"]

Source = Path | str | bytes | IO[bytes]


@dataclass
class Summary:
    people: int = 0
    memberships: int = 0
    constituencies: int = 0
    with_email: int = 0
    created: int = 0
    updated: int = 0
    ended: int = 0
    unchanged: int = 0
    rejected: list[Rejected] = field(default_factory=list)

    def as_data(self) -> dict[str, Any]:
        return asdict(self)


def guess(source: Source) -> list[Column]:
    """What each column of a table is taken for. Raises BadFile."""
    raise NotImplementedError


def import_representatives(
    files: Iterable[Source],
    legislature: Legislature | str,
    *,
    format: str = "auto",
    mapping: Mapping[str, str] | None = None,
    boundary_set: str = "",
    as_of: date | None = None,
    dry_run: bool = False,
) -> Summary:
    """Raises BadFile, and then nothing is stored."""
    raise NotImplementedError
