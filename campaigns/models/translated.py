from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _


class Translated(models.Model):
    """A row whose words exist in the campaign's first language, and in others as {"ar": {"name": "…"}}."""

    translations = models.JSONField(
        _("translations"),
        default=dict,
        blank=True,
        help_text=_(
            "The same fields in other languages, by language code. What is missing is shown as it stands above."
        ),
    )

    class Meta:
        abstract = True

    def in_language(self, field: str, language: str) -> Any:
        return self.translations.get(language, {}).get(field) or getattr(self, field)
