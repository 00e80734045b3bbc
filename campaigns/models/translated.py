import re
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

# As it stands in an address: en, ar, pt-br.
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,4})?")
language_code = RegexValidator(rf"\A{LANGUAGE.pattern}\Z", _("Write the language as its code: en, ar, pt-br."))


def check_translations(value: Any) -> None:
    """{"ar": {"name": "…"}}: languages, each with fields and their words."""
    well_formed = isinstance(value, dict) and all(
        LANGUAGE.fullmatch(language) and isinstance(words, dict) for language, words in value.items()
    )
    if not well_formed or any(not isinstance(word, str) for words in value.values() for word in words.values()):
        raise ValidationError(_('Write the translations as {"ar": {"name": "…"}}.'))


class Translated(models.Model):
    """A row whose words exist in the campaign's first language, and in others as {"ar": {"name": "…"}}."""

    translations = models.JSONField(
        _("translations"),
        default=dict,
        blank=True,
        validators=[check_translations],
        help_text=_(
            "The same fields in other languages, by language code. What is missing is shown as it stands above."
        ),
    )

    class Meta:
        abstract = True

    def in_language(self, field: str, language: str) -> Any:
        return self.translations.get(language, {}).get(field) or getattr(self, field)
