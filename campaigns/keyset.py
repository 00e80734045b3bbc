"""Pages of a list by the key of its last row, not by counting rows: page 10,000 costs what page 1 costs."""

from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlencode

from django.db import models

Row = TypeVar("Row", bound=models.Model)


@dataclass(frozen=True)
class Page(Generic[Row]):
    rows: list[Row]
    more: bool

    def next_url(self, query: dict[str, str]) -> str:
        """The address of the next page, "" on the last."""
        if not self.more:
            return ""
        return "?" + urlencode({key: value for key, value in query.items() if value} | {"before": self.rows[-1].pk})


def page(newest_first: models.QuerySet[Row], before: str, size: int) -> Page[Row]:
    """The rows older than the one whose primary key is `before` (all that is no number is the first page)."""
    if before.isascii() and before.isdigit() and len(before) < 19:
        newest_first = newest_first.filter(pk__lt=int(before))
    rows = list(newest_first[: size + 1])
    return Page(rows[:size], len(rows) > size)
