"""Rows that are history: added, and never changed nor taken away."""

from typing import Any, NoReturn, TypeVar

from django.db import models


class AppendOnly(TypeError):
    """Somebody tried to rewrite history."""


Row = TypeVar("Row", bound="AppendOnlyModel")


class AppendOnlyQuerySet(models.QuerySet[Row]):
    def update(self, **_kwargs: Any) -> NoReturn:
        raise AppendOnly(f"{self.model._meta.verbose_name_plural}: rows are only ever added.")

    def delete(self) -> NoReturn:
        raise AppendOnly(f"{self.model._meta.verbose_name_plural}: rows are only ever added.")


class AppendOnlyModel(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise AppendOnly(f"{self._meta.verbose_name_plural}: rows are only ever added.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnly(f"{self._meta.verbose_name_plural}: rows are only ever added.")
