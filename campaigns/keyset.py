"""Pages of a list by the key of its last row, not by counting rows: page 10,000 costs what page 1 costs."""

from dataclasses import dataclass
from typing import Any, Generic, TypeVar
from urllib.parse import urlencode

from django.db import models
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.db.models.lookups import GreaterThan, GreaterThanOrEqual

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
    if (key := _key(before)) is not None:
        newest_first = newest_first.filter(pk__lt=key)
    return _first(newest_first, size)


def page_by_time(rows: models.QuerySet[Row], before: str, size: int, *first: str) -> Page[Row]:
    """The newest first, by `created_at`: what PostgreSQL can read from no index but those that begin with the filter.

    In the order of their keys it would rather walk the whole table along its primary key, as soon as one campaign is
    most of it, and read all that others had before it (docs/scaling.md). `first`: what is NULL in all of them, which it
    takes for an order of its own.
    """
    if (key := _key(before)) is not None:
        # Its own time; where it is gone, that of the one before it.
        known = rows.model._default_manager.filter(pk__lte=key).order_by("-pk").values_list("created_at", flat=True)
        last = known.first()
        if last is None:
            return Page([], False)
        rows = rows.filter(Q(created_at__lt=last) | Q(created_at=last, pk__lt=key), created_at__lte=last)
    return _first(rows.order_by(*first, "-created_at", "-pk"), size)


class _AsIndexed(OrderBy):
    """By bytes, as an index for LIKE has them; on SQLite every index has."""

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        # Django looks for the word ASC in every ordering.
        return self.as_sql(compiler, connection, template="%(expression)s USING OPERATOR(pg_catalog.~<~) /* ASC */")


class _After(GreaterThan[Any]):
    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"OPERATOR(pg_catalog.~>~) {rhs}" if connection.vendor == "postgresql" else f"> {rhs}"


class _NotBefore(GreaterThanOrEqual[Any]):
    def get_rhs_op(self, connection: Any, rhs: str) -> str:
        return f"OPERATOR(pg_catalog.~>=~) {rhs}" if connection.vendor == "postgresql" else f">= {rhs}"


def page_by_name(rows: models.QuerySet[Row], field: str, before: str, size: int) -> Page[Row]:
    """In the order of `field`, of those alike the newest first. After the row `before`, if it is one of them."""
    if (key := _key(before)) is not None:
        last = rows.filter(pk=key).values_list(field, flat=True).first()
        if last is not None:
            same = Q(**{field: last}, pk__lt=key)
            rows = rows.filter(Q(_After(F(field), last)) | same, _NotBefore(F(field), last))
    return _first(rows.order_by(_AsIndexed(F(field)), "-pk"), size)


def _key(before: str) -> int | None:
    return int(before) if before.isascii() and before.isdigit() and len(before) < 19 else None


def _first(rows: models.QuerySet[Row], size: int) -> Page[Row]:
    found = list(rows[: size + 1])
    return Page(found[:size], len(found) > size)
